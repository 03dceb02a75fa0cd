"""What data sets are made of: entries, two modes, values that several share."""

import contextlib
import csv
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from helpers import ROOT
from helpers.data.download import FEW, Remote, at_hand, fetch, named, teacher_folder
from helpers.errors import CourseError
from helpers.russian import comma

SAMPLES = ROOT / "data"
MODES = ("sample", "full")


class DamagedError(Exception):
    """A file of a data set is not what it should be; says what, in Russian."""


@dataclass(frozen=True)
class Source:
    """One way in which a full data set lies in files.

    ``read`` turns the list of their paths into the loader's value, or raises
    `DamagedError`.
    """

    files: Sequence[Remote]
    read: Callable

    @classmethod
    def listed(cls, name, read):
        """Return the source of the files that data/full.csv lists for a data set."""
        return cls([*listed(name)], read)


@dataclass(frozen=True)
class Entry:
    """A data set of the catalogue: what the printed line calls it, where it comes from.

    ``sample`` returns the embedded sample: a dataclass with a field ``mode``, which the
    loader fills in.  Any of ``sources`` may lie in ``COURSE_DATA_DIR``, and the first
    one whose files have addresses is downloaded; where none has, and none lies there,
    full mode says so and uses the sample.  Without sources that serves both modes.
    """

    sample_title: str
    sample: Callable
    full_title: str = ""
    sources: Sequence[Source] = ()


def listed(name):
    """Return the full files of a data set, a dict: `Remote`, its row in data/full.csv.

    All are in that list whose sums are known.
    """
    with course_file("full.csv") as path:
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        found = {_remote(row): row for row in rows if row["set"] == name}
        if not found:
            raise DamagedError(f"в таблице нет файлов набора {name}")
        return found


def _remote(row):
    url = quote(row["address"], safe="/:~")
    return Remote(row["file"], (url,), row["sha256"], float(row["megabytes"]))


# --- values that several data sets share ----------------------------------------------


@dataclass(frozen=True)
class Pictures:
    """Labelled pictures, already parted.

    Attributes
    ----------
    x_train, x_test : numpy.ndarray
        uint8, shape (n, height, width) when grey, (n, height, width, 3) in colour.
    y_train, y_test : numpy.ndarray
        int64, shape (n,), from 0 to ``len(class_names) - 1``.
    class_names : tuple of str
        In Russian, in the order of the labels.
    mode : {"sample", "full"}
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    mode: str = ""

    @classmethod
    def of(cls, arrays, class_names):
        """Return pictures from named arrays; `DamagedError` if a label has no name."""
        labels = {name: arrays[name].astype(np.int64) for name in ("y_train", "y_test")}
        if any(y.max() >= len(class_names) for y in labels.values()):
            raise DamagedError(f"метки выходят за пределы 0 … {len(class_names) - 1}")
        return cls(**{**arrays, **labels}, class_names=class_names)

    def __str__(self):
        height, width = self.x_train.shape[1:3]
        colour = ", цветные" if self.x_train.ndim == 4 else ""
        parts = f"обучающих {len(self.x_train)}, тестовых {len(self.x_test)}"
        return f"{parts}, {height} × {width}{colour}"


@dataclass(frozen=True)
class Tables:
    """Rows of a table, already parted.

    Attributes
    ----------
    train, test : pandas.DataFrame
        The same columns in the same order; rows are numbered from 0.
    mode : {"sample", "full"}
    """

    train: "pandas.DataFrame"  # noqa: F821 - pandas is loaded with the first table
    test: "pandas.DataFrame"  # noqa: F821
    mode: str = ""

    @classmethod
    def of(cls, table, columns):
        """Return columns of a table, parted by its column ``part``: train or test."""
        part = table["part"]
        if set(part) != {"train", "test"}:
            raise DamagedError("в столбце part должны быть train и test")
        parts = [table.loc[part == each, columns] for each in ("train", "test")]
        return cls(*(rows.reset_index(drop=True) for rows in parts))

    def __str__(self):
        parts = f"обучающих {len(self.train)}, тестовых {len(self.test)}"
        return f"{parts}, столбцов {len(self.train.columns)}"


# --- the two modes --------------------------------------------------------------------


def default_mode():
    """Return the mode of this run: ``COURSE_DATA``, else full on Colab, else sample.

    Another word in ``COURSE_DATA`` is a `CourseError`.
    """
    text = os.environ.get("COURSE_DATA", "").strip()
    if not text:
        return "full" if "google.colab" in sys.modules else "sample"
    return checked_mode(text.lower(), f"COURSE_DATA={text}")


def checked_mode(mode, said):
    """Return a mode, or the error that quotes what was said."""
    if mode not in MODES:
        what = f"{said}: такого режима данных нет"
        advice = "Есть sample (встроенная выборка) и full (полный набор)."
        raise CourseError(what, advice)
    return mode


def load_full(entry):
    """Return the full data set of an entry, or None where there is none to be had."""
    folder = teacher_folder()
    download = next((each for each in entry.sources if each.files[0].urls), None)
    for source in entry.sources if folder else ():
        if not absent_from(folder, source):
            advice = "Замените файл или уберите переменную COURSE_DATA_DIR, тогда "
            advice += "он будет скачан." if download else "урок возьмёт выборку."
            return _read(source, [folder / each.name for each in source.files], advice)
    if download is None:
        names = " или ".join(named(source.files) for source in entry.sources)
        where = "нигде не выложен, и в COURSE_DATA_DIR его нет"
        print(f"{names} {where}: беру выборку (sample).")
        return None
    if folder:
        absent = (named(absent_from(folder, source)) for source in entry.sources)
        print(f"В папке {folder} нет {' или '.join(absent)}; ищу в кэше и в сети.")
    if len(download.files) > FEW:
        missing = [each for each in download.files if not at_hand(each, folder)]
        size = comma(f"{sum(each.megabytes for each in missing):.1f}")
        if missing:
            text = f"Скачиваю {named(missing)}, {size} МБ"
            print(f"{text}; прерванная загрузка продолжится с этого места.")
    advice = (
        "Файл удалён из кэша, запустите ячейку ещё раз. Если не поможет, скачайте файл "
        "вручную и укажите его папку в COURSE_DATA_DIR."
    )
    paths = [at_hand(each, folder) or fetch(each) for each in download.files]
    cached = [path for path in paths if not (folder and path.is_relative_to(folder))]
    return _read(download, paths, advice, cached)


def absent_from(folder, source):
    """Return those files of a source that a folder lacks, a list of `Remote`."""
    return [each for each in source.files if not (folder / each.name).is_file()]


def _read(source, paths, advice, cached=()):
    """Read the files of a source; where one is damaged, remove those of the cache."""
    try:
        return source.read(paths)
    except DamagedError as error:
        for path in cached:
            path.unlink(missing_ok=True)
        what = f"{', '.join(map(str, paths))}: {_without_name(paths, error)}"
        what = what if len(paths) <= FEW else str(error)  # it names the file
        raise CourseError(what, advice) from error


def _without_name(paths, error):
    """Return what an error says, without the name of the only file."""
    said = str(error)
    return said.removeprefix(paths[0].name).lstrip(":, ") if len(paths) == 1 else said


@contextlib.contextmanager
def as_damaged():
    """Turn a reader's `CourseError` into `DamagedError`, without its advice."""
    try:
        yield
    except CourseError as error:
        raise DamagedError(error.what.rstrip(".")) from error


@contextlib.contextmanager
def course_file(name, unread="таблица не читается"):
    """Give the path of a file in `SAMPLES`; what is wrong inside is one `CourseError`.

    What is said where Python itself cannot read the file is ``unread``.
    """
    path = SAMPLES / name
    try:
        with as_damaged():
            yield path
    except (DamagedError, OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        named = isinstance(error, DamagedError)
        raise CourseError(
            f"{path}: {_without_name([path], error) if named else unread}",
            f"Это файл самого курса: верните его командой git checkout -- data/{name}",
        ) from error


def course_table(name, columns, types=None):
    """Return some columns of a table in `SAMPLES`, parted; ``types`` are for astype."""
    import pandas as pd

    with course_file(name) as path:
        table = pd.read_csv(path, encoding="utf-8", keep_default_na=False)
        return Tables.of(table.astype(types or {}), columns)
