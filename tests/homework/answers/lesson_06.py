"""Answers to homework 6."""

import functools

import numpy as np

# --- 6.1 ---

Y = np.linspace(0, 0.5, 240).reshape(20, 12, 1) ** 2
LN2, MEAN = float(np.log(2)), float(Y.mean())


def network(output="softplus", units=32, every=True, after=()):
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.LSTM(units, return_sequences=True),
            layers.LSTM(units, return_sequences=every),
            layers.Dense(1, activation=output),
            *(layers.Activation(name) for name in after),
        ]
    )


def functional():
    import keras
    from keras import layers, ops

    months = keras.Input((12, 1))
    states = layers.LSTM(32, return_sequences=True)(months)
    states = layers.LSTM(32, return_sequences=True)(states)
    return keras.Model(months, ops.softplus(layers.Dense(1)(states)))


def answers(each, x):
    from keras import ops

    return ops.convert_to_numpy(each(x))


def is_dead(each, x):
    return not answers(each, x).any()


def built(output, **options):
    return (lambda: network(output, **options), is_dead, LN2, MEAN, Y)


def dead(function):
    return (network, function, LN2, MEAN, Y)


# --- 6.2 ---


def volumes():
    rng = np.random.default_rng(0)
    start = rng.uniform(5000, 20000, (20, 1, 1)) * [1.0, 5.0, 0.5]
    fall = rng.uniform(0.85, 0.95, (20, 1, 1))
    noise = rng.uniform(0.9, 1.1, (20, 24, 3))
    return start * fall ** np.arange(24)[None, :, None] * noise


FOLDS = np.arange(20).reshape(5, 4)
VOLUMES = volumes()
GOOD = VOLUMES[:, 11:12] * 0.9 ** np.arange(1, 13)[None, :, None]


def tops_of(series, rest):
    return series[rest].max(axis=(0, 1))


def windows(series, offsets=12, shift=1):
    x = [series[:, o : o + 12] for o in range(offsets)]
    y = [series[:, o + shift : o + shift + 12] for o in range(offsets)]
    return np.concatenate(x), np.concatenate(y)


def by_well(series):
    x = [each[o : o + 12] for each in series for o in range(12)]
    y = [each[o + 1 : o + 13] for each in series for o in range(12)]
    return np.array(x, "float32"), np.array(y, "float32")


def two_orders(series):
    return windows(series)[0], by_well(series)[1]


def year_ahead(each, first, feed=True, months=12, start=12):
    series = np.array(first)
    for _ in range(months):
        seen = series[:, -12:] if feed else np.array(first)
        series = np.concatenate([series, answers(each, seen)[:, -1:]], axis=1)
    return series[:, start : start + 12]


def whole_row(each, first):
    series = np.array(first)
    while series.shape[1] < 24:
        new = each.predict(series, verbose=0)[:, -1:]
        series = np.concatenate([series, new], axis=1)
    return series[:, 12:].tolist()


def gas(tops=tops_of, cut=windows, year=year_ahead, forecasts=GOOD):
    return (tops, cut, year, forecasts, VOLUMES, FOLDS)


def first_only(each, first):
    return year_ahead(each, first)[..., :1]


# --- 6.3 ---


def alphabet(text):
    return sorted(set(text))


def cut_text(text, letters, length, shift=1, rows=None):
    ids = np.array([letters.index(letter) for letter in text])
    rows = (len(ids) - 1) // length if rows is None else rows
    x = ids[: rows * length].reshape(rows, length)
    y = ids[shift : rows * length + shift].reshape(rows, length)
    return np.eye(len(letters), dtype="float32")[x], y


def lists(text, letters, length):
    x, y = [], []
    for start in range(0, len(text) - length, length):
        piece = text[start : start + length + 1]
        x.append([[int(one == other) for other in letters] for one in piece[:-1]])
        y.append([letters.index(letter) for letter in piece[1:]])
    return x, y


def changed(x=lambda x: x, y=lambda y: y):
    def cut(*arguments):
        one, two = cut_text(*arguments)
        return x(one), y(two)

    return alphabet, cut


def padded(*arguments):
    x, y = cut_text(*arguments, shift=0)
    return x, np.pad(y[:, 1:], [(0, 0), (0, 1)])


def rolled_text(text, letters, length):
    ids = np.array([letters.index(letter) for letter in text])
    rows = len(ids) // length
    x, y = (
        each[: rows * length].reshape(rows, length) for each in (ids, np.roll(ids, -1))
    )
    return np.eye(len(letters))[x], y


def overlapping(text, letters, length):
    ids = np.array([letters.index(letter) for letter in text])
    starts = range(len(ids) - length)
    x = np.array([ids[s : s + length] for s in starts])
    y = np.array([ids[s + 1 : s + length + 1] for s in starts])
    return np.eye(len(letters))[x], y


def without_last(text, letters, length):
    x, y = cut_text(text, letters, length)
    return x[:-1], y[:-1]


def own_alphabet(text, letters, length):
    return cut_text(text, alphabet(text), length)


def own_order(text, letters, length):
    return cut_text(text, sorted(letters), length)


# --- 6.4 ---


@functools.cache
def world():
    """Return a made-up book, its parts, a page and numbers about them."""
    rng = np.random.default_rng(1)
    letters = list("абвгдежз")
    chances = rng.dirichlet(np.full(8, 0.3), 8)
    words = set()
    while len(words) < 400:
        word = [int(rng.integers(8))]
        while len(word) < rng.integers(3, 8):
            word.append(int(rng.choice(8, p=chances[word[-1]])))
        words.add("".join(letters[i] for i in word))
    words = sorted(words)
    book = " ".join(rng.choice(words, 3000))
    page = " ".join(rng.choice(words, 320))
    return {
        "book": book, "learn": book[:8001], "val": book[8001:11002], "page": page,
        "words": words, "letters": sorted(set(book)),
    }  # fmt: skip


def ids_of(text):
    letters = world()["letters"]
    return np.array([letters.index(letter) for letter in text])


def logits_of(text):
    ids, size = ids_of(text), len(world()["letters"])
    counts = np.full((size, size), 0.01)
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    return np.log(counts / counts.sum(axis=1, keepdims=True))


@functools.cache
def writer(kind="logits"):
    """Return a network with the pairs of letters of the validation text in it."""
    import keras
    from keras import layers

    table = logits_of(world()["val"])
    size = len(table)
    head = layers.Dense(size, activation="softmax" if kind == "softmax" else None)
    entry = keras.Input((32 if kind == "short" else None, size))
    if kind == "bidirectional":
        body = [layers.Bidirectional(layers.GRU(4, return_sequences=True))]
    elif kind == "one answer":
        body = [layers.GRU(4)]
    elif kind == "embedding":
        entry, body = keras.Input((None,)), [layers.Embedding(size, 4)]
    elif kind == "slow":
        return slow(entry, head, table)
    else:
        body = []
    made = keras.Sequential([entry, *body, head])
    if not body:
        kernel = np.zeros_like(table) if kind == "fresh" else table
        head.set_weights([kernel, np.zeros(size)])
    return made


def slow(entry, head, table):
    """Return a network that takes a few letters of a piece to get going."""
    import keras
    from keras import layers

    size = len(table)
    memory = layers.SimpleRNN(1, activation=None, return_sequences=True)
    late = layers.Dense(size)
    made = keras.Model(entry, layers.Add()([head(entry), late(memory(entry))]))
    head.set_weights([table, np.zeros(size)])
    memory.set_weights([np.zeros((size, 1)), np.full((1, 1), 0.6), np.full(1, 0.4)])
    first = np.eye(1, size)[0]  # the memory goes from 0.4 to 1
    late.set_weights([-6 * first[None], 6 * first])
    return made


def slow_perplexity(text, length):
    """Return the perplexity of the slow network on pieces of a length."""
    ids, size = ids_of(text), len(world()["letters"])
    rows = (len(ids) - 1) // length
    x = np.eye(size, dtype="float32")[ids[: rows * length].reshape(rows, length)]
    found = answers(writer("slow"), x).reshape(rows * length, size)
    found = found - np.log(np.exp(found).sum(axis=-1, keepdims=True))
    return np.exp(-found[np.arange(len(found)), ids[1 : rows * length + 1]].mean())


def loss_on(text, length=500):
    ids, table = ids_of(text), logits_of(world()["val"])
    length = min(length, len(ids) - 1)
    rows = (len(ids) - 1) // length * length
    return -table[ids[:rows], ids[1 : rows + 1]].mean()


def wrote(page=None, perplexity=None, kind="logits"):
    """Return the answers lazily: a function without arguments that makes them."""

    def make():
        known = world()
        found = np.exp(loss_on(known["val"])) if perplexity is None else perplexity()
        text = known["page"] if page is None else page(known)
        parts = known["learn"], known["val"], known["book"]
        return (writer(kind), found, text, *parts)

    return make


def half_words(known):
    words = known["page"].split()
    return " ".join(w if i % 2 else w[::-1] + w for i, w in enumerate(words))


def repeated(known):
    words = np.random.default_rng(2).choice(known["words"][:100], 320)
    return " ".join(words)


def copying(known):
    words, book = known["page"].split(), known["book"].split()
    return " ".join([*words[:100], *book[50:58], *words[100:]])


def foreign(known):
    words = np.array(sorted(known["words"], key=surprise))
    return " ".join(np.random.default_rng(3).permutation(words[-150:].tolist() * 3))


def surprise(word):
    ids, table = ids_of(f" {word} "), logits_of(world()["val"])
    return -table[ids[:-1], ids[1:]].mean()


RIGHT = {
    "6.1": [
        built("softplus"),
        (functional, lambda n, x: np.bool_(answers(n, x).max() == 0), np.float32(0.693),
         [MEAN], Y.tolist()),
        (network, lambda n, x: (answers(n, x) <= 0).all(), 0.69, MEAN, Y[..., 0]),
        (network, is_dead, 0.7, 1.05 * MEAN, Y),
    ],
    "6.2": [
        gas(),
        gas(lambda v, rest: v[rest].reshape(-1, 3).max(axis=0).tolist(), by_well,
            whole_row, GOOD.astype("float32")),
        gas(forecasts=GOOD.tolist()),
    ],
    "6.3": [
        (alphabet, cut_text),
        (lambda text: "".join(sorted(set(text))), lists),
        (lambda text: np.array(alphabet(text)), changed(x=lambda x: x > 0)[1]),
    ],
    "6.4": [
        wrote(),
        wrote(kind="softmax"),
        wrote(page=lambda known: "  " + known["page"].upper() + ". Ёж!"),
    ],
}  # fmt: skip
WRONG = {
    "6.1": [
        ("relu нуля", (network, is_dead, 0.0, MEAN, Y)),
        ("осталась relu", built("relu")),
        ("нет активации", built(None)),
        ("параметров", built("softplus", units=16)),
        ("после каждого месяца", built("softplus", every=False)),
        ("должна быть вызвана", (lambda: network, is_dead, LN2, MEAN, Y)),
        ("нулём на все окна, а is_dead", dead(lambda n, x: False)),
        ("на все окна 0,25", dead(lambda n, x: True)),
        ("на часть окон", dead(lambda n, x: (answers(n, x) == 0).any())),
        ("на последнее окно", dead(lambda n, x: answers(n, x)[-1].max() == 0)),
        ("мало, но больше нуля", dead(lambda n, x: answers(n, x).max() < 0.01)),
    ],
    "6.2": [
        ("это утечка", gas(lambda v, rest: v.max(axis=(0, 1)))),
        ("то же окно", gas(cut=lambda s: windows(s, shift=0))),
        ("один и тот же месяц", gas(year=lambda n, f: year_ahead(n, f, feed=False))),
        ("на первый год", gas(year=answers)),
        ("missing 1 required", gas(year=lambda n, f, truth: f)),
        ("настоящие месяцы", gas(forecasts=VOLUMES[:, 12:])),
        ("с опозданием на месяц", gas(forecasts=VOLUMES[:, 11:23])),
        ("с опозданием на месяц", gas(forecasts=VOLUMES[:, 11:23] * [0.9, 0.8, 0.9])),
        ("обратно на максимумы", gas(forecasts=GOOD / VOLUMES.max(axis=(0, 1)))),
        ("одни нули", gas(forecasts=np.where(np.arange(20)[:, None, None] < 4, 0,
                                             GOOD))),
        ("или NaN, 20", gas(forecasts=np.full_like(GOOD, np.nan))),
    ],
    "6.3": [
        ("у множества нет порядка", (set, cut_text)),
        ("нужен список", (lambda text: dict.fromkeys(alphabet(text)), cut_text)),
        ("повторяются", (sorted, cut_text)),
        ("потеряны пробел", (lambda text: alphabet(text.replace(" ", "")), cut_text)),
        ("или точка", (lambda text: alphabet(text.replace(".", "")), cut_text)),
        ("не сдвинут", (alphabet, lambda *a: cut_text(*a, shift=0))),
        ("его же первая буква", (alphabet, lambda *a: (cut_text(*a)[0], np.roll(
            cut_text(*a, shift=0)[1], -1, axis=1)))),
        ("сначала сдвиньте", (alphabet, padded)),
        ("номера букв не из letters", (alphabet, own_order)),
        ("два массива", (alphabet, lambda *a: cut_text(*a)[0])),
    ],
    "6.4": [
        ("это потери", wrote(perplexity=lambda: loss_on(world()["val"]))),
        ("а не двойку", wrote(perplexity=lambda: 2 ** loss_on(world()["val"]))),
        ("обучающий текст",
         wrote(perplexity=lambda: np.exp(loss_on(world()["learn"])))),
        ("обучающий текст", wrote(
            kind="slow", perplexity=lambda: slow_perplexity(world()["learn"], 32))),
        ("куски по 32 буквы", wrote(
            kind="slow", perplexity=lambda: slow_perplexity(world()["val"], 32))),
        ("не доучилась", wrote(kind="fresh")),
        ("подсматривает", wrote(kind="bidirectional")),
        ("return_sequences", wrote(kind="one answer")),
        ("без эмбеддинга", wrote(kind="embedding")),
        ("длину куска", wrote(kind="short")),
        ("Пишите дольше", wrote(lambda known: known["page"][:800])),
        ("горячо: понизьте", wrote(half_words)),
        ("холодно: повысьте", wrote(repeated)),
        ("списаны из книги", wrote(copying)),
        ("списаны из книги", wrote(lambda known: known["book"][:4000])),
        ("одна строка", wrote(lambda known: [known["page"]])),
        ("Сеть такого не писала", wrote(foreign)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "6.1": [
        ("ожидалось 0,6931", (network, is_dead, np.log10(2), MEAN, Y)),
        ("ожидалось 0,6931", (network, is_dead, 1, MEAN, Y)),
        ("mean_month: у вас", (network, is_dead, LN2, np.median(Y), Y)),
        ("не сходится 24 числа", built("silu")),
        ("не сходится 24 числа", built("sigmoid")),
        ("не сходится 24 числа", built("exponential")),
        ("не сходится 24 числа", built("softplus", after=("softplus",))),
        ("нужно одно число", dead(lambda n, x: answers(n, x) == 0)),
    ],
    "6.2": [
        ("ожидалось", gas(lambda v, rest: v[rest].min(axis=(0, 1)))),
        ("форма (), ожидалась (3,)", gas(lambda v, rest: v[rest].max())),
        ("форма (24, 3), ожидалась (3,)", gas(lambda v, rest: v[rest].max(axis=0))),
        ("форма (44, 12, 3), ожидалась (48", gas(cut=lambda s: windows(s, 11))),
        ("форма (52, 12, 3), ожидалась (48", gas(cut=lambda s: [each[:52] for each in (
            np.concatenate([each, each[:4]]) for each in windows(s))])),
        ("первые месяцы окон x", gas(cut=lambda s: windows(s)[::-1])),
        ("в той же строке", gas(cut=two_orders)),
        ("не сходится 36 чисел из 48", gas(cut=lambda s: windows(
            s.swapaxes(0, 1).reshape(s.shape)))),
        ("подряд одной скважины", gas(cut=lambda s: [
            each[:, ::-1] + [[[-33, 0, 0]]] for each in windows(s)])),
        ("в одно и то же число раз", gas(year=lambda n, f: 2 * year_ahead(n, f))),
        ("форма (3, 24, 3), ожидалась (3, 12, 3)", gas(
            year=lambda n, f: np.concatenate([f, year_ahead(n, f)], axis=1))),
        ("сдвинуты на одно место", gas(year=lambda n, f: year_ahead(n, f, start=11))),
        ("форма (3, 12, 1), ожидалась (3, 12, 3)", gas(year=first_only)),
        ("форма (80, 12, 3), ожидалась (20, 12, 3)",
         gas(forecasts=np.concatenate([GOOD] * 4))),
        ("последним значением, 5", gas(forecasts=3 * GOOD)),
        ("последним значением, 5", gas(forecasts=GOOD[..., [1, 0, 2]])),
        ("последним значением, 5",
         gas(forecasts=np.repeat(VOLUMES[:, 11:12], 12, axis=1))),
        ("последним значением, 2", gas(forecasts=np.roll(GOOD, 4, axis=0))),
        ("последним значением, 1", gas(forecasts=np.where(
            np.arange(20)[:, None, None] == 7, np.nan, GOOD))),
    ],
    "6.3": [
        ("ожидалось 8", (lambda text: [c for c in alphabet(text) if c != "ы"],
                           cut_text)),
        ("в другом порядке", (lambda text: list(dict.fromkeys(text)), cut_text)),
        ("ожидалось", changed(y=lambda y: y[::-1])),
        ("ожидалась", changed(x=lambda x: x[:, :2])),
        ("форма (9, 4, 3), ожидалась (3, 4, 3)", (alphabet, overlapping)),
        ("на одно меньше", (alphabet, without_last)),
        ("на одно больше", (alphabet, rolled_text)),
        ("кусок, место, буква", changed(x=lambda x: x.argmax(axis=-1))),
        ("проверьте оси", changed(x=lambda x: x.swapaxes(1, 2))),
        ("проверьте оси", changed(x=lambda x: x.reshape(-1, x.shape[-1]))),
        ("номер следующей буквы", changed(
            y=lambda y: np.eye(5)[y][..., : y.max() + 1])),
        ("По оси 2 на одно меньше", (alphabet, own_alphabet)),
        ("на одно и то же слагаемое, 1", changed(x=lambda x: x + 1)),
    ],
    "6.4": [
        ("ожидалось", wrote(perplexity=lambda: 2.0)),
        ("ожидалось", wrote(perplexity=lambda: loss_on(world()["val"]) / np.log(2))),
    ],
}  # fmt: skip
