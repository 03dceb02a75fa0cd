"""Figures are compared by their fingerprints: near is enough, other is not."""

import io

import matplotlib as mpl
import nbformat
import numpy as np
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt

from helpers import diagrams, plots
from helpers.fingerprint import fingerprint
from tests.support import said_of_cells
from tools.tolerances import ANYWHERE, figure_differences

EPOCHS = np.arange(1, 21)
FALL = np.exp(-EPOCHS / 5) * 2
IMAGE = np.outer(np.hanning(8), np.hanning(8) ** 3)


def drawn(
    fall=FALL, label="обучение", log=False, second=True, image=IMAGE, bars=(5, 7)
):
    figure, axes = plt.subplots(1, 4)
    curves = {label: fall} | ({"валидация": FALL + 0.3} if second else {})
    named = {"xlabel": "эпоха", "ylabel": "потери", "title": "Ход", "legend": ""}
    plots.lines(curves, axis=axes[0], ylim=(0.01, 3), log="y" if log else "", **named)
    plots.pictures([image], axes=axes[1:2], vmin=0, vmax=1)
    plots.bars(dict(zip("аб", bars, strict=True)), axis=axes[2], ylim=(0, 10))
    plots.scatter(
        np.column_stack([EPOCHS[: len(fall)], fall]), axis=axes[3], ylim=(0, 3)
    )
    return held(figure)


def diagram(*weights):
    names = {"вход": ["x1", "x2"], "выход": ["h1"]}
    return held(diagrams.network(names, weights))


def held(figure):
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    found = fingerprint(figure)
    plt.close(figure)
    return found


@pytest.fixture(scope="module")
def stored():
    return drawn()


NEAR = {
    "the same": {},
    "a curve moved by 1 % of its axis": {"fall": FALL + 0.03},
    "an image 1 % brighter": {"image": IMAGE * 0.99},
    "bars a little longer": {"bars": (5.1, 7.1)},
}


@pytest.mark.parametrize("name", NEAR)
def test_near_is_enough(stored, name):
    assert figure_differences(stored, drawn(**NEAR[name])) == []


LINE = "axes 1 «Ход», line 1 «обучение», "
OTHER = {
    "a curve moved": (
        {"fall": FALL + 0.2},
        LINE + "mean of y: stored 0.44",
    ),
    "a curve moved a little too far": ({"fall": FALL + 0.1}, LINE + "highest of y"),
    "a mirrored curve": ({"fall": FALL[::-1]}, LINE + "first of y: stored 1.6"),
    "mirrored, by its rise": ({"fall": FALL[::-1]}, LINE + "rise of y to the right"),
    "points mirrored": ({"fall": FALL[::-1]}, "axes 4, points 1, rise of y"),
    "an upset curve": (
        {"fall": np.abs(EPOCHS - 10.5) / 10},
        LINE + "bend of y at both ends",
    ),
    "another label": (
        {"label": "учёба"},
        LINE + "words: stored 'обучение', came 'учёба'",
    ),
    "a logarithmic axis": (
        {"log": True},
        "axes 1 «Ход», y 1, count or scale: stored linear, came log",
    ),
    "a lost line": (
        {"second": False},
        "axes 1 «Ход», line 2 «валидация»: did not come",
    ),
    "a shorter line": (
        {"fall": FALL[:-1]},
        LINE + "count or scale: stored 20, came 19",
    ),
    "an inverted image": ({"image": 1 - IMAGE}, "axes 2, image 1, mean of values"),
    "an image moved down": (
        {"image": np.roll(IMAGE, 3, axis=0)},
        "axes 2, image 1, rise of values along dimension 1",
    ),
    "an image moved aside": (
        {"image": np.roll(IMAGE, 3, axis=1)},
        "axes 2, image 1, rise of values along dimension 2",
    ),
    "a longer bar": ({"bars": (5, 8)}, "axes 3, bars 1, last of y: stored 7, came 8"),
    "bars exchanged": (
        {"bars": (7, 5)},
        "axes 3, bars 1, first of y: stored 5, came 7",
    ),
}


@pytest.mark.parametrize("name", OTHER)
def test_other_is_not(stored, name):
    options, said = OTHER[name]
    found = figure_differences(stored, drawn(**options))
    assert any(said in line for line in found), found


def test_a_message_names_what_was_stored_what_came_and_what_is_allowed(stored):
    (line,) = [
        each
        for each in figure_differences(stored, drawn(fall=FALL + 0.2))
        if each.startswith(LINE + "mean of y")
    ]
    mean = 0.01 + 2.99 * round((FALL.mean() - 0.01) / 2.99, 3)
    moved = 0.01 + 2.99 * round((FALL.mean() + 0.2 - 0.01) / 2.99, 3)
    assert line.endswith(f": stored {mean:.5g}, came {moved:.5g}, allowed 0.09")


def test_a_number_on_a_diagram_is_compared():
    stored = diagram("0,50", "−2")
    assert figure_differences(stored, diagram("0,50", "−2")) == []
    (line,) = figure_differences(stored, diagram("0,52", "−2"))
    assert line.startswith("axes 1, texts 1, words: stored 'вход")
    assert figure_differences(stored, diagram("0,52", "−2"), "±0.03") == []
    assert figure_differences(stored, diagram("0,54", "−2"), "±0.03")
    assert figure_differences(stored, diagram("0,50 ", "−2"), "±0.03")


def test_a_tag_widens_and_never_narrows(stored):
    came = drawn(fall=FALL + 0.15)
    assert figure_differences(stored, came)
    assert figure_differences(stored, came, "±0.1")
    assert figure_differences(stored, came, "±0.16") == []
    assert figure_differences(stored, drawn(fall=FALL + 0.06), "±0.0001") == []
    bars = drawn(bars=(5, 7.5))
    assert figure_differences(stored, bars, "±5%")
    assert figure_differences(stored, bars, "±8%") == []
    assert figure_differences(stored, drawn(label="учёба"), "±100%")


def test_a_logarithmic_axis_is_compared_in_powers():
    stored = drawn(log=True)
    span = np.log10(3 / 0.01)
    near, far = 10 ** (0.02 * span), 10 ** (0.05 * span)
    found = figure_differences(stored, drawn(FALL * near, log=True))
    assert not [line for line in found if line.startswith("axes 1")], found
    found = figure_differences(stored, drawn(FALL * far, log=True))
    said = "lowest of y: stored 0.036"
    assert any(said in line and "1.19 times as much" in line for line in found), found


def test_limits_of_an_axis_are_compared(stored):
    other = stored | {"1 x 1": stored["1 x 1"].replace("20.95", "25")}
    assert any(
        line.startswith("axes 1 «Ход», x 1, last end: stored 20.95, came 25, ")
        for line in figure_differences(stored, other)
    )


def test_a_field_of_contours_is_not_its_mirror_image():
    side = np.linspace(-1, 1, 21)
    saddle = np.outer(side, side)

    def field(values):
        figure, axis = plt.subplots()
        axis.contourf(side, side, values, np.linspace(-1, 1, 11))
        return held(figure)

    stored = field(saddle)
    assert figure_differences(stored, field(saddle)) == []
    found = figure_differences(stored, field(-saddle))
    assert any("level 1, rise of y to the right" in line for line in found), found


def test_under_other_draws_words_and_counts_are_compared(stored):
    assert figure_differences(stored, drawn(fall=FALL[::-1]), ANYWHERE) == []
    assert figure_differences(stored, drawn(label="учёба"), ANYWHERE)
    assert figure_differences(stored, drawn(fall=FALL[:-1]), ANYWHERE)
    assert figure_differences(stored, drawn(log=True), ANYWHERE)
    assert figure_differences(diagram("0,50"), diagram("0,9"), ANYWHERE) == []


# --- under nbval ----------------------------------------------------------------------

DRAW = """\
from helpers import plots
plots.lines({}, xlabel="x", ylabel="y", ylim=(0, 10), alt="Кривая.")
"""
BARE = """\
import matplotlib.pyplot as plt
from IPython.display import display
display({"image/png": "iVBORw0KGgo=", "text/plain": "Кривая."}, raw=True)
"""
# By what is seen: tags, the curve that came instead of 1, 2, 9, what has to be said.
CELLS = {
    "same": ([], "[1, 2, 9]", None),
    "near": ([], "[1, 2, 9.1]", None),
    "far": (
        [],
        "[1, 4, 9]",
        "figure 1: axes 1 «y», line 1, mean of y: stored 4, came ",
    ),
    "far, tagged": (["±2"], "[1, 4, 9]", None),
    "too far, tagged": (["±1"], "[1, 5, 9]", "allowed 0.3 or ±1"),
    "ignored": (["nbval-ignore-output"], "[1, 5, 9]", None),
    "stored without": ([], "[1, 5, 9]", None),
    "without": ([], None, "figure 1: stored with a fingerprint, came without"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    figure, axis = plt.subplots(figsize=(7, 3.4))
    plots.lines([1, 2, 9], axis=axis, xlabel="x", ylabel="y", ylim=(0, 10))
    metadata = {"figure": held(figure), "image/png": {"alt": "Кривая."}}
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "Кривая."}
    output = {"output_type": "display_data", "data": data, "metadata": metadata}
    old = output | {"metadata": {"image/png": {"alt": "Кривая."}}}
    cells = [
        nbformat.v4.new_code_cell(
            DRAW.format(curve) if curve else BARE,
            metadata={"tags": tags} if tags else {},
            execution_count=number,
            outputs=[nbformat.from_dict(output if name != "stored without" else old)],
        )
        for number, (name, (tags, curve, _)) in enumerate(CELLS.items(), 1)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "a.ipynb")
    return dict(zip(CELLS, said_of_cells(folder / "a.ipynb"), strict=True))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell(said, name):
    wanted = CELLS[name][2]
    assert wanted in said[name] if wanted else not said[name].strip()
