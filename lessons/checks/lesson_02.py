"""Judges of homework 2: a bag of words, honest folds, dishes, a threshold, a curve."""

import zlib
from itertools import permutations

import numpy as np

from helpers.text import tokenize
from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()


def _dense(table):
    dense = judge.attribute(table, "toarray")
    return table if dense is None else judge.call(dense, what="toarray")


def _names(items):
    """Return names as a list of str, or None when the answer is no list of names."""
    try:
        return list(map(judge.text, judge.items(items, "список")))
    except (judge.WrongAnswer, judge.NotStarted):
        return None


def _parts_of(value, of, line):
    """Return the `of` things that a student's function has to return."""
    judge.require(
        isinstance(value, tuple | list) and len(value) == of,
        f"{line}, а вернулось {judge.count(len(value), *judge.THINGS)}."
        if isinstance(value, tuple | list)
        else f"{line}, через запятую после return.",
    )
    if any(part is ... for part in value):
        raise judge.NotStarted
    return value


# --- 2.1 ---

TRAIN = ["Суп, суп и соль!", "Гол в ворота", "Ещё суп в тарелку", "«Гол!» — и ещё гол"]
NEW = ["Соль в суп, ещё соль", "Мяч и ворота", "Чай"]


def _counts(lines, words):
    return np.array([[tokenize(each).count(word) for word in words] for each in lines])


@EXERCISES.add("2.1", "мешок слов")
def _(bag):
    answer = judge.call(bag, TRAIN, NEW, what="bag")
    words, x_train, x_new = _parts_of(
        answer, 3, "bag: нужно вернуть три вещи: words, x_train, x_new"
    )
    train = [word for line in TRAIN for word in tokenize(line)]
    new = [word for line in NEW for word in tokenize(line)]
    right = sorted(set(train))
    by_count = sorted(right, key=lambda word: -train.count(word))
    cased = " ".join(TRAIN).split()
    judge.require(
        not isinstance(words, dict), "words: нужен список слов, а получен словарь."
    )
    judge.same_items(
        _names(words) or words,
        right,
        "words",
        {
            "в словарь попали слова новых текстов. Это утечка: когда модель учат, "
            "новых текстов ещё нет.": sorted(set(train + new)),
            "словарь собран из одних новых текстов, а нужен из обучающих.": sorted(
                set(new)
            ),
            "слова стоят в том порядке, в каком встретились, а нужны по алфавиту: "
            "sorted.": list(dict.fromkeys(train)),
            "слова стоят по убыванию частоты, а нужны по алфавиту: sorted.": by_count,
            "слова повторяются: одному слову нужен один столбец. Уберите повторы "
            "множеством, set.": sorted(train),
            "алфавит обратный.": right[::-1],
            "тексты поделены не tokenize, а split: у слов остались знаки препинания и "
            "заглавные буквы.": sorted(set(cased)),
            "тексты поделены не tokenize, а split: у слов остались знаки "
            "препинания.": sorted({each.lower() for each in cased}),
            "в словаре буквы, а не слова: сначала tokenize.": sorted(
                set("".join(TRAIN))
            ),
        },
    )
    for name, got, lines in (("x_train", x_train, TRAIN), ("x_new", x_new, NEW)):
        wanted = _counts(lines, right)
        other = NEW if lines is TRAIN else TRAIN
        length = np.array([[len(tokenize(each))] for each in lines])
        judge.same(
            _dense(got),
            wanted,
            name,
            {
                "стоят единицы и нули, а нужны количества: в первой записке «суп» "
                "встретился дважды.": (wanted > 0) * 1.0,
                "перепутаны оси: строка должна быть текстом, столбец — "
                "словом.": wanted.T,
                "это таблица других текстов: x_train и x_new переставлены.": _counts(
                    other, right
                ),
                "стоят доли от длины текста, а нужны количества.": wanted / length,
                "тексты надо делить на слова tokenize, прежде чем считать: здесь "
                "сосчитано, сколько раз буквы слова стоят в тексте подряд.": [
                    [line.lower().count(word) for word in right] for line in lines
                ],
                "слова сосчитаны с учётом заглавных букв и знаков препинания: делите "
                "тексты функцией tokenize.": [
                    [line.split().count(word) for word in right] for line in lines
                ],
                "новые тексты сосчитаны по своему словарю: нужен transform, а не "
                "fit_transform.": _counts(
                    lines, sorted({word for each in lines for word in tokenize(each)})
                ),
                "накопилась сумма: каждая строка прибавлена к следующей. Начинайте "
                "строку с нулей.": np.cumsum(wanted, axis=0),
            },
        )


# --- 2.2 ---

DISHES = np.array([f"блюдо {number}" for number in range(12)])
LABELS = np.array([0, 1, 2, 3] * 3)
PARTS = [
    (np.setdiff1d(np.arange(12), held), np.array(held))
    for held in ([7, 2], [0, 9, 11], [4, 1], [10, 3, 6], [5, 8])
]


def _spy(log):
    """Return a `learn` whose answers say on what it was taught; keeps a log."""

    def learn(texts, y):
        texts, y = _names(texts), np.asarray(y).ravel().tolist()
        log.append(("learn", texts, y))
        taught = sorted(zip(texts or [], y, strict=False))

        def ask(asked):
            asked = _names(asked)
            log.append(("ask", asked, taught))
            rows = [
                np.random.default_rng(
                    zlib.crc32(f"{text}|{taught}".encode())
                ).dirichlet(np.ones(4))
                for text in asked
            ]
            return np.array(rows).reshape(-1, 4)

        return ask

    return learn


def _spied(plan, log=None):
    """Return the table that an exam of the given (taught, asked, rows) makes."""
    learn, table = _spy([] if log is None else log), np.zeros((len(DISHES), 4))
    for taught, asked in plan:
        table[asked] = learn(DISHES[taught], LABELS[taught])(DISHES[asked])
    return table


@EXERCISES.add("2.2", "честный экзамен")
def _(exam):
    log = []
    got = judge.call(exam, _spy(log), DISHES, LABELS, PARTS, what="exam")
    wanted, everyone = _spied(PARTS), np.arange(len(DISHES))
    order = np.concatenate([held for _, held in PARTS])
    first, last = PARTS[0][0], PARTS[-1][0]
    taught = [each for each in log if each[0] == "learn"]
    asked = [each for each in log if each[0] == "ask"]
    judge.require(
        taught,
        "exam: функция learn ни разу не вызвана. Экзамен должен обучать ту модель, "
        "которую ему дали.",
    )
    for _, lines, y in taught:
        judge.require(
            lines is not None and len(lines) == len(y),
            f"exam: в learn пришло текстов {len(lines or [])}, а номеров видов "
            f"{len(y)}. Берите и тексты, и виды по одним и тем же номерам seen.",
        )
    judge.require(
        not isinstance(got, dict),
        "exam: нужна таблица, а это словарь. Заведите таблицу нулей и заполняйте её "
        "строки: chances[held] = ...",
    )
    judge.require(
        not (isinstance(got, list | tuple) and len(got) == len(PARTS)),
        "exam: вернулся список ответов по частям. Соберите их в одну таблицу: "
        "chances[held] = ...",
    )
    got = judge.array(_dense(got), "exam")
    judge.require(
        got.size != len(DISHES),
        "exam: на каждый рецепт вернулось одно число, а нужны вероятности всех видов: "
        "argmax возьмём потом.",
    )
    judge.require(
        got.shape not in [(len(held), 4) for _, held in PARTS],
        "exam: вернулись ответы только одной части. Соберите все части в одну таблицу "
        "и возвращайте её после цикла, а не внутри.",
    )
    mistakes = {
        "модель обучена на всех рецептах, и на тех, о которых её спросили. "
        "Это утечка: в learn идут только seen.": _spied(
            [(everyone, held) for _, held in PARTS]
        ),
        "модель обучена один раз, на первой части, и видела рецепты остальных. "
        "Обучайте новую внутри цикла.": _spied([(first, held) for _, held in PARTS]),
        "модель обучена на последней части и видела рецепты остальных. Каждой части "
        "нужна своя.": _spied([(last, held) for _, held in PARTS]),
        "seen и held перепутаны: обучать надо на seen, спрашивать о held.": _spied(
            [(held, seen) for seen, held in PARTS]
        ),
        "модели обучены и спрошены о seen: они отвечают о рецептах, которые "
        "видели.": _spied([(seen, seen) for seen, _ in PARTS]),
        "каждая модель спрошена обо всех рецептах, и осталась последняя: почти все её "
        "ответы — о рецептах, которые она видела.": _spied(
            [(seen, everyone) for seen, _ in PARTS]
        ),
        "ответы моделей усреднены: каждый рецепт видели четыре из них. Нужен ответ "
        "одной, которая не видела.": np.mean(
            [_spied([(seen, everyone)]) for seen, _ in PARTS], axis=0
        ),
        "ответы верные, но стоят не на своих местах: части сложены одна за другой, а "
        "нужен порядок texts, chances[held] = ...": wanted[order],
        "модель обучена на отложенных и о них же спрошена.": _spied(
            [(held, held) for _, held in PARTS]
        ),
        "заполнена только первая часть: return стоит внутри цикла.": _partly(0),
        "заполнена только последняя часть: таблицу нулей заводят до цикла, "
        "один раз.": _partly(-1),
    }
    if any(set(each[1]) <= {text for text, _ in each[2]} for each in asked):
        mistakes["похоже, модели спросили о рецептах, на которых их обучали, и эти "
                 "ответы попали в таблицу: о texts[held] спрашивают модель, обученную "
                 "на texts[seen] той же пары."] = got  # fmt: skip
    judge.same(got, wanted, "exam(learn, texts, y, parts)", mistakes)


def _partly(place):
    table, held = np.zeros((len(DISHES), 4)), PARTS[place][1]
    table[held] = _spied(PARTS)[held]
    return table


# --- 2.3 ---

KINDS = ["каша", "пирог", "салат", "суп"]
FRESH = {  # recipes that are not in the notebook, three of each kind
    "каша": [
        "пшено, молоко, соль, сливочное масло",
        "овсянка, молоко, соль, сливочное масло",
        "гречка, молоко, сахар, сливочное масло",
    ],
    "пирог": [
        "мука, яйца, сахар, вишня, сода",
        "мука, дрожжи, сахар, яйца, творог",
        "мука, кефир, сода, яблоки, сахар",
    ],
    "салат": [
        "помидоры, огурцы, брынза, маслины, растительное масло",
        "солёные огурцы, яйца, горошек, майонез",
        "помидоры, сыр, перец, майонез",
    ],
    "суп": [
        "курица, лапша, картофель, лавровый лист, морковь, лук, вода",
        "капуста, мясо, картофель, чеснок, лавровый лист, вода",
        "рыба, картофель, лук, лавровый лист, укроп, вода",
    ],
}


def _chances(got, shape, what):
    """Return a table of probabilities, or say why it is none."""
    got = judge.array(_dense(judge.started(got, what)), what)
    if got.ndim == 2 and got.shape == shape[::-1] != shape:
        judge.refuse(f"{what}: перепутаны оси: строка — рецепт, столбец — вид.")
    judge.require(
        got.size != shape[0],
        f"{what}: на каждый рецепт получен один ответ, а нужны вероятности всех видов, "
        f"форма {shape}: argmax возьмём потом.",
    )
    judge.require(
        not (got.ndim == 2 and got.shape[0] == shape[0] and got.shape[1] != shape[1]),
        f"{what}: столбцов {got.shape[-1] if got.ndim else 0}, а видов {shape[1]}. "
        "Последнему слою нужен нейрон на каждый вид.",
    )
    got = judge.array(got, what, shape)
    judge.require(
        np.isfinite(got).all(),
        f"{what}: среди чисел есть NaN или бесконечность: обучение разошлось. "
        "Уменьшите скорость обучения.",
    )
    empty = int((np.abs(got).sum(axis=1) == 0).sum())
    judge.require(
        not empty or what != "chances",
        f"{what}: {judge.count(empty, 'строка', 'строки', 'строк')} из одних нулей: "
        "этих рецептов никто не спросил. Части parts вместе покрывают все.",
    )
    sums = got.sum(axis=1)
    judge.require(
        np.allclose(sums, 1, atol=1e-3) and (got > -1e-6).all(),
        f"{what}: строки должны быть вероятностями с суммой 1, а у первой строки сумма "
        f"{judge.shown(sums[0])}. Последнему слою нужна активация softmax.",
    )
    return got


@EXERCISES.add("2.3", "блюдо по составу")
def _(guess, chances, ask, recipes):
    guess = judge.started(guess, "guess")
    judge.require(
        {"text", "topic"}
        <= set(judge.items(judge.attribute(recipes, "columns", ()), "recipes")),
        "recipes: нужна таблица со столбцами text и topic.",
    )
    texts = [str(each) for each in recipes["text"]]
    topics = [str(each) for each in recipes["topic"]]
    kinds = sorted(set(topics))
    y = np.array([kinds.index(each) for each in topics])
    judge.require(
        isinstance(guess, dict) and set(guess) == set(kinds),
        f"guess: нужен словарь с ключами {', '.join(kinds)}, у каждого один продукт.",
    )
    for kind, product in guess.items():
        if product is ...:
            raise judge.NotStarted
        own = [line for line, each in zip(texts, topics, strict=True) if each == kind]
        judge.require(
            isinstance(product, str),
            f"guess, {kind}: нужен один продукт, строка.",
        )
        judge.require(
            any(product in line.split(", ") for line in own),
            f"guess, {kind}: продукта «{product}» нет ни в одном таком рецепте. "
            "Напишите его так же, как в таблице.",
        )
    judge.require(
        not callable(chances), "chances: это функция, а нужны вероятности с экзамена."
    )
    found = _chances(chances, (len(texts), len(kinds)), "chances")
    known = _judge_network(ask, texts, y, kinds)
    judge.require(
        not np.allclose(found, known, atol=1e-4),
        "chances: это ответы сети, которая все рецепты уже видела. Для экзамена нужны "
        "пять новых сетей: exam(learn_network, texts, y, parts).",
    )
    share, floor = (found.argmax(axis=1) == y).mean(), np.bincount(y).max() / len(y)
    _same_columns(found, y, kinds, "chances")
    line = f"chances: верных на экзамене {judge.shown(share, 2)}"
    judge.require(
        share < 0.89 or kinds != KINDS,
        f"{line}: так бывает только тогда, когда сеть видела отложенные рецепты. "
        "Создавайте сеть заново внутри learn_network; в exam обучайте на texts[seen] и "
        "спрашивайте о texts[held].",
    )
    needed = 0.55 if kinds == KINDS else floor + 0.05
    judge.require(
        share >= needed,
        f"{line}, а самый частый вид дал бы {judge.shown(floor, 2)}; нужно хотя бы "
        f"{judge.shown(needed, 2)}. Обучайте дольше или с большей скоростью и "
        "проверьте, что ответы стоят в порядке texts.",
    )


def _judge_network(ask, texts, y, kinds):
    """Ask the network taught on everything about new recipes; return what it knows."""
    judge.require(
        judge.attribute(ask, "layers") is None,
        "ask_network: это сама сеть, она не понимает слов. Нужна функция, которую "
        "возвращает learn_network.",
    )
    judge.function(ask, "ask_network")
    got = judge.call(ask, np.array(texts, object), what="ask_network")
    judge.require(
        not callable(got),
        "ask_network: это функция learn_network, а нужно то, что она вернула: "
        "ask_network = learn_network(texts, y).",
    )
    known = _chances(got, (len(texts), len(kinds)), "ask_network(texts)")
    _same_columns(known, y, kinds, "ask_network")
    share = (known.argmax(axis=1) == y).mean()
    judge.require(
        share >= 0.85,
        f"ask_network: на рецептах, на которых сеть обучали, верных "
        f"{judge.shown(share, 2)}. Она ещё не обучилась: больше эпох или скорость.",
    )
    if kinds != KINDS:
        return known
    fresh = np.array([line for kind in KINDS for line in FRESH[kind]], object)
    right = np.repeat(np.arange(len(KINDS)), 3)
    new = _chances(_told(ask, fresh), (len(fresh), len(kinds)), "ask_network(новые)")
    share = (new.argmax(axis=1) == right).mean()
    judge.require(
        share >= 0.7,
        f"ask_network: на двенадцати новых рецептах проверки верных "
        f"{judge.shown(share, 2)}, а на своих почти все. Проверьте, что ask применяет "
        "тот же мешок, которым сеть обучали.",
    )
    turned = np.array([", ".join(line.split(", ")[::-1]) for line in fresh], object)
    judge.require(
        np.allclose(new, _told(ask, turned), atol=1e-3),
        "ask_network: ответ меняется, если переставить продукты, а мешок порядка не "
        "знает. Если в сети есть дропаут, он должен молчать: predict.",
    )
    return known


def _told(ask, texts):
    got = judge.call(ask, np.array(texts, object), what="ask_network")
    return judge.array(_dense(got), "ask_network")


def _same_columns(found, y, kinds, what):
    """Refuse columns that stand in another order than `kinds`."""
    answers = found.argmax(axis=1)
    if len(kinds) > 6 or (answers == y).mean() >= 0.55:
        return
    for order in permutations(range(len(kinds))):
        judge.require(
            (np.array(order)[answers] == y).mean() < 0.75,
            f"{what}: похоже, столбцы стоят не в том порядке. Нужен порядок номеров "
            f"видов: {', '.join(kinds)}.",
        )


# --- 2.4 ---


def _highest(chances, truth, least):
    """Return the highest threshold among the chances, and the precision at it."""
    for threshold in np.sort(chances)[::-1]:
        said = chances >= threshold
        if (said & truth).sum() >= least * truth.sum() - 1e-9:
            return threshold, (said & truth).sum() / said.sum()
    raise ValueError("no positive example")


def _threshold_lines(threshold, chances, truth, least, what):
    """Return the right threshold, or say what is wrong with this one."""
    right, _ = _highest(chances, truth, least)
    if np.isclose(threshold, right, rtol=1e-4, atol=1e-9):
        return right
    said = chances >= threshold
    recall = (said & truth).sum() / truth.sum()
    tops = np.sort(np.unique(chances))[::-1]
    strict = [t for t in tops if (chances > t)[truth].mean() >= least - 1e-9]
    precise = [t for t in tops if truth[chances >= t].mean() >= least - 1e-9]
    opposite, below = 1 - chances, chances[truth & (chances < right)]
    lines = {
        "условие строгое: «вероятность больше порога», а в задании «не меньше».": (
            strict[:1]
        ),
        "ошибка на единицу: вероятность следующего найденного письма, а полноты "
        "хватало и без него. Проверьте границы.": np.sort(below)[-1:],
        "это наименьший порог: с ним названо всё подряд. Нужен наибольший.": [tops[-1]],
        "перепутаны точность и полнота: не меньше заданной должна быть полнота, доля "
        "найденных.": [*precise[:1], *precise[-1:]],
        "взята вероятность другого класса: столбец «да» — второй.": [
            _highest(opposite, truth, least)[0],
            _highest(opposite, ~truth, least)[0],
        ],
    }
    for line, values in lines.items():
        if any(np.isclose(threshold, each, rtol=1e-4, atol=1e-9) for each in values):
            judge.refuse(f"{what}: порог {judge.shown(threshold)}: {line}")
    if recall < least - 1e-9:
        judge.refuse(
            f"{what}: при пороге {judge.shown(threshold)} полнота "
            f"{judge.shown(recall, 3)}, меньше {judge.shown(least)}; ожидался порог "
            f"{judge.shown(right)}."
        )
    judge.refuse(
        f"{what}: порог {judge.shown(threshold)} годится, полнота "
        f"{judge.shown(recall, 3)}, но он не наибольший: ожидался "
        f"{judge.shown(right)}. Выбирайте среди самих вероятностей."
    )


def _precision_lines(got, threshold, chances, truth, what):
    said = chances >= threshold
    hits, above = (said & truth).sum(), chances > threshold
    strict = truth[above].mean() if above.any() else 0.0
    judge.same(
        got,
        hits / said.sum(),
        what,
        {
            "это полнота, доля найденных; точность — доля верных среди названных.": hits
            / truth.sum(),
            "это доля верных ответов (accuracy), а нужна точность.": np.mean(
                said == truth
            ),
            "точность посчитана при строгом условии «больше порога».": strict,
            "это доля писем среди всех: названные поделены на все.": said.mean(),
            "верно названные поделены на все тексты, а нужно на названные.": hits
            / len(truth),
            "это доля лишнего среди названного; точность — единица минус она.": 1
            - hits / said.sum(),
            "это F1, а нужна одна точность.": 2 * hits / (said.sum() + truth.sum()),
        },
        rtol=1e-3,
    )


def _threshold_cases():
    rng = np.random.default_rng(5)
    truth = np.zeros(40, bool)
    truth[rng.permutation(40)[:8]] = True
    chances = rng.permutation(np.arange(1, 41)) / 53 + 0.1 * truth
    # 7 of 8 is exact in binary: "missed no more than 1 - least" has to agree
    yield "на 40 примерах", chances, truth, 0.875
    yield "при полноте 0,65", chances, truth, 0.65
    ties = np.array([0.9, 0.6, 0.6, 0.6, 0.3, 0.3, 0.3, 0.1])
    yield "при равных вероятностях", ties, np.array([1, 1, 0, 0, 1, 0, 0, 1]) > 0, 0.7


@EXERCISES.add("2.4", "порог для врача")
def _(highest, threshold, precision, both, health):
    for name, chances, truth, least in _threshold_cases():
        what = f"highest_threshold {name}"
        got = judge.call(highest, chances, truth, least, what="highest_threshold")
        got = got.tolist() if isinstance(got, np.ndarray) else got
        pair = _parts_of(
            got, 2, "highest_threshold: нужно вернуть два числа, порог и точность"
        )
        found, share = (judge.number(each, what) for each in pair)
        right = _highest(chances, truth, least)
        judge.require(
            not np.allclose((share, found), right, rtol=1e-4),
            f"{what}: порог и точность переставлены: сначала порог.",
        )
        found = _threshold_lines(found, chances, truth, least, what)
        _precision_lines(share, found, chances, truth, f"{what}, точность")
    both = judge.array(both, "both")
    truth = judge.array(health, "health").ravel() > 0.5
    judge.require(
        both.ndim == 2 and both.shape[1] == 2 and len(both) == len(truth) > 0,
        f"both и health: формы {both.shape} и {truth.shape}, а нужны два столбца "
        "вероятностей и столько же ответов. Верните в ячейку проверки её "
        "первоначальную строку.",
    )
    judge.require(truth.any(), "health: среди ответов нет ни одного «да».")
    chances = both[:, 1]
    threshold = judge.number(threshold, "threshold")
    precision = judge.number(precision, "precision")
    threshold = _threshold_lines(threshold, chances, truth, 0.9, "threshold")
    _precision_lines(precision, threshold, chances, truth, "precision")


# --- 2.5 ---

TOPICS = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [64, 40, 24]))
WHOLE = {"sample": 0.45, "full": 0.55}


def _rows_of(got, what):
    """Return row numbers of a part; a mask, and the pair of a split, are named."""
    if isinstance(got, tuple | list) and len(got) == 2 and np.ndim(got[0]) == 1:
        judge.refuse(
            f"{what}: вернулись обе половины деления. Нужна первая: [0] после "
            "train_test_split."
        )
    if judge.text(judge.attribute(got, "dtype")) == "bool":
        got = np.flatnonzero(got)
    return judge.array(got, what).ravel()


def _judge_subset(subset):
    n = len(TOPICS)
    for name, share in (("1/2", 1 / 2), ("1/4", 1 / 4), ("1/8", 1 / 8)):
        what, size = f"subset(y, {name}, seed)", round(n * share)
        rows, again, other = (
            _rows_of(judge.call(subset, TOPICS, share, each, what="subset"), what)
            for each in (1, 1, 2)
        )
        judge.require(
            not (len(rows) == size and len(set(rows)) <= 3),
            f"{what}: вернулись темы, а нужны номера строк: делите np.arange(len(y)).",
        )
        judge.require(
            len(rows) != n - size or share == 1 / 2,
            f"{what}: номеров {len(rows)}, это остаток, а нужна сама часть, {size}. "
            "Первый результат train_test_split или второй? train_size или test_size?",
        )
        judge.require(
            len(set(rows)) == len(rows),
            f"{what}: номера повторяются, разных {len(set(rows))} из {len(rows)}. "
            "Один и тот же текст берут один раз.",
        )
        judge.require(
            abs(len(rows) - size) <= 2,
            f"{what}: номеров {len(rows)}, ожидалось {size}: это {name} от {n}.",
        )
        judge.require(
            (rows == np.rint(rows)).all() and 0 <= rows.min() <= rows.max() < n,
            f"{what}: номера должны быть целыми от 0 до {n - 1}.",
        )
        for got in (rows, other):
            counts = np.bincount(TOPICS[got.astype(int)], minlength=3)
            wanted = np.bincount(TOPICS) * share
            judge.require(
                np.ptp(counts) > 1,
                f"{what}: тем поровну, по {counts[0]}, а нужны те же доли, что во всех "
                "текстах: частых больше.",
            )
            judge.require(
                np.abs(counts - wanted).max() <= 1,
                f"{what}: доли тем изменились: текстов трёх тем {counts.tolist()}, "
                f"ожидалось {wanted.astype(int).tolist()}. Забыт stratify=y?",
            )
        judge.require(
            set(rows) == set(again),
            f"{what}: с одним и тем же seed вышли разные части. Передайте seed в "
            "random_state.",
        )
        judge.require(
            set(rows) != set(other),
            f"{what}: с разными seed вышла одна и та же часть. Она должна быть "
            "случайной и зависеть от seed.",
        )


def _judge_needed(needed):
    numbers = np.array([100, 200, 400, 800])
    for shares, goal in (
        ([0.4, 0.5, 0.6, 0.7], 0.9),
        ([0.25, 0.37, 0.51, 0.62], 0.8),
    ):
        shares, logs = np.array(shares), np.log2(numbers)
        slope, start = np.polyfit(logs, shares, 1)
        power = (goal - start) / slope
        plain = np.polyfit(numbers, shares, 1)
        back = np.polyval(np.polyfit(shares, logs, 1), goal)
        last = (goal - shares[-1]) / (shares[-1] - shares[-2])
        bases = "основания должны быть одинаковы."
        judge.same(
            judge.call(needed, numbers, shares, goal, what="texts_needed"),
            2**power,
            f"texts_needed(..., {judge.shown(goal)})",
            {
                "прямая проведена по самим числам текстов, а поровну прибавляет каждое "
                "удвоение: возьмите логарифм, np.log2.": (goal - plain[1]) / plain[0],
                "это логарифм числа текстов; верните само число, двойку в этой "
                "степени.": power,
                "это натуральный логарифм числа текстов; верните само число, "
                "np.exp.": np.log(2**power),
                "это десятичный логарифм числа текстов; верните само число, десять в "
                "этой степени.": np.log10(2**power),
                f"логарифм двоичный, а степень у числа e: {bases}": np.exp(power),
                f"логарифм натуральный, а степень у двойки: {bases}": 2
                ** np.log(2**power),
                "прямая проведена наоборот, логарифм от доли: на ровных точках это то "
                "же самое, а на настоящих нет.": 2**back,
                "это сколько текстов добавить, а нужно, сколько их станет всего.": 2
                ** power
                - numbers[-1],
                "забыт сдвиг: из доли надо сначала вычесть его.": 2 ** (goal / slope),
                "знак: сдвиг из доли вычитают.": 2 ** ((goal + start) / slope),
                "взято только последнее удвоение, а прямую проводят по всем "
                "точкам.": numbers[-1] * 2**last,
                "наклон и сдвиг переставлены: np.polyfit возвращает сначала "
                "наклон.": np.exp2((goal - slope) / start),
            },
            rtol=1e-3,
        )


def _judge_curve(curve, whole, mode):
    curve = judge.started(curve, "curve")
    judge.require(
        isinstance(curve, dict),
        "curve: нужен словарь «число текстов → доля верных», например {84: 0.3}.",
    )
    if any(value is ... for value in curve.values()):
        raise judge.NotStarted
    numbers = sorted(judge.number(key, "ключ curve") for key in curve)
    judge.require(
        len(numbers) != 4 or max(numbers) > 1,
        "curve: ключи — доли, а нужны числа текстов, len(rows).",
    )
    wanted = [whole // 8, whole // 4, whole // 2, whole]
    judge.require(
        len(numbers) == 4
        and all(abs(a - b) <= 7 for a, b in zip(numbers, wanted, strict=True)),
        f"curve: числа текстов {', '.join(f'{each:g}' for each in numbers)}, ожидались "
        f"{', '.join(map(str, wanted))}: восьмая часть, четверть, половина и все.",
    )
    shares = [judge.number(curve[key], "доля верных") for key in sorted(curve)]
    judge.require(
        all(0 <= each <= 1 for each in shares),
        "curve: доли должны лежать от 0 до 1: не проценты ли это и не сумма ли двух "
        "обучений?",
    )
    line = "curve: доли " + ", ".join(judge.shown(each, 2) for each in shares)
    judge.require(
        min(shares) < 0.9,
        f"{line}: так хорошо сеть отвечает только о тех текстах, на которых училась. "
        "Измеряйте на тестовых, функцией measure.",
    )
    judge.require(
        np.ptp(shares) > 1e-6,
        f"{line}: все одинаковы. Для каждого числа текстов обучайте сеть заново.",
    )
    judge.require(
        shares[-1] - shares[0] > -0.05,
        f"{line}: чем больше текстов, тем хуже. Не перепутаны ли ключи?",
    )
    bar = WHOLE.get(mode, 0.45)
    judge.require(
        shares[-1] >= bar,
        f"{line}: на всех текстах нужно хотя бы {judge.shown(bar)}. Учили ли сеть на "
        "всех: np.arange(len(known))?",
    )
    judge.require(
        max(shares) < 0.9 and shares[-1] - shares[0] > 0.1,
        f"{line}: восьмая часть текстов и все отличаются не так, как должны. "
        "Проверьте, что measure получает номера из subset.",
    )


@EXERCISES.add("2.5", "сколько нужно текстов, со звёздочкой")
def _(subset, curve, texts_needed, messages):
    _judge_subset(subset)
    _judge_needed(texts_needed)
    train = judge.started(judge.attribute(messages, "train"), "messages")
    with judge.running("messages"):
        whole = len(train)
    _judge_curve(curve, whole, judge.attribute(messages, "mode"))
