"""people: visitors of a club, simulated by data/make_people.py (lesson 1)."""

from helpers.data.base import Entry, Tables, course_file

COLUMNS = {
    "height_cm": "int64",
    "weight_kg": "float64",
    "shoe_size": "int64",
    "suit_fits": "int64",
}


def sample():
    """Return the table, parted."""
    import pandas as pd

    with course_file("people.csv") as path:
        table = pd.read_csv(path, encoding="utf-8").astype(COLUMNS)
        return Tables.of(table, list(COLUMNS))


ENTRY = Entry("посетители клуба", sample)
