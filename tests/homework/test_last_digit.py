"""Another processor moves the last digit of an answer: verdicts have to stay.

All arrays of a student, all that a student's function or a network answers are moved by
one unit in the last place of float32: up, down, or both in turn.  ``make test`` moves
each answer in one of these ways, and the verdict has to be the known one; with
``COURSE_TESTS=all`` each is moved in every way, and the whole line is compared.
"""

import functools
import os
import re

import numpy as np
import pytest

from lessons.checks import judge
from lessons.checks.homework import RIGHT, WRONG, Exercise, verdict
from tests.homework.answers import cases, exercises_of, made

WAYS = {"up": [1], "down": [-1], "in turn": [1, -1]}
ALL = os.environ.get("COURSE_TESTS") == "all"


def moved(value, way):
    """Return an answer with its floats moved, and whatever else is in it as it is.

    A zero stays: a ReLU, a mask or an empty count give it exactly on every machine.
    """
    import keras

    if type(value) in (list, tuple):
        return type(value)(moved(each, way) for each in value)
    if type(value) is dict:
        return {key: moved(each, way) for key, each in value.items()}
    if isinstance(value, float | np.floating):
        return type(value)(moved(np.asarray(value), way))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        step = np.resize(np.array(WAYS[way], value.dtype), value.shape)
        if value.dtype == np.float64:
            return value * (1 + 6e-8 * step)
        return np.where(value == 0, value, np.nextafter(value, step * np.inf))
    if keras.ops.is_tensor(value):
        try:
            numbers = keras.ops.convert_to_numpy(value)
        except NotImplementedError:  # `predict` is being compiled; its result is moved
            return value
        return keras.ops.convert_to_tensor(moved(numbers, way))
    if callable(value) and not isinstance(value, keras.Model):
        return moving(value, way)
    return value


def moving(function, way):
    """Return a function that moves what `function` returns."""

    @functools.wraps(function, updated=())
    def call(*arguments, **options):
        return moved(function(*arguments, **options), way)

    return call


def verdict_after(way, monkeypatch, number, exercise, answers):
    """Return what the judge says of moved answers and moved networks."""
    import keras

    given = moved(made(answers), way)
    with monkeypatch.context() as patch:
        for name in ("__call__", "predict", "predict_on_batch"):
            patch.setattr(keras.Model, name, moving(getattr(keras.Model, name), way))
        return verdict(number, exercise, *given)


def without_numbers(line):
    return re.sub(r"[-−]?\d+(,\d+)?(e[-+]\d+)?", "0", line)


def moved_cases():
    """Return a pytest parameter for each answer and each way that it is moved in."""
    found = []
    for kind in ("RIGHT", "WRONG", "UNFORESEEN"):
        for case in cases(kind):
            ways = list(WAYS) if ALL else [list(WAYS)[len(found) % len(WAYS)]]
            state = RIGHT if kind == "RIGHT" else WRONG
            found += [
                pytest.param(state, *case.values, way, id=f"{kind}-{case.id}-{way}")
                for way in ways
            ]
    return found


@pytest.mark.parametrize(
    ("state", "number", "exercise", "line", "answers", "way"), moved_cases()
)
def test_a_verdict_does_not_hang_on_the_last_digit(
    state, number, exercise, line, answers, way, monkeypatch
):
    found = verdict_after(way, monkeypatch, number, exercise, answers)
    assert found.state == state, found.line
    assert line in found.line
    if ALL:
        plain = verdict(number, exercise, *made(answers))
        assert without_numbers(found.line) == without_numbers(plain.line)


# --- the proof itself ---

ONES = np.ones((4, 3), "float32")


def sure():
    """Return a network that answers 1 to `ONES`."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer="ones", activation="hard_sigmoid")
    return (keras.Sequential([keras.Input((3,)), layer]),)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("equal", "answers"),
    [
        (lambda network: (judge.told(network, ONES) == 1).all(), sure),
        (lambda network: (network.predict(ONES, verbose=0) == 1).all(), sure),
        (lambda array: (array == 0.5).any(), (np.full(3, 0.5, "float32"),)),
        (lambda function: function()["a"][0] == 0.1, (lambda: {"a": [0.1]},)),
    ],
    ids=["network", "predict", "array", "function"],
)
def test_a_judge_that_asks_for_equality_is_found(equal, answers, way, monkeypatch):
    def asking(answer):
        if not equal(answer):
            judge.refuse("нет")

    asks = Exercise("1.4", "имя", asking)
    monkeypatch.setitem(exercises_of("01"), "1.4", asks)
    assert verdict("01", "1.4", *made(answers)).state == RIGHT
    assert verdict_after(way, monkeypatch, "01", "1.4", answers).state == WRONG


def test_a_step_is_one_unit_and_what_is_exact_everywhere_stays():
    one, wide = np.float32([0.3, -1.7, 0]), np.array([0.3, -1.7, 0])
    for way, sign in (("up", 1), ("down", -1)):
        assert (moved(one, way) - one == sign * np.spacing(abs(one)) * [1, 1, 0]).all()
        assert np.allclose((moved(wide, way) - wide)[:2] / wide[:2], sign * 6e-8)
        assert moved(wide, way)[2] == 0
    up, down, zero = moved(one, "in turn") - one
    assert up > 0 > down
    assert zero == 0
    exact = [7, True, "слово", None, {"а": (0.0, 5)}, 0]
    assert moved(exact, "up") == exact
    assert moved(np.arange(3), "up").tolist() == [0, 1, 2]
