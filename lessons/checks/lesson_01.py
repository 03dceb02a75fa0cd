"""Judges of homework 1: pencil, gradients, activation, optimiser, regression."""

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3")
_START = (0.5, -0.5, -1.0, 0.5, 0.5, -1.0, 0.5, -0.5, -0.5)  # of section 7, by NAMES
_GLEB = (2.0, 1.0)  # his label is 0
_CLOSE = 0.001  # what rounding to three decimals may move
_GUILTY = {"А": {"w5", "w6"}, "Б": {"b1", "b2"}, "В": {"w3", "w4", "b2"}}


def broken_gradients(gradients):
    """Return three broken versions of the gradients of the 2-2-1 network.

    Parameters
    ----------
    gradients : callable
        ``gradients(weights, x, y)`` returns the nine derivatives by name.

    Returns
    -------
    dict of str to callable
        Which derivatives are wrong in each is for the student to find.
    """

    def weak(w, x, y):
        g = gradients(w, x, y)
        return g | {"w5": g["b3"], "w6": g["b3"]}

    def still(w, x, y):
        g = gradients(w, x, y)
        return g | {"b1": 0 * g["b1"], "b2": 0 * g["b2"]}

    def back(w, x, y):
        g = gradients(w, x, y)
        return g | {name: -g[name] for name in ("w3", "w4", "b2")}

    return {"А": weak, "Б": still, "В": back}


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _forward(w, x):
    h1 = _sigmoid(w["w1"] * x[0] + w["w2"] * x[1] + w["b1"])
    h2 = _sigmoid(w["w3"] * x[0] + w["w4"] * x[1] + w["b2"])
    return h1, h2, _sigmoid(w["w5"] * h1 + w["w6"] * h2 + w["b3"])


def _true_gradients(w, x, y):
    h1, h2, p = _forward(w, x)
    delta = -2 * (y - p) * p * (1 - p)
    first, second = delta * w["w5"] * h1 * (1 - h1), delta * w["w6"] * h2 * (1 - h2)
    found = [first * x[0], first * x[1], second * x[0], second * x[1]]
    found += [delta * h1, delta * h2, first, second, delta]
    return dict(zip(NAMES, found, strict=True))


def _chain():
    """Return Gleb's numbers in their order: each with what usual mistakes give."""
    w = dict(zip(NAMES, _START, strict=True))
    (h1, h2, p), g = _forward(w, _GLEB), _true_gradients(w, _GLEB, 0)
    delta, delta1, delta2 = g["b3"], g["b1"], g["b2"]
    total, swap = w["w5"] * h1 + w["w6"] * h2 + w["b3"], w["w6"] / w["w5"]
    summed = "это сумма z, а нейрон отвечает сигмоидой от неё, 1 / (1 + exp(−z))."
    turned = (
        "знак перевёрнут. Производная (y − p)² по p равна −2(y − p), а y у Глеба 0."
    )
    outer = "забыт множитель p(1 − p), производная сигмоиды на выходе."
    other = (
        "вес не тот. Ошибка возвращается по той же линии, по которой шёл сигнал, к h1 "
        "через w5, к h2 через w6."
    )
    inner = "забыт множитель h(1 − h), производная сигмоиды этого нейрона."
    bare = (
        "это сама delta1. Производная по весу — ошибка на том конце, куда он ведёт, "
        "умноженная на число, которое по нему пришло, здесь на x1."
    )
    return {
        "h1": (h1, [(1.0, summed)]),
        "h2": (h2, [(-2.0, summed)]),
        "p": (p, [(total, summed)]),
        "delta": (delta, [(-delta, turned), (2 * p, outer)]),
        "delta1": (delta1, [(swap * delta1, other), (delta * w["w5"], inner)]),
        "delta2": (delta2, [(delta2 / swap, other), (delta * w["w6"], inner)]),
        "w1": (g["w1"], [(delta1, bare)]),
        "b1": (delta1, []),
    }


@EXERCISES.add("1.1", "карандаш")
def check_pencil(pencil):
    chain, pencil = _chain(), judge.started(pencil, "pencil")
    if not (isinstance(pencil, dict) and set(chain) <= set(pencil)):
        judge.refuse(f"pencil: нужен словарь с ключами {', '.join(chain)}.")
    before = []
    for name, (right, mistakes) in chain.items():
        if pencil[name] is ... and before:
            judge.refuse(f"до сих пор верно: {', '.join(before)}. Теперь {name}.")
        got = judge.number(pencil[name], name)
        known = [right, *(value for value, _ in mistakes)]
        if not any(abs(got - value) <= _CLOSE for value in known):
            _refuse_pencil(name, got, right, before)
        judge.same(got, right, name, mistakes, rtol=0, atol=_CLOSE)
        before.append(name)


def _refuse_pencil(name, got, right, before):
    """Refuse a number that no known mistake gives, without telling the right one."""
    said = f"{name}: у вас {judge.shown(got)}"
    if abs(got / right - 1) < 0.03:
        judge.refuse(
            f"{said}, это близко, но округлено слишком рано: держите четыре знака."
        )
    earlier = f" До него верно: {', '.join(before)}." if before else ""
    judge.refuse(
        f"{said}, а выходит другое число.{earlier} Сверьте с формулой в разделе 7 "
        "урока знаки, веса и множители."
    )


@EXERCISES.add("1.2", "кто виноват")
def check_guilty_derivatives(wrong_derivatives, guilty):
    numbers = [0.3, -0.2, 0.5, 0.1, -0.7, 0.4, 0.2, -0.1, 0.3]
    weights = dict(zip(NAMES, numbers, strict=True))
    person, what = np.array([0.8, -0.6]), "wrong_derivatives"
    for wrong in (("w2", "b3"), (), ("w5",)):

        def spoilt(w, x, y, wrong=wrong):
            right = _true_gradients(w, x, y)
            return right | {name: 0.5 * right[name] for name in wrong}

        named = judge.call(wrong_derivatives, spoilt, weights, person, 1.0, what=what)
        broken = f"с поломкой в {', '.join(wrong)}" if wrong else "без поломок"
        title = f"{what} на градиенте {broken}"
        rest = set(NAMES) - set(wrong)
        mistakes = [
            (rest, "названы как раз верные производные, а нужны неверные."),
            (
                set(NAMES),
                "названы все девять, хотя верная производная отличается от разности "
                "меньше чем на миллионную. Оба ли сдвига вы сделали, поделили ли на "
                "удвоенный?",
            ),
            (
                set(),
                "не названа ни одна. С разностью сравнивайте ответ функции gradients, "
                "которую вам передали, а не gradients_of_one.",
            ),
        ]
        judge.same_items(named, set(wrong), title, mistakes)
    guilty = judge.started(guilty, "guilty")
    if not (isinstance(guilty, dict) and set(guilty) == set(_GUILTY)):
        judge.refuse(
            "guilty: нужен словарь с ключами «А», «Б» и «В» (русские буквы), например "
            '{"А": ["w1", "b3"], "Б": [], "В": ["w2"]}.'
        )
    for letter, right in _GUILTY.items():
        _check_breakage(guilty[letter], right, f"поломка {letter}")


def _check_breakage(names, right, what):
    """Refuse wrong names without telling the right ones."""
    if isinstance(names, str):
        judge.refuse(f'{what}: нужен список имён, например ["w1", "b3"].')
    named = set(map(judge.text, judge.items(names, what)))
    if named == right:
        return
    hint = ""
    if named < right:
        hint = (
            " Возможно, у человека, на котором вы проверяли, нейрон насыщен и "
            "производная почти ноль: проверьте на всех четверых."
        )
    elif named == set(NAMES) - right:
        hint = " Названы как раз верные производные, а нужны неверные."
    judge.refuse(
        f"{what}: из испорченных названо {len(named & right)}, ожидалось "
        f"{len(right)}; лишних {len(named - right)}.{hint}"
    )


@EXERCISES.add("1.3", "softplus")
def check_softplus(value, derivative):
    z = np.array([-30.0, -3.0, -0.5, 0.0, 0.5, 3.0, 30.0])
    right, sigmoid = np.log1p(np.exp(z)), _sigmoid(z)
    mistakes = [
        (z, "потеряна единица: логарифм от экспоненты — это снова z."),
        (right - z, "знак в показателе: получилась ln(1 + exp(−z)), она убывает."),
    ]
    found = judge.call(value, z, what="softplus")
    judge.same(found, right, "softplus(z)", mistakes)
    mistakes = [
        (right, "это сама softplus, а нужна её производная."),
        (
            sigmoid * (1 - sigmoid),
            "это производная сигмоиды, а не softplus: продифференцируйте логарифм, "
            "и останется сама сигмоида.",
        ),
        (
            1 - sigmoid,
            "знак в показателе (или потерян множитель exp(z)): получилась убывающая "
            "функция.",
        ),
        (z > 0, "это ступенька, производная relu; у softplus она меняется плавно."),
    ]
    found = judge.call(derivative, z, what="производная softplus")
    judge.same(found, sigmoid, "производная softplus", mistakes, atol=1e-6)
    far = np.array([1000.0, -1000.0])
    found = judge.array(judge.call(value, far, what="softplus"), "softplus")
    if not np.isfinite(found).all():
        judge.refuse(
            "формула верна, но softplus(1000) вышла бесконечной: exp(1000) не "
            "помещается в число. Вынесите z из-под логарифма или возьмите "
            "np.logaddexp(0, z)."
        )
    judge.same(found, [1000.0, 0.0], "softplus([1000, −1000])")
    found = judge.array(judge.call(derivative, far, what="производная"), "производная")
    if not np.isfinite(found).all():
        judge.refuse(
            "значение верно, а производная при z = 1000 не число: бесконечность "
            "делится на бесконечность. Поделите числитель и знаменатель на exp(z)."
        )
    judge.same(found, [1.0, 0.0], "производная softplus в точках 1000 и −1000")


@EXERCISES.add("1.4", "шаг по знаку")
def check_step_by_sign(rule):
    g, rate = np.array([4.0, -0.5, 0.0, -20.0, 0.03]), 0.1
    right = rate * np.sign(g)
    mistakes = [
        (np.sign(g), "скорость обучения не учтена: длина шага вышла 1."),
        (
            rate * g,
            "это обычный спуск: шаг зависит от величины градиента, а не только от "
            "знака.",
        ),
        (abs(right), "потерян знак: все шаги в одну сторону."),
        (
            np.full_like(g, rate * np.sign(g.sum())),
            "один знак на всех: np.sign берут у каждого числа отдельно, а не у суммы.",
        ),
        (
            np.clip(g, -rate, rate),
            "шаг только обрезан сверху: где градиент мал, мал и шаг, а он должен быть "
            "всегда одной длины.",
        ),
    ]
    found = judge.call(rule, {}, g, rate, what="правило")
    judge.same(found, right, "правило(memory, g, rate)", mistakes)
    matrix = np.arange(-3.0, 3.0).reshape(2, 3)
    found = judge.call(rule, {}, matrix, 0.5, what="правило")
    judge.same(found, 0.5 * np.sign(matrix), "правило на матрице 2 × 3")

    def twice(g):
        memory = {}
        rule(memory, g, rate)
        return rule(memory, -g / 10, rate)

    line = (
        "правило помнит прошлый шаг: это знак накопленного градиента. Нужен знак "
        "только нынешнего, память не нужна."
    )
    found = judge.call(twice, g, what="правило")
    judge.same(found, -right, "второй шаг с той же памятью", [(right, line)])


def _backward(weights, x, y, last=False, derivative=True):
    """Gradients of the mean squared error; the options are two usual mistakes."""
    inputs, sums = [x], []
    for matrix, b in zip(weights[::2], weights[1::2], strict=True):
        sums.append(inputs[-1] @ matrix + b)
        inputs.append(np.tanh(sums[-1]))
    errors = 2 * (sums[-1] - y[:, None]) / len(y)
    if last:
        errors = errors * (1 - inputs[-1] ** 2)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ errors, errors.sum(axis=0), *found]
        if layer:
            errors = errors @ weights[2 * layer].T
            if derivative:
                errors = errors * (1 - inputs[layer] ** 2)
    return found


def _check_gradients(gradients):
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,), (2, 1), (1,)]
    weights = [rng.normal(0, 0.7, shape) for shape in shapes]
    x, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    right = _backward(weights, x, y)
    last = _backward(weights, x, y, last=True)
    forgotten = _backward(weights, x, y, derivative=False)

    def compare(answers):
        found = judge.call(gradients, weights, x, answers, what="gradients")
        found = judge.items(found, "gradients")
        if len(found) != len(right):
            judge.refuse(
                "gradients: у сети проверки три слоя, в weights шесть массивов, а в "
                f"вашем списке их {len(found)}. Нужна производная по каждому массиву "
                "из weights, в том же порядке."
            )
        for place in (4, 5, 2, 3, 0, 1):  # from the output, weights before biases
            mistakes = [
                (
                    last[place],
                    "ошибка умножена на производную tanh и на выходе, а у последнего "
                    "слоя активации нет.",
                ),
                (
                    forgotten[place],
                    "производная tanh забыта: ошибку прошлого слоя на неё умножают.",
                ),
            ]
            if place % 2:
                line = (
                    "ошибки усреднены по примерам ещё раз: на n уже поделено, здесь "
                    "их складывают, .sum(axis=0)."
                )
                mistakes.append((right[place] / len(x), line))
            kind = "смещения" if place % 2 else "веса"
            what = f"производная, {kind} слоя {place // 2 + 1}"
            judge.same(found[place], right[place], what, mistakes, rtol=1e-4, atol=1e-6)

    try:
        compare(y)
    except judge.WrongAnswer as wrong:
        try:
            compare(y[:, None])
        except (judge.WrongAnswer, judge.NotStarted):
            raise wrong from None
        judge.refuse(
            "gradients: выход сети имеет форму (n, 1), а ответы (n,): вычитание "
            "сделало из них таблицу n × n. Поставьте ответы столбцом: y[:, None]."
        )


@EXERCISES.add("1.5", "регрессия, со звёздочкой")
def check_regression(gradients, forecast, x_test, y_test):
    judge.function(gradients, "gradients")
    judge.function(forecast, "forecast")
    _check_gradients(gradients)
    x_test = judge.array(x_test, "x_test")
    y_test = judge.array(y_test, "размеры обуви").ravel()

    def asked(x):
        found = judge.call(forecast, x, what="forecast")
        return judge.array(found, "forecast(x_test)", y_test.shape)

    y_pred = judge.finite(asked(x_test), "forecast")
    ready = (
        "ответы не зависят от входа: похоже, это готовый список. forecast должна "
        "считать их по x."
    )
    judge.same(
        asked(x_test[::-1])[::-1],
        y_pred,
        "forecast на тех же людях в обратном порядке",
        [(y_pred[::-1], ready)],
        rtol=1e-3,
    )
    ours = _rmse(y_pred, y_test)
    if ours >= 5 and _rmse(y_pred + y_test.mean(), y_test) <= 5:
        judge.refuse(
            f"forecast: ошибка {judge.shown(ours)} размера. Вы вычли средний размер "
            "перед обучением и не прибавили его обратно."
        )
    height = np.stack([np.ones(len(x_test)), x_test[:, 0]], axis=1)
    straight = _rmse(height @ np.linalg.lstsq(height, y_test, rcond=None)[0], y_test)
    if ours > 1.25 * straight:
        judge.refuse(
            f"forecast: ошибка сети {judge.shown(ours)} размера, а у прямой по росту "
            f"{judge.shown(straight)}. Возьмите скорость поменьше или другое число "
            "эпох: заметно хуже прямой сеть быть не должна."
        )


def _rmse(y_pred, y):
    return float(np.sqrt(np.mean((y_pred - y) ** 2)))
