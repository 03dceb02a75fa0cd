"""dates: as Russians write them, made by data/make_dates.py (lesson 7)."""

from helpers.data.base import Entry, Tables, course_file

COLUMNS = ["count", "kept", "ways", "iso", "text"]


def sample():
    """Return lines of one, two and three dates, parted; no date is in both parts.

    ``text`` is what somebody wrote, ``iso`` what it means, "2017-03-03 1930-01-31",
    ``ways`` a letter a date; ``kept`` is 1 where one way is not in the training part.
    """
    import pandas as pd

    with course_file("dates.csv") as path:
        table = pd.read_csv(path, encoding="utf-8", keep_default_na=False)
        table = table.astype({"count": "int64", "kept": "int64"})
        return Tables.of(table, COLUMNS)


ENTRY = Entry("даты, как их пишут", sample)
