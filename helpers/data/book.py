"""book: a Russian saga of the course, and «Братья Карамазовы» (lesson 5)."""

import tomllib
from collections import Counter
from dataclasses import dataclass

from helpers.data.base import DamagedError, Entry, Source, as_damaged, course_file
from helpers.errors import CourseError
from helpers.own.books import RUSSIAN, proper_names, read_book, sentences
from helpers.own.files import existing_file
from helpers.text import tokenize

KARAMAZOV_WORDS = 250_000  # of 292,675: another edition is welcome, half a file is not
KARAMAZOV_NAMES = 100  # times each asked name occurs, at the least; the rarest 521
OWN_SENTENCES = 2000  # of a student's book, at the least
OWN_WORDS, OWN_TIMES = 50, 5  # so many words occur so many times, at the least
OWN_NAMES, OWN_NAME_TIMES = 8, 20  # so many names so many times, for lesson 5
OWN_SHARE = 0.5  # of Russian words, at the least


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
    mode : {"sample", "full", "own"}
    """

    title: str
    text: str
    sentences: list[list[str]]
    classes: dict[str, str]
    asked: tuple[str, ...]
    mode: str = ""

    def __str__(self):
        words = [word for sentence in self.sentences for word in sentence]
        return (
            f"предложений {len(self.sentences)}, слов {len(words)}, "
            f"разных {len(set(words))}, класс известен у {len(self.classes)}"
        )


def sample():
    """Return the saga that data/make_saga.py makes."""
    with course_file("saga.txt", "книга не читается") as path:
        text = read_book(path)
        found = sentences(text)
    lists = {
        kind: [tokenize(word)[0] for word in words]  # as they are spelt in sentences
        for kind, words in _words_of("saga_words.toml", "classes").items()
    }
    return Book(
        title="Сага о Медвежьем броде",
        text=text,
        sentences=found,
        classes={word: kind for kind, words in lists.items() for word in words},
        asked=tuple(word for words in lists.values() for word in words[1::2]),
    )


def _words_of(name, key):
    """Return one part of a list of words of the course."""
    with course_file(name, "список слов не читается") as path:
        return tomllib.loads(path.read_text(encoding="utf-8"))[key]


def read_karamazov(paths):
    """Return the novel, in any edition that is whole."""
    known = _words_of("novel_names.toml", "karamazov")
    with as_damaged():
        text = read_book(paths[0])
        found = sentences(text)
    counts = Counter(word for sentence in found for word in sentence)
    title, total = known["title"], counts.total()
    if total < KARAMAZOV_WORDS:
        what = f"русских слов {total}, а в романе {title} их больше {KARAMAZOV_WORDS}: "
        what += "файл обрезан, или это другая книга"
        raise DamagedError(what)
    for name in known["asked"]:
        if counts[name] < KARAMAZOV_NAMES:
            what = f"имя «{name}» встречается реже {KARAMAZOV_NAMES} раз, а в романе "
            what += f"{title} сотни раз: это другая книга"
            raise DamagedError(what)
    return Book(
        title=title.strip("«»"),
        text=text,
        sentences=found,
        classes=dict.fromkeys(known["names"], "имена"),
        asked=tuple(known["asked"]),
    )


FULL = Source.listed("book", read_karamazov)
ENTRY = Entry("сага", sample, "«Братья Карамазовы»", [FULL])


# --- a student's own ------------------------------------------------------------------


def own_book(path):
    """Return a student's own Russian book and print one line that says which it is.

    The file is one that `helpers.own.books.read_book` reads: .txt, .fb2, .fb2.zip or
    .epub.  The ``classes`` are the names found in the book, ``asked`` the three most
    frequent of them; both are empty when there are none.

    Raises
    ------
    CourseError
        As `helpers.own.books.read_book`; a book in another language, shorter than 2000
        sentences, or whose words are hardly ever repeated.
    """
    path = existing_file(path)
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
    share = sum(RUSSIAN.fullmatch(word) is not None for word in words) / len(words)
    if share < OWN_SHARE:
        what = f"{name}: русских слов {100 * share:.0f} %, а этот урок читает русские "
        what += "книги"
        advice = "Возьмите русскую книгу или русский перевод этой."
        raise CourseError(what, advice)


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
        what = f"{name}: слов, которые встречаются хотя бы {OWN_TIMES} раз, всего "
        what += f"{frequent}, а вектор слова учат по его повторениям"
        advice = f"Возьмите связный текст, в котором таких слов больше {OWN_WORDS}."
        raise CourseError(what, advice)


def check_names(book):
    """Refuse a student's book that has too few names to judge vectors of words by.

    Lesson 5 keeps the names of ``book.asked``, in all their cases, for its last table,
    and chooses its settings by the others.  The course's own books have enough.

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
