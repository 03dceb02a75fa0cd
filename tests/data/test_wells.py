"""The wells of lesson 6: simulated, real, a student's own, and what is no table."""

import re
import shutil

import numpy as np
import pytest

from helpers import ROOT
from helpers.data import load, own_wells
from tests.support import line_of
from tests.wells import (
    AT,
    FIRST,
    PEAKS,
    ROWS,
    SECOND,
    TEXT,
    changed,
    check_structure,
    correlation,
    own,
    peaks,
    table_of,
)

FALLBACK = (
    "production.csv нигде не выложен, и в COURSE_DATA_DIR его нет: беру выборку "
    "(sample)."
)


@pytest.fixture
def teacher(teacher_folder):
    return teacher_folder / "production.csv"


# --- both modes -----------------------------------------------------------------------


def test_both_modes_have_one_structure(teacher, capsys):
    teacher.write_text(TEXT, encoding="utf-8")
    wells_sample, full = load("wells", "sample"), load("wells", "full")
    check_structure(wells_sample, "sample")
    check_structure(full, "full")
    assert wells_sample.table.equals(full.table)
    assert (wells_sample.title, full.title) == (
        "смоделированные скважины",
        "production.csv",
    )
    count = "скважин 50, месяцев 24, простоев 2 %"
    assert capsys.readouterr().out.splitlines() == [
        f"Данные: смоделированные скважины (sample): {count}",
        f"Данные: скважины production.csv (full): {count}",
    ]


def test_the_table_is_that_of_the_file(wells_sample):
    assert wells_sample.table["API"].tolist() == [row.split(",")[0] for row in ROWS]
    assert wells_sample.table["Liquid"].tolist() == [
        int(row.split(",")[3]) for row in ROWS
    ]
    written = [float(row.split(",")[7]) for row in ROWS]
    assert wells_sample.table["PercentWater"].tolist() == written
    assert wells_sample.liquid[1, 2] == float(ROWS[26].split(",")[3])
    assert wells_sample.gas[1, 2] == float(ROWS[26].split(",")[4])
    assert wells_sample.water[1, 2] == float(ROWS[26].split(",")[6])


@pytest.mark.parametrize("folder", [None, "пустая"])
def test_without_a_copy_full_mode_says_so_in_one_line_and_takes_the_sample(
    folder, tmp_path, cache, monkeypatch, capsys
):
    monkeypatch.setenv("COURSE_DATA", "full")
    if folder:
        (tmp_path / folder).mkdir()
        monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / folder))
    check_structure(load("wells"), "sample")
    said, which = capsys.readouterr().out.splitlines()
    assert said == FALLBACK
    assert len(said) <= 88
    assert which.startswith("Данные: смоделированные скважины (sample): ")


def test_a_folder_that_does_not_exist_is_still_a_mistake(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "нет"))
    assert "такой папки нет" in line_of(load, "wells", "full")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "production.csv: пуст"),
        (bytes(range(256)), "это не текст"),
        (b"<!DOCTYPE html><html>log in</html>", "это веб-страница, а не таблица"),
        (changed(30, Liquid="-5"), "строка 30: Liquid = -5, а меньше нуля"),
        (table_of(*FIRST[:11]), "строка 2: у скважины 91100080120000 месяцев всего 11"),
        (table_of(*FIRST, *SECOND), "скважин 2, месяцев 24, а нужно 50 и 24"),
        (TEXT.replace(",DaysOn", ",Days"), "нет столбца DaysOn. Замените"),
    ],
    ids="empty binary page negative short two column".split(),
)
def test_what_is_not_the_full_set_is_refused_and_kept(content, said, teacher):
    content = content if isinstance(content, bytes) else content.encode()
    teacher.write_bytes(content)
    message = line_of(load, "wells", "full")
    assert message.startswith(f"{teacher}: ")
    assert said in message
    advice = "Замените файл или уберите переменную COURSE_DATA_DIR, тогда урок возьмёт"
    assert advice in message
    assert teacher.read_bytes() == content


def test_spoiled_files_of_the_course_say_how_to_restore_them(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    truth = (ROOT / "data" / "wells_truth.csv").read_text(encoding="utf-8")
    for content in (None, "", TEXT.replace(",Liquid", ",liquid"), changed(7, Gas="")):
        if content is not None:
            own(tmp_path, content, "wells.csv")
        said = line_of(load, "wells", "sample")
        assert said.endswith("git checkout -- data/wells.csv")
    own(tmp_path, TEXT, "wells.csv")
    other = truth.replace("91100080120000", "91100080120001")
    for content in (None, "", truth.replace(".8", ".x", 1), other):
        if content is not None:
            own(tmp_path, content, "wells_truth.csv")
        said = line_of(load, "wells", "sample")
        assert said.endswith("git checkout -- data/wells_truth.csv")
    assert "строки не те, что в wells.csv" in said
    own(tmp_path, truth, "wells_truth.csv")
    check_structure(load("wells", "sample"), "sample")


# --- the real file --------------------------------------------------------------------


def test_the_real_file(real_data, teacher, capsys):
    shutil.copy(real_data / "production.csv", teacher)
    wells = load("wells", "full")
    check_structure(wells, "full")
    assert "скважины production.csv (full)" in capsys.readouterr().out
    quantiles = np.percentile(peaks(wells), [5, 25, 50, 75, 95])
    assert quantiles == pytest.approx(PEAKS, abs=1)
    assert not {name.zfill(14) for name in wells.api} & set(load("wells", "sample").api)
    check_structure(own_wells(teacher), "own")


def measured(wells):
    """Return the rows of the data card's table: a name, and what it is here."""
    liquid, table = wells.liquid, wells.table
    known = table["PercentWater"][table["PercentWater"] > 0]
    years = liquid[:, 12:].sum(axis=1) / liquid[:, :12].sum(axis=1)
    rates = np.median(liquid / peaks(wells)[:, None], axis=0)[list(AT)]

    def quantiles(values, form):
        found = np.percentile(values, [5, 25, 50, 75, 95])
        return ", ".join(format(each, form) for each in found)

    return {
        "peak, barrels a month": quantiles(peaks(wells), ".0f"),
        "`Liquid` of all rows": quantiles(liquid, ".0f"),
        "`Gas` of all rows": quantiles(wells.gas, ".0f"),
        "`RatioGasOil`": quantiles(table["RatioGasOil"], ".2f"),
        "`PercentWater` above 0": quantiles(known, ".2f"),
        "second year over first": quantiles(years, ".2f"),
        "peak in months 0 to 2": f"{(liquid.argmax(axis=1) <= 2).mean():.2f}",
        "median rate over peak, months 0, 1, 2, 3, 6, 12, 18, 23": ", ".join(
            f"{rate:.2f}" for rate in rates
        ),
        "`Liquid` is 0": f"{(liquid == 0).mean():.3f}",
        "`Water` is 0": f"{(wells.water == 0).mean():.3f}",
        "`DaysOn` is 0": f"{(table['DaysOn'] == 0).mean():.3f}",
        "correlation of `Water` and of `Gas` with `Liquid`": (
            f"{correlation(wells.water, liquid):.2f}, "
            f"{correlation(wells.gas, liquid):.2f}"
        ),
    }


def card_rows():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    card = text.partition("\n## wells.csv\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", card, re.M)
    return {name: cells for name, *cells in rows[2:]}


def test_the_card_quotes_the_simulated_wells(wells_sample, many_wells):
    rows = card_rows()
    assert {name: cells[1] for name, cells in rows.items()} == measured(wells_sample)
    assert {name: cells[2] for name, cells in rows.items()} == measured(many_wells)


def test_the_card_quotes_the_real_wells(real_data, teacher):
    shutil.copy(real_data / "production.csv", teacher)
    rows = card_rows()
    assert {name: cells[0] for name, cells in rows.items()} == measured(
        load("wells", "full")
    )
