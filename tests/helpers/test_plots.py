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
from helpers.errors import CourseError


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
    limits = {"1 x 1": "linear c 0 1", "1 y 1": "linear c 0 1"}
    metadata = {"image/png": {"alt": "Пустые оси."}, "figure": limits}
    assert options == {"metadata": metadata, "raw": True}
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


# --- one figure in one call -----------------------------------------------------------

NAMED = {"xlabel": "шаг", "ylabel": "потери", "alt": "Кривая падает."}


@pytest.fixture
def shown(monkeypatch):
    """Sentences of the figures that were shown, and their axes as they were then."""
    seen = []

    def show(figure, alt):
        seen.append((alt, figure.axes[0]))
        plt.close(figure)

    monkeypatch.setattr(plots, "show", show)
    return seen


def test_a_call_draws_names_and_shows(monkeypatch):
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: seen.append(a[0]))
    assert plots.lines({"а": [1, 2]}, **NAMED) is None  # a cell ends with nothing
    assert seen[0]["text/plain"] == "Кривая падает."
    assert not plt.get_fignums()


def test_curves_are_told_apart_by_colour_and_stroke(shown):
    plots.lines({"одна": [3, 1], "другая": [2, 2, 5], "_без имени": [1]}, **NAMED)
    ((alt, axis),) = shown
    one, other, third = axis.get_lines()
    assert alt == NAMED["alt"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("шаг", "потери")
    assert other.get_xydata().tolist() == [[1, 2], [2, 2], [3, 5]]
    assert (one.get_color(), other.get_color()) == (plots.BLUE, plots.ORANGE)
    styles = [line.get_linestyle() for line in (one, other, third)]
    assert styles == ["-", "--", ":"]
    names = [text.get_text() for text in axis.get_legend().get_texts()]
    assert names == ["одна", "другая"]
    assert all(tick == int(tick) for tick in axis.get_xticks())


def test_one_curve_needs_no_name_and_no_legend(shown):
    plots.lines(np.array([0.5, 0.7]), [10, 30], styles="o-", colours="0.3", **NAMED)
    (line,) = shown[0][1].get_lines()
    assert line.get_xydata().tolist() == [[10, 0.5], [30, 0.7]]
    assert (line.get_marker(), line.get_color()) == ("o", "0.3")
    assert shown[0][1].get_legend() is None


def test_what_a_figure_may_have_besides(shown):
    sizes = [10, 100, 1000]
    plots.lines(
        {"сеть": [3, 2, 1]},
        sizes,
        log="xy",
        xticks=sizes,
        ylim=(0.5, 8),
        title="проба",
        bands={"сеть": ([2.5, 1.5, 0.5], [4, 3, 2])},
        hlines={"порог": 1.5},
        vlines={"_": 100},
        notes={"слово": (10, 3)},
        legend="outside",
        **NAMED,
    )
    axis = shown[0][1]
    curve, across, down = axis.get_lines()
    assert list(across.get_ydata()) == [1.5, 1.5]
    assert list(down.get_xdata()) == [100, 100]
    assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
    labels = [label.get_text() for label in axis.get_xticklabels()]
    assert (labels, axis.get_xticks().tolist()) == (["10", "100", "1000"], sizes)
    assert axis.get_ylim() == (0.5, 8)
    assert axis.get_title() == "проба"
    (band,) = axis.collections
    assert mpl.colors.to_hex(band.get_facecolor()) == curve.get_color().lower()
    assert {(10, 2.5), (1000, 2)} <= set(map(tuple, band.get_paths()[0].vertices))
    names = [text.get_text() for text in axis.get_legend().get_texts()]
    assert names == ["сеть", "порог"]
    assert axis.texts[0].xy == (10, 3)


def test_on_a_given_axis_nothing_is_shown_and_names_stay(shown):
    figure, axes = plt.subplots(1, 2)
    axes[1].set_ylabel("прежнее")
    plots.lines({"а": [1, 2]}, axis=axes[1], xlabel="шаг", legend="")
    plots.bars({"а": 1}, axis=axes[0])
    assert not shown
    assert plt.fignum_exists(figure.number)
    assert (axes[1].get_xlabel(), axes[1].get_ylabel()) == ("шаг", "прежнее")
    assert axes[1].get_legend() is None


def test_anything_else_is_drawn_in_a_frame(shown):
    with plots.frame(**NAMED, vlines={"порог": 2}) as axis:
        axis.hist([1, 2, 3])
    assert shown[0][1] is axis
    assert axis.get_xlabel() == "шаг"
    with pytest.raises(ZeroDivisionError), plots.frame(**NAMED):
        1 / 0  # noqa: B018
    assert not plt.get_fignums()  # Jupyter would show it below the error


def test_points(shown):
    groups = {"нет": np.array([[0, 1], [2, 3]]), "да": [(4, 5)]}
    plots.scatter(groups, notes={"слово": (4, 5)}, **NAMED)
    no, yes = shown[0][1].get_lines()
    assert no.get_xydata().tolist() == [[0, 1], [2, 3]]
    assert yes.get_xydata().tolist() == [[4, 5]]
    assert no.get_marker() != yes.get_marker()
    assert no.get_linestyle() == yes.get_linestyle() == "None"
    assert shown[0][1].texts[0].get_text() == "слово"
    plots.lines({"дорога": [(0.1, 5), (0.2, 4)]}, **NAMED)  # places of its own
    assert shown[1][1].get_lines()[0].get_xydata().tolist() == [[0.1, 5], [0.2, 4]]
    assert any(tick != int(tick) for tick in shown[1][1].get_xticks())


def test_bars_stand(shown):
    plots.bars({"а": 2, "б": -1}, errors=[0.5, 0.25], fmt="%.1f", **NAMED)
    axis = shown[0][1]
    assert [bar.get_height() for bar in axis.patches] == [2, -1]
    assert [bar.get_center()[0] for bar in axis.patches] == [0, 1]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["а", "б"]
    assert {"2,0", "−1,0"} == {text.get_text() for text in axis.texts}
    whiskers = axis.collections[0].get_segments()
    assert np.array(whiskers)[:, :, 1].tolist() == [[1.5, 2.5], [-1.25, -0.75]]
    assert axis.get_legend() is None


def test_bars_lie_in_groups_the_first_on_top(shown):
    groups = {"раз": {"а": 1, "б": 2}, "два": {"а": 3, "б": 4}}
    errors = {"два": np.array([[0, 0], [1, 1]])}
    plots.bars(groups, horizontal=True, errors=errors, vlines={"порог": 2.5}, **NAMED)
    axis = shown[0][1]
    assert [bar.get_width() for bar in axis.patches] == [1, 2, 3, 4]
    middles = [bar.get_center()[1] for bar in axis.patches]
    assert middles == pytest.approx([-0.2, 0.8, 0.2, 1.2])
    low, high = axis.get_ylim()
    assert low > high
    assert [label.get_text() for label in axis.get_yticklabels()] == ["а", "б"]
    names = [text.get_text() for text in axis.get_legend().get_texts()]
    assert names == ["раз", "два", "порог"] or names == ["порог", "раз", "два"]
    assert np.array(axis.collections[0].get_segments())[:, :, 0].tolist() == [
        [3, 4],
        [4, 5],
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: plots.lines({"а": [1]}, ylabel="y", alt="x."), "не названы оси"),
        (lambda: plots.bars({"а": 1}, xlabel="x", ylabel="y", alt=" "), "нет описания"),
        (lambda: plots.lines({}, **NAMED), "рисовать нечего"),
        (lambda: plots.bars({}, **NAMED), "рисовать нечего"),
        (lambda: plots.scatter({}, **NAMED), "рисовать нечего"),
        (lambda: plots.lines({"а": []}, **NAMED), r"«а»: .*массив \(0,\)"),
        (lambda: plots.lines({"а": np.ones((2, 3))}, **NAMED), r"массив \(2, 3\)"),
        (lambda: plots.lines({"а": [1, 2]}, [1, 2, 3], **NAMED), "чисел 2, а мест"),
        (lambda: plots.scatter({"а": np.ones((0, 2))}, **NAMED), r"массив \(0, 2\)"),
        (lambda: plots.bars([1, 2], **NAMED), "нужен словарь"),
        (lambda: plots.bars({"а": {}}, **NAMED), "нужен словарь"),
        (lambda: plots.bars({"а": {"x": 1}, "б": {"y": 1}}, **NAMED), "столбцы «б»"),
        (lambda: plots.bars({"а": {"x": 1}, "б": 2}, **NAMED), "столбцы «б»"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_no_figure_is_left(call, said):
    with pytest.raises(CourseError, match=said):
        call()
    assert not plt.get_fignums()


def test_learning_curves():
    history = {"loss": [3, 2, 1], "val_loss": [3.5, 2.5, 2.0]}
    _, axis = plt.subplots()
    histories = {"сеть": history, "другая": {"loss": [1, 1]}}
    plots.learning_curves(histories, axis=axis, log=True)
    lines = axis.get_lines()
    assert [line.get_label() for line in lines] == [
        "сеть: обучение",
        "сеть: валидация",
        "другая: обучение",
    ]
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-"]
    assert lines[1].get_xdata().tolist() == [1, 2, 3]
    assert lines[1].get_ydata().tolist() == [3.5, 2.5, 2.0]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("эпоха", "потери")
    assert axis.get_yscale() == "log"
    with pytest.raises(KeyError):
        plots.learning_curves(histories, "accuracy", axis=axis)


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


# --- odd input ------------------------------------------------------------------------


def test_drawing_twice_on_an_axis_goes_on_with_colours_and_names_a_line_once(shown):
    figure, axis = plt.subplots()
    plots.lines({"а": [1, 2]}, axis=axis, hlines={"порог": 1})
    plots.lines({"б": [2, 1]}, axis=axis, hlines={"порог": 1})
    first, _, second, _ = axis.lines
    assert first.get_color() != second.get_color()
    names = [text.get_text() for text in axis.get_legend().get_texts()]
    assert names == ["а", "порог", "б"]
    plt.close(figure)


def test_a_single_point_is_seen(shown):
    plots.lines({"одна": [0.5], "две": [1, 2]}, **NAMED)
    marks = [line.get_marker() for line in shown[0][1].lines]
    assert marks == ["o", "None"]


def test_names_of_ticks_of_a_logarithmic_axis_are_kept(shown):
    labels = {"xticks": [1, 10], "xticklabels": ["мало", "много"]}
    plots.lines({"а": [1, 2]}, x=[1, 10], log="x", **labels, **NAMED)
    axis = shown[0][1]
    assert [text.get_text() for text in axis.get_xticklabels()] == ["мало", "много"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.lines({"а": [1, 2]}, bands={"б": ([0, 0], [3, 3])}, **NAMED),
        lambda: plots.lines({"а": [[1, 2], [3]]}, **NAMED),
        lambda: plots.bars({"а": {"x": 1}}, errors={"б": [1]}, **NAMED),
        lambda: plots.bars({"а": 1, "б": {"x": 2}}, **NAMED),
    ],
    ids=["band", "ragged", "whisker", "mixed"],
)
def test_what_cannot_be_drawn_is_a_line(call):
    with pytest.raises(CourseError):
        call()
