"""dates: as Russians write them, made by data/make_dates.py (lesson 7)."""

from helpers.data.base import Entry, Tables, course_file

COLUMNS = ["count", "kept", "ways", "iso", "text"]


def sample():
    """Return lines of one, two and three dates, parted; no date is in both parts.

    ``text`` is what somebody wrote, ``iso`` what it means, as "2017-03-03 1930-01-31";
    ``count`` is the number of dates, ``ways`` a letter for the way in which each is
    written; ``kept`` is 1 where one of them is a way that the training part has not.
    """
    import pandas as pd

    with course_file("dates.csv") as path:
        table = pd.read_csv(path, encoding="utf-8", keep_default_na=False)
        table = table.astype({"count": "int64", "kept": "int64"})
        return Tables.of(table, COLUMNS)


ENTRY = Entry("даты, как их пишут", sample)
