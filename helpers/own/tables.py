"""Read a table that somebody else has written, and say what is wrong with it.

One reader serves the texts of lesson 2 and the wells of lesson 6; what the columns mean
is checked by whoever reads them.
"""

import csv
import io
import itertools
import re

from helpers.errors import CourseError
from helpers.own import files
from helpers.own.files import at_line, existing_file

SEPARATORS = ",;\t|"
SAVE_AS = "Файл → Сохранить как → «CSV UTF-8»"

# Cells of a page or a messenger bring blanks that nobody sees.
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_EDGES = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+$")
_SEP = re.compile(r'\s*"?sep=([^\w"\s]|\t)"?[;,|\t ]*(?:\n|$)', re.IGNORECASE)
_END = "\0end"  # a row that no file has: missing when a quote is open until the end
_FROM_EXCEL = f"Откройте файл в Excel и сохраните: {SAVE_AS}."
_INTO_EXCEL = f"Перенесите таблицу оттуда в Excel и сохраните: {SAVE_AS}."
_TOO_FEW = "Файл обрезан, или в строке пропал разделитель: исправьте её."
_TOO_MANY = (
    "Тексты, в которых есть разделитель, берут в кавычки; если дробные числа записаны "
    "с запятой, между столбцами должна стоять точка с запятой."
)
_UNPACK = "Распакуйте его и возьмите таблицу .csv, которая лежит внутри."


def read_table(path, columns):
    """Return a CSV or TSV file as a table whose cells are all texts.

    What is no such table is a CourseError, with the line that is to blame.

    Parameters
    ----------
    path : str or pathlib.Path
        Commas, semicolons, tabulations or vertical bars stand between the columns, as
        the first line ``sep=;`` says, or else as makes all rows equally wide.
    columns : sequence of str
        Names that the table must have once; others are kept.

    Returns
    -------
    pandas.DataFrame
        Of str, surrounding blanks removed; an empty cell is ``""``.  Its index holds
        the line of the file in which each row begins; rows without a word are left out.
    """
    return read_cells(path, columns)[0]


def read_cells(path, columns, ragged=True):
    """Return a table as `read_table` does, and the separator of its columns.

    Unless ``ragged``, rows may not be narrower than the first.
    """
    import pandas as pd

    path = existing_file(path)
    name, text = path.name, _text(path)
    separator, names, rows = _parsed(name, text, columns)
    width = len(names)
    needed = 1 + max(map(names.index, columns)) if ragged else width
    cells = []
    for line, row in rows:
        if len(row) < needed or any(row[width:]):
            what = f"ячеек {len(row)}, а имён в первой строке {width}"
            raise at_line(name, line, what, _TOO_FEW if len(row) < width else _TOO_MANY)
        cells.append((row + [""] * width)[:width])
    lines = pd.Index([line for line, _ in rows], dtype="int64")
    table = pd.DataFrame(cells, lines, names, dtype=str)
    return table.loc[:, ~table.columns.duplicated()].copy(), separator


def _text(path):
    """Return the text of a file that is no book of Excel, no document and no page."""
    kind = files.kind_of(path, named=True)
    if kind:
        advice = _FROM_EXCEL if files.EXCEL in kind else _INTO_EXCEL
        advice = _UNPACK if kind == files.ARCHIVE else advice
        raise CourseError(f"{path.name}: это {kind}, а нужна таблица CSV", advice)
    text = files.read_text(path)
    if not files.PAGE.match(text):
        return text
    # Excel and accounting programs keep tables in HTML and XML, too.
    if re.match(r"\s*<table", text, re.I) or "urn:schemas-microsoft-com:off" in text:
        what = f"{path.name}: это веб-страница с таблицей, а нужна таблица CSV"
        raise CourseError(what, _FROM_EXCEL)
    raise CourseError(f"{path.name}: это веб-страница, а не таблица", files.DOWNLOAD)


def _parsed(name, text, columns):
    """Return the separator, the names, and the rows below, each with its line."""
    first = _SEP.match(text)
    if first:  # the line stays, so that all others keep their numbers
        separator = first[1]
        text = first[0].count("\n") * "\n" + text[first.end() :]
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
    rows = [row for row in itertools.islice(sample, 1000) if "".join(row).strip()]
    if not rows:
        return 0, False, 0, 0
    names = {_EDGES.sub("", cell) for cell in rows[0]}
    width = len(rows[0])
    equal = sum(len(row) == width for row in rows) / len(rows)
    return len(names.intersection(columns)), width > 1, equal, width


def _rows(name, text, separator):
    """Return rows that hold anything, each with the line in which it begins."""
    reader = csv.reader(io.StringIO(f"{text}\n{_END}"), delimiter=separator)
    rows, line, row = [], 1, []
    try:
        for row in reader:
            cells = [_EDGES.sub("", cell) for cell in row]
            if any(cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:  # a cell of more than 131072 characters
        row = []
    if row != [_END]:
        line = rows[-1][0] if row else line
        what = "кавычка открыта и нигде не закрыта"
        raise at_line(name, line, what, "Исправьте строку.")
    return rows[:-1]


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
            what = f"{name}: столбец {column} стоит дважды"
            raise CourseError(what, "Удалите лишний.")


def read_labelled_texts(path, labels=None):
    """Return a table of texts with a label each, as lesson 2 classifies them.

    Its rows are numbered from 0.  An empty cell in those columns, an unknown label, or
    one with a single text, of which none can be held out, is a CourseError.

    Parameters
    ----------
    path : str or pathlib.Path
        A table for `read_table` with the columns ``text`` and ``topic``, and others.
    labels : sequence of str, optional
        The labels there may be; each must occur.  Any two or more when left out.

    Returns
    -------
    pandas.DataFrame
    """
    name = existing_file(path).name
    table = read_table(path, ["text", "topic"])
    for column in ("text", "topic"):
        empty = table.index[table[column] == ""]
        if len(empty):
            what = f"пустая ячейка в столбце {column} (всего таких {len(empty)})"
            raise at_line(name, empty[0], what, "Заполните её или удалите строку.")
    table["topic"] = table["topic"].str.split().str.join(" ")  # a label is one line
    found = table["topic"].value_counts()
    known = list(found.index if labels is None else labels)
    for label in found.index:
        if label not in known:
            line = table.index[table["topic"] == label][0]
            raise at_line(name, line, f"темы «{label}» нет среди {', '.join(known)}.")
    if len(known) < 2:
        raise CourseError(f"{name}: тема всего одна, «{known[0]}», различать нечего.")
    for label in known:
        count = found.get(label, 0)
        if count < 2:
            why = "часть придётся отложить для проверки."
            what = f"у темы «{label}» текстов {count}, а нужно хотя бы 2"
            raise CourseError(f"{name}: {what}: {why}")
    return table.reset_index(drop=True)
