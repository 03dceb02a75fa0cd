"""people: the table of lesson 1 and what is said of a spoiled one."""

import runpy

import pytest

from helpers import ROOT
from helpers.data import load, people
from helpers.errors import CourseError
from tests.support import check_tables


def test_people_are_one_table_in_both_modes_and_its_parts_differ(cache):
    sample, full = load("people", "sample"), load("people", "full")
    check_tables(sample, "sample")
    check_tables(full, "full")
    assert sample.train.equals(full.train)
    assert not sample.train.equals(sample.test)
    assert sample.train.dtypes.astype(str).to_dict() == people.COLUMNS
    assert 0.3 < sample.train.suit_fits.mean() < 0.5


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "part,height_cm,weight_kg,shoe_size,suit_fits\ntrain,x,1,2,0\n"],
)
def test_a_spoiled_table_of_the_course_says_how_to_restore_it(
    text, cache, tmp_path, monkeypatch
):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"git checkout -- data/people\.csv"):
        load("people")


def test_the_script_makes_the_table_again_to_the_byte():
    made = runpy.run_path(str(ROOT / "data" / "make_people.py"))
    assert made["make_bytes"]() == made["TARGET"].read_bytes()
