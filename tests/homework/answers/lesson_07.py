"""Answers to homework 7."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np

from helpers.text import Vocabulary
from lessons.checks import lesson_07 as ours

# --- 7.1 ---


def rows(start=(2,), end=(3,), keep=1, shift=0, start_said=(), inside=None):
    """Return a function that prepares an answer; the defaults are right."""

    def lesson_rows(answer, length):
        kept = list(answer)[: length - keep]
        reads, says = [*start, *kept], [*start_said, *kept, *end][shift:]
        mask = [1] * (len(kept) + 1)
        mask = mask if inside is None else inside(reads, says, mask, length)
        return tuple(([*row, *[0] * length])[:length] for row in (reads, says, mask))

    return lesson_rows


def as_in_the_lesson(answer, length):
    whole = [2, *list(answer)[: length - 1], 3, *[0] * length][: length + 1]
    reads, says = np.array(whole[:-1], np.int32), np.array(whole[1:], np.int32)
    return [reads, says, says != 0]


def in_front(answer, length):
    used = min(len(answer), length - 1) + 1
    return [np.roll(row, length - used) for row in rows()(answer, length)]


def later_mask(reads, says, mask, length):
    return [*mask, 1]


def in_a_batch(answer, length):
    return [np.array([row]) for row in as_in_the_lesson(answer, length)]


# --- 7.2 and 7.3 ---

QUESTIONS = [
    ("как тебя зовут", "Бот."), ("скажи как зовут тебя", "Бот."),
    ("ты скучаешь", "Немного."), ("тебе скучно одному", "Немного."),
    ("любишь чай", "Люблю."), ("чай ты любишь", "Люблю."),
    ("сколько тебе лет", "Один."), ("какой у тебя возраст", "Один."),
    ("где живешь", "В школе."), ("где твой дом", "В школе."),
]  # fmt: skip
EXAM = [
    ("скучал без меня", "Немного."), ("как зовут бота", "Бот."),
    ("любит ли бот чаи", "Люблю."), ("где ты живешь", "В школе."),
    ("сколько лет боту", "Один."), ("возраст какой", "Один."),
    ("скука скучна", "Немного."), ("зовут меня юля", "Бот."),
    ("дома ли ты", "В школе."), ("чаю хочешь", "Люблю."),
]  # fmt: skip
TRAIN = [(text.split(), [answer]) for text, answer in QUESTIONS]
TEST = [(text.split(), [answer]) for text, answer in EXAM]
COUNTS = Counter("^" + word for question, _ in TRAIN for word in question)


def by_string(pairs):
    return min(pairs, key="".join)


def first_met(pairs):
    return next(iter(pairs))


def learn(weigh=True, tie=min, again=True, once=False, joined=False, pick=max, least=1):
    """Return a function that learns merges; the defaults are right."""

    def learn_merges(counts, number):
        if joined:
            counts = {"".join(word * times for word, times in counts.items()): 1}
        words, merges, found = {word: list(word) for word in counts}, [], Counter()
        while len(merges) < number:
            if again or not merges:
                found = Counter()
                for word, pieces in words.items():
                    pairs = list(pairwise(pieces))
                    for pair in set(pairs) if once else pairs:
                        found[pair] += counts[word] if weigh else 1
            if not found or max(found.values()) < least:
                break
            most = pick(found.values())
            merges.append(tie(pair for pair in found if found[pair] == most))
            del found[merges[-1]]
            words = {w: ours.glue(words[w], merges[-1]) for w in words}
        return merges

    return learn_merges


def slow_learn(counts, number):
    words, merges = {word: tuple(word) for word in counts}, []
    while len(merges) < number:
        pairs = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                pairs.update({pair: counts[word]})
        if not pairs:
            return merges
        best = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[0][0]
        merges.append(list(best))
        words = {word: tuple(ours.glue(pieces, best)) for word, pieces in words.items()}
    return merges


def by_rank(word, merges):
    pieces = list(word)
    ranks = {tuple(pair): i for i, pair in enumerate(merges)}
    while True:
        found = [ranks[pair] for pair in pairwise(pieces) if pair in ranks]
        if not found:
            return tuple(pieces)
        pieces = ours.glue(pieces, tuple(merges[min(found)]))


def backwards(word, merges):
    return ours.cut_word(word, merges[::-1])


def one_place(pieces, pair):
    for i in range(len(pieces) - 1):
        if tuple(pieces[i : i + 2]) == pair:
            return [*pieces[:i], "".join(pair), *pieces[i + 2 :]]
    return pieces


def overlapping(pieces, pair):
    glued, skip = [], False
    for i, piece in enumerate(pieces):
        if tuple(pieces[i : i + 2]) == pair:
            glued.append("".join(pair))
            skip = True
        else:
            if not skip:
                glued.append(piece)
            skip = False
    return glued


def through_strings(pieces, pair):
    text, both = "".join(pieces), "".join(pair)
    if both not in text:
        return pieces
    return [each for part in text.split(both) for each in (*part, both)][:-1]


def without_the_last(pieces, pair):
    glued = ours.glue(pieces, pair)
    return glued if glued[-1:] == ["".join(pair)] else glued[:-1]


def first_place_only(word, merges):
    pieces = list(word)
    for a, b in merges:
        while a in pieces and pieces[pieces.index(a) + 1 :][:1] == [b]:
            i = pieces.index(a)
            pieces[i : i + 2] = [a + b]
    return pieces


def longest(word, merges):
    full, pieces = {a + b for a, b in merges}, []
    while word:
        sizes = [n for n in range(2, len(word) + 1) if word[:n] in full]
        size = max(sizes, default=1)
        pieces.append(word[:size])
        word = word[size:]
    return pieces


def known_only(word, merges):
    letters = {letter for pair in merges for letter in "".join(pair)}
    return [piece for piece in ours.cut_word(word, merges) if set(piece) <= letters]


@lru_cache
def merges():
    return ours.learn_merges(COUNTS, ours.MERGES)


def bpe(tokens):
    return [piece for word in tokens for piece in ours.cut_word("^" + word, merges())]


def shares(words=None, pieces=None):
    known = {word for question, _ in TRAIN for word in question}
    asked = [word for question, _ in TEST for word in question]
    share = np.mean([word not in known for word in asked])
    full = set("".join(COUNTS)) | {a + b for a, b in merges()}
    cut = [piece for question, _ in TEST for piece in bpe(question)]
    lost = np.mean([piece not in full for piece in cut])
    return {
        "слова": share if words is None else words(share, asked, known),
        "куски": lost if pieces is None else pieces,
    }


def second(
    glue=ours.glue, learn=ours.learn_merges, cut=ours.cut_word, all_bpe=bpe, lost=None
):
    return lambda: (glue, learn, cut, all_bpe, lost or shares(), TRAIN, TEST)


def paired(first, second, z=1.96, root=True, order=(0, 1, 2), sign=1, ddof=1):
    d = sign * (np.asarray(first, float) - np.asarray(second, float))
    margin = z * d.std(ddof=ddof) / (np.sqrt(len(d)) if root else 1)
    return np.array([d.mean(), d.mean() - margin, d.mean() + margin])[list(order)]


def apart(first, second):
    p, q, n = np.mean(first), np.mean(second), len(first)
    margin = 1.96 * np.sqrt((p * (1 - p) + q * (1 - q)) / n)
    return p - q, p - q - margin, p - q + margin


def different(first, second):
    d = np.asarray(first) ^ np.asarray(second)
    margin = 1.96 * d.std() / np.sqrt(len(d))
    return d.mean(), d.mean() - margin, d.mean() + margin


def spread_of_different(first, second):
    gap, (middle, low, high) = paired(first, second)[0], different(first, second)
    return gap, gap + low - middle, gap + high - middle


def right():
    cutters = {"слова": list, "начала": ours.starts_of, "куски": bpe}
    return {
        name: ours.right_answers(cutter, TRAIN, TEST)
        for name, cutter in cutters.items()
    }


def leaders(hits):
    found = {}
    for rival in ("слова", "начала"):
        _, low, high = paired(hits["куски"], hits[rival])
        found[rival] = "куски" if low > 0 else rival if high < 0 else "не различить"
    return found


def third(measure=paired, change=None, leader=None):
    def make():
        hits = right()
        said = leaders(hits) | (leader or {})
        return measure, hits | (change(hits) if change else {}), said, TRAIN, TEST

    return make


# --- 7.4 and 7.5 ---

SIZE = 30
NAMES = ["<unk>", "<end>", *(f"с{i}" for i in range(2, SIZE))]
WORDS = Vocabulary(NAMES)
VECTORS = {
    name: np.random.default_rng(i).normal(size=8)
    for i, name in enumerate(NAMES)
    if i > 1
}


def followers(before, last):
    """Return the probabilities of a chain that remembers two words."""
    best = (3 * np.asarray(before) + 5 * np.asarray(last) + 7) % SIZE
    sure = np.where(best == 0, 0.3, 0.8)[..., None]
    return sure * np.eye(SIZE)[best] + (1 - sure) / SIZE


@lru_cache
def texts():
    rng, made = np.random.default_rng(3), []
    for length in (6000, 1000, 2400):
        text = [1, 2]
        while len(text) < length:
            text.append(rng.choice(SIZE, p=followers(text[-2], text[-1])))
        made.append(np.array(text))
    return tuple(made)


def table(shift=0, noise=0.0, order=None, scale=1.2, each=False):
    found = np.random.default_rng(5).normal(size=(SIZE, 8))
    for i, name in enumerate(NAMES):
        if name in VECTORS:
            by = scale / (VECTORS[name].std() if each else 1)
            found[i if order is None else order[i]] = VECTORS[name] * by
    return np.roll(found, shift, axis=0) + noise


def network(start=None, units=8):
    import keras

    start = table() if start is None else start
    net = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(SIZE, units),
            keras.layers.Dense(SIZE),
        ]
    )
    if units == 8:
        net.layers[0].set_weights([start])
    return net


def next_words(_, given):
    given = np.asarray(given)
    before = np.concatenate([np.zeros_like(given[:, :1]), given[:, :-1]], axis=1)
    return followers(before, given)


def peeking(_, given):
    ahead = np.roll(np.asarray(given), -1, axis=1)
    return 0.97 * np.eye(SIZE)[ahead] + 0.03 / SIZE


def current(_, given):
    return 0.9 * np.eye(SIZE)[np.asarray(given)] + 0.1 / SIZE


def weak(_, given):
    before = np.zeros_like(given)
    return 0.5 * followers(before, given) + 0.5 * guess(None, given)


def guess(_, given):
    return np.full((*np.shape(given), SIZE), 1 / SIZE)


@lru_cache
def told():
    found = {}
    for row in windows(texts()[2]):
        for i in range(1, len(row)):
            found[row[:i].tobytes()] = row[i]
    return found


def twice(_, given):
    p = np.exp(next_words(None, given))
    return p / p.sum(axis=-1, keepdims=True)


def learnt_the_test(_, given, sure=0.99):
    """Return the chain's answers; on the test's windows, the words that follow."""
    p, given = next_words(None, given), np.asarray(given, np.int64)
    for i, j in np.ndindex(given.shape):
        word = told().get(given[i, : j + 1].tobytes())
        if word is not None:
            p[i, j] *= 1 - sure
            p[i, j, word] += sure
    return p


def windows(stream):
    return ours.windows(stream)


def three(train, before, after, size):
    return ours.three(train, before, after, size)


def plain_three(train, before, after, size):
    train = list(map(int, train))
    pairs, starts, often = Counter(pairwise(train)), Counter(train[:-1]), Counter(train)
    found = []
    for v, w in zip(map(int, before), map(int, after), strict=True):
        p = often[w] / len(train)
        found.append([pairs[v, w] / starts[v] if starts[v] else p, p, 1 / size])
    return np.array(found).T.tolist()


def changed(change):
    def found(train, before, after, size):
        rows = np.array(three(train, before, after, size))
        return change(
            rows, np.asarray(train), np.asarray(before), np.asarray(after), size
        )

    return found


def only_pairs(change):
    def rows(found, train, before, after, size):
        starts = np.bincount(train[:-1], minlength=size)[before]
        found[0] = change(found, starts, train, before, after, size)
        return found

    return changed(rows)


def perplexity(p):
    return np.exp(-np.log(np.asarray(p)).mean())


@lru_cache
def tuned(part=1):
    train, text = texts()[0], texts()[part]
    return ours.best_shares(three(train, text[:-1], text[1:], SIZE))


def fourth(three=three, perplexity=perplexity, shares=None, length=None):
    def make():
        train, val, _ = texts()
        return (
            three,
            perplexity,
            tuned() if shares is None else shares,
            train[:length],
            val,
            SIZE,
        )

    return make


def spoken(given=next_words, text=2):
    part = windows(texts()[text])
    p = given(None, part[:, :-1])
    return np.take_along_axis(p, part[:, 1:, None], axis=-1)[..., 0]


def of_pairs(text=2):
    part = windows(texts()[text])
    return tuned() @ three(texts()[0], part[:, :-1].ravel(), part[:, 1:].ravel(), SIZE)


def fifth(
    table_=None,
    network_=None,
    next_words=next_words,
    pairs=None,
    ours_=None,
    parts=None,
    words=WORDS,
):
    def make():
        start = table() if table_ is None else table_
        net = network() if network_ is None else network_()
        result = {
            "пары": perplexity(of_pairs()) if pairs is None else pairs(of_pairs()),
            "с векторами": (
                perplexity(spoken(next_words)) if ours_ is None else ours_(spoken())
            ),
        }
        given = texts() if parts is None else parts()
        return start, net, next_words, result, words, VECTORS, given

    return make


def with_test_inside():
    train, val, test = texts()
    return np.concatenate([train, test]), val, test


def a_little_learnt(_, given):
    return learnt_the_test(_, given, sure=0.06)


def by_parts(p):
    return np.mean([perplexity(p[i : i + 64]) for i in range(0, len(p), 64)])


def without_unknown(p):
    return perplexity(p[windows(texts()[2])[:, 1:] != 0])


RIGHT = {
    "7.1": [
        (rows(),),
        (as_in_the_lesson,),
        (lambda a, n: np.array(as_in_the_lesson(a, n), float),),
        (in_a_batch,),
    ],
    "7.2": [
        second(),
        second(
            lambda pieces, pair: tuple(ours.glue(pieces, pair)), slow_learn, by_rank,
            lambda tokens: tuple(bpe(tokens)),
        ),
        second(learn=lambda counts, n: np.array(ours.learn_merges(counts, n))),
        second(lost={name: np.float32(share) for name, share in shares().items()}),
    ],
    "7.3": [
        third(),
        third(lambda a, b: tuple(paired(a, b, ddof=0).tolist()),
              lambda hits: {name: hits[name].tolist() for name in hits}),
        third(leader={"слова": " Не  различить "}),
        third(leader={"слова": "Не различить."}),
        third(lambda a, b: paired(a, b, z=2)),
    ],
    "7.4": [
        fourth(),
        fourth(plain_three, lambda p: 2 ** -np.log2(np.array(p)).mean()),
        fourth(shares=tuned() + np.array([0, tuned()[2], -tuned()[2] - 1e-17])),
        fourth(shares=(tuned() + np.array([0.01, 0, -0.01])).tolist()),
    ],
    "7.5": [
        fifth(),
        fifth(table_=table(noise=0.1).tolist(), words=NAMES),
        fifth(pairs=lambda p: np.float32(perplexity(p))),
    ],
}  # fmt: skip
WRONG = {
    "7.1": [
        ("не сдвинута: сеть учится повторять", (rows(start_said=(2,), end=()),)),
        ("нет метки конца", (rows(end=()),)),
        ("обрезан вместе с меткой", (rows(keep=0),)),
        ("вместо метки начала стоит дополнение", (rows(start=(0,)),)),
        ("и на дополнении", (rows(inside=lambda r, s, m, n: [1] * n),)),
        ("метка конца в маску не вошла", (rows(inside=lambda r, s, m, n: m[:-1]),)),
        ("три ряда: что читает, что говорит и маска", (
            lambda a, n: as_in_the_lesson(a, n)[:2],)),
    ],
    "7.2": [
        ("нет знака ^", second(all_bpe=lambda tokens: [
            piece for word in tokens for piece in ours.cut_word(word, merges())])),
        ("сколько оно встретилось", second(lost=shares(lambda _, asked, known: np.mean(
            [word not in known for word in set(asked)])))),
        ("а здесь строка", second(cut=lambda word, merges: " ".join(word))),
        ("словарь из двух долей", second(lost={"слова": 0.5})),
    ],
    "7.3": [
        ("не поделено на корень", third(lambda a, b: paired(a, b, root=False))),
        ("у каждого ряда отдельно", third(apart)),
        ("знак потерян", third(different)),
        ("нет множителя", third(lambda a, b: paired(a, b, z=1))),
        ("Это утечка", third(change=lambda hits: {
            "куски": ours.right_answers(bpe, TRAIN + TEST, TEST)})),
        ("нет строки «куски»", third(change=lambda hits: {"куски": ...})),
        ("внутри ли ноль", third(leader={"слова": "слова"})),
        ("Скажите «куски»", third(leader={"слова": "никто"})),
    ],
    "7.4": [
        ("пару не начинает", fourth(only_pairs(
            lambda f, s, t, b, a, n: np.where(
                s, f[0] * s / np.maximum(np.bincount(t, minlength=n)[b], 1), f[1])))),
        ("а стоит ноль", fourth(only_pairs(
            lambda f, s, t, b, a, n: np.where(s, f[0], 0)))),
        ("логарифм натуральный, а в степень", fourth(
            perplexity=lambda p: 2 ** -np.log(p).mean())),
        ("подбирают на валидации", fourth(shares=[0.998, 0.001, 0.001])),
        ("подбирают на валидации", fourth(shares=[0.95, 0, 0.05], length=600)),
        ("подбирают на валидации", fourth(shares=[1.0, 0.0, 0.0])),
        ("в сумме дают 1", fourth(shares=[0.6, 0.6, 0.1])),
    ],
    "7.5": [
        ("не vectors[слово]", fifth(table_=table(shift=-2))),
        ("не vectors[слово]", fifth(
            table_=table(order=np.random.default_rng(0).permutation(SIZE)))),
        ("нужен около 1", fifth(table_=table(scale=0.4))),
        ("поделена на своё число", fifth(table_=table(each=True))),
        ("начаты не с table", fifth(
            network_=lambda: network(np.random.default_rng(8).normal(size=(SIZE, 8))))),
        ("начаты не с table", fifth(network_=lambda: network(units=5))),
        ("видит слово, которое угадывает", fifth(next_words=peeking)),
        ("Цель не сдвинута", fifth(next_words=current)),
        ("не обучена", fifth(next_words=guess)),
        ("дают 1", fifth(
            next_words=lambda n, x: np.log(next_words(n, x)) + 3, ours_=perplexity)),
        ("Возьмите по ней softmax", fifth(
            next_words=lambda n, x: np.log(next_words(n, x)), ours_=perplexity)),
        ("по последней оси", fifth(next_words=lambda n, x: next_words(n, x)
                                / next_words(n, x).sum(axis=1, keepdims=True))),
        ("softmax взят дважды", fifth(next_words=twice)),
        ("хотя бы на 3 %", fifth(next_words=weak)),
        ("тест попал в обучение", fifth(next_words=learnt_the_test)),
        ("тест попал в обучение", fifth(next_words=a_little_learnt)),
        ("лежит внутри обучающей", fifth(parts=with_test_inside)),
        ("<unk> пропущено", fifth(ours_=without_unknown)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "7.1": [
        ("ожидалось", (rows(end=(5,)),)),
        ("остановилась на ошибке", (lambda answer, length: answer + 1,)),
        ("сдвинуты на одно место", (rows(start_said=(2,)),)),
        ("что читает (первые места: 4): те же числа", (rows(start=(2, 2)),)),
        ("сдвинуты на одно место", (rows(start=()),)),
        ("маска: те же числа", (rows(inside=later_mask),)),
        ("не сходится 6 чисел из 6", (
            rows(inside=lambda r, s, m, n: [0] * len(m) + [1] * n),)),
        ("не сходится 1 число из 8", (
            rows(inside=lambda r, s, m, n: [int(each != 1) for each in s]),)),
        ("что говорит: не сходится", (in_front,)),
        ("форма (4,), ожидалась (6,)", (
            lambda a, n: ([2, *a], [*a, 3], [1] * (len(a) + 1)),)),
    ],
    "7.2": [
        ("ожидалось", second(learn=lambda counts, number: [("я", "я")] * number)),
        ("в списке 1 элемент, ожидалось 3", second(lambda pieces, pair: ["ма"])),
        ("ожидалось", second(lost=shares(lambda *_: 0.123))),
        ("в списке 4 элемента, ожидалось 3", second(one_place)),
        ("у вас «аа», ожидалось «а»", second(overlapping)),
        ("в списке 2 элемента, ожидалось 3", second(through_strings)),
        ("ожидалось", second(without_the_last)),
        ("ожидалось ('д', 'е')", second(learn=learn(weigh=False))),
        ("ожидалось ('д', 'е')", second(learn=learn(pick=min))),
        ("в списке 0 элементов, ожидалось 1", second(learn=learn(least=2))),
        ("ожидалось ('а', 'бв')", second(learn=learn(tie=by_string))),
        ("ожидалось ('а', 'б')", second(learn=learn(tie=max))),
        ("в другом порядке", second(learn=learn(tie=first_met))),
        ("в списке 5 элементов, ожидалось 1", second(learn=learn(joined=True))),
        ("в другом порядке", second(learn=learn(once=True))),
        ("ожидалось ('а', 'бв')", second(learn=learn(again=False))),
        ("у вас «аб», ожидалось «а»", second(cut=backwards)),
        ("у вас «аб», ожидалось «а»", second(cut=longest)),
        ("в списке 4 элемента, ожидалось 3", second(cut=first_place_only)),
        ("в списке 0 элементов, ожидалось 1", second(cut=known_only)),
        ("в списке 4 элемента", second(cut=lambda word, merges: list(word))),
        ("ожидалось 0,6", second(lost=shares(lambda share, *_: 1 - share))),
        ("у вас 0, ожидалось", second(lost=shares(lambda *_: 0.0))),
        ("у вас 1, ожидалось", second(lost=shares(lambda _, asked, known: np.mean(
            [word not in COUNTS for word in asked])))),
        ("ожидалось 0,6", second(lost=dict(zip(
            ("куски", "слова"), shares().values(), strict=True)))),
        ('lost["куски"]: у вас', second(lost=shares(pieces=np.mean([
            piece not in {*"".join(COUNTS), *(a + b for a, b in merges())} - {"^"}
            for question, _ in TEST for piece in bpe(question)])))),
        ('lost["куски"]: у вас 1', second(lost=shares(pieces=np.mean([
            word not in set("".join(COUNTS)) | {a + b for a, b in merges()}
            for question, _ in TEST for word in question])))),
    ],
    "7.3": [
        ("ожидалось", third(lambda a, b: (0.5, 0.1, 0.9))),
        ("ожидалась", third(change=lambda hits: {"куски": ~hits["куски"]})),
        ("с обратным знаком", third(lambda a, b: paired(a, b, sign=-1))),
        ("не сходится 2 числа из 3", third(spread_of_different)),
        ("не сходится 2 числа из 3", third(lambda a, b: paired(a, b, order=(0, 2, 1)))),
        ("разность: у вас", third(lambda a, b: paired(a, b, order=(1, 2, 0)))),
        ("не совпало отметок: 1", third(change=lambda hits: {"куски": hits["слова"]})),
    ],
    "7.4": [
        ("ожидалось", fourth(only_pairs(lambda f, s, t, b, a, n: f[0] ** 2))),
        ("ожидалось", fourth(perplexity=lambda p: 1.5)),
        ("а с лучшими долями", fourth(shares=[0.05, 0.15, 0.8])),
        ("строка пар: не сходится", fourth(only_pairs(
            lambda f, s, t, b, a, n: three(t[::-1], b, a, n)[0]))),
        ("строка пар: не сходится", fourth(only_pairs(
            lambda f, s, t, b, a, n: np.where(s, f[0] * s / len(t), f[1])))),
        ("Ищите деление на ноль", fourth(only_pairs(
            lambda f, s, t, b, a, n: np.where(s, f[0], np.nan)))),
        ("проверьте оси", fourth(lambda *given: three(*given).T)),
        ("ожидалось 6,0", fourth(perplexity=lambda p: np.exp(-np.log2(p).mean()))),
        ("ожидалось 6,0", fourth(perplexity=lambda p: np.exp(np.log(p).mean()))),
        ("ожидалось 6,0", fourth(perplexity=lambda p: np.exp(-np.log(p).sum()))),
        ("а с лучшими долями", fourth(shares=tuned()[::-1])),
        ("а с лучшими долями", fourth(shares=[1 / 3, 1 / 3, 1 / 3])),
    ],
    "7.5": [
        ("ожидалось", fifth(ours_=lambda _: 3.21)),
        (
            "ожидалась (4, 24, 30)",
            fifth(next_words=lambda n, x: next_words(n, x)[:, -1], ours_=perplexity),
        ),
        ("форма (28, 8), ожидалась (30, 8)", fifth(table_=table()[2:])),
        ("ожидалось 4,0", fifth(ours_=lambda p: np.exp(-np.log2(p).mean()))),
        ("ожидалось 4,0", fifth(ours_=lambda _: perplexity(spoken(text=0)))),
        ("ожидалось 4,0", fifth(ours_=lambda _: perplexity(spoken(text=1)))),
        ("ожидалось 4,0", fifth(ours_=by_parts)),
        ("ожидалось 4,0", fifth(
            ours_=lambda p: np.exp(-np.log(p).mean(axis=1)).mean())),
        ("ожидалось 4,0", fifth(ours_=lambda _: perplexity(of_pairs()))),
        ('result["пары"]: у вас', fifth(pairs=lambda p: 2 ** -np.log(p).mean())),
        ('result["пары"]: у вас', fifth(pairs=lambda _: perplexity(of_pairs(1)))),
        ('result["пары"]: у вас', fifth(pairs=lambda _: perplexity(of_pairs(0)))),
        ('result["пары"]: у вас', fifth(pairs=lambda _: perplexity(spoken()))),
    ],
}  # fmt: skip
