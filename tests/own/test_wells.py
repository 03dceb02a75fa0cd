"""A student's own wells: what is read, and the line for what is not."""

import codecs
import re
import zipfile

import numpy as np
import pytest

from helpers.data import own_wells
from helpers.own.wells import COLUMNS, NEEDED
from tests.support import line_of
from tests.wells import (
    FIRST,
    HEADER,
    ROWS,
    SECOND,
    as_russian_excel,
    cells_of,
    changed,
    check_structure,
    own,
    table_of,
)

TWO = table_of(*FIRST, *SECOND)
PLAIN = {  # the same two wells, written otherwise
    "as it is": TWO.encode(),
    "marked": codecs.BOM_UTF8 + TWO.encode(),
    "excel": as_russian_excel(TWO).encode("cp1251"),
    "excel, marked": codecs.BOM_UTF8 + as_russian_excel(TWO).encode(),
    "unicode text": TWO.replace(",", "\t").replace(".", ",").encode("utf-16"),
    "backwards": table_of(*reversed(FIRST), *reversed(SECOND)).encode(),
    "mixed": table_of(
        *(row for pair in zip(FIRST, SECOND, strict=True) for row in pair)
    ).encode(),
    "empty lines": ("\n" + TWO.replace("\n", "\n\n") + "\n").encode(),
    "empty rows": (TWO + ",,,,,,,,,\n" * 3).encode(),
    "quoted": re.sub(r"[^,\n]+", r'"\g<0>"', TWO).encode(),
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
def test_own_wells_written_in_any_usual_way(content, tmp_path, wells_sample, capsys):
    capsys.readouterr()
    wells = own_wells(own(tmp_path, content))
    check_structure(wells, "own")
    assert wells.api == wells_sample.api[:2]
    assert np.array_equal(wells.liquid, wells_sample.liquid[:2])
    assert np.array_equal(wells.water, wells_sample.water[:2])
    numbers = list(COLUMNS[1:-1])
    assert wells.table[numbers].equals(wells_sample.table[numbers][:48])
    assert wells.title == "мои скважины"
    assert capsys.readouterr().out == (
        "Данные: свои скважины «мои скважины.csv»: "
        "скважин 2, месяцев 24, простоев 0 %\n"
    )


def test_wells_keep_the_order_of_the_file(tmp_path, wells_sample):
    wells = own_wells(own(tmp_path, table_of(*SECOND, *FIRST)))
    assert wells.api == wells_sample.api[1::-1]
    assert np.array_equal(wells.liquid, wells_sample.liquid[1::-1])


def test_russian_words_in_cp1251_and_numbers_as_people_write_them(tmp_path):
    header = "Примечание; Year;Month;Gas;Water;Liquid ;API\r\n"
    rows = [
        f"всё хорошо;{2020 + m // 12};{m % 12 + 1};0;1 000;12 345,5;Скважина № 7"
        for m in range(30)
    ]
    content = header + "\r\n".join(rows)
    wells = own_wells(
        str(own(tmp_path, content.replace("1 000", "1\u00a0000"), encoding="cp1251"))
    )
    check_structure(wells, "own")
    assert wells.api == ["Скважина № 7"]
    assert wells.liquid.tolist() == [[12345.5] * 30]
    assert wells.water.tolist() == [[1000.0] * 30]
    assert list(wells.table.columns) == list(NEEDED)
    assert wells.table.dtypes.astype(str).to_dict() | {"API": "text"} == {
        "API": "text",
        "Year": "int64",
        "Month": "int64",
        "Liquid": "float64",
        "Gas": "int64",
        "Water": "int64",
    }


def test_much_water_no_days_and_some_zeros_are_accepted(tmp_path):
    content = changed(2, DaysOn="0", PercentWater="86.8", Water="190268", Liquid="0")
    wells = own_wells(own(tmp_path, content))
    assert wells.table["PercentWater"].max() == 86.8
    assert wells.liquid[0, 0] == 0


A, B = (rows[0].split(",")[0] for rows in (FIRST, SECOND))
NEXT = cells_of(FIRST[-1], Year="2016", Month="9")  # a month more of the first well
BAD = {
    "column": (
        TWO.replace(",Liquid,", ",Oil,"),
        r"нет столбца Liquid\. В первой .*Oil",
    ),
    "case": (TWO.replace(",Gas,", ",gas,"), "нет столбца Gas.*Сейчас там: .*gas"),
    "no names": ("\n".join(ROWS), "нет столбца API, Year"),
    "twice": (TWO.replace("RatioGasOil", "Liquid"), "столбец Liquid стоит дважды"),
    "word": (changed(9, Water="много"), "строка 9: Water = много, а нужно число"),
    "error": (changed(9, RatioGasOil="#ДЕЛ/0!"), "строка 9: RatioGasOil = #ДЕЛ/0!, а"),
    "nan": (changed(9, Liquid="NaN"), "строка 9: Liquid = NaN, а нужно число"),
    "infinity": (changed(9, Gas="1e999"), "строка 9: Gas = 1e999: таких чисел"),
    "thousands": (changed(9, Gas='"9.783.000"'), "строка 9: Gas = 9.783.000, а нужно"),
    "comma": (
        changed(9, RatioGasOil='"0,47"'),
        "строка 9: RatioGasOil = 0,47, а нужно",
    ),
    "hole": (changed(40, Liquid=""), "строка 40: в столбце Liquid пусто. Впишите"),
    "negative": (changed(9, Gas="-1"), "строка 9: Gas = -1, а меньше нуля этого не"),
    "minus": (changed(9, Water="−1"), "строка 9: Water = −1, а меньше нуля"),
    "month": (changed(9, Month="13"), "строка 9: Month = 13, а нужно целое .* 1 до 12"),
    "month 0": (changed(9, Month="0"), "строка 9: Month = 0, а нужно целое"),
    "half": (changed(9, Month="1.5"), r"строка 9: Month = 1\.5, а нужно целое"),
    "year": (changed(9, Year="15"), "строка 9: Year = 15, а нужно .* 1850 до 2100"),
    "days": (changed(9, DaysOn="32"), "строка 9: DaysOn = 32, а в месяце"),
    "no well": (changed(9, API=""), "строка 9: в столбце API пусто"),
    "excel's number": (changed(9, API="9.11E+13"), "строка 9: API = .* сократил"),
    "missing": (
        table_of(*FIRST[:5], *FIRST[6:], *SECOND),
        f"строка 7: перед этим месяцем у скважины {A} нет месяца 2015-02 .*: 1",
    ),
    "again": (
        table_of(*FIRST, FIRST[3], *SECOND),
        f"строка 26: месяц 2014-12 скважины {A} уже стоит в строке 5",
    ),
    "11 months": (
        table_of(*FIRST, *SECOND[:11]),
        f"строка 26: у скважины {B} месяцев всего 11, а нужно хотя бы 24: год",
    ),
    "23 months": (table_of(*FIRST[:-1], *SECOND), f"строка 2: .* {A} месяцев всего 23"),
    "longer": (
        table_of(*FIRST, NEXT, *SECOND),
        f"строка 27: у скважины {B} месяцев 24, а у скважины {A} 25, нужно поровну",
    ),
    "zeros": (
        table_of(*FIRST, *(cells_of(row, Liquid="0") for row in SECOND)),
        f"строка 26: у скважины {B} во всех месяцах Liquid = 0, учиться не на чем",
    ),
    "names only": (HEADER + "\n", "нет ни одной строки, кроме имён"),
    "nothing in it": (table_of(",,,,,,,,,"), "нет ни одной строки, кроме имён"),
    "wide": (changed(9, Gas="9,5"), "строка 9: ячеек 11, а имён в первой строке 10"),
    "all wide": (
        as_russian_excel(TWO).replace(";", ","),
        "строка 2: ячеек 1[123], .*точка с запятой",
    ),
    "narrow": (table_of(*FIRST, *SECOND, "1,2"), "строка 50: ячеек 2, а .* обрезан"),
    "both marks": (
        changed(9, Gas="9¦783").replace(",", "\t").replace("¦", ","),
        "строка 9: Gas = 9,783, а в другой ячейке .* после точки",
    ),
    "quote": (changed(9, Gas='"5'), "строка 9: кавычка открыта и нигде не"),
    "cut": (TWO[:-60], "строка 49: ячеек"),
    "cut later": (TWO[:-30], "строка 49: ячеек 8, а имён .* обрезан"),
    "empty": ("", "пуст"),
    "blank": (" \r\n\t\n", "пуст"),
    "binary": (bytes(range(256)), "это не текст"),
    "page": ("\n<html><body>404</body></html>", "это веб-страница.*Raw"),
    "one word": ("404: Not Found", "нет столбца API"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "это книга Excel"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=list(BAD))
def test_what_is_wrong_with_own_wells(content, said, tmp_path, capsys):
    message = line_of(own_wells, own(tmp_path, content))
    assert message.startswith("мои скважины.csv")
    assert re.search(said, message), message
    assert capsys.readouterr().out == ""


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    content = "\n\n" + changed(40, Liquid="-7").replace("\n", "\r\n\r\n")
    said = line_of(own_wells, own(tmp_path, content))
    assert "строка 81: Liquid = -7" in said  # two above, and one after each line


@pytest.mark.parametrize("name", ["книга.xlsx", "книга.ods", "книга.csv"])
def test_a_book_of_excel(name, tmp_path):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    said = line_of(own_wells, path)
    assert said.startswith(f"{name}: это книга Excel")
    assert "Сохранить как → «CSV UTF-8»" in said


@pytest.mark.parametrize("given", [None, 5, b"wells.csv", ["wells.csv"]])
def test_what_is_no_path(given):
    said = line_of(own_wells, given)
    assert f"а дано: {type(given).__name__}" in said


def test_no_such_file(tmp_path):
    assert "Проверьте имя" in line_of(own_wells, tmp_path / "нет.csv")
    assert "Проверьте имя" in line_of(own_wells, tmp_path)
