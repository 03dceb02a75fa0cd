"""Judges of homework 7: teacher forcing, byte pairs, search, the next word."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
PAD, UNK, START, END = range(4)
MERGES = 400  # that exercise 7.2 asks for
WINDOW = 24  # words of a window that the network of exercise 7.5 reads


# --- 7.1 ---


@EXERCISES.add("7.1", "сказать и замолчать")
def _(lesson_rows):
    for answer, length in (
        ([7, 5, 9], 6),
        ([11, UNK, 6, 4], 8),
        ([8], 2),
        ([], 3),
        ([4, 5, 6, 7, 8, 9], 4),
    ):
        _judge_rows(lesson_rows, answer, length)


def _judge_rows(lesson_rows, answer, length):
    what = f"lesson_rows({answer}, {length})"
    rows = judge.call(lesson_rows, answer, length, what=what)
    rows = judge.items(rows, what)
    judge.require(
        len(rows) == 3,
        f"{what}: нужны три ряда: что читает, что говорит и маска, а получено "
        f"{judge.count(len(rows), 'ряд', 'ряда', 'рядов')}.",
    )
    names = ("что читает", "что говорит", "маска")
    reads, says, mask = (
        judge.array(row, f"{what}, {name}").ravel()
        for row, name in zip(rows, names, strict=True)
    )
    for row, name in zip((reads, says, mask), names, strict=True):
        judge.require(
            len(row) == length,
            f"{what}, {name}: в ряду {judge.count(len(row), *judge.NUMBERS)}, а нужно "
            f"{length}: короткий дополняют нулями, длинный обрезают.",
        )

    def row(*numbers):
        return [*numbers, *[PAD] * length][:length]

    kept = answer[: length - 1]
    judge.same(
        says,
        row(*kept, END),
        f"{what}, что говорит",
        {
            "ответ обрезан вместе с меткой конца. Отбросьте лишние слова, а место для "
            "метки оставьте.": answer[:length] if len(answer) >= length else [],
            "нет метки конца: договорив, сеть не будет знать, что пора молчать.": row(
                *kept
            ),
            "цель не сдвинута: сеть учится повторять слово, которое только что "
            "прочла.": row(START, *kept),
            "цель не сдвинута: она начинается с метки начала. Эту метку читают, а не "
            "говорят.": row(START, *kept, END),
            "последнее слово пропало.": row(*kept[:-1], END),
            "место после ответа заполнено меткой конца до самого края; хватит одной, "
            "дальше дополнение.": [*kept, *[END] * length][:length],
            "дополнение стоит впереди, а у декодировщика оно в конце.": [
                *[PAD] * (length - len(kept) - 1),
                *kept,
                END,
            ],
            "ряд сдвинут на два места: первого слова в нём нет.": row(*kept[1:], END),
        },
    )
    used = len(kept) + 1
    judge.same(
        reads[:used],
        [START, *kept],
        f"{what}, что читает (первые места: {used})",
        {
            "метки начала нет: первое слово сеть должна сказать, ещё ничего не "
            "прочитав.": [*kept, PAD],
            "метки начала нет, ряд начинается сразу со слова. Читает сеть то же, что "
            "говорит, но на место позже.": [*kept, END],
            "вместо метки начала стоит дополнение: промах четвёртый из урока.": [
                PAD,
                *kept,
            ],
            "метка начала стоит дважды.": [START, START, *kept][:used],
            "вместо метки начала стоит метка конца.": [END, *kept],
        },
    )
    right = np.array([1.0] * used + [0.0] * (length - used))
    ones = np.ones(length)
    judge.same(
        mask,
        right,
        f"{what}, маска",
        {
            "единицы стоят и на дополнении: за тишину не судят.": ones,
            "метка конца в маску не вошла: сказать её сеть тогда не научится.": [1.0]
            * (used - 1)
            + [0.0] * (length - used + 1),
            "нули и единицы перепутаны.": 1 - right,
            "лишняя единица: одно место дополнения считается настоящим. Маску берут "
            "от того, что сеть говорит, а не от того, что читает.": (
                [1.0] * (used + 1) + [0.0] * length
            )[:length],
            "слово <unk> в маску не вошло, а говорить его приходится, как и "
            "другие.": right * (np.array(row(*kept, END)) != UNK),
        },
    )


# --- 7.2 ---


def glue(pieces, pair):
    """Return pieces where neighbours equal to `pair` are glued."""
    glued, i = [], 0
    while i < len(pieces):
        size = 2 if tuple(pieces[i : i + 2]) == tuple(pair) else 1
        glued.append("".join(pieces[i : i + size]))
        i += size
    return glued


def learn_merges(
    counts,
    number,
    weigh=True,
    tie=min,
    again=True,
    once_a_word=False,
    joined=False,
    pick=max,
    least=1,
):
    """Return the merges of byte-pair encoding; the flags are typical mistakes."""
    if joined:
        text = "".join(word * times for word, times in counts.items())
        counts = {text: 1}
    words, merges, found = {word: list(word) for word in counts}, [], Counter()
    for step in range(number):
        if again or not step:
            found = Counter()
            for word, pieces in words.items():
                pairs = list(pairwise(pieces))
                for pair in set(pairs) if once_a_word else pairs:
                    found[pair] += counts[word] if weigh else 1
        if not found or max(found.values()) < least:
            break
        most = pick(found.values())
        merges.append(tie(pair for pair in found if found[pair] == most))
        if not again:
            del found[merges[-1]]
        for word, pieces in words.items():
            if merges[-1][0] in pieces:
                words[word] = glue(pieces, merges[-1])
    return merges


def cut_word(word, merges):
    """Return the pieces of a word."""
    pieces = list(word)
    for pair in merges:
        pieces = glue(pieces, pair)
    return pieces


def _first(pairs):
    return next(iter(pairs))


def _by_string(pairs):
    return min(pairs, key="".join)


def _pieces_of(tokens, merges):
    return [piece for word in tokens for piece in cut_word("^" + word, merges)]


def _marked(rows):
    return Counter("^" + word for question, _ in rows for word in question)


def _learned(rows):
    """Return the merges that exercise 7.2 asks for."""
    return _learned_from(tuple(sorted(_marked(rows).items())))


@lru_cache(maxsize=4)
def _learned_from(counts):
    return learn_merges(dict(counts), MERGES)


_CORPUS = {"мама": 3, "мак": 2, "кама": 1, "ааа": 4, "аааа": 1, "ток": 5, "кот": 5}
_TIES = {"вг": 2, "аб": 2, "жд": 2}


@EXERCISES.add("7.2", "слова по кусочкам")
def _(glue_, learn, cut, all_bpe, lost, train, test):
    _judge_glue(glue_)
    _judge_learn(learn)
    _judge_cut(cut)
    train, test = _questions(train, "train"), _questions(test, "test")
    merges = _learned(train)
    _judge_all_bpe(all_bpe, merges, [question for question, _ in test[:40]])
    _judge_lost(lost, train, test, merges)


def _questions(rows, what):
    """Return pairs of a question's words and an answer, after a look at them."""
    rows = judge.started(rows, what)
    try:
        found = [(list(question), tuple(answer)) for question, answer in rows]
        if not "".join(word for question, _ in found for word in question):
            raise ValueError
        return found
    except Exception:
        judge.refuse(
            f"{what}: нужен список пар (слова вопроса, слова ответа), как в задании; "
            "верните в ячейку проверки её первоначальную строку."
        )


def _judge_glue(found):
    def check(pieces, pair, mistakes):
        what = f"glue({pieces}, {pair})"
        got = judge.call(found, pieces, pair, what=what)
        judge.same_items(got, glue(pieces, pair), what, mistakes)

    check(
        ["м", "а", "м", "а", "к"],
        ("м", "а"),
        {
            "склеена только первая пара, а нужны все.": ["ма", "м", "а", "к"],
            "ничего не склеено.": ["м", "а", "м", "а", "к"],
            "куски, которые не склеились, пропали.": ["ма", "ма"],
        },
    )
    check(
        ["а", "а", "а"],
        ("а", "а"),
        {
            "буква попала сразу в две склейки. Склеив пару, шагните через оба куска.": [
                "аа",
                "аа",
            ],
            "склеено справа налево, а нужно слева направо.": ["а", "аа"],
            "последний кусок пропал.": ["аа"],
            "склеено больше, чем пара.": ["ааа"],
        },
    )
    check(
        ["ко", "т", "к", "от"],
        ("к", "от"),
        {
            "склеены и «ко» с «т»: буквы те же, но куски другие. Сравнивайте куски, а "
            "не строки.": ["кот", "кот"]
        },
    )
    check(["а", "б"], ("б", "а"), {"порядок в паре не учтён.": ["аб"]})
    check([], ("а", "б"), {})
    check(["а"], ("а", "а"), {})


def _judge_learn(learn):
    def check(counts, number):
        what = f"learn_merges({counts}, {number})"
        got = judge.call(learn, Counter(counts), number, what=what)
        judge.require(
            not isinstance(got, dict | str) and judge.attribute(got, "__iter__"),
            f"{what}: нужен список пар в том порядке, в каком они выучены.",
        )
        pairs = []
        for item in judge.items(got, what):
            if item is ...:
                raise judge.NotStarted
            judge.require(
                isinstance(item, tuple | list | np.ndarray)
                and [isinstance(piece, str) for piece in item] == [True, True],
                f"{what}: каждая склейка — пара кусков, например ('м', 'а'), а в "
                f"списке стоит {judge.brief(item)}.",
            )
            pairs.append(tuple(item))
        wanted = learn_merges(counts, number)
        mistakes = {
            "сколько раз слово встретилось, не учтено.": {"weigh": False},
            "пары считаются заново после каждой склейки, а не один раз в начале.": {
                "again": False
            },
            "взята самая редкая пара, а нужна самая частая.": {"pick": min},
            "из одинаково частых пар взята та, у которой меньше склеенная строка, а "
            "сравнивать нужно сами пары, как кортежи.": {"tie": _by_string},
            "из одинаково частых пар нужна меньшая, а взята большая.": {"tie": max},
            "из одинаково частых пар нужна меньшая, а взята та, что раньше попалась.": {
                "tie": _first
            },
            "обучение остановилось на паре, которая встретилась один раз. "
            "Остановиться нужно, только когда пар не осталось.": {"least": 2},
            "слова склеены в одну строку: пары ищут только внутри слова.": {
                "joined": True
            },
            "пара, которая стоит в слове дважды, должна и считаться дважды.": {
                "once_a_word": True
            },
        }
        for line, flags in mistakes.items():
            if pairs == learn_merges(counts, number, **flags) != wanted:
                judge.refuse(f"{what}: {line}")
        judge.require(
            len(pairs) <= number,
            f"{what}: просили не больше {number}, а выучено {len(pairs)}.",
        )
        judge.same_items(pairs, wanted, what)

    check({"вг": 1, "аб": 2, "де": 5}, 1)
    check(_TIES, 2)
    check({"ба": 3, "ав": 3}, 2)
    check({"аба": 2, "вг": 3}, 1)
    check({"абв": 3, "бв": 1, "вд": 3}, 2)
    check(_CORPUS, 6)
    check({"бв": 9, "аб": 5, "абв": 2, "аба": 2}, 3)
    check({"да": 1, "я": 9}, 5)


def _judge_cut(cut):
    def check(word, merges, mistakes):
        what = f"cut_word({word!r}, {merges})"
        got = judge.call(cut, word, merges, what=what)
        if isinstance(got, str):
            judge.refuse(f"{what}: нужен список кусков, а получена строка {got!r}.")
        judge.same_items(got, cut_word(word, merges), what, mistakes)

    letters = "слово осталось разрезанным на буквы."
    check("мама", [("м", "а")], {letters: list("мама"), "склеена только первая пара "
          "в слове.": ["ма", "м", "а"]})  # fmt: skip
    check(
        "мкма",
        [("м", "а"), ("к", "у")],
        {
            "пара не склеена: она стоит не там, где её первый кусок встретился "
            "впервые. Просмотрите всё слово.": list("мкма"),
        },
    )
    check(
        "абв",
        [("б", "в"), ("а", "б")],
        {
            "склейки применены не в том порядке, в каком выучены: первой идёт "
            "первая (или кусок взят самый длинный).": ["аб", "в"],
            letters: list("абв"),
        },
    )
    check(
        "кошка",
        [("к", "о"), ("ко", "ш"), ("к", "а"), ("кош", "ка")],
        {
            "применены не все склейки: склеенный кусок может склеиться ещё раз.": [
                "ко",
                "ш",
                "ка",
            ],
            letters: list("кошка"),
        },
    )
    check(
        "щамам",
        [("а", "м"), ("ж", "у")],
        {
            "незнакомая буква пропала; пусть останется отдельным куском.": ["ам", "ам"],
            "незнакомая буква стала <unk>; резать на куски можно любое слово, пусть "
            "она останется буквой.": ["<unk>", "ам", "ам"],
            letters: list("щамам"),
        },
    )
    check("я", [("м", "а")], {"слово из одной буквы пропало.": []})


def _judge_all_bpe(all_bpe, merges, questions):
    questions = [["привет", "скучаешь"], *questions]
    for tokens in questions:
        what = f"all_bpe({tokens})"
        judge.same_items(
            judge.call(all_bpe, tokens, what=what),
            _pieces_of(tokens, merges),
            what,
            {
                "перед словами нет знака ^; склейки выучены с ним.": [
                    piece for word in tokens for piece in cut_word(word, merges)
                ],
                "слова склеены в одно: резать надо каждое отдельно.": cut_word(
                    "^" + "".join(tokens), merges
                ),
                "слова разрезаны только на буквы.": [
                    letter for word in tokens for letter in "^" + word
                ],
                "это сами слова, а нужны куски.": tokens,
            },
        )


def _judge_lost(lost, train, test, merges):
    lost = judge.started(lost, "lost")
    judge.require(
        isinstance(lost, dict) and set(lost) == {"слова", "куски"},
        'lost: нужен словарь из двух долей, {"слова": ..., "куски": ...}.',
    )
    words = [word for question, _ in test for word in question]
    known = {word for question, _ in train for word in question}
    share = np.mean([word not in known for word in words])
    pieces = [piece for question, _ in test for piece in _pieces_of(question, merges)]
    marked = _marked(train)
    letters = {letter for word in marked for letter in word}
    full = letters | {a + b for a, b in merges}
    share_pieces = np.mean([piece not in full for piece in pieces])
    got = [judge.number(lost[key], f'lost["{key}"]') for key in ("слова", "куски")]
    right = np.array([share, share_pieces])
    near = {"rtol": 1e-3, "atol": 2e-3}
    judge.require(
        np.allclose(got, right, **near) or not np.allclose(got, right[::-1], **near),
        "lost: доли перепутаны местами.",
    )
    types = set(words)
    judge.same(
        lost["слова"],
        share,
        'lost["слова"]',
        {
            "в counts слова стоят со знаком ^, а вы искали без него.": np.mean(
                [word not in marked for word in words]
            ),
            "это доля знакомых слов, а нужна незнакомых.": 1 - share,
            "это доля разных слов; считайте каждое столько раз, сколько оно "
            "встретилось.": np.mean([word not in known for word in types]),
            "ноль незнакомых: похоже, в словарь попал и экзамен. Это утечка.": 0.0,
            "это число слов, а нужна доля.": share * len(words),
            "это проценты, а нужна доля.": 100 * share,
            "это доля вопросов, где есть незнакомое слово, а нужна доля слов.": np.mean(
                [not set(question) <= known for question, _ in test]
            ),
        },
        rtol=1e-3,
    )
    bare = np.mean([piece not in full - {"^"} for piece in pieces])
    judge.require(
        bare == share_pieces or abs(got[1] - bare) > 1e-6,
        'lost["куски"]: в словаре нет знака ^, а он тоже кусок.',
    )
    judge.same(
        lost["куски"],
        share_pieces,
        'lost["куски"]',
        {
            "в словаре только склейки; прибавьте к ним все отдельные буквы.": np.mean(
                [piece not in full - letters for piece in pieces]
            ),
            "это доля знакомых кусков, а нужна незнакомых.": 1 - share_pieces,
            "со словарём кусков сравнивали целые слова.": np.mean(
                [word not in full for word in words]
            ),
        },
        rtol=1e-3,
        atol=2e-3,
    )


# --- 7.3 ---

_NOBODY = "не различить"


def _right(cutter, train, test, known=None):
    """Return for each question whether the nearest known one has its answer."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    known = train if known is None else known
    counter = TfidfVectorizer(analyzer=cutter)
    rows = counter.fit_transform([question for question, _ in known])
    close = counter.transform([question for question, _ in test]) @ rows.T
    best = np.asarray(close.argmax(axis=1)).ravel()
    answers = zip(best, test, strict=True)
    return np.array([known[i][1] == answer for i, (_, answer) in answers])


def _starts(tokens):
    words = [f"^{word}$" for word in tokens]
    return [w[:size] for w in words for size in range(3, min(len(w), 8) + 1)]


def _interval(first, second, z=1.96):
    d = np.asarray(first, float) - np.asarray(second, float)
    margin = z * d.std(ddof=1) / np.sqrt(len(d))
    return np.array([d.mean(), d.mean() - margin, d.mean() + margin])


@EXERCISES.add("7.3", "искать по кускам")
def _(paired, right, leader, train, test):
    rng = np.random.default_rng(0)
    first = rng.random(200) < 0.6
    second = np.where(rng.random(200) < 0.8, first, rng.random(200) < 0.3)
    _judge_paired(paired, first, second)
    _judge_paired(paired, second, first)
    _judge_paired(paired, first, first ^ (rng.random(200) < 0.6))
    train, test = _questions(train, "train"), _questions(test, "test")
    right = judge.started(right, "right")
    judge.require(isinstance(right, dict), "right: нужен словарь, как в задании.")
    names = ("слова", "начала", "куски")
    missing = [name for name in names if right.get(name, ...) is ...]
    if missing:
        said = leader.values() if isinstance(leader, dict) else [leader]
        if all(value is ... for value in said):
            raise judge.NotStarted
        judge.refuse(
            f"right: в словаре нет строки «{missing[0]}»; прибавьте её, "
            'right["куски"] = is_right(...).'
        )
    merges = _learned(train)
    cutters = {
        "слова": list,
        "начала": _starts,
        "куски": lambda tokens: _pieces_of(tokens, merges),
    }
    for name, cutter in cutters.items():
        _judge_right(right[name], name, cutter, train, test)
    leader = judge.started(leader, "leader")
    judge.require(
        isinstance(leader, dict) and set(leader) == {"слова", "начала"},
        'leader: нужен словарь из двух выводов, {"слова": ..., "начала": ...}.',
    )
    for rival in ("слова", "начала"):
        _judge_leader(leader[rival], right["куски"], right[rival], rival)


def _judge_paired(paired, first, second):
    what = "paired(first, second)"
    got = judge.array(judge.call(paired, first, second, what=what), what)
    judge.require(
        got.size == 3,
        f"{what}: нужны три числа: разность и два края интервала, а получено "
        f"{judge.count(got.size, *judge.NUMBERS)}.",
    )
    right, n = _interval(first, second), len(first)
    far = np.abs(got.ravel() - right)
    if far[0] < 1e-6 and far.max() < 0.1 * (right[2] - right[0]):
        return  # Student's t, a bootstrap, two instead of 1.96
    d = first.astype(float) - second
    shares = first.mean(), second.mean()
    apart = 1.96 * np.sqrt(sum(p * (1 - p) for p in shares) / n)
    ways = np.array([0, -1, 1])
    apart_or_not = (first != second).astype(float)
    xor = 1.96 * apart_or_not.std(ddof=1) / np.sqrt(n)
    judge.same(
        got,
        right,
        what,
        {
            "знак обратный: впереди первый — разность больше нуля.": -right[[0, 2, 1]],
            "края переставлены: сначала нижний, потом верхний.": right[[0, 2, 1]],
            "порядок другой: сначала сама разность, потом края.": right[[1, 0, 2]],
            "порядок другой: сначала разность, потом края.": right[[1, 2, 0]],
            "стандартное отклонение не поделено на корень из числа вопросов.": d.mean()
            + 1.96 * d.std(ddof=1) * ways,
            "отклонение поделено на число вопросов, а не на корень из него.": d.mean()
            + 1.96 * d.std(ddof=1) / n * ways,
            "разброс взят не парный: у долей порознь, будто экзамены были разные. "
            "Возьмите разность на каждом вопросе.": d.mean() + apart * ways,
            "это доля вопросов, где ответы разные; знак потерян: вычитайте числа, а не "
            "True и False.": apart_or_not.mean() + xor * ways,
            "разброс взят у ряда «ответы разные»; знак потерян: вычитайте числа, а не "
            "True и False.": d.mean() + xor * ways,
            "нет множителя 1,96: в одну стандартную ошибку попадает 68 %, а не "
            "95 %.": _interval(first, second, 1.0),
            "взята дисперсия вместо стандартного отклонения.": d.mean()
            + 1.96 * d.var(ddof=1) / np.sqrt(n) * ways,
        },
        rtol=0.02,
        atol=2e-4,
    )


def _judge_right(got, name, cutter, train, test):
    what = f'right["{name}"]'
    got = judge.array(got, what, (len(test),)) > 0.5
    wanted = _right(cutter, train, test)
    if (got == wanted).mean() > 0.985:
        return
    if name == "куски":
        merges = _learned(train + test)
        every = {
            "поиск идёт и среди самих вопросов экзамена, поэтому верно почти всё. "
            "Это утечка.": lambda: _right(cutter, train, test, train + test),
            "здесь стоит результат поиска по словам.": lambda: _right(
                list, train, test
            ),
            "здесь стоит результат поиска по началам слов.": lambda: _right(
                _starts, train, test
            ),
            "склейки выучены вместе с экзаменом. Это утечка: учите их на "
            "train.": lambda: _right(lambda t: _pieces_of(t, merges), train, test),
            "слова разрезаны только на буквы.": lambda: _right(
                lambda tokens: list("^" + "^".join(tokens)), train, test
            ),
            "перед словами нет знака ^.": lambda: _right(
                lambda t: [p for w in t for p in cut_word(w, learned)], train, test
            ),
        }
        learned = _learned(train)
        for line, make in every.items():
            if (got == make()).mean() > 0.985:
                judge.refuse(f"{what}: {line}")
    wrong = int((got != wanted).sum())
    judge.refuse(
        f"{what}: доля верных {judge.shown(got.mean())}, ожидалась "
        f"{judge.shown(wanted.mean())}; не сходится "
        f"{judge.count(wrong, 'вопрос', 'вопроса', 'вопросов')} из {len(test)}."
    )


def _judge_leader(got, ours, theirs, rival):
    what = f'leader["{rival}"]'
    got = " ".join(judge.text(judge.started(got, what)).lower().split()).strip(" .!«»")
    names = ("куски", rival, _NOBODY)
    judge.require(
        got in names,
        f"{what}: скажите «куски», «{rival}» или «{_NOBODY}», а получено {got[:40]!r}.",
    )
    gap, low, high = _interval(np.asarray(ours) > 0.5, np.asarray(theirs) > 0.5)
    wanted = "куски" if low > 0 else rival if high < 0 else _NOBODY
    edge = min(abs(low), abs(high)) < 0.002  # another way to count moves it over zero
    if got == wanted or (edge and got in (_NOBODY, "куски" if gap > 0 else rival)):
        return
    numbers = (
        f"разность {judge.shown(gap, 2)}, интервал от {judge.shown(low, 2)} до "
        f"{judge.shown(high, 2)}"
    )
    if wanted == _NOBODY:
        judge.refuse(
            f"{what}: {numbers}; ноль внутри, уверенно назвать лучшего нельзя."
        )
    if got == _NOBODY:
        judge.refuse(f"{what}: {numbers}; ноль снаружи, так что лучшего назвать можно.")
    judge.refuse(f"{what}: {numbers}; посмотрите на знак разности: кто из чего вычтен?")


# --- 7.4 ---


def three(train, before, after, size, start=None):
    """Return what pairs, words and no knowledge say of each word after another.

    Parameters
    ----------
    train, before, after : array_like of int, one axis
    size : int
        Of the vocabulary.
    start : dict, optional
        Filled with the counts, and used again when it is not empty.

    Returns
    -------
    numpy.ndarray, shape (3, len(after))
    """
    counts = {} if start is None else start
    train, before, after = (
        np.asarray(each, np.int64) for each in (train, before, after)
    )
    if not counts:
        keys, many = np.unique(train[:-1] * size + train[1:], return_counts=True)
        counts["keys"], counts["many"] = keys, many
        counts["starts"] = np.bincount(train[:-1], minlength=size)
        counts["words"] = np.bincount(train, minlength=size) / len(train)
    keys, many, starts = counts["keys"], counts["many"], counts["starts"][before]
    wanted = before * size + after
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    both = np.where(keys[place] == wanted, many[place], 0)
    by_word = counts["words"][after]
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


@EXERCISES.add("7.4", "соперник для сети")
def _(three_, perplexity, shares, train, val, size):
    _judge_three(three_)
    _judge_perplexity(perplexity)
    train, val = _text(train, "обучающая часть"), _text(val, "валидация")
    size = judge.number(size, "размер словаря")
    judge.require(
        max(train.max(), val.max()) < size < 1e6 and size % 1 == 0,
        "среди номеров слов есть такие, которых нет в словаре: проверьте K.",
    )
    _judge_shares(shares, train, val, int(size))


def _text(stream, what):
    numbers = judge.array(stream, what).ravel()
    judge.require(
        numbers.size > 10 and (numbers == numbers.round()).all() and numbers.min() >= 0,
        f"{what}: нужен ряд номеров слов, как в задании.",
    )
    return numbers.astype(np.int64)


def _judge_three(found):
    train = np.array([1, 2, 3, 1, 2, 2, 3, 1, 4, 1, 2, 5, 3, 4])
    before, after = (
        np.array([1, 1, 2, 3, 2, 0, 5, 4]),
        np.array([2, 4, 3, 1, 2, 1, 2, 1]),
    )
    size = 6
    what = "three(train, before, after, size)"
    got = judge.array(judge.call(found, train, before, after, size, what=what), what)
    right = three(train, before, after, size)
    pair, word, same = right
    judge.require(
        got.T.shape != right.shape,
        f"{what}: форма {got.shape}, ожидалась {right.shape}: строки стали столбцами.",
    )
    judge.require(
        got.shape == right.shape,
        f"{what}: форма {got.shape}, ожидалась {right.shape}: три строки, в каждой по "
        "числу на место.",
    )
    starts = np.bincount(train[:-1], minlength=size)
    length, known = len(train), starts[before] > 0
    often = np.bincount(train, minlength=size)
    judge.same(
        got[1],
        word,
        f"{what}, строка слов",
        {
            "взята частота первого слова пары, а угадывают второе, after.": often[
                before
            ]
            / length,
            "это число, а нужна доля: поделите на длину обучающей части.": often[after],
            "прибавлена единица к каждому счёту; здесь сглаживает смесь.": (
                often[after] + 1
            )
            / (length + size),
        },
        rtol=0.09,
        atol=0.0,
    )
    judge.same(
        got[2],
        same,
        f"{what}, строка «поровну»",
        {
            "нужна единица, делённая на размер словаря.": np.full(len(after), size),
            "поделено на длину текста, а не на размер словаря.": np.full(
                len(after), 1 / length
            ),
        },
    )
    many = np.where(known, pair * starts[before], 0)
    mistakes = {
        "пара перевёрнута: нужно, сколько раз after шло после before.": three(
            train[::-1], before, after, size
        )[0],
        "поделено на длину текста: нужна доля среди пар, которые начинаются с "
        "before.": np.where(known, many / length, word),
        "поделено на частоту второго слова, а нужно первого.": np.where(
            known, many / np.maximum(often[after], 1), word
        ),
        "c(v) посчитано по всем словам, а нужно по началам пар: последнее слово текста "
        "пару не начинает.": np.where(known, many / np.maximum(often[before], 1), word),
        "это число пар, а не доля.": np.where(known, many, word),
        "слово, с которого в обучении не начинается ни одна пара: нужна частота "
        "слова after, а стоит ноль.": np.where(known, pair, 0.0),
        "слово, с которого в обучении не начинается ни одна пара: нужна частота слова "
        "after, а стоит «поровну».": np.where(known, pair, 1 / size),
    }
    zero = got[0][~known]
    if np.isnan(zero).all() and np.allclose(got[0][known], pair[known]):
        judge.refuse(
            f"{what}, строка пар: слово, с которого в обучении не начинается ни одна "
            "пара, дало деление на ноль. Вместо первой дроби возьмите вторую."
        )
    judge.same(got[0], pair, f"{what}, строка пар", mistakes)


def _judge_perplexity(perplexity):
    p = np.array([0.5, 0.25, 0.01, 0.8, 0.125])
    for numbers in (np.full(4, 0.25), p):
        nats, bits = -np.log(numbers).mean(), -np.log2(numbers).mean()
        judge.same(
            judge.call(perplexity, numbers, what="perplexity(p)"),
            np.exp(nats),
            f"perplexity({numbers.tolist()})",
            {
                "логарифм двоичный, а экспонента натуральная: возьмите 2 в степени или "
                "np.log.": np.exp(bits),
                "логарифм натуральный, а в степень возводится двойка.": 2.0**nats,
                "это среднее минус логарифма; не хватает экспоненты.": nats,
                "это биты на слово; не хватает степени двойки.": bits,
                "потерян минус: вышло число меньше единицы.": np.exp(-nats),
                "логарифмы сложены, а не усреднены.": np.exp(nats * len(numbers)),
                "усреднены сами вероятности, а не их логарифмы.": 1 / numbers.mean(),
                "усреднены обратные вероятности, а не логарифмы.": (1 / numbers).mean(),
            },
        )


def _judge_shares(shares, train, val, size):
    shares = judge.array(shares, "shares", (3,))
    judge.require(
        (shares >= -1e-6).all() and abs(shares.sum() - 1) < 1e-3,
        f"shares: доли неотрицательны и в сумме дают 1, а у вас "
        f"{', '.join(judge.shown(each, 3) for each in shares)}.",
    )
    shares = np.maximum(shares, 0)
    table = three(train, val[:-1], val[1:], size)
    best = best_shares(table)
    lowest, ours = _perplexity(best @ table), _perplexity(shares @ table)
    if ours <= 1.01 * lowest:
        return
    line = (
        f"shares: перплексия на валидации {judge.shown(ours)}, а с лучшими долями "
        f"{judge.shown(lowest)}. "
    )
    if (shares @ table < 1e-12).any():
        line += "Некоторым парам валидации такая смесь даёт ноль. Оставьте немного "
        line += "каждому из трёх ответов."
    elif _perplexity(shares[::-1] @ table) <= 1.01 * lowest:
        line += "Доли те, но в обратном порядке: сначала пары, потом слова, потом "
        line += "«поровну»."
    elif np.ptp(shares) < 0.02:
        line += "Все доли равны: их надо подобрать."
    elif shares[0] > best[0] + 0.05:
        line += "Парам отдано слишком много: так выходит, если подбирать доли на "
        line += "обучающей части. Возьмите валидацию."
    else:
        line += "Переберите доли мельче."
    judge.refuse(line)


# --- 7.5 ---


@EXERCISES.add("7.5", "следующее слово, со звёздочкой")
def _(table, network, next_words, result, words, vectors, parts):
    table = judge.array(table, "table")
    network = judge.network(network, "network")
    judge.function(next_words, "next_words")
    parts = judge.items(parts, "тексты")
    judge.require(
        len(parts) == 3, "тексты: нужны три части, обучающая, валидация и тест."
    )
    train, val, test = parts
    train, val, test = (_text(each, "часть книги") for each in (train, val, test))
    names = judge.items(judge.attribute(words, "words", words), "words")
    size = len(names)
    _judge_parts(train, val, test, size)
    _judge_table(table, names, vectors)
    _judge_start(network, table)
    _judge_words(next_words, network, test, size)
    counts = {}
    shares = best_shares(three(train, val[:-1], val[1:], size, counts))
    rows = _windows(test)
    on_test = three(train, rows[:, :-1].ravel(), rows[:, 1:].ravel(), size, counts)
    pairs = shares @ on_test
    spoken = _spoken(next_words, network, rows, size)
    _judge_quality(spoken, pairs, next_words, network, test, size)
    _judge_memory(spoken, pairs, next_words, network, val, train, size, shares, counts)
    _judge_result(
        result, spoken, pairs, next_words, network, parts=(train, val, test), size=size,
        shares=shares, counts=counts,
    )  # fmt: skip


def _windows(stream, most=None):
    rows = (len(stream) - 1) // WINDOW
    rows = rows if most is None else min(rows, most)
    starts = np.arange(rows)[:, None] * WINDOW
    return stream[starts + np.arange(WINDOW + 1)]


def _ask(next_words, network, rows, size):
    """Return the probabilities of the next words in windows; checks their shape."""
    what = "next_words(network, rows)"
    p = judge.call(
        lambda given: next_words(network, given), rows.astype("int32"), what=what
    )
    p = judge.array(p, what)
    wanted = (*rows.shape, size)
    judge.require(
        p.shape == wanted,
        f"{what}: форма {p.shape}, ожидалась {wanted}: на каждом месте каждого окна "
        "вероятность каждого слова словаря.",
    )
    return p


def _spoken(next_words, network, rows, size, of=None):
    """Return the probabilities of the words that follow (or of others) in windows."""
    found = []
    for i in range(0, len(rows), 64):
        part = rows[i : i + 64]
        p = _ask(next_words, network, part[:, :-1], size)
        said = part[:, 1:] if of is None else of[i : i + 64]
        found.append(np.take_along_axis(p, said[..., None], axis=-1)[..., 0])
    return np.concatenate(found)


def _judge_parts(train, val, test, size):
    judge.require(
        max(each.max() for each in (train, val, test)) < size,
        "среди номеров слов есть такие, которых нет в словаре words.",
    )
    judge.require(
        min(len(val), len(test)) > 2 * WINDOW,
        "валидация и тест слишком коротки: нужно хотя бы несколько окон.",
    )

    def runs(stream, step):
        length = 30
        starts = range(0, len(stream) - length + 1, step)
        return {stream[i : i + length].tobytes() for i in starts}

    known = runs(train, 1)
    for name, part in (("тестовая", test), ("валидационная", val)):
        inside = runs(part, 30)
        share = np.mean([each in known for each in inside])
        judge.require(
            share < 0.2,
            f"{name} часть лежит внутри обучающей (дословно повторено "
            f"{100 * share:.0f} % кусков): это утечка.",
        )


def _judge_table(table, names, vectors):
    size = len(names)
    with judge.running("vectors", "нужны векторы слов, как в задании, а вышла ошибка"):
        places = [i for i, name in enumerate(names) if name in vectors]
        places = places[:: max(1, len(places) // 300)]
        wanted = [np.asarray(vectors[names[i]], float) for i in places]
    judge.require(
        wanted and len({each.shape for each in wanted}) == 1 and wanted[0].ndim == 1,
        "vectors: нужны векторы слов, как в задании.",
    )
    wanted = np.array(wanted)
    judge.require(
        table.ndim == 2 and table.shape == (size, wanted.shape[1]),
        f"table: форма {table.shape}, ожидалась {(size, wanted.shape[1])}: слов в "
        "словаре на длину вектора.",
    )

    def close(rows):
        ours, true = rows - rows.mean(axis=0), wanted - wanted.mean(axis=0)
        lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(true, axis=1)
        cosines = (ours * true).sum(axis=1) / np.maximum(lengths, 1e-9)
        return np.mean(cosines > 0.8)

    lengths = np.linalg.norm(table[places], axis=1), np.linalg.norm(wanted, axis=1)
    both = np.maximum(lengths[0] * lengths[1], 1e-12)
    if ((table[places] * wanted).sum(axis=1) / both).min() > 0.999:
        ratio = lengths[0] / lengths[1]
        judge.require(
            ratio.std() < 0.02 * ratio.mean(),
            "table: каждая строка поделена на своё число, а нужно одно общее.",
        )
    found = close(table[places])
    if found < 0.95:
        for shift in (-2, -1, 1, 2):
            moved = np.clip(np.array(places) + shift, 0, size - 1)
            by = judge.count(abs(shift), "место", "места", "мест")
            judge.require(
                close(table[moved]) < 0.8,
                f"table: векторы сдвинуты на {by}: первыми в словаре стоят метки.",
            )
        judge.refuse(
            "table: строка i должна быть вектором слова words.words[i]; это так у "
            f"{judge.shown(100 * found, 2)} % проверенных слов. У gensim порядок слов "
            "свой: берите vectors[слово]."
        )
    spread = table[places].std()
    judge.require(
        0.5 < spread < 2,
        f"table: разброс чисел {judge.shown(spread, 2)}, а после деления на общее "
        "стандартное отклонение он около 1.",
    )


def _judge_start(network, table):
    matrices = [np.asarray(each) for each in network.get_weights()]
    same = [each for each in matrices if each.shape == table.shape]
    judge.require(
        same,
        f"network: среди весов нет таблицы {table.shape}: нужен эмбеддинг, начатый с "
        "table.",
    )

    def close(rows):
        lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(table, axis=1)
        return np.median((rows * table).sum(axis=1) / np.maximum(lengths, 1e-9))

    found = max(map(close, same))
    judge.require(
        found > 0.3,
        "network: эмбеддинг сети не похож на table (косинус строк в середине "
        f"{judge.shown(found, 2)}): похоже, веса начаты случайно. Поставьте их, "
        "embedding.set_weights([table]), до обучения.",
    )


def _judge_words(next_words, network, test, size):
    rows = _windows(test, 4)[:, :-1]
    p = _ask(next_words, network, rows, size)
    what = "next_words(network, rows)"
    judge.require(
        np.isfinite(p).all(),
        f"{what}: среди вероятностей есть NaN или бесконечность.",
    )
    total = p.sum(axis=-1)
    off = float(np.abs(total - 1).max())
    if off > 1e-2 or p.min() < -1e-6:
        if (p <= 1e-6).all():
            judge.refuse(f"{what}: это логарифмы, а нужны сами вероятности, np.exp.")
        across = np.abs(p.sum(axis=1) - 1).max() < 1e-2
        judge.require(
            not across,
            f"{what}: единицу дают суммы по местам, а должны по словам: softmax взят "
            "не по той оси (нужна последняя).",
        )
        judge.require(
            p.min() > -1e-6 and p.max() <= 1.0001,
            f"{what}: числа от {judge.shown(p.min())} до {judge.shown(p.max())}: "
            "похоже, это логиты. Возьмите softmax по последней оси.",
        )
        worst = total.ravel()[np.abs(total - 1).argmax()]
        judge.refuse(
            f"{what}: вероятности на одном месте в сумме дают {judge.shown(worst)}, а "
            "должны 1."
        )
    other = rows.copy()
    other[:, -1] = (other[:, -1] + 1) % size
    moved = np.abs(_ask(next_words, network, other, size) - p)[:, :-1].max()
    judge.require(
        moved < 1e-3,
        f"{what}: сменили последнее слово окна, а вероятности на прежних местах "
        f"изменились на {judge.shown(moved, 2)}: сеть видит слово, которое угадывает. "
        "Двунаправленный слой и само-внимание без маски здесь не годятся.",
    )


def _judge_quality(spoken, pairs, next_words, network, test, size):
    ours, theirs = _perplexity(spoken), _perplexity(pairs)
    rows = _windows(test, 100)
    logs = np.log(np.maximum(_ask(next_words, network, rows[:4, :-1], size), 1e-300))
    inner = logs - (logs.sum(axis=-1, keepdims=True) - 1) / size
    twice = inner.min() > -1e-4 and inner.max() > 5 / size
    judge.require(
        not twice,
        "next_words(network, rows): softmax взят дважды: сеть уже отдаёт вероятности.",
    )
    if ours < 0.97 * theirs:
        return
    current = _spoken(next_words, network, rows, size, rows[:, :-1])
    line = (
        f"сеть: перплексия на тесте {judge.shown(ours)}, у пар {judge.shown(theirs)}. "
    )
    if current.mean() > 0.3:
        line += "Слово, которое сеть только что прочла, получает в среднем вероятность "
        line += f"{judge.shown(current.mean(), 2)}: цель не сдвинута. Цель — следующее "
        line += "слово, x[:, 1:]."
    elif ours > 0.6 * size:
        line += "Это почти гадание наугад: сеть не обучена, или номера слов перепутаны."
    else:
        line += "Сеть должна быть лучше хотя бы на 3 %: проверьте, с чего начат "
        line += "эмбеддинг, дропаут, скорость обучения; остановитесь, когда перплексия "
        line += "на валидации перестанет падать."
    judge.refuse(line)


def _judge_memory(spoken, pairs, next_words, network, val, train, size, shares, counts):
    rows = _windows(val)
    on_val = _perplexity(_spoken(next_words, network, rows, size))
    table = three(train, rows[:, :-1].ravel(), rows[:, 1:].ravel(), size, counts)
    gain_val = on_val / _perplexity(shares @ table)
    gain_test = _perplexity(spoken) / _perplexity(pairs)
    judge.require(
        gain_test > 0.92 * gain_val,
        f"сеть: перплексия на тесте {judge.shown(_perplexity(spoken))}, а на валидации "
        f"{judge.shown(on_val)}. Так бывает, когда тест попал в обучение: учите только "
        "на обучающей части.",
    )


def _judge_result(
    result, spoken, pairs, next_words, network, parts, size, shares, counts
):
    train, val, test = parts
    rows = _windows(test)

    def of_pairs(text):
        part = _windows(text)
        before, after = part[:, :-1].ravel(), part[:, 1:].ravel()
        return _perplexity(shares @ three(train, before, after, size, counts))

    result = judge.started(result, "result")
    judge.require(
        isinstance(result, dict) and {"пары", "с векторами"} <= set(result),
        'result: нужен словарь из двух перплексий, {"пары": ..., "с векторами": ...}.',
    )
    judge.same(
        result["пары"],
        _perplexity(pairs),
        'result["пары"]',
        _mistakes(pairs, rows[:, 1:].ravel())
        | {
            "посчитано на валидации; судят по тесту.": lambda: of_pairs(val),
            "посчитано на обучающей части; судят по тесту.": lambda: of_pairs(train),
            "это перплексия сети, а не пар.": _perplexity(spoken),
        },
        rtol=0.012,
    )
    known = {
        "это перплексия пар, а не сети.": lambda: _perplexity(pairs),
        "посчитано на валидации; судят по тесту.": lambda: _perplexity(
            _spoken(next_words, network, _windows(val), size)
        ),
        "посчитано на обучающей части; судят по тесту.": lambda: _perplexity(
            _spoken(next_words, network, _windows(train), size)
        ),
    }
    judge.same(
        result["с векторами"],
        _perplexity(spoken),
        'result["с векторами"]',
        _mistakes(spoken.ravel(), rows[:, 1:].ravel(), spoken) | known,
        rtol=0.002,
    )


def _mistakes(p, said, by_window=None):
    logs = np.log(np.maximum(p, 1e-300))
    nats = -logs.mean()
    found = {
        "логарифм натуральный, а в степень возводится двойка.": 2.0**nats,
        "логарифм двоичный, а экспонента натуральная.": np.exp(nats / np.log(2)),
        "это среднее минус логарифма; не хватает экспоненты.": nats,
        "слово <unk> пропущено: без него текст другой, и числа не сравнить.": np.exp(
            -logs[said != 0].mean() if (said != 0).any() else nats
        ),
        "усреднены сами вероятности, а не их логарифмы.": 1 / p.mean(),
    }
    if by_window is not None:
        each = np.exp(-np.log(np.maximum(by_window, 1e-300)).mean(axis=1))
        found["усреднены перплексии окон; усредняют логарифмы, а экспоненту берут один "
              "раз."] = each.mean()  # fmt: skip
        logs = np.log(np.maximum(by_window, 1e-300))
        each = [np.exp(-logs[i : i + 64].mean()) for i in range(0, len(logs), 64)]
        found["усреднены перплексии частей текста; усредняют логарифмы, а экспоненту "
              "берут один раз."] = np.mean(each)  # fmt: skip
    return found
