"""A student's own table of wells, and what is wrong in it, month by month."""

import re

import numpy as np

from helpers.own.files import existing_file
from helpers.own.tables import SAVE_AS, at_line, read_cells

COLUMNS = (
    "API", "Year", "Month", "Liquid", "Gas", "RatioGasOil", "Water", "PercentWater",
    "DaysOn", "_LastUpdate",
)  # fmt: skip
VOLUMES = ("Liquid", "Gas", "Water")
NEEDED = ("API", "Year", "Month", *VOLUMES)
MONTHS = 24  # of history that a lesson needs: a year to look at, a year to foretell
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
YEARS = (1850, 2100)


def read_wells(path, columns=NEEDED):
    """Return a table of wells that has been checked, in the form of `Wells.table`.

    Months may stand in any order, and semicolons with decimal commas, as a Russian
    Excel writes them, are read as well as commas with decimal points.  ``DaysOn`` may
    be 0, a ratio may exceed 1.

    Parameters
    ----------
    path : str or pathlib.Path
    columns : sequence of str
        Names of `COLUMNS` that the file must have; of the others those of `COLUMNS`
        are kept.

    Raises
    ------
    CourseError
        Not a table; no such column; what is no number, negative or no month; a month
        that is missing or occurs twice; wells of different length, shorter than 24
        months or without any ``Liquid``.  Where one row is to blame, its number in the
        file is named.
    """
    name = existing_file(path).name
    cells, separator = read_cells(path, columns, ragged=False)
    lines = cells.index.to_numpy()
    table = _typed(name, cells, lines, comma=separator != ",")
    order = _check_histories(name, table, lines)
    return table.iloc[order].reset_index(drop=True)


def _typed(name, cells, lines, comma):
    """Return the columns of the course as numbers, but for the two that are texts."""
    import pandas as pd

    table = {"API": _wells_named(name, cells["API"], lines)}
    numeric = [each for each in COLUMNS[1:-1] if each in cells.columns]
    if comma:
        _check_marks(name, cells[numeric], lines)
    for column in numeric:
        table[column] = _numbers_of(name, column, cells[column], lines, comma)
    if COLUMNS[-1] in cells.columns:
        table[COLUMNS[-1]] = cells[COLUMNS[-1]].to_numpy()
    return pd.DataFrame(table)


def _check_marks(name, cells, lines):
    """Refuse 1,234 beside 5.6: it may be a thousand, or one and a quarter."""
    points = cells.apply(lambda column: column.str.contains(".", regex=False))
    commas = cells.apply(lambda column: column.str.contains(",", regex=False))
    if points.any(axis=None) and commas.any(axis=None):
        row, column = np.argwhere(commas.to_numpy(bool))[0]
        raise at_line(
            name,
            lines[row],
            f"{cells.columns[column]} = {cells.iloc[row, column]}, а в другой ячейке "
            "дробная часть стоит после точки",
            "Отделяйте дробную часть везде одинаково, точкой или запятой, и уберите "
            "разделители тысяч.",
        )


def _wells_named(name, cells, lines):
    for cell, line in zip(cells, lines, strict=True):
        if not cell:
            raise at_line(name, line, "в столбце API пусто", "Впишите номер скважины.")
        if re.fullmatch(r"\d[.,]?\d*[eE]\+\d+", cell):
            what = f"API = {cell}: Excel сократил номер скважины"
            advice = (
                "Откройте исходный файл, задайте столбцу API числовой формат без "
                f"дробной части и сохраните снова: {SAVE_AS}."
            )
            raise at_line(name, line, what, advice)
    return cells.to_numpy()


def _numbers_of(name, column, cells, lines, comma):
    """Return a column as int64 where all of it is whole, as float64 otherwise."""
    plain = cells.str.replace(r"(?<=\d)\s(?=\d{3}(?!\d))", "", regex=True)  # 12 345
    plain = plain.str.replace("−", "-", regex=False)
    if comma:
        plain = plain.str.replace(",", ".", regex=False)

    def refuse(wrong, what, advice):
        if wrong.any():
            row = int(np.argmax(wrong))
            cell = cells.iloc[row] if len(cells.iloc[row]) < 40 else "…"
            what = what.format(column=column, cell=cell)
            raise at_line(name, lines[row], what, advice)

    refuse(
        (plain == "").to_numpy(),
        "в столбце {column} пусто",
        "Впишите число (0, если ничего не добыто) или удалите все строки этой "
        "скважины.",
    )
    refuse(
        ~plain.str.fullmatch(NUMBER).to_numpy(bool),
        "{column} = {cell}, а нужно число: цифры, дробная часть после точки (после "
        "запятой, если столбцы разделены точкой с запятой), без слов и разделителей "
        "тысяч.",
        "",
    )
    values = plain.to_numpy(str).astype(np.float64)
    refuse(
        ~np.isfinite(values), "{column} = {cell}: таких чисел не бывает", "Исправьте."
    )
    if column in ("Year", "Month"):
        lowest, highest = YEARS if column == "Year" else (1, 12)
        refuse(
            (values != np.round(values)) | (values < lowest) | (values > highest),
            f"{{column}} = {{cell}}, а нужно целое число от {lowest} до {highest}",
            "Исправьте дату.",
        )
    refuse(
        values < 0,
        "{column} = {cell}, а меньше нуля этого не бывает",
        "Исправьте число или удалите все строки этой скважины.",
    )
    if column == "DaysOn":
        refuse(values > 31, "{column} = {cell}, а в месяце 31 день", "Исправьте.")
    whole = (values == np.round(values)).all() and np.abs(values).max() < 2**53
    return values.astype(np.int64) if whole else values


def _check_histories(name, table, lines):
    """Return the order of rows that puts each well's months together and in order."""
    import pandas as pd

    number = (table["Year"] * 12 + table["Month"] - 1).to_numpy(np.int64)
    codes, wells = pd.factorize(table["API"])  # in the order in which they come
    order = np.lexsort([number, codes])
    steps, same_well = np.diff(number[order]), np.diff(codes[order]) == 0
    for at in np.flatnonzero(same_well & (steps != 1))[:1]:
        before, row = order[at : at + 2]
        well, month = wells[codes[row]], number[before]
        if steps[at] == 0:
            what = f"месяц {_month(month)} скважины {well} уже стоит в строке "
            advice = "Удалите одну из двух."
            raise at_line(name, lines[row], what + str(lines[before]), advice)
        raise at_line(
            name,
            lines[row],
            f"перед этим месяцем у скважины {well} нет месяца {_month(month + 1)} "
            f"(пропущено подряд: {steps[at] - 1})",
            "Допишите его (с нулями, если скважина стояла) или удалите скважину.",
        )

    first_rows = np.unique(codes, return_index=True)[1]
    months = np.bincount(codes)

    def refuse(wrong, what, advice):
        for at in np.flatnonzero(wrong)[:1]:
            what = what.format(wells[at], months[at], wells[0], months[0])
            raise at_line(name, lines[first_rows[at]], what, advice)

    refuse(
        months < MONTHS,
        f"у скважины {{}} месяцев всего {{}}, а нужно хотя бы {MONTHS}: год, чтобы "
        "смотреть, и год, чтобы предсказывать",
        "Допишите месяцы или удалите скважину.",
    )
    refuse(
        months != months[0],
        "у скважины {} месяцев {}, а у скважины {} {}, нужно поровну",
        f"Оставьте у всех одинаково, не меньше {MONTHS}.",
    )
    refuse(
        np.bincount(codes, table["Liquid"] > 0) == 0,
        "у скважины {} во всех месяцах Liquid = 0, учиться не на чем",
        "Удалите все её строки.",
    )
    return order


def _month(number):
    return f"{number // 12}-{number % 12 + 1:02d}"
