"""Judges of homework 3: sizes of a network, masks, window sizes, tables of n-grams."""

import re
from collections import Counter
from itertools import permutations

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
_DETECTORS, _NUMBERS, _WIDTHS = 60, 32, (2, 3, 5)
_TOO_GOOD = 0.93  # nothing in this homework reaches it on reviews that it has not seen


# --- 3.1 ---


def _sizes(words, length, numbers, detectors, window, hidden):
    return length - window + 1, [
        (words + 4) * numbers,
        (window * numbers + 1) * detectors,
        (detectors + 1) * hidden,
        hidden + 1,
    ]


def _slips(words, length, numbers, detectors, window, hidden):
    """Return what typical mistakes give: a dict for each of the four layers."""
    places = length - window + 1
    table = "строки таблицы "
    return [
        {
            table + "нужны и четырём служебным номерам, 0, 1, 2 и 3.": words * numbers,
            table + "считаются с нуля, служебных номеров четыре.": (words + 3)
            * numbers,
            "у эмбеддинга нет смещений: он только берёт строку.": (words + 5) * numbers,
            "длина ряда лишняя: таблица у всех мест одна.": (words + 4)
            * numbers
            * length,
        },
        {
            "забыты смещения: у каждого детектора оно одно.": window
            * numbers
            * detectors,
            "смещение одно на каждый детектор, а не одно на весь слой.": window
            * numbers
            * detectors
            + 1,
            "не учтена ширина окна: у детектора свой вес на каждое число каждого слова "
            "в окне.": (numbers + 1) * detectors,
            "не учтены числа слова: в окне window слов, и у каждого numbers чисел.": (
                window + 1
            )
            * detectors,
            "число мест лишнее: на всех местах детектор один и тот же.": (
                window * numbers + 1
            )
            * detectors
            * places,
        },
        {
            "забыты смещения: у каждого нейрона оно одно.": detectors * hidden,
            "пулинг уже прошёл: от детектора осталось одно число, а не по числу на "
            "каждое место.": (detectors * places + 1) * hidden,
            "перепутаны входы и нейроны: смещение есть у каждого нейрона, а не у "
            "каждого входа.": (hidden + 1) * detectors,
        },
        {
            "забыто смещение единственного выхода.": hidden,
            "вход последнего слоя — hidden чисел, а не ответы детекторов.": detectors
            + 1,
            "выход один: сигмоиде на два класса хватает одного числа.": 2
            * (hidden + 1),
        },
    ]


@EXERCISES.add("3.1", "сеть на бумаге")
def _(on_paper):
    layers = ("эмбеддинг", "свёртка", "полносвязный слой", "выход")
    for sizes in ((96, 40, 8, 20, 3, 12), (4996, 400, 50, 250, 3, 250),
                  (30, 9, 5, 7, 4, 6), (11, 6, 2, 3, 1, 4)):  # fmt: skip
        found = judge.call(on_paper, *sizes, what="on_paper")
        judge.require(
            isinstance(found, list | tuple) and len(found) == 2,
            "on_paper: верните два ответа, число мест и список параметров: "
            "return places, parameters.",
        )
        where = f"on_paper{sizes}, "
        length, window = sizes[1], sizes[4]
        places, parameters = _sizes(*sizes)
        judge.same(
            judge.number(found[0], where + "мест"),
            places,
            where + "мест",
            {
                "на одно меньше, чем нужно: окно ширины 3 в трёх словах помещается "
                "один раз, 3 − 3 + 1.": places - 1,
                "столько мест было бы с дополнением (padding='same'), а его здесь "
                "нет.": length,
                "окно сдвигается на одно слово, а не на всю свою ширину.": length
                // window,
                "на одно больше, чем нужно.": places + 1,
            },
        )
        given = judge.array(found[1], where + "параметры").ravel()
        judge.require(
            given.size == 4,
            f"{where}параметры: нужны четыре числа, по одному на слой с весами, а в "
            f"списке {judge.count(given.size, *judge.THINGS)}.",
        )
        slips = _slips(*sizes)
        for layer, got, right, mistakes in zip(
            layers, given, parameters, slips, strict=True
        ):
            judge.same(got, right, f"{where}параметры, {layer}", mistakes)


# --- 3.2 ---


def _masked(answers, real, least=-np.inf):
    best = np.where(real[..., None], answers, least).max(axis=1)
    return np.where(real.any(axis=1)[:, None], best, 0.0)


def _reviews(rng, sizes, length, words=9):
    rows = rng.integers(1, words, (len(sizes), length))
    return np.where(np.arange(length) < np.array(sizes)[:, None], rows, 0)


def _mask_line(line, what):
    """Return what to do when shapes do not fit, in place of what a backend said."""
    found = re.search(r"остановилась на ошибке (\w+)", line)
    shapes = re.search(
        r"shape|broadcast|dimension|size of tensor|must match", line, re.I
    )
    if not found or not (shapes or found[1] == "InvalidArgumentError"):
        return line
    return (
        f"{what}: функция остановилась на ошибке {found[1]}, формы не подошли друг к "
        "другу. Форма маски должна быть (отзывы, места, 1): срез "
        "numbers[:, window - 1 :] и ось [..., None]. Ширину окна берите из аргумента."
    )


def _judge_masked_max(masked_max):
    import keras

    rng = np.random.default_rng(0)
    for window in (3, 2, 5):
        length = 9
        numbers = _reviews(rng, (9, 7, 6, 5), length).astype("int32")
        places = length - window + 1
        answers = rng.normal(size=(4, places, 6)).astype("float32")
        answers[:, :, :2] = -abs(answers[:, :, :2]) - 1  # a detector without ReLU
        answers[:, -1] = 3  # an empty place is the loudest
        real = numbers[:, window - 1 :] != 0
        wanted = _masked(answers, real)
        touching = numbers[:, :places] != 0
        shape = f"masked_max, окно {window}"
        try:
            got = judge.call(masked_max, answers, numbers, window, what="masked_max")
        except judge.WrongAnswer as wrong:
            judge.refuse(_mask_line(str(wrong), shape))
        got = judge.array(got, shape)
        mistakes = {
            "маски нет: максимум взят по всем местам, и по пустым тоже.": answers.max(
                axis=1
            ),
            "маска сдвинута: окно посчитано настоящим, если не пусто его первое слово, "
            "а в нём уже могут быть нули. Смотрите на последнее.": _masked(
                answers, touching
            ),
            "последнее настоящее окно каждого отзыва потеряно: маска кончается на одно "
            "место раньше, чем нужно.": _masked(
                answers,
                np.pad(numbers, ((0, 0), (0, 1)))[:, window : window + places] != 0,
            ),
            "на пустые места поставлен ноль, а у этого детектора все настоящие ответы "
            "отрицательные, и ноль победил. Нужно очень маленькое число.": (
                answers * real[..., None]
            ).max(axis=1),
            "маска наоборот: остались пустые места, а настоящие закрыты.": _masked(
                answers, ~real
            ),
            "это среднее по настоящим окнам, а нужен максимум.": (
                answers * real[..., None]
            ).sum(axis=1)
            / np.maximum(real.sum(axis=1), 1)[:, None],
            "максимум взят по детекторам (последняя ось), а нужен по местам, "
            "axis=1.": answers.max(axis=2),
            "максимум взят по детекторам (последняя ось), а нужен по местам, axis=1. "
            "Пустые места закрыты верно.": np.where(real, answers.max(axis=2), -1e9),
            "максимум взят по отзывам, а нужен по местам, axis=1.": answers.max(axis=0),
        }
        for other in range(1, 6):
            if other not in (window, 1) and other - 1 + places <= length:
                shifted = numbers[:, other - 1 : other - 1 + places] != 0
                line = (
                    f"маска такая, будто в окне {judge.count(other, *_WORDS)}, а их "
                    f"{window}: проверьте срез numbers и то, что ширина берётся из "
                    "аргумента."
                )
                mistakes[line] = _masked(answers, shifted)
        judge.same(got, wanted, shape, mistakes)
    numbers = np.array([[1, 7, 0, 0, 0], [1, 4, 6, 8, 2], [0, 0, 0, 0, 0]], "int32")
    answers = np.full((3, 3, 2), 0.5, "float32")
    got = judge.array(
        judge.call(masked_max, answers, numbers, 3, what="masked_max"),
        "masked_max",
        (3, 2),
    )
    judge.require(
        np.isfinite(got).all() and (got > -1000).all(),
        "masked_max: у отзыва, в котором нет ни одного целого окна, наружу вышло "
        "«очень маленькое число» (или −∞). Поставьте ему ноль: ops.any скажет, есть ли "
        "хоть одно настоящее окно.",
    )
    judge.same(
        got,
        [[0, 0], [0.5, 0.5], [0, 0]],
        "masked_max, отзывы без единого целого окна",
        {"у таких отзывов нет настоящих окон, нужен ноль, а взят ответ пустого "
         "места.": np.full((3, 2), 0.5)},
    )  # fmt: skip
    inside = [keras.Input((None, 2)), keras.Input((None,), dtype="int32")]
    try:
        model = keras.Model(inside, masked_max(*inside, 3))
        found = judge.told(model, [answers, numbers])
    except Exception as error:
        judge.refuse(
            "masked_max: на массивах верно, а внутри сети не работает "
            f"({type(error).__name__}: {judge.first_line(error)}). "
            "Берите операции из keras.ops, а не из NumPy, и не полагайтесь на "
            "answers.shape[1]: внутри сети длина ещё неизвестна."
        )
    judge.same(found, got, "masked_max внутри сети")


_WORDS = ("слово", "слова", "слов")
_FILTERS = ("детектор", "детектора", "детекторов")


def _only(model, kind):
    """Return the layers of a kind, nested networks included."""
    import keras

    found = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += _only(layer, kind)
        elif isinstance(layer, kind):
            found.append(layer)
    return found


def _embedding(model, what):
    from keras import layers

    found = _only(model, layers.Embedding)
    judge.require(
        len(found) == 1,
        f"{what}: нужен один слой Embedding, а их {len(found)}.",
    )
    return found[0]


def _pooling(model, x, convolutions):
    """Return the answers of convolutions and every two-axis tensor of their size."""
    import keras

    total = sum(layer.filters for layer in convolutions)
    tensors = []
    for operation in getattr(model, "operations", model.layers):
        try:
            output = operation.output
        except (AttributeError, ValueError):
            continue
        if tuple(getattr(output, "shape", None) or ())[1:] == (total,):
            tensors.append(output)
    try:
        wanted = [layer.output for layer in convolutions] + tensors
        inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
        found = judge.told(keras.Model(inputs, wanted), x)
    except Exception:
        return None, []
    found = found if isinstance(found, list) else [found]
    return found[: len(convolutions)], found[len(convolutions) :]


def _one_output(model, x, what):
    answers = judge.outputs(model, x, what)
    judge.require(
        answers.shape == (len(x), 1),
        f"{what}: ответ должен быть один на отзыв, форма ({len(x)}, 1), а вышла "
        f"{answers.shape}. Последний слой — Dense(1, activation='sigmoid').",
    )
    judge.require(
        not np.allclose(answers, 1, rtol=0, atol=1e-5),
        f"{what}: все ответы равны 1. Softmax на одном числе всегда даёт 1, нужна "
        "sigmoid.",
    )
    far = answers.ravel()[np.argmax(abs(answers - 0.5))]
    judge.require(
        abs(far - 0.5) < 0.5 + 1e-5,
        f"{what}: среди ответов есть {judge.shown(float(far))}, а вероятность "
        "лежит от 0 до 1: последнему слою нужна сигмоида.",
    )
    return answers[:, 0]


def _concatenations(parts):
    return [np.concatenate(each, axis=1) for each in permutations(parts)]


def _close(one, others):
    return any(
        one.shape == other.shape and np.allclose(one, other, atol=1e-4)
        for other in others
    )


def _how_pooled(answers, rows):
    """Return the names of poolings by what they give, masked and not, with ReLU."""
    found = {}
    for relu in (False, True):
        values = [np.maximum(each, 0) if relu else each for each in answers]
        ends = [rows[:, rows.shape[1] - each.shape[1] :] for each in values]
        pairs = [(v, e != 0) for v, e in zip(values, ends, strict=True)]
        for name, parts in {
            "masked": [_masked(v, r) for v, r in pairs],
            "max": [v.max(axis=1) for v in values],
            "mean": [v.mean(axis=1) for v in values],
            "masked mean": [
                (v * r[..., None]).sum(axis=1) / np.maximum(r.sum(axis=1), 1)[:, None]
                for v, r in pairs
            ],
        }.items():
            found.setdefault(name, []).extend(_concatenations(parts))
    return found


def _shake(model, table, rng):
    """Give every weight a random value, also to those that begin as zeros."""
    rows, new = table.get_weights()[0].shape, []
    for weight in model.get_weights():
        inputs = np.prod(weight.shape[:-1]) if weight.ndim > 1 else 4
        scale = 1.0 if weight.shape == rows else inputs**-0.5
        new.append(rng.normal(0, scale, weight.shape).astype(weight.dtype))
    model.set_weights(new)


def _same_rest(model, convolutions, wanted, what):
    """Refuse a network that differs from the given one in what it had to keep."""
    got = model.count_params()
    judge.require(
        got == wanted,
        f"{what}: параметров {got}, ожидалось {wanted}: остальное оставьте как в "
        "triples_network.",
    )
    every = getattr(model, "operations", model.layers)
    names = [type(each).__name__ for each in every]
    names += [_activation(each) for each in every if each not in convolutions]
    judge.require(
        {"relu", "ReLU", "Relu"} & set(names)
        or all(_activation(each) == "relu" for each in convolutions),
        f"{what}: у свёртки нет ReLU, а остальное оставьте как в triples_network: "
        'activation="relu".',
    )


def _activation(layer):
    return getattr(getattr(layer, "activation", None), "__name__", "")


def _judge_masked_network(masked_network):
    import keras
    from keras import layers

    what = "masked_network"
    judge.require(
        not isinstance(masked_network, keras.Model),
        f"{what}: это уже построенная сеть, а нужна функция, которая её строит. "
        "Передайте имя функции без скобок.",
    )
    model = judge.network(judge.call(masked_network, what=what), what)
    table = _embedding(model, what)
    found = _only(model, layers.Conv1D)
    widths = [int(layer.kernel_size[0]) for layer in found]
    judge.require(
        widths == [3],
        f"{what}: нужна одна свёртка на три слова, а ширины такие: {widths}.",
    )
    rng = np.random.default_rng(0)
    _shake(model, table, rng)
    rows = _reviews(rng, (12, 9, 6, 4) * 8, 12, min(table.input_dim, 200))
    try:
        judge.told(model, np.pad(rows, ((0, 0), (0, 7))))
    except Exception as error:
        judge.require(
            tuple(model.inputs[0].shape)[1:2] == (None,),
            f"{what}: сеть не принимает ряд другой длины. Начните её с "
            'keras.Input((None,), dtype="int32"), иначе не проверить, что лишние нули '
            "ничего не меняют.",
        )
        judge.refuse(
            f"{what}: сеть остановилась на ошибке {type(error).__name__}: "
            f"{judge.first_line(error).rstrip('.')}. Ширина окна в masked_max и в "
            "Conv1D одна и та же? Вторым передают номера слов."
        )
    before = _one_output(model, rows, what)
    judge.require(
        np.ptp(before) > 1e-5,
        f"{what}: на разные отзывы ответ один и тот же. Вход дошёл до выхода?",
    )
    longer = np.pad(rows, ((0, 0), (0, 20)))
    answers, tensors = _pooling(model, longer, found)
    if answers is not None:
        kinds = _how_pooled(answers, longer)
        seen = {k for k in kinds for t in tensors if _close(t, kinds[k])}
        if "masked" not in seen:
            lines = {
                "max": "пулинг всё ещё берёт максимум по всем местам, и по пустым. "
                "Поставьте masked_max(x, review, 3) вместо GlobalMaxPooling1D.",
                "mean": "вместо максимума взято среднее, да ещё и с пустыми местами.",
                "masked mean": "вместо максимума взято среднее по настоящим окнам.",
            }
            for kind, line in lines.items():
                if kind in seen:
                    judge.refuse(f"{what}: {line}")
    after = _one_output(model, longer, what)
    judge.require(
        np.allclose(before, after, atol=1e-5),
        f"{what}: к отзыву дописали нули, и ответ изменился, самое большее на "
        f"{judge.shown(float(abs(before - after).max()))}, ожидалось 0. Пустые места "
        "всё ещё участвуют в пулинге.",
    )
    judge.require(
        answers is None or not tensors or "masked" in seen,
        f"{what}: после свёртки нет ряда из {found[0].filters} чисел, который равен "
        "masked_max от её ответов.",
    )
    _same_rest(model, found, table.input_dim * _NUMBERS + 97 * _DETECTORS + 61, what)


@EXERCISES.add("3.2", "пустые места")
def _(masked_max, masked_network):
    _judge_masked_max(masked_max)
    _judge_masked_network(masked_network)


# --- 3.3 ---


def _judge_three(model, x, y):
    from keras import layers

    what = "three"
    model = judge.network(model, what)
    predicted = _one_output(model, x, what)
    table = _embedding(model, what)
    found = _only(model, layers.Conv1D)
    widths = sorted(int(layer.kernel_size[0]) for layer in found)
    judge.require(
        widths == list(_WIDTHS),
        f"{what}: ширины окон {widths}, а нужны [2, 3, 5]: три слоя Conv1D.",
    )
    judge.require(
        table.output_dim == _NUMBERS,
        f"{what}: у слова {judge.count(table.output_dim, *judge.NUMBERS)}, а у сети "
        f"троек {_NUMBERS}. Для честного сравнения эмбеддинг оставьте прежним.",
    )
    detectors = sum(layer.filters for layer in found)
    stacked = any(layer.kernel.shape[1] != table.output_dim for layer in found)
    some = x[:32]
    answers, tensors = _pooling(model, some, found)
    if answers is not None:
        stacked = stacked or any(
            each.shape[1] not in (x.shape[1] - layer.kernel_size[0] + 1, x.shape[1])
            for each, layer in zip(answers, found, strict=True)
        )
    judge.require(
        not stacked,
        f"{what}: свёртки стоят одна за другой, и вторая видит не слова, а ответы "
        "первой. Вызовите каждую от выхода эмбеддинга.",
    )
    judge.require(
        detectors == _DETECTORS,
        f"{what}: всего {judge.count(detectors, *_FILTERS)}"
        f", а у сети троек {_DETECTORS}. Возьмите по 20 на ширину: иначе не узнать, "
        "что помогло, ширина или количество.",
    )
    judge.require(
        answers is not None,
        f"{what}: не удалось заглянуть внутрь. Соберите сеть одной функцией, без сетей "
        "внутри сети.",
    )
    kinds = _how_pooled(answers, some)
    seen = {kind for kind in kinds for each in tensors if _close(each, kinds[kind])}
    if not seen & {"masked", "max"}:
        judge.require(
            not seen,
            f"{what}: пулинг берёт среднее по местам, а нужен максимум: был ли в "
            "отзыве такой кусок, а не сколько их.",
        )
        judge.refuse(
            f"{what}: не нашлось ряда из {_DETECTORS} чисел, в котором стоят подряд "
            "наибольшие ответы всех трёх свёрток. Проверьте пулинг и Concatenate."
        )
    _same_rest(model, found, table.input_dim * _NUMBERS + 323 * 20 + 61, what)
    judge.require(  # before the share: such answers may all stand on the very 0.5
        np.ptp(predicted) > 0.02,
        f"{what}: ответ почти одинаков для всех отложенных отзывов. Сеть не обучена: "
        "вызовите train, он строит сеть сам и возвращает обученную.",
    )
    floor = max(y.mean(), 1 - y.mean())
    share = float(((predicted > 0.5) == y).mean())
    start = f"{what}: на отложенных отзывах верных {judge.shown(share, 3)}"
    judge.require(
        share < 1 - floor - 0.05 or share > floor + 0.1,
        f"{start}, а один и тот же ответ на всё даёт {judge.shown(floor, 3)}, "
        "ожидалось хотя бы на 0,1 больше. Сеть не обучена или обучена на других рядах.",
    )
    judge.require(
        share > floor,
        f"{start}: хуже угадывания. Перепутаны метки: 1 значит «хвалят».",
    )
    judge.require(
        share <= _TOO_GOOD,
        f"{start}: слишком хорошо, чтобы быть правдой. Похоже, отложенные отзывы "
        "попали в обучение: учат только на x[fit].",
    )


def _judge_honest(honest):
    rng = np.random.default_rng(216)  # typical mistakes give halves 5 % apart or more
    hard = rng.random(50)
    one = rng.random((3, 50)) < 0.25 + 0.7 * hard
    other = rng.random((3, 50)) < 0.1 + 0.7 * hard
    both = one.astype(int) - other.astype(int)
    each = both.mean(axis=0)
    found = judge.call(honest, one, other, what="honest")
    judge.require(
        isinstance(found, list | tuple | np.ndarray) and len(found) == 2,
        "honest: верните два числа, разность и половину интервала.",
    )
    mean = each.mean()
    judge.same(
        judge.number(found[0], "honest, разность"),
        mean,
        "honest, разность",
        {
            "знак обратный: из первой таблицы вычитают вторую.": -mean,
            "взято только первое начало, а их три.": both[0].mean(),
            "разность потеряла знак: случаи, где первая сеть хуже, засчитаны ей в "
            "плюс.": abs(both).mean(),
            "сложено, а не усреднено: делите на число отзывов.": each.sum(),
            "это сумма по всем началам, а нужно среднее.": both.sum(axis=0).mean(),
        },
    )
    half = judge.number(found[1], "honest, половина интервала")
    # dividing by 49 in place of 50 moves the half by one hundredth: both are right
    near = 0.012
    spread = both.mean(axis=1)
    for ddof in (0, 1):
        judge.require(
            not np.isclose(half, 1.96 * spread.std(ddof=ddof) / 3**0.5, rtol=near),
            "honest, половина интервала: разности усреднены по отзывам (axis=1), и "
            "осталось три числа; а нужно по числу на отзыв, axis=0.",
        )
    unpaired = one.mean(axis=0).var() + other.mean(axis=0).var()
    single = one.var() / one.size + other.var() / other.size
    deviation = each.std()
    error = deviation / 50**0.5
    together = (
        "делили на корень из числа всех ответов, будто три сети на одном отзыве "
        "независимы. Сначала усредните по началам, отзывов останется 50."
    )
    values = {
        together: 1.96 * both.std() / both.size**0.5,
        f"{together} И потерян множитель 1,96.": both.std() / both.size**0.5,
        "разброс посчитан по всем ответам; сначала усредните разность по началам "
        "(axis=0).": 1.96 * both.std() / 50**0.5,
        "это разброс одного отзыва; у среднего он меньше, делите на корень из числа "
        "отзывов.": 1.96 * deviation,
        "разброс надо делить на корень из числа отзывов, а не на само число.": 1.96
        * deviation
        / 50,
        "делили на корень из числа начал, а независимы отзывы.": 1.96
        * deviation
        / 3**0.5,
        "это интервал для двух разных наборов отзывов. Отзывы одни и те же, и "
        "вычитать надо попарно, отзыв из отзыва.": 1.96 * (unpaired / 50) ** 0.5,
        "это интервал для двух разных наборов ответов, да ещё и будто все ответы "
        "независимы. Вычитайте попарно.": 1.96 * single**0.5,
        "взято только первое начало, а их три.": 1.96 * both[0].std() / 50**0.5,
        "дисперсия вместо стандартного отклонения: забыт корень.": 1.96
        * each.var()
        / 50,
        "потерян множитель 1,96.": error,
        "множитель взят 2, а нужен 1,96.": 2 * error,
        "это вся ширина интервала, а нужна половина.": 2 * 1.96 * error,
    }
    judge.same(half, 1.96 * error, "honest, половина интервала", values, rtol=near)


@EXERCISES.add("3.3", "три ширины сразу")
def _(three, honest, x_val, y_val):
    y = judge.array(y_val, "метки отложенных отзывов").ravel()
    x = judge.array(x_val, "отложенные отзывы").astype("int32")
    judge.require(
        x.ndim == 2 and len(x) == len(y) and len(y) > 20,
        "последними передают отложенные отзывы и их метки: верните в ячейку проверки "
        "x[val], labels[val].",
    )
    _judge_three(three, x, y)
    _judge_honest(honest)


# --- 3.4 ---


def _pieces(words, longest):
    return [
        " ".join(words[place : place + size])
        for size in range(1, longest + 1)
        for place in range(len(words) - size + 1)
    ]


def _table(rows, longest, size, once=True, order=None, exact=False):
    times = Counter()
    for words in rows:
        found = _pieces(words, longest)
        found = [g for g in found if not exact or g.count(" ") == longest - 1]
        times.update(dict.fromkeys(found, 1) if once else found)
    order = order or (lambda gram: (gram,))
    return sorted(times, key=lambda gram: (-times[gram], *order(gram)))[:size]


_TINY = [
    ["b", "a", "b", "a", "b", "a", "c"],
    ["c", "a", "d"],
    ["d", "c", "a"],
    ["e", "b"],
    ["b", "d", "c"],
]


def _table_slips(rows, longest, size):
    """Return what typical mistakes give in place of the table."""
    everything = [gram for words in rows for gram in _pieces(words, longest)]
    met = {gram: place for place, gram in enumerate(dict.fromkeys(everything))}

    def rare(gram):
        return sum(gram in _pieces(words, longest) for words in rows), gram

    joined = [[word for words in rows for word in words]]
    over = (
        "отзывы склеены в один ряд: n-граммы тянутся через границу, хотя последнее "
        "слово одного отзыва и первое слово следующего рядом не стояли."
    )
    return {
        "посчитаны все вхождения, а нужно число отзывов: дважды в одном отзыве "
        "— всё равно один. Поможет set.": _table(rows, longest, size, once=False),
        "посчитаны все вхождения, а не отзывы, и равные стоят не по алфавиту.": _table(
            rows, longest, size, once=False, order=lambda g: (met[g],)
        ),
        "равные по частоте стоят от коротких к длинным, а просили по алфавиту.": _table(
            rows, longest, size, order=lambda g: (g.count(" "), g)
        ),
        "взяты только самые длинные n-граммы, а нужны все длины от 1.": _table(
            rows, longest, size, exact=True
        ),
        "длины на одну меньше, чем просили: проверьте границу range.": _table(
            rows, longest - 1, size
        ),
        "длины на одну больше, чем просили: проверьте границу range.": _table(
            rows, longest + 1, size
        ),
        "строк на одну больше, чем просили.": _table(rows, longest, size + 1),
        "строк на одну меньше, чем просили.": _table(rows, longest, size - 1),
        "таблица не обрезана: нужны только size самых частых.": _table(
            rows, longest, 999
        ),
        "взяты самые редкие: в ключе сортировки потерян минус.": sorted(met, key=rare)[
            :size
        ],
        "взяты первые по алфавиту, а нужны самые частые.": sorted(met)[:size],
        over: _table(joined, longest, size, once=False),
        "отзывы склеены в один, и каждая n-грамма встретилась в нём один раз. Режьте и "
        "считайте каждый отзыв отдельно.": _table(joined, longest, size),
    }


def _judge_table(ngram_table):
    for rows, longest, size in (
        (_TINY, 2, 99), (_TINY, 1, 4), (_TINY, 2, 7), (_TINY, 3, 12), (_TINY[1:], 2, 5),
        (_TINY, 3, 99),
    ):  # fmt: skip
        what = f"ngram_table, длины до {longest}, строк {size}"
        found = judge.call(ngram_table, rows, longest, size, what="ngram_table")
        if isinstance(found, dict):
            found = list(found)
        if isinstance(found, list | tuple) and found and isinstance(found[0], tuple):
            judge.refuse(
                f"{what}: нужен список строк, а в нём кортежи. Если это пары из "
                "Counter.most_common, возьмите от каждой первую половину."
            )
        right = _table(rows, longest, size)
        slips = _table_slips(rows, longest, size)
        words = isinstance(found, list | tuple) and all(
            isinstance(gram, str) for gram in found
        )
        if words and list(found) not in slips.values():
            _name_order(list(found), right, rows, longest, what)
        judge.same_items(found, right, what, slips)


def _name_order(found, right, rows, longest, what):
    """Say that n-grams run over a boundary, or that only equal ones are misplaced."""
    times = Counter(gram for words in rows for gram in set(_pieces(words, longest)))
    joined = [word for words in rows for word in words]
    over = set(_pieces(joined, longest)) - set(times)
    for gram in found:
        judge.require(
            gram not in over,
            f"{what}: n-грамма «{gram}» перетянута через границу: последнее слово "
            "одного отзыва и первое слово следующего рядом не стояли. Режьте каждый "
            "отзыв отдельно.",
        )
    judge.require(
        found == right or [times[g] for g in found] != [times[g] for g in right],
        f"{what}: частоты верны, а n-граммы с равной частотой стоят не по алфавиту "
        "(most_common их не сортирует).",
    )


def _judge_experiment(experiment, rows_fit, rows_val, y_val):
    before = None
    for longest, size in ((2, 1000), (1, 50), (3, 3000)):  # answers: from the last
        found = judge.call(experiment, longest, size, what="experiment")
        judge.require(
            isinstance(found, list | tuple) and len(found) == 2,
            "experiment: верните два ответа, таблицу и метки: return table, answers.",
        )
        table, answers = found
        slips = {
            "утечка: в таблицу попали и отложенные отзывы. Таблица — часть модели, "
            "составляйте её только по spoken_fit.": ([*rows_fit, *rows_val], longest),
            "утечка: таблица составлена по отложенным отзывам, а не по обучающим.": (
                rows_val,
                longest,
            ),
        }
        for other in {1, 2, 3} - {longest}:
            slips[
                f"longest не дошёл до ngram_table: длины до {other}, а просили до "
                f"{longest}."
            ] = rows_fit, other
        lines = {
            line: lambda rows=rows, other=other, size=size: _table(rows, other, size)
            for line, (rows, other) in slips.items()
        }
        if before is not None:
            lines[
                "она та же, что при других longest и size: experiment не смотрит "
                "на свои аргументы."
            ] = before
        what = f"experiment({longest}, {size}), таблица"
        wanted = _table(rows_fit, longest, size)
        judge.same_items(table, wanted, what, lines)
        before = wanted
    answers = judge.array(answers, "experiment, ответы")
    judge.require(
        answers.size != len(rows_fit) or len(rows_fit) == len(rows_val),
        "experiment, ответы: их столько, сколько обучающих отзывов. Экзамен на том, "
        "что учили, ничего не стоит: спросите про spoken_val.",
    )
    judge.require(
        answers.ndim != 2 or answers.shape[1] != 2,
        "experiment, ответы: это вероятности двух классов (predict_proba), а нужны "
        "метки, predict.",
    )
    judge.require(
        answers.size != 1,
        "experiment, ответы: это одно число, наверное доля верных; нужны сами ответы, "
        "по одному на отзыв.",
    )
    answers = judge.array(answers, "experiment, ответы", (len(rows_val),))
    judge.require(
        np.isin(answers, (0, 1)).all(),
        "experiment, ответы: нужны метки 0 и 1, а среди ответов есть "
        f"{judge.shown(float(answers[~np.isin(answers, (0, 1))][:1].sum()))}.",
    )
    share = float((answers == y_val).mean())
    floor = max(y_val.mean(), 1 - y_val.mean())
    start = f"experiment, ответы: верных {judge.shown(share, 3)}"
    judge.require(
        np.ptp(answers) > 0,
        f"{start}: на все отзывы ответ один и тот же.",
    )
    judge.require(
        share > 1 - floor - 0.1,
        f"{start}: гораздо хуже угадывания. Метки перевёрнуты или сдвинуты: отзывам "
        "spoken_fit отвечают labels[fit].",
    )
    judge.require(
        share > floor + 0.05,
        f"{start}, а один и тот же ответ на всё даёт {judge.shown(floor, 3)}, "
        "ожидалось хотя бы на 0,05 больше. Отзывам spoken_fit отвечают labels[fit]: "
        "порядок тот же?",
    )
    judge.require(
        share <= _TOO_GOOD,
        f"{start}: слишком хорошо, чтобы быть правдой. Похоже, регрессия училась и на "
        "отложенных отзывах: fit получает только spoken_fit.",
    )


def _listed(rows, what):
    rows = judge.started(rows, what)
    ok = isinstance(rows, list | tuple) and len(rows) > 20
    judge.require(
        ok
        and all(isinstance(row, list | tuple) for row in rows)
        and all(isinstance(word, str) for row in rows for word in row),
        f"{what}: верните в ячейку проверки её первоначальную строку, "
        "spoken_fit, spoken_val, labels[val].",
    )
    return rows


@EXERCISES.add("3.4", "слова, пары и тройки, со звёздочкой")
def _(ngram_table, experiment, rows_fit, rows_val, y_val):
    rows_fit = _listed(rows_fit, "обучающие отзывы словами")
    rows_val = _listed(rows_val, "отложенные отзывы словами")
    y_val = judge.array(y_val, "метки отложенных отзывов", (len(rows_val),))
    _judge_table(ngram_table)
    _judge_experiment(experiment, rows_fit, rows_val, y_val)
