r"""Dialogues as people write them in a text file, read with a word about each mistake.

Lines that begin with "#" are comments, empty lines part the blocks::

    - привет / добрый день
    - Здравствуйте! О чём поговорим?

    = Я живу в школьной библиотеке.
    - где ты живёшь? / где твой дом?
    - в школьной библиотеке

Questions and answers alternate; several phrasings of one question stand on one line,
separated by " / ".  A block whose first line begins with "= " is about that fact.
"""

import re
from dataclasses import dataclass
from unicodedata import category

from helpers.errors import CourseError
from helpers.own import files
from helpers.own.files import at_line, existing_file

MAX_BYTES = 2_000_000  # of a file of dialogues
MAX_LINE = 500  # characters of a line that is no comment

DASHES = frozenset("-–—−‐‑‒―")  # what a keyboard or Word makes of "-"
WORD = re.compile(r"[^\W_]")
LINE_END = re.compile("[\n\u2028\u2029]")
SLASH = re.compile(r"(?:^| )/(?= |$)")

LIKE_THIS = (
    "Вопрос пишут строкой «- привет» (чёрточка, пробел, текст), ответ следующей "
    "строкой «- здравствуйте»."
)


@dataclass(frozen=True)
class Dialogue:
    """A question and its answer."""

    context: str  # the fact that the question is about, "" in small talk
    questions: tuple[str, ...]  # phrasings of one question
    answer: str


def read_dialogues(path):
    """Return the dialogues of a file in the course's format, one for each answer.

    A typographic dash is read as "-"; any run of blanks is one space; invisible format
    characters (Unicode's category Cf) do not count.  A mistake is a CourseError, which
    names the line that is to blame.  The file, of at most 2 MB, is in an encoding that
    ``helpers.own.files.decode`` knows; the value is a list in the order of the file.
    """
    path = existing_file(path)
    name, text = path.name, _text(path)
    if path.stat().st_size > MAX_BYTES:
        what = f"{name} больше 2 МБ: столько реплик сеть урока не выучит."
        raise CourseError(what, "Возьмите часть файла.")
    blocks = list(_blocks(text))
    starts = [line.partition(" ")[0] for block in blocks for _, line in block]
    if DASHES.isdisjoint(starts):
        what = f"{name}: нет ни одной строки, которая начинается с «- »"
        raise CourseError(what, LIKE_THIS)
    blocks = [[_marked(name, *line) for line in block] for block in blocks]
    replies = [number for block in blocks for number, mark, _ in block if mark == "-"]
    if len(replies) == 1:
        what = "реплика в файле всего одна, а нужны вопрос и ответ."
        advice = "Допишите ответ следующей строкой, она тоже начинается с «- »."
        raise at_line(name, replies[0], what, advice)
    return [dialogue for block in blocks for dialogue in _pairs(name, block)]


def read_statements(path):
    """Return the blocks of Koziev's premise_question_answer files, merging nothing.

    A block is a statement ``T:``, a question ``Q:`` and an answer ``A:``; the next
    block may be about the same statement.  Arguments, value and errors are those of
    `read_dialogues`; at most 50 MB.
    """
    path = existing_file(path)
    found = [_triple(path.name, block) for block in _blocks(_text(path))]
    if not found:
        raise CourseError(f"{path.name}: нет ни одного блока «T:», «Q:», «A:».")
    return found


def _text(path):
    """Return the text of a file that is no document, no archive and no page."""
    kind = files.kind_of(path)
    if kind:
        what = f"{path.name}: это {kind}, а нужен обычный текст."
        raise CourseError(what, f"Откройте файл и сохраните: {files.AS_TEXT}")
    text = files.read_text(path, "в нём нет ни одной реплики", LIKE_THIS)
    if files.PAGE.match(text):
        what = f"{path.name}: это веб-страница, а не текст."
        raise CourseError(what, files.DOWNLOAD)
    return text


def _blocks(text):
    """Return what stands between empty lines: numbers and lines, without comments.

    Marks that nobody sees (U+200B, U+200E, U+FEFF ...) come with a text that was copied
    from a messenger or a page: they are dropped.
    """
    block = []
    for number, line in enumerate([*LINE_END.split(text), ""], start=1):
        if not line.isprintable():  # no format character is
            line = "".join(each for each in line if category(each) != "Cf")
        line = " ".join(line.split())
        if line and not line.startswith("#"):
            block.append((number, line))
        elif not line and block:
            yield block
            block = []


def _short(text):
    return text if len(text) <= 40 else text[:39].rstrip() + "…"


def _marked(name, number, line):
    """Return the number of a line, its mark, "-" or "=", and what it says."""
    mark, _, says = line.partition(" ")
    mark = "-" if mark in DASHES else mark
    if len(line) > MAX_LINE:
        what = f"{len(line)} знаков, а в строке их должно быть не больше {MAX_LINE}."
        advice = "Сократите реплику или разбейте её на несколько вопросов с ответами."
    elif mark not in ("-", "="):
        what = f"непонятно, что такое «{_short(line)}»: реплика или факт."
        advice = "Реплика начинается с «- », факт с «= », примечание с «#»."
        if line[0] == "=" or line[0] in DASHES:
            advice = f"Начните строку с «{line[0]} »: один знак и пробел."
    elif not WORD.search(says):
        what = f"после «{mark} » нет ни одного слова."
        pair = " вместе с парной репликой" * (mark == "-")
        advice = f"Допишите строку или удалите её{pair}."
    else:
        return number, mark, says
    raise at_line(name, number, what, advice)


def _pairs(name, block):
    """Return the dialogues of a block."""
    facts = [line for line in block if line[1] == "="]
    replies = [line for line in block if line[1] == "-"]
    context = _fact(name, block, facts, replies) if facts else ""
    if len(replies) % 2:
        number, _, says = replies[-1]
        raise at_line(
            name,
            number,
            f"у вопроса «{_short(says)}» нет ответа: реплик в блоке {len(replies)}, а "
            "вопросы и ответы идут парами.",
            "Допишите недостающую; между вопросом и ответом нет пустой строки.",
        )
    found = []
    for question, (number, _, answer) in zip(replies[::2], replies[1::2], strict=True):
        phrasings = tuple(each.strip() for each in SLASH.split(question[2]))
        if not all(map(WORD.search, phrasings)):
            what = "одна из формулировок вопроса пуста: в ней нет ни одного слова."
            advice = "Впишите её или уберите лишнюю черту « / »."
            raise at_line(name, question[0], what, advice)
        if SLASH.search(answer):
            what = f"в ответе «{_short(answer)}» стоит « / », а ответ у вопроса один."
            advice = "Оставьте один ответ; если это вопрос, выше пропала реплика."
            raise at_line(name, number, what, advice)
        found.append(Dialogue(context, phrasings, answer))
    return found


def _fact(name, block, facts, replies):
    """Return the fact that a block is about."""
    number, _, says = facts[0]
    if len(facts) > 1:
        what = f"второй факт в одном блоке, первый стоит в строке {number}."
        raise at_line(name, facts[1][0], what, "Поставьте перед вторым пустую строку.")
    if facts[0] is not block[0]:
        what = f"факт «{_short(says)}» стоит под репликами, а он начинает свой блок."
        raise at_line(name, number, what, "Поставьте перед ним пустую строку.")
    if not replies:
        what = f"о факте «{_short(says)}» нет ни одного вопроса."
        advice = "Допишите под ним, без пустой строки, вопрос и ответ или удалите факт."
        raise at_line(name, number, what, advice)
    return says


def _triple(name, block):
    """Return the dialogue of a block of three lines."""
    marks, _, says = zip(*(line.partition(" ") for _, line in block), strict=True)
    if marks != ("T:", "Q:", "A:") or not all(map(WORD.search, says)):
        number, line = block[0]
        what = f"блок, который начинается с «{_short(line)}», — не три строки с текстом"
        advice = "Нужны «T: утверждение», «Q: вопрос», «A: ответ»."
        raise at_line(name, number, what, advice)
    return Dialogue(says[0], (says[1],), says[2])
