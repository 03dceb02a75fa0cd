"""The wells of lesson 6: simulated, real, a student's own, and what is no table."""

import codecs
import hashlib
import re
import runpy
import shutil
import zipfile

import numpy as np
import pytest

from helpers import ROOT, data
from helpers.data import load, own_wells
from helpers.wells import BASINS, COLUMNS, NEEDED, simulate
from tests.data.test_catalogue import check_structure
from tests.support import line_of

TEXT = (ROOT / "data" / "wells.csv").read_text(encoding="utf-8")
HEADER, *ROWS = TEXT.splitlines()
FIRST, SECOND = ROWS[:24], ROWS[24:48]  # in lines 2 to 25, and 26 to 49
PEAKS = (4285, 7451, 12264, 16600, 31736)  # quantiles of the real file, LESSONS.md
GAS_FACTORS = (0.5, 1.3, 2.6, 5.9, 16.3)
RATES = (0.44, 0.77, 0.68, 0.60, 0.41, 0.24, 0.17, 0.14)
AT = (0, 1, 2, 3, 6, 12, 18, 23)  # months of those rates
FALLBACK = (
    "production.csv нигде не выложен, и в COURSE_DATA_DIR его нет: беру выборку "
    "(sample)."
)


def table_of(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def cells_of(line, **changed):
    """Return a row with some cells changed."""
    cells = line.split(",")
    for name, cell in changed.items():
        cells[COLUMNS.index(name)] = cell
    return ",".join(cells)


def changed(number, **cells):
    """Return two wells whose row in this line of the file is changed."""
    rows = [*FIRST, *SECOND]
    rows[number - 2] = cells_of(rows[number - 2], **cells)
    return table_of(*rows)


def as_russian_excel(text):
    """Return a table with semicolons, decimal commas, and Windows's ends of lines."""
    text = text.replace(",", ";").replace(".", ",")
    return text.replace("\n", "\r\n")


def own(folder, content, name="мои скважины.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode(encoding)
    )
    return path


@pytest.fixture
def teacher(teacher_folder):
    return teacher_folder / "production.csv"


@pytest.fixture(scope="module")
def many():
    return simulate(500, np.random.default_rng(0))


@pytest.fixture
def sample(cache):
    return load("wells", "sample")


@pytest.fixture(params=["sample", "many"])
def simulated(request):
    return request.getfixturevalue(request.param)


# --- both modes -----------------------------------------------------------------------


def test_both_modes_have_one_structure(teacher, capsys):
    teacher.write_text(TEXT, encoding="utf-8")
    sample, full = load("wells", "sample"), load("wells", "full")
    check_structure(sample, "sample")
    check_structure(full, "full")
    assert sample.table.equals(full.table)
    assert (sample.title, full.title) == ("смоделированные скважины", "production.csv")
    count = "скважин 50, месяцев 24, простоев 2 %"
    assert capsys.readouterr().out.splitlines() == [
        f"Данные: смоделированные скважины (sample): {count}",
        f"Данные: скважины production.csv (full): {count}",
    ]


def test_the_table_is_that_of_the_file(sample):
    assert sample.table["API"].tolist() == [row.split(",")[0] for row in ROWS]
    assert sample.table["Liquid"].tolist() == [int(row.split(",")[3]) for row in ROWS]
    written = [float(row.split(",")[7]) for row in ROWS]
    assert sample.table["PercentWater"].tolist() == written
    assert sample.liquid[1, 2] == float(ROWS[26].split(",")[3])
    assert sample.gas[1, 2] == float(ROWS[26].split(",")[4])
    assert sample.water[1, 2] == float(ROWS[26].split(",")[6])


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
    monkeypatch.setattr(data, "SAMPLES", tmp_path)
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


# --- the simulator --------------------------------------------------------------------


def test_the_script_makes_both_files_again_to_the_byte():
    made = runpy.run_path(str(ROOT / "data" / "make_wells.py"))
    assert made["make_bytes"]() == made["TARGET"].read_bytes()
    assert made["make_truth_bytes"]() == made["TRUTH"].read_bytes()


def test_the_card_names_sizes_and_sums():
    cards = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name in ("wells.csv", "wells_truth.csv"):
        content = (ROOT / "data" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() in cards
        assert f"{len(content):,} bytes" in cards


def test_the_same_seed_makes_the_same_wells_and_another_makes_others():
    first, again, other = (simulate(7, np.random.default_rng(s)) for s in (3, 3, 4))
    check_structure(first, "simulated")
    assert first.table.equals(again.table)
    assert np.array_equal(first.truth, again.truth)
    assert not set(first.api) & set(other.api)
    assert not np.isclose(first.truth, other.truth).any()


@pytest.mark.parametrize("count", [1, 4, 500])
def test_any_number_of_wells(count):
    wells = simulate(count, np.random.default_rng(1))
    check_structure(wells, "simulated")
    assert wells.liquid.shape == (count, 24)


def test_less_than_one_well():
    rng = np.random.default_rng(0)
    assert "нужна хотя бы одна скважина" in line_of(simulate, 0, rng)


def test_no_well_can_be_a_real_one(simulated):
    names = simulated.api
    assert all(re.fullmatch(r"9[1-5]\d{12}", name) for name in names)
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    fifth = len(names) // 5
    assert [name[:2] for name in names[::fifth]] == ["91", "92", "93", "94", "95"]


def peaks(wells):
    return wells.liquid.max(axis=1)


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


# The tolerances are for the scatter of wells.csv; twenty draws of 500 wells, seeds 0 to
# 19, were within each of them.
def test_peaks_are_as_large_as_the_real_ones(simulated):
    quantiles = np.percentile(peaks(simulated), [5, 25, 50, 75, 95])
    assert quantiles == pytest.approx(PEAKS, rel=0.25)


def test_four_wells_in_five_peak_at_once(simulated):
    early = (simulated.liquid.argmax(axis=1) <= 2).mean()
    assert early == pytest.approx(0.8, abs=0.1)


def test_the_median_decline_is_the_real_one(simulated):
    rates = np.median(simulated.liquid / peaks(simulated)[:, None], axis=0)[list(AT)]
    assert rates == pytest.approx(RATES, rel=0.3)


def test_gas_factors_are_the_real_ones(simulated):
    quantiles = np.percentile(simulated.table["RatioGasOil"], [5, 25, 50, 75, 95])
    assert quantiles == pytest.approx(GAS_FACTORS, rel=0.3)


def test_two_months_in_a_hundred_are_shut_in(simulated):
    shut = simulated.liquid == 0
    assert shut.mean() == pytest.approx(0.02, abs=0.008)
    assert not simulated.gas[shut].any()
    assert not simulated.water[shut].any()
    ends = (shut[:, 1:-1] & ~shut[:, 2:]).sum()
    assert shut[:, 1:-1].sum() > 1.3 * ends  # some stay shut for months


def test_water_and_gas_go_with_liquid(simulated):
    with_water = correlation(simulated.liquid, simulated.water)
    with_gas = correlation(simulated.liquid, simulated.gas)
    assert with_water == pytest.approx(0.41, abs=0.15)
    assert with_gas == pytest.approx(0.49, abs=0.2)


def test_ratios_are_ratios_and_water_may_exceed_liquid(simulated):
    table = simulated.table
    flows = table["Liquid"] > 0
    for ratio, volume in (("PercentWater", "Water"), ("RatioGasOil", "Gas")):
        again = table[volume][flows] / table["Liquid"][flows]
        assert table[ratio][flows].tolist() == pytest.approx(again.tolist(), rel=1e-14)
        assert not table[ratio][~flows].any()
    assert 0.3 < (table["PercentWater"] > 1).mean() < 0.5


def test_zero_days_mean_not_recorded(simulated):
    days = simulated.table["DaysOn"].to_numpy().reshape(simulated.liquid.shape)
    unknown = days == 0
    assert unknown.mean() == pytest.approx(0.295, abs=0.06)
    assert (simulated.liquid[unknown] > 0).mean() > 0.9
    assert days.max() == 31
    mute = unknown.all(axis=1)
    assert (days[~mute] > 0)[simulated.liquid[~mute] > 0].all()
    assert mute[: len(mute) * 3 // 5].sum() == 0  # the last two basins alone


def test_basins_differ_so_folds_in_the_order_of_the_file_do(simulated):
    largest = np.median(peaks(simulated).reshape(5, -1), axis=1)
    assert largest.max() > 1.7 * largest.min()
    water = simulated.water.sum(axis=1) / simulated.liquid.sum(axis=1)
    wet = np.median(water.reshape(5, -1), axis=1)
    assert wet.argmin() == 0
    assert wet.argmax() == 4
    assert wet[4] > 5 * wet[0]


def test_the_curve_without_noise_runs_through_the_middle(simulated):
    truth, liquid = simulated.truth, simulated.liquid
    assert truth.min() > 0
    flows = liquid > 0
    ratio = liquid[flows] / truth[flows]
    assert np.median(ratio) == pytest.approx(0.97, abs=0.02)
    assert np.percentile(ratio, 25) > 0.85
    assert np.percentile(ratio, 75) < 1.06
    # As a forecast of the second year it is nearly the best of its multiples.
    liquid, truth = liquid[:, 12:], truth[:, 12:]
    errors = [np.abs(liquid - f * truth).mean() for f in np.linspace(0.8, 1.2, 41)]
    assert np.abs(liquid - truth).mean() < 1.04 * min(errors)


def test_the_curve_is_a_ramp_and_then_a_hyperbola(many):
    after = many.truth[:, 8:] / 30.4  # a month has 28 to 31 days
    assert (after[:, 2:] < after[:, :-2]).mean() > 0.99
    fall = np.log(after[:, :-4] / after[:, 4:])
    assert (fall[:, -1] < fall[:, 0]).mean() > 0.95  # slower and slower
    assert 0.1 < (many.truth.argmax(axis=1) > 1).mean() < 0.4


def test_noise_knows_nothing_of_the_month_before(many):
    ratio = np.log(np.maximum(many.liquid, 1) / many.truth)[:, 5:]
    ratio = np.clip(ratio, -0.5, 0.5)  # shut-ins come in runs; they are not the noise
    assert abs(correlation(ratio[:, 1:], ratio[:, :-1])) < 0.15


def test_there_are_five_basins_and_no_two_are_alike():
    assert len(set(BASINS)) == len(BASINS) == 5


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


def test_the_card_quotes_the_simulated_wells(sample, many):
    rows = card_rows()
    assert {name: cells[1] for name, cells in rows.items()} == measured(sample)
    assert {name: cells[2] for name, cells in rows.items()} == measured(many)


def test_the_card_quotes_the_real_wells(real_data, teacher):
    shutil.copy(real_data / "production.csv", teacher)
    rows = card_rows()
    assert {name: cells[0] for name, cells in rows.items()} == measured(
        load("wells", "full")
    )


# --- a student's wells ----------------------------------------------------------------

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
def test_own_wells_written_in_any_usual_way(content, tmp_path, sample, capsys):
    capsys.readouterr()
    wells = own_wells(own(tmp_path, content))
    check_structure(wells, "own")
    assert wells.api == sample.api[:2]
    assert np.array_equal(wells.liquid, sample.liquid[:2])
    assert np.array_equal(wells.water, sample.water[:2])
    numbers = list(COLUMNS[1:-1])
    assert wells.table[numbers].equals(sample.table[numbers][:48])
    assert wells.title == "мои скважины"
    assert capsys.readouterr().out == (
        "Данные: свои скважины «мои скважины.csv»: "
        "скважин 2, месяцев 24, простоев 0 %\n"
    )


def test_wells_keep_the_order_of_the_file(tmp_path, sample):
    wells = own_wells(own(tmp_path, table_of(*SECOND, *FIRST)))
    assert wells.api == sample.api[1::-1]
    assert np.array_equal(wells.liquid, sample.liquid[1::-1])


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
