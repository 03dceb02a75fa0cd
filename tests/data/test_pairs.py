"""Minimal pairs: the same words on both sides, and floors that hear no order."""

import hashlib
import re
from collections import Counter

import make_pairs
import numpy as np
import pytest

from helpers.data import load
from helpers.data.pairs import COLUMNS, GROUPS, Pairs
from helpers.data.reviews import review_words
from helpers.errors import CourseError

NAMES = ["pairs", "pairs_free"]
WAYS, ADJECTIVES = make_pairs.read()
GOOD, BAD = (
    {word for lists in ADJECTIVES.values() for word in lists[side]} for side in (0, 1)
)


@pytest.fixture(scope="module")
def made():
    return load("pairs").table


@pytest.fixture(scope="module")
def free():
    return load("pairs_free").table


@pytest.fixture(params=["made", "free"])
def table(request):
    return request.getfixturevalue(request.param)


def polar(text):
    """Return the polar adjectives of a made sentence as they stand, 1 the good one."""
    words = [word for word in review_words(text) if word in GOOD | BAD]
    return [int(word in GOOD) for word in words]


# --- both tables ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_pairs_are_one_table_in_both_modes(name, cache):
    sample, full = load(name, "sample"), load(name, "full")
    assert (type(sample), sample.mode, full.mode) == (Pairs, "sample", "full")
    assert sample.table.equals(full.table)
    assert list(sample.table) == COLUMNS + (GROUPS if name == "pairs" else [])
    for column in {"pair", "label", "way"} & set(sample.table):
        assert sample.table[column].dtype == np.int64
    assert set(sample.table["verdict"]) == {"first", "last"}


def test_both_sides_have_the_same_words_in_another_order(table):
    for _, (good, bad) in table.groupby("pair")["text"]:
        good, bad = review_words(good), review_words(bad)
        assert sorted(good) == sorted(bad)
        assert good != bad
        assert 4 <= len(good) <= 20


def test_both_sides_agree_in_all_but_label_and_text(table):
    assert table["label"].tolist() == [1, 0] * (len(table) // 2)
    assert table["pair"].tolist() == [i // 2 for i in range(len(table))]
    same = table.drop(columns=["label", "text"])
    good, bad = (same[same.index % 2 == i].reset_index(drop=True) for i in (0, 1))
    assert good.equals(bad)


def test_no_sentence_stands_twice_and_each_is_a_sentence(made, free):
    texts = [*made["text"], *free["text"]]
    assert len({" ".join(review_words(text)) for text in texts}) == len(texts)
    for text in texts:
        assert text[0].isupper()
        assert text[-1] in ".!"
        assert text.isascii()
        assert "  " not in text


@pytest.mark.parametrize("name", NAMES)
def test_the_card_has_the_sum_of_the_table(name):
    folder = make_pairs.TARGET.parent
    card = (folder / "README.md").read_text(encoding="utf-8")
    card = card.partition(f"\n## {name}.csv\n")[2].partition("\n## ")[0]
    stored = (folder / f"{name}.csv").read_bytes()
    assert hashlib.sha256(stored).hexdigest() in card
    assert f"{len(stored):,} bytes" in card


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", ["", "text\n", "two labels", "no row", "no number"])
def test_a_spoiled_table_says_how_to_restore_it(name, fault, tmp_path, monkeypatch):
    text = (make_pairs.TARGET.parent / f"{name}.csv").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    spoiled = {
        "two labels": "".join(lines[:2] + lines[1:]),
        "no row": lines[0],
        "no number": text.replace("\n0,", "\n,", 1),
    }.get(fault, fault)
    (tmp_path / f"{name}.csv").write_text(spoiled, encoding="utf-8")
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    with pytest.raises(CourseError, match=rf"git checkout -- data/{name}\.csv"):
        load(name)


# --- the free pairs -------------------------------------------------------------------


def test_free_pairs_are_half_and_half_and_no_ways_of_the_script(free):
    assert free["verdict"].value_counts().to_dict() == {"first": 120, "last": 120}
    for bank in WAYS.values():
        for way in [*bank["first"], *bank["last"]]:
            frame = " ".join(review_words(way.format(good="xx", bad="xx")))
            pattern = re.compile(frame.replace("xx", r"\S+"))
            made = " ".join(review_words(way.format(good="fine", bad="weak")))
            assert pattern.fullmatch(made)
            for text in free["text"]:
                assert not pattern.fullmatch(" ".join(review_words(text))), text


# --- the made pairs -------------------------------------------------------------------


def test_the_script_makes_the_table_again_to_the_byte():
    stored = make_pairs.TARGET.read_bytes()
    assert make_pairs.make_bytes() == stored
    assert len(stored) < 700_000


def test_ways_and_adjectives_are_split_by_hand():
    ways = [
        (place, way) for bank in WAYS.values() for place in bank for way in bank[place]
    ]
    assert Counter(place for place, _ in ways) == {"first": 14, "last": 14}
    assert len({way for _, way in ways}) == 28
    for place, way in ways:
        assert (way.index("{good}") < way.index("{bad}")) == (place == "first"), way
        assert 5 <= len(review_words(way.format(good="x", bad="x"))) <= 14
        assert not (GOOD | BAD) & set(review_words(way.format(good="x", bad="x")))
    assert set(WAYS) == set(ADJECTIVES) == set("ABCD")
    for bank in WAYS.values():
        assert sorted(len(ways) for ways in bank.values()) == [3, 4]
    words = [word for lists in ADJECTIVES.values() for side in lists for word in side]
    assert len(words) == len(set(words)) == 128
    for lists in ADJECTIVES.values():
        assert [len(side) for side in lists] == [16, 16]
    assert all(word.isalpha() and word.islower() for word in words)


def test_a_row_is_its_way_with_its_adjectives(made):
    order = [way for bank in WAYS.values() for ways in bank.values() for way in ways]
    for row in made.itertuples():
        good, bad = (row.good, row.bad) if row.label else (row.bad, row.good)
        way = order[row.way]
        assert row.text == way.format(good=good, bad=bad)
        assert way in WAYS[row.way_group][row.verdict]
        groups = ADJECTIVES[row.adjective_group]
        assert row.good in groups[0]
        assert row.bad in groups[1]


def test_each_meeting_of_groups_is_equally_large_and_every_adjective_comes(made):
    meetings = made.groupby(["way_group", "adjective_group", "verdict"])
    assert meetings.size().tolist() == [2 * make_pairs.COUNT] * 32
    ways = made.groupby(["way", "adjective_group"]).size()
    assert set(ways) == {2 * make_pairs.COUNT // 3, 2 * make_pairs.COUNT // 4}
    for (_, words), rows in made.groupby(["way_group", "adjective_group"]):
        assert set(rows["good"]) == set(ADJECTIVES[words][0])
        assert set(rows["bad"]) == set(ADJECTIVES[words][1])


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_a_rule_by_one_polar_adjective_is_right_half_the_time(made, place):
    said = made["text"].map(lambda text: polar(text)[place])
    assert made["text"].map(lambda text: sorted(polar(text)) == [0, 1]).all()
    right = (said == made["label"]).groupby(
        [made["way_group"], made["adjective_group"]]
    )
    assert right.sum().tolist() == [2 * make_pairs.COUNT] * 16
    assert right.size().tolist() == [4 * make_pairs.COUNT] * 16
