"""Figures: what they show is asserted on their data; their sentence is shown."""

import io
import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from tests.support import ROOT

mpl.use("agg")
import matplotlib.pyplot as plt

from helpers import plots


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_show_gives_the_picture_and_its_sentence(monkeypatch):
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: seen.append((a, k)))
    figure, _ = plt.subplots()
    plots.show(figure, "Пустые оси.")
    (data,), options = seen[0]
    assert data["text/plain"] == "Пустые оси."
    assert data["image/png"].startswith(b"\x89PNG")
    assert options == {"metadata": {"image/png": {"alt": "Пустые оси."}}, "raw": True}
    assert not plt.get_fignums()


def test_show_wants_a_sentence():
    with pytest.raises(ValueError, match="sentence"):
        plots.show(plt.figure(), "  ")


def test_a_drawing_is_stored_with_few_colours_and_a_photograph_whole():
    figure, axis = plt.subplots()
    axis.plot(np.sin(np.linspace(0, 6, 50)), label="синус")
    axis.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    small = plots.small_png(buffer.getvalue())
    assert len(small) < 0.6 * len(buffer.getvalue())
    before, after = (
        np.asarray(Image.open(io.BytesIO(each)).convert("RGB"), float)
        for each in (buffer.getvalue(), small)
    )
    assert abs(before - after).mean() < 0.5
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    assert plots.small_png(buffer.getvalue()) == buffer.getvalue()


def test_pictures_are_where_they_should_be():
    images = np.arange(5 * 4 * 4).reshape(5, 4, 4)
    figure = plots.pictures(images, list("абвгд"), columns=3)
    assert len(figure.axes) == 6
    for index in range(5):
        axis = figure.axes[index]
        assert np.array_equal(axis.images[0].get_array(), images[index])
        assert axis.get_title() == "абвгд"[index]
    assert not figure.axes[5].images
    assert not any(axis.axison for axis in figure.axes)


def test_no_pictures_are_a_blank_figure(monkeypatch):
    figure = plots.pictures(np.zeros((0, 28, 28)), [])
    assert not any(axis.images or axis.axison for axis in figure.axes)
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **_: shown.append(a))
    plots.show(figure, "Ни одной картинки.")
    assert len(shown) == 1


HOMELESS = """
import logging
from helpers import plots
plots.set_style()
logging.getLogger("matplotlib.font_manager").warning("later")
"""


def test_a_home_that_cannot_be_written_is_not_the_students_business(tmp_path):
    """Matplotlib warns twice, on stderr, when it cannot keep its cache there."""
    blocked = tmp_path / "файл"
    blocked.write_text("не папка", encoding="utf-8")
    own = ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    environment = {k: v for k, v in os.environ.items() if k not in own}
    environment |= {"HOME": str(blocked / "дом"), "MPLBACKEND": "agg"}
    environment |= {"USERPROFILE": environment["HOME"], "PYTHONUTF8": "1"}

    def stderr_of(code):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "MPLCONFIGDIR" in stderr_of("import matplotlib")
    assert stderr_of(HOMELESS) == "later\n"  # what comes after is not silenced


def test_pictures_on_given_axes():
    figure, axes = plt.subplots(1, 3)
    assert plots.pictures([np.eye(2)], axes=axes[1:2], vmin=0, vmax=5) is figure
    assert axes[1].images[0].get_clim() == (0, 5)
    assert not axes[0].images


def test_learning_curves():
    history = {"loss": [3, 2, 1], "val_loss": [3.5, 2.5, 2.0]}
    axis = plots.learning_curves(
        {"сеть": history, "другая": {"loss": [1, 1]}}, log=True
    )
    lines = axis.get_lines()
    assert [line.get_label() for line in lines] == [
        "сеть: обучение",
        "сеть: валидация",
        "другая: обучение",
    ]
    assert lines[1].get_xdata().tolist() == [1, 2, 3]
    assert lines[1].get_ydata().tolist() == [3.5, 2.5, 2.0]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("эпоха", "потери")
    assert axis.get_yscale() == "log"


def test_confusion_shows_every_count():
    axis = plots.confusion([[5, 1], [0, 7]], ["нет", "да"], hide_diagonal=True)
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("ответ сети", "верный класс")
    assert [label.get_text() for label in axis.get_xticklabels()] == ["нет", "да"]
    assert sorted(text.get_text() for text in axis.texts) == ["0", "1"]
    shown = plots.confusion([[5, 1], [0, 7]], ["нет", "да"])
    assert sorted(text.get_text() for text in shown.texts) == ["0", "1", "5", "7"]


def test_the_font_has_every_letter():
    from matplotlib import font_manager

    plots.set_style()
    path = font_manager.findfont(
        mpl.rcParams["font.family"][0], fallback_to_default=False
    )
    letters = font_manager.get_font(path).get_charmap()
    assert all(ord(letter) in letters for letter in "АБЯабяёЁ«»№×−…")


def test_lesson_1_still_finds_its_network_here():
    (axis,) = plots.network({"вход": ["a", "b"], "выход": ["y"]}, ["w1", "w2"]).axes
    assert {"вход", "выход", "a", "b", "y", "w1", "w2"} == {
        text.get_text() for text in axis.texts if text.get_text()
    }


def test_a_decision_shows_answers_boundary_and_examples():
    _, axis = plt.subplots()
    answers = np.tile(np.linspace(0, 1, 21), (21, 1))
    x, y = np.array([[-1, 0], [1, 0], [1, 1]]), np.array([0, 1, 1])
    plots.decision(axis, answers, x, y, limit=2)
    crosses, dots = axis.collections[-2:]
    assert crosses.get_offsets().tolist() == [[-1, 0]]
    assert len(dots.get_offsets()) == 2
    (boundary,) = axis.collections[1].get_paths()
    assert np.allclose(boundary.vertices[:, 0], 0)
    assert axis.get_xlim() == (-2, 2)


def test_a_decision_without_a_boundary():
    _, axis = plt.subplots()
    plots.decision(axis, np.full((5, 5), 0.2), np.zeros((1, 2)), np.zeros(1))
    assert len(axis.collections) == 3  # answers, crosses, dots: no contour


def coloured(monkeypatch, words, values):
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: seen.append(a[0]))
    plots.coloured_text(words, values)
    return seen[0]


def test_coloured_text_escapes_what_a_review_may_hold(monkeypatch):
    words = ["<script>alert(1)</script>", 'a"b', "fine"]
    page = coloured(monkeypatch, words, [0.1, 0.0, 1.0])["text/html"]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "a&quot;b" in page


def test_coloured_text_reads_without_colours(monkeypatch):
    shown = coloured(monkeypatch, ["good", "film", "dull"], [4.0, 0.0, -3.0])
    assert "<b>good</b>" in shown["text/html"]
    assert "<u>dull</u>" in shown["text/html"]
    assert "rgba(0, 114, 178, 0.60)" in shown["text/html"]
    assert "rgba(213, 94, 0, 0.45)" in shown["text/html"]
    assert shown["text/plain"] == "good(+1.0) film dull(-0.8)"


def test_coloured_text_of_nothing_but_zeros_and_of_nothing(monkeypatch):
    assert "<b>" not in coloured(monkeypatch, ["a", "b"], [0.0, 0.0])["text/html"]
    assert coloured(monkeypatch, [], [])["text/plain"] == ""


@pytest.mark.parametrize("values", [[1.0], [1.0, np.nan], [1.0, np.inf]])
def test_coloured_text_wants_a_finite_value_a_word(values):
    with pytest.raises(ValueError, match="finite values"):
        plots.coloured_text(["a", "b"], values)
