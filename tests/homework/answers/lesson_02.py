"""Answers to homework 2."""

from functools import cache
from types import SimpleNamespace

import nbformat
import numpy as np

from helpers.text import tokenize
from tests.support import ROOT

# --- 2.1 ---


def bag(train, new, build=None, row=None, split=tokenize):
    words = build(train, new) if build else sorted({w for t in train for w in split(t)})
    row = row or (lambda line: [split(line).count(word) for word in words])
    return words, [row(line) for line in train], [row(line) for line in new]


def built(build):
    return lambda train, new: bag(train, new, build=build)


def words_of(lines):
    return [word for line in lines for word in tokenize(line)]


def by_scikit(train, new):
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(tokenizer=tokenize, token_pattern=None)
    x_train = counter.fit_transform(train)
    return counter.get_feature_names_out(), x_train, counter.transform(new)


def changed(train, new, change):
    words, x_train, x_new = bag(train, new)
    return words, change(np.array(x_train)), change(np.array(x_new))


def by_scikit_twice(train, new):
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(tokenizer=tokenize, token_pattern=None)
    x_train, words = counter.fit_transform(train), counter.get_feature_names_out()
    return words, x_train, counter.fit_transform(new)


# --- 2.2 ---


def exam(learn, texts, y, parts, taught=lambda seen, held: seen):
    chances = np.zeros((len(texts), 4))
    for seen, held in parts:
        rows = taught(seen, held)
        chances[held] = learn(texts[rows], y[rows])(texts[held])
    return chances


def exam_in_order(learn, texts, y, parts):
    return np.concatenate([learn(texts[a], y[a])(texts[b]) for a, b in parts])


def exam_once(learn, texts, y, parts):
    ask = learn(texts, y)
    return ask(texts)


def exam_first(learn, texts, y, parts):
    ask, chances = learn(texts[parts[0][0]], y[parts[0][0]]), np.zeros((len(texts), 4))
    for _, held in parts:
        chances[held] = ask(texts[held])
    return chances


def exam_by_lists(learn, texts, y, parts):
    rows = [None] * len(texts)
    for seen, held in parts:
        ask = learn([texts[i] for i in seen], [int(y[i]) for i in seen])
        for i in held:
            rows[i] = ask([texts[i]])[0].tolist()
    return rows


def exam_swapped(learn, texts, y, parts):
    return exam(learn, texts, y, [(held, seen) for seen, held in parts])


def exam_cut(learn, texts, y, parts):
    return exam(learn, texts, y, parts[:1])


def exam_head(learn, texts, y, parts):
    chances = np.zeros((len(texts), 4))
    for seen, held in parts:
        chances[held] = learn(texts[seen], y[seen])(texts[seen])[: len(held)]
    return chances


def exam_part(learn, texts, y, parts):
    for seen, held in parts:
        answers = learn(texts[seen], y[seen])(texts[held])
    return answers


def exam_accumulated(learn, texts, y, parts):
    seen, chances = np.array([], int), np.zeros((len(texts), 4))
    for more, held in parts:
        seen = np.concatenate([seen, more])
        chances[held] = learn(texts[seen], y[seen])(texts[held])
    return chances


def exam_of_neighbours(learn, texts, y, parts):
    others = [*parts[1:], parts[0]]
    return exam(
        learn, texts, y, [(a, b) for (a, _), (_, b) in zip(others, parts, strict=True)]
    )


# --- 2.3 ---


@cache
def dishes():
    """Return the notebook's recipes, honest chances, a model taught on everything."""
    import pandas as pd
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    path, space = ROOT / "lessons" / "solutions" / "02_mlp_text.ipynb", {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.source.startswith(("soups = [", "pies = [")):
            exec(cell.source, space)
    lists = [space[name] for name in ("porridges", "pies", "salads", "soups")]
    texts, y = (
        np.array([t for each in lists for t in each], object),
        np.repeat(np.arange(4), 10),
    )

    def learn(texts, y):
        counter = CountVectorizer(tokenizer=lambda s: s.split(", "), token_pattern=None)
        return make_pipeline(counter, LogisticRegression(C=3)).fit(texts, y)

    parts = [(np.flatnonzero(np.arange(40) % 5 != k), np.arange(k, 40, 5))
             for k in range(5)]  # fmt: skip
    chances = exam(lambda a, b: learn(a, b).predict_proba, texts, y, parts)
    kinds = np.array(["каша", "пирог", "салат", "суп"])[y]
    recipes = pd.DataFrame({"text": texts, "topic": kinds})
    return recipes, chances, learn(texts, y).predict_proba


GUESS = {"суп": "вода", "салат": "майонез", "пирог": "мука", "каша": "молоко"}


def dish(guess=GUESS, chances=lambda c: c, ask=lambda a: a):
    def answers():
        recipes, honest, model = dishes()
        return guess, chances(honest), ask(model), recipes

    return answers


def asked(change):
    return lambda model: lambda texts: change(model(texts))


def network(model):
    """Return an answering function over a Keras network with the same weights."""
    import keras

    counter, last = model.__self__[0], model.__self__[-1]
    net = keras.Sequential([keras.layers.Dense(4, activation="softmax")])
    net.build((None, last.coef_.shape[1]))
    net.set_weights([last.coef_.T, last.intercept_])
    return lambda texts: net(counter.transform(texts).toarray())


def untaught(model):
    chances = np.random.default_rng(0).dirichlet(np.ones(4), 1000)
    return lambda texts: chances[: len(texts)]


def one_network(chances):
    """Return what one network taught on all folds in turn answers: 36 of 40."""
    kinds = np.repeat(np.arange(4), 10)
    kinds[::10] = [1, 2, 3, 0]
    return 0.9 * np.eye(4)[kinds] + 0.025


def own_table():
    recipes, chances, model = dishes()
    two = (recipes["topic"].isin(["каша", "суп"])).to_numpy()
    renamed = recipes[two].assign(
        topic=["тёплое" if each == "каша" else "жидкое" for each in recipes.topic[two]]
    )

    def narrow(table):
        table = np.asarray(table)[:, [3, 0]]
        return table / table.sum(axis=1, keepdims=True)

    guess = {"тёплое": "молоко", "жидкое": "вода"}
    return guess, narrow(chances[two]), lambda t: narrow(model(t)), renamed


# --- 2.4 ---

RNG = np.random.default_rng(5)
HEALTH = RNG.random(200) < 0.2
YES = np.clip(RNG.random(200) * 0.6 + 0.25 * HEALTH, 0, 1)
BOTH = np.stack([1 - YES, YES], axis=1)


def highest(chances, truth, least, strict=False, share=None):
    for threshold in np.sort(chances)[::-1]:
        said = chances > threshold if strict else chances >= threshold
        hits = (said & truth).sum()
        if hits / truth.sum() >= least:
            break
    return threshold, share(said, truth) if share else hits / said.sum()


def by_curve(chances, truth, least):
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(truth, chances)
    place = np.flatnonzero(recall[:-1] >= least).max()
    return [thresholds[place], precision[place]]


def by_missed(chances, truth, least):
    for threshold in np.sort(chances)[::-1]:
        said = chances >= threshold
        if (truth & ~said).sum() / truth.sum() <= 1 - least:
            return threshold, round((said & truth).sum() / said.sum(), 4)


def one_too_many(chances, truth, least):
    threshold = np.sort(chances[truth])[::-1][int(least * truth.sum())]
    return threshold, truth[chances >= threshold].mean()


def lowest(chances, truth, least):
    return chances.min(), truth.mean()


def exchanged(chances, truth, least):
    good = [t for t in np.unique(chances) if truth[chances >= t].mean() >= least]
    return good[-1], least


def on_a_grid(chances, truth, least):
    grid = [t for t in np.arange(0, 1, 0.01) if (chances >= t)[truth].mean() >= least]
    return grid[-1], truth[chances >= grid[-1]].mean()


def a_few(chances, truth, least):
    return np.median(chances[truth]), 0.5


MARK, AT = highest(YES, HEALTH, 0.9)


def marked(function, mark=MARK, at=AT):
    return function, mark, at, BOTH, HEALTH


# --- 2.5 ---

MESSAGES = SimpleNamespace(train=[0] * 672, mode="sample")
CURVE = {84: 0.25, 168: 0.35, 336: 0.5, 672: 0.6}


def subset(y, share, seed, classes=True):
    rng, found = np.random.default_rng(seed), []
    for each in np.unique(y):
        rows = np.flatnonzero(np.asarray(y) == each)
        found += rng.permutation(rows)[: round(len(rows) * share)].tolist()
    return found


def by_scikit_split(y, share, seed, place=0):
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(y))
    found = train_test_split(rows, train_size=share, stratify=y, random_state=seed)
    return found if place is None else found[place]


def careless(y, share, seed):
    return np.random.default_rng(seed).permutation(len(y))[: round(len(y) * share)]


def equal(y, share, seed):
    rng, size = np.random.default_rng(seed), round(len(y) * share / 3)
    return np.concatenate(
        [rng.permutation(np.flatnonzero(y == each))[:size] for each in np.unique(y)]
    )


def needed(numbers, shares, goal):
    slope, start = np.polyfit(np.log(numbers), shares, 1)
    return np.exp((goal - start) / slope)


def needed_on_a_line(numbers, shares, goal):
    slope, start = np.polyfit(numbers, shares, 1)
    return (goal - start) / slope


def needed_mixed(numbers, shares, goal):
    slope, start = np.polyfit(np.log(numbers), shares, 1)
    return 2 ** ((goal - start) / slope)


def star(part=subset, curve=CURVE, count=needed):
    return part, curve, count, MESSAGES


RIGHT = {
    "2.1": [(bag,), (by_scikit,), (lambda a, b: changed(a, b, np.float32),)],
    "2.2": [(exam,), (exam_by_lists,)],
    "2.3": [
        dish(),
        dish(chances=lambda c: c.tolist(), ask=network),
        dish(guess=GUESS | {"суп": "лавровый лист"}, ask=asked(np.float32)),
        own_table,
    ],
    "2.4": [
        marked(highest),
        marked(by_missed),
        marked(by_curve, np.float32(MARK), [AT]),
    ],
    "2.5": [
        star(),
        star(by_scikit_split, {np.int64(n): np.array([s]) for n, s in CURVE.items()}),
        star(lambda y, share, seed: np.isin(np.arange(len(y)), subset(y, share, seed))),
    ],
}
WRONG = {
    "2.1": [
        ("утечка", (built(lambda a, b: sorted(set(words_of([*a, *b])))),)),
        ("а split", (lambda a, b: bag(a, b, split=str.split),)),
        ("а split", (lambda a, b: bag(a, b, split=lambda t: t.lower().split()),)),
        ("единицы и нули", (lambda a, b: changed(a, b, lambda x: (x > 0) * 1),)),
        ("три вещи", (lambda a, b: bag(a, b)[:2],)),
        ("через запятую после return", (lambda a, b: {"words": 1, "x": 2, "y": 3},)),
        ("по своему словарю, а нужен словарь обучающих", (by_scikit_twice,)),
    ],
    "2.2": [
        ("это утечка", (lambda *a: exam(*a, taught=lambda s, h: np.arange(12)),)),
        ("это утечка", (exam_once,)),
        ("это утечка", (exam_first,)),
        ("перепутаны", (exam_swapped,)),
        ("не на своих местах", (exam_in_order,)),
        ("на которых их обучали", (exam_head,)),
        ("argmax возьмём потом", (lambda *a: exam(*a).argmax(axis=1),)),
        ("ни разу не спросили", (lambda learn, texts, y, parts: np.ones((12, 4)) / 4,)),
        ("на texts[seen] той же пары", (exam_accumulated,)),
        ("на texts[seen] той же пары", (exam_of_neighbours,)),
        ("по одним и тем же", (lambda learn, t, y, parts: learn(t[parts[0][0]], y),)),
    ],
    "2.3": [
        ("уже видела", dish(chances=lambda c: dishes()[2](dishes()[0]["text"]))),
        ("видела отложенные", dish(chances=lambda c: np.eye(4).repeat(10, axis=0))),
        ("экзамене 0,9: так бывает только тогда", dish(chances=one_network)),
        ("softmax", dish(ask=asked(lambda p: 5 * np.log(p)))),
        ("argmax возьмём потом", dish(chances=lambda c: c.argmax(axis=1))),
        ("ещё не обучилась", dish(ask=untaught)),
        ("самый частый вид", dish(chances=lambda c: np.full((40, 4), 0.25))),
        ("нет ни в одном", dish(guess=GUESS | {"каша": "крупа"})),
    ],
    "2.4": [
        ("условие строгое", marked(lambda *a: highest(*a, strict=True))),
        ("перепутаны точность и полнота", marked(exchanged)),
        ("это полнота", marked(lambda *a: highest(
            *a, share=lambda said, truth: (said & truth).sum() / truth.sum()))),
        ("accuracy", marked(lambda *a: highest(
            *a, share=lambda said, truth: (said == truth).mean()))),
        ("переставлены", marked(lambda *a: highest(*a)[::-1])),
        ("другого класса", marked(highest, *highest(1 - YES, HEALTH, 0.9))),
        ("два числа", marked(lambda *a: highest(*a)[0])),
        ("через запятую после return", marked(lambda *a: dict(zip(
            ("порог", "точность"), highest(*a), strict=True)))),
    ],
    "2.5": [
        ("stratify", star(careless)),
        ("одна и та же часть", star(lambda y, share, seed: subset(y, share, 0))),
        ("по самим числам", star(count=needed_on_a_line)),
        ("основания логарифма", star(count=needed_mixed)),
        ("это логарифм числа", star(count=lambda *a: np.log(needed(*a)))),
        ("на которых она училась", star(curve={n: 1.0 for n in CURVE})),
        ("сумма двух", star(curve={n: 2 * s for n, s in CURVE.items()})),
        ("это проценты", star(curve={n: 100 * s for n, s in CURVE.items()})),
        ("ожидались 84, 168", star(curve={10: 0.2, 20: 0.3, 40: 0.4, 80: 0.5})),
        ("перепутаны ли ключи", star(curve={84: 0.6, 168: 0.5, 336: 0.35, 672: 0.25})),
    ],
}  # fmt: skip
UNFORESEEN = {
    "2.1": [
        ("в списке 3 элемента, ожидалось", (built(lambda a, b: ["в", "гол", "суп"]),)),
        ("ожидалось", (lambda a, b: changed(a, b, lambda x: x**2 + 1),)),
        ("форма", (lambda a, b: changed(a, b, lambda x: x[:, 1:]),)),
        ("на месте 2 у вас «еще»", (built(lambda a, b: sorted(set(words_of(b)))),)),
        ("в другом порядке", (built(lambda a, _: [*dict.fromkeys(words_of(a))]),)),
        ("15 элементов, ожидалось 8", (built(lambda a, b: sorted(words_of(a))),)),
        ("перепутаны оси", (lambda a, b: changed(a, b, np.transpose),)),
        ("форма (3, 8)", (lambda a, b: [bag(a, b)[i] for i in (0, 2, 1)],)),
        ("у вас 0,5, ожидалось 2", (lambda a, b: changed(
            a, b, lambda x: x / [[len(tokenize(t))] for t in (a if len(x) == 4 else b)]
        ),)),
    ],
    "2.2": [
        ("с суммой 1, а у строки 0 сумма 0,2591", (lambda *a: exam(*a) ** 2,)),
        ("у строки 0 сумма 0, наименьшее число 0. Забыт", (exam_cut,)),
        ("форма (2, 4), ожидалась (12, 4)", (exam_part,)),
        ("не таблица чисел, а словарь",
         (lambda *a: dict(enumerate(np.asarray(exam(*a)))),)),
        ("сдвинуты на одно место (ось 1)", (lambda *a: np.roll(exam(*a), 1, axis=1),)),
    ],
    "2.3": [
        ("у строки 32 сумма 0",
         dish(chances=lambda c: c * (np.arange(40) < 32)[:, None])),
        ("сумма 1, наименьшее число −0,2", dish(chances=lambda c: 2 * c - 0.25)),
        ("верных 0. Она", dish(ask=asked(lambda p: p[:, [3, 2, 1, 0]]))),
        ("форма (40, 3), ожидалась (40, 4)", dish(ask=asked(lambda p: p[:, :3]))),
        ("это функция, а нужны числа", dish(ask=lambda a: lambda texts, y=None: len)),
        ("форма (40, 2, 2), ожидалась (40, 4)",
         dish(chances=lambda c: c.reshape(40, 2, 2))),
        ("остановилась на ошибке", dish(ask=lambda a: lambda texts: texts.nothing)),
    ],
    "2.4": [
        ("вашем 0,5): у вас 0,5151, ожидалось", marked(a_few)),
        ("полнота при вашем 1): у вас 0,1377, ожидалось", marked(one_too_many)),
        ("полнота при вашем 1): у вас 0,01887, ожидалось", marked(lowest)),
        ("при вашем 0,875): у вас 0,26, ожидалось 0,2698", marked(on_a_grid)),
        ("ожидалось", marked(lambda *a: (highest(*a)[0], 0.123))),
        ("ожидалось", marked(highest, MARK, AT / 3)),
    ],
    "2.5": [
        ("ожидалось 64", star(lambda y, share, seed: list(range(7)))),
        ("трёх тем [21, 21, 21]", star(equal)),
        ("номеров 96, разных 96", star(lambda *a: by_scikit_split(*a, place=1))),
        ("номеров 128", star(lambda *a: by_scikit_split(*a, place=None))),
        ("разных 32", star(lambda y, share, seed: subset(y, share / 2, seed) * 2)),
        ("разных 3,", star(lambda y, share, seed: y[subset(y, share, seed)])),
        ("0,125, 0,25", star(curve={n / 672: s for n, s in CURVE.items()})),
        ("ожидалось", star(count=lambda *a: needed(*a) + 1000)),
    ],
}  # fmt: skip
