"""Judges of homework 7: teacher forcing, byte pairs, search, the next word."""

from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.feature_extraction.text import TfidfVectorizer

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
PAD, UNK, START, END = range(4)
MERGES = 400  # that exercise 7.2 asks for
WINDOW = 24  # words that the network of exercise 7.5 reads at once


# --- 7.1 ---
@EXERCISES.add("7.1", "сказать и замолчать")
def check_lesson_rows(lesson_rows):
    cases = [([7, 5, 9], 6), ([11, UNK, 6, 4], 8), ([8], 2), ([], 3)]
    for answer, length in (*cases, ([4, 5, 6, 7, 8, 9], 4)):
        _check_rows(lesson_rows, answer, length)


def _check_rows(lesson_rows, answer, length):
    what = f"lesson_rows({answer}, {length})"
    rows = judge.items(judge.call(lesson_rows, answer, length, what=what), what)
    if len(rows) != 3:
        judge.refuse(f"{what}: нужны три ряда: что читает, что говорит и маска.")
    kept, places = answer[: length - 1], np.arange(length)
    used = len(kept) + 1

    def row(*numbers):
        return np.pad(numbers, (0, length - len(numbers)), constant_values=PAD)

    says = [
        (answer[:length], "ответ обрезан вместе с меткой конца: оставьте ей место."),
        (row(*kept), "нет метки конца: сеть не будет знать, что пора молчать."),
        (row(START, *kept), "цель не сдвинута: сеть учится повторять слово."),
    ]
    reads = [([PAD, *kept], "вместо метки начала стоит дополнение.")]
    mask = [
        (np.ones(length), "единицы стоят и на дополнении: за тишину не судят."),
        (places < used - 1, "метка конца в маску не вошла: сказать её надо научиться."),
    ]
    for place, name, wanted, mistakes in (
        (1, "что говорит", row(*kept, END), says),
        (0, f"что читает (первые места: {used})", [START, *kept], reads),
        (2, "маска", places < used, mask),
    ):
        got = judge.array(rows[place], f"{what}, {name}", (length,))
        judge.same(got[: len(wanted)], wanted, f"{what}, {name}", mistakes)


# --- 7.2 ---
def glue(pieces, pair):
    """Return pieces where neighbours equal to `pair` are glued."""
    glued, i = [], 0
    while i < len(pieces):
        size = 2 if tuple(pieces[i : i + 2]) == tuple(pair) else 1
        glued.append("".join(pieces[i : i + size]))
        i += size
    return glued


def learn_merges(counts, number):
    """Return the merges of byte-pair encoding."""
    words, merges = {word: list(word) for word in counts}, []
    for _ in range(number):
        found = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                found[pair] += counts[word]
        if not found:
            break
        best = min(found, key=lambda pair: (-found[pair], pair))
        merges.append(best)
        words = {w: glue(p, best) if best[0] in p else p for w, p in words.items()}
    return merges


def cut_word(word, merges):
    """Return the pieces of a word."""
    pieces = list(word)
    for pair in merges:
        pieces = glue(pieces, pair)
    return pieces


def pieces_of(tokens, merges, mark="^"):
    """Return the pieces of all words."""
    return [piece for word in tokens for piece in cut_word(mark + word, merges)]


def _questions(rows, what):
    """Return pairs of a question's words and an answer, and all words of questions."""
    rows = judge.started(rows, what)
    with judge.running(what, "нужен список пар (слова вопроса, слова ответа), ошибка"):
        found = [(list(question), tuple(answer)) for question, answer in rows]
        words = [word for question, _ in found for word in question]
        if not "".join(words):
            raise ValueError("слов нет")
        return found, words


def _check_function(function, name, right, cases, slips=()):
    """Compare a function with ours; slips are wrong ones and lines that name them."""
    for arguments in cases:
        what = f"{name}({', '.join(map(repr, arguments))})"
        got = judge.items(judge.call(function, *arguments, what=what), what)
        for i, item in enumerate(got):
            if isinstance(item, list | np.ndarray):
                got[i] = tuple(judge.items(item, what))
        mistakes = [(partial(slip, *arguments), line) for slip, line in slips]
        judge.same_items(got, right(*arguments), what, mistakes)


@EXERCISES.add("7.2", "слова по кусочкам")
def check_pieces(glue_, learn, cut, all_bpe, lost, train, test):
    cases = [("мамак", "ма"), ("ааа", "аа"), ("аб", "ба"), ("", "аб"), ("а", "аа")]
    cases = [(list(pieces), tuple(pair)) for pieces, pair in cases]
    cases.append((["ко", "т", "к", "от"], ("к", "от")))  # «кот» in two ways
    _check_function(glue_, "glue", glue, cases)
    cases = (
        ({"вг": 1, "аб": 2, "де": 5}, 1), ({"вг": 2, "аб": 2, "жд": 2}, 2),
        ({"ба": 3, "ав": 3}, 2), ({"аба": 2, "вг": 3}, 1), ({"да": 1, "я": 9}, 5),
        ({"абв": 3, "бв": 1, "вд": 3}, 2), ({"бв": 9, "аб": 5, "абв": 2, "аба": 2}, 3),
        ({"мама": 3, "мак": 2, "кама": 1, "ааа": 4, "аааа": 1, "ток": 5, "кот": 5}, 6),
    )  # fmt: skip
    cases = [(Counter(counts), number) for counts, number in cases]
    _check_function(learn, "learn_merges", learn_merges, cases)
    cases = (
        ("мама", [("м", "а")]), ("мкма", [("м", "а"), ("к", "у")]), ("я", [("м", "а")]),
        ("абв", [("б", "в"), ("а", "б")]), ("щамам", [("а", "м"), ("ж", "у")]),
        ("кошка", [("к", "о"), ("ко", "ш"), ("к", "а"), ("кош", "ка")]),
    )  # fmt: skip
    _check_function(cut, "cut_word", cut_word, cases)
    (_, words), (test, asked) = _questions(train, "train"), _questions(test, "test")
    merges = learn_merges(Counter("^" + word for word in words), MERGES)
    cases = [(["привет", "скучаешь"],), *((question,) for question, _ in test[:40])]
    ours, bare = (partial(pieces_of, merges=merges, mark=mark) for mark in ("^", ""))
    slips = [(bare, "перед словами нет знака ^; склейки выучены с ним.")]
    _check_function(all_bpe, "all_bpe", ours, cases, slips)
    _check_lost(lost, words, asked, merges)


def _check_lost(lost, known, asked, merges):
    lost, full = judge.started(lost, "lost"), {"^", *"".join(known)}
    if not isinstance(lost, dict) or set(lost) != {"слова", "куски"}:
        judge.refuse("lost: нужен словарь из двух долей, «слова» и «куски».")
    for key, items, vocabulary in (
        ("слова", asked, set(known)),
        ("куски", pieces_of(asked, merges), full | {a + b for a, b in merges}),
    ):
        share = np.mean([item not in vocabulary for item in items])
        distinct = np.mean([item not in vocabulary for item in set(items)])
        line = "каждое считайте столько раз, сколько оно встретилось."
        judge.same(lost[key], share, f'lost["{key}"]', [(distinct, line)], rtol=1e-3)


# --- 7.3 ---
def right_answers(cutter, known, test):
    """Return for each question whether the nearest known one has its answer."""
    counter = TfidfVectorizer(analyzer=cutter)
    rows = counter.fit_transform([question for question, _ in known])
    close = counter.transform([question for question, _ in test]) @ rows.T
    best = np.asarray(close.argmax(axis=1)).ravel()
    return np.array([known[i][1] == test[j][1] for j, i in enumerate(best)])


def starts_of(tokens):
    """Return the first three to eight signs of each word with its edges marked."""
    words = [f"^{word}$" for word in tokens]
    return [w[:size] for w in words for size in range(3, min(len(w), 8) + 1)]


def _interval(d, errors=1.96):
    """Return the mean of differences, and it less and plus some standard errors."""
    return d.mean() + errors * d.std(ddof=1) / np.sqrt(len(d)) * np.array([0, -1, 1])


@EXERCISES.add("7.3", "искать по кускам")
def check_search(paired, right, leader, train, test):
    rng = np.random.default_rng(0)
    first = rng.random(200) < 0.6
    second = np.where(rng.random(200) < 0.8, first, rng.random(200) < 0.3)
    _check_paired(paired, first, second)
    _check_paired(paired, second, first)
    _check_paired(paired, first, first ^ (rng.random(200) < 0.6))
    (train, words), (test, _) = _questions(train, "train"), _questions(test, "test")
    right, leader = judge.started(right, "right"), judge.started(leader, "leader")
    if not isinstance(right, dict):
        judge.refuse("right: нужен словарь, как в задании.")
    if not isinstance(leader, dict) or set(leader) != {"слова", "начала"}:
        judge.refuse("leader: нужен словарь из двух выводов, «слова» и «начала».")
    leader = {key: judge.started(leader[key], "leader") for key in ("слова", "начала")}
    merges = learn_merges(Counter("^" + word for word in words), MERGES)
    pieces, hits = partial(pieces_of, merges=merges), {}
    for name, cutter in (("слова", list), ("начала", starts_of), ("куски", pieces)):
        if right.get(name, ...) is ...:
            judge.refuse(f"right: в словаре нет строки «{name}»; прибавьте её.")
        hits[name] = _check_right(right[name], name, cutter, train, test)
    for rival, said in leader.items():
        _check_leader(said, hits["куски"] - hits[rival], rival)


def _check_paired(paired, first, second):
    what = "paired(first, second)"
    got = judge.array(judge.call(paired, first, second, what=what), what, (3,))
    d, unlike = first.astype(float) - second, (first != second).mean()
    lost = "знак потерян: вычитайте числа, а не True и False."
    judge.same(got[0], d.mean(), f"{what}, разность", [(unlike, lost)], 0.02, 2e-4)
    right, apart = _interval(d), np.sqrt(first.var() + second.var())
    mistakes = [
        (_interval(d, 1.96 * np.sqrt(len(d))),
         "стандартное отклонение не поделено на корень из len(d)."),
        (_interval(d, 1), "нет множителя 1,96: до краёв одна стандартная ошибка."),
        (_interval(d, 1.96 * apart / d.std()),
         "разброс посчитан у каждого ряда отдельно, а нужен разброс разности d."),
    ]  # fmt: skip
    near = 0.1 * (right[2] - right[0])  # Student's t, a bootstrap, two instead of 1.96
    judge.same(got, right, what, mistakes, rtol=0, atol=near)


def _check_right(got, name, cutter, train, test):
    """Return the student's hits as numbers, when they are those of the search."""
    what = f'right["{name}"]'
    got = judge.array(got, what, (len(test),)) > 0.5
    wanted = right_answers(cutter, train, test)
    off = int((got != wanted).sum())
    if off < 0.015 * len(test):
        return got.astype(float)
    if (got == right_answers(cutter, train + test, test)).mean() > 0.985:
        judge.refuse(f"{what}: поиск идёт и среди вопросов экзамена. Это утечка.")
    ours, mean = judge.shown(got.mean()), judge.shown(wanted.mean())
    judge.refuse(
        f"{what}: доля верных {ours}, ожидалась {mean}; не совпало отметок: {off}. "
        "Верно ли режутся слова и сравниваются ли ответы с test?"
    )


def _check_leader(said, d, rival):
    gap, low, high = _interval(d)
    best, nobody = "куски" if gap > 0 else rival, "не различить"
    right = {best if low > 0 or high < 0 else nobody}
    if min(abs(low), abs(high)) < 0.002:  # another way to count moves it over zero
        right = {best, nobody}
    if " ".join(judge.text(said).lower().split()).strip(" .!«»") not in right:
        judge.refuse(
            f'leader["{rival}"]: разность {judge.shown(gap, 2)}, интервал от '
            f"{judge.shown(low, 2)} до {judge.shown(high, 2)}: внутри ли ноль? Скажите "
            f"«куски», «{rival}» или «{nobody}»."
        )


# --- 7.4 ---
def three(train, before, after, size):
    """Return what pairs, words and no knowledge say of each word after another."""
    train, before, after = (np.asarray(each, int) for each in (train, before, after))
    pairs = Counter((train[:-1] * size + train[1:]).tolist())
    both = np.array([pairs[pair] for pair in (before * size + after).tolist()])
    starts = np.bincount(train[:-1], minlength=size)[before]
    by_word = np.bincount(train, minlength=size)[after] / len(train)
    by_pair = np.where(starts > 0, both / np.maximum(starts, 1), by_word)
    return np.array([by_pair, by_word, np.full(len(after), 1 / size)])


def best_shares(table, steps=300):
    """Return the shares of a mixture that make a text most probable, by EM."""
    shares = np.full(len(table), 1 / len(table))
    for _ in range(steps):
        parts = shares[:, None] * table
        shares = (parts / np.maximum(parts.sum(axis=0), 1e-300)).mean(axis=1)
    return shares


def _perplexity(p):
    return float(np.exp(-np.log(np.maximum(p, 1e-300)).mean()))


def _text(stream, what):
    numbers = judge.array(stream, what).ravel()
    if not (numbers.size > 10 and (numbers % 1 == 0).all() and numbers.min() >= 0):
        judge.refuse(f"{what}: нужен ряд номеров слов, как в задании.")
    return numbers.astype(int)


@EXERCISES.add("7.4", "соперник для сети")
def check_rival(three_, perplexity, shares, train, val, size):
    _check_three(three_)
    p = np.array([0.5, 0.25, 0.01, 0.8, 0.125])
    nats, what = -np.log(p).mean(), f"perplexity({p.tolist()})"
    two = "логарифм натуральный, а в степень возводится двойка."
    got = judge.call(perplexity, p, what=what)
    judge.same(got, np.exp(nats), what, [(2**nats, two)])
    train, val = _text(train, "обучающая часть"), _text(val, "валидация")
    size = judge.number(size, "размер словаря")
    if not max(train.max(), val.max()) < size < 1e6 or size % 1:
        judge.refuse("среди номеров слов есть такие, которых нет в словаре.")
    table = three(train, val[:-1], val[1:], int(size))
    shares = judge.array(shares, "shares", (3,))
    if not (shares.min() > -1e-6 and abs(shares.sum() - 1) < 1e-3):
        judge.refuse("shares: доли неотрицательны и в сумме дают 1.")
    best = best_shares(table)
    lowest, ours = _perplexity(best @ table), _perplexity(np.maximum(shares, 0) @ table)
    if ours > 1.01 * lowest:
        learned = "Доля пар велика: её подбирают на валидации, не на обучающей части."
        judge.refuse(
            f"shares: перплексия на валидации {judge.shown(ours)}, а с лучшими долями "
            f"{judge.shown(lowest)}. {learned if shares[0] > best[0] + 0.05 else ''}"
        )


def _check_three(found):
    train = np.array([1, 2, 3, 1, 2, 2, 3, 1, 4, 1, 2, 5, 3, 4])
    before, after = np.array([[1, 1, 2, 3, 2, 0, 5, 4], [2, 4, 3, 1, 2, 1, 2, 1]])
    what = "three(train, before, after, size)"
    got = judge.call(found, train, before, after, 6, what=what)
    right = three(train, before, after, 6)
    got = judge.array(got, what, right.shape)
    starts, often = np.bincount(train[:-1])[before], np.bincount(train)[before]
    by_all = right[0] * starts / np.maximum(often, 1)
    mistakes = [
        (np.where(starts, right[0], 0), "с before не начинается ни одна пара: нужна "
         "частота слова after, а стоит ноль."),
        (np.where(starts, by_all, right[1]), "c(v) посчитано по всем словам, а нужно "
         "по началам пар: последнее слово текста пару не начинает."),
    ]  # fmt: skip
    judge.same(got[1], right[1], f"{what}, строка слов", rtol=0.09)
    judge.same(got[2], right[2], f"{what}, строка «поровну»")
    judge.same(got[0], right[0], f"{what}, строка пар", mistakes)


# --- 7.5 ---
def windows(stream):
    """Return a text in rows of 25 words: the last word of one begins the next."""
    return sliding_window_view(stream, WINDOW + 1)[::WINDOW]


def _ask(next_words, size, rows):
    """Return the probabilities of the next words in windows."""
    p = judge.call(next_words, rows.astype("int32"), what="next_words")
    return judge.array(p, "next_words(network, rows)", (*rows.shape, size))


def _spoken(ask, rows, said):
    """Return the probabilities of words at the places of the rows."""
    parts = [slice(i, i + 64) for i in range(0, len(rows), 64)]
    told = [np.take_along_axis(ask(rows[i]), said[i][..., None], -1) for i in parts]
    return np.concatenate(told)[..., 0]


@EXERCISES.add("7.5", "следующее слово, со звёздочкой")
def check_next_word(table, network, next_words, result, words, vectors, parts):
    judge.network(network, "network")
    judge.function(next_words, "next_words")
    parts = [_text(each, "часть книги") for each in judge.items(parts, "тексты")]
    names = judge.items(judge.attribute(words, "words", words), "words")
    size = len(names)
    short = len(parts) != 3 or min(map(len, parts)) <= 2 * WINDOW
    if short or max(each.max() for each in parts) >= size:
        judge.refuse("тексты: нужны три ряда номеров слов из words, как в задании.")
    train, val, test = parts
    known = train.tobytes()
    for part in (val, test):
        if np.mean([row.tobytes() in known for row in windows(part)]) > 0.2:
            judge.refuse("валидация или тест лежит внутри обучающей части: это утечка.")
    _check_table(table, names, vectors, network)
    ask = partial(_ask, partial(next_words, network), size)
    _check_probabilities(ask, windows(test)[:4, :-1], size)
    shares = best_shares(three(train, val[:-1], val[1:], size))
    gains = []
    for part in (val, test):
        x, y = windows(part)[:, :-1], windows(part)[:, 1:]
        pairs = shares @ three(train, x.ravel(), y.ravel(), size)
        ours = _spoken(ask, x, y)
        gains.append(_perplexity(ours) / _perplexity(pairs))
    own, mixed = judge.shown(_perplexity(ours)), judge.shown(_perplexity(pairs))
    line = f"сеть: перплексия на тесте {own}, у пар {mixed}. "
    if not gains[1] < 0.97:
        if _spoken(ask, x[:100], x[:100]).mean() > 0.3:
            judge.refuse(line + "Цель не сдвинута: нужно следующее слово, x[:, 1:].")
        judge.refuse(line + "Сеть должна быть лучше хотя бы на 3 %.")
    if not gains[1] > 0.92 * gains[0]:
        line += "На валидации выигрыш намного меньше: похоже, тест попал в обучение."
        judge.refuse(line)
    result = judge.started(result, "result")
    if not isinstance(result, dict) or not {"пары", "с векторами"} <= set(result):
        judge.refuse("result: нужен словарь, где есть «пары» и «с векторами».")
    for key, p, rtol in (("пары", pairs, 0.012), ("с векторами", ours.ravel(), 0.002)):
        unknown = "слово <unk> пропущено, и числа не сравнить."
        mistakes = [(_perplexity(p[y.ravel() != 0]), unknown)]
        judge.same(result[key], _perplexity(p), f'result["{key}"]', mistakes, rtol)


def _cosines(one, other):
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / np.maximum(lengths, 1e-9)


def _check_table(table, names, vectors, network):
    with judge.running("vectors", "нужны векторы слов, как в задании, а вышла ошибка"):
        places = [i for i, name in enumerate(names) if name in vectors]
        places = places[:: max(1, len(places) // 300)]
        wanted = np.array([np.ravel(vectors[names[i]]) for i in places], float)
        table = judge.array(table, "table", (len(names), wanted.shape[1]))
    rows = table[places]
    centred = rows - rows.mean(axis=0), wanted - wanted.mean(axis=0)
    if not np.mean(_cosines(*centred) > 0.8) > 0.95:
        judge.refuse("table: строка i — не vectors[слово] для words.words[i].")
    ratio = np.linalg.norm(rows, axis=1) / np.linalg.norm(wanted, axis=1)
    if _cosines(rows, wanted).min() > 0.999 and ratio.std() > 0.02 * ratio.mean():
        judge.refuse("table: каждая строка поделена на своё число, а нужно одно общее.")
    if not 0.5 < rows.std() < 2:
        judge.refuse(f"table: разброс {judge.shown(rows.std(), 2)}, а нужен около 1.")
    same = [each for each in network.get_weights() if each.shape == table.shape]
    if not max((np.median(_cosines(each, table)) for each in same), default=0) > 0.3:
        judge.refuse(
            "network: веса эмбеддинга начаты не с table; нужно "
            "embedding.set_weights([table])."
        )


def _check_probabilities(ask, rows, size):
    what, p = "next_words(network, rows)", ask(rows)
    if not (p.min() > -1e-6 and np.abs(p.sum(axis=-1) - 1).max() < 1e-2):
        judge.refuse(
            f"{what}: числа от {judge.shown(p.min())} до {judge.shown(p.max())}, а "
            "вероятности в сумме по последней оси дают 1. Возьмите по ней softmax."
        )
    if (p.max(axis=-1) < 2.8 * p.min(axis=-1)).all():  # softmax of 0 and 1: e times
        judge.refuse(f"{what}: softmax взят дважды, или сеть не обучена.")
    other = rows.copy()
    other[:, -1] = (other[:, -1] + 1) % size
    if np.abs(ask(other) - p)[:, :-1].max() > 1e-3:
        judge.refuse(f"{what}: сеть видит слово, которое угадывает.")
