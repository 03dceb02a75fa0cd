"""Judges of homework 1: gradients, an activation, an optimiser, regression."""

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3")
_GUILTY = {"А": {"w5", "w6"}, "Б": {"b1", "b2"}, "В": {"w3", "w4", "b2"}}


def broken_gradients(gradients):
    """Return three broken versions of the gradients of the 2-2-1 network.

    Parameters
    ----------
    gradients : callable
        ``gradients(weights, x, answer)`` returns the nine derivatives by name.

    Returns
    -------
    dict of str to callable
        Which derivatives are wrong in each is for the student to find.
    """

    def weak(w, x, answer):
        g = gradients(w, x, answer)
        return g | {"w5": g["b3"], "w6": g["b3"]}

    def still(w, x, answer):
        g = gradients(w, x, answer)
        return g | {"b1": 0 * g["b1"], "b2": 0 * g["b2"]}

    def back(w, x, answer):
        g = gradients(w, x, answer)
        return g | {name: -g[name] for name in ("w3", "w4", "b2")}

    return {"А": weak, "Б": still, "В": back}


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _true_gradients(w, x, answer):
    h1 = _sigmoid(w["w1"] * x[0] + w["w2"] * x[1] + w["b1"])
    h2 = _sigmoid(w["w3"] * x[0] + w["w4"] * x[1] + w["b2"])
    y = _sigmoid(w["w5"] * h1 + w["w6"] * h2 + w["b3"])
    error = -2 * (answer - y) * y * (1 - y)
    first, second = error * w["w5"] * h1 * (1 - h1), error * w["w6"] * h2 * (1 - h2)
    found = [first * x[0], first * x[1], second * x[0], second * x[1]]
    found += [error * h1, error * h2, first, second, error]
    return dict(zip(NAMES, found, strict=True))


@EXERCISES.add("1.1", "кто виноват")
def _(wrong_derivatives, guilty):
    numbers = [0.3, -0.2, 0.5, 0.1, -0.7, 0.4, 0.2, -0.1, 0.3]
    weights = dict(zip(NAMES, numbers, strict=True))
    person, what = np.array([0.8, -0.6]), "wrong_derivatives"
    for wrong in (("w2", "b3"), (), ("w5",)):

        def spoilt(w, x, answer, wrong=wrong):
            right = _true_gradients(w, x, answer)
            return right | {name: 0.5 * right[name] for name in wrong}

        named = judge.call(wrong_derivatives, spoilt, weights, person, 1.0, what=what)
        title = f"{what} на градиенте, где испорчены {', '.join(wrong) or 'никакие'}"
        judge.same_items(
            named,
            set(wrong),
            title,
            {
                "названы как раз верные производные, а нужны неверные.": set(NAMES)
                - set(wrong),
                "названы все девять, хотя верная производная отличается от разности "
                "меньше чем на миллионную. Оба ли сдвига вы сделали, поделили ли на "
                "удвоенный?": set(NAMES),
                "не названа ни одна. Сравнивайте с градиентом, который дали функции, а "
                "не с самим собой.": set(),
            },
        )
    guilty = judge.started(guilty, "guilty")
    judge.require(
        isinstance(guilty, dict) and set(guilty) == set(_GUILTY),
        "guilty: нужен словарь с ключами «А», «Б» и «В» (русские буквы), например "
        '{"А": ["w1", "b3"], "Б": [], "В": ["w2"]}.',
    )
    for letter, right in _GUILTY.items():
        judge.require(
            not isinstance(guilty[letter], str),
            f'поломка {letter}: нужен список имён, например ["w1", "b3"].',
        )
        named = set(map(judge.text, judge.items(guilty[letter], f"поломка {letter}")))
        hint = ""
        if named < right:
            hint = (
                " Возможно, у вашего человека нейрон насыщен и производная почти "
                "ноль: проверьте на всех четверых."
            )
        elif named == set(NAMES) - right:
            hint = " Названы как раз верные производные, а нужны неверные."
        judge.require(
            named == right,
            f"поломка {letter}: из испорченных названо {len(named & right)}, ожидалось "
            f"{len(right)}; лишних {len(named - right)}.{hint}",
        )


@EXERCISES.add("1.2", "softplus")
def _(value, slope):
    z = np.array([-30.0, -3.0, -0.5, 0.0, 0.5, 3.0, 30.0])
    sigmoid = 1 / (1 + np.exp(-z))
    right = np.log1p(np.exp(z))
    judge.same(
        judge.call(value, z, what="softplus"),
        right,
        "softplus(z)",
        {
            "потеряна единица: логарифм от экспоненты — это снова z.": z,
            "логарифм взят по основанию 2, а в формуле натуральный, np.log.": right
            / np.log(2),
            "логарифм взят по основанию 10, а в формуле натуральный, np.log.": right
            / np.log(10),
            "знак в показателе: получилась ln(1 + exp(−z)), она убывает.": right - z,
            "это экспонента, у которой не взят логарифм.": 1 + np.exp(z),
            "это relu; softplus похожа на неё, но сглажена у нуля.": np.maximum(z, 0),
        },
    )
    found = judge.call(slope, z, what="производная softplus")
    judge.same(
        found,
        sigmoid,
        "производная softplus",
        {
            "это сама softplus, а нужна её производная.": right,
            "это производная сигмоиды, а не softplus: продифференцируйте логарифм, "
            "и останется сама сигмоида.": sigmoid * (1 - sigmoid),
            "знак в показателе (или потерян множитель exp(z)): получилась убывающая "
            "функция.": 1 / (1 + np.exp(z)),
            "это ступенька, производная relu; у softplus перехода скачком нет.": (z > 0)
            * 1.0,
        },
        atol=1e-6,
    )
    far = judge.array(
        judge.call(value, np.array([1000.0, -1000.0]), what="softplus"), "softplus"
    )
    judge.require(
        np.isfinite(far).all(),
        "формула верна, но softplus(1000) вышла бесконечной: exp(1000) не помещается "
        "в число. Вынесите z из-под логарифма или возьмите np.logaddexp(0, z).",
    )
    judge.same(far, [1000.0, 0.0], "softplus([1000, −1000])")
    far = judge.array(
        judge.call(slope, np.array([1000.0, -1000.0]), what="производная"),
        "производная",
    )
    judge.require(
        np.isfinite(far).all(),
        "значение верно, а производная при z = 1000 не число: бесконечность делится на "
        "бесконечность. Поделите числитель и знаменатель на exp(z).",
    )
    judge.same(far, [1.0, 0.0], "производная softplus в точках 1000 и −1000")


@EXERCISES.add("1.3", "шаг по знаку")
def _(rule):
    g, rate = np.array([4.0, -0.5, 0.0, -20.0, 0.03]), 0.1
    judge.same(
        judge.call(rule, {}, g, rate, what="правило"),
        rate * np.sign(g),
        "правило(memory, g, rate)",
        {
            "скорость обучения не учтена: длина шага вышла 1.": np.sign(g),
            "это обычный спуск: шаг зависит от величины градиента, а не только от "
            "знака.": rate * g,
            "знак обратный. Правило возвращает то, что вычтут из весов, минус уже "
            "стоит в race и train.": -rate * np.sign(g),
            "потерян знак: все шаги в одну сторону.": rate * np.abs(np.sign(g)),
            "один знак на всех: np.sign берут у каждого числа отдельно, а не у "
            "суммы.": rate * np.sign(g.sum()) * np.ones_like(g),
            "шаг только обрезан сверху: где градиент мал, мал и шаг, а он должен быть "
            "всегда одной длины.": np.clip(g, -rate, rate),
        },
    )
    matrix = np.arange(-3.0, 3.0).reshape(2, 3)
    judge.same(
        judge.call(rule, {}, matrix, 0.5, what="правило"),
        0.5 * np.sign(matrix),
        "правило на матрице 2 × 3",
    )

    def twice(g):
        memory = {}
        rule(memory, g, rate)
        return rule(memory, -g / 10, rate)

    judge.same(
        judge.call(twice, g, what="правило"),
        -rate * np.sign(g),
        "второй шаг с той же памятью",
        {
            "правило помнит прошлый шаг: это знак накопленного градиента. Нужен знак "
            "только нынешнего, память не нужна.": rate * np.sign(g)
        },
    )


def _backward(weights, x, t, factor=2.0, divide=True, last=False, slope=np.tanh):
    """Gradients of the mean squared error; the options are the usual mistakes."""
    inputs, sums = [x], []
    for matrix, b in zip(weights[::2], weights[1::2], strict=True):
        sums.append(inputs[-1] @ matrix + b)
        inputs.append(np.tanh(sums[-1]))
    error = factor * (sums[-1] - t[:, None]) / (len(t) if divide else 1)
    if last:
        error = error * (1 - np.tanh(sums[-1]) ** 2)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ error, error.sum(axis=0), *found]
        if layer:
            error = error @ weights[2 * layer].T
            error = error * (1 - slope(sums[layer - 1]) ** 2)
    return found


_SLIPS = {
    "потеряна двойка: производная квадрата — это 2(z − t).": {"factor": 1.0},
    "нет деления на число примеров: потери — среднее по батчу.": {"divide": False},
    "нет ни двойки, ни деления на число примеров.": {"factor": 1.0, "divide": False},
    "знак обратный: ошибка на выходе — это предсказание минус ответ.": {"factor": -2.0},
    "ошибка умножена на производную tanh и на выходе, а у последнего слоя активации "
    "нет.": {"last": True},
    "производная tanh посчитана от суммы, 1 − z²; нужна 1 − tanh²(z).": {
        "slope": lambda z: z
    },
    "производная tanh забыта: ошибку прошлого слоя на неё умножают.": {
        "slope": lambda z: 0 * z
    },
}


def _check_gradients(gradients):
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,), (2, 1), (1,)]
    weights = [rng.normal(0, 0.7, shape) for shape in shapes]
    x, t = rng.normal(size=(6, 3)), rng.normal(size=6)
    right = _backward(weights, x, t)
    slips = {line: _backward(weights, x, t, **how) for line, how in _SLIPS.items()}
    try:
        found = judge.call(gradients, weights, x, t, what="gradients")
        judge.require(
            isinstance(found, list | tuple) and len(found) == len(right),
            "gradients: нужен список из шести массивов, по одному на каждый массив "
            "весов, в том же порядке, что weights.",
        )
        for place in reversed(range(len(right))):
            kind = "смещения" if place % 2 else "веса"
            mistakes = {line: each[place] for line, each in slips.items()}
            if place % 2:
                mistakes[
                    "ошибки усреднены по примерам ещё раз: на n уже поделено, здесь "
                    "их складывают, .sum(axis=0)."
                ] = right[place] / len(x)
            judge.same(
                found[place],
                right[place],
                f"производная, {kind} слоя {place // 2 + 1}",
                mistakes,
                rtol=1e-4,
                atol=1e-6,
            )
    except judge.WrongAnswer:
        if _right_with_a_column(gradients, weights, x, t, right):
            judge.refuse(
                "gradients: выход сети имеет форму (n, 1), а ответы (n,): вычитание "
                "сделало из них таблицу n × n. Поставьте ответы столбцом: t[:, None]."
            )
        raise


def _right_with_a_column(gradients, weights, x, t, right):
    try:
        found = judge.call(gradients, weights, x, t[:, None], what="gradients")
        found = judge.items(found, "gradients")
        for got, wanted in zip(found, right, strict=False):
            judge.same(got, wanted, "производная")
    except (judge.WrongAnswer, judge.NotStarted):
        return False
    return len(found) == len(right)


@EXERCISES.add("1.4", "регрессия, со звёздочкой")
def _(gradients, forecast, x_test, t_test):
    judge.function(gradients, "gradients")
    judge.function(forecast, "forecast")
    _check_gradients(gradients)
    x_test = judge.array(x_test, "x_test")
    t_test = judge.array(t_test, "размеры обуви").ravel()

    def asked(x):
        return judge.array(
            judge.call(forecast, x, what="forecast"), "forecast(x_test)", t_test.shape
        )

    predicted, mean = asked(x_test), t_test.mean()
    judge.require(
        np.isfinite(predicted).all(),
        "forecast: среди размеров есть NaN или бесконечность: обучение разошлось. "
        "Уменьшите скорость.",
    )
    judge.same(
        asked(x_test[::-1])[::-1],
        predicted,
        "forecast на тех же людях в обратном порядке",
        {
            "ответы не зависят от входа: похоже, это готовый список. forecast должна "
            "считать их по x.": predicted[::-1]
        },
        rtol=1e-3,
    )
    ours = _rmse(predicted, t_test)
    height = np.stack([np.ones(len(x_test)), x_test[:, 0]], axis=1)
    line = _rmse(height @ np.linalg.lstsq(height, t_test, rcond=None)[0], t_test)
    for shift, said in {
        mean: "Вы вычли средний размер перед обучением и не прибавили его обратно.",
        -mean: "Похоже, средний размер прибавлен дважды.",
    }.items():
        judge.require(
            ours < 5 or _rmse(predicted + shift, t_test) > 5,
            f"forecast: ошибка {judge.shown(ours)} размера. {said}",
        )
    judge.require(
        ours <= 1.25 * line,
        f"forecast: ошибка сети {judge.shown(ours)} размера, а у прямой по росту "
        f"{judge.shown(line)}. Возьмите скорость поменьше или другое число эпох: "
        "заметно хуже прямой сеть быть не должна.",
    )


def _rmse(predicted, t):
    return float(np.sqrt(np.mean((predicted - t) ** 2)))
