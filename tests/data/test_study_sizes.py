"""The study of sizes runs on a few rows, with the lesson's own network."""

import runpy

import numpy as np
import pytest

from helpers import ROOT

STUDY = runpy.run_path(str(ROOT / "data" / "study_sizes.py"))
QUICK = (
    "neighbours",
    "support vectors",
    "neighbours in a learned metric",
    "powers up to 2",
)


def test_parts_are_standardised_by_the_training_rows():
    x, y, x_new, y_new = STUDY["parts"](5, rows=50)
    assert (x.shape, y.shape, x_new.shape, y_new.shape) == (
        (50, 4),
        (50,),
        (1000, 4),
        (1000,),
    )
    assert np.allclose([x.mean(axis=0), x.std(axis=0)], [[0] * 4, [1] * 4])
    assert not np.allclose(x_new.mean(axis=0), 0)


def test_the_network_of_the_lesson_answers_for_the_test_rows():
    right = STUDY["ours"](STUDY["lesson_names"](), 5, starts=(0, 1), rows=60)
    assert right.shape == (2, 1000)
    assert 0.4 < right.mean() < 0.9
    assert (right[0] != right[1]).any()


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("name", QUICK)
def test_a_rival_is_tuned_and_answers(name):
    model, grid = STUDY["rivals"]()[name]
    if name != "neighbours in a learned metric":
        grid = {key: values[:2] for key, values in grid.items()}
    else:
        grid = {"first__n_components": [1], "last__n_neighbors": [3]}
    right, inside, chosen = STUDY["rival"](model, grid, 5, rows=60)
    assert right.shape == (1000,)
    assert 0 < inside < 1
    assert set(chosen) == set(grid)


def test_the_interval_is_that_of_t():
    mean, low, high = STUDY["interval"]([1.0, 2.0, 3.0])
    assert np.allclose([mean, low, high], [2, 2 - 2.4841, 2 + 2.4841], atol=1e-4)
