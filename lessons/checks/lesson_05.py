"""Judges of homework 5: a clean book, CBOW, vectors of a book, epochs, sampling."""

import re
from collections import Counter
from pathlib import Path

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
EPOCHS = (2, 5, 10, 20, 40)
POWERS = (0, 0.75, 1)
MARGIN = 0.05  # of purity: how much worse than the best is still enough
AGREEMENT = 0.1  # with counted pairs: trained 0.16 to 0.56, shuffled or one epoch 0.01
WORDS = ("слово", "слова", "слов")
SENTENCES = ("предложение", "предложения", "предложений")


# --- 5.1 ------------------------------------------------------------------------------


def _cut(text, ends=".!?…", letters="а-я", small=True, yo="е", gap=" ", empty=False):
    """Return the sentences of a text as lists of words, or what a mistake gives."""
    text = text.lower() if small else text
    text = text.replace("ё", yo).replace("Ё", yo.upper())
    pieces = re.split(f"[{ends}]", text) if ends else [text]
    found = [re.sub(rf"[^{letters}\s]", gap, piece).split() for piece in pieces]
    return [words for words in found if words or empty]


def _glued(text):
    """Return words cut at spaces alone, the marks left on them."""
    pieces = re.split(r"(?<=[.!?…])\s+", text.lower().replace("ё", "е"))
    return [piece.split() for piece in pieces if piece.strip()]


_MARKS = ".,!?…:;()«»—%"
_CLEANING = {
    "прописные буквы остались: нужен lower().": lambda t: _cut(
        t, small=False, letters="а-яА-Я"
    ),
    "прописные буквы пропали вместе со знаками: сначала lower(), потом всё "
    "остальное.": lambda t: _cut(t, small=False),
    "заглавная «Ё» пропала: сначала lower(), потом замена «ё» на «е».": lambda t: _cut(
        t.replace("ё", "е"), yo=" "
    ),
    "буква «ё» осталась: замените её на «е».": lambda t: _cut(
        t, yo="ё", letters="а-яё"
    ),
    "буква «ё» стала пробелом и разрезала слово: в промежуток от «а» до «я» она не "
    "входит. Сначала замените её на «е».": lambda t: _cut(t, yo=" "),
    "буква «ё» пропала: в промежуток от «а» до «я» она не входит. Сначала замените её "
    "на «е».": lambda t: _cut(t, yo=""),
    "знак выброшен, а не заменён пробелом, и соседние слова слиплись.": lambda t: _cut(
        t, gap=""
    ),
    "пробелы выброшены вместе со знаками, и слова слиплись: лишнее меняют на пробел, "
    '" ", а не на пустую строку.': lambda t: [["".join(words)] for words in _cut(t)],
    "знаки прилипли к словам: в слове должны остаться одни буквы.": _glued,
    "предложения слились в одно: разрежьте текст на концах предложений, пока знаки "
    "ещё на месте.": lambda t: _cut(t, ends=""),
    "предложение кончается не только точкой: есть ещё «!», «?» и «…».": lambda t: _cut(
        t, ends="."
    ),
    "многоточие одним знаком, «…», тоже конец предложения.": lambda t: _cut(
        t, ends=".!?"
    ),
    "вопросительный знак, «?», тоже конец предложения.": lambda t: _cut(t, ends=".!…"),
    "восклицательный знак, «!», тоже конец предложения.": lambda t: _cut(t, ends=".?…"),
    "«?» и «…» тоже конец предложения.": lambda t: _cut(t, ends=".!"),
    "«!» и «…» тоже конец предложения.": lambda t: _cut(t, ends=".?"),
    "«!» и «?» тоже конец предложения.": lambda t: _cut(t, ends=".…"),
    "тире предложения не кончает: вместо него пробел.": lambda t: _cut(t, ends=".!?…—"),
    "запятая, двоеточие и точка с запятой предложения не кончают.": lambda t: _cut(
        t, ends=".!?…,:;"
    ),
    "остались пустые предложения, []: их нужно выбросить.": lambda t: _cut(
        t, empty=True
    ),
    "дефис — не буква: по нашим правилам вместо него пробел.": lambda t: _cut(
        t, letters="а-я-"
    ),
    "цифры остались: в слове должны быть одни русские буквы.": lambda t: _cut(
        t, letters="а-я0-9"
    ),
    "латиница осталась: берём буквы от «а» до «я».": lambda t: _cut(
        t, letters="а-яa-z"
    ),
    "знаки сняты только по краям слов, а внутри остались.": lambda t: [
        words for line in _glued(t) if (words := [w.strip(_MARKS) for w in line])
    ],
}
_TEXTS = (
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


def _sentences(value, text):
    """Return the student's sentences of a text as lists of str."""
    what = f"предложения из «{text}»"
    judge.require(
        not isinstance(value, str | dict) and judge.attribute(value, "__iter__"),
        f"{what}: нужен список предложений, каждое — список слов.",
    )
    found = judge.items(value, what)
    if found and all(isinstance(each, str) for each in found):
        flat = all(" " not in each.strip() for each in found)
        judge.refuse(
            f"{what}: получился один список {'слов' if flat else 'строк'}, "
            f"{_listed(found)}, а нужен список предложений, каждое — список слов: "
            '[["кот", "спит"], ["вот", "дом"]].'
        )
    found = [judge.items(each, f"{what}, каждое предложение") for each in found]
    judge.require(
        all(isinstance(word, str) for each in found for word in each),
        f"{what}: слова должны быть строками.",
    )
    return [[str(word) for word in each] for each in found]


@EXERCISES.add("5.1", "чистая книга")
def _(clean):
    for text in _TEXTS:
        found = _sentences(judge.call(clean, text, what="clean"), text)
        wanted = _cut(text)
        if found == wanted:
            continue
        if any("" in each for each in found):
            judge.refuse(
                f"предложения из «{text}»: среди слов есть пустые строки. Режьте по "
                "пробелам через split() без аргумента, он их не делает."
            )
        both = f"{_listed(found)}, ожидалось {_listed(wanted)}."
        for line, cut in _CLEANING.items():
            if found == cut(text):
                judge.refuse(f"предложения из «{text}»: {line} У вас {both}")
        judge.refuse(f"предложения из «{text}»: у вас {both}")
    text = "Шёл\nдождь,\tи\u00a0снег\r\nтоже."  # a line may end a sentence, or not
    found = _sentences(judge.call(clean, text, what="clean"), "Шёл↵дождь, и снег↵тоже.")
    words, wanted = [word for each in found for word in each], _cut(text)[0]
    judge.require(
        words == wanted,
        "слова из «Шёл↵дождь, и снег↵тоже.», где ↵ — конец строки: у вас "
        f"{_listed(words)}, ожидалось {_listed(wanted)}. Конец строки и табуляция — "
        "тоже пробелы.",
    )
    judge.require(all(found), "остались пустые предложения, []: их нужно выбросить.")


def _listed(items):
    text = str([list(each) if isinstance(each, list) else each for each in items])
    text = text.replace("'", "")
    return text if len(text) <= 90 else text[:87] + "..."


# --- 5.2 ------------------------------------------------------------------------------


def _windows(sentences, left, right, centre=False, empty=False):
    """Return CBOW's examples; the context has `left` places before the word."""
    found = []
    for words in sentences:
        for i, word in enumerate(words):
            around = range(max(0, i - left), min(len(words), i + right + 1))
            context = [words[j] for j in around if centre or j != i]
            if context or empty:
                found.append((context, word))
    return found


def _as_counted(examples):
    return Counter((tuple(sorted(context)), word) for context, word in examples)


def _full(examples):
    return [(context, word) for context, word in examples if context]


def _examples(value, what):
    """Return the student's examples as (list of str, str)."""
    judge.require(
        judge.attribute(value, "__iter__") and not isinstance(value, str | dict),
        f"{what}: нужен список пар (соседи, слово).",
    )
    found = []
    for item in judge.items(value, what):
        pair = list(item) if isinstance(item, tuple | list) else []
        judge.require(
            len(pair) == 2,
            f"{what}: каждый пример — пара (соседи, слово), а у вас {_brief(item)}.",
        )
        context, word = pair
        if isinstance(context, str) and " " in context.strip():
            judge.refuse(
                f"{what}: соседи склеены в строку «{context}», а нужен список слов."
            )
        if isinstance(context, str) and isinstance(word, str):
            judge.refuse(
                f"{what}: это пары skip-gram, «слово, сосед» по одному. У CBOW соседи "
                f"собраны в один список: {_brief((['кот', 'рыбу'], 'ест'))}."
            )
        if isinstance(context, str) and not isinstance(word, str):
            judge.refuse(
                f"{what}: пара переставлена. Сначала список соседей, потом слово, "
                "которое по ним угадывают."
            )
        judge.require(
            isinstance(word, str) and judge.attribute(context, "__iter__"),
            f"{what}: каждый пример — пара (соседи, слово), а у вас {_brief(item)}.",
        )
        context = judge.items(context, f"{what}, соседи")
        judge.require(
            all(isinstance(each, str) for each in context),
            f"{what}: соседи должны быть словами, а у вас {_brief(item)}.",
        )
        found.append((context, word))
    return found


def _brief(item):
    text = judge.text(item).replace("'", "")
    return text if len(text) <= 60 else text[:57] + "..."


def _joined(sentences):
    return [[word for words in sentences for word in words]]


def _window_mistakes(given, window):
    """Return what each mistake makes of the examples, by the line that names it."""
    return {
        "окно на одно место уже справа: range не включает свой конец.": _windows(
            given, window, window - 1
        ),
        "окно на одно место уже с обеих сторон.": _windows(
            given, window - 1, window - 1
        ),
        "окно на одно место шире.": _windows(given, window + 1, window + 1),
        "слово попало в собственные соседи: сеть увидит ответ.": _windows(
            given, window, window, centre=True
        ),
        "соседи только справа, а нужны с обеих сторон.": _windows(given, 0, window),
        "соседи только слева, а нужны с обеих сторон.": _windows(given, window, 0),
        "окно перешло через границу предложения: у каждого предложения свои "
        "соседи.": _windows(_joined(given), window, window),
        "у первых слов пропали соседи: срез line[i - window : i] с отрицательным "
        "началом отсчитывает его от конца. Возьмите max(0, i - window).": [
            (words[i - window : i] + words[i + 1 : i + window + 1], word)
            for words in given
            for i, word in enumerate(words)
        ],
        "пропущены слова у края предложения: соседей у них меньше, но примеры они "
        "тоже дают.": [
            (words[i - window : i] + words[i + 1 : i + window + 1], words[i])
            for words in given
            for i in range(window, len(words) - window)
        ],
        "пропущены соседи, которые пишутся так же, как само слово. Сравнивайте "
        "места, а не слова.": [
            ([each for each in context if each != word], word)
            for context, word in _windows(given, window, window)
        ],
        "одинаковые соседи слились в одного: нужен список, а не множество.": [
            (list(set(context)), word)
            for context, word in _windows(given, window, window)
        ],
        "у слова, которое стоит в предложении одно, соседей нет, и примером оно "
        "быть не может: среднее пустого списка не посчитать.": _windows(
            given, window, window, empty=True
        ),
    }


@EXERCISES.add("5.2", "CBOW своими руками")
def _(examples, gradients):
    given = [["а", "б", "а", "в", "г"], ["д", "е", "ж"], ["з"]]
    for window in (2, 1):
        what = f"примеры с окном {window}"
        found = _examples(
            judge.call(examples, given, window, what="cbow_examples"), what
        )
        wanted = _windows(given, window, window)
        right = _as_counted(wanted)
        if _as_counted(found) == right:
            continue
        for line, mistake in _window_mistakes(given, window).items():
            whole = _as_counted(found) == _as_counted(mistake)
            part = _as_counted(_full(found)) == _as_counted(_full(mistake)) != right
            if whole or part:
                judge.refuse(f"{what}: {line}")
        extra = _as_counted(found) - _as_counted(wanted)
        missing = _as_counted(wanted) - _as_counted(found)
        parts = [f"ожидалось примеров {len(wanted)}, у вас {len(found)}"]
        for name, some in (("лишний", extra), ("не хватает", missing)):
            if some:
                context, word = next(iter(some))
                parts.append(f"{name}: {_brief((list(context), word))}")
        judge.refuse(f"{what}, предложения {_brief(given)}: {'; '.join(parts)}.")
    _check_gradients(gradients)


def _pair(gradients, v, u, answers):
    found = judge.call(gradients, v, u, answers, what="cbow_gradients")
    judge.require(
        isinstance(found, tuple | list) and len(found) == 2,
        "cbow_gradients: нужны два массива, return dv, du.",
    )
    return found


def _check_gradients(gradients):
    rng = np.random.default_rng(5)
    v, u, answers = rng.normal(size=(3, 4)), rng.normal(size=(6, 4)), np.eye(6)[0]
    h = v.mean(axis=0)
    error = 1 / (1 + np.exp(-u @ h)) - answers
    found = _pair(gradients, v, u, answers)
    dv, du = (judge.array(each, name) for each, name in zip(found, ("dv", "du"),
                                                            strict=True))  # fmt: skip
    judge.require(
        not (dv.shape == u.shape and du.shape == v.shape),
        "cbow_gradients: массивы переставлены, сначала dv, потом du.",
    )
    row = error @ u
    judge.require(
        dv.size != row.size,
        f"dv: форма {dv.shape}, ожидалась {v.shape}: по строке на каждого соседа "
        "(строки одинаковы). np.tile или np.repeat повторят строку.",
    )
    p = error + answers
    errors = {
        "знак обратный: ошибка — это ответ сети минус верный ответ.": -error,
        "ошибка посчитана без сигмоиды.": u @ h - answers,
        "не вычтены верные ответы: ошибка — это sigmoid(u @ h) - answers.": p,
        "лишний множитель p(1 − p): он был у квадратичных потерь урока 1, а у этих "
        "потерь он сокращается, и ошибка — просто p - answers.": error * p * (1 - p),
    }
    apart = 1 / (1 + np.exp(-v @ u.T)) - answers  # an error for each neighbour
    centres = {
        "вместо среднего взята сумма векторов соседей.": v.sum(axis=0),
        "вместо среднего взят вектор первого соседа.": v[0],
        "вместо среднего взят вектор последнего соседа.": v[-1],
    }
    judge.same(  # before dv: a wrong mean or error spoils both, and is seen best here
        du,
        np.outer(error, h),
        "du, производная по векторам u",
        {line: np.outer(wrong, h) for line, wrong in errors.items()}
        | {
            line: np.outer(1 / (1 + np.exp(-u @ c)) - answers, c)
            for line, c in centres.items()
        }
        | {
            "это skip-gram для каждого соседа отдельно, а у CBOW ошибка одна, у "
            "среднего.": apart.T @ v,
            "на число соседей поделено ещё раз: среднее его уже учло.": np.outer(
                error, h
            )
            / 3,
        },
    )
    whole = np.tile(row, (3, 1))
    judge.same(
        dv,
        whole / 3,
        "dv, производная по векторам соседей",
        {
            "не поделено на число соседей: в среднее каждый вошёл с множителем "
            "1/n.": whole,
            "поделено на число соседей дважды.": whole / 9,
            "поделено не на то: соседей здесь 3, а строк в u 6, чисел в векторе "
            "4.": lambda: whole / (6 if abs(dv.sum() * 6 - whole.sum()) < 1e-4 else 4),
            "это skip-gram для каждого соседа отдельно, а у CBOW ошибка одна, у "
            "среднего.": apart @ u,
        }
        | {line: np.tile(wrong @ u / 3, (3, 1)) for line, wrong in errors.items()},
    )
    one = v[:1]  # with one neighbour CBOW is skip-gram
    error = 1 / (1 + np.exp(-u @ one[0])) - answers
    found = _pair(gradients, one, u, answers)
    judge.same(found[0], (error @ u)[None], "dv при одном соседе")
    judge.same(found[1], np.outer(error, one[0]), "du при одном соседе")


# --- 5.3 ------------------------------------------------------------------------------


def _keyed(value, what):
    """Return the vectors of a Word2Vec or KeyedVectors."""
    value = judge.started(value, what)
    value = judge.attribute(value, "wv", value)
    judge.require(
        isinstance(judge.attribute(value, "key_to_index"), dict)
        and isinstance(judge.attribute(value, "vectors"), np.ndarray),
        f"{what}: нужны векторы gensim, model.wv, а получен объект типа "
        f"{type(value).__name__}.",
    )
    judge.require(len(value.key_to_index) > 0, f"{what}: в них нет ни одного слова.")
    return value


def _check_words(keys, counts):
    """Refuse a vocabulary that is not the words of the clean book."""
    short = sum(len(word) == 1 for word in keys)
    judge.require(
        short < 0.8 * len(keys),
        "vectors: вместо слов буквы. Word2Vec ждёт список предложений, где каждое — "
        "список слов, а ему дали строки: он прочёл их по букве.",
    )
    for line, pattern in {
        "остались прописные буквы": r"[А-ЯЁ]",
        "осталась буква «ё»": r"ё",
        "к словам прилипли знаки, или среди слов есть цифры и латиница": r"[^а-я'-]",
    }.items():
        bad = [word for word in keys if re.search(pattern, word)]
        judge.require(
            not bad,
            f"vectors: {line}, например {', '.join(f'«{w:.30}»' for w in bad[:3])}. "
            "Учите на clean(book.text), а не на сырой книге.",
        )
    wanted = [word for word, times in counts.items() if times >= 10]
    have = sum(word in keys for word in wanted)
    judge.require(
        have >= 0.85 * len(wanted),
        f"vectors: слов, которые встретились в книге хотя бы 10 раз, {len(wanted)}, а "
        f"векторы есть у {have}. Уменьшите min_count до 5 и проверьте, что учили на "
        "всей книге.",
    )


def _counted_pairs(sentences, counts, distances=(1, 2), most=300, contexts=1000):
    """Return the most frequent words and how alike their rows of PPMI are.

    Pairs are counted inside a sentence, `distances` places apart.
    """
    words = [word for word, times in counts.most_common(contexts) if times >= 5]
    place = {word: i for i, word in enumerate(words)}
    ids = np.array(
        [
            i
            for line in sentences
            for i in [*(place.get(word, -1) for word in line), *[-1] * max(distances)]
        ]
    )
    met = np.zeros((len(words), len(words)))
    for distance in distances:
        left, right = ids[:-distance], ids[distance:]
        both = (left >= 0) & (right >= 0)
        np.add.at(met, (left[both], right[both]), 1)
    met += met.T
    chance = np.maximum(np.outer(met.sum(axis=1), met.sum(axis=0)), 1e-9)
    rows = np.log(np.maximum(met * met.sum() / chance, 1))[:most]
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return words[:most], rows @ rows.T


def _agreement(vectors, words, alike):
    """Return the correlation of cosines with the likeness of counted rows.

    Frequent words lie together even when the text is shuffled, so what the places of
    both words by frequency explain is taken away first.
    """
    known = [i for i, word in enumerate(words) if word in vectors.key_to_index]
    if len(known) < 10:
        return 0.0
    rows = np.array([vectors[words[i]] for i in known], dtype=np.float64)
    rows -= rows.mean(axis=0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    one, other = np.triu_indices(len(known), 1)
    place = np.log1p(np.array(known))
    a, b = place[one], place[other]
    explained = np.stack(
        [a**0, a + b, a * b, (a - b) ** 2, (a + b) ** 2, a * b * (a + b)], axis=1
    )
    left = []
    for values in (
        (rows @ rows.T)[one, other],
        alike[np.ix_(known, known)][one, other],
    ):
        weights = np.linalg.lstsq(explained, values, rcond=None)[0]
        left.append(values - explained @ weights)
    if min(map(np.std, left)) < 1e-9:
        return 0.0
    return float(np.corrcoef(left)[0, 1])


def _check_whole(vectors, counts):
    """Refuse vectors of a part of the book; gensim keeps how often it met a word."""
    keys = vectors.key_to_index
    try:
        met = sum(int(vectors.get_vecattr(word, "count")) for word in keys)
    except (KeyError, TypeError):  # vectors that were put together by hand
        return
    share = met / max(1, sum(counts[word] for word in keys))
    judge.require(
        share > 0.8,
        f"vectors: учили не на всей книге: слов с векторами gensim прочла {met}, это "
        f"{share:.0%} от того, сколько раз они стоят в книге. Учите на всех "
        "предложениях, lines.",
    )


def _check_trained(vectors, book, counts):
    """Refuse vectors that say nothing of the book's words."""
    rows = np.asarray(vectors.vectors, dtype=np.float64)
    judge.require(np.isfinite(rows).all(), "vectors: среди чисел есть NaN.")
    judge.require(
        rows.shape[1] >= 20,
        f"vectors: чисел у слова {rows.shape[1]}, это мало: возьмите vector_size=100.",
    )
    start = 0.577 / np.sqrt(rows.shape[1])  # the length that gensim begins with
    still = (np.linalg.norm(rows, axis=1) < 1.3 * start).mean()
    judge.require(
        still < 0.9,
        "vectors: векторы не обучены, они остались случайными, как в начале. "
        "Word2Vec(предложения, ...) учит сразу, а после build_vocab нужен ещё "
        "train(...).",
    )
    judge.require(
        still < 0.1,  # at most 0.008 in good models, 0.28 and more in one sentence
        f"vectors: {still:.0%} векторов остались такими, как в начале. Так бывает, "
        "когда вся книга — одно предложение: gensim читает из предложения не больше "
        "10 000 слов.",
    )
    agreement = _agreement(vectors, *_counted_pairs(book.sentences, counts))
    judge.require(
        agreement > AGREEMENT,
        "vectors: у слов с похожими соседями векторы должны быть похожи. Согласие с "
        f"подсчётом пар {judge.shown(agreement, 2)} (от −1 до 1), ожидалось больше "
        f"{judge.shown(AGREEMENT)}. Мало эпох, перемешаны слова или книга другая?",
    )
    near, far = (
        _agreement(vectors, *_counted_pairs(book.sentences, counts, distances))
        for distances in ((1,), (3, 4, 5, 6))
    )
    judge.require(  # far less near: window 2 at most −0.09, shuffled at least 0.015
        far < near,
        "vectors: похожи слова из одних предложений, а не с одними соседями. Согласие "
        f"с подсчётом далёких пар, {judge.shown(far, 2)}, больше, чем соседних, "
        f"{judge.shown(near, 2)}. Либо слова внутри предложений перемешаны, либо окно "
        "намного шире двух.",
    )


def _check_saved(saved, vectors):
    """Refuse a file that is not these vectors."""
    from gensim.models import KeyedVectors

    judge.require(
        isinstance(saved, str | Path),
        'saved: нужно имя файла, например saved = "my_vectors.kv".',
    )
    path = Path(saved)
    judge.require(
        path.is_file(),
        f"saved: файла «{path.name}» нет. Сохраните векторы: vectors.save(saved).",
    )
    try:
        read = KeyedVectors.load(str(path))
    except Exception as error:
        judge.refuse(
            f"saved: файл «{path.name}» не читается как векторы gensim "
            f"({type(error).__name__}). Его пишет vectors.save(saved), а не np.save и "
            "не save_word2vec_format."
        )
    judge.require(
        not hasattr(read, "wv"),
        f"saved: в «{path.name}» модель целиком, а нужны одни векторы: "
        "model.wv.save(saved).",
    )
    judge.require(
        list(read.key_to_index) == list(vectors.key_to_index)
        and np.array_equal(read.vectors, vectors.vectors),
        f"saved: в «{path.name}» другие векторы, не те, что в vectors. Наверное, файл "
        "остался от прошлого обучения: сохраните ещё раз.",
    )


def _plain(word):
    return word.lower().replace("ё", "е").strip()


def _check_expected(expected, keys):
    """Return the expectations as dict of str to list of str."""
    judge.require(
        isinstance(expected, dict),
        'expected: нужен словарь, например {"хлеб": ["сыр", "мясо"], ...}.',
    )
    judge.require(
        len(expected) >= 10,
        f"expected: нужно десять слов, а записано {len(expected)}.",
    )
    for word, guesses in expected.items():
        if guesses is ...:
            raise judge.NotStarted
        judge.require(
            isinstance(word, str) and word in keys,
            f"expected: у слова «{word}» нет вектора: "
            + (
                "слова в чистой книге строчные, с «е» вместо «ё»."
                if not isinstance(word, str) or word != _plain(word)
                else "в предложениях, на которых вы учили, оно встретилось меньше "
                "min_count раз. Учите с min_count=5 и берите слова, у которых counts "
                "не меньше 5."
            ),
        )
        judge.require(
            isinstance(guesses, list | tuple | set)
            and len(guesses) > 0
            and all(isinstance(each, str) and each.strip() for each in guesses),
            f"expected: у слова «{word}» нужен список: от одного до трёх слов, которых "
            "вы ждёте рядом.",
        )
        judge.require(
            len(guesses) <= 3,
            f"expected: у слова «{word}» записано "
            f"{judge.count(len(guesses), *WORDS)}, а нужно от одного до трёх: в "
            "длинном списке что-нибудь да сбудется.",
        )
        for each in guesses:
            judge.require(
                each == _plain(each) and " " not in each,
                f"expected: ожидание «{each}» у слова «{word}» сбыться не может: "
                "слова в чистой книге строчные, с «е» вместо «ё», каждое отдельно.",
            )
        judge.require(
            word not in guesses,
            f"expected: слово «{word}» названо собственным соседом.",
        )
    return {word: list(guesses) for word, guesses in expected.items()}


@EXERCISES.add("5.3", "векторы своей книги")
def _(expected, vectors, saved, book):
    judge.require(
        judge.attribute(book, "sentences") is not None,
        "book: нужна книга, которую дали data.load или data.own_book.",
    )
    counts = Counter(word for line in book.sentences for word in line)
    judge.started(expected, "expected")
    vectors = _keyed(vectors, "vectors")
    keys = vectors.key_to_index
    _check_words(keys, counts)
    _check_whole(vectors, counts)
    _check_trained(vectors, book, counts)
    expected = _check_expected(expected, keys)
    near = {
        word: [other for other, _ in vectors.most_similar(word, topn=10)]
        for word in expected
    }
    guesses = [(word, each) for word, given in expected.items() for each in given]
    missed = [each for word, each in guesses if each not in near[word]]
    judge.require(
        missed or len(guesses) < 20,
        "expected: сбылись все ожидания до единого. Похоже, это ответы модели, а "
        "задание просит записать свои до обучения; ошибиться не страшно.",
    )
    _check_saved(saved, vectors)


# --- 5.4 and 5.5 ----------------------------------------------------------------------


def _by_key(value, keys, what, example):
    """Return the values of a student's dict in the order of `keys`."""
    value = judge.started(value, what)
    judge.require(
        isinstance(value, dict), f"{what}: нужен словарь, например {example}."
    )
    named = "; ".join(judge.shown(key) for key in keys)
    try:
        found = {float(key): each for key, each in value.items()}
        if any(isinstance(key, str) for key in value):
            raise TypeError
    except Exception:
        judge.refuse(f"{what}: ключи словаря — числа {named}, без кавычек.")
    judge.require(
        set(found) == set(map(float, keys)),
        f"{what}: ключи словаря — {named}, а у вас "
        f"{'; '.join(judge.shown(key) for key in sorted(found)) or 'он пуст'}.",
    )
    if any(each is ... for each in found.values()):
        raise judge.NotStarted
    return [found[float(key)] for key in keys]


def _check_models(models, keys, attribute, wanted, what="models"):
    """Refuse models that differ in more, or in less, than `attribute`.

    `wanted` holds the settings that the exercise names.
    """
    for model in models:
        judge.require(
            None
            not in [judge.attribute(model, name) for name in ("wv", "train_count")],
            f"{what}: в словаре должны лежать модели целиком, Word2Vec(...), без .wv: "
            f"по ним видно, как учили. А лежит {type(model).__name__}.",
        )
    judge.require(
        len({id(model) for model in models}) == len(models),
        f"{what}: под разными ключами одна и та же модель. Заведите в каждом обороте "
        "цикла новую, Word2Vec(...).",
    )
    for key, model in zip(keys, models, strict=True):
        where = f"{what}[{key}]"
        if model.train_count > 1:
            times = judge.count(model.train_count, "раз", "раза", "раз")
            judge.refuse(
                f"{where}: эту модель обучали {times} подряд. "
                "Продолжать прежнюю нельзя: её скорость уже упала почти до нуля. "
                "Обучите новую."
            )
        judge.require(
            model.train_count == 1, f"{where}: модель построена, но не обучена."
        )
        has = getattr(model, attribute)
        judge.require(
            np.isclose(has, key),
            f"{where}: у этой модели {attribute}={judge.shown(has)}, а ключ "
            f"{judge.shown(key)}. Передавайте {attribute} своё для каждого ключа.",
        )
    settings = {
        "epochs": "число эпох", "window": "окно", "sample": "прореживание sample",
        "vector_size": "число чисел у слова", "seed": "зерно seed", "sg": "способ sg",
        "negative": "число подставных", "ns_exponent": "степень ns_exponent",
        "corpus_total_words": "сама книга", "min_count": "min_count",
    }  # fmt: skip
    for name, words in settings.items():
        values = {judge.shown(getattr(model, name), 9) for model in models}
        judge.require(
            name == attribute or len(values) == 1,
            f"{what}: кроме {attribute}, у моделей различается {words}: "
            f"{', '.join(sorted(values))}. Тогда не узнать, что подействовало.",
        )
    judge.require(models[0].sg == wanted["sg"], f"{what}: это skip-gram, а нужен CBOW.")
    for name, value in wanted.items():
        has = getattr(models[0], name)
        judge.require(
            np.isclose(has, value),
            f"{what}: {settings[name]} у моделей {judge.shown(has)}, а в задании "
            f"{name}={value}.",
        )


def _check_curve(curve, models, keys, measure, tuning, asked, what="curve"):
    """Return the student's curve and the right one."""
    with judge.running("measure(model.wv, tuning)"):
        wanted = [float(measure(model.wv, tuning)) for model in models]
    got = _by_key(curve, keys, what, "{" + f"{keys[0]}: 0.25, ..." + "}")
    got = [judge.number(each, what) for each in got]
    held = lambda: [measure(model.wv, asked) for model in models]  # noqa: E731
    judge.same(
        got,
        wanted,
        what,
        {
            "это чистота отложенных слов, asked. Их открывают один раз, в конце; "
            "настройки выбирают по tuning.": held,
            "под всеми ключами чистота последней модели: внутри цикла берите "
            "модель этого ключа.": [wanted[-1]] * len(wanted),
            "под всеми ключами чистота первой модели: внутри цикла берите "
            "модель этого ключа.": [wanted[0]] * len(wanted),
            "порядок обратный: чистота записана не под своим ключом.": wanted[::-1],
        },
        rtol=0,
        atol=0.0051,
    )
    return got, wanted


@EXERCISES.add("5.4", "сколько эпох нужно CBOW")
def _(models, curve, enough, measure, tuning, asked):
    models = _by_key(models, EPOCHS, "models", "{2: модель, ..., 40: модель}")
    _check_models(models, EPOCHS, "epochs", {"window": 2, "sample": 0, "sg": 0})
    judge.require(
        callable(measure) and hasattr(tuning, "__iter__"),
        "верните в ячейку проверки её первоначальную строку.",
    )
    given, wanted = _check_curve(curve, models, EPOCHS, measure, tuning, asked)
    found = judge.number(enough, "enough")
    right = {_enough(each, edge) for each in (wanted, given) for edge in (1e-6, -1e-6)}
    if found in right:
        return
    best = EPOCHS[int(np.argmax(wanted))]
    judge.require(
        found in EPOCHS,
        f"enough: нужно одно из чисел эпох {', '.join(map(str, EPOCHS))}, а у вас "
        f"{judge.shown(found)}.",
    )
    judge.require(
        found != best,
        f"enough: на {best} эпохах чистота наибольшая, но вопрос о наименьшем числе "
        "эпох, с которым она хуже наибольшей не больше чем на 0,05.",
    )
    at = wanted[EPOCHS.index(int(found))]
    judge.refuse(
        f"enough: на {int(found)} эпохах чистота {judge.shown(at, 3)}, наибольшая "
        f"{judge.shown(max(wanted), 3)}. "
        + (
            "Разность больше 0,05: этого мало."
            if at < max(wanted) - MARGIN - 1e-6
            else "Разность не больше 0,05, но хватит и меньшего числа эпох."
        )
    )


def _enough(curve, edge):
    """Return the fewest epochs; `edge` decides for a value on the very margin."""
    near = [value >= max(curve) - MARGIN - edge for value in curve]
    return EPOCHS[near.index(True)]


@EXERCISES.add("5.5", "подставные слова, со звёздочкой")
def _(noise, pick, models, curve, measure, tuning, asked):
    counts = np.array([50.0, 20.0, 20.0, 5.0, 1.0])
    for power in (0.75, 1, 0, 0.5):
        right = counts**power / (counts**power).sum()
        shares = counts / counts.sum()
        mistakes = {
            "сумма вероятностей не равна единице: поделите на сумму.": counts**power,
            "частоты возведены в степень после деления на сумму, и сумма снова не "
            "единица: поделите ещё раз.": shares**power,
            "степень не учтена: это просто доли слов в книге.": shares,
            "вместо степени логарифм.": np.log(counts) / np.log(counts).sum(),
            "степень обратная: частые слова стали редкими.": counts**-power
            / (counts**-power).sum(),
            "это softmax, exp, а нужна степень.": lambda: (
                np.exp(counts - 50) / np.exp(counts - 50).sum()
            ),
            "поделено на наибольшее, а не на сумму.": right / right.max(),
        }
        judge.same(
            judge.call(noise, counts, power, what="noise"),
            right,
            f"noise([50, 20, 20, 5, 1], {judge.shown(power)})",
            mistakes,
        )
    _check_pick(pick)
    models = _by_key(models, POWERS, "by_power", "{0: модель, 0.75: модель, ...}")
    wanted = {"window": 5, "sample": 0, "epochs": 10, "sg": 0}
    _check_models(models, POWERS, "ns_exponent", wanted, "by_power")
    judge.require(
        callable(measure) and hasattr(tuning, "__iter__"),
        "верните в ячейку проверки её первоначальную строку.",
    )
    _check_curve(curve, models, POWERS, measure, tuning, asked, "power_curve")


def _check_pick(pick):
    p = np.array([0.1, 0.4, 0.2, 0.3])
    u = np.array([0.05, 0.15, 0.45, 0.55, 0.65, 0.75, 0.95])
    right = np.array([0, 1, 1, 2, 2, 3, 3])
    judge.same(
        judge.call(pick, p, u, what="pick"),
        right,
        "pick([0,1 0,4 0,2 0,3], [0,05 0,15 0,45 0,55 0,65 0,75 0,95])",
        {
            "номера больше на единицу: слова считают с нуля.": right + 1,
            "номера меньше на единицу: первый кусок — от нуля до p[0].": right - 1,
            "не сложены вероятности предыдущих слов: границы кусков даёт "
            "np.cumsum.": lambda: np.searchsorted(p, u),
            "это самое близкое число, а нужен кусок, на который попало u.": lambda: (
                np.abs(np.cumsum(p) - u[:, None]).argmin(axis=1)
            ),
            "это самое вероятное слово, а u не учтено.": np.full(len(u), p.argmax()),
            "вероятности отсортированы, и номера слов потерялись.": lambda: (
                np.searchsorted(np.cumsum(np.sort(p)), u)
            ),
        },
    )
    even = (np.arange(1000) + 0.5) / 1000
    p = np.array([0.25, 0.125, 0.5, 0.125])
    found = judge.array(judge.call(pick, p, even, what="pick"), "pick", even.shape)
    judge.same(
        [(found == i).mean() for i in range(4)], p, "доли слов для тысячи точек, pick"
    )
