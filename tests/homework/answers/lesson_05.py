"""Answers to homework 5."""

import re
import tempfile
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from gensim.models import Word2Vec

FOLDER = tempfile.TemporaryDirectory()


# --- 5.1 ---


def clean(text):
    pieces = re.split("[.!?…]+", text.lower().replace("ё", "е"))
    lines = [re.sub("[^а-я]", " ", piece).split() for piece in pieces]
    return [line for line in lines if line]


def by_letter(text):
    """Another way: letter by letter, lines end sentences too."""
    found, words, word = [], [], ""
    for letter in text.lower().replace("ё", "е") + ".":
        if "а" <= letter <= "я":
            word += letter
            continue
        words += [word] if word else []
        word = ""
        if letter in ".!?…\n":
            found += [tuple(words)] if words else []
            words = []
    return tuple(found)


def without_spaces(text):
    pieces = re.split("[.!?…]+", spelt(text))
    return [[word] for piece in pieces if (word := re.sub("[^а-я]", "", piece))]


def cleaned(before=str.lower, ends="[.!?…]+", other="[^а-я]", gap=" ", keep=False):
    def function(text):
        text = before(text)
        pieces = re.split(ends, text) if ends else [text]
        lines = [re.sub(other, gap, piece).split() for piece in pieces]
        return [line for line in lines if line or keep]

    return function


def spelt(text):
    return text.lower().replace("ё", "е")


def glued(text):
    pieces = re.split(r"(?<=[.!?…])\s+", spelt(text))
    return [piece.split() for piece in pieces if piece]


# --- 5.2 ---


def examples(sentences, window):
    found = []
    for line in sentences:
        for i, word in enumerate(line):
            context = line[max(0, i - window) : i] + line[i + 1 : i + 1 + window]
            if context:
                found.append((context, word))
    return found


def examples_by_places(sentences, window):
    for line in reversed(sentences):
        for i, word in enumerate(line):
            places = range(len(line))
            near = [j for j in places if 0 < abs(i - j) <= window]
            if near:
                yield [tuple(line[j] for j in near[::-1]), word]


def windows(left=0, right=1, centre=False, empty=False, join=False):
    """Mistakes: how far each side reaches past or short of the window."""

    def function(sentences, window):
        if join:
            sentences = [[word for line in sentences for word in line]]
        found = []
        for line in sentences:
            for i, word in enumerate(line):
                reach = range(
                    max(0, i - window + left), min(len(line), i + window + right)
                )
                context = [line[j] for j in reach if centre or j != i]
                if context or empty:
                    found.append((context, word))
        return found

    return function  # fmt: skip


def pairs(sentences, window):
    return [(word, each) for context, word in examples(sentences, window)
            for each in context]  # fmt: skip


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradients(v, u, answers, mean=np.mean, error=lambda z, a: sigmoid(z) - a, share=1):
    h = mean(v, axis=0)
    error = error(u @ h, answers)
    row = error @ u / (len(v) if share else 1)
    return np.tile(row, (len(v), 1)), np.outer(error, h)


def gradients_by_differences(v, u, answers):
    def loss():
        p = sigmoid(u @ v.mean(axis=0))
        return -np.sum(answers * np.log(p) + (1 - answers) * np.log(1 - p))

    found = []
    for array in (v, u):
        slopes = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            ends = []
            for move in (1e-5, -1e-5):
                array[place] += move
                ends.append(loss())
                array[place] -= move
            slopes[place] = (ends[0] - ends[1]) / 2e-5
        found.append(slopes.tolist())
    return found


def changed(**options):
    return lambda v, u, answers: gradients(v, u, answers, **options)


def skip_gram(v, u, answers):
    error = sigmoid(v @ u.T) - answers
    return error @ u, error.T @ v


# --- 5.3 ---


@cache
def small_book():
    """Return a made-up book: five kinds of words, each with neighbours of its own."""
    rng = np.random.default_rng(5)
    kinds = {kind: [kind + "о" + end for end in "бвгджзклмн"] for kind in "бвгдж"}
    places = {kind: [kind + "ами" + end for end in "бвгд"] for kind in kinds}
    lines = []
    for _ in range(2500):
        kind = rng.choice(list(kinds))
        one, other = rng.choice(kinds[kind], 2)
        lines.append([str(one), "и", str(other), str(rng.choice(places[kind])), "тут"])
    text = " ".join(" ".join(line).capitalize() + "." for line in lines)
    return SimpleNamespace(sentences=lines, text=text, mode="own")


@cache
def guesses():
    counts = Counter(chain(*small_book().sentences))
    words = [word for word, _ in counts.most_common()]
    chosen = [word for word in words if len(word) == 3 and word != "тут"][:10]
    return {word: [word[:2] + "к" if word[2] != "к" else word[:2] + "м", "и"]
            for word in chosen}  # fmt: skip


@cache
def model(kind="good"):
    lines, settings = small_book().sentences, {"epochs": 10, "sample": 0}
    if kind == "strings":
        lines = [" ".join(line) for line in lines]
    elif kind == "rare":
        settings["min_count"] = 400
    elif kind == "raw":
        lines = [line.split() for line in small_book().text.split("\n")]
    elif kind == "capitals":
        lines = [[line[0].capitalize(), *line[1:]] for line in lines]
    elif kind == "marks":
        lines = [[*line[:-1], line[-1] + "."] for line in lines]
    elif kind == "shuffled":
        words = np.random.default_rng(0).permutation(list(chain(*lines)))
        lines = words.reshape(len(lines), -1).tolist()
    elif kind == "sets":
        rng = np.random.default_rng(0)
        lines = [rng.permutation(line).tolist() for line in lines]
    elif kind == "half":
        lines = lines[::2]
    elif kind == "giant":  # the last kind of words stands after the 10 000th
        lines = [list(chain(*sorted(lines)))]
    elif kind == "thin":
        settings["vector_size"] = 3
    elif kind == "skip-gram":
        settings |= {"sg": 1, "epochs": 3}
    settings = {"min_count": 5, "vector_size": 50} | settings
    if kind == "untrained":
        made = Word2Vec(min_count=5, vector_size=50, workers=1, seed=1)
        made.build_vocab(lines)
        return made
    return Word2Vec(lines, window=2, workers=1, seed=1, **settings)


def saved(wv, name):
    path = Path(FOLDER.name) / name
    wv.save(str(path))
    return str(path)


def trained(kind, how=lambda made: made.wv):
    """Return answers to 5.3, made only when the test asks for them."""

    def answers():
        made = how(model(kind))
        keyed = getattr(made, "wv", made)
        return guesses(), made, saved(keyed, f"{kind}.kv"), small_book()

    return answers


def expecting(change):
    def answers():
        wv = model().wv
        return change(dict(guesses()), wv), wv, saved(wv, "good.kv"), small_book()

    return answers


def filed(make):
    """Return answers to 5.3 whose file is what `make` leaves."""

    def answers():
        wv = model().wv
        return guesses(), wv, make(wv), small_book()

    return answers


def text_file(wv):
    path = Path(FOLDER.name) / "text.kv"
    wv.save_word2vec_format(str(path))
    return str(path)


def nearest(expected, wv):
    return {word: [w for w, _ in wv.most_similar(word, topn=3)] for word in expected}


# --- 5.4, 5.5 ---

EPOCHS, POWERS = (2, 5, 10, 20, 40), (0, 0.75, 1)
TUNING, ASKED = ["бок", "бом", "вок"], ["гок", "гом", "док"]


def measure(vectors, queries):
    """A stand-in for purity that grows with the epochs."""
    rows = np.array([vectors[word] for word in queries])
    easy = 0.9 if queries == ASKED else 1.0
    return easy * float(np.tanh(np.linalg.norm(rows, axis=1).mean() / 2.5))


def measure_powers(vectors, queries):
    """A stand-in for purity that tells the powers apart."""
    return float(np.linalg.norm([vectors[word] for word in queries], axis=1).mean() - 5)


@cache
def one(epochs=10, again=0, power=0.75, window=2, sg=0, lines=300, sample=0):
    made = Word2Vec(
        small_book().sentences[:lines] * 2, vector_size=20, min_count=2, window=window,
        epochs=epochs, workers=1, seed=1, sg=sg, sample=sample, ns_exponent=power,
        alpha=0.1,
    )  # fmt: skip
    for _ in range(again):
        made.train(small_book().sentences, total_examples=2500, epochs=1)
    return made


def epochs_answers(
    make=lambda n: one(n),
    queries=TUNING,
    change=lambda curve: curve,
    enough=None,
    after=lambda models: models,
):
    def answers():
        models = {n: make(n) for n in EPOCHS}
        curve = {n: measure(each.wv, queries) for n, each in models.items()}
        real = [measure(each.wv, TUNING) for each in models.values()]
        best = EPOCHS[int(np.argmax(np.array(real) >= max(real) - 0.05))]
        chosen = best if enough is None else enough(best)
        return after(models), change(curve), chosen, measure, TUNING, ASKED

    return answers


def on_the_margin(enough):
    """Return answers where ten epochs are worse than the best by 0.05 exactly."""

    def answers():
        models = {n: one(n) for n in EPOCHS}
        curve = dict(zip(EPOCHS, (0.2, 0.6, 0.75, 0.8, 0.8), strict=True))
        known = {id(each.wv): curve[n] for n, each in models.items()}

        def purity(vectors, queries):
            return known[id(vectors)]

        return models, curve, enough, purity, TUNING, ASKED

    return answers


def noise(counts, power):
    weights = np.asarray(counts) ** float(power)
    return weights / weights.sum()


def pick(p, u):
    return np.searchsorted(np.cumsum(p), u)


def pick_by_steps(p, u):
    found = []
    for point in u:
        word = 0
        while point > p[word]:
            point -= p[word]
            word += 1
        found.append(word)
    return found


def by_power(power, **settings):
    return one(**{"power": power, "window": 5} | settings)


def powers_answers(noise=noise, pick=pick, make=by_power, change=dict):
    def answers():
        models = {power: make(power) for power in POWERS}
        curve = {p: measure_powers(each.wv, TUNING) for p, each in models.items()}
        return noise, pick, models, change(curve), measure_powers, TUNING, ASKED

    return answers


RIGHT = {
    "5.1": [(clean,), (by_letter,), (lambda text: map(np.array, clean(text)),)],
    "5.2": [
        (examples, gradients),
        (examples_by_places, gradients_by_differences),
    ],
    "5.3": [
        trained("good"),
        trained("good", how=lambda made: made),
        trained("skip-gram"),
        filed(lambda wv: Path(saved(wv, "path.kv"))),
    ],
    "5.4": [
        epochs_answers(),
        epochs_answers(
            change=lambda c: {np.int64(n): round(each, 2) for n, each in c.items()},
            enough=lambda best: np.float32(best),
        ),
        on_the_margin(10),
        on_the_margin(20),
    ],
    "5.5": [
        powers_answers(),
        powers_answers(pick=pick_by_steps),
        powers_answers(pick=lambda p, u: 1.0 * pick(p, u)),
    ],
}
WRONG = {
    "5.1": [
        ("сначала lower()", (cleaned(lambda t: t),)),
        ("не входит в «а-я»", (cleaned(),)),
        ("соседние слова слиплись", (cleaned(spelt, other=r"[^а-я\s]", gap=""),)),
        ("Предложения слились", (cleaned(spelt, ends=""),)),
        ("не только точкой", (cleaned(spelt, ends=r"\."),)),
        ("split() без аргумента", (lambda text: [
            re.sub("[^а-я]", " ", line).split(" ")
            for line in spelt(text).split(".")],)),
        ("каждое предложение: нужен список", (lambda text: list(chain(*clean(text))),)),
        ("тоже пробелы", (cleaned(lambda t: spelt(re.sub("[\n\t\r]", "", t))),)),
    ],
    "5.2": [
        ("увидит ответ", (windows(centre=True), gradients)),
        ("границу предложения", (windows(join=True), gradients)),
        ("считает от конца", (lambda s, w: [
            (line[i - w : i] + line[i + 1 : i + 1 + w], word) for line in s
            for i, word in enumerate(line)], gradients)),
        ("считает от конца", (lambda s, w: [
            (near, word) for line in s for i, word in enumerate(line)
            if (near := line[i - w : i] + line[i + 1 : i + 1 + w])], gradients)),
        ("соседи в паре (соседи, слово)", (pairs, gradients)),
        ("каждый пример — пара", (lambda s, w: [
            [word, *near] for near, word in examples(s, w)], gradients)),
        ("не вычтены верные ответы", (examples, changed(
            error=lambda z, a: sigmoid(z)))),
        ("множитель p(1 − p)", (examples, changed(error=lambda z, a: (
            (sigmoid(z) - a) * sigmoid(z) * (1 - sigmoid(z)))))),
        ("взята сумма", (examples, changed(mean=np.sum))),
        ("взята сумма", (examples, changed(mean=np.sum, share=0))),
        ("нужны два массива", (examples, lambda v, u, a: gradients(v, u, a)[0])),
    ],
    "5.3": [
        ("вместо слов буквы", trained("strings")),
        ("Уменьшите min_count", trained("rare")),
        ("прописные буквы", trained("raw")),
        ("прописные буквы", trained("capitals")),
        ("знаки, цифры или латиница, [тут.]", trained("marks")),
        ("векторов те же, что в начале", trained("untrained")),
        ("одно предложение", trained("giant")),
        ("не на всей книге", trained("half")),
        ("в предложениях перемешаны", trained("sets")),
        ("Согласие с подсчётом", trained("shuffled")),
        ("(нужно 100)", trained("thin")),
        ("из десяти слов", expecting(lambda e, wv: {"бок": ["бом"]})),
        ("«Слово» нет вектора: слова в", expecting(
            lambda e, wv: e | {"Слово": ["бок"]})),
        ("хотя бы 5 раз", expecting(lambda e, wv: e | {"слово": ["бок"]})),
        ("от одного до трёх", expecting(
            lambda e, wv: e | {"тут": ["бок", "бом", "вок", "гок"]})),
        ("записано [тёплый]", expecting(lambda e, wv: e | {"тут": ["тёплый"]})),
        ("записано [Бок]", expecting(lambda e, wv: e | {"тут": ["Бок"]})),
        ("записано []", expecting(lambda e, wv: e | {"тут": []})),
        ("трёх других слов", expecting(lambda e, wv: {w: [w] for w in e})),
        ("ответы модели", expecting(nearest)),
        ("нужен файл от vectors.save", filed(
            lambda wv: str(Path(FOLDER.name) / "нет.kv"))),
        ("нужен файл от vectors.save", filed(lambda wv: saved(model(), "model.kv"))),
        ("нужен файл от vectors.save", filed(text_file)),
        ("нужен файл от vectors.save", filed(lambda wv: wv)),
        ("другие векторы", filed(lambda wv: saved(model("skip-gram").wv, "old.kv"))),
    ],
    "5.4": [
        ("у этой модели 2", epochs_answers(make=lambda n: one(n, again=1))),
        ("epochs=5, а нужен CBOW с epochs=2", epochs_answers(
            make=lambda n: one(5, window=n))),
        ("epochs=10, а нужен CBOW с epochs=2", epochs_answers(make=lambda n: one())),
        ("window=5, а нужен", epochs_answers(make=lambda n: one(n, window=n))),
        ("window=5, а нужен", epochs_answers(make=lambda n: one(n, window=5))),
        ("различается corpus_total_words", epochs_answers(
            make=lambda n: one(n, lines=300 + n))),
        ("sg=1, а нужен CBOW", epochs_answers(make=lambda n: one(n, sg=1))),
        ("sample=0", epochs_answers(make=lambda n: one(n, sample=0.001))),
        ("модели целиком", epochs_answers(
            after=lambda models: {n: each.wv for n, each in models.items()})),
        ("отложенных слов", epochs_answers(queries=ASKED)),
        ("последней модели", epochs_answers(
            change=lambda c: dict.fromkeys(c, c[40]))),
        ("ключи словаря", epochs_answers(change=lambda c: {2: c[2], 5: c[5]})),
        ("наименьшее число эпох", epochs_answers(enough=lambda best: 2)),
    ],
    "5.5": [
        ("степень не учтена", powers_answers(noise=lambda c, p: c / c.sum())),
        ("это softmax", powers_answers(
            noise=lambda c, p: np.exp(c - 50) / np.exp(c - 50).sum())),
        ("np.cumsum", powers_answers(pick=lambda p, u: np.searchsorted(p, u))),
        ("с ближайшим концом", powers_answers(
            pick=lambda p, u: abs(np.cumsum(p) - u[:, None]).argmin(axis=1))),
        ("window=2, а нужен", powers_answers(make=lambda p: by_power(p, window=2))),
        ("sample=0", powers_answers(make=lambda p: by_power(p, sample=0.001))),
        ("epochs=5, а нужен", powers_answers(make=lambda p: by_power(p, epochs=5))),
        ("sg=1, а нужен CBOW", powers_answers(make=lambda p: by_power(p, sg=1))),
        ("ns_exponent=0,75, а нужен", powers_answers(
            make=lambda p: one(window=3 + int(2 * p)))),
        ("под всеми ключами", powers_answers(
            change=lambda c: dict.fromkeys(c, c[1]))),
    ],
}  # fmt: skip
UNFORESEEN = {
    "5.1": [
        ("ожидалось", (lambda text: clean(text)[::-1],)),
        ("нужен список, а здесь строка", (lambda text: text.lower(),)),
        ("нужен список, а здесь строка", (lambda text: [
            " ".join(line) for line in clean(text)],)),
        ("у вас [[Кот, спит]", (cleaned(lambda t: t, other="[^а-яА-Я]"),)),
        ("у вас [[лка, зеленая]", (cleaned(lambda t: t.replace("ё", "е").lower()),)),
        ("у вас [[ёлка, зелёная]", (cleaned(other="[^а-яё]"),)),
        ("у вас [[котспит]", (without_spaces,)),
        ("у вас [[кот, спит.]", (glued,)),
        ("у вас [[хлеб,соль, и,", (lambda text: [
            [word.strip(".,!?…:;()«»") for word in line] for line in glued(text)],)),
        ("[где, ура]], ожидалось", (cleaned(spelt, ends="[.!…]+"),)),
        ("быть, вот], [где], [ура]]", (cleaned(spelt, ends="[.!?]"),)),
        ("[дом], [изба]]", (cleaned(spelt, ends="[.!?…—]+"),)),
        ("у вас [[хлеб], [соль", (cleaned(spelt, ends="[.!?…,:;]"),)),
        ("[вот, дом], []]", (cleaned(spelt, ends="[.!?…]", keep=True),)),
        ("у вас [[кое-как, кое-где]]", (cleaned(spelt, other="[^а-я-]"),)),
        ("у вас [[в, 1812, году", (cleaned(spelt, other="[^а-я0-9]"),)),
        ("читал, word, и, spam", (cleaned(spelt, other="[^а-яa-z]"),)),
    ],
    "5.2": [
        ("не хватает: а б → а", (lambda s, w: examples(s, w)[1:], gradients)),
        ("лишнее: а а → б", (lambda s, w: [
            *examples(s, w), (["а", "а"], "б")], gradients)),
        ("а а в → б × 2", (lambda s, w: examples(s, w) * 2, gradients)),
        ("е → д; не хватает", (windows(right=0), gradients)),
        ("б → а, в → г", (windows(left=1, right=0), gradients)),
        ("лишнее: а а б г → в", (windows(left=-1, right=2), gradients)),
        ("лишнее: → з", (windows(empty=True), gradients)),
        ("лишнее: а в → б", (lambda s, w: [
            (line[i + 1 : i + 1 + w], word) for line in s
            for i, word in enumerate(line[:-1])], gradients)),
        ("лишнее: б в г → а", (lambda s, w: [
            ([a for a in near if a != b], b) for near, b in examples(s, w)],
            gradients)),
        ("не хватает: а а в → б", (lambda s, w: [
            (line[i - w : i] + line[i + 1 : i + 1 + w], line[i]) for line in s
            for i in range(w, len(line) - w)], gradients)),
        ("лишнее: а в → б; не хватает: а а в → б", (lambda s, w: [
            (set(near), b) for near, b in examples(s, w)], gradients)),
        ("нужен список, а здесь строка", (lambda s, w: [
            (" ".join(near), word) for near, word in examples(s, w)], gradients)),
        ("нужен список, а здесь строка", (lambda s, w: [
            (b, a) for a, b in examples(s, w)], gradients)),
        ("ожидалось", (examples, changed(error=lambda z, a: z - a))),
        ("с обратным знаком", (examples, changed(error=lambda z, a: a - sigmoid(z)))),
        ("ожидалось", (examples, changed(mean=lambda v, axis: v[0]))),
        ("ожидалось", (examples, skip_gram)),
        ("в одно и то же число раз, 3", (examples, changed(share=0))),
        ("в одно и то же число раз, 0,3333", (examples, lambda v, u, a: [
            each / len(v) for each in gradients(v, u, a)])),
        ("форма (4,), ожидалась (3, 4)", (examples, lambda v, u, a: (
            gradients(v, u, a)[0][0], gradients(v, u, a)[1]))),
        ("форма (3, 4), ожидалась (6, 4)", (
            examples, lambda v, u, a: gradients(v, u, a)[::-1])),
        ("ожидалось", (examples, lambda v, u, a: (
            gradients(v, u, a)[0] ** 2, gradients(v, u, a)[1]))),
        ("отличаются", (examples, lambda v, u, a: (
            gradients(v, u, a)[0], 7 * gradients(v, u, a)[1]))),
    ],
    "5.3": [
        ("объект типа list", lambda: (guesses(), [1, 2], "a.kv", small_book())),
        ("записано 9", expecting(lambda e, wv: dict(list(e.items())[1:]))),
    ],
    "5.4": [
        ("ожидалось", epochs_answers(
            change=lambda c: {n: each**3 for n, each in c.items()})),
        ("ожидалось", epochs_answers(
            change=lambda c: dict(zip(c, list(c.values())[::-1], strict=True)))),
        ("у вас 0,8, а нужно", epochs_answers(enough=lambda best: 0.8)),
        ("у вас 20, а нужно", epochs_answers(
            make=lambda n: one(n), enough=lambda best: 20)),
    ],
    "5.5": [
        ("ожидалось", powers_answers(noise=lambda c, p: noise(c, p) ** 2)),
        ("ожидалось", powers_answers(
            noise=lambda c, p: np.log(c) / np.log(c).sum())),
        ("ожидалось", powers_answers(noise=lambda c, p: noise(c, -p))),
        ("в одно и то же число раз", powers_answers(noise=lambda c, p: c**p)),
        ("в одно и то же число раз", powers_answers(
            noise=lambda c, p: (c / c.sum()) ** p)),
        ("форма (6,)", powers_answers(pick=lambda p, u: pick(p, u)[1:])),
        ("одно и то же слагаемое, 1", powers_answers(pick=lambda p, u: pick(p, u) + 1)),
        ("ожидалось", powers_answers(pick=lambda p, u: pick(np.sort(p), u))),
        ("ожидалось", powers_answers(
            change=lambda c: {p: each ** (3 + p) for p, each in c.items()})),
    ],
}  # fmt: skip
