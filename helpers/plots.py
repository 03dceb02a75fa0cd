"""Figures that several lessons draw: their style, their words, their size.

A figure that explains one idea is drawn in its lesson, unless its code would bury it.
"""

import numpy as np

# Okabe and Ito (2008): eight colours that the colour-blind tell apart.
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
AMBER, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
COLOURS = (BLUE, ORANGE, GREEN, PINK, AMBER, SKY, BLACK, YELLOW)
GREY = "#888888"  # what only helps to read the rest
SEQUENTIAL = "cividis"


def set_style():
    """Set matplotlib's defaults: colours, grid, sizes that read well in a notebook."""
    import logging

    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)  # in a home that cannot be written it warns on stderr,
    import matplotlib as mpl
    import matplotlib.font_manager  # and here of a cache that takes long to build

    log.setLevel(level)
    mpl.rcParams.update(
        {
            "axes.prop_cycle": mpl.cycler(color=COLOURS),
            "axes.grid": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "grid.color": "#DDDDDD",
            "figure.dpi": 80,
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",  # ships with matplotlib, has Cyrillic
            "font.size": 11,
            "image.cmap": "gray",
            "legend.frameon": False,
            "lines.linewidth": 2,
        }
    )


def show(figure, alt):
    """Display a figure with one sentence that says what is seen, and close it.

    The sentence is the output's text/plain, so nbval compares it, and the image's alt.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        A Russian sentence that holds on every machine.

    Raises
    ------
    ValueError
        The sentence is empty.
    """
    import io

    import matplotlib.pyplot as plt
    from IPython.display import display

    if not alt.strip():
        raise ValueError("a figure needs a sentence that says what is seen")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    plt.close(figure)
    display(
        {"image/png": small_png(buffer.getvalue()), "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )


def small_png(data):
    """Return a PNG with a palette of 256 colours, where the eye sees no difference.

    A drawing shrinks about threefold, and so does a notebook that stores it; a
    photograph that would lose more than half a level of 255 on average stays as it is.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    bytes
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


def coloured_text(words, values):
    """Display words, coloured by their values: blue above zero, orange below.

    Without colours it reads too: a word whose value is more than half of the largest is
    bold above zero, underlined below.  Words are escaped: HTML in a text is shown, and
    not obeyed.

    Parameters
    ----------
    words : sequence of str
    values : array of float, shape (len(words),)
        Any scale; the largest in absolute value gets the deepest colour.

    Raises
    ------
    ValueError
        Another number of values than of words, or a value that is not finite.
    """
    import html

    from IPython.display import display

    values = np.asarray(values, float)
    if values.shape != (len(words),) or not np.isfinite(values).all():
        raise ValueError(f"{len(words)} words and as many finite values: {values}")
    deepest = max(abs(values).max(initial=0), 1e-12)
    spans, plain = [], []
    for word, value in zip(words, values / deepest, strict=True):
        colour, tag = ("0, 114, 178", "b") if value > 0 else ("213, 94, 0", "u")
        shown = html.escape(word)
        if abs(value) > 0.5:
            shown = f"<{tag}>{shown}</{tag}>"
        style = f"background-color: rgba({colour}, {0.6 * abs(value):.2f})"
        spans.append(f'<span style="{style}">{shown}</span>')
        plain.append(f"{word}({value:+.1f})" if abs(value) > 0.5 else word)
    display(
        {"text/html": " ".join(spans), "text/plain": " ".join(plain)},
        metadata={},
        raw=True,
    )


def pictures(images, titles=None, columns=8, size=1.3, axes=None, **options):
    """Draw pictures in a grid without axes.

    Parameters
    ----------
    images : array of shape (n, height, width) or (n, height, width, 3)
    titles : sequence of str, optional
        One line above each picture.
    columns : int
    size : float
        Side of one picture, in inches.
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

    count = len(images)
    if axes is None:
        columns = max(1, min(columns, count))
        rows = max(1, -(-count // columns))
        height = size * (1.25 if titles is not None else 1.0)
        _, axes = plt.subplots(
            rows,
            columns,
            figsize=(size * columns, height * rows),
            squeeze=False,
            layout="none",  # the constrained one takes a second for forty axes
            gridspec_kw={"wspace": 0.08, "hspace": 0.3 if titles is not None else 0.08},
        )
    axes = np.ravel(axes)
    for axis in axes:
        axis.set_axis_off()
    for index, image in enumerate(images):
        axes[index].imshow(image, **options)
        if titles is not None:
            axes[index].set_title(titles[index], fontsize=9)
    return axes[0].figure


def learning_curves(histories, key="loss", label="потери", axis=None, log=False):
    """Draw a metric by epoch: solid on training data, dashed on validation data.

    Parameters
    ----------
    histories : dict of str to dict
        From the name of a model to the ``history`` of what ``fit`` returned.
    key : str
        Name of the metric in the history.
    label : str
        Its Russian name, for the axis.
    axis : matplotlib.axes.Axes, optional
    log : bool
        Logarithmic scale of the metric.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    if axis is None:
        _, axis = plt.subplots(figsize=(6.5, 3.6))
    for number, (name, history) in enumerate(histories.items()):
        colour = COLOURS[number % len(COLOURS)]
        epochs = np.arange(1, len(history[key]) + 1)
        axis.plot(epochs, history[key], color=colour, label=f"{name}: обучение")
        if f"val_{key}" in history:
            axis.plot(
                epochs,
                history[f"val_{key}"],
                color=colour,
                linestyle="--",
                label=f"{name}: валидация",
            )
    axis.set(xlabel="эпоха", ylabel=label)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        axis.set_yscale("log")
    axis.legend(fontsize=9)
    return axis


def confusion(matrix, class_names, axis=None, hide_diagonal=False):
    """Draw a confusion matrix with its counts.

    Parameters
    ----------
    matrix : array of int, shape (classes, classes)
        Rows are true classes, columns are answers.
    class_names : sequence of str
    axis : matplotlib.axes.Axes, optional
    hide_diagonal : bool
        Leave the right answers white, so that the errors are seen.

    Returns
    -------
    matplotlib.axes.Axes
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    matrix = np.asarray(matrix)
    if axis is None:
        side = 0.45 * len(class_names) + 1.5
        _, axis = plt.subplots(figsize=(side + 0.6, side))
    shown = matrix.astype(float)
    if hide_diagonal:
        np.fill_diagonal(shown, np.nan)
    sns.heatmap(
        shown,
        mask=np.isnan(shown),
        annot=matrix,
        fmt="d",
        cmap=SEQUENTIAL,
        xticklabels=class_names,
        yticklabels=class_names,
        cbar=False,
        square=True,
        linewidths=0.5,
        ax=axis,
    )
    axis.set(xlabel="ответ сети", ylabel="верный класс")
    axis.grid(False)
    axis.tick_params(axis="y", rotation=0)
    return axis


def network(layers, weights=()):
    """Return `helpers.diagrams.network`; lesson 1 calls it by this name."""
    from helpers import diagrams

    return diagrams.network(layers, weights)


def decision(axis, answers, x, y, limit=1.8, size=70):
    """Draw the answers of a classifier on a square, its boundary, and the examples.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    answers : array of shape (rows, columns)
        Probability of class 1 on a grid over the square from ``-limit`` to ``limit``,
        the first row at the bottom.
    x : array of shape (n, 2)
        Examples: crosses are class 0, dots are class 1.
    y : array of shape (n,)
    limit : float
    size : float
        Area of a marker, in square points.
    """
    window = (-limit, limit, -limit, limit)
    levels = np.linspace(0, 1, 11)
    axis.contourf(answers, levels, extent=window, cmap=SEQUENTIAL)
    if answers.min() < 0.5 < answers.max():
        axis.contour(answers, [0.5], extent=window, colors="white")
    for label, marker, colour in [(0, "X", "white"), (1, "o", COLOURS[1])]:
        points = x[y == label].T
        axis.scatter(*points, size, colour, marker=marker, edgecolor="black", lw=0.5)
    axis.grid(False)
    axis.set(xlim=(-limit, limit), ylim=(-limit, limit))
