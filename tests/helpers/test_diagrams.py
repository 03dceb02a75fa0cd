"""Parts of drawings: each is drawn, and its artists are looked at."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle

from helpers import diagrams, plots


@pytest.fixture
def axis():
    _, axis = diagrams.canvas(10, 5)
    yield axis
    plt.close("all")


def of_kind(axis, kind):
    return [patch for patch in axis.patches if isinstance(patch, kind)]


def written(axis):
    return [text.get_text() for text in axis.texts if text.get_text()]


def test_a_canvas_is_blank_and_has_units(axis):
    assert (axis.get_xlim(), axis.get_ylim()) == ((0, 10), (0, 5))
    assert not axis.axison
    assert axis.get_aspect() == 1
    assert tuple(axis.figure.get_size_inches()) == (8, 4)


def test_a_box_stands_around_its_place(axis):
    patch = diagrams.box(axis, (3, 2), "h", (2, 1), edgecolor=plots.GREEN)
    assert isinstance(patch, Rectangle)
    assert patch.get_xy() == (2, 1.5)
    assert tuple(patch.get_center()) == (3, 2)
    assert mpl.colors.to_hex(patch.get_edgecolor()) == plots.GREEN.lower()
    (text,) = axis.texts
    assert (text.get_text(), text.get_position()) == ("h", (3, 2))
    oval = diagrams.box(axis, (5, 2), "+", (1, 1), oval=True)
    assert isinstance(oval, Ellipse)
    assert tuple(oval.get_center()) == (5, 2)


def test_cells_show_an_array_with_its_numbers(axis):
    numbers = np.array([[0, -1.5], [np.nan, 3]])
    squares = diagrams.cells(axis, (1, 4), numbers, size=0.5, fmt=".1f")
    assert squares.shape == (2, 2)
    assert written(axis) == ["0,0", "−1,5", "3,0"]
    assert tuple(squares[0, 0].get_center()) == (1.25, 3.75)  # the upper left one
    assert tuple(squares[1, 1].get_center()) == (1.75, 3.25)
    paint = mpl.colormaps[plots.SEQUENTIAL]
    assert squares[0, 1].get_facecolor() == paint(0.0)
    assert squares[1, 1].get_facecolor() == paint(1.0)
    assert mpl.colors.to_hex(squares[1, 0].get_facecolor()) == "#ffffff"
    colours = [text.get_color() for text in axis.texts if text.get_text()]
    assert colours == ["white", "white", "black"]  # the greatest is yellow


def test_cells_in_a_row_with_limits_and_without_numbers(axis):
    squares = diagrams.cells(
        axis, (0, 1), [0, 1], fmt="", limits=(-1, 1), colours="PuOr"
    )
    assert squares.shape == (1, 2)
    assert written(axis) == []
    assert squares[0, 0].get_facecolor() == mpl.colormaps["PuOr"](0.5)
    assert diagrams.cells(axis, (0, 1), [7, 7]).shape == (1, 2)  # nothing between them


def ends(arrow):
    """Return where an arrow begins and ends on the canvas, cut at the edges."""
    return arrow.get_path().vertices[[0, -1]]


def test_an_arrow_goes_from_edge_to_edge(axis):
    left = diagrams.box(axis, (2, 2), size=(1, 1))
    right = diagrams.box(axis, (6, 2), size=(1, 1))
    arrow = diagrams.arrow(axis, left, right, "×", style="-")
    np.testing.assert_allclose(ends(arrow), [[2.5, 2], [5.5, 2]], atol=0.02)
    assert axis.texts[-1].get_text() == "×"
    assert axis.texts[-1].get_position() == (4, 2)
    free = diagrams.arrow(axis, (1, 1), (3, 1), style="-")
    np.testing.assert_allclose(ends(free), [[1, 1], [3, 1]], atol=0.02)


def test_the_text_of_a_bent_arrow_lies_on_it(axis):
    arrow = diagrams.arrow(axis, (2, 2), (6, 2), "c", bend=0.5, style="-")
    assert axis.texts[-1].get_position() == (4, 1)  # to the right of its way
    begin, control, end = arrow.get_path().vertices
    middle = begin / 4 + control / 2 + end / 4
    np.testing.assert_allclose(middle, (4, 1), atol=0.02)


def test_layers_of_neurons_are_joined_and_named(axis):
    left = diagrams.neurons(axis, (2, 2), ["a", "b"])
    right = diagrams.neurons(axis, (6, 2), ["y"])
    assert [tuple(patch.get_center()) for patch in left] == [(2, 2.5), (2, 1.5)]
    diagrams.connect(axis, left, right, ["w1", "w2"])
    assert len(of_kind(axis, FancyArrowPatch)) == 2
    places = {text.get_text(): text.get_position() for text in axis.texts}
    assert places["w1"] == pytest.approx((3.12, 2.36))  # near the neuron it comes from
    assert places["w2"] == pytest.approx((3.12, 1.64))


def test_a_network_has_its_neurons_connections_and_names():
    layers = {"вход": ["a", "b"], "скрытый": ["", "", ""], "выход": ["y"]}
    figure = diagrams.network(layers, [f"w{number}" for number in range(9)])
    (axis,) = figure.axes
    assert len(of_kind(axis, FancyArrowPatch)) == 2 * 3 + 3 * 1
    assert len(of_kind(axis, Ellipse)) == 6
    assert {"вход", "выход", "a", "y", "w0", "w8"} <= set(written(axis))
    plt.close(figure)
