"""messages: short Russian texts in seven topics, and SIB-200 (lesson 2)."""

from helpers.data.base import (  # isort: skip
    DamagedError, Entry, Source, Tables, as_damaged, course_file,
)  # fmt: skip
from helpers.data.download import Remote
from helpers.own.tables import read_labelled_texts, read_table

FILES = (
    "https://raw.githubusercontent.com/dadelani/sib-200/"
    "593cea88519930f776c1a4a1980b6a35b39dca57/data/annotated/rus_Cyrl/"
)
PARTS = {  # texts, sum of the file
    "train": (701, "2c5d092fcd73df8b9bf62d93d5acb9e41482fd827b99a9b24273861054ec033e"),
    "dev": (99, "92a09f8bad4742f6c7b2a314535ce3e0e2f035726d5dcfa09ca645518302dca3"),
    "test": (204, "9e08f02d142687110b580bf75e28ce643289939582190eb986c948f47c35fee7"),
}
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
    for (part, (count, _)), path in zip(PARTS.items(), paths, strict=True):
        with as_damaged():
            table = read_table(path, ["category", "text"])
        if len(table) != count or not table["category"].isin(list(TOPICS)).all():
            raise DamagedError(f"{path.name}: это не {count} текстов набора SIB-200")
        table["topic"], table["style"] = table["category"].map(TOPICS), "перевод"
        table["part"] = "test" if part == "test" else "train"
        tables.append(table)
    return Tables.of(pd.concat(tables), COLUMNS)


REMOTES = [
    Remote(f"sib200_rus_{part}.tsv", (f"{FILES}{part}.tsv",), sha256, megabytes=1)
    for part, (_, sha256) in PARTS.items()
]
FULL = Source(REMOTES, read_sib)
ENTRY = Entry("короткие тексты курса", sample, "SIB-200, русские тексты", [FULL])
