"""Questions about facts, changed at random: what each change may do and may not."""

import numpy as np
import pytest

from helpers import data
from helpers.augment import PRONOUNS, FactAugmenter, common_beginning, find_run
from helpers.text import tokenize

NEVER = dict.fromkeys(("swap", "negate", "do", "drop_asked", "drop_told", "move"), 0)
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


def changed(**chances):
    found = [pair for pair in augmented(**chances) if list(pair[0]) != list(pair[1])]
    assert found
    return found


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


def test_a_swap_puts_a_run_of_another_fact_in_the_place_of_one_and_keeps_the_answer():
    runs = {tuple(y) for told, _, y in TRIPLES if find_run(told, y) >= 0}
    kinds = set()
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(swap=1):
        assert max(len(new_told), len(new_asked)) <= LONGEST
        same = next(i for i, w in enumerate(told) if new_told[i : i + 1] != [w])
        tail = next(i for i in range(len(told)) if new_told[-1 - i] != told[-1 - i])
        old_run, run = (
            told[same : len(told) - tail],
            new_told[same : len(new_told) - tail],
        )
        assert any(find_run(list(known), run) >= 0 for known in runs)
        if new_asked != asked:
            kinds.add("question")
            assert new_answer == answer
            assert find_run(asked, old_run) >= 0
            assert find_run(new_asked, run) >= 0
        elif new_answer != answer:
            kinds.add("answer")
            assert tuple(new_answer) in runs
            assert find_run(new_told, new_answer) >= 0
        else:
            kinds.add("statement")
            assert answer[0] in ("да", "нет") or find_run(new_told, answer) >= 0
    assert kinds == {"question", "answer", "statement"}


def test_nothing_becomes_longer_than_it_may():
    chances = {**NEVER, "swap": 1, "do": 1}
    change = FactAugmenter(TRIPLES, np.random.default_rng(0), 5, **chances)
    most = max(len(answer) for _, _, answer in TRIPLES)
    for old, new in zip(TRIPLES, change(), strict=True):
        for before, after in zip(old[:2], new[:2], strict=True):
            assert len(after) <= max(5, len(before))
        assert len(new[2]) <= most


def test_what_you_do_instead_of_what_you_water():
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(do=1):
        assert new_told == told
        assert new_asked[0] == "что"
        assert "делаешь" in new_asked
        assert new_answer == [told[find_run(told, answer) - 1], *answer]
        assert find_run(told, new_answer) >= 0
        assert asked[0] in ("что", "кого")
        assert len(new_asked) == len(asked)


def test_yes_becomes_no_with_another_word_of_that_ending():
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(negate=1):
        assert (answer, new_answer) == (["да"], ["нет"])
        assert new_told == told
        (place,) = [i for i, word in enumerate(asked) if word != new_asked[i]]
        assert new_asked[place][-2:] == asked[place][-2:]
        assert max(common_beginning(new_asked[place], word) for word in told) == 0


def test_a_question_loses_one_word_that_its_statement_has_and_keeps_another():
    pairs = changed(drop_asked=1)
    for (told, asked, answer), (new_told, new_asked, new_answer) in pairs:
        assert (new_told, new_answer) == (told, answer)
        assert len(new_asked) == len(asked) - 1
        (lost,) = set(asked) - set(new_asked)
        assert max(common_beginning(lost, word) for word in told) > 0.4


def test_a_statement_loses_a_word_that_nobody_asked_for():
    pairs = changed(drop_told=1)
    for (told, asked, answer), (new_told, new_asked, new_answer) in pairs:
        assert (new_asked, new_answer) == (asked, answer)
        (lost,) = set(told) - set(new_told)
        assert lost not in answer
        assert all(common_beginning(lost, word) == 0 for word in asked)
        assert answer[0] in ("да", "нет") or find_run(new_told, answer) >= 0


def test_a_pronoun_moves_but_not_after_its_preposition():
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(move=1):
        assert (new_told, new_answer) == (told, answer)
        assert sorted(new_asked) == sorted(asked)
        assert new_asked[0] == asked[0]
        rest = [word for word in asked if word not in PRONOUNS]
        assert [word for word in new_asked if word not in PRONOUNS] == rest
        assert "у тебя" not in " ".join(asked)
