"""Lesson 3's own functions, taken from its cells."""

from collections import Counter
from html import escape

import nbformat
import numpy as np
import pandas as pd
import pytest

from helpers import text
from helpers.data.reviews import review_words
from helpers.errors import CourseError
from tests.support import ROOT

BOOK = nbformat.read(ROOT / "lessons" / "03_imdb_cnn.ipynb", as_version=4)


def defined(name, **scope):
    """Return a function of the lesson, run in a scope of its own."""
    (source,) = [c.source for c in BOOK.cells if f"def {name}(" in c.source]
    lines = source[source.index(f"def {name}(") :].splitlines()
    body = [lines[0]]
    for line in lines[1:]:
        if line and not line.startswith((" ", ")")):
            break
        body.append(line)
    exec("\n".join(body), scope)
    return scope[name]


# --- coloured words -------------------------------------------------------------------


@pytest.fixture
def coloured():
    """Return what the lesson's function displays: a dict of two texts."""

    def shown(words, values):
        seen = []

        def display(data, **_):
            seen.append(data)

        function = defined("coloured", np=np, escape=escape, display=display)
        function("метка 1", words, np.array(values, float))
        return seen[0]

    return shown


def test_coloured_words_escape_what_a_review_may_hold(coloured):
    words = ["<script>alert(1)</script>", 'a"b', "fine"]
    page = coloured(words, [0.1, 0.0, 1.0])["text/html"]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "a&quot;b" in page


def test_coloured_words_read_without_colours(coloured):
    shown = coloured(["good", "film", "dull"], [4.0, 0.0, -3.0])
    assert "<b>good</b>" in shown["text/html"]
    assert "<u>dull</u>" in shown["text/html"]
    assert "rgba(0, 114, 178, 0.60)" in shown["text/html"]
    assert "rgba(213, 94, 0, 0.45)" in shown["text/html"]
    assert shown["text/plain"] == "метка 1: good(+1.0) film dull(-0.8)"


def test_coloured_words_of_nothing_but_zeros_and_of_nothing(coloured):
    assert "<b>" not in coloured(["a", "b"], [0.0, 0.0])["text/html"]
    assert coloured([], [])["text/plain"] == "метка 1: "


# --- the student's own review ---------------------------------------------------------


@pytest.fixture
def judge():
    weights = pd.Series([0, 1, 0, -1], ["<pad>", "good", "film", "not good"])
    return defined(
        "judge",
        text=text,
        review_words=review_words,
        weights=weights,
        CourseError=CourseError,
        np=np,
        by_grams=lambda rows: np.array([[0.75 if "good" in rows[0] else 0.25]]),
    )


@pytest.mark.parametrize("line", ["", "...", "zxqv qqqz", "Прекрасный фильм!"])
def test_a_review_without_a_known_word_is_not_judged(judge, line):
    with pytest.raises(CourseError, match="ни одного знакомого"):
        judge(line)


@pytest.mark.parametrize("line", [None, 5, float("nan"), b"good"])
def test_what_is_no_text_is_refused(judge, line):
    with pytest.raises(CourseError, match="текст 0"):
        judge(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A good film", "хвалят, вероятность похвалы 0.75 (знакомых слов 2)"),
        ("the film", "ругают, вероятность похвалы 0.25 (знакомых слов 1)"),
        ("<b>good</b> <script>x</script>", "хвалят, вероятность похвалы 0.75"),
        ("good film " * 5000, "(знакомых слов 10000)"),
    ],
)
def test_a_review_is_judged(judge, line, said):
    assert said in judge(line)


# --- pairs ----------------------------------------------------------------------------


def test_a_tie_counts_as_a_half():
    pair_is_right = defined("pair_is_right", np=np)
    assert pair_is_right([[2.0], [1.0], [1.0], [2.0], [3.0], [3.0]]).tolist() == [
        1,
        0,
        0.5,
    ]


def test_ratios_by_hand():
    ratios_of = defined(
        "ratios_of", np=np, Counter=Counter, LEAST=1, grams_of=lambda words: set(words)
    )
    found = ratios_of([["good", "good"], ["bad"]], [1, 0])
    assert list(found) == ["bad", "good"]
    assert np.allclose(list(found.values()), [-np.log(2), np.log(2)])


def test_contributions_of_words_add_up_to_the_logit():
    """A repeated n-gram counts once, an unknown one not at all."""
    grams = {"a": 1.0, "b": -2.0, "a b": 4.0, "b a": 0.5, "a b a": 8.0}
    weights = pd.Series(grams)
    contributions = defined(
        "contributions", np=np, Counter=Counter, text=text, weights=weights, u=10.0
    )
    values = contributions(["a", "b", "a", "zz"])
    assert np.isclose(values.sum(), 10 * weights.mean())
    thirds, halves = 8 / 3, (4 / 2, 0.5 / 2)
    first = 10 * (1 / 2 + halves[0] + thirds) / 5
    second = 10 * (-2 + sum(halves) + thirds) / 5
    third = 10 * (1 / 2 + halves[1] + thirds) / 5
    assert np.allclose(values, [first, second, third, 0])
