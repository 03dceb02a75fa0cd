"""A figure's fingerprint: what it says, and that nothing drawn makes it fail."""

import io
import json

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt

from helpers import diagrams, plots
from helpers.fingerprint import fingerprint


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def held(figure):
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    found = fingerprint(figure)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(isinstance(line, str) for line in found.values())
    return found


def test_what_is_said_of_a_curve():
    figure, axis = plt.subplots()
    axis.plot([0, 1, 2, 3], [0, 100, 10, 10], label="потери")
    axis.plot([0, 3], [5, 5])
    axis.set(xlim=(0, 4), ylim=(0, 100), xlabel="эпоха", ylabel="потери", title="Сеть")
    axis.legend()
    assert held(figure) == {
        "1 title 1": " | Сеть",
        "1 x 1": "linear c 0 4 | эпоха",
        "1 y 1": "linear c 0 100 | потери",
        "1 legend 1": " | потери",
        "1 line 1": "4 x 0 375 750 0 750 y 0 300 1000 0 100 t -75 -50 | потери",
        "1 line 2": "2 x 0 375 750 0 750 y 50 50 50 50 50 t 0 0",
    }


def test_a_logarithmic_axis_is_measured_in_powers():
    figure, axis = plt.subplots()
    axis.plot([1, 2, 3], [1, 10, 100])
    axis.set(yscale="log", ylim=(1, 1000), xlim=(1, 3))
    found = held(figure)
    assert found["1 y 1"] == "log c 1 1000"
    assert " y 0 333 667 0 667 t 333 " in found["1 line 1"]


def test_an_image_is_measured_between_the_ends_of_its_colours():
    figure, axes = plt.subplots(1, 2)
    plots.pictures([[[0, 0], [0, 4]]] * 2, list("аб"), axes=axes, vmin=0, vmax=8)
    assert held(figure)["2 image 1"] == "2x2 v 0 125 500 125 125 c 0 8"
    assert "2 x 1" not in held(figure)


def test_names_of_categories_are_kept_and_plain_ticks_are_not():
    figure, (left, right) = plt.subplots(1, 2)
    plots.bars({"кот": 1, "пёс": 2}, axis=left, fmt="%.1f")
    plots.bars({"кот": 1, "пёс": 2}, axis=right, horizontal=True)
    found = held(figure)
    assert found["1 x-names 1"] == " | кот\nпёс"
    assert found["2 y-names 1"] == " | кот\nпёс"
    assert "1 y-names 1" not in found
    assert found["1 texts 1"].endswith(" | 1,0\n2,0")
    assert found["1 bars 1"].startswith("2 x ")


def test_a_diagram_keeps_the_numbers_written_on_it():
    names = {"вход": ["x1", "x2"], "выход": ["h1"]}
    found = held(diagrams.network(names, ["0,5", "−2"]))
    assert found["1 texts 1"].endswith("0,5\n−2")
    assert found["1 ellipse 1"].startswith("3 x ")
    assert found["1 fancyarrowpatch 1"].startswith("2 x ")


def lines(axis):
    for place in range(40):
        axis.plot([0, 1], [place, place])


def dates(axis):
    axis.plot(np.array(["2026-01-01", "2026-02-01"], "M8[D]"), [1, 2])
    axis.annotate("тут", (np.datetime64("2026-01-05"), 1))


def categories(axis):
    axis.bar(["а", "б"], [1, 2])
    axis.text("а", 1, "т")
    axis.annotate("й", ("б", 1))


ODD = {
    "empty": lambda axis: None,
    "no points": lambda axis: (
        axis.plot([], []),
        axis.bar([], []),
        axis.scatter([], []),
    ),
    "no numbers": lambda axis: axis.plot([1, np.nan, np.inf], [np.nan, 1, -np.inf]),
    "one point": lambda axis: axis.scatter([1], [2]),
    "zero on a logarithmic axis": lambda axis: axis.loglog([0, 1, 10], [-1, 0, 1]),
    "blank image": lambda axis: axis.imshow(np.full((2, 2), np.nan)),
    "constant image": lambda axis: axis.imshow(np.ones((3, 3))),
    "photograph": lambda axis: axis.imshow(np.zeros((4, 5, 3), np.uint8)),
    "truth": lambda axis: axis.imshow(np.eye(3) > 0),
    "mask": lambda axis: axis.pcolormesh(np.ma.masked_less(np.eye(3), 0.5)),
    "colour bar": lambda axis: plt.colorbar(axis.contourf(np.eye(5)), ax=axis),
    "no contour": lambda axis: axis.contour(np.eye(3), levels=[0.5, 0.6]),
    "band": lambda axis: axis.fill_between([1, 2], [3, 4], [np.nan, 5]),
    "span": lambda axis: (axis.axvspan(0, 1), axis.axhline(0.5)),
    "whiskers": lambda axis: axis.errorbar([1, 2], [3, 4], yerr=0.1, label="y"),
    "boxes": lambda axis: axis.boxplot([[1, 2, 3], [2, 3, 9]]),
    "stems": lambda axis: axis.stem([1, 2, 3]),
    "twin": lambda axis: axis.twinx().plot([1, 2]),
    "pie": lambda axis: axis.pie([1, 2]),
    "arrows": lambda axis: axis.quiver([1, 2], [1, 2], [1, 2], [0, 1]),
    "colours of points": lambda axis: axis.scatter([1, 2], [3, 4], c=[5, 6]),
    "many lines": lines,
    "dates": dates,
    "categories": categories,
}


@pytest.mark.filterwarnings("ignore:All-NaN|Mean of empty|No contour levels")
@pytest.mark.parametrize("name", ODD)
def test_nothing_drawn_makes_it_fail(name):
    figure, axis = plt.subplots()
    ODD[name](axis)
    found = held(figure)
    assert len(json.dumps(found)) < 1000
    assert name == "empty" or len(found) > 2


def test_many_pictures_are_told_in_few_bytes():
    images = np.random.default_rng(0).random((40, 28, 28))
    figure = plots.pictures(images, [f"{n}" for n in range(40)], vmin=0, vmax=1)
    found = held(figure)
    assert sum("image" in key for key in found) == 40
    assert len(json.dumps(found, ensure_ascii=False).encode()) < 3000
