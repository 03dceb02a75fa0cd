"""Refuse bad input of a network written from scratch, in one Russian line.

Each function raises CourseError unless its input is as it says.  What the network does
with good input is the lesson's business.
"""

import math
import numbers

import numpy as np

from helpers.errors import CourseError


def layer_sizes(sizes):
    """Check the sizes of layers: two or more whole numbers from 1 up."""
    try:
        sizes = list(sizes)
    except TypeError:
        sizes = [sizes]  # 5 for [5]: it is refused with the size that was given
    if len(sizes) < 2:
        needed = "нужны хотя бы два числа, входов и выходов, например [2, 8, 2]."
        raise CourseError(f"размеры слоёв {sizes}: {needed}")
    for size in sizes:
        if not _is_count(size):
            needed = "в каждом слое нужен хотя бы один нейрон, целое число от 1."
            raise CourseError(f"размеры слоёв {sizes}: {size!r} не годится, {needed}")


def inputs(x, width):
    """Return inputs, finite numbers of shape (n, width), n from 1 up, as float64."""
    try:
        x = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CourseError(
            "входы не превращаются в таблицу чисел: проверьте, что в них нет текста "
            "и что все строки одной длины."
        ) from error
    if x.ndim != 2 or x.shape[1] != width:
        hint = f"Один пример подают так: x[None, :], форма (1, {width})."
        raise CourseError(
            f"входы имеют форму {x.shape}, а сеть ждёт (число примеров, {width}).",
            hint if x.shape == (width,) else "",
        )
    if len(x) == 0:
        raise CourseError("входы пусты: ни одного примера.")
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        row, column = bad[0]
        raise CourseError(
            f"во входах {x[row, column]} (строка {row}, столбец {column}; всего таких "
            f"чисел {len(bad)}).",
            "Уберите эти строки или заполните пропуски.",
        )
    return x


def labels(y, count, classes=2):
    """Return labels, ``count`` whole numbers from 0 to ``classes - 1``, as int64."""
    y = np.asarray(y)
    if y.shape != (count,):
        hint = "Столбец превращает в строку y.ravel()." if y.size == count > 1 else ""
        raise CourseError(
            f"метки имеют форму {y.shape}, а примеров {count}: нужна форма ({count},).",
            hint,
        )
    try:
        wrong = np.flatnonzero(~np.isin(y.astype(np.float64), np.arange(classes)))
    except (TypeError, ValueError) as error:
        raise CourseError(
            f"метки должны быть числами от 0 до {classes - 1}, а не словами: "
            "пронумеруйте классы."
        ) from error
    if len(wrong):
        needed = f"нужны целые числа от 0 до {classes - 1}, по числу классов."
        raise CourseError(f"метка {y[wrong[0]]} (пример {wrong[0]}): {needed}")
    return y.astype(np.int64)


def learning_rate(rate):
    """Check a learning rate: a finite number above 0."""
    if isinstance(rate, bool) or not isinstance(rate, numbers.Real):
        raise CourseError(f"скорость обучения {rate!r}: нужно число, например 0.1.")
    if not math.isfinite(rate) or rate <= 0:
        raise CourseError(
            f"скорость обучения {rate}: нужно число больше нуля, например 0.1.",
            "При нуле сеть не учится, при отрицательной потери растут.",
        )


def batch_size(batch):
    """Check the number of examples in a batch: a whole number from 1 up."""
    if not _is_count(batch):
        needed = "нужно целое число примеров от 1, например 32."
        raise CourseError(f"батч {batch!r}: {needed}")


def _is_count(value):
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and value >= 1
