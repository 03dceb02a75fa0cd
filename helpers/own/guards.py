"""Refuse bad input of a network written from scratch, in one Russian line.

Each function raises CourseError unless its input is as it says.
"""

import math
import numbers

import numpy as np

from helpers.errors import CourseError


def layer_sizes(sizes):
    """Check the sizes of layers: two or more whole numbers from 1 up."""
    sizes = list(sizes) if np.iterable(sizes) else [sizes]  # 5 is refused as [5]
    needed = "нужны хотя бы два числа, входов и выходов, например [2, 8, 2]."
    _need(len(sizes) > 1, f"размеры слоёв {sizes}: {needed}")
    needed = "в каждом слое нужен хотя бы один нейрон, целое число от 1."
    for size in sizes:
        _need(_is_count(size), f"размеры слоёв {sizes}: {size!r} не годится, {needed}")


def inputs(x, width):
    """Return inputs, finite numbers of shape (n, width), n from 1 up, as float64."""
    try:
        x = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        what = "входы не превращаются в таблицу чисел: проверьте, что в них нет текста "
        raise CourseError(f"{what}и что все строки одной длины.") from error
    what = f"входы имеют форму {x.shape}, а сеть ждёт (число примеров, {width})."
    hint = f"Один пример подают так: x[None, :], форма (1, {width})."
    _need(x.shape[1:] == (width,), what, hint if x.shape == (width,) else "")
    _need(len(x), "входы пусты: ни одного примера.")
    bad = np.argwhere(~np.isfinite(x))
    for row, column in bad[:1]:
        where = f"строка {row}, столбец {column}; всего таких чисел {len(bad)}"
        advice = "Уберите эти строки или заполните пропуски."
        raise CourseError(f"во входах {x[row, column]} ({where}).", advice)
    return x


def labels(y, count, classes=2):
    """Return labels, ``count`` whole numbers from 0 to ``classes - 1``, as int64."""
    y = np.asarray(y)
    what = f"метки имеют форму {y.shape}, а примеров {count}: нужна форма ({count},)."
    hint = "Столбец превращает в строку y.ravel()." if y.size == count > 1 else ""
    _need(y.shape == (count,), what, hint)
    try:
        wrong = np.flatnonzero(~np.isin(y.astype(np.float64), np.arange(classes)))
    except (TypeError, ValueError) as error:
        what = f"метки должны быть числами от 0 до {classes - 1}, а не словами: "
        raise CourseError(f"{what}пронумеруйте классы.") from error
    needed = f"нужны целые числа от 0 до {classes - 1}, по числу классов."
    for at in wrong[:1]:
        raise CourseError(f"метка {y[at]} (пример {at}): {needed}")
    return y.astype(np.int64)


def learning_rate(rate):
    """Check a learning rate: a finite number above 0."""
    real = isinstance(rate, numbers.Real) and not isinstance(rate, bool)
    advice = "При нуле сеть не учится, при отрицательной потери растут." if real else ""
    what = f"скорость обучения {rate!r}: нужно число больше нуля, например 0.1."
    _need(real and math.isfinite(rate) and rate > 0, what, advice)


def batch_size(batch):
    """Check the number of examples in a batch: a whole number from 1 up."""
    needed = "нужно целое число примеров от 1, например 32."
    _need(_is_count(batch), f"батч {batch!r}: {needed}")


def _need(fits, what, advice=""):
    if not fits:
        raise CourseError(what, advice)


def _is_count(value):
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and value >= 1
