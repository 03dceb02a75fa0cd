"""sizes: the table, what hides in it, what is said of a spoiled one."""

import runpy

import numpy as np
import pytest

from helpers import ROOT
from helpers.data import load
from helpers.errors import CourseError
from tests.support import check_tables

MADE = runpy.run_path(str(ROOT / "data" / "make_sizes.py"))


@pytest.fixture(scope="module")
def sizes():
    return load("sizes")


def test_it_is_one_table_in_both_modes(sizes):
    full = load("sizes", "full")
    check_tables(sizes, "sample")
    check_tables(full, "full")
    assert sizes.train.equals(full.train)
    assert (len(sizes.train), len(sizes.test)) == (400, 1000)
    assert sizes.train.dtypes.astype(str).tolist() == [*["float64"] * 4, "int64"]


def test_the_script_makes_the_table_again_to_the_byte():
    assert MADE["make_bytes"]() == MADE["TARGET"].read_bytes()
    assert MADE["make_bytes"](1) != MADE["make_bytes"](2)


def test_the_measures_are_those_of_the_script(sizes):
    for name, (mean, deviation, _) in MADE["MEASURES"].items():
        column = sizes.test[name]
        assert abs(column.mean() - mean) < deviation / 5
        assert abs(column.std() / deviation - 1) < 0.1
        assert (2 * column == np.round(2 * column)).all()
    alike = sizes.test[list(MADE["MEASURES"])].corr().to_numpy()
    assert np.abs(alike[np.triu_indices(4, 1)] - MADE["ALIKE"]).max() < 0.1


def test_the_hidden_size_decides_all_but_a_few_answers(sizes):
    mean, deviation, weight = np.transpose(list(MADE["MEASURES"].values()))
    for part in (sizes.train, sizes.test):
        body = (part[list(MADE["MEASURES"])].to_numpy() - mean) / deviation
        alike = np.full((4, 4), MADE["ALIKE"]) + (1 - MADE["ALIKE"]) * np.eye(4)
        size = body @ weight / np.sqrt(weight @ alike @ weight)
        near = np.abs(size[:, None] - MADE["STOCK"]).min(axis=1) < MADE["ROOM"]
        wrong = (near != part["suit_fits"]).mean()
        assert 0.01 < wrong < 0.05
        assert 0.4 < part["suit_fits"].mean() < 0.6


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "part,chest_cm,waist_cm,height_cm,arm_cm,suit_fits\nx,1\n"],
)
def test_a_spoiled_table_says_how_to_restore_it(text, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    (tmp_path / "sizes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"git checkout -- data/sizes\.csv"):
        load("sizes")
