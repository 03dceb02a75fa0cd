"""Judges of homework 5: a clean book, CBOW, vectors of a book, epochs, sampling."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors, Word2Vec
from sklearn.metrics.pairwise import cosine_similarity

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
EPOCHS = (2, 5, 10, 20, 40)
POWERS = (0, 0.75, 1)
MARGIN = 0.05  # of purity: how much worse than the best is still enough
SETTINGS = "vector_size seed negative min_count ns_exponent corpus_total_words".split()
AGREEMENT = 0.1  # with counted pairs: trained 0.16 to 0.56, shuffled or one epoch 0.01


# --- 5.1: a clean book ---
TEXTS = (
    "Кот спит. Вот дом.",
    "Ёлка зелёная. ЕЁ видно.",
    "Хлеб,соль и мясо: «ешь» (сам); пей.",
    "Да?! Нет... Может быть… Вот! Где? Ура",
    "Кое-как, кое-где.",
    "В 1812 году 20-летний дед.",
    "Он читал Word и spam.",
    "!!! — 5 % ok. Дом — изба?",
    "",
)
CLEANING = [  # what a mistake changes in `_cut`, and the line that names it
    ({"small": False}, "Прописные буквы пропали: сначала lower(), остальное потом."),
    ({"yo": " "}, "Буква «ё» не входит в «а-я»: сначала замените её на «е»."),
    ({"gap": ""}, "Знак выброшен, а не заменён пробелом, и соседние слова слиплись."),
    ({"ends": ""}, "Предложения слились: разрежьте текст, пока знаки ещё на месте."),
    ({"ends": "."}, "Предложение кончается не только точкой: есть «!», «?» и «…»."),
]


def _cut(text, ends=".!?…", small=True, yo="е", gap=" "):
    """Return the sentences of a text as lists of words, or what a mistake gives."""
    text = text.lower() if small else text
    text = text.replace("ё", yo).replace("Ё", yo.upper())
    pieces = re.split(f"[{ends}]", text) if ends else [text]
    found = [re.sub(r"[^а-я\s]", gap, piece).split() for piece in pieces]
    return [words for words in found if words]


def _listed(items):
    text = judge.text(items).replace("'", "")
    return text if len(text) <= 90 else text[:87] + "..."


def _sentences(clean, text, what):
    """Return the student's sentences of a text as lists of str."""
    found = judge.items(judge.call(clean, text, what="clean"), what)
    found = [judge.items(each, f"{what}, каждое предложение") for each in found]
    if not all(isinstance(word, str) and word for word in chain(*found)):
        judge.refuse(
            f"{what}: слова — строки, и не пустые, а у вас {_listed(found)}. Режьте "
            "по пробелам через split() без аргумента, он пустых не делает."
        )
    return [list(map(str, each)) for each in found]


@EXERCISES.add("5.1", "чистая книга")
def check_clean_book(clean):
    for text in TEXTS:
        what = f"предложения из «{text}»"
        found, wanted = _sentences(clean, text, what), _cut(text)
        if found != wanted:
            named = [line for how, line in CLEANING if found == _cut(text, **how)]
            both = f"{what}: у вас {_listed(found)}, ожидалось {_listed(wanted)}."
            judge.refuse(" ".join([both, *named[:1]]))
    text = "Шёл\nдождь,\tи\u00a0снег\r\nтоже."  # a line may end a sentence, or not
    what = "предложения из «Шёл↵дождь, и снег↵тоже.», где ↵ — конец строки"
    found, wanted = _sentences(clean, text, what), _cut(text)
    if list(chain(*found)) != wanted[0] or not all(found):
        judge.refuse(
            f"{what}: у вас {_listed(found)}, ожидалось {_listed(wanted)}. Конец "
            "строки и табуляция — тоже пробелы."
        )


# --- 5.2: CBOW ---
def _windows(sentences, window, first=0, centre=False):
    """Return CBOW's examples, those without neighbours too, or what a mistake gives."""
    return [
        (line[max(first, i - window) : i] + line[i + 1 - centre : i + 1 + window], word)
        for line in sentences
        for i, word in enumerate(line)
    ]


def _lines(examples, what="", alone=False):
    """Return examples, (neighbours, word), as a set of lines; neighbours are sorted."""
    lines = Counter()
    for item in judge.items(examples, what):
        pair = item if isinstance(item, tuple | list) and len(item) == 2 else ((), None)
        words = judge.items(pair[0], f"{what}, соседи в паре (соседи, слово)")
        if not all(isinstance(each, str) for each in [*words, pair[1]]):
            judge.refuse(
                f"{what}: каждый пример — пара (соседи, слово), например "
                f"([кот, рыбу], ест), а у вас {_listed(item)}."
            )
        if words or alone:
            lines[f"{' '.join(sorted(words))} → {pair[1]}"] += 1
    return {line + f" × {n}" * (n > 1) for line, n in lines.items()}


def _check_examples(examples):
    given = [["а", "б", "а", "в", "г"], ["д", "е", "ж"], ["з"]]
    for window in (2, 1):
        what = f"примеры с окном {window} для {_listed(given)}"
        found = judge.call(examples, given, window, what="cbow_examples")
        centre = _lines(_windows(given, window, centre=True))
        joined = _lines(_windows([list(chain(*given))], window))
        slices = _windows(given, window, first=-window)
        slip = "срез с отрицательным началом считает от конца: max(0, i - window)."
        mistakes = [
            (centre, "слово попало в собственные соседи: сеть увидит ответ."),
            (joined, "окно перешло через границу предложения."),
            (_lines(slices), slip),
            (_lines(slices, alone=True), slip),
        ]
        wanted = _lines(_windows(given, window))
        judge.same_items(_lines(found, what, alone=True), wanted, what, mistakes)


def _check_gradients(gradients):
    rng = np.random.default_rng(5)
    neighbours, u = rng.normal(size=(3, 4)), rng.normal(size=(6, 4))
    answers = np.eye(6)[0]
    for v in (neighbours, neighbours[:1]):  # with one neighbour CBOW is skip-gram
        found = judge.call(gradients, v, u, answers, what="cbow_gradients")
        if not isinstance(found, tuple | list) or len(found) != 2:
            judge.refuse("cbow_gradients: нужны два массива, return dv, du.")
        h, total = v.mean(axis=0), v.sum(axis=0)
        p, by_sum = 1 / (1 + np.exp(-u @ h)), 1 / (1 + np.exp(-u @ total))
        error = p - answers
        slope = error * p * (1 - p)
        mistakes = [
            (np.outer(p, h), "не вычтены верные ответы: ошибка — это p - answers."),
            (np.outer(slope, h), "лишний множитель p(1 − p): он был в уроке 1."),
            (np.outer(by_sum - answers, total), "вместо среднего взята сумма соседей."),
        ]
        # du before dv: a wrong mean or error spoils both, and is seen best here
        judge.same(found[1], np.outer(error, h), f"du (соседей {len(v)})", mistakes)
        wanted = np.tile(error @ u / len(v), (len(v), 1))
        judge.same(found[0], wanted, f"dv (соседей {len(v)})")


@EXERCISES.add("5.2", "CBOW своими руками")
def check_cbow(examples, gradients):
    _check_examples(examples)
    _check_gradients(gradients)


# --- 5.3: vectors of a book ---
def _check_words(vectors, counts):
    """Refuse a vocabulary that is not the words of the whole clean book."""
    keys = vectors.key_to_index
    if sum(len(word) == 1 for word in keys) >= 0.8 * len(keys):
        judge.refuse(
            "vectors: вместо слов буквы. Word2Vec ждёт список предложений, каждое — "
            "список слов, а ему дали строки: он прочёл их по букве."
        )
    bad = [word for word in keys if not re.fullmatch(r"[а-я'-]+", word)]
    if bad:
        judge.refuse(
            "vectors: в словах прописные буквы, «ё», знаки, цифры или латиница, "
            f"{_listed(bad[:3])}. Учите на clean(book.text), а не на сырой книге."
        )
    wanted = [word for word, times in counts.items() if times >= 10]
    have = sum(word in keys for word in wanted)
    if have < 0.85 * len(wanted):
        judge.refuse(
            f"vectors: слов, которые встретились в книге 10 раз и чаще, {len(wanted)}, "
            f"а векторы есть у {have}. Уменьшите min_count до 5."
        )
    try:
        met = sum(int(vectors.get_vecattr(word, "count")) for word in keys)
    except (KeyError, TypeError):  # vectors that were put together by hand
        return
    share = met / max(1, sum(counts[word] for word in keys))
    if share <= 0.8:
        judge.refuse(
            "vectors: учили не на всей книге: gensim прочла только "
            f"{100 * share:.0f} % слов книги. Учите на всех предложениях, lines."
        )


def _counted_pairs(sentences, counts, distances):
    """Return frequent words and how alike are their rows of PPMI, so far apart."""
    words = [word for word, times in counts.most_common(1000) if times >= 5]
    place = {word: i for i, word in enumerate(words)}
    gap = [""] * max(distances)  # pairs are counted inside a sentence
    ids = np.array([place.get(w, -1) for line in sentences for w in [*line, *gap]])
    met = np.zeros((len(words), len(words)))
    for distance in distances:
        left, right = ids[:-distance], ids[distance:]
        both = (left >= 0) & (right >= 0)
        np.add.at(met, (left[both], right[both]), 1)
    met += met.T
    chance = np.maximum(np.outer(met.sum(axis=1), met.sum(axis=0)), 1e-9)
    rows = np.log(np.maximum(met * met.sum() / chance, 1))[:300]
    return words[:300], cosine_similarity(rows)


def _agreement(vectors, words, alike):
    """Return the correlation of cosines with the likeness of counted rows."""
    known = [i for i, word in enumerate(words) if word in vectors.key_to_index]
    if len(known) < 10:
        return 0.0
    rows = np.float64([vectors[words[i]] for i in known])
    close = cosine_similarity(rows - rows.mean(axis=0))
    one, other = np.triu_indices(len(known), 1)
    pairs = np.transpose([close, alike[np.ix_(known, known)]])[one, other]
    # Frequent words lie together even when the text is shuffled, so what the places of
    # both words by frequency explain is taken away first.
    a, b = np.log1p(known)[one], np.log1p(known)[other]
    places = [a**0, a + b, a * b, (a - b) ** 2, (a + b) ** 2, a * b * (a + b)]
    places = np.transpose(places)
    left = pairs - places @ np.linalg.lstsq(places, pairs, rcond=None)[0]
    return float(np.corrcoef(left.T)[0, 1]) if left.std(axis=0).min() > 1e-9 else 0.0


def _check_trained(vectors, book, counts):
    """Refuse vectors that say nothing of the book's words."""
    rows, size = np.float64(vectors.vectors), vectors.vector_size
    if size < 20 or not np.isfinite(rows).all():
        judge.refuse(f"vectors: чисел у слова {size} (нужно 100), или среди них NaN.")
    start = 0.577 / np.sqrt(size)  # the length that gensim begins with
    still = (np.linalg.norm(rows, axis=1) < 1.3 * start).mean()
    if still >= 0.1:  # at most 0.008 in good models, 0.28 and more in one sentence
        judge.refuse(
            f"vectors: {100 * still:.0f} % векторов те же, что в начале. Не обучены, "
            "или книга — одно предложение? Из него gensim читает первые 10 000 слов."
        )
    agreement, near, far = (
        _agreement(vectors, *_counted_pairs(book.sentences, counts, distances))
        for distances in ((1, 2), (1,), (3, 4, 5, 6))
    )
    if agreement <= AGREEMENT:
        judge.refuse(
            "vectors: похожие соседи должны дать похожие векторы. Согласие с подсчётом "
            f"пар {judge.shown(agreement, 2)} (бывает от −1 до 1), ожидалось больше "
            f"{judge.shown(AGREEMENT)}. Мало эпох, перемешаны слова или книга другая?"
        )
    if far >= near:  # far less near: window 2 at most −0.09, shuffled at least 0.015
        judge.refuse(
            "vectors: похожи слова из одного предложения, а не с одинаковыми соседями: "
            f"согласие с подсчётом далёких пар {judge.shown(far, 2)}, соседних "
            f"{judge.shown(near, 2)}. Слова в предложениях перемешаны, окно больше 2?"
        )


def _can_come(guess, word):
    """Tell whether a guess may be found near a word of a clean book."""
    if not isinstance(guess, str) or guess == word:
        return False
    return guess.lower().replace("ё", "е").split() == [guess]


def _check_expected(expected, vectors):
    """Refuse expectations that are too few, cannot come true, or all came true."""
    size = len(expected) if isinstance(expected, dict) else 0
    if size < 10:
        judge.refuse(f"expected: нужен словарь из десяти слов, а записано {size}.")
    came = []
    for word, guesses in expected.items():
        if guesses is ...:
            raise judge.NotStarted
        if word not in vectors.key_to_index:
            judge.refuse(
                f"expected: у слова «{word}» нет вектора: слова в книге строчные, «е» "
                "вместо «ё», и вектор есть только у тех, что встретились хотя бы 5 раз."
            )
        given = guesses if isinstance(guesses, list | tuple | set) else ()
        if not 1 <= len(given) <= 3 or not all(_can_come(each, word) for each in given):
            judge.refuse(
                f"expected: у слова «{word}» нужно от одного до трёх других слов "
                f"(строчных, с «е» вместо «ё»), а записано {_listed(guesses)}."
            )
        near = dict(vectors.most_similar(word, topn=10))
        came += [each in near for each in given]
    if all(came) and len(came) >= 20:
        judge.refuse(
            "expected: сбылись все ожидания до единого. Похоже, это ответы модели, а "
            "задание просит записать свои до обучения; ошибиться не страшно."
        )


def _check_saved(saved, vectors):
    """Refuse a file that is not these vectors."""
    with judge.running("saved", "нужен файл от vectors.save(saved), а здесь"):
        read = KeyedVectors.load(str(Path(saved).resolve(strict=True)))
        same = list(read.key_to_index) == list(vectors.key_to_index)
        same = same and np.array_equal(read.vectors, vectors.vectors)
    if not same:
        judge.refuse(
            "saved: в файле другие векторы, не те, что в vectors. Наверное, он остался "
            "от прошлого обучения: сохраните ещё раз."
        )


@EXERCISES.add("5.3", "векторы своей книги")
def check_vectors_of_book(expected, vectors, saved, book):
    vectors = judge.started(vectors, "vectors")
    vectors = judge.attribute(vectors, "wv", vectors)
    if not isinstance(vectors, KeyedVectors) or not len(vectors):
        what = type(vectors).__name__
        judge.refuse(f"vectors: нужны векторы, model.wv, а здесь объект типа {what}.")
    with judge.running("book, книга, которую дали data.load или data.own_book"):
        counts = Counter(chain.from_iterable(book.sentences))
    _check_words(vectors, counts)
    _check_trained(vectors, book, counts)
    _check_expected(judge.started(expected, "expected"), vectors)
    _check_saved(saved, vectors)


# --- 5.4 and 5.5: models that differ in one setting ---
def _by_key(value, keys, what):
    """Return the values of a student's dict in the order of `keys`."""
    value = judge.started(value, what)
    if not isinstance(value, dict) or value.keys() != set(keys):
        has = list(value) if isinstance(value, dict) else value
        named = ", ".join(map(str, keys))
        judge.refuse(
            f"{what}: ключи словаря — {named} без кавычек, а у вас {_listed(has)}."
        )
    if any(each is ... for each in value.values()):
        raise judge.NotStarted
    return [value[key] for key in keys]


def _check_models(models, keys, attribute, wanted, what):
    """Refuse models that differ in more, or in less, than `attribute`."""
    for key, model in zip(keys, models, strict=True):
        where = f"{what}[{key}]"
        if not isinstance(model, Word2Vec):
            judge.refuse(
                f"{where}: нужны модели целиком, Word2Vec(...), без .wv: по ним видно, "
                f"как учили. А лежит {type(model).__name__}."
            )
        if model.train_count != 1:
            judge.refuse(
                f"{where}: обучений у этой модели {model.train_count}, а нужно одно. "
                "Обучите новую: у прежней скорость уже упала почти до нуля."
            )
        for name, value in {attribute: key, **wanted}.items():
            has, value = judge.shown(getattr(model, name)), judge.shown(value)
            if has != value:
                judge.refuse(f"{where}: {name}={has}, а нужен CBOW с {name}={value}.")
    for name in SETTINGS:
        values = {judge.shown(getattr(model, name), 9) for model in models}
        if name != attribute and len(values) > 1:
            judge.refuse(
                f"{what}: кроме {attribute}, у моделей различается {name}: "
                f"{', '.join(sorted(values))}. Тогда не узнать, что подействовало."
            )


def _purities(measure, models, words):
    with judge.running("measure", "верните ячейку проверки, ошибка"):
        return [float(measure(model.wv, words)) for model in models]


def _check_curve(curve, models, keys, measure, tuning, asked, what):
    """Return the student's curve and the right one."""
    wanted = _purities(measure, models, tuning)
    got = [judge.number(each, what) for each in _by_key(curve, keys, what)]
    held = "это чистота отложенных слов, asked: их открывают один раз, в конце."
    last = "под всеми ключами чистота последней модели, а нужна модель этого ключа."
    mistakes = [
        (lambda: _purities(measure, models, asked), held),
        ([wanted[-1]] * len(wanted), last),
    ]
    judge.same(got, wanted, what, mistakes, rtol=0, atol=0.0051)
    return got, wanted


@EXERCISES.add("5.4", "сколько эпох нужно CBOW")
def check_epochs(models, curve, enough, measure, tuning, asked):
    models = _by_key(models, EPOCHS, "models")
    wanted = {"window": 2, "sample": 0, "sg": 0}
    _check_models(models, EPOCHS, "epochs", wanted, "models")
    curves = _check_curve(curve, models, EPOCHS, measure, tuning, asked, "curve")
    found, right = judge.number(enough, "enough"), set()
    for curve in curves:
        for edge in (1e-6, -1e-6):  # it decides for a value on the very margin
            near = [value >= max(curve) - MARGIN - edge for value in curve]
            right.add(EPOCHS[near.index(True)])
    if found not in right:
        shares = "; ".join(judge.shown(value, 3) for value in curves[1])
        judge.refuse(
            f"enough: у вас {judge.shown(found)}, а нужно наименьшее число эпох, при "
            "котором чистота хуже наибольшей не больше чем на 0,05. Чистота при "
            f"{', '.join(map(str, EPOCHS))} эпохах: {shares}."
        )


@EXERCISES.add("5.5", "подставные слова, со звёздочкой")
def check_negative_words(noise, pick, models, curve, measure, tuning, asked):
    counts = np.array([50.0, 20.0, 20.0, 5.0, 1.0])
    likely = np.exp(counts - 50)
    mistakes = [
        (counts / counts.sum(), "степень не учтена: это просто доли слов в книге."),
        (likely / likely.sum(), "это softmax, exp, а нужна степень."),
    ]
    for power in (0.75, 1, 0, 0.5):
        found, weights = judge.call(noise, counts, power, what="noise"), counts**power
        what = f"noise([50, 20, 20, 5, 1], {judge.shown(power)})"
        judge.same(found, weights / weights.sum(), what, mistakes)
    _check_pick(pick)
    models = _by_key(models, POWERS, "by_power")
    wanted = {"window": 5, "sample": 0, "epochs": 10, "sg": 0}
    _check_models(models, POWERS, "ns_exponent", wanted, "by_power")
    _check_curve(curve, models, POWERS, measure, tuning, asked, "power_curve")


def _check_pick(pick):
    p = np.array([0.1, 0.4, 0.2, 0.3])
    u = np.array([0.05, 0.15, 0.45, 0.55, 0.65, 0.75, 0.95])
    nearest = abs(np.cumsum(p) - u[:, None]).argmin(axis=1)
    mistakes = [
        (np.searchsorted(p, u), "не сложены вероятности предыдущих слов: np.cumsum."),
        (nearest, "взят кусок с ближайшим концом, а нужен тот, куда попала точка u."),
    ]
    what = "pick([0,1 0,4 0,2 0,3], [0,05 0,15 0,45 0,55 0,65 0,75 0,95])"
    found = judge.call(pick, p, u, what="pick")
    judge.same(found, [0, 1, 1, 2, 2, 3, 3], what, mistakes)
    even, p = (np.arange(1000) + 0.5) / 1000, np.array([0.25, 0.125, 0.5, 0.125])
    found = judge.array(judge.call(pick, p, even, what="pick"), "pick", even.shape)
    shares = [(found == i).mean() for i in range(4)]
    judge.same(shares, p, "доли слов для тысячи точек, pick")
