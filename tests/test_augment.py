"""Questions about facts, changed at random: what each change may do and may not."""

import numpy as np
import pytest

from helpers import data
from helpers.augment import PRONOUNS, FactAugmenter, common_beginning, find_run
from helpers.text import tokenize

NEVER = {"swap": 0, "negate": 0, "drop_asked": 0, "drop_told": 0, "move": 0}
FACTS = data.load("dialogues", "sample").facts[:900]
TRIPLES = [
    (tokenize(each.context), tokenize(question), tokenize(each.answer))
    for each in FACTS
    for question in each.questions
]
LONGEST = max(len(told) for told, _, _ in TRIPLES)


def augmented(seed=0, **chances):
    change = FactAugmenter(
        TRIPLES, np.random.default_rng(seed), LONGEST, **{**NEVER, **chances}
    )
    return [pair for _ in range(3) for pair in zip(TRIPLES, change(), strict=True)]


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("поливаю", "поливаешь", 6 / 9),
        ("кот", "кот", 1.0),
        ("я", "я", 1.0),
        ("кот", "кит", 0.0),
        ("кот", "дом", 0.0),
        ("кот", "коты", 0.75),
        ("", "кот", 0.0),
    ],
)
def test_common_beginning(first, second, share):
    assert common_beginning(first, second) == pytest.approx(share)
    assert common_beginning(second, first) == pytest.approx(share)


@pytest.mark.parametrize(
    ("words", "run", "place"),
    [
        ("а б в б", "б", 1),
        ("а б в", "б в", 1),
        ("а б в", "в", 2),
        ("а б в", "а в", -1),
        ("а", "а б", -1),
        ("а б", "", -1),
    ],
)
def test_find_run(words, run, place):
    assert find_run(words.split(), run.split()) == place


def test_without_chances_nothing_changes_and_nothing_is_touched():
    before = [tuple(list(part) for part in triple) for triple in TRIPLES]
    for old, new in augmented():
        assert list(old) == list(new)
    augmented(swap=1, negate=1, drop_asked=1, drop_told=1, move=1)
    assert before == TRIPLES


def test_the_generator_decides():
    chances = {name: 0.5 for name in NEVER}
    assert augmented(3, **chances) == augmented(3, **chances)
    assert augmented(3, **chances) != augmented(4, **chances)


def test_swapped_answers_stand_in_the_statement_and_come_from_a_like_question():
    runs = [answer for told, _, answer in TRIPLES if find_run(told, answer) >= 0]
    changed = [(old, new) for old, new in augmented(swap=1) if list(old) != list(new)]
    assert changed
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed:
        assert new_asked == asked
        assert find_run(told, answer) == find_run(new_told, new_answer) >= 0
        assert new_answer in runs
        rest = len(told) - len(answer)
        assert len(new_told) == rest + len(new_answer) <= LONGEST


def test_a_swap_never_makes_a_statement_too_long():
    change = FactAugmenter(TRIPLES, np.random.default_rng(0), 4, **{**NEVER, "swap": 1})
    for _ in range(20):
        for (old, _, _), (new, _, _) in zip(TRIPLES, change(), strict=True):
            assert len(new) <= max(4, len(old))


def test_yes_becomes_no_with_another_word_of_that_ending():
    pairs = [(old, new) for old, new in augmented(negate=1) if old[2] == ["да"]]
    changed = [(old, new) for old, new in pairs if new[2] == ["нет"]]
    assert changed
    for (told, asked, _), (new_told, new_asked, _) in changed:
        assert new_told == told
        (place,) = [i for i, word in enumerate(asked) if word != new_asked[i]]
        assert new_asked[place][-2:] == asked[place][-2:]
        assert max(common_beginning(new_asked[place], word) for word in told) == 0
    for old, new in augmented(negate=1):
        if old[2] != ["да"]:
            assert list(old) == list(new)


def test_a_question_loses_one_word_that_its_statement_has_and_keeps_another():
    changed = [
        (old, new) for old, new in augmented(drop_asked=1) if list(old) != list(new)
    ]
    assert changed
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed:
        assert (new_told, new_answer) == (told, answer)
        assert len(new_asked) == len(asked) - 1
        (lost,) = set(asked) - set(new_asked)
        assert max(common_beginning(lost, word) for word in told) > 0.4


def test_a_statement_loses_a_word_that_nobody_asked_for():
    changed = [
        (old, new) for old, new in augmented(drop_told=1) if list(old) != list(new)
    ]
    assert changed
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed:
        assert (new_asked, new_answer) == (asked, answer)
        (lost,) = set(told) - set(new_told)
        assert lost not in answer
        assert all(common_beginning(lost, word) == 0 for word in asked)
        assert answer[0] in ("да", "нет") or find_run(new_told, answer) >= 0


def test_a_pronoun_moves_but_not_after_its_preposition():
    moved = [(old, new) for old, new in augmented(move=1) if list(old) != list(new)]
    assert moved
    for (told, asked, answer), (new_told, new_asked, new_answer) in moved:
        assert (new_told, new_answer) == (told, answer)
        assert sorted(new_asked) == sorted(asked)
        assert new_asked[0] == asked[0]
        rest = [word for word in asked if word not in PRONOUNS]
        assert [word for word in new_asked if word not in PRONOUNS] == rest
        assert "у тебя" not in " ".join(asked)
