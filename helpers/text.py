"""Texts as numbers: tokens, n-grams, a vocabulary.

Plain Python and NumPy; scikit-learn and Keras are the oracles of its tests.  What is
of another kind than a function takes is a CourseError.
"""

import difflib
import math
import numbers
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Set

import numpy as np

from helpers.errors import CourseError

PADDING, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"
UNUSED = "<unused>"  # Keras's IMDB has no word at 3: its most frequent word is 1 + 3
SPECIALS = (PADDING, UNKNOWN, START, END, UNUSED)
IMDB_SPECIALS = (PADDING, START, UNKNOWN, UNUSED)  # in the order of Keras's indices

# One kind of hyphen, apostrophe and dash; away with what is no part of a word: soft
# hyphens, stress marks that NFC has not built into a letter, the look of an emoji, and
# characters that only format a text (category Cf) and that nobody sees.
_FORMAT = [0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
_FORMAT += [*range(0x2060, 0x2070), *range(0xE0001, 0xE0080)]
_SPELLING = str.maketrans("ё‐\u2011’ʼ–", "е--''—", "\u0300\u0301\ufe0f")
_SPELLING |= dict.fromkeys(_FORMAT)


def check_texts(texts):
    """Return texts (a list, a column of a table, an array) as a list of str.

    An empty text is a text.  One text, a whole table, a dict, a set, no texts, or
    something that is not a str is a CourseError.
    """
    texts = _listed(texts, "список текстов, например [текст] или таблица['столбец']")
    if not texts:
        raise CourseError("список текстов пуст: нужен хотя бы один текст.")
    return [_checked(text, f"текст {i}: ") for i, text in enumerate(texts)]


def tokenize(text, punctuation=False):
    """Return the words of a text, lower case, with ё as е.

    A word is letters and digits of any script; a hyphen or an apostrophe inside keeps
    it whole (кое-как, don't).  Stress marks, soft hyphens and characters that only
    format a text, as U+200B, are dropped; HTML entities are not decoded.  With
    ``punctuation`` the marks ``. , ! ? : ; … — « »`` are tokens too; ``...`` is read as
    ``…`` and ``–`` as ``—``.  The value is a list of str.
    """
    text = _plain(text)
    # Python's \w lacks the vowel signs of Hindi, the points of Hebrew and their like.
    signs = "".join(c for c in sorted(set(text)) if unicodedata.category(c)[0] == "M")
    word = rf"(?:[^\W_][{signs}]*)+" if signs else r"[^\W_]+"
    pattern = rf"{word}(?:[-']{word})*"
    if punctuation:
        text, pattern = text.replace("...", "…"), pattern + "|[.,!?:;…—«»]"
    return re.findall(pattern, text)


def ngrams(tokens, sizes=(1, 2)):
    """Return runs of neighbouring tokens, joined with a space, the shortest first.

    Both are lists of str; ``sizes`` are those of the shortest and the longest run, 1 or
    more, as scikit-learn's ``ngram_range``.
    """
    tokens = _words(tokens)
    sizes = _listed(sizes, "диапазон из двух длин, например (1, 2)")
    if len(sizes) != 2 or _whole(sizes[0], "sizes") > _whole(sizes[1], "sizes"):
        raise CourseError(f"sizes={sizes}: нужны два числа, от меньшего к большему.")
    return [
        " ".join(tokens[i : i + size])
        for size in range(sizes[0], sizes[1] + 1)
        for i in range(len(tokens) - size + 1)
    ]


class Vocabulary:
    """Words and their indices; words that cannot be numbered are a CourseError.

    Attributes
    ----------
    words : tuple of str
        In the order of their indices, each once; `PADDING`, if it is there, is first.
    counts : numpy.ndarray of int64, shape (len(words),), or None
        How often each index stands in the encoded training texts; None if the
        vocabulary was not built from texts.
    """

    def __init__(self, words):
        self.words = tuple(_words(words))
        self.counts = None
        self._ids = {word: i for i, word in enumerate(self.words)}
        if not self.words:
            raise CourseError("словарь пуст: нужно хотя бы одно слово.")
        if len(self._ids) < len(self.words):
            word = Counter(self.words).most_common(1)[0][0]
            raise CourseError(f"слово «{word}» стоит в словаре дважды: уберите повтор.")
        if self._ids.get(PADDING, 0) != 0:
            raise CourseError(f"{PADDING} должен стоять в словаре первым: его номер 0.")

    @classmethod
    def build(cls, token_lists, min_count=1, specials=(PADDING, UNKNOWN)):
        """Return the vocabulary of training texts, the most frequent words first.

        Equally frequent ones go by the alphabet, so every run gives the same.  Words
        rarer than ``min_count`` are left out; ``specials`` come first, met in the texts
        or not.  Texts that are not cut into words, or no word: CourseError.
        """
        specials, tokens = _words(specials), _flat(token_lists)
        counts, least = Counter(tokens), _whole(min_count, "min_count")
        words = [word for word in counts if counts[word] >= least]
        words = sorted(set(words) - set(specials), key=lambda w: (-counts[w], w))
        if not words:
            advice = "Проверьте, что тексты не пусты; уменьшите min_count."
            raise CourseError("в словарь не попало ни одного слова", advice)
        vocabulary = cls([*specials, *words])
        counts[UNKNOWN] += sum(token not in vocabulary for token in tokens)
        vocabulary.counts = np.array([counts[w] for w in vocabulary.words], np.int64)
        return vocabulary

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return word in self._ids

    def index(self, word):
        """Return the index of a word; without one, CourseError offers the nearest."""
        if word not in self:
            words = [known for known in self.words if known not in SPECIALS]
            near = ", ".join(difflib.get_close_matches(_plain(word), words)) or "нет"
            raise CourseError(f"слова «{word}» нет в словаре. Похожие: {near}.")
        return self._ids[word]

    def encode(self, tokens):
        """Return the indices of tokens, a list of int.

        A word out of the vocabulary becomes `UNKNOWN`; where there is no `UNKNOWN`
        either, or the text is not cut into words, CourseError.
        """
        tokens = _words(tokens)
        if UNKNOWN not in self:
            return [self.index(token) for token in tokens]
        return [self._ids.get(token, self._ids[UNKNOWN]) for token in tokens]

    def decode(self, ids, skip=(PADDING,)):
        """Return the words of indices as a list of str, without those in ``skip``.

        ``ids`` is one text, a list or array of int of shape (length,); an index that is
        not in the vocabulary, or not a whole number: CourseError.
        """
        skip, ids = _words(skip), _row(ids)
        for i in ids[(ids < 0) | (ids >= len(self))][:1]:
            raise CourseError(f"номера {i} в словаре нет: они от 0 до {len(self) - 1}.")
        return [self.words[i] for i in ids if self.words[i] not in skip]


def _listed(values, what):
    """Return values as a list, if they are many and in order."""
    wrong = isinstance(values, str | bytes | Mapping | Set)
    try:
        if wrong or hasattr(values, "columns"):  # a table gives its columns' names
            raise TypeError
        return list(values)
    except TypeError:
        raise CourseError(f"нужен {what}, а дано: {type(values).__name__}.") from None


def _checked(text, where=""):
    """Return a text after checking that it is one."""
    if isinstance(text, str):
        return str(text)
    kind = "float" if isinstance(text, float) else type(text).__name__
    if isinstance(text, bytes):
        advice = 'даны байты. Сделайте из них текст: .decode("utf-8") или "cp1251".'
    elif kind in ("NoneType", "NAType") or (kind == "float" and math.isnan(text)):
        advice = "пропуск (None или NaN). Уберите его, в таблице это dropna()."
    else:
        advice = f"нужна строка (str), а дано: {kind}."
    raise CourseError(where + advice)


def _plain(text):
    """Return a text as tokens are spelt."""
    text = unicodedata.normalize("NFC", _checked(text).lower())
    return text.translate(_SPELLING)


def _words(tokens):
    """Return the tokens of one text as a list after checking them."""
    tokens = _listed(tokens, "список слов, например text.tokenize(текст)")
    return [_checked(token, f"слово {i}: ") for i, token in enumerate(tokens)]


def _flat(token_lists):
    """Return the tokens of all texts."""
    token_lists = _listed(token_lists, "список текстов, разбитых на слова")
    return [token for tokens in token_lists for token in _words(tokens)]


def _row(values):
    """Return whole numbers as an array of one dimension."""
    try:
        row = np.asarray(values)
    except ValueError:  # lists of several lengths
        row = np.array(None)
    if row.ndim != 1 or (row.size and row.dtype.kind not in "iu"):
        what = f"нужен ряд чисел, например [4, 7, 5], а дано: {values!r:.60}. Слова "
        what += "превращает в номера Vocabulary.encode."
        raise CourseError(what)
    return row


def _whole(value, name):
    """Return a number after checking that it is whole, from 1 up."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        raise CourseError(f"{name}={value!r}: нужно целое число от 1.")
    return value
