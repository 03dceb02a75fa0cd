"""sizes: visitors measured for a suit, simulated by data/make_sizes.py (lesson 1)."""

from helpers.data.base import Entry, Tables, course_file

MEASURES = ("chest_cm", "waist_cm", "height_cm", "arm_cm")


def sample():
    """Return the table, parted: the measures are float64, ``suit_fits`` is int64."""
    import pandas as pd

    with course_file("sizes.csv") as path:
        table = pd.read_csv(path, encoding="utf-8")
        table = table.astype(
            dict.fromkeys(MEASURES, "float64") | {"suit_fits": "int64"}
        )
        return Tables.of(table, [*MEASURES, "suit_fits"])


ENTRY = Entry("мерки для костюма", sample)
