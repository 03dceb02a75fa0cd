"""reviews: film reviews written for the course, and IMDB (lesson 3)."""

import csv
import html
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from helpers.data.base import DamagedError, Entry, Source, course_file
from helpers.data.packed import read_npz, read_npz_lists
from helpers.errors import CourseError
from helpers.text import IMDB_SPECIALS, START, Vocabulary, check_texts, tokenize

COUNT = 25_000  # reviews of each part of IMDB, half of them for the film
WORDS = 88_584
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)


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
    voices : numpy.ndarray or None
        int64, shape (n,): who wrote each training review; None where nobody knows.
    mode : {"sample", "full"}
    """

    x_train: list[np.ndarray]
    y_train: np.ndarray
    x_test: list[np.ndarray]
    y_test: np.ndarray
    vocabulary: Vocabulary
    voices: np.ndarray | None = None
    mode: str = ""

    def __str__(self):
        parts = f"обучающих {len(self.x_train)}, тестовых {len(self.x_test)}"
        return f"{parts}, слов в словаре {len(self.vocabulary)}"

    def encode(self, texts):
        """Return texts in the encoding of ``x_train``, a list of arrays.

        They are cut by `review_words` and refused as `helpers.text.check_texts` does;
        an empty text is the mark of the start alone.
        """
        words = map(review_words, check_texts(texts))
        return _rows(self.vocabulary, words)


@dataclass(frozen=True)
class LabelledTexts:
    """Texts to try a network on that was trained on others.

    Attributes
    ----------
    texts : list of str
    labels : numpy.ndarray
        int64, shape (n,): 1 where the text is for the film, 0 where against it.
    mode : {"sample", "full"}
        The texts are the same.
    """

    texts: list[str]
    labels: np.ndarray
    mode: str = ""

    def __str__(self):
        return f"текстов {len(self.texts)}, из них одобряют {int(self.labels.sum())}"


def review_words(text):
    """Return the words of a review, a list of str, cut as those of Keras's IMDB.

    Lower case; a hyphen parts words, an apostrophe inside does not; HTML tags are
    dropped and entities decoded.
    """
    return tokenize(html.unescape(_TAG.sub(" ", text)).replace("-", " "))


def _rows(vocabulary, words):
    return [np.array(vocabulary.encode([START, *each]), np.int32) for each in words]


# --- of the course --------------------------------------------------------------------


def _labelled(path):
    """Return the rows of a table of the course, their texts and labels."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    labels = np.array([int(row["label"]) for row in rows], np.int64)
    texts = check_texts([row["text"] for row in rows])
    if set(labels.tolist()) != {0, 1}:
        raise ValueError("labels")
    return rows, texts, labels


def sample(name="reviews_written.csv"):
    """Return the reviews of a table of the course, by default those of eight authors.

    No voice and no film of theirs is in both parts.
    """
    with course_file(name) as path:
        rows, texts, labels = _labelled(path)
        part = np.array([row["part"] for row in rows])
        if set(part.tolist()) != {"train", "test"}:
            raise ValueError("parts")
        voices = np.array([int(row.get("voice", 0)) for row in rows], np.int64)
    words = [review_words(text) for text in texts]
    train, test = (np.flatnonzero(part == each) for each in ("train", "test"))
    vocabulary = Vocabulary.build([words[i] for i in train], specials=IMDB_SPECIALS)
    x = _rows(vocabulary, words)
    return Reviews(
        x_train=[x[i] for i in train],
        y_train=labels[train],
        x_test=[x[i] for i in test],
        y_test=labels[test],
        vocabulary=vocabulary,
        voices=voices[train] if voices.any() else None,
    )


def free_sample():
    """Return the reviews that were written without the phrases of the program."""
    with course_file("reviews_free.csv") as path:
        return LabelledTexts(*_labelled(path)[1:])


def sentences_sample():
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
        what = f"{path}: предложения не читаются"
        advice = "Это файл пакета gensim: переустановите его командой pip install "
        advice += "--force-reinstall --no-deps gensim"
        raise CourseError(what, advice) from error
    return LabelledTexts([text for _, text in pairs], labels)


# --- IMDB -----------------------------------------------------------------------------


def read_imdb(paths):
    """Return IMDB from Keras's two files: reviews as ranks of words, and the words."""
    archive, index = paths
    ranks = _word_ranks(index)
    y = read_npz(archive, {"y_train": (COUNT,), "y_test": (COUNT,)}, np.int64)
    x = {}
    for part in ("train", "test"):
        if np.bincount(y[f"y_{part}"], minlength=2).tolist() != [COUNT // 2] * 2:
            raise DamagedError(f"метки y_{part}: нужно поровну нулей и единиц")
        lists = read_npz_lists(archive, f"x_{part}")
        if len(lists) != COUNT:
            raise DamagedError(f"отзывов {len(lists)}, а нужно {COUNT}")
        x[f"x_{part}"] = [_from_ranks(each, len(ranks)) for each in lists]
    words = [*IMDB_SPECIALS, *sorted(ranks, key=ranks.get)]
    return Reviews(**x, **y, vocabulary=Vocabulary(words))


def _from_ranks(ranks, count):
    """Return a review of IMDB as indices: the start, then ranks moved by three."""
    try:
        row = np.array(ranks if isinstance(ranks, list) else 0)
    except ValueError:  # lists of several lengths
        row = np.array(0)
    if row.ndim != 1 or row.dtype.kind not in "iu":
        raise DamagedError("отзыв — не список номеров слов")
    if row.min() < 1 or row.max() > count:
        raise DamagedError(f"номера слов выходят за пределы 1 … {count}")
    return np.concatenate([[1], row + 3]).astype(np.int32)


def _word_ranks(path):
    """Return the ranks of IMDB's words: each number from 1 up occurs once."""
    try:
        ranks = json.loads(path.read_text(encoding="utf-8"))
        if sorted(ranks.values()) != list(range(1, WORDS + 1)):
            raise ValueError("ranks")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        what = f"{path.name}: это не список {WORDS} слов с номерами"
        raise DamagedError(what) from error
    return ranks


ENTRY = Entry("отзывы 8 авторов", sample, "IMDB", [Source.listed("reviews", read_imdb)])
MADE = Entry("фразы курса", partial(sample, "reviews.csv"))
FREE = Entry("отзывы, написанные свободно", free_sample)
SENTENCES = Entry("предложения из отзывов", sentences_sample)
