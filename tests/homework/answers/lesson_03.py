"""Answers to homework 3."""

from collections import Counter

import numpy as np

# --- 3.1 ---


def on_paper(words, length, numbers, detectors, window, hidden):
    return length - window + 1, [
        (words + 4) * numbers,
        (window * numbers + 1) * detectors,
        (detectors + 1) * hidden,
        hidden + 1,
    ]


def paper(place=None, parameters=None):
    """Return `on_paper` with one of its answers replaced."""

    def wrong(words, length, numbers, detectors, window, hidden):
        sizes = words, length, numbers, detectors, window, hidden
        places, found = on_paper(*sizes)
        for layer, rule in (parameters or {}).items():
            found[layer] = rule(*sizes)
        return (place(length, window) if place else places), found

    return wrong


# --- 3.2 ---


def masked_max(answers, numbers, window, shift=1, least=-1e9, empty=0.0, axis=1):
    from keras import ops

    first = window - shift
    places = answers.shape[1]
    real = numbers[:, first:] if shift == 1 else numbers[:, first : first + places]
    real = (real != 0)[..., None]
    best = ops.max(ops.where(real, answers, least), axis=axis)
    return ops.where(ops.any(real, axis=1), best, empty) if axis == 1 else best


def with_minimum(answers, numbers, window):
    """Every word of a window is looked at; products in place of `where`."""
    from keras import ops

    real = ops.ones_like(answers[:, :, :1])
    for place in range(window):
        here = numbers[:, place : (place - window + 1) or None] != 0
        real = real * ops.cast(here, "float32")[..., None]
    best = ops.max(answers * real - 1e6 * (1 - real), axis=1)
    return best * ops.max(real, axis=1)


def in_numpy(answers, numbers, window):
    answers, real = np.asarray(answers), np.asarray(numbers)[:, window - 1 :] != 0
    best = np.where(real[..., None], answers, -np.inf).max(axis=1)
    return np.where(real.any(axis=1)[:, None], best, 0)


def no_mask(answers, numbers, window):
    from keras import ops

    return ops.max(answers, axis=1)


def mean_of_real(answers, numbers, window):
    from keras import ops

    real = ops.cast(numbers[:, window - 1 :] != 0, "float32")[..., None]
    return ops.sum(answers * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1.0)


def zeroed(answers, numbers, window):
    from keras import ops

    real = ops.cast(numbers[:, window - 1 :] != 0, "float32")[..., None]
    return ops.max(answers * real, axis=1)


def inverted(answers, numbers, window):
    from keras import ops

    real = (numbers[:, window - 1 :] == 0)[..., None]
    best = ops.max(ops.where(real, answers, -1e9), axis=1)
    return ops.where(ops.any(real, axis=1), best, 0.0)


def too_short(answers, numbers, window):
    from keras import ops

    after = ops.pad(numbers, ((0, 0), (0, 1)))[:, window:]
    best = ops.max(ops.where((after != 0)[..., None], answers, -1e9), axis=1)
    return ops.where(best < -1e8, 0.0, best)


def no_last_axis(answers, numbers, window):
    from keras import ops

    return ops.max(ops.where(numbers[:, window - 1 :] != 0, answers, -1e9), axis=1)


def uncut(answers, numbers, window):
    from keras import ops

    return ops.max(ops.where((numbers != 0)[..., None], answers, -1e9), axis=1)


def always_three(answers, numbers, window):
    return masked_max(answers, numbers, 3)


def changed(**options):
    return lambda answers, numbers, window: masked_max(
        answers, numbers, window, **options
    )


def network(
    pool=masked_max, window=3, length=None, hide=False, last="sigmoid", numbers=32,
    activation="relu", relu=False, hidden=0, given="numbers",
):  # fmt: skip
    """Return a function that builds a network of triples."""

    def build():
        import keras
        from keras import layers, ops

        review = keras.Input((length,), dtype="int32")
        x = layers.Embedding(40, numbers)(review)
        if hide:
            x = x * ops.cast(review != 0, "float32")[..., None]
        words = x
        x = layers.Conv1D(60, window, activation=activation)(x)
        x = layers.ReLU()(x) if relu else x
        x = pool(x, review if given == "numbers" else words, window)
        x = layers.Dense(hidden)(x) if hidden else x
        return keras.Model(review, layers.Dense(1, activation=last)(x))

    return build


def layer_pool(name):
    def pool(answers, numbers, window):
        from keras import layers

        return getattr(layers, name)()(answers)

    return pool


# --- 3.3 ---

RNG = np.random.default_rng(1)
X = RNG.integers(10, 50, (80, 12))
Y = np.arange(80) % 2
X[Y == 1, 5] = 7  # the word that decides
NOISY = np.where(np.arange(80) % 7 == 0, 1 - Y, Y)
HARD = np.where(np.arange(80) % 16 < 6, 1 - Y, Y)  # 0.625 of the answers are right
LUCKY = np.where(np.arange(80) < 38, 1 - Y, Y)  # 0.525, as by chance


def three(
    widths=(2, 3, 5), filters=20, pool="GlobalMaxPooling1D", stacked=False, sign=10,
    outputs=1, last="sigmoid", numbers=32, activation="relu", hidden=0,
):  # fmt: skip
    """Return a network whose first detector looks for the word 7."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    review = keras.Input((None,), dtype="int32")
    x = layers.Embedding(50, numbers)(review)
    found = []
    for width in widths:
        answers = layers.Conv1D(filters, width, activation=activation)(x)
        found.append(getattr(layers, pool)()(answers))
        x = answers if stacked else x
    joined = layers.Concatenate()(found) if len(found) > 1 else found[0]
    joined = layers.Dense(hidden, activation="relu")(joined) if hidden else joined
    model = keras.Model(review, layers.Dense(outputs, activation=last)(joined))
    table = np.full((50, numbers), 0.001, "float32")
    table[7, 0] = 1
    model.layers[1].set_weights([table])
    first = next(each for each in model.layers if isinstance(each, layers.Conv1D))
    kernel, bias = first.get_weights()
    kernel[:, :, 0], kernel[:, 0, 0] = 0, 1
    first.set_weights([kernel, bias])
    kernel, bias = (np.zeros_like(each) for each in model.layers[-1].get_weights())
    kernel[0], bias[:] = sign, -sign / 2
    model.layers[-1].set_weights([kernel, bias])
    return model


def untrained():
    import keras
    from keras import layers

    model = three()
    keras.utils.set_random_seed(3)
    model.layers[1].set_weights([np.random.default_rng(5).normal(0, 0.05, (50, 32))])
    model.layers[-1].set_weights([np.full((60, 1), 0.001), np.zeros(1)])
    assert isinstance(model.layers[1], layers.Embedding)
    return model


def honest(one, other):
    each = (one.astype(int) - other.astype(int)).mean(axis=0)
    return each.mean(), 1.96 * each.std() / np.sqrt(len(each))


def half(rule):
    def wrong(one, other):
        both = one.astype(int) - other.astype(int)
        return both.mean(), rule(both, one, other)

    return wrong


# --- 3.4 ---


def grams(words, longest):
    return [
        " ".join(words[i : i + size])
        for size in range(1, longest + 1)
        for i in range(len(words) - size + 1)
    ]


def ngram_table(rows, longest, size):
    times = Counter()
    for words in rows:
        times.update(set(grams(words, longest)))
    return sorted(times, key=lambda gram: (-times[gram], gram))[:size]


def by_loops(rows, longest, size):
    seen = {}
    for number, words in enumerate(rows):
        for gram in grams(words, longest):
            seen.setdefault(gram, set()).add(number)
    found = sorted(seen)
    found.sort(key=lambda gram: len(seen[gram]), reverse=True)
    return tuple(found[:size])


def occurrences(rows, longest, size):
    times = Counter(gram for words in rows for gram in grams(words, longest))
    return sorted(times, key=lambda gram: (-times[gram], gram))[:size]


def joined(rows, longest, size):
    return occurrences([[word for words in rows for word in words]], longest, size)


def most_common(rows, longest, size):
    times = Counter(gram for w in rows for gram in dict.fromkeys(grams(w, longest)))
    return [gram for gram, _ in times.most_common(size)]


def pairs_of_counter(rows, longest, size):
    times = Counter(gram for words in rows for gram in set(grams(words, longest)))
    return times.most_common(size)


LETTERS = "abcdefghijklmnop"
ROWS_FIT = [[LETTERS[i % 16], LETTERS[(3 * i) % 16], LETTERS[i % 5]] for i in range(70)]
ROWS_VAL = [[LETTERS[i % 9], LETTERS[(5 * i) % 11], "z"] for i in range(40)]
Y_VAL = np.arange(40) % 2
SAID = np.where(np.arange(40) % 6 == 0, 1 - Y_VAL, Y_VAL)
DATA = ROWS_FIT, ROWS_VAL, Y_VAL


def experiment(answers=SAID, rows=ROWS_FIT):
    return lambda longest, size: (ngram_table(rows, longest, size), answers)


RIGHT = {
    "3.1": [
        (on_paper,),
        (lambda *s: [np.int64(on_paper(*s)[0]), np.array(on_paper(*s)[1])],),
    ],
    "3.2": [
        (masked_max, network()),
        (with_minimum, network(with_minimum)),
        (changed(least=-np.inf), network(changed(least=-1e30))),
        (masked_max, network(activation=None, relu=True)),
    ],
    "3.3": [
        lambda: (three(), honest, X, NOISY),
        lambda: (three(), honest, np.tile(X, 34), NOISY),
        lambda: (three(), honest, X, HARD),
        lambda: (three((5, 3, 2)), lambda one, other: np.array(honest(one, other)),
                 X.tolist(), NOISY[:, None]),
        lambda: (three(), half(lambda both, one, other: 1.96 * both.mean(axis=0).std(
            ddof=1) / 50**0.5), X, NOISY),
        lambda: (three(), half(lambda both, one, other: 1.959963985 * both.mean(
            axis=0).std() / 50**0.5), X, NOISY),
    ],
    "3.4": [
        (ngram_table, experiment(), *DATA),
        (by_loops, experiment(SAID[:, None].astype(float)), *DATA),
    ],
}  # fmt: skip
WRONG = {
    "3.1": [
        ("с дополнением", (paper(lambda length, window: length),)),
        ("четырём служебным", (paper(None, {0: lambda w, le, n, d, k, h: w * n}),)),
        ("забыты смещения", (paper(None, {1: lambda w, le, n, d, k, h: k * n * d}),)),
        ("не учтена ширина",
         (paper(None, {1: lambda w, le, n, d, k, h: (n + 1) * d}),)),
        ("пулинг уже прошёл",
         (paper(None, {2: lambda w, le, n, d, k, h: (d * (le - k + 1) + 1) * h}),)),
        ("два ответа", (lambda *sizes: on_paper(*sizes)[1],)),
    ],
    "3.2": [
        ("маски нет", (no_mask, network())),
        ("маска сдвинута", (changed(shift=3), network())),
        ("последнее настоящее окно", (too_short, network())),
        ("это уже сеть, а нужна функция", lambda: (masked_max, network()())),
        ("поставлен ноль", (zeroed, network())),
        ("внутри сети не работает", (in_numpy, network())),
        ("всё ещё берёт максимум", (masked_max, network(no_mask))),
        ("всё ещё берёт максимум",
         (masked_max, network(layer_pool("GlobalMaxPooling1D")))),
        ("ось [..., None]", (no_last_axis, network())),
        ("срез numbers[:, window - 1 :]", (uncut, network())),
        ("срез numbers[:, window - 1 :]", (always_three, network())),
    ],
    "3.3": [
        ("берёт среднее", lambda: (three(pool="GlobalAveragePooling1D"), honest,
                                   np.tile(X, 34), NOISY)),
        ("не обучена", lambda: (untrained(), honest, X, NOISY)),
        ("обучена на других отзывах", lambda: (three(), honest, X, LUCKY)),
        ("слишком хорошо", lambda: (three(), honest, X, Y)),
        ("осталось три числа", lambda: (three(), half(lambda both, one, other:
            1.96 * both.mean(axis=1).std() / 3**0.5), X, NOISY)),
        ("будто три сети", lambda: (three(), half(lambda both, one, other:
            1.96 * both.std() / both.size**0.5), X, NOISY)),
        ("делите на корень", lambda: (three(), half(lambda both, one, other:
            1.96 * both.mean(axis=0).std()), X, NOISY)),
        ("осталось три числа", lambda: (three(), half(lambda both, one, other:
            1.96 * both.mean(axis=1).std(ddof=1) / 3**0.5), X, NOISY)),
        ("попарно", lambda: (three(), half(lambda both, one, other: 1.96 * (
            (one.mean(axis=0).var() + other.mean(axis=0).var()) / 50) ** 0.5),
            X, NOISY)),
    ],
    "3.4": [
        ("все вхождения", (occurrences, experiment(), *DATA)),
        ("склеены", (lambda rows, longest, size: joined(rows, longest, size)
                     if longest > 1 else ngram_table(rows, longest, size),
                     experiment(), *DATA)),
        ("утечка: в таблицу попали",
         (ngram_table, experiment(rows=ROWS_FIT + ROWS_VAL), *DATA)),
        ("утечка: в таблицу попали", (ngram_table, experiment(rows=ROWS_VAL), *DATA)),
        ("слишком хорошо", (ngram_table, lambda longest, size: (
            ngram_table(ROWS_FIT, longest, size), Y_VAL if longest == 3 else SAID),
            *DATA)),
        ("склеены в один ряд", (lambda rows, longest, size: ngram_table(
            [[w for words in rows for w in words]], longest, size),
            experiment(), *DATA)),
        ("слишком хорошо", (ngram_table, experiment(Y_VAL), *DATA)),
        ("один и тот же ответ", (ngram_table, experiment(0 * Y_VAL), *DATA)),
        ("перевёрнуты", (ngram_table, experiment(1 - SAID), *DATA)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "3.1": [
        ("ожидалось", (paper(lambda length, window: length + window),)),
        ("у вас 37, ожидалось 38", (paper(lambda length, window: length - window),)),
        ("мест: у вас 13", (paper(lambda length, window: length // window),)),
        ("ожидалось", (paper(None, {1: lambda w, le, n, d, k, h: k + n + d}),)),
        ("свёртка: у вас 481, ожидалось 500",
         (paper(None, {1: lambda w, le, n, d, k, h: k * n * d + 1}),)),
        ("полносвязный слой: у вас 260, ожидалось 252",
         (paper(None, {2: lambda w, le, n, d, k, h: (h + 1) * d}),)),
        ("выход: у вас 12, ожидалось 13",
         (paper(None, {3: lambda w, le, n, d, k, h: h}),)),
        ("форма (5,), ожидалась (4,)",
         (lambda *sizes: (on_paper(*sizes)[0], [*on_paper(*sizes)[1], 5]),)),
    ],
    "3.2": [
        ("ожидалось", (lambda a, n, w: masked_max(a, n, w) ** 2, network())),
        ("форма (4, 3)", (lambda a, n, w: masked_max(a, n, w)[:, :3], network())),
        ("окно 3: не сходится 3 числа из 24", (changed(shift=2), network())),
        ("у вас 3, ожидалось −1,618", (inverted, network())),
        ("ожидалось 3", (mean_of_real, network())),
        ("форма (4, 7), ожидалась (4, 6)", (changed(axis=2), network())),
        ("им нужен ноль (ops.any): не сходится", (changed(empty=-1e9), network())),
        ("ReLU и sigmoid нужны те же, что в triples_network): не сходится",
         (masked_max, network(layer_pool("GlobalMaxPooling1D"), hide=True))),
        ("дала ей случайные веса",
         (masked_max, network(layer_pool("GlobalAveragePooling1D")))),
        ("дала ей случайные веса", (masked_max, network(mean_of_real))),
        ("она ждёт [(None, 12)]", (masked_max, network(length=12))),
        ("формы весов [(40, 32), (5, 32, 60)", (masked_max, network(window=5))),
        ("у вас −0,24", (masked_max, network(last=None))),
        ("у вас 1, ожидалось 0,4", (masked_max, network(last="softmax"))),
        ("не удалось применить к входу формы (40, 12)",
         (masked_max, network(lambda a, n, w: masked_max(a, n, 2)))),
        ("не удалось применить", (masked_max, network(given="words"))),
        ("(1, 1), (1,)], ожидались [(40, 32), (3, 32, 60)",
         (masked_max, network(hidden=1))),
        ("ожидались [(40, 32)", (masked_max, network(numbers=8))),
        ("дала ей случайные веса", (masked_max, network(activation=None))),
        ("форма (40, 10, 1), ожидалась (40, 1)",
         (masked_max, network(lambda answers, *_: answers))),
    ],
    "3.3": [
        ("ожидалось", lambda: (three(), half(lambda *each: 0.123), X, NOISY)),
        ("остановилась на ошибке", lambda: (three(), lambda one, other: one - other,
                                            X, NOISY)),
        ("весов [(50, 32), (3, 32, 60)", lambda: (three((3,), 60), honest, X, NOISY)),
        ("(4, 32, 20)", lambda: (three((2, 3, 4)), honest, X, NOISY)),
        ("(3, 20, 20)", lambda: (three(stacked=True), honest, X, NOISY)),
        ("(180, 1)", lambda: (three(filters=60), honest, X, NOISY)),
        ("(60, 2), (2,)], ожидались",
         lambda: (three(outputs=2, last="softmax"), honest, X, NOISY)),
        ("(50, 64), (2, 64, 20)", lambda: (three(numbers=64), honest, X, NOISY)),
        ("(60, 8), (8,)", lambda: (three(hidden=8), honest, X, NOISY)),
        ("ответ на всё даёт 0,5", lambda: (three(sign=0), honest, X, NOISY)),
        ("верных 0,15, а", lambda: (three(sign=-10), honest, X, NOISY)),
        ("у вас −0,23", lambda: (three(last=None), honest, X, NOISY)),
        ("у вас 1, ожидалось", lambda: (three(last="softmax"), honest, X, NOISY)),
        ("ReLU и sigmoid нужны те же, что в triples_network): не сходится",
         lambda: (three(activation=None), honest, X, NOISY)),
        ("triples_network): не сходится",  # as long as the reviews of the full set
         lambda: (three(activation=None), honest, np.tile(X, 34), NOISY)),
        ("у вас 0,0945", lambda: (three(), half(lambda both, one, other:
            2 * both.mean(axis=0).std() / 50**0.5), X, NOISY)),
        ("у вас 0,0955", lambda: (three(), half(lambda both, one, other:
            2 * both.mean(axis=0).std(ddof=1) / 50**0.5), X, NOISY)),
        ("у вас 0,0472", lambda: (three(), half(lambda both, one, other:
            both.mean(axis=0).std() / 50**0.5), X, NOISY)),
        ("с обратным знаком", lambda: (three(), lambda one, other: honest(other, one),
                                       X, NOISY)),
    ],
    "3.4": [
        ("ожидалось", (lambda rows, longest, size: ["нет"] * size, experiment(),
                       *DATA)),
        ("ожидалось", (ngram_table, experiment((np.arange(40) // 2 + Y_VAL) % 2),
                       *DATA)),
        ("17 элементов, ожидалось 13",
         (lambda rows, longest, size: ngram_table(
             [[w for words in rows for w in words]], longest, size)[::-1],
          experiment(), *DATA)),
        ("равные по алфавиту: всё на месте", (most_common, experiment(), *DATA)),
        ("у вас ('c', 4), ожидалось «c»", (pairs_of_counter, experiment(), *DATA)),
        ("в списке 3 элемента, ожидалось 4", (lambda rows, longest, size: ngram_table(
            rows, longest, size - 1), experiment(), *DATA)),
        ("(1, 50), таблица: в списке 97", (ngram_table, lambda longest, size: (
            ngram_table(ROWS_FIT, 2, 1000), SAID), *DATA)),
        ("(1, 50), таблица: в списке 50", (ngram_table, lambda longest, size: (
            ngram_table(ROWS_FIT, 2, size), SAID), *DATA)),
        ("форма (70,)", (ngram_table, experiment(np.arange(70) % 2), *DATA)),
        ("форма (), ожидалась (40,)", (ngram_table, experiment(0.85), *DATA)),
        ("форма (40, 2)", (ngram_table, experiment(np.full((40, 2), 0.5)), *DATA)),
        ("есть и другие числа", (ngram_table, experiment(SAID + 1), *DATA)),
    ],
}  # fmt: skip
