"""pairs: the same words in another order, the opposite verdict (lesson 3)."""

from dataclasses import dataclass

from helpers.data.base import Entry, course_file

COLUMNS = ["pair", "verdict", "label", "text"]
GROUPS = ["way", "way_group", "adjective_group", "good", "bad"]
NUMBERS = dict.fromkeys(["pair", "label", "way"], "int64")


@dataclass(frozen=True)
class Pairs:
    """Sentences about a film: of each pair the one for it, then the one against it.

    Attributes
    ----------
    table : pandas.DataFrame
        ``pair``, int64, from 0; ``verdict``, what gives it, stands ``"first"`` or
        ``"last"``; ``label``, int64, 1 for the film; ``text``.  Made pairs also have
        ``way``, int64, 0 to 27, ``way_group`` and ``adjective_group``, ``"A"`` to
        ``"D"``, and the adjectives ``good`` and ``bad``.
    mode : str
        ``"sample"`` or ``"full"``; the sentences are the same.
    """

    table: "pandas.DataFrame"  # noqa: F821 - pandas is loaded with the first table
    mode: str = ""

    def __str__(self):
        return f"пар {self.table['pair'].nunique()}, предложений {len(self.table)}"


def _read(path, columns):
    """Return the pairs of a table of the course, each as label 1 and label 0."""
    import pandas as pd

    options = {"encoding": "utf-8", "keep_default_na": False, "dtype": NUMBERS}
    table = pd.read_csv(path, **options)[columns]
    labels = table["label"].tolist()
    if not labels or labels != [1, 0] * (len(labels) // 2):
        raise ValueError("labels")
    return Pairs(table)


def sample():
    """Return the pairs that data/make_pairs.py puts together."""
    with course_file("pairs.csv") as path:
        return _read(path, COLUMNS + GROUPS)


def free_sample():
    """Return the pairs that were written freely."""
    with course_file("pairs_free.csv") as path:
        return _read(path, COLUMNS)


ENTRY = Entry("пары из одних и тех же слов", sample)
FREE = Entry("пары, написанные свободно", free_sample)
