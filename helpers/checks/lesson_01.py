"""Judges of homework 1: gradients, an activation, an optimiser, regression."""

import numpy as np

from helpers.checks import judge
from helpers.checks.homework import Exercises

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


@EXERCISES.add("1.1", "кто виноват")
def _(guilty):
    guilty = judge.started(guilty, "guilty")
    judge.require(
        isinstance(guilty, dict) and set(guilty) == set(_GUILTY),
        "guilty: нужен словарь с ключами «А», «Б» и «В» (русские буквы), например "
        '{"А": ["w1", "b3"], "Б": [], "В": ["w2"]}.',
    )
    for letter, right in _GUILTY.items():
        named = guilty[letter]
        named = [named] if isinstance(named, str) else named
        judge.same_items(
            named,
            right,
            f"поломка {letter}",
            {
                "названы как раз верные производные, а нужны неверные: те, у которых "
                "разность велика.": set(NAMES) - right,
                "названы все девять. Проверяйте каждую производную отдельно: "
                "у верных разность меньше одной десятимиллионной.": set(NAMES),
                "не названа ни одна. Чему равна наибольшая из девяти разностей?": set(),
            },
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
            "потерян множитель exp(z): производная внутренней функции.": 1
            / (1 + np.exp(z)),
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
    g, rate = np.array([4.0, -0.5, 0.0, -20.0]), 0.1
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
        },
    )
    matrix = np.arange(-3.0, 3.0).reshape(2, 3)
    judge.same(
        judge.call(rule, {}, matrix, 0.5, what="правило"),
        0.5 * np.sign(matrix),
        "правило на матрице 2 × 3",
    )


def _tanh_net(weights, x):
    signal = x
    for matrix, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        signal = np.tanh(signal @ matrix + b)
    return signal @ weights[-2] + weights[-1]


def _slopes(weights, x, t, epsilon=1e-5):
    found = []
    for array in weights:
        slopes = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept, losses = array[place], []
            for shift in (epsilon, -epsilon):
                array[place] = kept + shift
                losses.append(((_tanh_net(weights, x)[:, 0] - t) ** 2).mean())
            array[place] = kept
            slopes[place] = (losses[0] - losses[1]) / (2 * epsilon)
        found.append(slopes)
    return found


@EXERCISES.add("1.4", "регрессия, со звёздочкой")
def _(gradients, forecast, x_test, t_test, line_error):
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,), (2, 1), (1,)]
    weights = [rng.normal(0, 0.7, shape) for shape in shapes]
    x, t = rng.normal(size=(6, 3)), rng.normal(size=6)
    right = _slopes([each.copy() for each in weights], x, t)
    found = judge.call(gradients, weights, x, t, what="gradients")
    judge.require(
        isinstance(found, list | tuple) and len(found) == len(right),
        "gradients: нужен список из шести массивов, по одному на каждый массив весов, "
        "в том же порядке, что weights.",
    )
    kinds = ("веса", "смещения")
    for place, (got, wanted) in enumerate(zip(found, right, strict=True)):
        what = f"производная, {kinds[place % 2]} слоя {place // 2 + 1}"
        mistakes = {
            "потеряна двойка: производная квадрата — это 2(z − t).": wanted / 2,
            "нет деления на число примеров: потери — среднее по батчу.": wanted
            * len(x),
            "нет ни двойки, ни деления на число примеров.": wanted * len(x) / 2,
            "знак обратный: ошибка на выходе — это предсказание минус ответ.": -wanted,
        }
        if place % 2:
            mistakes["ошибки усреднены по примерам ещё раз: на n уже поделено, здесь "
                     "их складывают, .sum(axis=0)."] = wanted / len(x)  # fmt: skip
        judge.same(got, wanted, what, mistakes, rtol=1e-4, atol=1e-6)
    x_test = judge.array(x_test, "x_test")
    t_test = judge.array(t_test, "размеры обуви").ravel()
    predicted = judge.array(
        judge.call(forecast, x_test, what="forecast"), "forecast(x_test)", t_test.shape
    )
    ours = float(np.sqrt(np.mean((predicted - t_test) ** 2)))
    centred = float(np.sqrt(np.mean((predicted + t_test.mean() - t_test) ** 2)))
    line_error = judge.number(line_error, "ошибка прямой")
    judge.require(
        ours < 5,
        f"forecast: ошибка {judge.shown(ours)} размера"
        + (
            "; с прибавленным средним она была бы "
            f"{judge.shown(centred)}. Вы вычли средний размер перед обучением и не "
            "прибавили его обратно."
            if centred < 5
            else ". Сеть не обучилась: проверьте скорость и стандартизацию входов."
        ),
    )
    judge.require(
        ours <= 1.1 * line_error,
        f"forecast: ошибка сети {judge.shown(ours)} размера, а у прямой по росту "
        f"{judge.shown(line_error)}. Обучайте дольше или с другой скоростью: хуже "
        "прямой сеть быть не должна.",
    )
