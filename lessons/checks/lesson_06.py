"""Judges of homework 6: a living output, gas and water, one-hot letters, a writer."""

import functools
import re

import numpy as np
from scipy.special import log_softmax

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
WORDS, REAL, DISTINCT, RUN = 300, 0.8, 120, 8  # what 6.4 asks of a page


def _layer(kernel, bias, activation=None):
    """Return a network of one dense layer with these weights."""
    import keras

    given, told = kernel.shape
    layer = keras.layers.Dense(told, activation=activation)
    network = keras.Sequential([keras.Input((None, given)), layer])
    network.set_weights([kernel, np.full(told, bias)])
    return network


def _pair(value, what):
    if not isinstance(value, list | tuple) or len(value) != 2:
        judge.refuse(f"{what}: нужны два массива, return x, y.")
    return value


# --- 6.1 ---
def _source():
    """Return the network of the lesson's source with a linear output."""
    import keras
    from keras import layers

    hidden = [layers.LSTM(32, return_sequences=True) for _ in range(2)]
    return keras.Sequential([keras.Input((None, 1)), *hidden, layers.Dense(1)])


@EXERCISES.add("6.1", "живой выход")
def check_living_output(build, is_dead, first_answer, mean_month, y):
    y = judge.array(y, "ответы y")
    if y.size < 2:
        judge.refuse("ответы y: верните в ячейку проверки массив y.")
    relu = [(0, "это relu нуля. Подставьте z = 0 в ln(1 + exp(z)): exp(0) — не ноль.")]
    what = "first_answer, softplus нуля"
    judge.same(judge.number(first_answer, what), np.log(2), what, relu, atol=8e-3)
    what = "mean_month"
    judge.same(judge.number(mean_month, what), y.mean(), what, rtol=0.06)
    x = np.linspace(0, 1, 24, dtype="float32").reshape(2, 12, 1)
    _check_softplus(judge.call(build, what="softplus_network"), x)
    _check_dead(is_dead, x)


def _check_softplus(network, x):
    network = judge.network(network, "softplus_network()")
    kept, twin = network.get_weights(), _source()
    shapes = [each.shape for each in twin.get_weights()]
    if [each.shape for each in kept] != shapes:
        judge.refuse(
            f"softplus_network: параметров {network.count_params()}, а у исходной сети "
            f"{twin.count_params()}: меняется только активация выхода, слои те же."
        )
    rng = np.random.default_rng(5)
    weights = [rng.normal(0, 0.7, shape) for shape in shapes]
    twin.set_weights(weights)
    weights[-1] = weights[-1] - np.median(judge.told(twin, x))  # sums of both signs
    for each in (twin, network):
        each.set_weights(weights)
    answers, z = judge.outputs(network, x, "softplus_network()"), judge.told(twin, x)
    network.set_weights(kept)
    wanted = np.logaddexp(0, z.astype(float))
    mistakes = [
        (np.maximum(z, 0), "на выходе осталась relu."),
        (z, "на выходе нет активации."),
        (wanted[:, -1], "нужен ответ после каждого месяца: return_sequences=True."),
    ]
    judge.same(answers, wanted, "softplus_network: выход", mistakes, 1e-3, 1e-4)


def _check_dead(is_dead, x):
    """Ask about networks of one neuron; x has a window below 0.5 and one above."""
    judge.function(is_dead, "is_dead")
    for activation, weight, bias, windows, told in (
        ("relu", 0, -1, x, "нулём на все окна"),
        ("relu", 0, 0.25, x, "на все окна 0,25"),
        ("relu", 1, -0.5, x, "нулём на часть окон, но не на последнее"),
        ("relu", 1, -0.5, x[[1, 0]], "нулём на последнее окно, но не на другие"),
        ("softplus", 0, -6, x, "на все окна 0,0025, мало, но больше нуля"),
    ):
        network = _layer(np.full((1, 1), weight), bias, activation)
        ask = functools.partial(is_dead, network)  # copying a network takes long
        said = judge.number(judge.call(ask, windows, what="is_dead"), "is_dead")
        if bool(said) != (bias == -1):
            judge.refuse(
                f"is_dead: сеть отвечает {told}, а is_dead сказала {bool(said)}. "
                "Мёртвая отвечает ровно нулём на все окна."
            )


# --- 6.2 ---
@EXERCISES.add("6.2", "газ и вода")
def check_gas_and_water(tops_of, windows, year_ahead, forecasts, volumes, folds):
    rng = np.random.default_rng(6)
    made = rng.uniform(1, 100, (6, 24, 3)) * [10, 1000, 1]
    made[5] *= 3  # the record is held out
    every, rest = made.max(axis=(0, 1)), made[:5].max(axis=(0, 1))
    leak = "максимум взят и по тестовым скважинам: это утечка. Берите volumes[rest]."
    got = judge.call(tops_of, made, np.arange(5), what="tops_of")
    judge.same(got, rest, "tops_of(volumes, rest)", [(every, leak)])
    _check_windows(windows)
    _check_year(year_ahead, rng.uniform(0.2, 1, (3, 12, 3)).astype("float32"))
    _check_forecasts(forecasts, volumes, folds)


def _check_windows(windows):
    """Ask about numbers in order: a window says of itself where it was cut."""
    volumes = np.arange(288.0).reshape(4, 24, 3)
    pair = _pair(judge.call(windows, volumes, what="windows"), "windows")
    names = [f"windows: {name}, по 12 окон у каждой из 4 скважин" for name in "xy"]
    x, y = map(judge.array, pair, names, [(48, 12, 3)] * 2)
    first, starts = np.sort(x[:, 0, 0]), volumes[:, :12, 0].ravel()
    judge.same(first, starts, "windows: первые месяцы окон x, по возрастанию")
    in_turn = x[:, :1, :1] + volumes[0, :12]
    judge.same(x, in_turn, "windows: x, двенадцать месяцев подряд одной скважины")
    still = [(x, "это то же окно, что x, а нужно на месяц позже.")]
    judge.same(y, x + 3, "windows: y, на месяц позже x в той же строке", still)


def _check_year(year_ahead, first):
    judge.function(year_ahead, "year_ahead")
    matrix = np.array([[0.9, 0.0, 0.05], [0.1, 0.8, 0.0], [0.0, 0.0, 0.95]])
    ahead = functools.partial(year_ahead, _layer(matrix, 0.0))
    powers = [np.linalg.matrix_power(matrix, month) for month in range(1, 13)]
    wanted = np.stack([first[:, -1] @ power for power in powers], axis=1)
    mistakes = [
        (wanted[:, [0] * 12], "один и тот же месяц: ответ сети не подан ей на вход."),
        (first @ matrix, "это ответы на первый год: подайте сети последний из них."),
    ]
    for wells in (first, first[:1]):
        what = f"year_ahead, скважин {len(wells)}"
        got = judge.array(judge.call(ahead, wells, what=what), what, wells.shape)
        judge.same(got, wanted[: len(wells)], what, mistakes, 1e-4, 1e-5)


def _follows(forecast, future):
    """Return how well a forecast repeats the true changes a month late, up to 1."""
    one, other = np.diff(forecast)[:, 1:], np.diff(future)[:, :-1]
    one, other = (each - each.mean(axis=1, keepdims=True) for each in (one, other))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.mean((one * other).sum(axis=1) / np.maximum(lengths, 1e-9))


def _check_forecasts(forecasts, volumes, folds):
    folds = np.atleast_2d(judge.array(folds, "folds"))
    count = folds.size
    judge.same(np.sort(folds, axis=None), np.arange(count), "скважины в folds")
    volumes = judge.array(volumes, "volumes", (count, 24, 3))
    forecasts = judge.array(forecasts, "forecasts", (count, 12, 3))
    filled = forecasts.any(axis=(1, 2)) & np.isfinite(forecasts).all(axis=(1, 2))
    if count - filled.sum() >= folds.shape[1]:
        judge.refuse(
            f"forecasts: скважин, где одни нули или NaN, {count - filled.sum()}. "
            "Складка не заполнена, или её сеть мертва, или обучение разошлось."
        )
    oil, future, ours = volumes[..., 0], volumes[:, 12:, 0], forecasts[..., 0]
    folds = folds.astype(int)
    last = np.abs(oil[:, 11:12] - future)[folds].mean(axis=(1, 2))
    mine = np.abs(ours - future)[folds].mean(axis=(1, 2))
    if (mine < 0.1 * last).any() or _follows(ours, future) > 0.6:
        judge.refuse(
            "forecasts: прогноз повторяет настоящие месяцы второго года, сразу или с "
            "опозданием на месяц. Подавайте year_ahead только первый год."
        )
    better = mine < (1 - 1e-4) * last  # the last value itself is no better
    if not better.all():
        i = int(better.argmin())
        numbers = (mine[i], last[i], ours.max(), oil.max())
        error, known, top, most = map(judge.shown, numbers)
        judge.refuse(
            "forecasts: складок, где нефть предсказана не лучше, чем последним "
            f"значением, {(~better).sum()}. В складке {i + 1} ошибка {error} против "
            f"{known} баррелей, наибольший прогноз {top}, а добыча доходит до {most}. "
            "Умножены ли прогнозы обратно на максимумы? Если да, сеть могла умереть, "
            "не доучиться или предсказать чужую складку."
        )


# --- 6.3 ---
@EXERCISES.add("6.3", "буквы в one-hot")
def check_letters(alphabet, pieces):
    text = "мама мыла раму."
    found = judge.call(alphabet, text, what="alphabet")
    if isinstance(found, set | frozenset | dict):
        judge.refuse(
            "alphabet: нужен список, а у множества нет порядка. Верните "
            "sorted(set(text))."
        )
    right = sorted(set(text))
    lost = "потеряны пробел или точка: это такие же знаки, как буквы."
    mistakes = [
        (sorted(text), "буквы повторяются: каждая нужна один раз, set(text)."),
        *(([c for c in right if c not in signs], lost) for signs in (" ", ".", " .")),
    ]
    found = list(found) if isinstance(found, str) else found
    judge.same_items(found, right, "alphabet(text)", mistakes)
    for text, letters, length in (
        ("абвабвбавабва", "абв", 4),  # just enough for 3 pieces
        ("а баба вб авбаб а", "г вба", 5),  # 3 pieces and a rest, one letter is absent
        ("абвабвба", "абв", 4),  # the last letter has no next one
    ):
        _check_pieces(pieces, text, list(letters), length)


def _check_pieces(pieces, text, letters, length):
    pair = _pair(judge.call(pieces, text, letters, length, what="pieces"), "pieces")
    ids = np.array([letters.index(letter) for letter in text])
    rows, one_hot = (len(ids) - 1) // length, np.eye(len(letters))
    inputs = ids[: rows * length].reshape(rows, length)
    answers = ids[1 : rows * length + 1].reshape(rows, length)
    own = np.array([sorted(letters).index(letter) for letter in letters])
    rolled = np.roll(inputs, -1, axis=1)
    padded = np.where(np.arange(length) < length - 1, rolled, 0)
    line = "номера букв не из letters: алфавит упорядочен внутри функции заново."
    in_x = [(one_hot[own[inputs]], line)]
    in_y = [
        (inputs, "ответ не сдвинут: у каждой буквы ответом стоит она сама."),
        (rolled, "последний ответ куска — его же первая буква, а не следующего."),
        (padded, "последний ответ куска — ноль: сначала сдвиньте, потом режьте."),
    ]
    for name, axes, got, wanted, mistakes in (
        ("x", "кусок, место, буква из letters", pair[0], one_hot[inputs], in_x),
        ("y", "номер следующей буквы", pair[1], answers, in_y),
    ):
        what = f"«{text}» по {length}: {name} ({axes})"
        judge.same(judge.array(got, what, wanted.shape), wanted, what, mistakes)


# --- 6.4 ---
def _numbers_of(text, letters, what):
    """Return the numbers of those letters of a text that the book has."""
    place = {letter: i for i, letter in enumerate(letters)}
    text = text if isinstance(text, str) else ""
    found = np.array([place[letter] for letter in text if letter in place])
    if len(found) < 2:
        judge.refuse(f"{what}: нужна строка из букв книги, как в задании.")
    return found


def _perplexity(network, ids, length=500):
    """Return the perplexity of a text that is read in pieces of some letters."""
    length = min(length, len(ids) - 1)
    rows = (len(ids) - 1) // length
    x, y = (ids[i : rows * length + i].reshape(rows, length) for i in (0, 1))
    x = np.eye(network.input_shape[-1], dtype="float32")[x]
    told = judge.outputs(network, x, rows=max(20, 10_000 // length)).astype(float)
    if told.min() > -1e-6 and np.allclose(told.sum(axis=-1), 1, atol=1e-3):
        told = np.log(np.maximum(told, 1e-12))  # they are not logits
    logs = np.take_along_axis(log_softmax(told, axis=-1), y[..., None], axis=-1)
    return float(np.exp(-logs.mean()))


def _pairs_perplexity(learn, val, size):
    """Return the perplexity of pairs of letters counted in one text on another."""
    counts = np.ones((size, size))
    np.add.at(counts, (learn[:-1], learn[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(p[val[:-1], val[1:]]).mean()))


@EXERCISES.add("6.4", "сеть пишет, со звёздочкой")
def check_writer(network, perplexity, page, learn_text, val_text, book):
    for what, text in (("книга", book), ("страница", page)):
        if not isinstance(judge.started(text, what), str):
            judge.refuse(f"{what}: нужна одна строка с текстом.")
    letters = sorted(set(book))
    size = len(letters)
    learn = _numbers_of(learn_text, letters, "обучающий текст")
    val = _numbers_of(val_text, letters, "валидационный текст")
    _check_network(network, size)
    right, pairs = _perplexity(network, val), _pairs_perplexity(learn, val, size)
    if right >= pairs:
        judge.refuse(
            f"сеть: перплексия на валидации {judge.shown(right)}, а у простых пар букв "
            f"{judge.shown(pairs)}. Сеть не доучилась: больше эпох или другая скорость."
        )
    found = functools.partial(_perplexity, network)
    mistakes = [
        (np.log(right), "это потери, а не перплексия: возьмите от них экспоненту."),
        (2 ** np.log(right), "в потерях логарифм натуральный, поэтому в степень "
         "возводят e, а не двойку."),
        (lambda: found(learn, 32), "это обучающий текст, а нужен валидационный."),
        (lambda: found(val, 32), "куски по 32 буквы: каждый начинается с пустого "
         "состояния, и перплексия выходит больше. Проверяйте на кусках по 500."),
    ]  # fmt: skip
    perplexity = judge.number(perplexity, "перплексия")
    judge.same(perplexity, right, "перплексия на валидации", mistakes, rtol=4e-3)
    page, book = (text.lower().replace("ё", "е") for text in (page, book))
    _check_page(page, book)
    own = found(_numbers_of(page, letters, "страница"))
    if own > 1.15 * right:
        judge.refuse(
            f"страница: для вашей сети перплексия этого текста {judge.shown(own)}, а "
            f"текста книги {judge.shown(right)}. Сеть такого не писала."
        )


def _check_network(network, size):
    judge.network(network, "сеть")
    shape = judge.attribute(network, "input_shape")
    if tuple(shape or ())[1:] != (None, size):
        judge.refuse(
            f"сеть: вход {shape}, а нужен (None, None, {size}): one-hot без эмбеддинга,"
            " длину куска во вход не записывайте."
        )
    x = np.eye(size, dtype="float32")[np.arange(24) * 7 % size]
    changed = np.concatenate([x[:-1], np.roll(x[-1:], 1)])
    one, two = judge.outputs(network, np.stack([x, changed]))
    if one.shape != (24, size):
        judge.refuse(
            f"сеть: на 24 буквы ответила формой {one.shape}, а нужна (24, {size}): "
            "ответ после каждой буквы, return_sequences=True."
        )
    if np.abs(one - two)[:-1].max() > 1e-3:
        judge.refuse(
            "сеть: изменили последнюю букву, и изменились ответы до неё: сеть "
            "подсматривает следующую букву. Уберите Bidirectional."
        )


def _check_page(page, book):
    known, words = re.findall("[а-я]+", book), re.findall("[а-я]+", page)[:WORDS]
    if len(words) < WORDS:
        judge.refuse(f"страница: слов {len(words)}, а нужно {WORDS}. Пишите дольше.")
    real, distinct = np.mean(np.isin(words, known)), len(set(words))
    if real < REAL or distinct < DISTINCT:
        judge.refuse(
            f"страница: из {WORDS} слов в книге есть {judge.shown(100 * real, 3)} %, а "
            f"нужно не меньше {100 * REAL:.0f}; разных {distinct}, а нужно не меньше "
            f"{DISTINCT}. Слишком "
            f"{'горячо: понизьте' if real < REAL else 'холодно: повысьте'} температуру."
        )
    runs = [" ".join(words[i : i + RUN]) for i in range(WORDS - RUN + 1)]
    everything = f" {' '.join(known)} "
    copied = [run for run in runs if f" {run} " in everything]
    if copied:
        judge.refuse(
            f"страница: восемь слов подряд списаны из книги: «{copied[0]}». Возьмите "
            "другую рукопись или другую температуру."
        )
