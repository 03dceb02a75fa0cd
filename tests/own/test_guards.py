"""Guards: good input passes; bad input gets a line that says what to do."""

import numpy as np
import pytest

from helpers.errors import CourseError
from helpers.own import guards


def test_good_input_passes_with_its_dtype():
    guards.layer_sizes([2, np.int64(8), 2])
    guards.learning_rate(0.1)
    guards.learning_rate(np.float32(1e-4))
    guards.batch_size(1)
    guards.batch_size(np.int64(1000))
    x = guards.inputs([[1, 2], [3, 4]], 2)
    assert x.dtype == np.float64
    y = guards.labels([1.0, 0.0], 2)
    assert y.dtype == np.int64
    assert y.tolist() == [1, 0]
    assert guards.labels(np.array([True, False]), 2).tolist() == [1, 0]
    assert guards.labels([2, 0, 1], 3, classes=3).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([2, 0, 1], r"\[2, 0, 1\]: 0 не годится"),
        ([2, -3, 1], "-3 не годится"),
        ([2, 1.5, 1], "1.5 не годится"),
        ([2, True, 1], "True не годится"),
        ([2, "8", 1], "'8' не годится"),
        ([2], "хотя бы два числа"),
        (5, r"\[5\]: нужны хотя бы два числа"),
        (None, r"\[None\]: нужны хотя бы два числа"),
        (np.array(5), "хотя бы два числа"),
        ([], "хотя бы два числа"),
    ],
)
def test_bad_layer_sizes(sizes, said):
    with pytest.raises(CourseError, match=said):
        guards.layer_sizes(sizes)


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.zeros((5, 3)), r"форму \(5, 3\), а сеть ждёт \(число примеров, 2\)"),
        (np.zeros(2), r"x\[None, :\]"),
        (np.zeros(7), r"форму \(7,\)"),
        (np.zeros((0, 2)), "входы пусты"),
        ([[1, 2], [3, np.nan]], r"nan \(строка 1, столбец 1; всего таких чисел 1\)"),
        ([[np.inf, 2], [np.nan, 0]], r"inf \(строка 0, столбец 0; всего .* 2\)"),
        ([["рост", "вес"]], "не превращаются"),
        ([[1, 2], [3]], "одной длины"),
        (None, r"форму \(\)"),
    ],
)
def test_bad_inputs(x, said):
    with pytest.raises(CourseError, match=said):
        guards.inputs(x, 2)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([0, 1, 2], r"метка 2 \(пример 2\).*от 0 до 1"),
        ([0, -1, 1], r"метка -1 \(пример 1\)"),
        ([0, 0.5, 1], r"метка 0\.5"),
        ([0, np.nan, 1], r"метка nan \(пример 1\)"),
        ([0, 1], r"форму \(2,\), а примеров 3"),
        ([[0], [1], [1]], r"форму \(3, 1\).*ravel"),
        (["да", "нет", "да"], "пронумеруйте"),
    ],
)
def test_bad_labels(y, said):
    with pytest.raises(CourseError, match=said):
        guards.labels(y, 3)


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, "0.1", None, True])
def test_bad_learning_rates(rate):
    with pytest.raises(CourseError, match="скорость обучения"):
        guards.learning_rate(rate)


@pytest.mark.parametrize("batch", [0, -1, 32.0, np.nan, "32", None, True])
def test_bad_batch_sizes(batch):
    with pytest.raises(CourseError, match=r"батч .*: нужно целое число"):
        guards.batch_size(batch)
