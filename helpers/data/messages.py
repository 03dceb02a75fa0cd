"""messages: short Russian texts in seven topics, and SIB-200 (lesson 2)."""

from helpers.data.base import (  # isort: skip
    DamagedError, Entry, Source, Tables, as_damaged, course_file,
)  # fmt: skip
from helpers.own.tables import read_labelled_texts, read_table

PARTS = {"train": 701, "dev": 99, "test": 204}  # and how many texts each has
TOPICS = {
    "science/technology": "наука и техника",
    "travel": "путешествия",
    "politics": "политика",
    "sports": "спорт",
    "health": "здоровье",
    "entertainment": "развлечения",
    "geography": "география",
}
COLUMNS = ["text", "topic", "style"]


def sample():
    """Return the texts that were written for the course."""
    with course_file("messages.csv") as path:
        return Tables.of(read_labelled_texts(path, list(TOPICS.values())), COLUMNS)


def read_sib(paths):
    """Return SIB-200: its training and validation texts are both for training."""
    import pandas as pd

    tables = []
    for (part, count), path in zip(PARTS.items(), paths, strict=True):
        with as_damaged():
            table = read_table(path, ["category", "text"])
        if len(table) != count or not table["category"].isin(list(TOPICS)).all():
            raise DamagedError(f"{path.name}: это не {count} текстов набора SIB-200")
        table["topic"], table["style"] = table["category"].map(TOPICS), "перевод"
        table["part"] = "test" if part == "test" else "train"
        tables.append(table)
    return Tables.of(pd.concat(tables), COLUMNS)


FULL = Source.listed("messages", read_sib)
ENTRY = Entry("короткие тексты курса", sample, "SIB-200, русские тексты", [FULL])
