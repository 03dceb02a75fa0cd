"""What a judge of an exercise is made of: reading answers, comparing, naming mistakes.

A judge raises `NotStarted` or `WrongAnswer` with one Russian line, or returns; any
other exception is its own failure, never the student's.  What is right in an exercise
is the business of the modules ``lesson_NN``.
"""

import contextlib
import copy
import warnings

import numpy as np

from helpers.russian import count
from helpers.russian import number as number_of

NEARLY = 1e-6  # how far, as a share, another processor may move a number


class NotStarted(Exception):  # noqa: N818
    """The stub ``...`` is still in the student's cell."""


class WrongAnswer(Exception):  # noqa: N818
    """The answer is not right; the message says why, in Russian."""


def refuse(line):
    """Raise `WrongAnswer` with a line."""
    raise WrongAnswer(line)


def started(value, what):
    """Return `value`, or say that its stub is untouched or that it is None.

    Parameters
    ----------
    value : object
        What the student passed.
    what : str
        What it is, in the nominative: ``"размер словаря"``.
    """
    if value is ...:
        raise NotStarted
    if value is None:
        raise WrongAnswer(
            f"{what}: получилось None. Обычно так бывает, когда в функции забыли "
            "return или записали в переменную то, что метод изменил на месте."
        )
    return value


def attribute(value, name, default=None):
    """Return an attribute of a student's object, or `default` when it gives none."""
    try:
        return getattr(value, name, default)
    except Exception:  # a property runs the student's code
        return default


def items(value, what):
    """Return what a student's list, array or generator holds, as a list.

    Raises
    ------
    WrongAnswer
        It is a string, a dict, or nothing that can be gone through.
    """
    value = started(value, what)
    try:
        if isinstance(value, str | bytes | dict):
            raise TypeError
        return list(value)
    except Exception:
        refuse(f"{what}: нужен список, а здесь {_named(value)}.")


def array(value, what, shape=None):
    """Return numbers as a float array; tensors and sparse tables are read.

    What is whole but for its last digit becomes whole, so that labels, counts and rows
    of one-hot can be compared exactly whatever processor they come from.

    Parameters
    ----------
    value : array_like or tensor
    what : str
        What it is, in the nominative.
    shape : tuple of int, optional
        What the shape has to be; axes of length 1 do not count.

    Returns
    -------
    numpy.ndarray of float64

    Raises
    ------
    WrongAnswer
        Not numbers, rows of different lengths, another shape.
    """
    value = started(value, what)
    if any(item is ... for item in _items(value)):
        raise NotStarted
    if callable(value) and attribute(value, "__array__") is None:
        refuse(f"{what}: это функция, а нужны числа. Наверное, её забыли вызвать.")
    try:
        if attribute(value, "detach"):  # a PyTorch tensor that may ask for gradients
            value = value.detach().cpu()
        if attribute(value, "toarray"):  # a sparse table of SciPy
            value = value.toarray()
        if isinstance(value, str | dict):
            raise TypeError
        numbers = np.asarray(value)
        if numbers.dtype.kind in "OUS":
            numbers = np.asarray([np.asarray(item, float) for item in value])
        if numbers.dtype.kind == "c":
            raise TypeError
        numbers = numbers.astype(np.float64)
        with np.errstate(all="ignore"):
            whole = np.rint(numbers)
            nearly = np.abs(numbers - whole) <= NEARLY * np.abs(whole)
        numbers = np.where(nearly, whole, numbers)
    except Exception:  # whatever an object of the student's own raises when it is read
        refuse(
            f"{what}: это не таблица чисел, а {_named(value)}. Проверьте, что все "
            "строки одной длины и что среди чисел нет слов."
        )
    if shape is not None and numbers.shape != tuple(shape):
        if np.squeeze(numbers).shape != np.squeeze(np.empty(shape)).shape:
            refuse(_shape_line(numbers, tuple(shape), what))
        numbers = numbers.reshape(shape)
    return numbers


def number(value, what):
    """Return one number as a float; an array that holds one number is read too."""
    found = array(value, what)
    if found.size != 1:
        refuse(
            f"{what}: нужно одно число, а получено {count(found.size, *NUMBERS)}, "
            f"форма {found.shape}."
        )
    return float(found.reshape(()))


def finite(numbers, what):
    """Return an array, or say that a training diverged."""
    if not np.isfinite(numbers).all():
        refuse(
            f"{what}: среди ответов есть NaN или бесконечность: обучение разошлось. "
            "Уменьшите скорость обучения и проверьте масштаб входов."
        )
    return numbers


def parts(value, size, line):
    """Return the several things that a student's function has to return.

    Parameters
    ----------
    value : object
        What it returned.
    size : int
        How many things have to be there.
    line : str
        What to return, without a full stop: ``"on_paper: верните два ответа"``.

    Raises
    ------
    NotStarted
        One of the things is the stub.
    WrongAnswer
        Not a list, tuple or array, or another number of things.
    """
    if isinstance(value, np.ndarray):
        value = list(np.atleast_1d(value))
    if not isinstance(value, list | tuple):
        refuse(f"{line}, через запятую после return.")
    if len(value) != size:
        refuse(f"{line}, а вернулось {count(len(value), *THINGS)}.")
    if any(part is ... for part in value):
        raise NotStarted
    return value


def function(value, what):
    """Return `value` when it can be called, or say what to pass instead."""
    if not callable(started(value, what)):
        refuse(
            f"{what}: нужна функция, а здесь {_named(value)}. Передайте её имя без "
            "скобок."
        )
    if attribute(value, "layers") is not None:
        refuse(f"{what}: это уже сеть, а нужна функция. Передайте её имя без скобок.")
    return value


def call(value, *arguments, what, **options):
    """Call a student's function on copies of the arguments and return its result.

    Raises
    ------
    NotStarted
        It still returns the stub.
    WrongAnswer
        It is not a function, fails, or returns None; the line quotes its exception.
    """
    function(value, what)
    arguments, options = copy.deepcopy(arguments), copy.deepcopy(options)
    with running(what, "функция остановилась на ошибке"):
        result = value(*arguments, **options)
    if result is ... or any(item is ... for item in _items(result)):
        raise NotStarted
    return started(result, what)


@contextlib.contextmanager
def running(what, happened="не удалось прочитать, ошибка"):
    """Run a student's code: what fails inside is the answer's fault, not the judge's.

    `call` is enough for a function.  This is for what runs the code of an object of the
    student's own: an attribute that may be a property, ``len``, ``==``, a loop.

    Parameters
    ----------
    what : str
        What is run or read, in the nominative.
    happened : str
        What the line says before it quotes the exception.

    Raises
    ------
    NotStarted
        The stub was met.
    WrongAnswer
        Any other exception inside.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (NotStarted, WrongAnswer):
        raise
    except (Exception, SystemExit) as error:  # quit() in a function ends no notebook
        if "ellipsis" in str(error).lower():
            raise NotStarted from error
        refuse(f"{what}: {happened} {type(error).__name__}: {first_line(error)}")


def same(got, wanted, what, mistakes=(), rtol=1e-5, atol=1e-7):
    """Compare numbers with what was expected of them.

    Parameters
    ----------
    got : array_like
    wanted : array_like
        Axes of length 1 do not count.
    what : str
        What is compared, in the nominative: ``"softplus(z)"``.
    mistakes : sequence of (array_like, str), optional
        What a mistake gives, and the line that names it.  A value that is callable is
        called only when the answer is wrong.
    rtol, atol : float
        As in `numpy.allclose`.

    Raises
    ------
    WrongAnswer
        The line of the mistake whose numbers these are; else a line that compares.
    """
    wanted = np.asarray(wanted, dtype=np.float64)
    got = array(got, what)
    if np.squeeze(got).shape == np.squeeze(wanted).shape:
        got = got.reshape(wanted.shape)

    def equal(one, other):
        return one.shape == other.shape and np.allclose(
            one, other, rtol=rtol, atol=atol
        )

    if equal(got, wanted):
        return
    for value, line in mistakes:
        value = np.asarray(value() if callable(value) else value, dtype=np.float64)
        if np.squeeze(value).shape == np.squeeze(got).shape:
            value = value.reshape(got.shape)
        if equal(got, value):
            refuse(f"{what}: {line}")
    refuse(_difference(got, wanted, what, equal, rtol, atol))


def same_items(got, wanted, what, mistakes=()):
    """Compare a sequence of words, names or whole numbers with the expected one.

    Parameters
    ----------
    got, wanted : sequence, or set (then the order does not count)
    what : str
    mistakes : sequence of (sequence or set, str), optional
        As in `same`.
    """
    got = started(got, what)
    if isinstance(got, str):
        refuse(f"{what}: нужен список, а получена строка {brief(got)}.")
    held = items(list(got) if isinstance(got, dict) else got, what)
    held = [item.item() if isinstance(item, np.generic) else item for item in held]
    if any(item is ... for item in held):
        raise NotStarted
    for item in held:
        if not (item is None or isinstance(item, str | int | float | tuple | list)):
            refuse(f"{what}: в списке лежит {_named(item)}, а нужны слова или числа.")
    unordered = isinstance(wanted, set | frozenset)
    try:
        found = set(held) if unordered else held
    except Exception:
        refuse(f"{what}: внутри списка лежат списки; нужен один список.")
    expected = wanted if unordered else list(wanted)

    def are(others):
        with running(what, "в списке не слова и не числа, ошибка"):
            return bool(found == others)

    if are(expected):
        return
    for value, line in mistakes:
        value = value() if callable(value) else value
        if are(set(value) if unordered else list(value)):
            refuse(f"{what}: {line}")
    if unordered:
        extra, missing = sorted(map(text, found - wanted)), sorted(map(text, wanted))
        missing = [each for each in missing if each not in set(map(text, found))]
        parts = [f"лишнее: {_some(extra)}"] * bool(extra)
        parts += [f"не хватает: {_some(missing)}"] * bool(missing)
        refuse(f"{what}: {'; '.join(parts)}.")
    if len(found) != len(expected):
        refuse(
            f"{what}: в списке {count(len(found), *THINGS)}, ожидалось {len(expected)}."
        )
    if sorted(map(text, found)) == sorted(map(text, expected)):
        refuse(f"{what}: всё на месте, но в другом порядке.")
    pairs = zip(found, expected, strict=True)
    place = next(i for i, (one, other) in enumerate(pairs) if one != other)
    refuse(
        f"{what}: на месте {place} у вас {brief(found[place])}, ожидалось "
        f"{brief(expected[place])}."
    )


def network(value, what="сеть"):
    """Return a Keras model that has weights, or say what is wrong with it."""
    import keras

    if not isinstance(started(value, what), keras.Model):
        refuse(
            f"{what}: нужна сеть Keras, а здесь {_named(value)}. Функция, которая её "
            "строит, должна быть вызвана, а fit возвращает не сеть, а историю."
        )
    if not (value.built and value.weights):
        refuse(
            f"{what}: у сети ещё нет весов. Начните её с keras.Input(...) или обучите."
        )
    return value


def told(model, x, rows=500):
    """Return what a Keras model answers to `x`; raises what the model raises.

    It is called in pieces of some rows: `predict` compiles a function for each network,
    and TensorFlow warns of many.

    Returns
    -------
    numpy.ndarray, or list of them when the model has several outputs
    """
    from keras import ops, tree

    inputs = x if isinstance(x, list) else [x]
    parts = []
    for i in range(0, len(inputs[0]), rows):
        part = [each[i : i + rows] for each in inputs]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            part = model(part if isinstance(x, list) else part[0], training=False)
        parts.append(tree.map_structure(ops.convert_to_numpy, part))
    return tree.map_structure(lambda *each: np.concatenate(each), *parts)


def outputs(model, x, what="сеть", rows=500, ask=told):
    """Return what a Keras model answers to `x`, or say why it cannot.

    Parameters
    ----------
    model : keras.Model
    x : array_like, or list of them
    what : str
        What the model is, in the nominative.
    rows : int
        How many rows at a time.
    ask : callable
        Takes `model`, `x` and `rows`.

    Returns
    -------
    numpy.ndarray
    """
    try:
        answers = ask(model, x, rows)
    except Exception as error:
        wanted = [tuple(each.shape) for each in getattr(model, "inputs", [])]
        given = [each.shape for each in x] if isinstance(x, list) else x.shape
        refuse(
            f"{what}: не удалось применить к входу формы {given}; сама она ждёт "
            f"{wanted}. {type(error).__name__}: {first_line(error)}"
        )
    if not isinstance(answers, np.ndarray):
        refuse(f"{what}: у сети несколько выходов, а нужен один.")
    return finite(answers, what)


NUMBERS = ("число", "числа", "чисел")
THINGS = ("элемент", "элемента", "элементов")


def shown(value, digits=4):
    """Return a number as Russian writes it; what is whole but for a digit is whole."""
    if np.isfinite(value) and abs(value) < 1e9:
        whole = round(float(value))
        if abs(value - whole) <= NEARLY * abs(whole):
            value = whole
    return number_of(value, digits)


def _difference(got, wanted, what, equal, rtol, atol):
    """Return a line that compares a wrong answer with the expected one."""
    if got.shape != wanted.shape:
        if got.ndim == wanted.ndim > 1 and equal(got.T, wanted):
            return f"{what}: числа те же, но перепутаны оси: строки стали столбцами."
        return _shape_line(got, wanted.shape, what)
    if not np.isfinite(got).all():
        bad = int((~np.isfinite(got)).sum())
        return (
            f"{what}: {count(bad, *NUMBERS)} из {got.size} — NaN или бесконечность. "
            "Ищите деление на ноль, логарифм нуля или слишком большую экспоненту."
        )
    if equal(got, -wanted):
        return f"{what}: числа те же, но с обратным знаком."
    if got.ndim == 2 and got.shape[0] == got.shape[1] and equal(got.T, wanted):
        return f"{what}: числа те же, но перепутаны оси: строки стали столбцами."

    def varied(numbers):
        return not equal(numbers, np.full_like(numbers, numbers.mean()))

    for axis in range(got.ndim):
        if got.shape[axis] > 3:
            ahead = np.take(got, range(1, got.shape[axis]), axis)
            kept = np.take(wanted, range(got.shape[axis] - 1), axis)
            back = np.take(got, range(got.shape[axis] - 1), axis)
            rest = np.take(wanted, range(1, got.shape[axis]), axis)
            forward = varied(kept) and equal(ahead, kept)
            if forward or (varied(rest) and equal(back, rest)):
                return f"{what}: те же числа, но сдвинуты на одно место (ось {axis})."
    if got.size == 1:
        return f"{what}: {_pair(got.ravel()[0], wanted.ravel()[0])}."
    nonzero = np.abs(wanted) > 1e-12
    if nonzero.sum() > 1 and varied(wanted):
        ratio = (got[nonzero] / wanted[nonzero]).mean()
        if abs(ratio) > 1e-9 and equal(got, ratio * wanted):
            return (
                f"{what}: все числа отличаются от ожидаемых в одно и то же число раз, "
                f"{shown(ratio)}. Проверьте множитель или деление."
            )
    shift = (got - wanted).mean()
    if equal(got, wanted + shift):
        return (
            f"{what}: все числа отличаются от ожидаемых на одно и то же слагаемое, "
            f"{shown(shift)}."
        )
    wrong = ~np.isclose(got, wanted, rtol, atol)
    far = np.abs(got - wanted)  # the first of those that are as far but for a trifle
    place = np.unravel_index(np.argmax(far > 0.999 * far.max()), got.shape)
    where = int(place[0]) if got.ndim == 1 else tuple(map(int, place))
    return (
        f"{what}: не сходится {count(int(wrong.sum()), *NUMBERS)} из {got.size}; "
        f"дальше всего на месте {where}: {_pair(got[place], wanted[place])}."
    )


def _pair(got, wanted):
    """Return both numbers, with as many digits as it takes to tell them apart."""
    digits = 4 if shown(got) != shown(wanted) else 9
    return f"у вас {shown(got, digits)}, ожидалось {shown(wanted, digits)}"


def _shape_line(got, shape, what):
    line = f"{what}: форма {got.shape}, ожидалась {tuple(shape)}."
    if got.size == np.prod(shape):
        return line + " Чисел столько же, но разложены они иначе: проверьте оси."
    if got.ndim == len(shape):
        off = [i for i in range(got.ndim) if got.shape[i] != shape[i]]
        if len(off) == 1 and abs(got.shape[off[0]] - shape[off[0]]) == 1:
            more = "больше" if got.shape[off[0]] > shape[off[0]] else "меньше"
            return line + f" По оси {off[0]} на одно {more}: проверьте границы."
    return line


def _items(value):
    return value if isinstance(value, list | tuple) else ()


def _named(value):
    kinds = {
        str: "строка", int: "целое число", float: "число", bool: "True или False",
        list: "список", tuple: "кортеж", dict: "словарь", set: "множество",
    }  # fmt: skip
    return kinds.get(type(value), f"объект типа {type(value).__name__}")


def text(value):
    """Return ``str(value)``, and the name of its type when it has none."""
    try:
        return str(value)
    except Exception:  # an object of the student's own
        return _named(value)


def brief(value):
    """Return in a few letters what stands in the student's list."""
    said = f"«{value}»" if isinstance(value, str) else text([value])[1:-1]
    return said if len(said) <= 60 else said[:57] + "..."


def _some(items, limit=5):
    more = f" и ещё {len(items) - limit}" if len(items) > limit else ""
    return ", ".join(items[:limit]) + more


def first_line(error):
    """Return the first line of an exception, not too long."""
    lines = text(error).strip().splitlines()
    return (lines[0] if lines else "без пояснений")[:160]
