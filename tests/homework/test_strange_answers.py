"""Whatever a student hands in, the judge answers with a line and never fails itself.

One answer of a right set is replaced, or what is in it, or what its function returns.
``make test`` tries some of the strange values in each place, ``COURSE_TESTS=all`` all
of them (about ten thousand verdicts).
"""

import itertools
import os

import numpy as np
import pytest

from lessons.checks.homework import RIGHT, verdict
from tests.homework.answers import NUMBERS, answers_of, exercises_of, made

ALL = os.environ.get("COURSE_TESTS") == "all"
SOME = 3


class Hostile:
    """An object of a student's: every way to look at it fails in the student's code."""

    def fails(self, *_):
        raise ZeroDivisionError

    __getattr__ = __len__ = __iter__ = __eq__ = __hash__ = __bool__ = fails
    __repr__ = __str__ = __float__ = fails


def broken_generator():
    yield 1
    raise KeyError("ключ")


def network():
    import keras

    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def frame():
    import pandas as pd

    return pd.DataFrame({"а": [1, 2]})


STRANGE = [
    lambda: None, lambda: "слово", Hostile, lambda: [[1, 2], [3]], lambda: np.nan,
    lambda: np.zeros((2, 3)), lambda: [], lambda: {"слово": 1, 2: None}, lambda: len,
    broken_generator, lambda: np.array([]), lambda: np.array(["а", "б"]), network,
    lambda: -3, lambda: {1, 2}, lambda: ..., lambda: [None, "а", 3], frame,
    lambda: np.full((3, 4), np.nan), lambda: (1, "а"), object, lambda: 10**400,
    lambda: ([1], [2], [3]), lambda: lambda: 1, lambda: np.array([1j]), lambda: Hostile,
]  # fmt: skip


def instead(answer, strange):
    """Return answers in which `strange` stands for the answer or in it."""
    found = [strange]
    if type(answer) is dict and answer:
        found.append({**answer, next(iter(answer)): strange})
    elif type(answer) in (list, tuple) and answer:
        kind = type(answer)
        found += [kind([strange, *answer[1:]]), kind([*answer[:-1], strange])]
    elif callable(answer) and not hasattr(answer, "layers"):
        found += [returning(answer, strange, i) for i in range(3)]
    return found


def returning(function, strange, place):
    def call(*arguments, **options):
        found = instead(function(*arguments, **options), strange)
        return found[min(place, len(found) - 1)]

    return call


@pytest.mark.parametrize(
    ("number", "exercise"),
    [(number, exercise) for number in NUMBERS for exercise in exercises_of(number)],
)
def test_a_strange_answer_among_right_ones_is_no_failure_of_the_judge(number, exercise):
    answers = answers_of(number).RIGHT[exercise][0]
    turn = itertools.cycle(STRANGE)
    for place in range(len(made(answers))):
        for make in STRANGE if ALL else itertools.islice(turn, SOME):
            given = list(made(answers))
            for each in instead(given[place], make()):
                found = verdict(number, exercise, *given[:place], each,
                                *given[place + 1 :])  # fmt: skip
                assert found.state == RIGHT or found.line
                assert "\n" not in found.line
