"""field: invented wells that are as hard to foretell as the real ones."""

import hashlib
import os
import re
import runpy
import shutil
import zlib
from types import SimpleNamespace

import numpy as np
import pytest

from helpers import ROOT
from helpers.data import load
from tests.support import line_of
from tests.wells import check_structure

ALL = os.environ.get("COURSE_TESTS") == "all"
REAL = (0.0466, 0.0372, 0.0222, 0.0241)  # of last value, exponential, Arps, type curve
SCRIPT = SimpleNamespace(**runpy.run_path(str(ROOT / "data" / "make_field.py")))


@pytest.fixture
def field(cache):
    return load("field")


@pytest.fixture(scope="module")
def pool():
    return SCRIPT.make_pool()


# --- the files ------------------------------------------------------------------------


def test_both_modes_have_the_same_wells(cache, capsys):
    sample, full = load("field", "sample"), load("field", "full")
    check_structure(sample, "sample")
    assert full.mode == "full"
    assert full.table.equals(sample.table)
    said, again = capsys.readouterr().out.splitlines()
    assert said == again
    assert said.startswith("Данные: придуманные скважины (в обоих режимах): скважин 50")


def test_the_script_makes_both_tables_again_to_the_byte():
    assert SCRIPT.make_bytes() == SCRIPT.TARGET.read_bytes()
    assert SCRIPT.make_truth_bytes() == SCRIPT.TRUTH.read_bytes()


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng packs otherwise")
def test_the_script_makes_the_pool_again_to_the_byte():
    assert SCRIPT.make_pool_bytes() == SCRIPT.POOL.read_bytes()


def test_the_pool_is_small_and_has_other_wells(field, pool):
    with np.load(SCRIPT.POOL) as arrays:
        liquid = arrays["liquid"]
    assert liquid.dtype == np.int64
    assert liquid.shape == (500, 24)
    assert np.array_equal(liquid, pool.liquid)
    assert liquid.any(axis=1).all()
    assert SCRIPT.POOL.stat().st_size < 200_000
    ours = {tuple(row) for row in field.liquid.astype(np.int64)}
    assert not ours & {tuple(row) for row in liquid}


@pytest.mark.parametrize("name", ["field.csv", "field_truth.csv"])
def test_spoiled_files_say_how_to_restore_them(name, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    for each in ("field.csv", "field_truth.csv"):
        shutil.copy(ROOT / "data" / each, tmp_path)
    load("field")
    text = (tmp_path / name).read_text(encoding="utf-8")
    for content in ("", text.replace("Liquid", "liquid"), text.replace("9", "x", 1)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        said = line_of(load, "field")
        assert re.search(r"git checkout -- data/field(_truth)?\.csv$", said)


def test_no_well_can_be_a_real_one(field):
    assert all(re.fullmatch(r"9[1-5]\d{12}", name) for name in field.api)
    assert [name[:2] for name in field.api[::10]] == ["91", "92", "93", "94", "95"]


# --- the card -------------------------------------------------------------------------


def card():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    return text.partition("\n## field.csv")[2].partition("\n## ")[0]


def rows(columns):
    """Return the rows of the card's tables that have so many columns, by name."""
    cells = [
        line.strip("| ").split(" | ") for line in card().splitlines() if "|" in line
    ]
    return {name: rest for name, *rest in cells if len(rest) == columns}


def four(values):
    return [f"{each:.4f}" for each in values]


def test_the_card_names_sizes_and_sums():
    for path in (SCRIPT.TARGET, SCRIPT.TRUTH, SCRIPT.POOL):
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest() in card()
        assert f"{len(content):,} bytes" in card()


def test_the_card_quotes_the_wells(pool):
    quoted = rows(3)
    for column, wells in ((1, SCRIPT.read_field(SCRIPT.TARGET)), (2, pool)):
        for name, found in SCRIPT.quantities(wells).items():
            assert quoted[name][column] == found, name


def test_the_card_quotes_the_real_wells(real_data):
    real = SCRIPT.read_field(real_data / "production.csv")
    for name, found in SCRIPT.quantities(real).items():
        assert rows(3)[name][0] == found, name
    assert SCRIPT.floors(real.liquid) == pytest.approx(REAL, abs=5e-5)


def test_the_card_quotes_the_floors_of_the_file(field):
    found = SCRIPT.floors(field.liquid)
    for name, real, error in zip(SCRIPT.FLOORS, REAL, found, strict=True):
        quoted = rows(5)[name]
        assert quoted[0] == f"{real:.4f}"
        assert float(quoted[1]) == pytest.approx(error, abs=1e-4)


def test_the_card_quotes_the_error_of_the_curve_without_noise(field):
    errors = []
    for fold in np.split(np.arange(50), 5):
        rest = np.delete(field.liquid, fold, axis=0)
        misses = np.abs(field.truth - field.liquid)[fold, 12:]
        errors.append(misses.mean() / rest.max())
    assert f"(its error, as below, is {np.mean(errors):.4f})" in card()


def test_the_card_puts_the_real_floors_inside_the_middle_of_200_files():
    for name, real in zip(SCRIPT.FLOORS, REAL, strict=True):
        low, median, high = map(float, rows(5)[name][2:])
        assert low < real < high
        assert low < median < high


@pytest.mark.skipif(not ALL, reason="COURSE_TESTS=all simulates 200 files")
def test_the_card_quotes_200_files():
    found = np.percentile(SCRIPT.all_floors(), [10, 50, 90], axis=0).T
    for name, quantiles in zip(SCRIPT.FLOORS, found, strict=True):
        quoted = [float(each) for each in rows(5)[name][2:]]
        assert quoted == pytest.approx(quantiles.tolist(), abs=1e-4)


# --- the causes -----------------------------------------------------------------------


@pytest.fixture
def calm():
    """A hundred wells that begin on a first of the month, and no incident."""
    rng = np.random.default_rng(0)
    basin = np.arange(100) * 5 // 100
    days = SCRIPT.calendar(100, rng)
    days = SCRIPT.Days(days.number, days.month, np.tile(np.arange(732), (100, 1)))
    rock = SCRIPT.Rock(basin, rng)
    works = SCRIPT.Works(days.age.shape)
    return SimpleNamespace(rng=rng, basin=basin, days=days, rock=rock, works=works)


def slope(rock, time):
    """Return the slope of the rate over time, both in logarithms."""
    late, early = rock.rate(time * 1.01), rock.rate(time)
    return np.log(late / early) / np.log(1.01)


def test_flow_is_linear_first_and_feels_the_boundary_later(calm):
    rock = calm.rock
    rock.linear[:], rock.boundary[:], rock.bend[:] = 0.01, 200, 0.5
    assert slope(rock, np.full(100, 100)) == pytest.approx(-0.5, abs=0.01)
    assert (slope(rock, np.full(100, 700)) < -0.7).all()
    either_side = rock.rate(np.full(100, 199.99)) / rock.rate(np.full(100, 200.01))
    assert either_side == pytest.approx(1, abs=1e-3)


def test_a_choke_and_a_clean_up_only_delay(calm):
    calm.rock.choke[:50] = 0.3 * calm.rock.first[:50]
    calm.rock.choke[50:] = np.inf
    produced, possible = SCRIPT.flow(calm.rock, calm.works, calm.days)
    assert np.array_equal(produced[calm.days.alive], possible[calm.days.alive])
    assert (produced[:50] <= calm.rock.choke[:50, None]).all()
    calm.rock.choke[:] = np.inf
    free, _ = SCRIPT.flow(calm.rock, calm.works, calm.days)
    assert (free[:50, :30].sum(axis=1) > produced[:50, :30].sum(axis=1)).all()
    assert (free[:50, 400] < produced[:50, 400]).all()
    assert np.array_equal(free[50:], produced[50:])


def test_a_well_that_stood_goes_on_where_it_stopped_and_flushes(calm):
    free, _ = SCRIPT.flow(calm.rock, calm.works, calm.days)
    calm.works.down[:, 300:360] = True
    produced, possible = SCRIPT.flow(calm.rock, calm.works, calm.days)
    assert not produced[:, 300:360].any()
    assert np.array_equal(produced[:, :300], free[:, :300])
    assert possible[:, 360] == pytest.approx(free[:, 300])
    assert (produced[:, 360] > 1.2 * possible[:, 360]).all()
    assert produced[:, 500] == pytest.approx(possible[:, 500], rel=0.01)


def test_stops_are_more_frequent_at_first(calm):
    SCRIPT.stops(calm.works, calm.days, calm.basin, calm.rng)
    down = calm.works.down
    assert down[:, :80].mean() > 1.5 * down[:, 200:].mean() > 0


def test_shut_ins_last_for_weeks(calm):
    SCRIPT.shut_ins(calm.works, calm.days, calm.rng)
    down = calm.works.down
    starts = (down[:, 1:] & ~down[:, :-1]).sum()
    assert 10 < starts < 40
    assert 25 < down.sum() / starts < 120


def test_a_workover_follows_a_sag(calm):
    SCRIPT.workovers(calm.works, calm.days, calm.rng)
    works = calm.works
    assert not works.down[:, : SCRIPT.SETTLED].any()
    assert works.ease.max() == 1
    well, day = np.argwhere(works.down[:, 1:] & ~works.down[:, :-1])[0]
    assert works.ease[well, day] < 0.95
    assert np.log(works.lasting[:, -1]).mean() > 0


def test_a_neighbours_fracturing_shuts_a_well_and_changes_it(calm):
    SCRIPT.neighbours(calm.works, calm.days, calm.rng)
    works = calm.works
    assert not works.down[:, : SCRIPT.SETTLED].any()
    hit = works.lasting[:, -1] != 1
    assert 10 < hit.sum() < 60
    assert works.down.any(axis=1)[hit].all()
    back = works.down[:, : -SCRIPT.HIT_DAYS[1]].any(axis=1)  # before the last day
    assert np.array_equal(hit | back, hit)
    assert (works.ease.min(axis=1) < 0.5)[back].all()


def test_the_meter_is_right_on_average_and_remembers_a_little():
    basin = np.arange(5000) * 5 // 5000
    noise = np.log(SCRIPT.measured(basin, np.random.default_rng(0)))
    assert np.median(noise) == pytest.approx(0, abs=0.005)
    noise = noise / noise.std(axis=1, keepdims=True)
    kept = np.mean(noise[:, 1:] * noise[:, :-1])
    assert kept == pytest.approx(SCRIPT.NOISE_SLOW * SCRIPT.NOISE_KEPT, abs=0.15)


def test_the_curve_without_noise_and_stoppages_runs_above_the_middle(pool):
    flows = pool.liquid > 0
    ratio = pool.liquid[flows] / pool.truth[flows]
    assert pool.truth.min() > 0
    assert 0.93 < np.median(ratio) <= 1.01
    assert (ratio > 1).mean() < 0.5
