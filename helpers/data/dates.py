"""dates: as Russians write them, made by data/make_dates.py (lesson 7)."""

from helpers.data.base import Entry, course_table

COLUMNS = ["count", "kept", "ways", "iso", "text"]


def sample():
    """Return lines of one, two and three dates, parted; no date is in both parts.

    ``text`` is what somebody wrote, ``iso`` what it means, "2017-03-03 1930-01-31",
    ``ways`` a letter a date; ``kept`` is 1 where one way is not in the training part.
    """
    return course_table("dates.csv", COLUMNS, {"count": "int64", "kept": "int64"})


ENTRY = Entry("даты, как их пишут", sample)
