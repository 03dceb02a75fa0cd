"""Parts that a mechanism is drawn from: boxes, cells with numbers, arrows, neurons.

A lesson puts them together on a `canvas` and shows its figure with ``plots.show``.  A
place is (x, y) in the canvas's units, x to the right and y up; a size has them too.  An
`arrow` begins and ends at places, or at patches that `box`, `cells`, `neurons` return.
"""

from itertools import pairwise

import numpy as np

from helpers.plots import BLUE, GREY, ORANGE, SEQUENTIAL
from helpers.russian import comma


def canvas(width, height, scale=0.8):
    """Return a blank figure and its axis, from (0, 0), with `scale` inches a unit."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(width * scale, height * scale))
    axis.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axis.set_axis_off()
    return figure, axis


def caption(axis, place, text, **look):
    """Write a text around a place; `look` is what ``axis.text`` takes."""
    middle = {"ha": "center", "va": "center", "zorder": 4}
    return axis.text(*place, text, **middle | look)


def box(axis, place, text="", size=(1.2, 0.6), oval=False, **look):
    """Draw a rectangle, or an ellipse when `oval`, around a place, a text in it.

    Returns a patch; `look` is what one takes: ``edgecolor``, ``facecolor``, ``lw``.
    """
    from matplotlib.patches import Ellipse, Rectangle

    corner = np.subtract(place, np.divide(size, 2))
    patch = Ellipse(place, *size) if oval else Rectangle(corner, *size)
    plain = {"edgecolor": BLUE, "facecolor": "white", "lw": 1.5, "zorder": 2}
    patch.set(**plain | look)
    caption(axis, place, text)
    return axis.add_patch(patch)


def cells(axis, corner, numbers, size=0.6, fmt="g", limits=None, colours=SEQUENTIAL):
    """Draw an array as squares with its numbers in them, coloured by value.

    Parameters
    ----------
    corner : tuple of float
        The upper left one.
    numbers : array of float, shape (n,) or (rows, columns)
        One row, or rows from the top down; NaN is an empty square.
    size, fmt : float and str
        Side of a square; how a number is written, as ``".2f"``, or ``""``: not at all.
    limits, colours : tuple of float and str
        Numbers at both ends of the colours, if not the extreme ones; matplotlib's map.

    Returns
    -------
    array of matplotlib.patches.Rectangle, shape (rows, columns)
    """
    import matplotlib as mpl

    numbers = np.atleast_2d(np.asarray(numbers, float))
    low, high = limits or (np.nanmin(numbers), np.nanmax(numbers))
    paint = mpl.colormaps[colours].with_extremes(bad="white")
    squares = np.empty(numbers.shape, object)
    for (row, column), number in np.ndenumerate(numbers):
        place = corner[0] + (column + 0.5) * size, corner[1] - (row + 0.5) * size
        fill = paint((number - low) / ((high - low) or 1))
        look = {"edgecolor": GREY, "facecolor": fill, "lw": 0.8}
        squares[row, column] = box(axis, place, "", (size, size), **look)
        if fmt and not np.isnan(number):
            dark = np.dot(fill[:3], (0.3, 0.6, 0.1)) < 0.5
            written = comma(f"{number:{fmt}}")
            caption(axis, place, written, color="white" if dark else "black")
    return squares


def arrow(axis, tail, head, text="", at=0.5, bend=0.0, style="-|>", colour=GREY):
    """Draw an arrow from a place, or the edge of a patch, to another.

    The text is written on it, `at` of the way from tail to head; a `bend` of 0.3 turns
    it to the right; the style ``"-"`` is a line.
    """
    from matplotlib.patches import FancyArrowPatch

    patches = [end if hasattr(end, "get_center") else None for end in (tail, head)]
    begin = np.array(patches[0].get_center() if patches[0] else tail, float)
    end = np.array(patches[1].get_center() if patches[1] else head, float)
    along = end - begin
    aside = 2 * at * (1 - at) * bend * np.array([along[1], -along[0]])
    if text:
        plate = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        caption(axis, begin + at * along + aside, text, color=ORANGE, bbox=plate)
    look = {"arrowstyle": style, "connectionstyle": f"arc3,rad={bend}", "color": colour}
    look |= {"patchA": patches[0], "patchB": patches[1], "shrinkA": 0, "shrinkB": 0}
    drawn = FancyArrowPatch(begin, end, mutation_scale=12, lw=1.3, zorder=3, **look)
    return axis.add_patch(drawn)


def neurons(axis, place, names, gap=1.0, size=0.7):
    """Draw a layer of neurons around a place, from the top down; return its patches."""
    top = place[1] + gap * (len(names) - 1) / 2
    return [
        box(axis, (place[0], top - gap * row), name, (size, size), oval=True)
        for row, name in enumerate(names)
    ]


def connect(axis, left, right, weights=()):
    """Join two layers; the weights are those of each neuron of `right` in turn."""
    weights = iter(weights)
    for head in right:
        for tail in left:
            arrow(axis, tail, head, next(weights, ""), at=0.28, style="-")


def network(layers, weights=()):
    """Return a figure of layers, lists of texts by title; `weights` as in `connect`."""
    height, weights = max(map(len, layers.values())), iter(weights)
    figure, axis = canvas(3 * len(layers), height + 0.6)
    drawn = []
    for column, (title, names) in enumerate(layers.items()):
        caption(axis, (3 * column + 1.5, height + 0.3), title)
        drawn.append(neurons(axis, (3 * column + 1.5, height / 2), names))
    for left, right in pairwise(drawn):
        connect(axis, left, right, weights)
    return figure
