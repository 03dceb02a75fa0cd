"""dates: parts without a common date, ways, and a rule that reads every line back."""

import datetime
import re
import runpy

import pytest

from helpers import ROOT
from helpers.data import load
from helpers.errors import CourseError
from tests.support import check_tables

MADE = runpy.run_path(str(ROOT / "data" / "make_dates.py"))
STEMS = "янв фев мар апр ма[йя] июн июл авг сен окт ноя дек".split()
ROMAN = {name: place for place, name in enumerate(MADE["ROMAN"], 1)}
DAYS = {
    MADE["ordinal"](day, form): day for day in range(1, 32) for form in ("when", "from")
}
ONE = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:-(?:е|го))?(?: числ[оа])?"
    r"(?:[./](?P<month>\d{1,2}|[IVX]+)[./]|"
    rf" (?P<name>{'|'.join(STEMS)})[а-я]*\.? )(?P<year>\d{{4}}|\d\d)"
)
WORDS = sorted(DAYS, key=len, reverse=True)


def read(text):
    """Return the dates of a line by rules that know nothing of the generator's code."""
    for words in WORDS:
        text = re.sub(rf"(?<![а-я]){words}(?![а-я])", str(DAYS[words]), text)
    found = []
    for each in ONE.finditer(text):
        month = each["month"] or ""
        if each["name"]:
            month = next(i for i, s in enumerate(STEMS, 1) if re.match(s, each["name"]))
        month = ROMAN.get(month) or int(month)
        year = int(each["year"])
        if len(each["year"]) == 2:
            year += 2000 if year < 30 else 1900
        found.append(datetime.date(year, month, int(each["day"])))
    return found


@pytest.fixture(scope="module")
def dates():
    return load("dates", "sample")


def dates_of(rows):
    return {date for iso in rows["iso"] for date in iso.split()}


def test_the_table_has_its_structure(dates):
    check_tables(dates, "sample")
    assert dates.train.groupby("count").size().to_dict() == MADE["TRAIN"]
    sizes = dates.test.groupby(["count", "kept"]).size()
    assert sizes.to_dict() == dict.fromkeys(
        [(count, kept) for count in (1, 2, 3) for kept in (0, 1)], MADE["TEST"]
    )
    for rows in (dates.train, dates.test):
        assert (rows["iso"].str.split().str.len() == rows["count"]).all()
        assert (rows["ways"].str.len() == rows["count"]).all()


def test_the_script_makes_the_table_again_to_the_byte():
    assert MADE["make_bytes"]() == MADE["TARGET"].read_bytes()


def test_no_date_of_the_exam_was_learned_and_none_is_out_of_range(dates):
    assert not dates_of(dates.train) & dates_of(dates.test)
    for rows in (dates.train, dates.test):
        everything = sorted(dates_of(rows))
        assert "1930" <= everything[0][:4] <= "1931"
        assert "2029" <= everything[-1][:4] <= "2030"


def test_kept_ways_are_kept(dates):
    kept, known = set(MADE["KEPT"]), set(MADE["KNOWN"])
    assert (len(kept), len(known)) == (2, 10)
    assert set("".join(dates.train["ways"])) == known
    for mark, rows in dates.test.groupby("kept"):
        assert all(bool(kept & set(ways)) == bool(mark) for ways in rows["ways"])


def test_every_line_means_what_stands_beside_it(dates):
    for rows in (dates.train, dates.test):
        for text, iso in zip(rows["text"], rows["iso"], strict=True):
            assert " ".join(map(str, read(text))) == iso, text


@pytest.mark.parametrize(
    ("way", "form", "text"),
    [
        ("a", "when", "3 марта 2017 года"),
        ("b", "when", "третье марта 2017 года"),
        ("b", "from", "третьего марта 2017 года"),
        ("c", "when", "3.03.17"),
        ("d", "when", "03.03.2017"),
        ("e", "when", "в пятницу 3 марта 2017"),
        ("e", "from", "пятницы 3 марта 2017"),
        ("e", "until", "пятницу 3 марта 2017"),
        ("f", "when", "3 мар. 2017 г."),
        ("g", "when", "3/3/2017"),
        ("h", "when", "3 марта 17-го"),
        ("i", "when", "3.III.2017"),
        ("j", "when", "3 марта 2017"),
        ("k", "from", "3-го марта 17 г."),
        ("l", "when", "3-е число марта 2017"),
    ],
)
def test_ways_are_written_as_people_do(way, form, text):
    assert MADE["WAYS"][way](datetime.date(2017, 3, 3), form) == text


def test_days_in_words():
    said = [MADE["ordinal"](day, "when") for day in (1, 3, 10, 12, 20, 23, 30, 31)]
    assert said == [
        "первое", "третье", "десятое", "двенадцатое", "двадцатое", "двадцать третье",
        "тридцатое", "тридцать первое",
    ]  # fmt: skip
    assert MADE["weekday"](datetime.date(2024, 1, 2), "when") == "во вторник"
    assert MADE["short_year"](datetime.date(2030, 1, 1)) == "2030"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "part,count\ntrain,x\n"])
def test_a_spoiled_table_says_how_to_restore_it(text, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    (tmp_path / "dates.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"git checkout -- data/dates\.csv"):
        load("dates")
