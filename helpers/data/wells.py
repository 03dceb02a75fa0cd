"""wells: monthly production, simulated, and the course owner's file (lesson 6)."""

from dataclasses import dataclass

import numpy as np

from helpers.data.base import DamagedError, Entry, Source, as_damaged, course_file
from helpers.data.download import Remote
from helpers.own.files import existing_file
from helpers.own.wells import COLUMNS, read_wells

TITLE = "смоделированные скважины"
FULL = (50, 24)  # wells and months of production.csv


@dataclass(frozen=True)
class Wells:
    """Wells with equally long histories, month by month.

    Attributes
    ----------
    table : pandas.DataFrame
        A row for each month of each well, in the columns of the file; the months of a
        well stand together, in order.  ``API`` is a text, ``Year`` and ``Month`` are
        int64; volumes are int64, or float64 where a student's file has fractions.
    truth : numpy.ndarray or None
        float64, shape (wells, months): ``Liquid`` without noise and stoppages, which
        is known of simulated wells alone.
    title : str
        In Russian; of a file its name.
    mode : {"sample", "full", "simulated", "own"}
    """

    table: "pandas.DataFrame"  # noqa: F821 - pandas is loaded with the first table
    truth: np.ndarray | None
    title: str
    mode: str = ""

    @property
    def api(self):
        """Names of the wells in the order of the file, a list of str."""
        return self.table["API"].drop_duplicates().tolist()

    @property
    def liquid(self):
        """Barrels of oil and condensate, float64, shape (wells, months)."""
        return self._grid("Liquid")

    @property
    def gas(self):
        """Thousands of cubic feet of gas, float64, shape (wells, months)."""
        return self._grid("Gas")

    @property
    def water(self):
        """Barrels of water, float64, shape (wells, months)."""
        return self._grid("Water")

    def _grid(self, column):
        values = self.table[column].to_numpy(np.float64)
        return values.reshape(self.table["API"].nunique(), -1)

    def __str__(self):
        wells, months = self.liquid.shape
        shut = 100 * (self.table["Liquid"] == 0).mean()
        return f"скважин {wells}, месяцев {months}, простоев {shut:.0f} %"


def sample():
    """Return the wells that data/make_wells.py simulates, with their curves."""
    return _embedded("wells.csv", "wells_truth.csv", TITLE)


def field():
    """Return those of data/make_field.py, as hard to foretell as real ones."""
    return _embedded("field.csv", "field_truth.csv", "придуманные скважины")


def _embedded(name, truth_name, title):
    months = ["API", "Year", "Month"]
    with course_file(name) as path:
        table = read_wells(path, COLUMNS)
    with course_file(truth_name) as path:
        truth = read_wells(path, [*months, "Liquid"])
        if not truth[months].equals(table[months]):
            raise DamagedError(f"строки не те, что в {name}")
    return Wells(table, Wells(truth, None, "").liquid, title)


def read_production(paths):
    """Return the owner's wells; they have no curves without noise."""
    with as_damaged():
        wells = Wells(read_wells(paths[0], COLUMNS), None, paths[0].name)
    if wells.liquid.shape != FULL:
        raise DamagedError(
            "скважин {}, месяцев {}, а нужно {} и {}".format(*wells.liquid.shape, *FULL)
        )
    return wells


PRODUCTION = Source([Remote("production.csv")], read_production)
ENTRY = Entry(TITLE, sample, "скважины production.csv", [PRODUCTION])
FIELD = Entry("придуманные скважины", field)


def own_wells(path):
    """Return a student's own wells and print one line that says which they are.

    The file is a CSV with the columns ``API`` (any name of a well), ``Year``,
    ``Month``, ``Liquid``, ``Gas``, ``Water``, read and refused as by
    `helpers.own.wells.read_wells`.  The wells have no ``truth``, and of the file's
    other columns those that the course knows.
    """
    path = existing_file(path)
    wells = Wells(read_wells(path), None, path.stem, "own")
    print(f"Данные: свои скважины «{path.name}»: {wells}")
    return wells
