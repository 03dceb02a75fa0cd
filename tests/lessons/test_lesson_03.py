"""Lesson 3's own functions, taken from its cells."""

from html import escape

import nbformat
import numpy as np
import pytest

from tests.support import ROOT

BOOK = nbformat.read(ROOT / "lessons" / "03_imdb_cnn.ipynb", as_version=4)


@pytest.fixture
def coloured():
    """Return what the lesson's function displays: a dict of two texts."""
    (source,) = [c.source for c in BOOK.cells if c.source.startswith("def coloured(")]

    def shown(words, values):
        seen = []
        scope = {
            "np": np,
            "escape": escape,
            "display": lambda data, **_: seen.append(data),
        }
        exec(source, scope)
        scope["coloured"](words, np.array(values, float))
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
    assert shown["text/plain"] == "good(+1.0) film dull(-0.8)"


def test_coloured_words_of_nothing_but_zeros_and_of_nothing(coloured):
    assert "<b>" not in coloured(["a", "b"], [0.0, 0.0])["text/html"]
    assert coloured([], [])["text/plain"] == ""
