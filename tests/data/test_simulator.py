"""Simulated wells: curves, noise, stoppages, and quantiles of the real file."""

import hashlib
import re
import runpy

import numpy as np
import pytest

from helpers import ROOT
from helpers.data.simulator import BASINS, simulate
from tests.support import line_of
from tests.wells import (
    AT,
    GAS_FACTORS,
    PEAKS,
    RATES,
    check_structure,
    correlation,
    peaks,
)


@pytest.fixture(params=["wells_sample", "many_wells"])
def simulated(request):
    return request.getfixturevalue(request.param)


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


def test_the_curve_is_a_ramp_and_then_a_hyperbola(many_wells):
    after = many_wells.truth[:, 8:] / 30.4  # a month has 28 to 31 days
    assert (after[:, 2:] < after[:, :-2]).mean() > 0.99
    fall = np.log(after[:, :-4] / after[:, 4:])
    assert (fall[:, -1] < fall[:, 0]).mean() > 0.95  # slower and slower
    assert 0.1 < (many_wells.truth.argmax(axis=1) > 1).mean() < 0.4


def test_noise_knows_nothing_of_the_month_before(many_wells):
    ratio = np.log(np.maximum(many_wells.liquid, 1) / many_wells.truth)[:, 5:]
    ratio = np.clip(ratio, -0.5, 0.5)  # shut-ins come in runs; they are not the noise
    assert abs(correlation(ratio[:, 1:], ratio[:, :-1])) < 0.15


def test_there_are_five_basins_and_no_two_are_alike():
    assert len(set(BASINS)) == len(BASINS) == 5
