"""Wells that tests make, spoil and look at."""

import numpy as np

from helpers import ROOT
from helpers.data.wells import Wells
from helpers.own.wells import COLUMNS

TEXT = (ROOT / "data" / "wells.csv").read_text(encoding="utf-8")
HEADER, *ROWS = TEXT.splitlines()
FIRST, SECOND = ROWS[:24], ROWS[24:48]  # in lines 2 to 25, and 26 to 49
PEAKS = (4285, 7451, 12264, 16600, 31736)  # quantiles of the real file
GAS_FACTORS = (0.5, 1.3, 2.6, 5.9, 16.3)
RATES = (0.44, 0.77, 0.68, 0.60, 0.41, 0.24, 0.17, 0.14)
AT = (0, 1, 2, 3, 6, 12, 18, 23)  # months of those rates


def check_structure(value, mode):
    assert type(value) is Wells
    assert value.mode == mode
    table, (wells, months) = value.table, value.liquid.shape
    assert list(table.columns) == [name for name in COLUMNS if name in table]
    assert not table.isna().any(axis=None)
    assert list(table.index) == list(range(wells * months))
    assert table["API"].tolist() == np.repeat(value.api, months).tolist()
    number = (12 * table["Year"] + table["Month"]).to_numpy().reshape(wells, months)
    assert (np.diff(number, axis=1) == 1).all()
    for grid, column in (
        (value.liquid, "Liquid"),
        (value.gas, "Gas"),
        (value.water, "Water"),
    ):
        assert grid.dtype == np.float64
        assert grid.shape == (wells, months)
        assert grid.ravel().tolist() == table[column].tolist()
        assert grid.min() >= 0
    assert value.liquid.any(axis=1).all()
    assert value.title
    if mode in ("sample", "full"):
        assert list(table.columns) == list(COLUMNS)
        kinds = [kind.kind for kind in table.dtypes.drop(["API", "_LastUpdate"])]
        assert kinds == list("iiiififi")
        assert (wells, months) == (50, 24)
    if mode in ("sample", "simulated"):
        assert value.truth.dtype == np.float64
        assert value.truth.shape == (wells, months)
    else:
        assert value.truth is None


def table_of(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def cells_of(line, **changed):
    """Return a row with some cells changed."""
    cells = line.split(",")
    for name, cell in changed.items():
        cells[COLUMNS.index(name)] = cell
    return ",".join(cells)


def changed(number, **cells):
    """Return two wells whose row in this line of the file is changed."""
    rows = [*FIRST, *SECOND]
    rows[number - 2] = cells_of(rows[number - 2], **cells)
    return table_of(*rows)


def as_russian_excel(text):
    """Return a table with semicolons, decimal commas, and Windows's ends of lines."""
    text = text.replace(",", ";").replace(".", ",")
    return text.replace("\n", "\r\n")


def own(folder, content, name="мои скважины.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode(encoding)
    )
    return path


def peaks(wells):
    return wells.liquid.max(axis=1)


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]
