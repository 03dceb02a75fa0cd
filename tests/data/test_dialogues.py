"""The dialogues of lesson 7 as they were written: counts, form, no near-equal facts."""

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from helpers.data import load
from helpers.text import tokenize
from tests.support import ROOT, run_cells

TOKENS = re.compile(r"[а-яё]+(?:-[а-яё]+)*|[.,!?:;—]")
SHORT = ("да", "нет", "я", "мне", "у меня", "мой", "моя", "моё", "мои")


@pytest.fixture(scope="module")
def dialogues():
    return load("dialogues", "sample")


@pytest.fixture(scope="module")
def lesson():
    """How lesson 7 tells facts that are nearly the same, and parts them."""
    marks = ("def groups_of(", "def draw_groups(", "def split_facts(")
    return run_cells(7, *marks, seed=42)


def plain(text):
    return " ".join(tokenize(text))


def test_small_talk_is_varied(dialogues):
    assert len(dialogues.small_talk) >= 300
    assert min(len(each.questions) for each in dialogues.small_talk) >= 4
    answers = Counter(plain(each.answer) for each in dialogues.small_talk)
    assert max(answers.values()) == 1
    asked = Counter(plain(q) for each in dialogues.small_talk for q in each.questions)
    assert max(asked.values()) == 1, asked.most_common(3)


def test_phrasings_differ_in_words_and_not_in_their_order(dialogues):
    for each in dialogues.small_talk:
        bags = [frozenset(tokenize(question)) for question in each.questions]
        assert len(set(bags)) == len(bags), each.questions


def test_answers_are_short_and_polite(dialogues):
    for each in dialogues.small_talk:
        assert 3 <= len(TOKENS.findall(each.answer.lower())) <= 12, each.answer
        assert each.answer[0].isupper(), each.answer
        assert each.answer[-1] in ".!?", each.answer


def test_letters_and_marks(dialogues):
    for each in [*dialogues.small_talk, *dialogues.facts]:
        for line in (each.context, *each.questions, each.answer):
            assert re.fullmatch(r"[а-яёА-ЯЁ .,!?:;—-]*", line), line


def test_each_fact_has_questions_of_several_kinds(dialogues):
    asked = defaultdict(list)
    for each in dialogues.facts:
        asked[each.context].append(each)
    assert len(asked) >= 150
    for fact, found in asked.items():
        assert len({plain(q) for each in found for q in each.questions}) >= 4, fact
        kinds = {each.answer for each in found}
        assert "да" in kinds, fact
        assert kinds - set(SHORT), fact


def test_an_answer_stands_in_its_fact(dialogues):
    for each in dialogues.facts:
        if each.answer not in SHORT:
            assert f" {plain(each.answer)} " in f" {plain(each.context)} ", each


def test_no_fact_is_near_another(dialogues, lesson):
    facts = list(dict.fromkeys(each.context for each in dialogues.facts))
    groups = lesson["groups_of"]([tokenize(fact) for fact in facts])
    assert len(set(groups)) == len(facts)


def test_facts_held_out_have_words_never_seen(dialogues, lesson):
    rows = [(tokenize(each.context), [], []) for each in dialogues.facts]
    train, test = lesson["split_facts"](rows, np.random.default_rng(0), 0.2)
    seen = {word for told, _, _ in train for word in told}
    held = {tuple(told) for told, _, _ in test}
    fresh = [told for told in held if set(told) - seen]
    assert len(fresh) > 0.9 * len(held)


def test_the_card_counts_what_is_there(dialogues):
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    card = " ".join(
        card.split("## smalltalk.txt, facts.txt")[1].split("## ")[0].split()
    )
    phrasings = sum(len(each.questions) for each in dialogues.small_talk)
    facts = {each.context for each in dialogues.facts}
    answers = Counter(each.answer for each in dialogues.facts)
    short = sum(answers[word] for word in SHORT)
    runs = len(dialogues.facts) - short
    assert f"{len(dialogues.small_talk)} answers of a polite program" in card
    assert f"{phrasings:,} in all" in card
    assert f"{len(facts)} facts" in card
    assert f"{len(dialogues.facts):,} questions about them" in card
    rest = short - answers["да"] - answers["нет"] - answers["я"]
    assert (
        f"a run of the fact's own words ({runs}), «да» ({answers['да']}), "
        f"«нет» ({answers['нет']}), «я» ({answers['я']})"
    ) in card
    assert f"«мои» ({rest})" in card
