"""The course's data sets: one catalogue, two modes, the same structure in both.

``load("digits")`` returns arrays and prints one line that says which data they are.
A new data set is one entry of `CATALOGUE`.  Nothing here imports Keras.
"""

import csv
import gzip
import html
import io
import json
import os
import pickle
import re
import sys
import tarfile
import tomllib
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from helpers import ROOT
from helpers.download import Remote, fetch, teacher_folder
from helpers.errors import CourseError
from helpers.own.books import WORDS, proper_names, read_book, sentences
from helpers.own.dialogues import Dialogue, read_dialogues, read_statements
from helpers.text import (
    PADDING,
    START,
    UNKNOWN,
    UNUSED,
    Vocabulary,
    check_texts,
    tokenize,
)
from helpers.wells import COLUMNS, Wells, read_wells

SAMPLES = ROOT / "data"
MODES = ("sample", "full")


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
    mode : str
        ``"sample"`` or ``"full"``.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    mode: str

    def __str__(self):
        height, width = self.x_train.shape[1:3]
        colour = ", цветные" if self.x_train.ndim == 4 else ""
        return (
            f"обучающих {len(self.x_train)}, тестовых {len(self.x_test)}, "
            f"{height} × {width}{colour}"
        )


@dataclass(frozen=True)
class Tables:
    """Rows of a table, already parted.

    Attributes
    ----------
    train, test : pandas.DataFrame
        The same columns in the same order; rows are numbered from 0.
    mode : str
        ``"sample"`` or ``"full"``.
    """

    train: "pandas.DataFrame"  # noqa: F821 - pandas is loaded with the first table
    test: "pandas.DataFrame"  # noqa: F821
    mode: str

    def __str__(self):
        return (
            f"обучающих {len(self.train)}, тестовых {len(self.test)}, "
            f"столбцов {len(self.train.columns)}"
        )


@dataclass(frozen=True)
class Reviews:
    """Film reviews as indices of words, already parted, encoded as Keras's IMDB.

    Index 0 is padding, 1 the start of a review, 2 a word out of the vocabulary, 3 is
    never used, 4 the most frequent word of the training part, 5 the next, and so on.

    Attributes
    ----------
    x_train, x_test : list of numpy.ndarray
        int32, each of shape (words + 1,), beginning with 1.
    y_train, y_test : numpy.ndarray
        int64, shape (n,): 1 where the review is for the film, 0 where against it.
    vocabulary : helpers.text.Vocabulary
        All words; a lesson that wants the most frequent ones alone cuts at an index.
    mode : str
        ``"sample"`` or ``"full"``.
    """

    x_train: list[np.ndarray]
    y_train: np.ndarray
    x_test: list[np.ndarray]
    y_test: np.ndarray
    vocabulary: Vocabulary
    mode: str

    def __str__(self):
        return (
            f"обучающих {len(self.x_train)}, тестовых {len(self.x_test)}, "
            f"слов в словаре {len(self.vocabulary)}"
        )

    def encode(self, texts):
        """Return texts in the encoding of ``x_train``.

        Parameters
        ----------
        texts : sequence of str
            See `review_words` for what becomes a word.

        Returns
        -------
        list of numpy.ndarray
            An empty text is the mark of the start alone.

        Raises
        ------
        CourseError
            As `helpers.text.check_texts`.
        """
        return [
            np.array(self.vocabulary.encode([START, *review_words(each)]), np.int32)
            for each in check_texts(texts)
        ]


@dataclass(frozen=True)
class LabelledTexts:
    """Texts to try a network on that was trained on others.

    Attributes
    ----------
    texts : list of str
    labels : numpy.ndarray
        int64, shape (n,): 1 where the text is for the film, 0 where against it.
    mode : str
        ``"sample"`` or ``"full"``; the texts are the same.
    """

    texts: list[str]
    labels: np.ndarray
    mode: str

    def __str__(self):
        return f"текстов {len(self.texts)}, из них одобряют {int(self.labels.sum())}"


@dataclass(frozen=True)
class Book:
    """A Russian book, cut into sentences, and what is known of some of its words.

    Words are spelt as by `helpers.text.tokenize`: lower case, with ё as е.

    Attributes
    ----------
    title : str
        In Russian, without quotation marks; of a student's book the name of its file.
    text : str
        As `helpers.own.books.read_book` gives it: capitals and marks are in it.
    sentences : list of list of str
        As `helpers.own.books.sentences` cuts them.
    classes : dict of str to str
        Class of each word in its dictionary form, of peoples the plural: all 14
        classes of the saga; «имена» alone in a novel.  In a student's book the names
        are those that `helpers.own.books.proper_names` finds, in the forms that occur.
    asked : tuple of str
        Words of ``classes`` for the closing table, chosen before training.
    mode : str
        ``"sample"``, ``"full"``, or ``"own"`` for a student's book.
    """

    title: str
    text: str
    sentences: list[list[str]]
    classes: dict[str, str]
    asked: tuple[str, ...]
    mode: str

    def __str__(self):
        words = [word for sentence in self.sentences for word in sentence]
        return (
            f"предложений {len(self.sentences)}, слов {len(words)}, "
            f"разных {len(set(words))}, класс известен у {len(self.classes)}"
        )


@dataclass(frozen=True)
class Dialogues:
    """Questions and answers: small talk, and what follows from a fact.

    Attributes
    ----------
    small_talk : list of helpers.own.dialogues.Dialogue
        Their ``context`` is ``""``.
    facts : list of helpers.own.dialogues.Dialogue
        Their ``context`` is the fact; several have the same.
    title : str
        In Russian; of a student's file its name.
    mode : str
        ``"sample"``, ``"full"``, or ``"own"`` for a student's file.
    """

    small_talk: list[Dialogue]
    facts: list[Dialogue]
    title: str
    mode: str

    def __str__(self):
        statements = {dialogue.context for dialogue in self.facts}
        return (
            f"в беседе ответов {len(self.small_talk)}, фактов {len(statements)}, "
            f"вопросов о них {len(self.facts)}"
        )


@dataclass(frozen=True)
class Layout:
    """One way in which a full data set lies in files.

    Attributes
    ----------
    files : tuple of Remote
    read : callable
        From the list of their paths to the loader's value; raises `DamagedError`.
    """

    files: tuple[Remote, ...]
    read: Callable


@dataclass(frozen=True)
class Entry:
    """A data set of the catalogue.

    Attributes
    ----------
    sample_title, full_title : str
        What the printed line calls the data, in Russian.
    sample : callable
        Returns the embedded sample.
    layouts : tuple of Layout
        The first one whose files have addresses is downloaded; any of them may lie
        in ``COURSE_DATA_DIR``.  Where none has an address and none lies there, full
        mode says so and uses the sample.  Without layouts the sample is all there is,
        and it serves both modes.
    """

    sample_title: str
    full_title: str
    sample: Callable
    layouts: tuple[Layout, ...]


class DamagedError(Exception):
    """A file of a full data set is not what it should be; says what, in Russian."""


def default_mode():
    """Return the mode of this run: ``COURSE_DATA``, else full on Colab, else sample.

    Raises
    ------
    CourseError
        ``COURSE_DATA`` is neither ``sample`` nor ``full``.
    """
    text = os.environ.get("COURSE_DATA", "").strip().lower()
    if not text:
        return "full" if "google.colab" in sys.modules else "sample"
    return _checked_mode(text, f"COURSE_DATA={os.environ['COURSE_DATA'].strip()}")


def _checked_mode(mode, said):
    if mode not in MODES:
        raise CourseError(
            f"{said}: такого режима данных нет",
            "Есть sample (встроенная выборка) и full (полный набор).",
        )
    return mode


def load(name, mode=None):
    """Return a data set of the catalogue and print one line that says which it is.

    Parameters
    ----------
    name : str
        A key of `CATALOGUE`.
    mode : str, optional
        ``"sample"`` or ``"full"``; `default_mode` when it is left out.

    Returns
    -------
    Pictures
        For ``digits``, ``clothes``, ``objects`` and ``objects100``.
    Tables
        For ``people`` and ``messages``.
    Reviews
        For ``reviews``.
    LabelledTexts
        For ``reviews_free`` and ``review_sentences``.
    Book
        For ``book``; `own_book` reads a student's.
    Wells
        For ``wells``; `own_wells` reads a student's.
    Dialogues
        For ``dialogues``; `own_dialogues` reads a student's.

    Raises
    ------
    CourseError
        No such data set or mode; a file that cannot be had or is damaged.
    """
    if name not in CATALOGUE:
        raise CourseError(
            f"набора данных «{name}» в курсе нет", f"Есть: {', '.join(CATALOGUE)}."
        )
    entry = CATALOGUE[name]
    mode = default_mode() if mode is None else _checked_mode(mode, f"mode={mode!r}")
    if not entry.layouts:
        value = replace(entry.sample(), mode=mode)
        title = f"{entry.sample_title} (в обоих режимах)"
    else:
        value = _load_full(entry) if mode == "full" else None
        title = f"{entry.full_title} (full)"
        if value is None:
            value, title = entry.sample(), f"{entry.sample_title} (sample)"
    print(f"Данные: {title}: {value}")
    return value


def _load_full(entry):
    """Return the full data set, or None where there is none to be had."""
    folder = teacher_folder()
    download = next((each for each in entry.layouts if each.files[0].urls), None)
    names = " или ".join(
        " + ".join(remote.name for remote in layout.files) for layout in entry.layouts
    )
    if folder is not None:
        for layout in entry.layouts:
            paths = [folder / remote.name for remote in layout.files]
            if all(path.is_file() for path in paths):
                return _read(layout, paths, owned=False, address=download is not None)
        if download:
            print(f"В папке {folder} нет {names}; ищу в кэше и в сети.")
    if download is None:
        print(
            f"{names} нигде не выложен, и в COURSE_DATA_DIR его нет: беру выборку "
            "(sample)."
        )
        return None
    return _read(download, [fetch(remote) for remote in download.files], owned=True)


def _read(layout, paths, owned, address=True):
    """Read the files of a layout; our own damaged ones are removed from the cache."""
    try:
        return layout.read(paths)
    except DamagedError as error:
        if owned:
            for path in paths:
                path.unlink(missing_ok=True)
            advice = (
                "Файл удалён из кэша, запустите ячейку ещё раз. Если не поможет, "
                "скачайте файл вручную и укажите его папку в COURSE_DATA_DIR."
            )
        else:
            instead = "он будет скачан" if address else "урок возьмёт выборку"
            advice = (
                "Замените файл или уберите переменную COURSE_DATA_DIR, тогда "
                f"{instead}."
            )
        where = ", ".join(str(path) for path in paths)
        raise CourseError(f"{where}: {error}", advice) from error


# --- reading what others have packed --------------------------------------------------


def read_npz(path, shapes, dtype=np.uint8):
    """Return named arrays of an .npz file after checking them; never unpickles.

    Parameters
    ----------
    path : pathlib.Path
    shapes : dict of str to tuple
        Expected shape of each array.
    dtype : dtype
        Of all of them.

    Returns
    -------
    dict of str to numpy.ndarray

    Raises
    ------
    DamagedError
        Not an .npz, cut short, or another name, shape or dtype.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DamagedError("это не архив .npz")
            arrays = {name: archive[name] for name in archive.files if name in shapes}
    except DamagedError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedError(
            "файл повреждён или это не архив .npz без объектов Python"
        ) from error
    for name, shape in shapes.items():
        if name not in arrays:
            raise DamagedError(f"в архиве нет массива {name}")
        _expect(name, arrays[name], shape, dtype)
    return arrays


def _expect(name, array, shape, dtype):
    if array.shape != shape or array.dtype != dtype:
        raise DamagedError(
            f"массив {name}: форма {array.shape}, тип {array.dtype}, а нужны "
            f"{shape} и {np.dtype(dtype)}"
        )


class _NumpyOnly(pickle.Unpickler):
    """Unpickle nothing but arrays and plain containers: no other name is looked up."""

    ALLOWED = frozenset(
        {
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy._core.numeric", "_frombuffer"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module, name):
        module = module.replace("numpy.core.", "numpy._core.")  # NumPy 1 wrote so
        if (module, name) not in self.ALLOWED:
            raise DamagedError(f"файл просит выполнить {module}.{name}: не открываю")
        return super().find_class(module, name)


def unpickle_safely(data):
    """Return what a pickle holds, when that is arrays, numbers, texts, lists, dicts.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    DamagedError
        The pickle is cut short, or names anything else, which is never run.
    """
    try:
        return _NumpyOnly(io.BytesIO(data), encoding="bytes").load()
    except DamagedError:
        raise
    except Exception as error:  # a broken pickle may raise almost anything
        raise DamagedError("файл повреждён: содержимое не читается") from error


def _pictures(arrays, class_names, mode):
    """Return `Pictures` after checking that the labels fit the names."""
    labels = [arrays["y_train"], arrays["y_test"]]
    if any(y.max() >= len(class_names) for y in labels):
        raise DamagedError(f"метки выходят за пределы 0 … {len(class_names) - 1}")
    return Pictures(
        x_train=arrays["x_train"],
        y_train=arrays["y_train"].astype(np.int64),
        x_test=arrays["x_test"],
        y_test=arrays["y_test"].astype(np.int64),
        class_names=class_names,
        mode=mode,
    )


# --- people ---------------------------------------------------------------------------

PEOPLE_COLUMNS = {
    "height_cm": "int64",
    "weight_kg": "float64",
    "shoe_size": "int64",
    "suit_fits": "int64",
}


def _sample_people():
    """Return the table that data/make_people.py simulates."""
    import pandas as pd

    path = SAMPLES / "people.csv"
    try:
        table = pd.read_csv(path, encoding="utf-8").astype(PEOPLE_COLUMNS)
        return _parted(table, list(PEOPLE_COLUMNS), "sample")
    except (OSError, ValueError, KeyError) as error:
        raise _own_file_error(path, DamagedError("таблица не читается")) from error


# --- messages -------------------------------------------------------------------------

SIB_FILES = (
    "https://raw.githubusercontent.com/dadelani/sib-200/"
    "593cea88519930f776c1a4a1980b6a35b39dca57/data/annotated/rus_Cyrl/"
)
SIB_PARTS = {
    "train": (
        701,
        "2c5d092fcd73df8b9bf62d93d5acb9e41482fd827b99a9b24273861054ec033e",
    ),
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


def _sample_messages():
    """Return the texts that were written for the course."""
    from helpers.own.tables import read_labelled_texts

    path = SAMPLES / "messages.csv"
    try:
        table = read_labelled_texts(path, list(TOPICS.values()))
        return _parted(table, ["text", "topic", "style"], "sample")
    except (CourseError, KeyError) as error:
        raise _own_file_error(path, DamagedError("таблица не читается")) from error


def _read_sib(paths):
    """Return SIB-200: its training and validation texts are both for training."""
    import pandas as pd

    from helpers.own.tables import read_table

    tables = []
    for (part, (count, _)), path in zip(SIB_PARTS.items(), paths, strict=True):
        try:
            table = read_table(path, ["category", "text"])
        except CourseError as error:
            raise DamagedError(error.what.rstrip(".")) from error
        if len(table) != count or not table["category"].isin(list(TOPICS)).all():
            raise DamagedError(f"{path.name}: это не {count} текстов набора SIB-200")
        table["topic"], table["style"] = table["category"].map(TOPICS), "перевод"
        table["part"] = "test" if part == "test" else "train"
        tables.append(table)
    return _parted(pd.concat(tables), ["text", "topic", "style"], "full")


def _parted(table, columns, mode):
    """Return `Tables` from a table whose column ``part`` says train or test."""
    parts = {part: rows for part, rows in table.groupby("part", sort=False)}
    train, test = (
        parts[part][columns].reset_index(drop=True) for part in ("train", "test")
    )
    return Tables(train, test, mode)


def _own_file_error(path, error):
    return CourseError(
        f"{path}: {error}",
        f"Это файл самого курса: верните его командой git checkout -- data/{path.name}",
    )


def _damage_of(path, error):
    """Return what a reader found wrong; the file's name will stand before it anyway."""
    return DamagedError(error.what.removeprefix(path.name).lstrip(":, ").rstrip("."))


# --- reviews --------------------------------------------------------------------------

IMDB_COUNT = 25_000  # reviews of each part, half of them for the film
IMDB_WORDS = 88_584
IMDB_SPECIALS = (PADDING, START, UNKNOWN, UNUSED)
IMDB_LIMIT = 1_000_000_000  # bytes of one unpacked array
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)


def review_words(text):
    """Return the words of a review, cut as those of Keras's IMDB.

    Lower case; a hyphen parts words, an apostrophe inside does not; HTML tags are
    dropped and entities decoded.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
    """
    return tokenize(html.unescape(_TAG.sub(" ", text)).replace("-", " "))


def _read_labelled(path):
    """Return the rows of a table of the course: dicts with a text and a label."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, strict=True))
        labels = np.array([int(row["label"]) for row in rows], np.int64)
        texts = check_texts([row["text"] for row in rows])
        if not {0, 1} == set(labels.tolist()):
            raise ValueError(f"labels {set(labels.tolist())}")
    except (OSError, ValueError, KeyError, TypeError, csv.Error, CourseError) as error:
        raise _own_file_error(path, DamagedError("таблица не читается")) from error
    return rows, texts, labels


def _sample_reviews():
    """Return the reviews that data/make_reviews.py puts together."""
    path = SAMPLES / "reviews.csv"
    rows, texts, labels = _read_labelled(path)
    part = np.array([row.get("part") for row in rows])
    if set(part.tolist()) != {"train", "test"}:
        raise _own_file_error(path, DamagedError("таблица не читается"))
    words = [review_words(text) for text in texts]
    known = [words[i] for i in np.flatnonzero(part == "train")]
    vocabulary = Vocabulary.build(known, specials=IMDB_SPECIALS)
    x = [np.array(vocabulary.encode([START, *each]), np.int32) for each in words]
    train, test = (np.flatnonzero(part == each) for each in ("train", "test"))
    return Reviews(
        x_train=[x[i] for i in train],
        y_train=labels[train],
        x_test=[x[i] for i in test],
        y_test=labels[test],
        vocabulary=vocabulary,
        mode="sample",
    )


def _sample_free_reviews():
    """Return the reviews that were written without the phrases of the program."""
    _, texts, labels = _read_labelled(SAMPLES / "reviews_free.csv")
    return LabelledTexts(texts, labels, "sample")


def _sample_review_sentences():
    """Return the 200 sentences of real reviews that gensim installs.

    B. Pang and L. Lee, "Seeing stars", ACL 2005; 100 of each class.
    """
    from gensim.test.utils import datapath

    path = Path(datapath("pang_lee_polarity.cor"))
    try:
        lines = path.read_bytes().decode("cp1252").splitlines()
        pairs = [line.strip().split(maxsplit=1) for line in lines]
        names = {"__label__neg": 0, "__label__pos": 1}
        labels = np.array([names[name] for name, _ in pairs], np.int64)
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(
            f"{path}: предложения не читаются",
            "Это файл пакета gensim: переустановите его командой pip install "
            "--force-reinstall --no-deps gensim",
        ) from error
    return LabelledTexts([text for _, text in pairs], labels, "sample")


def read_npz_lists(path, name):
    """Return an array of lists from an .npz file; runs nothing that is in the file.

    NumPy keeps such arrays as a pickle behind an ordinary header and opens them only
    with ``allow_pickle=True``, which runs whatever the file asks for.

    Parameters
    ----------
    path : pathlib.Path
    name : str
        Of the array.

    Returns
    -------
    list
        What the array holds, one element a place.

    Raises
    ------
    DamagedError
        Not an .npz, cut short, no such array, of another dtype or number of axes, or a
        pickle that names anything but arrays and plain values.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            if info.file_size > IMDB_LIMIT:
                raise DamagedError(f"массив {name} больше гигабайта")
            packed = io.BytesIO(archive.read(info))
        version = np.lib.format.read_magic(packed)
        if version not in HEADERS:
            raise ValueError(f"version {version}")
        shape, _, dtype = HEADERS[version](packed)
    except KeyError as error:
        raise DamagedError(f"в архиве нет массива {name}") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedError("файл повреждён или это не архив .npz") from error
    if not dtype.hasobject or len(shape) != 1:
        raise DamagedError(f"массив {name}: это не список списков")
    array = unpickle_safely(packed.read())
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise DamagedError(f"массив {name}: внутри не то, что обещает заголовок")
    return list(array)


def _read_imdb(paths):
    archive, index = paths
    ranks = _read_word_index(index)
    labels = read_npz(
        archive, {"y_train": (IMDB_COUNT,), "y_test": (IMDB_COUNT,)}, np.int64
    )
    x = {}
    for part in ("train", "test"):
        y = labels[f"y_{part}"]
        if not np.array_equal(np.bincount(y, minlength=2), [IMDB_COUNT // 2] * 2):
            raise DamagedError(f"метки y_{part}: нужно поровну нулей и единиц")
        lists = read_npz_lists(archive, f"x_{part}")
        if len(lists) != IMDB_COUNT:
            raise DamagedError(f"отзывов {len(lists)}, а нужно {IMDB_COUNT}")
        x[part] = [_from_ranks(each, len(ranks)) for each in lists]
    words = [*IMDB_SPECIALS, *sorted(ranks, key=ranks.get)]
    return Reviews(
        x_train=x["train"],
        y_train=labels["y_train"],
        x_test=x["test"],
        y_test=labels["y_test"],
        vocabulary=Vocabulary(words),
        mode="full",
    )


def _from_ranks(ranks, count):
    """Return a review of IMDB as indices: the start, then ranks moved by three."""
    row = np.array(ranks) if isinstance(ranks, list) else np.empty(())
    if row.ndim != 1 or row.dtype.kind not in "iu":
        raise DamagedError("отзыв — не список номеров слов")
    if row.min() < 1 or row.max() > count:
        raise DamagedError(f"номера слов выходят за пределы 1 … {count}")
    return np.concatenate([[1], row + 3]).astype(np.int32)


def _read_word_index(path):
    """Return the ranks of IMDB's words: each number from 1 up occurs once."""
    try:
        ranks = json.loads(path.read_text(encoding="utf-8"))
        if sorted(ranks.values()) != list(range(1, IMDB_WORDS + 1)):
            raise ValueError("ranks")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DamagedError(
            f"{path.name}: это не список {IMDB_WORDS} слов с номерами"
        ) from error
    return ranks


# --- book -----------------------------------------------------------------------------

KARAMAZOV = (
    "https://raw.githubusercontent.com/Digital-Dostoevsky/tei/"
    "ec99b7e6a4da953860c10618253b4b8382e153b1/utilities/corpus/"
    "%D0%91%D1%80%D0%B0%D1%82%D1%8C%D1%8F%20"
    "%D0%9A%D0%B0%D1%80%D0%B0%D0%BC%D0%B0%D0%B7%D0%BE%D0%B2%D1%8B%20-%20Proofed.txt"
)
KARAMAZOV_WORDS = 250_000  # of 292,675: another edition is welcome, half a file is not
KARAMAZOV_NAMES = 100  # times each asked name occurs, at the least; the rarest 521
OWN_SENTENCES = 2000  # of a student's book, at the least
OWN_WORDS, OWN_TIMES = 50, 5  # so many words occur so many times, at the least
OWN_NAMES, OWN_NAME_TIMES = 8, 20  # so many names so many times, for lesson 5
OWN_SHARE = 0.5  # of Russian words, at the least


def _sample_book():
    """Return the saga that data/make_saga.py makes."""
    path = SAMPLES / "saga.txt"
    try:
        text = read_book(path)
        found = sentences(text)
    except CourseError as error:
        raise _own_file_error(path, DamagedError("книга не читается")) from error
    lists = _own_toml("saga_words.toml", "classes")
    lists = {kind: _spelt(words) for kind, words in lists.items()}
    return Book(
        title="Сага о Медвежьем броде",
        text=text,
        sentences=found,
        classes={word: kind for kind, words in lists.items() for word in words},
        asked=tuple(word for words in lists.values() for word in words[1::2]),
        mode="sample",
    )


def _read_karamazov(paths):
    """Return the novel, in any edition that is whole."""
    known = _own_toml("novel_names.toml", "karamazov")
    try:
        text = read_book(paths[0])
        found = sentences(text)
    except CourseError as error:
        raise _damage_of(paths[0], error) from error
    counts = Counter(word for sentence in found for word in sentence)
    title, total = known["title"], counts.total()
    if total < KARAMAZOV_WORDS:
        raise DamagedError(
            f"русских слов {total}, а в романе {title} их больше {KARAMAZOV_WORDS}: "
            "файл обрезан, или это другая книга"
        )
    for name in known["asked"]:
        if counts[name] < KARAMAZOV_NAMES:
            raise DamagedError(
                f"имя «{name}» встречается реже {KARAMAZOV_NAMES} раз, а в романе "
                f"{title} сотни раз: это другая книга"
            )
    return Book(
        title=title.strip("«»"),
        text=text,
        sentences=found,
        classes=dict.fromkeys(known["names"], "имена"),
        asked=tuple(known["asked"]),
        mode="full",
    )


def _own_toml(name, key):
    """Return one part of a list of words of the course."""
    path = SAMPLES / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, ValueError, KeyError) as error:
        raise _own_file_error(path, DamagedError("список слов не читается")) from error


def _spelt(words):
    """Return words as they are spelt in sentences."""
    return [tokenize(word)[0] for word in words]


def _own_path(path, example):
    """Return the path of a student's file; whoever gives none sees an example."""
    if not isinstance(path, str | Path):
        raise CourseError(
            f"нужен путь к файлу, например {example}, а дано: {type(path).__name__}."
        )
    return Path(path)


def own_book(path):
    """Return a student's own Russian book and print one line that says which it is.

    Parameters
    ----------
    path : str or pathlib.Path
        A .txt, .fb2, .fb2.zip or .epub: see `helpers.own.books.read_book`.

    Returns
    -------
    Book
        Its ``classes`` are the names that `helpers.own.books.proper_names` finds, its
        ``asked`` the three most frequent of them; both are empty when there are none.

    Raises
    ------
    CourseError
        As `helpers.own.books.read_book`; a book in another language, shorter than 2000
        sentences, or whose words are hardly ever repeated.
    """
    path = _own_path(path, "own_book('моя_книга.txt')")
    text = read_book(path)
    _check_language(path.name, text)
    try:
        found = sentences(text)
    except CourseError as error:
        raise CourseError(f"{path.name}: {error.what}", error.advice) from error
    _check_length(path.name, found)
    names = proper_names(text)
    book = Book(
        title=path.stem.removesuffix(".fb2"),  # of .fb2.zip
        text=text,
        sentences=found,
        classes=dict.fromkeys(names, "имена"),
        asked=tuple(names[:3]),
        mode="own",
    )
    print(f"Данные: своя книга «{path.name}»: {book}")
    return book


def _check_language(name, text):
    words = tokenize(text)
    if not words:
        raise CourseError(f"{name}: в книге нет ни одного слова", "Возьмите другую.")
    share = sum(WORDS["ru"].fullmatch(word) is not None for word in words) / len(words)
    if share < OWN_SHARE:
        raise CourseError(
            f"{name}: русских слов {100 * share:.0f} %, а этот урок читает русские "
            "книги",
            "Возьмите русскую книгу или русский перевод этой.",
        )


def _check_length(name, found):
    if len(found) < OWN_SENTENCES:
        raise CourseError(
            f"{name}: предложений всего {len(found)}, по такому короткому тексту "
            "векторы не выучить",
            f"Возьмите книгу, в которой их больше {OWN_SENTENCES}, лучше всего тысячи.",
        )
    counts = Counter(word for sentence in found for word in sentence)
    frequent = sum(times >= OWN_TIMES for times in counts.values())
    if frequent < OWN_WORDS:
        raise CourseError(
            f"{name}: слов, которые встречаются хотя бы {OWN_TIMES} раз, всего "
            f"{frequent}, а вектор слова учат по его повторениям",
            f"Возьмите связный текст, в котором таких слов больше {OWN_WORDS}.",
        )


def check_names(book):
    """Refuse a student's book that has too few names to judge vectors of words by.

    Lesson 5 keeps the names of ``book.asked``, in all their cases, for its last table,
    and chooses its settings by the others.  The course's own books have enough.

    Parameters
    ----------
    book : Book

    Raises
    ------
    CourseError
        No asked name; fewer than 8 other forms of names that occur 20 times; hardly
        any «он», «она», «его», «её».
    """
    if book.mode != "own":
        return
    import pymorphy3

    parse = pymorphy3.MorphAnalyzer().parse
    counts = Counter(word for sentence in book.sentences for word in sentence)

    def lemmas(word):
        return {each.normal_form for each in parse(word)}

    held = set().union(*map(lemmas, book.asked))
    often = [word for word in book.classes if counts[word] >= OWN_NAME_TIMES]
    others = sum(held.isdisjoint(lemmas(word)) for word in often)
    if others < OWN_NAMES or all(counts[word] < OWN_TIMES for word in book.asked):
        raise CourseError(
            f"«{book.title}»: имён, которые встречаются хотя бы {OWN_NAME_TIMES} раз, "
            f"{others}, не считая трёх главных, а уроку нужно {OWN_NAMES}: по ним "
            "меряют векторы.",
            "Возьмите роман, в котором действующих лиц больше.",
        )
    if min(counts[word] for word in ("он", "она", "его", "ее")) < OWN_TIMES:
        raise CourseError(
            f"«{book.title}»: на словах «он», «она», «его», «её» держится раздел 9, и "
            f"каждое нужно хотя бы {OWN_TIMES} раз, а какое-то встречается реже.",
            "Возьмите роман.",
        )


# --- wells ----------------------------------------------------------------------------

FULL_WELLS = (50, 24)  # wells and months of production.csv


def _sample_wells():
    """Return the wells that data/make_wells.py simulates, with their curves."""
    path = SAMPLES / "wells.csv"
    try:
        table = read_wells(path, COLUMNS)
        path = SAMPLES / "wells_truth.csv"
        truth = read_wells(path, ["API", "Year", "Month", "Liquid"])
    except CourseError as error:
        raise _own_file_error(path, _damage_of(path, error)) from error
    months = ["API", "Year", "Month"]
    if not truth[months].equals(table[months]):
        raise _own_file_error(path, DamagedError("строки не те, что в wells.csv"))
    curves = truth["Liquid"].to_numpy(np.float64)
    return Wells(
        table=table,
        truth=curves.reshape(table["API"].nunique(), -1),
        title="смоделированные скважины",
        mode="sample",
    )


def _read_production(paths):
    """Return the owner's wells; they have no curves without noise."""
    path = paths[0]
    try:
        table = read_wells(path, COLUMNS)
    except CourseError as error:
        raise _damage_of(path, error) from error
    wells = Wells(table, None, path.name, "full")
    if wells.liquid.shape != FULL_WELLS:
        raise DamagedError(
            "скважин {}, месяцев {}, а нужно {} и {}".format(
                *wells.liquid.shape, *FULL_WELLS
            )
        )
    return wells


def own_wells(path):
    """Return a student's own wells and print one line that says which they are.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV file with the columns ``API`` (any name of a well), ``Year``, ``Month``,
        ``Liquid``, ``Gas``, ``Water``: see `helpers.wells.read_wells`.

    Returns
    -------
    Wells
        Without ``truth``; the table has those of the file's columns that the course
        knows.

    Raises
    ------
    CourseError
        As `helpers.wells.read_wells`.
    """
    path = _own_path(path, "own_wells('мои_скважины.csv')")
    wells = Wells(read_wells(path), None, path.stem, "own")
    print(f"Данные: свои скважины «{path.name}»: {wells}")
    return wells


# --- dialogues ------------------------------------------------------------------------

KOZIEV_FILES = (
    "https://raw.githubusercontent.com/Koziev/NLP_Datasets/"
    "85d7cbdf41d8b62bbd385aaab2920bc9c4b4f63f/QA/"
)
KOZIEV_PARTS = {
    "premise_question_answer4_1s.txt": (
        34_729,
        "4cb4fc4cda94b39c032d2ea95d40c2e56caa58cf6ac24888e4ae47fd2585171b",
    ),
    "premise_question_answer5_1s.txt": (
        33_606,
        "46871ade89d7a54a803a87e36270cf9b8fd7cfb9e836e9e044488f7d845275ea",
    ),
}


def _sample_dialogues():
    """Return the dialogues that were written for the course."""
    return Dialogues(
        small_talk=_own_dialogues_file("smalltalk.txt"),
        facts=_own_dialogues_file("facts.txt", about_facts=True),
        title="диалоги курса",
        mode="sample",
    )


def _own_dialogues_file(name, about_facts=False):
    """Return a file of the course; in one of facts every dialogue has its fact."""
    path = SAMPLES / name
    try:
        found = read_dialogues(path)
    except CourseError as error:
        raise _own_file_error(path, _damage_of(path, error)) from error
    if any(about_facts != bool(dialogue.context) for dialogue in found):
        what = "вопросы без факта" if about_facts else "факты"
        raise _own_file_error(path, DamagedError(f"в нём не должны стоять {what}"))
    return found


def _read_koziev(paths):
    """Return facts of other people; small talk is the course's own."""
    facts = []
    for (count, _), path in zip(KOZIEV_PARTS.values(), paths, strict=True):
        try:
            found = read_statements(path)
        except CourseError as error:
            raise DamagedError(error.what.rstrip(".")) from error
        if len(found) != count:
            raise DamagedError(
                f"{path.name}: вопросов {len(found)}, а нужно {count}: файл обрезан, "
                "или это другой"
            )
        facts += found
    return Dialogues(
        small_talk=_own_dialogues_file("smalltalk.txt"),
        facts=facts,
        title="факты из NLP_Datasets",
        mode="full",
    )


def own_dialogues(path):
    """Return a student's own dialogues and print one line that says which they are.

    Parameters
    ----------
    path : str or pathlib.Path
        A text file of small talk, of facts, or of both: see
        `helpers.own.dialogues.read_dialogues`.

    Returns
    -------
    Dialogues
        Either list may be empty, but not both.

    Raises
    ------
    CourseError
        As `helpers.own.dialogues.read_dialogues`.
    """
    path = _own_path(path, "own_dialogues('мои_диалоги.txt')")
    found = read_dialogues(path)
    dialogues = Dialogues(
        small_talk=[each for each in found if not each.context],
        facts=[each for each in found if each.context],
        title=path.stem,
        mode="own",
    )
    print(f"Данные: свои диалоги «{path.name}»: {dialogues}")
    return dialogues


# --- digits, clothes ------------------------------------------------------------------

KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
MNIST_SHAPES = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}
DIGIT_NAMES = tuple("0123456789")
CLOTHES_NAMES = (
    "футболка", "брюки", "свитер", "платье", "пальто",
    "сандалия", "рубашка", "кроссовка", "сумка", "ботинок",
)  # fmt: skip
# Nobody has published sums of Fashion-MNIST's files; these are the sums of its pixels.
CLOTHES_SUMS = {"x_train": 3431114169, "x_test": 573469082}
CLOTHES_FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}


def _sample_npz(file_name, train, test, class_names):
    shapes = {
        "x_train": (train, 28, 28),
        "y_train": (train,),
        "x_test": (test, 28, 28),
        "y_test": (test,),
    }
    path = SAMPLES / file_name
    try:
        return _pictures(read_npz(path, shapes), class_names, "sample")
    except DamagedError as error:
        raise _own_file_error(path, error) from error


def _read_mnist(paths):
    return _pictures(read_npz(paths[0], MNIST_SHAPES), DIGIT_NAMES, "full")


def _read_clothes_npz(paths):
    return _checked_clothes(read_npz(paths[0], MNIST_SHAPES))


def _read_clothes_idx(paths):
    arrays = {
        name: _read_idx(path, MNIST_SHAPES[name])
        for name, path in zip(CLOTHES_FILES, paths, strict=True)
    }
    return _checked_clothes(arrays)


def _read_idx(path, shape):
    """Return the array of a gzipped IDX file (LeCun): a header, then bytes."""
    header = 4 + 4 * len(shape)
    try:
        data = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError(f"{path.name} повреждён или это не архив .gz") from error
    if len(data) != header + np.prod(shape) or data[3] != len(shape):
        raise DamagedError(f"{path.name}: внутри не массив формы {shape}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _checked_clothes(arrays):
    for name, expected in CLOTHES_SUMS.items():
        if int(arrays[name].sum(dtype=np.int64)) != expected:
            raise DamagedError(f"сумма массива {name} не та, что у Fashion-MNIST")
    return _pictures(arrays, CLOTHES_NAMES, "full")


# --- objects --------------------------------------------------------------------------

CIFAR_SITE = "https://www.cs.toronto.edu/~kriz/"
OBJECT_NAMES = (
    "самолёт", "автомобиль", "птица", "кошка", "олень",
    "собака", "лягушка", "лошадь", "корабль", "грузовик",
)  # fmt: skip
PATCH_NAMES = ("дворец", "георгин")
PATCH = 32  # side of a patch, in pixels, as in CIFAR


def _objects_sample():
    """Return patches of scikit-learn's two photographs, halved in size.

    Training patches come from the left 60 % of each photograph, test patches from the
    right 40 %, so that no pixel is in both.
    """
    from sklearn.datasets import load_sample_image

    rng = np.random.default_rng(0)
    parts = {"train": [], "test": []}
    for name in ("china.jpg", "flower.jpg"):
        photo = load_sample_image(name).astype(np.float32)
        height, width = (side // 2 for side in photo.shape[:2])
        photo = photo[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
        photo = np.round(photo.mean(axis=(1, 3))).astype(np.uint8)
        border = int(width * 0.6)
        windows = np.lib.stride_tricks.sliding_window_view(
            photo, (PATCH, PATCH), axis=(0, 1)
        ).transpose(0, 1, 3, 4, 2)
        for part, count, lefts in (
            ("train", 600, (0, border - PATCH + 1)),
            ("test", 150, (border, width - PATCH + 1)),
        ):
            top = rng.integers(0, height - PATCH + 1, count)
            left = rng.integers(*lefts, count)
            parts[part].append(windows[top, left])
    arrays = {}
    for part, patches in parts.items():
        labels = np.repeat(np.arange(2), [len(each) for each in patches])
        order = rng.permutation(len(labels))
        arrays[f"x_{part}"] = np.concatenate(patches)[order]
        arrays[f"y_{part}"] = labels[order]
    return _pictures(arrays, PATCH_NAMES, "sample")


def _read_cifar10(paths):
    batches = _read_tar(
        paths[0], [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    )
    x = [_cifar_pixels(batch, 10000) for batch in batches]
    y = [_cifar_labels(batch, b"labels", 10000) for batch in batches]
    arrays = {
        "x_train": np.concatenate(x[:5]),
        "y_train": np.concatenate(y[:5]),
        "x_test": x[5],
        "y_test": y[5],
    }
    return _pictures(arrays, OBJECT_NAMES, "full")


def _read_cifar100(paths):
    train, test, meta = _read_tar(paths[0], ["train", "test", "meta"])
    names = meta.get(b"fine_label_names") if isinstance(meta, dict) else None
    if not isinstance(names, list) or len(names) != 100:
        raise DamagedError("в архиве нет ста названий классов")
    arrays = {
        "x_train": _cifar_pixels(train, 50000),
        "y_train": _cifar_labels(train, b"fine_labels", 50000),
        "x_test": _cifar_pixels(test, 10000),
        "y_test": _cifar_labels(test, b"fine_labels", 10000),
    }
    return _pictures(arrays, tuple(name.decode() for name in names), "full")


def _read_tar(path, names):
    """Return the unpickled members of a .tar.gz by their last name; writes no file."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            members = {Path(m.name).name: m for m in archive if m.isfile()}
            for name in names:
                if name not in members:
                    raise DamagedError(f"в архиве нет файла {name}")
            contents = [archive.extractfile(members[name]).read() for name in names]
    except DamagedError:
        raise
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DamagedError("файл повреждён или это не архив .tar.gz") from error
    return [unpickle_safely(content) for content in contents]


def _cifar_pixels(batch, count):
    pixels = batch.get(b"data") if isinstance(batch, dict) else None
    if not isinstance(pixels, np.ndarray):
        raise DamagedError("в архиве нет массива data")
    _expect("data", pixels, (count, 3072), np.uint8)
    return np.ascontiguousarray(pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def _cifar_labels(batch, key, count):
    labels = batch.get(key) if isinstance(batch, dict) else None
    if (
        not isinstance(labels, list)
        or len(labels) != count
        or not all(type(label) is int and label >= 0 for label in labels)
    ):
        raise DamagedError(f"в архиве нет списка {key.decode()} из {count} меток")
    return np.array(labels, np.int64)


# --- the catalogue --------------------------------------------------------------------

CATALOGUE = {
    "people": Entry(
        sample_title="посетители клуба",
        full_title="",
        sample=_sample_people,
        layouts=(),
    ),
    "messages": Entry(
        sample_title="короткие тексты курса",
        full_title="SIB-200, русские тексты",
        sample=_sample_messages,
        layouts=(
            Layout(
                tuple(
                    Remote(f"sib200_rus_{part}.tsv", (f"{SIB_FILES}{part}.tsv",), sha)
                    for part, (_, sha) in SIB_PARTS.items()
                ),
                _read_sib,
            ),
        ),
    ),
    "reviews": Entry(
        sample_title="отзывы о фильмах",
        full_title="IMDB",
        sample=_sample_reviews,
        layouts=(
            Layout(
                (
                    Remote(
                        "imdb.npz",
                        (KERAS_FILES + "imdb.npz",),
                        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
                    ),
                    Remote(
                        "imdb_word_index.json",
                        (KERAS_FILES + "imdb_word_index.json",),
                        "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
                    ),
                ),
                _read_imdb,
            ),
        ),
    ),
    "reviews_free": Entry(
        sample_title="отзывы, написанные свободно",
        full_title="",
        sample=_sample_free_reviews,
        layouts=(),
    ),
    "review_sentences": Entry(
        sample_title="предложения из отзывов",
        full_title="",
        sample=_sample_review_sentences,
        layouts=(),
    ),
    "book": Entry(
        sample_title="сага",
        full_title="«Братья Карамазовы»",
        sample=_sample_book,
        layouts=(
            Layout(
                (
                    Remote(
                        "karamazov.txt",
                        (KARAMAZOV,),
                        "6f6644f6224a0b082d1a485b9b52f103a9b80cdfa529959171dc352278d10425",
                    ),
                ),
                _read_karamazov,
            ),
        ),
    ),
    "wells": Entry(
        sample_title="смоделированные скважины",
        full_title="скважины production.csv",
        sample=_sample_wells,
        layouts=(Layout((Remote("production.csv"),), _read_production),),
    ),
    "dialogues": Entry(
        sample_title="диалоги курса",
        full_title="факты из NLP_Datasets",
        sample=_sample_dialogues,
        layouts=(
            Layout(
                tuple(
                    Remote(name, (KOZIEV_FILES + name,), sha)
                    for name, (_, sha) in KOZIEV_PARTS.items()
                ),
                _read_koziev,
            ),
        ),
    ),
    "digits": Entry(
        sample_title="цифры из MNIST",
        full_title="весь MNIST",
        sample=lambda: _sample_npz("digits.npz", 4000, 1000, DIGIT_NAMES),
        layouts=(
            Layout(
                (
                    Remote(
                        "mnist.npz",
                        (KERAS_FILES + "mnist.npz",),
                        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                    ),
                ),
                _read_mnist,
            ),
        ),
    ),
    "clothes": Entry(
        sample_title="одежда, нарисованная программой",
        full_title="весь Fashion-MNIST",
        sample=lambda: _sample_npz("clothes.npz", 2000, 500, CLOTHES_NAMES),
        layouts=(
            Layout(
                tuple(
                    Remote(name, (KERAS_FILES + name,))
                    for name in CLOTHES_FILES.values()
                ),
                _read_clothes_idx,
            ),
            Layout((Remote("fashion_mnist.npz"),), _read_clothes_npz),
        ),
    ),
    "objects": Entry(
        sample_title="кусочки двух фотографий",
        full_title="весь CIFAR-10",
        sample=_objects_sample,
        layouts=(
            Layout(
                (
                    Remote(
                        "cifar-10-python.tar.gz",
                        (CIFAR_SITE + "cifar-10-python.tar.gz",),
                        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                    ),
                ),
                _read_cifar10,
            ),
        ),
    ),
    "objects100": Entry(
        sample_title="кусочки двух фотографий",
        full_title="весь CIFAR-100",
        sample=_objects_sample,
        layouts=(
            Layout(
                (
                    Remote(
                        "cifar-100-python.tar.gz",
                        (CIFAR_SITE + "cifar-100-python.tar.gz",),
                        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
                    ),
                ),
                _read_cifar100,
            ),
        ),
    ),
}
