"""Lesson 7's own functions, taken from its cells: a fair split, facts changed."""

import itertools
import shutil
from collections import Counter

import numpy as np
import pytest

from helpers.data import CATALOGUE, load
from helpers.own.dialogues import Dialogue
from helpers.text import tokenize
from tests.support import line_of, run_cells

FACTS = load("dialogues", "sample").facts
FULL = [remote.name for remote in CATALOGUE["dialogues"].sources[0].files]


@pytest.fixture(scope="module")
def split():
    """Facts as lists of words, groups of near facts, a split of them."""
    marks = "def triples(", "def groups_of(", "def draw_groups(", "def split_facts("
    return run_cells(7, *marks, facts=FACTS, seed=42)


def near(one, other):
    """Return whether two statements are near, by the definition."""
    one, other = Counter(tokenize(one)), Counter(tokenize(other))
    longer = max(one.total(), other.total())
    return one == other or (longer >= 4 and (one & other).total() >= longer - 1)


def groups_of(split, statements):
    return split["groups_of"]([tokenize(each) for each in statements]).tolist()


def told_in(rows):
    return {tuple(told) for told, _, _ in rows}


def check_split(rows, train, test):
    """Check all that a split promises, but for its size."""
    contexts = [told_in(part) for part in (train, test)]
    assert not contexts[0] & contexts[1]
    assert contexts[0]
    assert contexts[1]
    bags = [whole_and_less(part) for part in contexts]
    assert not bags[0] & bags[1]
    assert sorted([*train, *test]) == sorted(rows)
    order = {repr(row): place for place, row in enumerate(rows)}
    for part in (train, test):
        places = [order[repr(row)] for row in part]
        assert places == sorted(places)


def whole_and_less(statements):
    """Return the bags of words of statements, and those without one of the words."""
    bags = set()
    for words in map(sorted, statements):
        bags.add(tuple(words))
        if len(words) >= 4:
            bags.update(itertools.combinations(words, len(words) - 1))
    return bags


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("Я живу тут", "Тут я живу!", True),
        ("Всё своё", "все СВОЕ.", True),
        ("Я живу тут", "Я живу там", False),  # three words say too little
        ("Я живу тут давно", "Я давно живу там", True),
        ("Я живу тут давно", "Я живу тут", True),
        ("Я живу тут давно", "Я живу", False),
        ("Я живу тут давно", "Он жил тут давно", False),
        ("Да, я да", "Да, я", False),
        ("да да да да", "да да да", True),
        ("да да да да", "да да", False),
        ("да да нет нет", "да нет нет нет", True),
        ("да да нет нет", "нет нет нет нет", False),
        ("", "Я", False),
        ("!", "?", True),
    ],
)
def test_which_statements_are_near(split, one, other, together):
    assert near(one, other) == together
    assert groups_of(split, [one, other]) == [0, int(not together)]


def test_near_of_the_near_are_one_group(split):
    chain = ["а б в г", "д е ж з", "в г д а", "г д е а", "е г з д", "к л м н о"]
    assert groups_of(split, chain) == [0, 0, 0, 0, 0, 1]
    assert groups_of(split, chain[:2]) == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_the_definition(split, seed):
    rng = np.random.default_rng(seed)
    words = np.array(list("абвгдежзик"))
    statements = [" ".join(rng.choice(words, rng.integers(1, 8))) for _ in range(150)]
    groups = list(range(150))
    for i, j in itertools.combinations(range(150), 2):
        if near(statements[i], statements[j]) and groups[i] != groups[j]:
            groups = [groups[i] if each == groups[j] else each for each in groups]
    numbers = {}
    wanted = [numbers.setdefault(each, len(numbers)) for each in groups]
    assert 1 < len(numbers) < 150
    assert groups_of(split, statements) == wanted


def test_ten_thousand_statements_take_a_moment(split):
    rng = np.random.default_rng(0)
    words = rng.integers(0, 100, (10_000, 6))
    groups = groups_of(split, [" ".join(map(str, row)) for row in words])
    assert len(groups) == 10_000


def rows_about(split, *statements):
    facts = [Dialogue(each, ("кто?", f"{each}?"), "я") for each in statements]
    return split["triples"](facts)


RUN = [" ".join(["это", *(f"{i}{j}" for j in range(3))]) for i in range(40)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5, 0.99])
@pytest.mark.parametrize("seed", range(3))
def test_the_share_is_that_of_statements(split, share, seed):
    rows = rows_about(split, *RUN)
    train, test = split["split_facts"](rows, np.random.default_rng(seed), share)
    check_split(rows, train, test)
    assert len(told_in(test)) == max(1, int(share * 40))


@pytest.mark.parametrize("seed", range(5))
def test_a_large_group_stays_in_training(split, seed):
    alike = [f"я живу тут {i}" for i in range(20)]
    rows = rows_about(split, *RUN[:20], *alike)
    train, test = split["split_facts"](rows, np.random.default_rng(seed), 0.25)
    check_split(rows, train, test)
    assert len(told_in(test)) == 10
    assert told_in(train) >= {tuple(tokenize(each)) for each in alike}


def test_the_least_group_is_held_out_where_none_fits(split):
    alike = [f"я живу тут {i}" for i in range(7)]
    few = ["Это я и ты", "это ты и тут", "Это ты и он"]
    rows = rows_about(split, *alike, *few)
    train, test = split["split_facts"](rows, np.random.default_rng(0), 0.1)
    check_split(rows, train, test)
    assert told_in(test) == {tuple(tokenize(each)) for each in few}


def test_the_same_seed_parts_the_same_way_and_another_otherwise(split):
    rows = rows_about(split, *RUN)
    one, again, other = (
        split["split_facts"](rows, np.random.default_rng(seed), 0.2)
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_each_question_about_a_statement_is_kept_once(split):
    facts = [
        Dialogue("Я ещё тут.", ("ты тут?", "Ты тут", "тут ты?"), "да"),
        Dialogue("я еще тут", ("где ты?", "ты тут?"), "тут"),
        Dialogue("Тут я ещё", ("ты тут?",), "да"),
        Dialogue("Я ещё тут.", ("ты тут?", "ТУТ ТЫ!"), "конечно"),
        Dialogue("Он там", ("ты тут?",), "нет"),
    ]
    kept = [
        ("я еще тут", "ты тут", "да"),
        ("я еще тут", "тут ты", "да"),
        ("я еще тут", "где ты", "тут"),
        ("тут я еще", "ты тут", "да"),
        ("он там", "ты тут", "нет"),
    ]
    rows = split["triples"](facts)
    assert rows == [tuple(line.split() for line in row) for row in kept]
    parts = {}
    for seed in range(10):
        train, test = split["split_facts"](rows, np.random.default_rng(seed), 0.3)
        check_split(rows, train, test)
        parts[len(train)] = train
    assert parts[4] == rows[:4]


def test_facts_that_are_all_near_cannot_be_split(split):
    rows = rows_about(split, "Я тут", "Тут я")
    said = line_of(split["split_facts"], rows, np.random.default_rng(0), 0.1)
    assert "факты похожи и считаются за один" in said


def test_the_split_of_the_full_set(split, real_data, teacher_folder):
    for name in FULL:
        shutil.copy(real_data / name, teacher_folder)
    rows = split["triples"](load("dialogues", "full").facts)
    assert len({(tuple(told), tuple(asked)) for told, asked, _ in rows}) == len(rows)
    train, test = split["split_facts"](rows, np.random.default_rng(0), 0.1)
    check_split(rows, train, test)
    assert len(told_in(test)) == len(told_in(rows)) // 10
    groups = split["groups_of"](list(told_in(rows)))
    assert groups.max() + 1 == 3417
    assert np.bincount(groups).max() == 546  # as the lesson says


# --- facts and questions changed at random: what each change may do and may not -------

TRIPLES = [
    (tokenize(each.context), tokenize(question), tokenize(each.answer))
    for each in FACTS[:900]
    for question in each.questions
]
LONGEST = max(len(told) for told, _, _ in TRIPLES)
PRONOUNS = ("ты", "тебя", "тебе")
MARKS = (
    "def find_run(", "in_fact = ", "def alike(", "def pick(", "def show(",
    "def kind_of(", "answers_to, runs = ", "def may_swap(", "def swap(", "def topics(",
    "def negate(", "def drop_asked(", "def ask_doing(", "def changed(",
)  # fmt: skip


@pytest.fixture(scope="module")
def lesson():
    """The changes, with the triples above in place of the lesson's."""
    steps = max(len(answer) for _, _, answer in TRIPLES) + 1
    return run_cells(
        7, *MARKS, seed=42, learn_facts=TRIPLES, PLACES=LONGEST, STEPS=steps
    )


def pairs_of(lesson, seed=0, **chances):
    """Return old and new triples of three passes; a change not named never happens."""
    rng = np.random.default_rng(seed)
    assert set(chances) <= {change.__name__ for change in lesson["CHANCES"]}
    chances = {each: chances.get(each.__name__, 0) for each in lesson["CHANCES"]}
    rows = [row for _ in range(3) for row in TRIPLES]
    return [(row, lesson["changed"](row, rng, chances)) for row in rows]


def changed(lesson, **chances):
    found = [pair for pair in pairs_of(lesson, **chances) if pair[0] != pair[1]]
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
def test_alike(lesson, first, second, share):
    assert lesson["alike"](first, second) == pytest.approx(share)
    assert lesson["alike"](second, first) == pytest.approx(share)


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
def test_find_run(lesson, words, run, place):
    assert lesson["find_run"](words.split(), run.split()) == place


def test_without_chances_nothing_changes_and_nothing_is_touched(lesson):
    before = [tuple(list(part) for part in triple) for triple in TRIPLES]
    for old, new in pairs_of(lesson):
        assert old == new
    every = {change.__name__: 1 for change in lesson["CHANCES"]}
    pairs_of(lesson, **every)
    assert before == TRIPLES


def test_the_generator_decides(lesson):
    chances = {change.__name__: 0.5 for change in lesson["CHANCES"]}
    assert pairs_of(lesson, 3, **chances) == pairs_of(lesson, 3, **chances)
    assert pairs_of(lesson, 3, **chances) != pairs_of(lesson, 4, **chances)


def test_a_swap_puts_a_run_of_another_fact_in_the_place_of_one_and_keeps_the_answer(
    lesson,
):
    find_run = lesson["find_run"]
    runs = {tuple(y) for told, _, y in TRIPLES if find_run(told, y) >= 0}
    kinds = set()
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(
        lesson, swap=1
    ):
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


def test_nothing_becomes_longer_than_it_may(lesson, monkeypatch):
    monkeypatch.setitem(lesson, "PLACES", 5)
    most = max(len(answer) for _, _, answer in TRIPLES)
    for old, new in pairs_of(lesson, swap=1, ask_doing=1):
        for before, after in zip(old[:2], new[:2], strict=True):
            assert len(after) <= max(5, len(before))
        assert len(new[2]) <= most


def test_what_you_do_instead_of_what_you_water(lesson):
    find_run = lesson["find_run"]
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(
        lesson, ask_doing=1
    ):
        assert new_told == told
        assert new_asked[0] == "что"
        assert "делаешь" in new_asked
        assert new_answer == [told[find_run(told, answer) - 1], *answer]
        assert find_run(told, new_answer) >= 0
        assert asked[0] in ("что", "кого")
        assert len(new_asked) == len(asked)


def test_yes_becomes_no_with_another_word_of_that_ending(lesson):
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(
        lesson, negate=1
    ):
        assert (answer, new_answer) == (["да"], ["нет"])
        assert new_told == told
        (place,) = [i for i, word in enumerate(asked) if word != new_asked[i]]
        assert new_asked[place][-2:] == asked[place][-2:]
        assert max(lesson["alike"](new_asked[place], word) for word in told) == 0


def test_a_question_loses_one_word_that_its_statement_has_and_keeps_another(lesson):
    pairs = changed(lesson, drop_asked=1)
    for (told, asked, answer), (new_told, new_asked, new_answer) in pairs:
        assert (new_told, new_answer) == (told, answer)
        assert len(new_asked) == len(asked) - 1
        (lost,) = set(asked) - set(new_asked)
        assert max(lesson["alike"](lost, word) for word in told) > 0.4


def test_a_statement_loses_a_word_that_nobody_asked_for(lesson):
    pairs = changed(lesson, drop_told=1)
    for (told, asked, answer), (new_told, new_asked, new_answer) in pairs:
        assert (new_asked, new_answer) == (asked, answer)
        (lost,) = set(told) - set(new_told)
        assert lost not in answer
        assert all(lesson["alike"](lost, word) == 0 for word in asked)
        yes_or_no = answer[0] in ("да", "нет")
        assert yes_or_no or lesson["find_run"](new_told, answer) >= 0


def test_a_pronoun_moves_but_not_after_its_preposition(lesson):
    for (told, asked, answer), (new_told, new_asked, new_answer) in changed(
        lesson, move=1
    ):
        assert (new_told, new_answer) == (told, answer)
        assert sorted(new_asked) == sorted(asked)
        assert new_asked[0] == asked[0]
        rest = [word for word in asked if word not in PRONOUNS]
        assert [word for word in new_asked if word not in PRONOUNS] == rest
        assert "у тебя" not in " ".join(asked)
