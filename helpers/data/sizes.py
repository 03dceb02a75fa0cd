"""sizes: visitors measured for a suit, simulated by data/make_sizes.py (lesson 1)."""

from helpers.data.base import Entry, course_table

MEASURES = ("chest_cm", "waist_cm", "height_cm", "arm_cm")


def sample():
    """Return the table, parted: the measures are float64, ``suit_fits`` is int64."""
    types = dict.fromkeys(MEASURES, "float64") | {"suit_fits": "int64"}
    return course_table("sizes.csv", list(types), types)


ENTRY = Entry("мерки для костюма", sample)
