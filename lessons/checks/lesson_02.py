"""Judges of homework 2: a bag of words, honest folds, dishes, a threshold, a curve."""

import zlib

import numpy as np

from helpers.text import tokenize
from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()

# --- 2.1 ---
TRAIN = ["Суп, суп и соль!", "Гол в ворота", "Ещё суп в тарелку", "«Гол!» — и ещё гол"]
NEW = ["Соль в суп, ещё соль", "Мяч и ворота", "Чай"]


def _words(lines):
    return [word for line in lines for word in tokenize(line)]


def _counts(lines, words):
    return np.array([[tokenize(each).count(word) for word in words] for each in lines])


@EXERCISES.add("2.1", "мешок слов")
def check_bag(bag):
    answer = judge.call(bag, TRAIN, NEW, what="bag")
    line = "bag: нужно вернуть три вещи: words, x_train, x_new"
    words, x_train, x_new = judge.parts(answer, 3, line)
    if isinstance(words, dict):
        judge.refuse("words: нужен список слов по алфавиту, а получен словарь Python.")
    right, pieces = sorted(set(_words(TRAIN))), " ".join(TRAIN).split()
    split = (
        "тексты поделены не tokenize, а split: у слов остались знаки препинания или "
        "заглавные буквы."
    )
    mistakes = [
        (
            sorted(set(_words(TRAIN + NEW))),
            "в словарь попали слова новых текстов. Это утечка: когда модель учат, "
            "новых текстов ещё нет.",
        ),
        (sorted(set(pieces)), split),
        (sorted({each.lower() for each in pieces}), split),
    ]
    judge.same_items(words, right, "words", mistakes)
    for name, got, lines in (("x_train", x_train, TRAIN), ("x_new", x_new, NEW)):
        wanted = _counts(lines, right)
        mistakes = [
            (wanted > 0, "стоят единицы и нули, а нужны количества."),
            (
                _counts(lines, sorted(set(_words(lines)))),
                "новые тексты сосчитаны по своему словарю, а нужен словарь обучающих, "
                "words.",
            ),
        ]
        judge.same(got, wanted, name, mistakes)


# --- 2.2 ---
DISHES = np.array([f"блюдо {number}" for number in range(12)])
LABELS = np.array([0, 1, 2, 3] * 3)
PARTS = [
    (np.setdiff1d(np.arange(12), held), np.array(held))
    for held in ([7, 2], [0, 9, 11], [4, 1], [10, 3, 6], [5, 8])
]


def _spy(log):
    """Return a `learn` whose answers hang on what it was taught.

    For each question the log gets whether it is about what the model has seen.
    """

    def learn(texts, y):
        texts, y = list(map(str, texts)), np.ravel(y).tolist()
        if len(texts) != len(y):
            judge.refuse(
                f"exam: в learn пришло текстов {len(texts)}, а номеров видов {len(y)}: "
                "и те и другие берут по одним и тем же номерам seen."
            )
        taught = sorted(zip(texts, y, strict=True))

        def ask(asked):
            asked = list(map(str, asked))
            log.append(not set(texts).isdisjoint(asked))
            seeds = [zlib.crc32(f"{text}|{taught}".encode()) for text in asked]
            rows = [np.random.default_rng(seed).dirichlet(np.ones(4)) for seed in seeds]
            return np.array(rows).reshape(-1, 4)

        return ask

    return learn


def _spied(plan):
    """Return the table that an exam of the given (taught, asked) makes."""
    learn, table = _spy([]), np.zeros((len(DISHES), 4))
    for taught, asked in plan:
        table[asked] = learn(DISHES[taught], LABELS[taught])(DISHES[asked])
    return table


@EXERCISES.add("2.2", "честный экзамен")
def check_exam(exam):
    log = []
    got = judge.call(exam, _spy(log), DISHES, LABELS, PARTS, what="exam")
    if not log:
        judge.refuse(
            "exam: модель, которую вернула learn, ни разу не спросили. Обучайте той "
            "функцией learn, которую получил exam."
        )
    got, wanted = _chances(got, (len(DISHES), 4), "exam"), _spied(PARTS)
    order = np.concatenate([held for _, held in PARTS])
    mistakes = [
        (
            _spied([(held, seen) for seen, held in PARTS]),
            "seen и held перепутаны: обучать надо на seen, спрашивать о held.",
        ),
        (
            wanted[order],
            "ответы верные, но стоят не на своих местах: части сложены одна за другой, "
            "а нужен порядок texts, chances[held] = ...",
        ),
    ]
    if any(log):
        line = (
            "это утечка: модели спросили о рецептах, на которых их обучали. О "
            "texts[held] спрашивают новую модель, обученную на texts[seen] той же пары."
        )
        mistakes.append((got, line))
    judge.same(got, wanted, "exam(learn, texts, y, parts)", mistakes)


# --- 2.3 ---
KINDS = ["каша", "пирог", "салат", "суп"]
FRESH = [  # recipes that are not in the notebook, three of each kind
    "пшено, молоко, соль, сливочное масло",
    "овсянка, молоко, соль, сливочное масло",
    "гречка, молоко, сахар, сливочное масло",
    "мука, яйца, сахар, вишня, сода",
    "мука, дрожжи, сахар, яйца, творог",
    "мука, кефир, сода, яблоки, сахар",
    "помидоры, огурцы, брынза, маслины, растительное масло",
    "солёные огурцы, яйца, горошек, майонез",
    "помидоры, сыр, перец, майонез",
    "курица, лапша, картофель, лавровый лист, морковь, лук, вода",
    "капуста, мясо, картофель, чеснок, лавровый лист, вода",
    "рыба, картофель, лук, лавровый лист, укроп, вода",
]


def _chances(got, shape, what):
    """Return a table of probabilities, or say why it is none."""
    got = judge.array(got, what)
    if got.size == shape[0]:
        judge.refuse(
            f"{what}: на каждый рецепт получен один ответ, а нужны вероятности всех "
            f"видов, форма {shape}: argmax возьмём потом."
        )
    got = judge.finite(judge.array(got, what, shape), what)
    sums = got.sum(axis=1)
    off = np.flatnonzero(~np.isclose(sums, 1, atol=1e-3) | (got < -1e-6).any(axis=1))
    if off.size:
        judge.refuse(
            f"{what}: в строке нужны неотрицательные вероятности с суммой 1, а у "
            f"строки {off[0]} сумма {judge.shown(sums[off[0]])}, наименьшее число "
            f"{judge.shown(got[off[0]].min())}. Забыт softmax, или об этом рецепте "
            "никто не спросил?"
        )
    return got


def _check_guess(guess, products):
    guess = judge.started(guess, "guess")
    if not (isinstance(guess, dict) and set(guess) == set(products)):
        judge.refuse(
            f"guess: нужен словарь с ключами {', '.join(products)}, у каждого один "
            "продукт."
        )
    for kind, product in guess.items():
        if product is ...:
            raise judge.NotStarted
        if not (isinstance(product, str) and product in products[kind]):
            judge.refuse(
                f"guess, {kind}: продукта {judge.brief(product)} нет ни в одном таком "
                "рецепте. Напишите его так же, как в таблице."
            )


def _check_network(ask, texts, y, kinds):
    """Ask the network taught on everything; return what it knows of the recipes."""

    def told(texts, what="ask_network"):
        found = judge.call(ask, np.array(texts, object), what="ask_network")
        return _chances(found, (len(texts), len(kinds)), what)

    known = told(texts, "ask_network(texts)")
    share = (known.argmax(axis=1) == y).mean()
    if share < 0.85:
        judge.refuse(
            "ask_network: на рецептах, на которых сеть обучали, верных "
            f"{judge.shown(share, 2)}. Она ещё не обучилась: возьмите больше эпох или "
            "скорость обучения побольше. Или столбцы стоят не в порядке KINDS?"
        )
    if kinds == KINDS:
        new = told(FRESH, "ask_network(новые)")
        share = (new.argmax(axis=1) == np.repeat(range(4), 3)).mean()
        if share < 0.7:
            judge.refuse(
                f"ask_network: на двенадцати новых рецептах проверки верных "
                f"{judge.shown(share, 2)}, а на своих почти все. Проверьте, что ask "
                "применяет тот же мешок, которым сеть обучали."
            )
        turned = [", ".join(line.split(", ")[::-1]) for line in FRESH]
        if not np.allclose(new, told(turned), atol=1e-3):
            judge.refuse(
                "ask_network: ответ меняется, если переставить продукты, а мешок "
                "порядка не знает. Дропаут при ответе выключают: не передавайте "
                "training=True."
            )
    return known


@EXERCISES.add("2.3", "блюдо по составу")
def check_dish(guess, chances, ask, recipes):
    columns = judge.items(judge.attribute(recipes, "columns", ()), "recipes")
    if not {"text", "topic"} <= set(columns):
        judge.refuse("recipes: нужна таблица со столбцами text и topic.")
    texts, topics = (list(map(str, recipes[name])) for name in ("text", "topic"))
    products = {kind: set() for kind in sorted(set(topics))}
    for line, kind in zip(texts, topics, strict=True):
        products[kind].update(line.split(", "))
    _check_guess(guess, products)
    kinds = list(products)
    y = np.array([kinds.index(each) for each in topics])
    found = _chances(chances, (len(texts), len(kinds)), "chances")
    known = _check_network(ask, texts, y, kinds)
    if np.allclose(found, known, atol=1e-4):
        judge.refuse(
            "chances: это ответы сети, которая все рецепты уже видела. Для экзамена "
            "нужны пять новых сетей: exam(learn_network, texts, y, parts)."
        )
    share, floor = (found.argmax(axis=1) == y).mean(), np.bincount(y).max() / len(y)
    line = f"chances: верных на экзамене {judge.shown(share, 2)}"
    if share >= 0.89 and kinds == KINDS:
        judge.refuse(
            f"{line}: так бывает только тогда, когда сеть видела отложенные рецепты. "
            "Создавайте сеть заново внутри learn_network; в exam обучайте на "
            "texts[seen] и спрашивайте о texts[held]."
        )
    needed = 0.55 if kinds == KINDS else floor + 0.05
    if share < needed:
        judge.refuse(
            f"{line}, а самый частый вид дал бы {judge.shown(floor, 2)}; нужно хотя бы "
            f"{judge.shown(needed, 2)}. Обучайте дольше или с большей скоростью и "
            "проверьте, что ответы стоят в порядке texts."
        )


# --- 2.4 ---
def _highest(chances, truth, least):
    """Return all thresholds, the precision at each, the place of the highest good."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, levels = precision_recall_curve(truth, chances)
    return levels, precision[:-1], np.flatnonzero(recall[:-1] >= least - 1e-9).max()


def _check_threshold(threshold, precision, chances, truth, least, what):
    """Refuse a threshold that is not the highest, and a wrong precision at it."""
    levels, shares, place = _highest(chances, truth, least)
    right, share = levels[place], shares[place]
    opposite, _, top = _highest(1 - chances, truth, least)
    strict, precise = levels[max(place - 1, 0)], levels[shares >= least - 1e-9][-1:]
    mistakes = [
        (share, "порог и точность переставлены: сначала порог."),
        (strict, "условие строгое, «больше порога», а в задании «не меньше»."),
        (precise, "перепутаны точность и полнота: не меньше должна быть полнота."),
        (opposite[top], "взята вероятность другого класса: столбец «да» — второй."),
    ]
    recall = (chances >= threshold * (1 - judge.NEARLY))[truth].mean()
    title = f"{what}, наибольший порог (полнота при вашем {judge.shown(recall, 3)})"
    judge.same(threshold, right, title, mistakes, rtol=1e-4, atol=1e-9)
    said = chances >= right
    mistakes = [
        (said[truth].mean(), "это полнота; точность — доля верных среди названных."),
        ((said == truth).mean(), "это доля верных ответов (accuracy), а не точность."),
    ]
    judge.same(precision, share, f"{what}, точность", mistakes, rtol=1e-3)


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
def check_highest_threshold(highest, threshold, precision, both, health):
    for name, chances, truth, least in _threshold_cases():
        what = f"highest_threshold {name}"
        pair = judge.call(highest, chances, truth, least, what="highest_threshold")
        line = "highest_threshold: нужно вернуть два числа, порог и точность"
        pair = judge.parts(pair, 2, line)
        pair = [judge.number(each, what) for each in pair]
        _check_threshold(*pair, chances, truth, least, what)
    both = judge.finite(judge.array(both, "both"), "both")
    truth = judge.array(health, "health").ravel() > 0.5
    if both.shape != (len(truth), 2) or not truth.any():
        judge.refuse(
            f"both и health: формы {both.shape} и {truth.shape}, а нужны два столбца "
            "вероятностей и столько же ответов, среди них «да». Верните в ячейку "
            "проверки её первоначальную строку."
        )
    threshold = judge.number(threshold, "threshold")
    precision = judge.number(precision, "precision")
    _check_threshold(threshold, precision, both[:, 1], truth, 0.9, "письма о здоровье")


# --- 2.5 ---
TOPICS = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [64, 40, 24]))
WHOLE = {"sample": 0.45, "full": 0.55}


def _rows_of(got, what):
    """Return row numbers of a part; a mask is read too."""
    if judge.text(judge.attribute(got, "dtype")) == "bool":
        got = np.flatnonzero(got)
    return judge.array(got, what).ravel()


def _check_subset(subset):
    for name, share in (("1/2", 1 / 2), ("1/4", 1 / 4), ("1/8", 1 / 8)):
        what, size = f"subset(y, {name}, seed)", round(len(TOPICS) * share)
        rows, again, other = (
            _rows_of(judge.call(subset, TOPICS, share, seed, what="subset"), what)
            for seed in (1, 1, 2)
        )
        for part in (rows, other):
            _check_part(part, size, share, what)
        if set(rows) != set(again) or set(rows) == set(other):
            judge.refuse(
                f"{what}: с одним и тем же seed нужна одна и та же часть, с разными "
                "разные. Передайте seed в random_state."
            )


def _check_part(rows, size, share, what):
    n, different = len(TOPICS), len(set(rows))
    whole = np.isin(rows, np.arange(n)).all()
    if abs(len(rows) - size) > 2 or different != len(rows) or not whole:
        judge.refuse(
            f"{what}: номеров {len(rows)}, разных {different}, ожидалось {size} разных "
            f"целых от 0 до {n - 1}."
        )
    counts = np.bincount(TOPICS[rows.astype(int)], minlength=3)
    wanted = np.bincount(TOPICS) * share
    if np.abs(counts - wanted).max() > 1:
        judge.refuse(
            f"{what}: доли тем изменились: текстов трёх тем {counts.tolist()}, "
            f"ожидалось {wanted.astype(int).tolist()}. Забыт stratify=y?"
        )


def _check_needed(needed):
    numbers = np.array([100, 200, 400, 800])
    for shares, goal in (([0.4, 0.5, 0.6, 0.7], 0.9), ([0.25, 0.37, 0.51, 0.62], 0.8)):
        slope, start = np.polyfit(np.log2(numbers), shares, 1)
        power = (goal - start) / slope
        plain = np.polyfit(numbers, shares, 1)
        logarithm = "это логарифм числа текстов; верните само число."
        bases = "основания логарифма и степени должны быть одинаковы."
        mistakes = [
            (
                (goal - plain[1]) / plain[0],
                "прямая проведена по самим числам текстов, а поровну прибавляет каждое "
                "удвоение: возьмите логарифм, np.log2.",
            ),
            (power, logarithm),
            (power * np.log(2), logarithm),
            (np.exp(power), bases),
            (2 ** (power * np.log(2)), bases),
        ]
        found = judge.call(needed, numbers, np.array(shares), goal, what="texts_needed")
        title = f"texts_needed(..., {judge.shown(goal)})"
        judge.same(found, 2**power, title, mistakes, rtol=1e-3)


def _check_curve(curve, whole, mode):
    if not isinstance(judge.started(curve, "curve"), dict):
        judge.refuse(
            "curve: нужен словарь «число текстов → доля верных», например {84: 0.3}."
        )
    curve = {
        judge.number(key, "ключ curve"): judge.number(share, "доля верных")
        for key, share in curve.items()
    }
    numbers, wanted = sorted(curve), [whole // 8, whole // 4, whole // 2, whole]
    if len(numbers) != 4 or not np.allclose(numbers, wanted, rtol=0, atol=7):
        judge.refuse(
            f"curve: числа текстов {', '.join(map(judge.shown, numbers))}, ожидались "
            f"{', '.join(map(str, wanted))}: восьмая часть, четверть, половина и все."
        )
    shares = [curve[each] for each in numbers]
    line = "curve: доли " + ", ".join(judge.shown(each, 2) for each in shares)
    if not 0 <= min(shares) <= max(shares) < 0.9:
        judge.refuse(
            f"{line}: столько выходит, когда сеть спросили о тех текстах, на "
            "которых она училась (о тестовых спрашивает measure), или это проценты, "
            "или сумма двух обучений."
        )
    bar = WHOLE.get(mode, 0.45)
    if shares[-1] < bar or shares[-1] - shares[0] <= 0.1:
        judge.refuse(
            f"{line}: на всех текстах нужно хотя бы {judge.shown(bar)} и на 0,1 "
            "больше, чем на восьмой части. Не перепутаны ли ключи? Получает ли measure "
            "номера из subset, а в конце np.arange(len(known))?"
        )


@EXERCISES.add("2.5", "сколько нужно текстов, со звёздочкой")
def check_learning_curve(subset, curve, texts_needed, messages):
    _check_subset(subset)
    _check_needed(texts_needed)
    train = judge.started(judge.attribute(messages, "train"), "messages")
    with judge.running("messages"):
        whole = len(train)
    _check_curve(curve, whole, judge.attribute(messages, "mode"))
