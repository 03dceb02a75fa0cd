"""Read a table that somebody else has written, and say what is wrong with it.

One reader serves the texts of lesson 2 and the wells of lesson 6; what the columns mean
is checked by whoever reads them.  The course's own data sets are the business of
``helpers.data``.
"""

import contextlib
import csv
import io
import itertools
import re

from helpers.errors import CourseError
from helpers.own.files import existing_file, read_text

SEPARATORS = ",;\t|"
SAVE_AS = "Файл → Сохранить как → «CSV UTF-8»"

# Cells of a page or a messenger bring blanks that nobody sees.
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_EDGES = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+$")
_SEP = re.compile(r'\s*"?sep=([^\w"\s]|\t)"?[;,|\t ]*(?:\n|$)', re.IGNORECASE)
_PAGE = re.compile(r"\s*<(!|\?xml|(html|head|meta|body|table)\b)", re.IGNORECASE)
_END = "\0end"  # a row that no file has: missing when a quote is open until the end
_EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_WORD = (".docx", ".doc", ".odt", ".rtf")
_PACKED = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_FROM_EXCEL = f"Откройте файл в Excel и сохраните: {SAVE_AS}."
_INTO_EXCEL = f"Перенесите таблицу из него в Excel и сохраните: {SAVE_AS}."
_UNPACK = "Распакуйте его и возьмите таблицу .csv, которая лежит внутри."


def read_table(path, columns):
    """Return a CSV or TSV file as a table whose cells are all texts.

    Parameters
    ----------
    path : str or pathlib.Path
        In an encoding that ``helpers.own.files.decode`` knows; commas, semicolons,
        tabulations or vertical bars between the columns, as the first line ``sep=;``
        says, or else as makes all rows equally wide.
    columns : sequence of str
        Names that the table must have; others are kept.

    Returns
    -------
    pandas.DataFrame
        Of str, surrounding blanks removed; an empty cell is ``""``.  Its index holds
        the line of the file in which each row begins; rows without a word are left out.

    Raises
    ------
    CourseError
        A file that cannot be read or is no CSV, a column that is missing or stands
        twice, a row that is wider than the first or too narrow for the columns, a quote
        that is never closed, no rows.
    """
    return read_cells(path, columns)[0]


def read_cells(path, columns, ragged=True):
    """Return a table as `read_table` does, and the separator of its columns.

    Unless ``ragged``, rows may not be narrower than the first.
    """
    import pandas as pd

    path = existing_file(path)
    _check_kind(path)
    text, name = read_text(path), path.name
    if _PAGE.match(text):
        _refuse_page(name, text)
    separator, names, rows = _parsed(name, text, columns)
    needed = len(names) if not ragged else 1 + max(map(names.index, columns))
    for line, row in rows:
        if len(row) < needed or any(row[len(names) :]):
            raise at_line(name, line, *_wrong_width(len(row), len(names)))
    width = len(names)
    cells = [(row + [""] * width)[:width] for _, row in rows]
    lines = pd.Index([line for line, _ in rows], dtype="int64")
    table = pd.DataFrame(cells, lines, names, dtype=str)
    return table.loc[:, ~table.columns.duplicated()].copy(), separator


def at_line(name, line, what, advice=""):
    """Return the error of a line in a file."""
    what = " ".join(what.split())  # it may quote a cell of several lines
    return CourseError(f"{name}, строка {line}: {what}", advice)


def _check_kind(path):
    """Refuse what is no text by its first bytes or by its name."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise CourseError(f"{path.name} не читается: {error.strerror}.") from error
    suffix = path.suffix.lower()
    kind, advice = None, _FROM_EXCEL
    if head == b"%PDF" or (head and suffix in _WORD):
        kind, advice = "документ PDF или Word", _INTO_EXCEL
    elif head.startswith(_PACKED) or (head[:2] == b"PK" and suffix == ".zip"):
        kind, advice = "архив", _UNPACK
    elif head in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or (head and suffix in _EXCEL):
        kind = "книга Excel или архив"
    if kind:
        raise CourseError(f"{path.name}: это {kind}, а нужна таблица CSV", advice)


def _refuse_page(name, text):
    """Refuse HTML and XML, in which Excel and accounting programs keep tables too."""
    if re.match(r"\s*<table", text, re.I) or "urn:schemas-microsoft-com:off" in text:
        raise CourseError(
            f"{name}: это веб-страница с таблицей, а нужна таблица CSV", _FROM_EXCEL
        )
    raise CourseError(
        f"{name}: это веб-страница, а не таблица",
        "Скачайте сам файл: кнопкой Download или Raw, а не «Сохранить страницу как».",
    )


def _parsed(name, text, columns):
    """Return the separator, the names, and the rows below, each with its line."""
    first = _SEP.match(text)
    if first:  # the line stays, so that all others keep their numbers
        separator = first[1]
        text = text[: first.end(0)].count("\n") * "\n" + text[first.end(0) :]
    else:
        separator = max(SEPARATORS, key=lambda each: _fit(text, each, columns))
    rows = _rows(name, text, separator)
    names = [" ".join(cell.split()) for cell in rows[0][1]] if rows else []
    if rows:
        _check_names(name, names, columns)
    if len(rows) < 2:
        raise CourseError(f"{name}: в таблице нет ни одной строки, кроме имён.")
    return separator, names, rows[1:]


def _fit(text, separator, columns):
    """Return how well a separator fits: names that are found, rows equally wide."""
    sample = csv.reader(io.StringIO(text[:100_000]), delimiter=separator)
    rows = []
    with contextlib.suppress(csv.Error):  # it will be named when all rows are read
        rows += (row for row in itertools.islice(sample, 1000) if "".join(row).strip())
    if not rows:
        return 0, False, 0, 0
    names = {_trimmed(cell) for cell in rows[0]}
    width = len(rows[0])
    equal = sum(len(row) == width for row in rows) / len(rows)
    return len(names.intersection(columns)), width > 1, equal, width


def _rows(name, text, separator):
    """Return rows that hold anything, each with the line in which it begins."""
    reader = csv.reader(io.StringIO(f"{text}\n{_END}"), delimiter=separator)
    rows, line, row = [], 1, []
    try:
        for row in reader:
            cells = [_trimmed(cell) for cell in row]
            if any(cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:  # a cell of more than 131072 characters
        row = []
    if row != [_END]:
        line = rows[-1][0] if row else line
        raise at_line(
            name, line, "кавычка открыта и нигде не закрыта", "Исправьте строку."
        )
    return rows[:-1]


def _trimmed(cell):
    return _EDGES.sub("", cell)


def _wrong_width(count, width):
    what = f"ячеек {count}, а имён в первой строке {width}"
    if count < width:
        return what, "Файл обрезан, или в строке пропал разделитель: исправьте её."
    return what, (
        "Тексты, в которых есть разделитель, берут в кавычки; если дробные числа "
        "записаны с запятой, между столбцами должна стоять точка с запятой."
    )


def _check_names(name, names, columns):
    missing = [column for column in columns if column not in names]
    if missing:
        raise CourseError(
            f"{name}: нет столбца {', '.join(missing)}",
            f"В первой строке должны стоять имена: {', '.join(columns)}. Сейчас там: "
            f"{', '.join(filter(None, names))}.",
        )
    for column in columns:
        if names.count(column) > 1:
            raise CourseError(
                f"{name}: столбец {column} стоит дважды", "Удалите лишний."
            )


def read_labelled_texts(path, labels=None, least=2):
    """Return a table of texts with a label each, as lesson 2 classifies them.

    Parameters
    ----------
    path : str or pathlib.Path
        A table with the columns ``text`` and ``topic``; others are kept.
    labels : sequence of str, optional
        The labels there may be; each must occur.  Any labels when left out.
    least : int
        How many texts each label needs, so that some can be held out.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0.

    Raises
    ------
    CourseError
        As `read_table`; an empty text or label, an unknown label, a label with fewer
        texts than `least`, fewer than two labels.
    """
    path = existing_file(path)
    table, name = read_table(path, ["text", "topic"]), path.name
    for column in ("text", "topic"):
        empty = table.index[table[column] == ""]
        if len(empty):
            raise at_line(
                name,
                empty[0],
                f"пустая ячейка в столбце {column} (всего таких {len(empty)})",
                "Заполните её или удалите строку.",
            )
    table["topic"] = table["topic"].str.split().str.join(" ")  # a label is one line
    found = table["topic"].value_counts()
    known = list(found.index) if labels is None else list(labels)
    for label in found.index:
        if label not in known:
            line = table.index[table["topic"] == label][0]
            raise at_line(name, line, f"темы «{label}» нет среди {', '.join(known)}.")
    if len(known) < 2:
        raise CourseError(f"{name}: тема всего одна, «{known[0]}», различать нечего.")
    for label in known:
        if found.get(label, 0) < least:
            raise CourseError(
                f"{name}: у темы «{label}» текстов {found.get(label, 0)}, а нужно хотя "
                f"бы {least}: часть придётся отложить для проверки."
            )
    return table.reset_index(drop=True)
