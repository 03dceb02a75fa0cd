"""Read a table that somebody else has written, and say what is wrong with it.

The course's own data sets are the business of ``helpers.data``.
"""

import io
from pathlib import Path

from helpers.errors import CourseError
from helpers.text import read_text

SEPARATORS = ",;\t"


def read_table(path, columns):
    """Return a CSV or TSV file as a table whose cells are all texts.

    Parameters
    ----------
    path : str or pathlib.Path
        In an encoding that ``helpers.text.read_text`` knows; commas, semicolons or
        tabulations between the columns, whichever the first line holds most of.
    columns : sequence of str
        Names that the table must have; others are kept.

    Returns
    -------
    pandas.DataFrame
        Of str, surrounding blanks removed; an empty cell is ``""``.

    Raises
    ------
    CourseError
        A file that cannot be read, a column that is missing, no rows.
    """
    import pandas as pd

    path, text = Path(path), read_text(path)
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, dtype=str, keep_default_na=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CourseError(
            f"{path.name}: таблица не читается, в какой-то строке лишний разделитель "
            "или незакрытая кавычка. Тексты с запятыми берут в кавычки."
        ) from error
    table.columns = [str(name).strip() for name in table.columns]
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise CourseError(
            f"{path.name}: нет столбца {', '.join(missing)}. В первой строке должны "
            f"стоять имена: {', '.join(columns)}. Сейчас там: "
            f"{', '.join(table.columns)}."
        )
    if table.empty:
        raise CourseError(f"{path.name}: в таблице нет ни одной строки, кроме имён.")
    return table.apply(lambda column: column.str.strip())


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
    table = read_table(path, ["text", "topic"])
    name = Path(path).name
    for column in ("text", "topic"):
        empty = table.index[table[column] == ""]
        if len(empty):
            raise CourseError(
                f"{name}, строка {_line(empty[0])}: пустая ячейка в столбце {column} "
                f"(всего таких {len(empty)}). Заполните её или удалите строку."
            )
    found = table["topic"].value_counts()
    known = list(found.index) if labels is None else list(labels)
    for label in found.index:
        if label not in known:
            line = _line(table.index[table["topic"] == label][0])
            raise CourseError(
                f"{name}, строка {line}: темы «{label}» нет среди {', '.join(known)}."
            )
    if len(known) < 2:
        raise CourseError(f"{name}: тема всего одна, «{known[0]}», различать нечего.")
    for label in known:
        if found.get(label, 0) < least:
            raise CourseError(
                f"{name}: у темы «{label}» текстов {found.get(label, 0)}, а нужно хотя "
                f"бы {least}: часть придётся отложить для проверки."
            )
    return table


def _line(row):
    """Return the number of a row in its file: the names stand in line 1."""
    return row + 2
