"""Judges of homework 6: a living output, gas and water, one-hot letters, a writer."""

import functools
import re

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
UNITS, PARAMETERS = 32, 12_705
WORDS, REAL, DISTINCT, RUN = 300, 0.8, 120, 8


# --- 6.1 ---


@functools.cache
def _source(activation, kernel=None, bias=0.0):
    """Return the network of the lesson's source with another output."""
    import keras
    from keras import layers

    network = keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.LSTM(UNITS, return_sequences=True),
            layers.LSTM(UNITS, return_sequences=True),
            layers.Dense(1, activation=activation),
        ]
    )
    if kernel is not None:
        network.layers[-1].set_weights(
            [np.full((UNITS, 1), kernel), np.full((1,), bias)]
        )
    return network


@EXERCISES.add("6.1", "живой выход")
def _(build, is_dead, first_answer, mean_month, y):
    y = judge.array(y, "ответы y")
    judge.require(y.size > 1, "ответы y: передайте массив окон, который дан в ячейке.")
    found = judge.number(first_answer, "first_answer")
    judge.same(
        found,
        np.log(2),
        "first_answer, softplus нуля",
        {
            "это relu нуля. Подставьте z = 0 в ln(1 + exp(z)): exp(0) — не ноль.": 0,
            "логарифм взят по основанию 10, а нужен натуральный, np.log.": np.log10(2),
            "это exp(0), или логарифм взят по основанию 2; нужен натуральный "
            "логарифм от 1 + exp(0).": 1,
            "это сигмоида нуля, производная softplus, а не она сама.": 0.5,
            "это 1 + exp(0), осталось взять логарифм.": 2,
        },
        atol=8e-3,
    )
    judge.same(
        judge.number(mean_month, "mean_month"),
        y.mean(),
        "mean_month",
        {
            "это медиана, а спрашивают среднее.": np.median(y),
            "это наибольшее, а спрашивают среднее.": y.max(),
            "это сумма, а спрашивают среднее.": y.sum(),
        },
        rtol=0.06,
    )
    network = judge.network(
        judge.call(build, what="softplus_network"), "softplus_network()"
    )
    x = np.linspace(0, 1, 24, dtype="float32").reshape(2, 12, 1)
    answers = judge.outputs(network, x, "softplus_network()")
    judge.require(
        answers.shape == (2, 12, 1),
        f"softplus_network: на вход (2, 12, 1) ответила формой {answers.shape}, а "
        "нужен прогноз после каждого месяца, (2, 12, 1): return_sequences=True у "
        "обоих слоёв и один нейрон на выходе.",
    )
    judge.require(
        network.count_params() == PARAMETERS,
        f"softplus_network: параметров {network.count_params()}, а у исходной сети "
        f"{PARAMETERS}: меняется только активация выхода, слои те же.",
    )
    kept, twin = network.get_weights(), _source("linear")
    rng = np.random.default_rng(5)  # weights whose sums have both signs
    weights = [rng.normal(0, 0.7, each.shape) for each in twin.get_weights()]
    try:
        network.set_weights(weights)
    except ValueError:
        judge.refuse(
            "softplus_network: слои не те, что у исходной сети: LSTM(32), LSTM(32), "
            "Dense(1)."
        )
    twin.set_weights(weights)
    weights[-1] = weights[-1] - np.median(judge.told(twin, x))
    for each in (twin, network):
        each.set_weights(weights)
    answers, z = (judge.outputs(each, x).astype(float) for each in (network, twin))
    network.set_weights(kept)
    wanted = np.logaddexp(0, z)
    judge.same(
        answers,
        wanted,
        "softplus_network: выход",
        {
            "на выходе осталась relu.": np.maximum(z, 0),
            "на выходе нет активации.": z,
            "на выходе сигмоида, она не бывает больше единицы.": 1 / (1 + np.exp(-z)),
            "на выходе экспонента, у softplus внутри логарифма ещё и единица.": np.exp(
                z
            ),
            "softplus применена дважды: и в слое Dense, и после него.": np.logaddexp(
                0, wanted
            ),
        },
        rtol=1e-3,
        atol=1e-4,
    )
    _judge_dead(is_dead, x)


def _judge_dead(is_dead, x):
    some = x.copy()
    some[0] = 0  # of this window the network below answers less than zero
    judge.function(is_dead, "is_dead")  # a copy of a network would take long
    tries = [
        (
            _source("relu", 0.0, -1.0), x, True,
            "сеть, которая на все окна отвечает нулём, — мёртвая, а is_dead ответила "
            "False.",
        ),
        (
            _source("relu", 0.0, 0.25), x, False,
            "сеть отвечает 0,25 на всё, она жива, а is_dead ответила True.",
        ),
        (
            _rising(), some, False,
            "на часть окон сеть отвечает нулём, на часть нет: до её весов градиент "
            "доходит, она жива. Мёртвая отвечает нулём на все окна.",
        ),
        (
            _rising(), some[::-1].copy(), False,
            "на последнее окно сеть отвечает нулём, на другие нет: она жива. Мёртвая "
            "отвечает нулём на все окна.",
        ),
        (
            _source("softplus", 0.0, -6.0), x, False,
            "сеть с softplus отвечает 0,0025: мало, но больше нуля, и производная не "
            "ноль. Мёртвая отвечает ровно нулём.",
        ),
    ]  # fmt: skip
    for network, windows, right, line in tries:
        said = judge.call(functools.partial(is_dead, network), windows, what="is_dead")
        said = judge.array(said, "is_dead(network, x)")
        judge.require(
            said.size == 1,
            f"is_dead: нужен один ответ на сеть, True или False, а получена форма "
            f"{said.shape}: соберите ответы окон через .all() или .max().",
        )
        judge.require(bool(said.ravel()[0]) == right, f"is_dead: {line}")


@functools.cache
def _rising():
    """Return a ReLU network alive on windows of large numbers alone."""
    network = _source("relu", kernel=1.0, bias=0.0)
    weights = [np.zeros_like(each) for each in network.get_weights()]
    weights[0][0, 2 * UNITS : 3 * UNITS] = 3.0  # candidate of the first cell
    weights[3][:, 2 * UNITS : 3 * UNITS] = 1.0
    weights[6][:], weights[7][:] = 1.0, -1.0
    network.set_weights(weights)
    return network


# --- 6.2 ---


def _all_windows(volumes, offsets=12, shift=1):
    x = [volumes[:, o : o + 12] for o in range(offsets)]
    y = [volumes[:, o + shift : o + shift + 12] for o in range(offsets)]
    return np.concatenate(x), np.concatenate(y)


def _sorted_pairs(x, y):
    """Return windows in an order that does not depend on that of the student."""
    rows = np.concatenate([x.reshape(len(x), -1), y.reshape(len(y), -1)], axis=1)
    return rows[np.lexsort(rows.T[::-1])]


def _judge_tops(tops_of):
    volumes = np.random.default_rng(6).uniform(1, 100, (6, 24, 3)) * [10, 1000, 1]
    volumes[5] *= 3  # the record is held out
    rest = np.arange(5)
    seen = volumes[rest]
    judge.same(
        judge.call(tops_of, volumes, rest, what="tops_of"),
        seen.max(axis=(0, 1)),
        "tops_of(volumes, rest)",
        {
            "максимум взят по всем скважинам, и тестовой тоже: это утечка через "
            "масштаб. Берите только volumes[rest].": volumes.max(axis=(0, 1)),
            "один максимум на все три столбца, а у газа он в сто раз больше, чем у "
            "нефти: вода и нефть почти обратятся в ноль. Нужны три.": seen.max(),
            "по максимуму на каждый месяц; сожмите и эту ось: max(axis=(0, 1)).": (
                seen.max(axis=0)
            ),
            "по максимуму на каждую скважину; сожмите и эту ось: "
            "max(axis=(0, 1)).": seen.max(axis=1),
            "это среднее, а не максимум.": seen.mean(axis=(0, 1)),
            "это максимумы отложенных скважин, а не обучающих.": volumes[5:].max(
                axis=(0, 1)
            ),
        },
    )


def _judge_windows(windows):
    volumes = np.random.default_rng(7).uniform(0, 1, (4, 24, 3))
    pair = judge.call(windows, volumes, what="windows")
    judge.require(
        isinstance(pair, list | tuple) and len(pair) == 2,
        "windows: нужны два массива, return x, y.",
    )
    x, y = judge.array(pair[0], "windows: x"), judge.array(pair[1], "windows: y")
    right_x, right_y = _all_windows(volumes)
    if x.shape == (44, 12, 3):
        judge.refuse(
            "windows: у каждой скважины 11 окон, а влезает 12: последнее занимает "
            "месяцы с 12-го по 23-й, ответ кончается 24-м. Отступы — range(12)."
        )
    if x.shape == (52, 12, 3):
        judge.refuse(
            "windows: у каждой скважины 13 окон, у последнего за краем не осталось "
            "месяца для ответа. Отступы — range(12)."
        )
    for what, got, wanted in (("x", x, right_x), ("y", y, right_y)):
        judge.require(
            got.shape == wanted.shape,
            f"windows: {what} четырёх скважин по 24 месяца вышел формы {got.shape}, "
            f"ожидалась {wanted.shape}: окно, месяц, столбец.",
        )
    pairs, known = _sorted_pairs(x, y), _sorted_pairs(right_x, right_y)
    if np.allclose(pairs, known, atol=1e-5):
        return
    for line, other in {
        "ответ — то же окно, что вход; он должен быть на месяц позже.": (
            right_x, right_x
        ),
        "ответ сдвинут не на месяц вперёд, а на два.": (
            right_x, np.roll(right_y, -1, axis=1)
        ),
        "вход и ответ поменялись местами: сеть училась бы предсказывать прошлое.": (
            right_y, right_x
        ),
    }.items():  # fmt: skip
        judge.require(
            not np.allclose(_sorted_pairs(*other), pairs, atol=1e-5),
            f"windows: {line}",
        )
    one = np.sort(x.reshape(len(x), -1), axis=0)
    if np.allclose(one, np.sort(right_x.reshape(len(x), -1), axis=0), atol=1e-5):
        two = np.sort(y.reshape(len(y), -1), axis=0)
        if np.allclose(two, np.sort(right_y.reshape(len(y), -1), axis=0), atol=1e-5):
            judge.refuse(
                "windows: окна и ответы верны, но стоят в разном порядке: перед одним "
                "и тем же номером окажутся разные скважины. Соберите их одинаково."
            )
    ahead = np.abs(y[:, :-1] - x[:, 1:]).max()
    judge.require(
        ahead < 1e-5,
        "windows: ответ не совпадает с окном, сдвинутым на месяц: y[:, :-1] должно "
        f"равняться x[:, 1:], а расходится до {judge.shown(ahead)}.",
    )
    judge.refuse(
        "windows: в окне перемешаны скважины или месяцы: каждое окно — двенадцать "
        "месяцев подряд одной скважины, series[:, o : o + 12]. Первое у вас начинается "
        f"с {judge.shown(x[0, 0, 0])}, ожидалось что-нибудь вроде "
        f"{judge.shown(right_x[0, 0, 0])}."
    )


def _linear(matrix):
    import keras
    from keras import layers

    network = keras.Sequential(
        [keras.Input((None, 3)), layers.Dense(3, use_bias=False)]
    )
    network.set_weights([np.asarray(matrix)])
    return network


def _judge_year(year_ahead):
    matrix = np.array([[0.9, 0.0, 0.05], [0.1, 0.8, 0.0], [0.0, 0.0, 0.95]])
    first = np.random.default_rng(8).uniform(0.2, 1, (3, 12, 3)).astype("float32")
    network = _linear(matrix)
    judge.function(year_ahead, "year_ahead")
    ahead = functools.partial(year_ahead, network)
    x, wanted, rows = first[:, -1], [], []
    for month in range(12):
        x = x @ matrix
        wanted.append(x)
        rows.append(first[:, month] @ matrix)
    wanted, rows = np.stack(wanted, axis=1), np.stack(rows, axis=1)
    judge.same(
        judge.call(ahead, first, what="year_ahead"),
        wanted,
        "year_ahead(network, first_year)",
        {
            "двенадцать раз один и тот же месяц: ответ сети не подан ей на вход.": (
                np.repeat(wanted[:, :1], 12, axis=1)
            ),
            "это ответы сети на первый год, месяц за месяцем, а не второй год: "
            "берите последний ответ и подавайте его обратно.": rows,
            "возвращены и месяцы истории; нужны только двенадцать новых, "
            "[:, 12:].": np.concatenate([first, wanted], axis=1),
            "возвращён первый год, а не второй.": first,
            "последний месяц потерян, первый — история: срез сдвинут на месяц.": (
                np.concatenate([first[:, -1:], wanted[:, :-1]], axis=1)
            ),
            "возвращена только нефть, а обратно подают все три столбца.": (
                wanted[..., :1]
            ),
        },
        rtol=1e-4,
        atol=1e-5,
    )
    short = judge.array(
        judge.call(ahead, first[:1], what="year_ahead"),
        "year_ahead одной скважины",
        (1, 12, 3),
    )
    judge.same(short, wanted[:1], "year_ahead одной скважины", rtol=1e-4, atol=1e-5)


def liquid_errors(liquid, forecast, folds):
    """Return MAE of each fold as shares of its training maximum.

    Parameters
    ----------
    liquid : numpy.ndarray
        Shape (wells, 24), in barrels.
    forecast : numpy.ndarray
        The second year, (wells, 12), in barrels.
    folds : numpy.ndarray
        Numbers of the wells of each fold, (folds, wells of one).
    """
    found = []
    for fold in folds:
        rest = np.delete(np.arange(len(liquid)), fold)
        miss = np.abs(forecast[fold] - liquid[fold, 12:]).mean()
        found.append(miss / liquid[rest].max())
    return np.array(found)


def _jumps(series):
    """Return monthly changes less their mean, those of each well in its own scale."""
    found = np.diff(series, axis=1)
    found = found - found.mean(axis=1, keepdims=True)
    top = np.abs(found).max(axis=1, keepdims=True)
    straight = top < 1e-6 * np.abs(series).max()  # no changes but of the last digit
    return np.where(straight, 0, found / np.where(straight, 1, top))


def _follows(forecast, future):
    """Return how well a forecast repeats the true changes a month late, up to 1."""
    one, other = _jumps(forecast)[:, 1:].ravel(), _jumps(future)[:, :-1].ravel()
    if min(np.ptp(one), np.ptp(other)) < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


@EXERCISES.add("6.2", "газ и вода")
def _(tops_of, windows, year_ahead, forecasts, volumes, folds):
    _judge_tops(tops_of)
    _judge_windows(windows)
    _judge_year(year_ahead)
    volumes = judge.array(volumes, "volumes")
    folds = judge.array(folds, "folds")
    judge.require(
        volumes.ndim == 3
        and volumes.shape[1:] == (24, 3)
        and folds.ndim == 2
        and np.isin(folds, np.arange(len(volumes))).all(),
        "volumes и folds: передайте массивы из ячейки задания, не меняя их.",
    )
    count, folds = len(volumes), folds.astype(int)
    forecasts = judge.array(forecasts, "forecasts")
    judge.require(
        forecasts.shape == (count, 12, 3),
        f"forecasts: форма {forecasts.shape}, ожидалась {(count, 12, 3)}: скважина, "
        "месяц второго года, столбец. Каждая скважина предсказана один раз, сетью, "
        "которая на ней не училась: forecasts[fold] = …",
    )
    judge.require(
        np.isfinite(forecasts).all(),
        "forecasts: среди прогнозов NaN или бесконечность. Обучение разошлось, или "
        "какая-то складка осталась незаполненной.",
    )
    untouched = np.flatnonzero((forecasts == 0).all(axis=(1, 2)))
    judge.require(
        len(untouched) < len(folds[0]),
        f"forecasts: у {judge.count(len(untouched), 'скважины', 'скважин', 'скважин')} "
        "одни нули. Или складка не заполнена, или её сеть мертва.",
    )
    liquid, future = volumes[..., 0], volumes[:, 12:]
    last = liquid_errors(liquid, np.repeat(liquid[:, 11:12], 12, axis=1), folds)
    mine = liquid_errors(liquid, forecasts[..., 0], folds)
    judge.require(
        _follows(forecasts[..., 0], future[..., 0]) <= 0.6,
        "forecasts: прогноз повторяет скачки настоящих месяцев второго года с "
        "опозданием на месяц. В день прогноза этих месяцев ещё нет: подавайте "
        "year_ahead только первый год.",
    )
    judge.require(
        (mine > 0.1 * last).all(),
        "forecasts: ошибка почти ноль, так не бывает. Похоже, в прогноз попали "
        "настоящие месяцы второго года.",
    )
    better = mine < (1 - 1e-4) * last  # the last value itself is no better
    if better.all():
        return
    if np.abs(forecasts[..., 0]).max() < 0.01 * liquid.max():
        top = judge.shown(forecasts[..., 0].max())
        judge.refuse(
            f"forecasts: наибольший прогноз нефти {top}, а добыча доходит до "
            f"{judge.shown(liquid.max(), 6)} баррелей. Прогноз остался в долях "
            "максимума: умножьте его обратно, каждый столбец на свой."
        )
    for column, name in ((1, "газ"), (2, "вода")):
        other = liquid_errors(liquid, forecasts[..., column], folds)
        first = forecasts[..., 0]
        near = np.abs(first - future[..., column]).mean()
        if (other < last).all() and near < np.abs(first - future[..., 0]).mean():
            judge.refuse(
                f"forecasts: столбцы перепутаны: прогноз нефти стоит там, где {name} "
                f"(столбец {column}). Порядок тот же, что в volumes."
            )
    for name, rolled in (
        ("позже", np.roll(forecasts, len(folds[0]), axis=0)),
        ("раньше", np.roll(forecasts, -len(folds[0]), axis=0)),
    ):
        moved = np.abs(rolled - future)[..., 0].mean()
        if moved < 0.6 * np.abs(forecasts - future)[..., 0].mean():
            judge.refuse(
                f"forecasts: прогнозы лежат не на своих местах, на складку {name}."
            )
    worse = np.flatnonzero(~better)
    pairs = ", ".join(
        f"{number + 1} ({judge.shown(mine[number], 3)} против "
        f"{judge.shown(last[number], 3)})"
        for number in worse
    )
    judge.refuse(
        f"forecasts: нефть предсказана не лучше, чем последним значением, в складках: "
        f"{pairs}. Сравните потери на обучающих окнах: сеть могла умереть, не "
        "доучиться или увидеть вход не в том масштабе, в каком училась."
    )


# --- 6.3 ---


def _one_hot(numbers, size):
    return np.eye(size)[numbers]


@EXERCISES.add("6.3", "буквы в one-hot")
def _(alphabet, pieces):
    text = "мама мыла раму."
    found = judge.started(judge.call(alphabet, text, what="alphabet"), "alphabet(text)")
    right = sorted(set(text))
    if isinstance(found, str):
        found = list(found)
    judge.require(
        not isinstance(found, dict),
        "alphabet: это словарь, а нужен список: sorted(set(text)).",
    )
    judge.require(
        not isinstance(found, set | frozenset),
        "alphabet: получено множество, а у него нет порядка: номер буквы от запуска "
        "к запуску был бы другим. Верните sorted(set(text)).",
    )
    mistakes = {
        "буквы повторяются: каждая нужна один раз, set(text).": sorted(text),
        "потерян пробел: он такой же знак, как буква.": [c for c in right if c != " "],
        "потеряна точка: знаки препинания — тоже буквы алфавита.": [
            c for c in right if c.isalpha() or c == " "
        ],
        "остались только буквы а–я, потеряны пробел и точка.": [
            c for c in right if c.isalpha()
        ],
    }
    found = judge.items(found, "alphabet(text)")
    letters = list(map(judge.text, found))
    if set(letters) == set(right):
        judge.require(
            len(letters) > len(right) or letters == right,
            "alphabet: буквы те, но не по порядку. У множества порядок от запуска к "
            "запуску свой, и сохранённая сеть прочла бы не те буквы: нужен sorted.",
        )
    judge.same_items(found, right, "alphabet(text)", mistakes)
    for letters, text, length in (
        (list("абв"), "абвабвбавабва", 4),  # 13 letters: just enough for 3 pieces
        # 17 letters: 3 pieces and a rest; the alphabet has its own order, one is absent
        (list("г вба"), "а баба вб авбаб а", 5),
        (list("абв"), "абвабвба", 4),  # 8 letters: the last has no next one
    ):
        _judge_pieces(pieces, text, letters, length)


def _judge_pieces(pieces, text, letters, length):
    pair = judge.call(pieces, text, letters, length, what="pieces")
    judge.require(
        isinstance(pair, list | tuple) and len(pair) == 2,
        "pieces: нужны два массива, return x, y.",
    )
    x, y = judge.array(pair[0], "pieces: x"), judge.array(pair[1], "pieces: y")
    size = len(letters)
    ids = np.array([letters.index(letter) for letter in text])
    rows = (len(ids) - 1) // length
    inputs = ids[: rows * length].reshape(rows, length)
    answers = ids[1 : rows * length + 1].reshape(rows, length)
    what = f"«{text}» по {length}: x"
    shape = (rows, length, size)
    named = {
        (rows - 1, length, size): "потерян последний кусок. Ему хватает букв, если за "
        "ним стоит хотя бы одна: кусков (len(text) − 1) // length.",
        (rows + 1, length, size): "лишний кусок: у его последней буквы нет следующей, "
        "или он дополнен тем, чего в тексте нет. Остаток просто отбросьте.",
        (len(ids) - length, length, size): "куски перекрываются: окно сдвигают на "
        "целый кусок, а не на букву.",
        (rows, length): "это номера букв, а нужен one-hot: единица на месте буквы, "
        "np.eye(K)[номера].",
        (rows, size, length): "перепутаны оси: нужно кусок, место, буква.",
        (length, rows, size): "перепутаны оси: кусков "
        f"{rows}, мест {length}, а не наоборот. Нужно кусок, место, буква.",
        (rows * length, size): "текст не разрезан: reshape(кусков, length, букв).",
    }
    if len(set(text)) != size:
        named[rows, length, len(set(text))] = (
            "алфавит собран из этого текста заново: ширина one-hot — len(letters), "
            "даже если какой-то буквы здесь нет."
        )
    if x.shape != shape and x.shape in named:
        judge.refuse(f"{what}: форма {x.shape}, ожидалась {shape}: {named[x.shape]}")
    judge.require(
        x.shape == shape,
        f"{what}: форма {x.shape}, ожидалась {shape}: кусок, место, буква.",
    )
    judge.require(
        (x.sum(axis=-1) == 1).all() and set(np.unique(x)) <= {0.0, 1.0},
        f"{what}: в каждом месте должна стоять ровно одна единица, остальные нули.",
    )
    columns = ids[: rows * length].reshape(length, rows).T
    order = np.array([sorted(letters).index(letter) for letter in letters])
    judge.same(
        x,
        _one_hot(inputs, size),
        what,
        {
            "текст разложен по столбцам: куски читаются не подряд. reshape должен "
            "быть (кусков, length).": _one_hot(columns, size),
            "номера букв не из letters: алфавит упорядочен внутри функции заново, а "
            "номер буквы — её место в letters.": _one_hot(order[inputs], size),
            "начато со второй буквы.": _one_hot(answers, size),
        },
    )
    what = f"«{text}» по {length}: y"
    if y.shape == (rows, length, 1):
        y = y[..., 0]
    judge.require(
        y.shape != shape,
        f"{what}: ответы тоже one-hot; нужны номера, форма {(rows, length)}.",
    )
    judge.require(
        y.shape == (rows, length),
        f"{what}: форма {y.shape}, ожидалась {(rows, length)}: ответ после каждой "
        "буквы куска.",
    )
    around = np.roll(inputs, -1, axis=1)
    padded = np.concatenate([inputs[:, 1:], np.zeros((rows, 1))], axis=1)
    judge.same(
        y,
        answers,
        what,
        {
            "ответ не сдвинут: у каждой буквы ответом стоит она сама, и учиться "
            "нечему.": inputs,
            "последний ответ куска — его же первая буква (np.roll по куску), а нужна "
            "первая буква следующего.": around,
            "последний ответ куска — ноль, а нужна первая буква следующего: сначала "
            "сдвиньте текст, потом режьте.": padded,
            "сдвиг в другую сторону: ответ — прошлая буква, а не следующая.": np.roll(
                ids, 1
            )[: rows * length].reshape(rows, length),
        },
    )


# --- 6.4 ---


def _words(text):
    return re.findall("[а-я]+", text.lower().replace("ё", "е"))


def page_facts(page, book):
    """Return what the first 300 words of a page are worth.

    Parameters
    ----------
    page : str
    book : str
        The whole corpus.

    Returns
    -------
    dict
        ``words`` of the whole page; of the first 300 ``real``, the share of words that
        the book has; ``distinct``, their number; ``copied``, the first run of eight
        words that stands in the book, or an empty string.
    """
    everything, known = _words(page), _words(book)
    words, copied = everything[:WORDS], ""
    runs = {tuple(known[i : i + RUN]) for i in range(len(known) - RUN + 1)}
    for i in range(len(words) - RUN + 1):
        if tuple(words[i : i + RUN]) in runs:
            copied = " ".join(words[i : i + RUN])
            break
    known = set(known)
    return {
        "words": len(everything),
        "real": sum(word in known for word in words) / max(len(words), 1),
        "distinct": len(set(words)),
        "copied": copied,
    }


def _log_p(network, ids, size, length=500):
    """Return ln p of each letter of a text, read in pieces of 500 letters."""
    length = min(length, len(ids) - 1)
    rows = (len(ids) - 1) // length
    x = ids[: rows * length].reshape(rows, length)
    y = ids[1 : rows * length + 1].reshape(rows, length)
    eye = np.eye(size, dtype="float32")
    answers = judge.outputs(network, eye[x], rows=max(20, 10_000 // length))
    answers = answers.astype(float)
    if answers.min() > -1e-6 and np.allclose(answers.sum(axis=-1), 1, atol=1e-3):
        logs = np.log(np.maximum(answers, 1e-12))
    else:
        top = answers.max(axis=-1, keepdims=True)
        logs = answers - top
        logs = logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True))
    return np.take_along_axis(logs, y[..., None], axis=-1)[..., 0]


def _pairs_perplexity(learn, val, size):
    """Perplexity of pairs of letters counted in one text on another."""
    counts = np.ones((size, size))
    np.add.at(counts, (learn[:-1], learn[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(p[val[:-1], val[1:]]).mean()))


def _numbers_of(text, letters, what):
    judge.require(
        isinstance(text, str) and len(text) > 1,
        f"{what}: нужна строка, а получено другое.",
    )
    place = {letter: i for i, letter in enumerate(letters)}
    found = np.array([place[letter] for letter in text if letter in place])
    judge.require(
        len(found) > 1, f"{what}: в нём нет букв книги. Передайте текст из задания."
    )
    return found


def _judge_writer(network, size):
    network = judge.network(network, "сеть")
    try:
        wanted = network.input_shape[-1]
    except (AttributeError, TypeError, IndexError):
        wanted = None
    judge.require(
        wanted == size and len(network.input_shape) == 3,
        f"сеть: вход {network.input_shape}, а нужен one-hot, (None, None, {size}): "
        "keras.Input((None, K)), без эмбеддинга.",
    )
    judge.require(
        network.input_shape[1] is None,
        "сеть: длина куска записана во вход, а проверять её будут на кусках по 500 "
        "букв: keras.Input((None, K)).",
    )
    eye = np.eye(size, dtype="float32")
    ids = np.arange(24) * 7 % size
    changed = ids.copy()
    changed[-1] = (changed[-1] + 1) % size
    one = judge.outputs(network, eye[ids][None])
    judge.require(
        one.shape == (1, 24, size),
        f"сеть: на 24 буквы ответила формой {one.shape}, а нужна (1, 24, {size}): "
        "ответ после каждой буквы (return_sequences=True) и по числу на каждую букву "
        "алфавита.",
    )
    two = judge.outputs(network, eye[changed][None])
    judge.require(
        np.abs(one - two)[:, :-1].max() < 1e-3,
        "сеть: изменили последнюю букву, и изменились ответы до неё: сеть читает "
        "текст с обоих концов и подсматривает следующую букву. Уберите Bidirectional.",
    )
    return network


@EXERCISES.add("6.4", "сеть пишет, со звёздочкой")
def _(network, perplexity, page, learn_text, val_text, book):
    judge.require(isinstance(book, str), "книга: передайте строку из ячейки задания.")
    letters = sorted(set(book))
    size = len(letters)
    learn = _numbers_of(learn_text, letters, "обучающий текст")
    val = _numbers_of(val_text, letters, "валидационный текст")
    network = _judge_writer(network, size)
    loss = -_log_p(network, val, size).mean()
    right, pairs = float(np.exp(loss)), _pairs_perplexity(learn, val, size)
    judge.require(
        right < pairs,
        f"сеть: перплексия на валидации {judge.shown(right)}, а у простых пар букв "
        f"{judge.shown(pairs)}. "
        + (
            "Сеть не обучена."
            if right > 0.8 * size
            else "Сеть не доучилась: больше эпох или другая скорость."
        ),
    )
    seen = learn[: len(val)]
    judge.same(
        judge.number(perplexity, "перплексия"),
        right,
        "перплексия на валидации",
        {
            "это потери, а не перплексия: возьмите от них экспоненту.": loss,
            "это биты на букву; перплексия — экспонента потерь.": loss / np.log(2),
            "потери средние в натах, так что степень — у числа e, а не у двойки.": 2
            ** loss,
            "она посчитана на обучающем тексте, а нужна на валидационном: там сеть "
            "букв не видела.": lambda: np.exp(-_log_p(network, seen, size).mean()),
            "это перплексия на обучающем тексте, а нужна на валидационном.": (
                lambda: np.exp(-_log_p(network, learn, size).mean())
            ),
            "это перплексия кусков по 32 буквы на обучающем тексте, а нужна на "
            "валидационном, x_val, y_val.": (
                lambda: np.exp(-_log_p(network, learn, size, 32).mean())
            ),
            "куски по 32 буквы: каждый начинается с пустого состояния, и перплексия "
            "выходит больше. Проверяйте на кусках по 500.": (
                lambda: np.exp(-_log_p(network, val, size, 32).mean())
            ),
            "это перплексия пар букв, а не сети.": pairs,
        },
        rtol=4e-3,
    )
    _judge_page(page, book, letters, network, right)


def _judge_page(page, book, letters, network, right):
    page = judge.started(page, "страница")
    judge.require(
        isinstance(page, str),
        "страница: нужна одна строка с текстом; список рукописей склейте или "
        "возьмите из него одну.",
    )
    facts = page_facts(page, book)
    judge.require(
        facts["words"] >= WORDS,
        f"страница: слов {facts['words']}, а нужно хотя бы {WORDS}. Пишите дольше: "
        "слово с пробелом — это букв шесть-семь.",
    )
    judge.require(
        facts["real"] >= REAL,
        f"страница: из первых {WORDS} слов в книге встречается "
        f"{judge.shown(100 * facts['real'], 3)} %, а нужно хотя бы {100 * REAL:.0f} %. "
        "Слишком горячо (понизьте температуру), или сеть не доучилась.",
    )
    judge.require(
        facts["distinct"] >= DISTINCT,
        f"страница: среди первых {WORDS} слов разных {facts['distinct']}, а нужно хотя "
        f"бы {DISTINCT}. Слишком холодно: сеть повторяется, поднимите температуру.",
    )
    judge.require(
        not facts["copied"],
        f"страница: восемь слов подряд списаны из книги: «{facts['copied']}». Возьмите "
        "другую рукопись или другую температуру.",
    )
    ids = _numbers_of(page.lower().replace("ё", "е"), letters, "страница")
    own = float(np.exp(-_log_p(network, ids, len(letters)).mean()))
    judge.require(
        own < 1.15 * right,
        f"страница: для вашей сети перплексия этого текста {judge.shown(own)}, а "
        f"текста книги {judge.shown(right)}. Сеть такого не писала: своим буквам она "
        "удивляется меньше, чем чужим.",
    )
