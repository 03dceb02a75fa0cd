"""people: visitors of a club, simulated by data/make_people.py (lesson 1)."""

from helpers.data.base import Entry, course_table

COLUMNS = {
    "height_cm": "int64",
    "weight_kg": "float64",
    "shoe_size": "int64",
    "suit_fits": "int64",
}


def sample():
    """Return the table, parted."""
    return course_table("people.csv", list(COLUMNS), COLUMNS)


ENTRY = Entry("посетители клуба", sample)
