"""Figures that several lessons draw: their style, their words, their size.

A figure that explains one idea is drawn in its lesson, unless its code would bury it.
Mechanisms with numbers on them are drawn from the parts in ``helpers.diagrams``.
"""

import contextlib
from collections.abc import Mapping
from itertools import cycle

import numpy as np

from helpers.errors import CourseError
from helpers.russian import comma

# Okabe and Ito (2008): eight colours that the colour-blind tell apart.
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
AMBER, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
COLOURS = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY, BLACK, YELLOW)
GREY = "#888888"  # what only helps to read the rest
SEQUENTIAL = "cividis"
STYLES = ("-", "--", ":", "-.")
MARKERS = ("o", "x", "^", "s", "D", "v")


def set_style():
    """Set matplotlib's defaults: colours, grid, sizes that read well in a notebook."""
    import logging

    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)  # in a home that cannot be written it warns on stderr,
    import matplotlib as mpl
    import matplotlib.font_manager  # and here of a cache that takes long to build

    log.setLevel(level)
    mpl.rc("axes", prop_cycle=mpl.cycler(color=COLOURS), grid=True, axisbelow=True)
    mpl.rc("axes.spines", top=False, right=False)
    mpl.rc("grid", color="#DDDDDD")
    mpl.rc("figure", dpi=80)
    mpl.rc("figure.constrained_layout", use=True)
    mpl.rc("font", family="DejaVu Sans", size=11)  # ships with matplotlib, has Cyrillic
    mpl.rc("image", cmap="gray")
    mpl.rc("legend", frameon=False)
    mpl.rc("lines", linewidth=2)


def show(figure, alt):
    """Display a figure with one sentence that says what is seen, and close it.

    The sentence, ``alt``, is Russian and holds on every machine: it is the output's
    text/plain, so nbval compares it, and the image's alt.  An empty one: ValueError.
    """
    import io

    import matplotlib.pyplot as plt
    from IPython.display import display

    from helpers.fingerprint import fingerprint

    if not alt.strip():
        raise ValueError("a figure needs a sentence that says what is seen")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    metadata = {"image/png": {"alt": alt}, "figure": fingerprint(figure)}
    plt.close(figure)
    data = {"image/png": small_png(buffer.getvalue()), "text/plain": alt}
    display(data, metadata=metadata, raw=True)


def small_png(data):
    """Return the bytes of a PNG with a palette of 256 colours, or of the PNG as it is.

    A drawing shrinks about threefold; a photograph that would lose more than half a
    level of 255 on average stays as it is.
    """
    import io

    from PIL import Image

    full = Image.open(io.BytesIO(data)).convert("RGB")
    few = full.quantize(256, dither=Image.Dither.NONE)
    lost = abs(np.asarray(full, float) - np.asarray(few.convert("RGB"), float)).mean()
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True)
    smaller = len(buffer.getvalue()) < len(data)
    return buffer.getvalue() if lost < 0.5 and smaller else data


def pictures(images, titles=None, columns=8, size=1.3, axes=None, **options):
    """Draw pictures in a grid without axes.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, 3)
    titles : sequence of str, optional
        One line above each picture.
    columns, size : int and float
        Pictures in a row of a new figure; side of one, in inches.
    axes : sequence of matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **options
        For ``imshow``, for instance ``vmin`` and ``vmax``.

    Returns
    -------
    matplotlib.figure.Figure
        Blank when there are no pictures.
    """
    import matplotlib.pyplot as plt

    if axes is None:
        columns = max(1, min(columns, len(images)))
        rows = max(1, -(-len(images) // columns))
        height, gap = (1.25, 0.3) if titles is not None else (1.0, 0.08)
        grid = {"gridspec_kw": {"wspace": 0.08, "hspace": gap}}
        grid["layout"] = "none"  # the constrained one takes a second for forty axes
        shape = (size * columns, size * height * rows)
        _, axes = plt.subplots(rows, columns, figsize=shape, **grid)
    axes = np.ravel(axes)
    for axis in axes:
        axis.set_axis_off()
    for index, image in enumerate(images):
        axes[index].imshow(image, **options)
        if titles is not None:
            axes[index].set_title(titles[index], fontsize=9)
    return axes[0].figure


@contextlib.contextmanager
def frame(
    xlabel="", ylabel="", alt="", axis=None, size=(7, 3.4), log="", hlines=None,
    vlines=None, notes=None, legend="best", **options,
):  # fmt: skip
    """Give an axis to draw on in a ``with`` block, then name it and show its figure.

    `lines`, `bars` and `scatter` take the same options; this is for all the rest.

    Parameters
    ----------
    xlabel, ylabel : str
        Names of the axes, in Russian; on a given axis they may be left out.
    alt : str
        One sentence that says what is seen, as for `show`; not used on a given axis.
    axis : matplotlib.axes.Axes, optional
        Where to draw; the figure is then its owner's to show.
    size : tuple of float
        Of a new figure, in inches.
    log : {"", "x", "y", "xy"}
        Axes with a logarithmic scale.
    hlines, vlines : dict of str to float, optional
        Thin black lines across: from a name in the legend to a place.  A name that
        begins with ``_`` stays out of the legend, here and wherever names are given.
    notes : dict of str to tuple of float, optional
        From a text to the point (x, y) beside which it is written.
    legend : str
        Its place, as matplotlib's ``loc``; ``"outside"`` is right of the axis, ``""``
        is nowhere.
    **options
        What ``axis.set`` takes, as ``title``, ``xlim``, ``xticks``.

    Raises
    ------
    CourseError
        A new figure lacks the name of an axis or its sentence.
    """
    import matplotlib.pyplot as plt

    figure = None
    if axis is None:
        if not (xlabel and ylabel and alt.strip()):
            what = "у рисунка не названы оси, или нет описания"
            advice = "Задайте xlabel, ylabel и alt: фразу о том, что на рисунке видно."
            raise CourseError(what, advice)
        figure, axis = plt.subplots(figsize=size)
    try:
        yield axis
        for draw, places in ((axis.axhline, hlines), (axis.axvline, vlines)):
            for label, place in (places or {}).items():
                draw(place, color=BLACK, linestyle="--", linewidth=1, label=label)
        for text, point in (notes or {}).items():
            beside = {"xytext": (5, 4), "textcoords": "offset points"}
            axis.annotate(text, point, fontsize=9, **beside)
        axis.set_xlabel(xlabel or axis.get_xlabel())
        axis.set_ylabel(ylabel or axis.get_ylabel())
        _scale(axis, log, options)
        handles, labels = axis.get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))  # drawn on before, maybe
        if legend and once:
            outside = {"loc": "upper left", "bbox_to_anchor": (1, 1)}
            place = outside if legend == "outside" else {"loc": legend}
            axis.legend(once.values(), once.keys(), fontsize=9, **place)
        if figure:
            show(figure, alt)
    finally:
        if figure:
            plt.close(figure)  # Jupyter shows what a failed cell has left open


def _scale(axis, log, options):
    """Set scales and options; ticks given for a logarithmic axis are plain numbers."""
    axis.set(**{f"{name}scale": "log" for name in log})
    axis.set(**options)
    for name in log:
        ticks = options.get(f"{name}ticks")
        if ticks is not None and f"{name}ticklabels" not in options:
            side = {"x": axis.xaxis, "y": axis.yaxis}[name]
            side.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
            side.set_ticks([], minor=True)


def lines(curves, x=1, styles=STYLES, colours=COLOURS, bands=None, **options):
    """Draw curves and show them, or only draw them on a given axis.

    Parameters
    ----------
    curves : array of shape (n,) or (n, 2), or dict of str to such arrays
        One curve, or each by its name in the legend: heights over ``x``, or points
        (x, y) of its own.
    x : array of shape (n,) or int
        Places of the heights; a number is that of the first, the rest follow by ones.
    styles, colours : str or sequence of str
        Matplotlib's formats, as ``"o-"``, and colours: for all curves, or in turn.
    bands : dict of str to tuple of two arrays, optional
        Lower and upper edge of a shaded band around the curve of this name.
    **options
        For `frame`: ``xlabel``, ``ylabel`` and ``alt``, or ``axis``, and the rest.

    Raises
    ------
    CourseError
        No curve, one without points, or with another number of them than ``x`` has.
    """
    from matplotlib.ticker import MaxNLocator

    curves, styles, colours = _named(curves), _in_turn(styles), _in_turn(colours)
    points = {label: _points(label, x, y) for label, y in curves.items()}
    _check_names(bands, curves)
    with frame(**options) as axis:
        for _ in axis.lines:  # drawn on before
            next(colours)
        if np.ndim(x) == 0 and all(np.ndim(y) == 1 for y in curves.values()):
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        for label, (places, heights) in points.items():
            look = {"color": next(colours), "label": label}
            (line,) = axis.plot(places, heights, next(styles), **look)
            if np.isfinite(heights).sum() == 1 and line.get_marker() == "None":
                line.set_marker("o")
            if label in (bands or {}):
                look = {"color": look["color"], "alpha": 0.25, "linewidth": 0}
                axis.fill_between(places, *bands[label], **look)


def scatter(groups, markers=MARKERS, **options):
    """Draw points as `lines` draws curves, with its options, but do not join them.

    ``groups`` is an array of points (x, y), shape (n, 2), or a dict of such arrays by
    their names in the legend; ``markers`` are for all groups, or in turn.
    """
    lines(groups, styles=markers, **options)


def bars(values, horizontal=False, errors=None, fmt="", **options):
    """Draw bars and show them, or only draw them on a given axis.

    Parameters
    ----------
    values : dict of str to float, or dict of str to such dicts
        Lengths of the bars by their names, or groups of such bars by their names in
        the legend: the bars of one name then stand side by side.
    horizontal : bool
        Whether bars lie, the first one on top: for long names.
    errors : array of shape (n,) or (2, n), or dict of str to such arrays, optional
        Lengths of the whiskers both ways, or down and up.
    fmt : str
        How to write a bar's length beside it, as ``"%.2f"``; empty: not at all.
    **options
        As for `lines`.

    Raises
    ------
    CourseError
        No bars, no dict, or groups whose bars are not named alike.
    """
    groups = _named(values)
    if not any(isinstance(each, Mapping) for each in groups.values()):
        groups, errors = {"_": values}, {"_": errors}
    _check_names(errors, groups)
    names = list(next((g for g in groups.values() if isinstance(g, Mapping)), ()))
    for label, group in groups.items():
        if not names or not isinstance(group, Mapping) or list(group) != names:
            what = f"столбцы «{label}»: нужен словарь с именами {names}, а дано {group}"
            raise CourseError(what)
    width, colours = 0.8 / len(groups), cycle(COLOURS)
    places = np.arange(len(names)) - 0.4 + width / 2
    with frame(**options) as axis:
        draw, whiskers = (axis.barh, "xerr") if horizontal else (axis.bar, "yerr")
        for label, group in groups.items():
            look = {"color": next(colours), whiskers: (errors or {}).get(label)}
            drawn = draw(places, list(group.values()), width, label=label, **look)
            if fmt:
                written = [comma(fmt % length) for length in group.values()]
                axis.bar_label(drawn, written, padding=3)
            places = places + width
        (axis.set_yticks if horizontal else axis.set_xticks)(range(len(names)), names)
        if horizontal:
            axis.set_ylim(len(names) - 0.5, -0.5)


def _named(data):
    """Return data by their names in the legend; what has no name stays out of it."""
    data = data if isinstance(data, Mapping) else {"_": data}
    if not data:
        raise CourseError("рисовать нечего: данных нет")
    return data


def _check_names(more, data):
    """Refuse what is given for names that are not drawn."""
    for name in [] if more is None else more:
        if name not in data:
            raise CourseError(f"«{name}» нет среди того, что рисуют: {list(data)}")


def _in_turn(values):
    """Return an endless run of values: of one, or of several in turn."""
    return cycle([values] if isinstance(values, str) else values)


def _points(label, x, y):
    """Return the places and the heights of a curve's points, two arrays (n,)."""
    try:
        y = np.asarray(y, dtype=float)
    except (TypeError, ValueError):
        raise CourseError(f"«{label}»: нужен ряд чисел одной длины") from None
    if y.ndim == 2 and y.shape[1] == 2 and len(y):
        return y.T
    if y.ndim != 1 or not y.size:
        raise CourseError(f"«{label}»: нужен ряд чисел, а дан массив {y.shape}")
    x = np.arange(x, x + len(y)) if np.ndim(x) == 0 else np.asarray(x)
    if x.shape != y.shape:
        raise CourseError(f"«{label}»: чисел {len(y)}, а мест для них {x.shape}")
    return x, y


def learning_curves(histories, key="loss", label="потери", log=False, **options):
    """Draw a metric by epoch: solid on training data, dashed on validation data.

    ``histories`` go from the name of a model to the ``history`` of what ``fit``
    returned; ``key`` names the metric there, ``label`` on its axis, which ``log`` makes
    logarithmic; the rest is for `frame`: ``axis`` or ``alt``, and more.
    """
    parts = {"обучение": (key, "-"), "валидация": (f"val_{key}", "--")}
    curves, styles, colours = {}, [], []
    for (name, history), colour in zip(histories.items(), cycle(COLOURS), strict=False):
        for part, (column, style) in parts.items():
            if column == key or column in history:
                curves[f"{name}: {part}"] = history[column]
                styles.append(style)
                colours.append(colour)
    options = {"xlabel": "эпоха", "ylabel": label, "log": "y" if log else ""} | options
    lines(curves, styles=styles, colours=colours, **options)


def confusion(matrix, class_names, axis=None, hide_diagonal=False):
    """Draw a confusion matrix with its counts and return its axis.

    Rows of ``matrix``, int of shape (classes, classes), are true classes, columns are
    answers; `hide_diagonal` leaves the right ones white, so that the errors are seen.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    matrix = np.asarray(matrix)
    if axis is None:
        side = 0.45 * len(class_names) + 1.5
        _, axis = plt.subplots(figsize=(side + 0.6, side))
    shown = matrix.astype(float)
    if hide_diagonal:
        np.fill_diagonal(shown, np.nan)  # seaborn leaves it white
    look = {"fmt": "d", "cmap": SEQUENTIAL, "linewidths": 0.5}
    names = {"xticklabels": class_names, "yticklabels": class_names}
    options = {"cbar": False, "square": True, "ax": axis}
    sns.heatmap(shown, annot=matrix, **look, **names, **options)
    axis.set(xlabel="ответ сети", ylabel="верный класс")
    axis.grid(False)
    axis.tick_params(axis="y", rotation=0)
    return axis
