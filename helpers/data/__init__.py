"""The course's data sets: one catalogue, two modes, the same structure in both.

``load("digits")`` returns arrays and prints one line that says which data they are.
A new data set is a module here and a line of `CATALOGUE`.  Nothing here imports Keras.
"""

from dataclasses import replace

from helpers.data import (  # isort: skip
    book, classics, clothes, dates, dialogues, digits, messages, objects, pairs, people,
    reviews, sizes, wells,
)  # fmt: skip
from helpers.data.base import checked_mode, default_mode, load_full
from helpers.data.book import check_names, own_book
from helpers.data.dialogues import own_dialogues
from helpers.data.trained import trained
from helpers.data.wells import own_wells
from helpers.errors import CourseError

__all__ = [
    "CATALOGUE", "check_names", "default_mode", "load", "own_book", "own_dialogues",
    "own_wells", "trained",
]  # fmt: skip

CATALOGUE = {
    "people": people.ENTRY,
    "sizes": sizes.ENTRY,
    "messages": messages.ENTRY,
    "reviews": reviews.ENTRY,
    "reviews_made": reviews.MADE,
    "reviews_free": reviews.FREE,
    "review_sentences": reviews.SENTENCES,
    "pairs": pairs.ENTRY,
    "pairs_free": pairs.FREE,
    "book": book.ENTRY,
    "classics": classics.ENTRY,
    "wells": wells.ENTRY,
    "field": wells.FIELD,
    "dates": dates.ENTRY,
    "dialogues": dialogues.ENTRY,
    "digits": digits.ENTRY,
    "clothes": clothes.ENTRY,
    "objects": objects.ENTRY,
    "objects100": objects.ENTRY_100,
}


def load(name, mode=None):
    """Return a data set of the catalogue and print one line that says which it is.

    ``name`` is a key of `CATALOGUE`, ``mode`` is ``"sample"`` or ``"full"``,
    `default_mode` when it is left out.  The value is a dataclass that the data set's
    module describes; its ``mode`` says which data these are.  CourseError: no such data
    set or mode; a file that cannot be had or is damaged.
    """
    if name not in CATALOGUE:
        what = f"набора данных «{name}» в курсе нет"
        raise CourseError(what, f"Есть: {', '.join(CATALOGUE)}.")
    entry = CATALOGUE[name]
    mode = default_mode() if mode is None else checked_mode(mode, f"mode={mode!r}")
    value = load_full(entry) if entry.sources and mode == "full" else None
    title = f"{entry.full_title} (full)"
    if not entry.sources:
        value, title = entry.sample(), f"{entry.sample_title} (в обоих режимах)"
    elif value is None:
        value, mode = entry.sample(), "sample"
        title = f"{entry.sample_title} (sample)"
    value = replace(value, mode=mode)
    print(f"Данные: {title}: {value}")
    return value
