"""Judges of homework 3: sizes of a network, masks, window sizes, tables of n-grams."""

from collections import Counter
from functools import partial
from itertools import permutations

import numpy as np

from helpers.text import ngrams
from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
_TOO_GOOD = 0.93  # nothing in this homework reaches it on reviews that it has not seen


# --- 3.1 ---
def _layers(words, length, numbers, detectors, window, hidden):
    """Return the name, the parameters and usual mistakes of each layer."""
    view, places = window * numbers, length - window + 1
    served = "строки таблицы нужны и четырём служебным номерам, 0, 1, 2 и 3."
    biases = "забыты смещения: у каждого детектора и нейрона оно одно."
    narrow = "не учтена ширина окна: вес есть у каждого числа каждого слова в окне."
    pooled = "пулинг уже прошёл: от детектора осталось одно число на весь отзыв."
    one_word, unpooled = (numbers + 1) * detectors, (detectors * places + 1) * hidden
    of_windows = [(view * detectors, biases), (one_word, narrow)]
    of_pooled = [(detectors * hidden, biases), (unpooled, pooled)]
    return [
        ("эмбеддинг", (words + 4) * numbers, [(words * numbers, served)]),
        ("свёртка", (view + 1) * detectors, of_windows),
        ("полносвязный слой", (detectors + 1) * hidden, of_pooled),
        ("выход", hidden + 1, []),
    ]


@EXERCISES.add("3.1", "сеть на бумаге")
def check_sizes_on_paper(on_paper):
    for sizes in ((96, 40, 8, 20, 3, 12), (4996, 400, 50, 250, 3, 250),
                  (30, 9, 5, 7, 4, 6), (11, 6, 2, 3, 1, 4)):  # fmt: skip
        found = judge.call(on_paper, *sizes, what="on_paper")
        line = "on_paper: верните два ответа, число мест и список параметров"
        places, parameters = judge.parts(found, 2, line)
        where, length, window = f"on_paper{sizes}, ", sizes[1], sizes[4]
        same = "столько мест было бы с дополнением (padding='same'), а его здесь нет."
        places = judge.number(places, where + "мест")
        judge.same(places, length - window + 1, where + "мест", [(length, same)])
        given = judge.array(parameters, where + "параметры", (4,))
        for got, (layer, right, mistakes) in zip(given, _layers(*sizes), strict=True):
            judge.same(got, right, f"{where}параметры, {layer}", mistakes)


# --- 3.2 ---
def _masked(answers, real):
    best = np.where(real[..., None], answers, -np.inf).max(axis=1)
    return np.where(real.any(axis=1)[:, None], best, 0.0)


def _reviews(rng, sizes, length, words=9):
    """Return random numbers of words with zeros at the end."""
    rows = rng.integers(1, words, (len(sizes), length))
    real = np.arange(length) < np.array(sizes)[:, None]
    return np.where(real, rows, 0).astype("int32")


def _asked(masked_max, answers, numbers, window):
    judge.function(masked_max, "masked_max")
    try:
        return judge.call(masked_max, answers, numbers, window, what="masked_max")
    except judge.WrongAnswer as wrong:
        judge.refuse(
            f"{wrong} Маске нужна форма (отзывы, места, 1): срез "
            "numbers[:, window - 1 :] и ось [..., None]; ширину окна берите из "
            "аргумента window: она бывает и не 3."
        )


def _check_masked_max(masked_max):
    import keras

    rng = np.random.default_rng(0)
    for window in (3, 2, 5):
        numbers = _reviews(rng, (9, 7, 6, 5), 9)
        places = 10 - window
        answers = rng.normal(size=(4, places, 6)).astype("float32")
        answers[:, :, :2] = -abs(answers[:, :, :2]) - 1  # a detector without ReLU
        answers[:, -1] = 3  # an empty place is the loudest
        real = numbers[:, window - 1 :] != 0
        not_last = real & np.pad(real, ((0, 0), (0, 1)))[:, 1:]
        mistakes = [
            (answers.max(axis=1), "маски нет: максимум взят и по пустым местам."),
            (
                _masked(answers, numbers[:, :places] != 0),
                "маска сдвинута: окно посчитано настоящим, если не пусто его первое "
                "слово, а в нём уже могут быть нули. Смотрите на последнее.",
            ),
            (
                _masked(answers, not_last),
                "последнее настоящее окно каждого отзыва потеряно: маска кончается на "
                "одно место раньше, чем нужно.",
            ),
            (
                (answers * real[..., None]).max(axis=1),
                "на пустые места поставлен ноль, а у этого детектора все настоящие "
                "ответы отрицательные, и ноль победил. Нужно число меньше любого "
                "ответа, например −1e9.",
            ),
        ]
        got = _asked(masked_max, answers, numbers, window)
        what = f"masked_max, окно {window}"
        judge.same(got, _masked(answers, real), what, mistakes)
    numbers = np.array([[1, 7, 0, 0, 0], [1, 4, 6, 8, 2], [0, 0, 0, 0, 0]], "int32")
    answers = np.full((3, 3, 2), 0.5, "float32")
    wanted = [[0, 0], [0.5, 0.5], [0, 0]]
    got = _asked(masked_max, answers, numbers, 3)
    what = "masked_max, отзывы без единого целого окна, им нужен ноль (ops.any)"
    judge.same(got, wanted, what)
    inside = [keras.Input((None, 2)), keras.Input((None,), dtype="int32")]
    happened = (
        "на массивах верно, а внутри сети не работает. Берите операции из keras.ops, "
        "длина answers.shape[1] там неизвестна. Ошибка"
    )
    with judge.running("masked_max", happened):
        model = keras.Model(inside, masked_max(*inside, 3))
        found = judge.told(model, [answers, numbers])
    judge.same(found, wanted, "masked_max внутри сети")


def _probe(model, widths, length, what):
    """Return rows, random weights given to a network and what it answers with them.

    It gets its own weights back: those that begin as zeros would hide mistakes.
    """
    kept, filters = model.get_weights(), 60 // len(widths)
    shapes = [each.shape for each in kept]
    order = [shape[0] for shape in shapes if len(shape) == 3]
    order = order if sorted(order) == list(widths) else widths
    pairs = [shape for width in order for shape in ((width, 32, filters), (filters,))]
    wanted = [(*shapes[0][:1], 32), *pairs, (60, 1), (1,)]
    if shapes != wanted:
        judge.refuse(
            f"{what}: формы весов {shapes}, ожидались {wanted}; остальное оставьте как "
            "в triples_network."
        )
    rng = np.random.default_rng(0)
    scales = [np.prod(shape[:-1]) ** -0.5 if shape[1:] else 2 for shape in shapes]
    scales[0], scales[-2:] = 1, [0.04, 0.3]  # a loud sigmoid hides differences
    weights = [rng.normal(0, *each) for each in zip(scales, shapes, strict=True)]
    rows = _reviews(rng, rng.integers(1, length + 1, 40), length, shapes[0][0])
    model.set_weights(weights)
    try:
        got = judge.outputs(model, rows, what)
    finally:
        model.set_weights(kept)
    return rows, weights, judge.array(got, what, (len(rows), 1))


def _answers(rows, weights, pool):
    """Return what a network of these weights answers, for each Concatenate."""
    table, *convolutions, kernel, bias = weights
    pooled = []
    for detectors, shift in zip(convolutions[::2], convolutions[1::2], strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(rows, len(detectors), axis=1)
        heard = np.tensordot(table[windows], detectors, 2) + shift
        pooled.append(pool(np.maximum(heard, 0), windows[..., -1] != 0))
    orders = [np.concatenate(order, axis=1) for order in permutations(pooled)]
    return [1 / (1 + np.exp(-(order @ kernel + bias))) for order in orders]


def _check_inside(model, widths, length, pools, mistakes, what):
    """Refuse a network that answers otherwise than ours with one of these poolings."""
    rows, weights, got = _probe(model, widths, length, what)
    right = [each for pool in pools for each in _answers(rows, weights, pool)]
    wanted = min(right, key=lambda each: abs(each - got).max())
    mistakes = [
        (each, line)
        for pool, line in mistakes
        for each in _answers(rows, weights, pool)
    ]
    title = (
        f"{what}, когда проверка дала ей случайные веса (ReLU и sigmoid нужны те же, "
        "что в triples_network)"
    )
    # a card that multiplies roughly moves the fourth digit, a lost ReLU the second
    judge.same(got, wanted, title, mistakes, rtol=0, atol=0.003)


def _loudest(answers, real):
    return answers.max(axis=1)


@EXERCISES.add("3.2", "пустые места")
def check_empty_places(masked_max, masked_network):
    _check_masked_max(masked_max)
    what = "masked_network"
    model = judge.network(judge.call(masked_network, what=what), what)
    line = (
        "пулинг всё ещё берёт максимум по всем местам, и по пустым. Поставьте "
        "masked_max(h, review, 3) вместо GlobalMaxPooling1D."
    )
    for length in (12, 17):
        _check_inside(model, (3,), length, [_masked], [(_loudest, line)], what)


# --- 3.3 ---
def _check_share(said, y, more, what):
    """Refuse answers hardly better than one answer to everything, and too good ones."""
    share, floor = float((said == y).mean()), max(y.mean(), 1 - y.mean())
    start = f"{what}: на отложенных отзывах верных {judge.shown(share, 3)}"
    if share <= floor + more:
        judge.refuse(
            f"{start}, а один и тот же ответ на всё даёт {judge.shown(floor, 3)}, "
            f"ожидалось хотя бы на {judge.shown(more)} больше. Модель не обучена, "
            "обучена на других отзывах, или метки перевёрнуты: 1 значит «хвалят»."
        )
    if share > _TOO_GOOD:
        judge.refuse(
            f"{start}: слишком хорошо, чтобы быть правдой. Похоже, отложенные отзывы "
            "попали в обучение: учат только на fit."
        )


def _check_honest(honest):
    rng = np.random.default_rng(216)  # typical mistakes give halves 5 % apart or more
    hard = rng.random(50)
    one = rng.random((3, 50)) < 0.25 + 0.7 * hard
    other = rng.random((3, 50)) < 0.1 + 0.7 * hard
    both = one.astype(int) - other.astype(int)
    each, starts = both.mean(axis=0), both.mean(axis=1)
    found = judge.call(honest, one, other, what="honest")
    line = "honest: верните два числа, разность и половину интервала"
    mean, half = judge.parts(found, 2, line)
    mean = judge.number(mean, "honest, разность")
    judge.same(mean, each.mean(), "honest, разность")
    unpaired = one.mean(axis=0).var() + other.mean(axis=0).var()
    three = (
        "разности усреднены по отзывам (axis=1), и осталось три числа; а нужно по "
        "числу на отзыв, axis=0."
    )
    mistakes = [
        (
            1.96 * both.std() / both.size**0.5,
            "делили на корень из числа всех ответов, будто три сети на одном отзыве "
            "независимы. Сначала усредните по началам, чисел останется 50, по "
            "одному на отзыв.",
        ),
        (1.96 * starts.std() / 3**0.5, three),
        (1.96 * starts.std(ddof=1) / 3**0.5, three),
        (
            1.96 * each.std(),
            "это разброс одного отзыва; у среднего он меньше, делите на корень из "
            "числа отзывов.",
        ),
        (
            1.96 * (unpaired / 50) ** 0.5,
            "это интервал для двух разных наборов отзывов. Отзывы одни и те же, и "
            "вычитать надо попарно, отзыв из отзыва.",
        ),
    ]
    wanted = 1.96 * each.std() / 50**0.5
    half = judge.number(half, "honest, половина интервала")
    # dividing by 49 in place of 50 moves the half by one hundredth: both are right
    judge.same(half, wanted, "honest, половина интервала", mistakes, rtol=0.012)


@EXERCISES.add("3.3", "три ширины сразу")
def check_three_widths(three, honest, x_val, y_val):
    y = judge.array(y_val, "метки отложенных отзывов").ravel()
    x = judge.array(x_val, "отложенные отзывы").astype("int32")
    if not (x.ndim == 2 and len(x) == len(y) > 20):
        judge.refuse(
            "верните в ячейку проверки её последние аргументы: x[val], labels[val]."
        )
    model = judge.network(three, "three")
    line = (
        "пулинг берёт среднее по местам, а нужен максимум: был ли в отзыве такой "
        "кусок, а не сколько их."
    )
    pools, mistakes = [_masked, _loudest], [(lambda heard, _: heard.mean(axis=1), line)]
    _check_inside(model, (2, 3, 5), x.shape[1], pools, mistakes, "three")
    predicted = judge.outputs(model, x, "three")[:, 0]
    _check_share(predicted > 0.5, y, 0.05, "three")
    _check_honest(honest)


# --- 3.4 ---
_TINY = [list(row) for row in ("bababac", "cad", "dca", "eb", "bdc")]


def _table(rows, longest, size, counted=set):
    """Return the n-grams of most rows; `counted=list` counts every occurrence."""
    times = Counter()
    for words in rows:
        times.update(counted(ngrams(words, (1, longest))))
    return sorted(times, key=lambda gram: (-times[gram], gram))[:size]


def _check_ngram_table(ngram_table):
    for rows, longest, size in (
        (_TINY, 2, 99), (_TINY, 1, 4), (_TINY, 2, 7), (_TINY, 3, 12), (_TINY[1:], 2, 5),
        (_TINY, 3, 99),
    ):  # fmt: skip
        found = judge.call(ngram_table, rows, longest, size, what="ngram_table")
        joined = [[word for words in rows for word in words]]
        over = (
            "отзывы склеены в один ряд: n-граммы тянутся через границу, хотя последнее "
            "слово одного отзыва и первое слово следующего рядом не стояли."
        )
        mistakes = [
            (
                _table(rows, longest, size, list),
                "посчитаны все вхождения, а нужно число отзывов: дважды в одном отзыве "
                "— всё равно один. Поможет set.",
            ),
            (_table(joined, longest, size, list), over),
            (_table(joined, longest, size), over),
        ]
        what = f"ngram_table, длины до {longest}, строк {size}, равные по алфавиту"
        judge.same_items(found, _table(rows, longest, size), what, mistakes)


def _check_experiment(experiment, rows_fit, rows_val, y_val):
    leak = (
        "утечка: в таблицу попали отложенные отзывы. Таблица — часть модели, "
        "составляйте её только по spoken_fit."
    )
    for longest, size in ((2, 1000), (1, 50), (3, 3000)):  # answers: from the last
        found = judge.call(experiment, longest, size, what="experiment")
        line = "experiment: верните два ответа, таблицу и метки"
        table, answers = judge.parts(found, 2, line)
        leaks = [
            (partial(_table, rows, longest, size), leak)
            for rows in (rows_fit + rows_val, rows_val)
        ]
        what = f"experiment({longest}, {size}), таблица"
        judge.same_items(table, _table(rows_fit, longest, size), what, leaks)
    answers = judge.array(answers, "experiment, ответы", (len(rows_val),))
    if not np.isin(answers, (0, 1)).all():
        judge.refuse("experiment, ответы: нужны метки 0 и 1, а есть и другие числа.")
    _check_share(answers, y_val, 0.05, "experiment, ответы")


def _listed(rows, what):
    rows = [judge.items(row, what) for row in judge.items(rows, what)]
    words = all(isinstance(word, str) for row in rows for word in row)
    if len(rows) <= 20 or not words:
        judge.refuse(
            f"{what}: верните в ячейку проверки её последние аргументы: spoken_fit, "
            "spoken_val, labels[val]."
        )
    return rows


@EXERCISES.add("3.4", "слова, пары и тройки, со звёздочкой")
def check_ngrams(ngram_table, experiment, rows_fit, rows_val, y_val):
    rows_fit = _listed(rows_fit, "обучающие отзывы словами")
    rows_val = _listed(rows_val, "отложенные отзывы словами")
    y_val = judge.array(y_val, "метки отложенных отзывов", (len(rows_val),))
    _check_ngram_table(ngram_table)
    _check_experiment(experiment, rows_fit, rows_val, y_val)
