"""Answers to homework 1."""

import numpy as np

ALL = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
GUILTY = {"А": ["w5", "w6"], "Б": ["b1", "b2"], "В": ["w3", "w4", "b2"]}


def found_by_differences(gradients, w, x, y, epsilon=1e-5, side=2, scale=1.0):
    def loss(weights):
        h1 = sigmoid(weights["w1"] * x[0] + weights["w2"] * x[1] + weights["b1"])
        h2 = sigmoid(weights["w3"] * x[0] + weights["w4"] * x[1] + weights["b2"])
        p = sigmoid(weights["w5"] * h1 + weights["w6"] * h2 + weights["b3"])
        return (y - p) ** 2

    given, wrong = gradients(w, x, y), []
    for name in ALL:
        up, down = w | {name: w[name] + epsilon}, w | {name: w[name] - epsilon}
        slope = scale * (loss(up) - loss(down)) / (side * epsilon)
        if abs(given[name] - slope) > 1e-6:
            wrong.append(name)
    return wrong


def one_name_only(*arguments):
    return found_by_differences(*arguments)[:1]


def softplus(z):
    return np.logaddexp(0, z)


def sigmoid(z):
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


def outputs(weights, x):
    inputs, sums = [x], []
    for matrix, b in zip(weights[::2], weights[1::2], strict=True):
        sums.append(inputs[-1] @ matrix + b)
        inputs.append(np.tanh(sums[-1]))
    return inputs[:-1], sums


def gradients(weights, x, y, factor=2.0, divide=True, bias=np.sum, derivative=True):
    inputs, sums = outputs(weights, x)
    errors = factor * (sums[-1] - np.reshape(y, (-1, 1)))
    if divide:
        errors = errors / len(y)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ errors, bias(errors, axis=0), *found]
        if layer:
            errors = errors @ weights[2 * layer].T
            if derivative:
                errors = errors * (1 - np.tanh(sums[layer - 1]) ** 2)
    return found


def sign_of_memory(memory, g, rate):
    memory["v"] = memory.get("v", 0) + g
    return rate * np.sign(memory["v"])


def changed(**options):
    return lambda weights, x, y: gradients(weights, x, y, **options)


X = np.linspace(-1, 1, 40).reshape(20, 2)
Y = 40 + 2 * X[:, 0] + np.tile([0.4, -0.4], 10)


def forecast(x):
    return 40 + 2 * x[:, 0] + 0.01


def by_row(weights, x, y):
    """Subtract the answers as a row: (n, 1) - (n,) is a table."""
    inputs, sums = outputs(weights, x)
    errors = 2 * (sums[-1] - y) / len(y)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ errors, errors.sum(axis=0), *found]
        if layer:
            derivatives = 1 - np.tanh(sums[layer - 1]) ** 2
            errors = errors @ weights[2 * layer].T * derivatives
    return found


def derivative_at_the_output(weights, x, y):
    inputs, sums = outputs(weights, x)
    errors = 2 * (sums[-1] - y[:, None]) / len(y)
    found = []
    for layer in reversed(range(len(sums))):
        errors = errors * (1 - np.tanh(sums[layer]) ** 2)
        found = [inputs[layer].T @ errors, errors.sum(axis=0), *found]
        errors = errors @ weights[2 * layer].T
    return found


PENCIL = {
    "h1": 0.7311, "h2": 0.1192, "p": 0.4369, "delta": 0.2150, "delta1": 0.0211,
    "delta2": -0.0226, "w1": 0.0423, "b1": 0.0211,
}  # fmt: skip


def pencil(**slips):
    return (PENCIL | slips,)


RIGHT = {
    "1.1": [
        pencil(),
        pencil(h1=0.731, h2=0.119, p=0.437, delta=0.215, delta1=0.021, delta2=-0.023,
               w1=0.042, b1=0.021),
        ({"h1": 0.7310585786300049, "h2": np.float32(0.11920292),
          "p": np.array([0.43692]), "delta": 0.21498316, "delta1": 0.0211337,
          "delta2": -0.0225720, "w1": 0.0422674, "b1": 0.0211337, "z1": 1.0},),
    ],
    "1.2": [
        (found_by_differences, GUILTY),
        (lambda *a: tuple(found_by_differences(*a)),
         {letter: tuple(reversed(names)) for letter, names in GUILTY.items()}),
        (lambda *a: set(found_by_differences(*a)),
         {letter: {np.str_(name) for name in GUILTY[letter]} for letter in GUILTY}),
    ],
    "1.3": [
        (softplus, sigmoid),
        (
            lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
            lambda z: 1 / (1 + np.exp(-z)),
        ),
        (lambda z: softplus(z).astype(np.float32), lambda z: sigmoid(z).tolist()),
    ],
    "1.4": [
        (lambda memory, g, rate: rate * np.sign(g),),
        (lambda m, g, rate: np.where(g > 0, rate, np.where(g < 0, -rate, 0)),),
    ],
    "1.5": [
        (gradients, forecast, X, Y),
        (lambda w, x, y: tuple(gradients(w, x, y)), lambda x: forecast(x)[:, None], X,
         Y.tolist()),
    ],
}  # fmt: skip
WRONG = {
    "1.1": [
        ("h1: это сумма z", pencil(h1=1)),
        ("h2: это сумма z", pencil(h2=-2.0)),
        ("p: это сумма z", pencil(p=-0.2537)),
        ("delta: знак перевёрнут", pencil(delta=-0.215)),
        ("delta: забыт множитель p(1 − p)", pencil(delta=0.8738)),
        ("delta1: вес не тот", pencil(delta1=-0.0423)),
        ("delta1: забыт множитель h(1 − h)", pencil(delta1=0.1075)),
        ("delta2: вес не тот", pencil(delta2=0.0113)),
        ("delta2: забыт множитель h(1 − h)", pencil(delta2=-0.215)),
        ("w1: это сама delta1", pencil(w1=0.0211)),
        ("h1: у вас 0,73, это близко", pencil(h1=0.73, h2=0.12)),
        ("до сих пор верно: h1, h2, p. Теперь delta.",
         pencil(delta=..., delta1=..., delta2=..., w1=..., b1=...)),
        ("словарь с ключами h1, h2", ({"h1": 0.7311, "h2": 0.1192},)),
    ],
    "1.2": [
        ("названы как раз верные", (lambda *a: set(ALL) - set(found_by_differences(*a)),
                                    GUILTY)),
        ("названы все девять", (lambda *a: found_by_differences(*a, side=1), GUILTY)),
        ("не названа ни одна", (lambda *a: [], GUILTY)),
        ("не хватает", (one_name_only, GUILTY)),
        ("Названы как раз верные", (found_by_differences, {
            "А": [n for n in ALL if n not in GUILTY["А"]], "Б": [], "В": []})),
        ("названо 1, ожидалось 2; лишних 0. Возможно",
         (found_by_differences, GUILTY | {"А": ["w5"]})),
        ("нужен список имён", (found_by_differences, GUILTY | {"А": "w5, w6"})),
        ("русские буквы", (found_by_differences, {"A": ["w5"], "B": [], "C": []})),
    ],
    "1.3": [
        ("потеряна единица", (lambda z: np.log(np.exp(z)), sigmoid)),
        ("знак в показателе", (lambda z: np.log(1 + np.exp(-z)), sigmoid)),
        ("вышла бесконечной", (lambda z: np.log(1 + np.exp(z)), sigmoid)),
        ("производная сигмоиды", (softplus, lambda z: sigmoid(z) * (1 - sigmoid(z)))),
        ("ступенька", (softplus, lambda z: (z > 0) * 1.0)),
        ("убывающая", (softplus, lambda z: 1 / (1 + np.exp(z)))),
        ("не число", (softplus, lambda z: np.exp(z) / (1 + np.exp(z)))),
        ("нужна функция", (softplus(1.0), sigmoid)),
    ],
    "1.4": [
        ("не учтена", (lambda m, g, rate: np.sign(g),)),
        ("обычный спуск", (lambda m, g, rate: rate * g,)),
        ("потерян знак", (lambda m, g, rate: rate * np.abs(np.sign(g)),)),
        ("один знак на всех", (lambda m, g, rate: rate * np.sign(g.sum()) + 0 * g,)),
        ("обрезан сверху", (lambda m, g, rate: np.clip(g, -rate, rate),)),
        ("помнит прошлый", (sign_of_memory,)),
    ],
    "1.5": [
        ("ещё раз", (changed(bias=np.mean), forecast, X, Y)),
        ("не прибавили", (gradients, lambda x: 2 * x[:, 0], X, Y)),
        ("хуже прямой", (gradients, lambda x: forecast(x) + 1, X, Y)),
        ("хуже прямой", (gradients, lambda x: Y.mean() + 0 * x[:, 0], X, Y)),
        ("готовый список", (gradients, lambda x: Y, X, Y)),
        ("обучение разошлось", (gradients, lambda x: np.nan * x[:, 0], X, Y)),
        ("столбцом: y[:, None]", (by_row, forecast, X, Y)),
        ("и на выходе", (derivative_at_the_output, forecast, X, Y)),
        ("забыта", (changed(derivative=False), forecast, X, Y)),
        ("в вашем списке их 4", (lambda *a: gradients(*a)[:4], forecast, X, Y)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "1.1": [
        ("h1: у вас 0,2689, а выходит другое число. Сверьте", pencil(h1=0.2689)),
        ("p: у вас 0,5611, а выходит другое число. До него верно: h1, h2.",
         pencil(p=0.5611)),
        ("delta: у вас 0,1075, а выходит", pencil(delta=0.1075)),
        ("delta2: у вас −0,0256, а выходит", pencil(delta2=-0.0256)),
        ("b1: у вас 0,215, а выходит", pencil(b1=0.215)),
        ("h2: это не таблица чисел, а строка", pencil(h2="0,1192")),
    ],
    "1.2": [
        ("названо 1, ожидалось 2; лишних 1",
         (found_by_differences, GUILTY | {"А": ["w1", "w6"]})),
        ("лишнее: w1", (lambda *a: ["w1", *found_by_differences(*a)], GUILTY)),
    ],
    "1.3": [
        ("ожидалось", (lambda z: z**2, sigmoid)),
        ("ожидалось", (lambda z: 1 + np.exp(z), sigmoid)),
        ("число раз, 1,443", (lambda z: softplus(z) / np.log(2), sigmoid)),
        ("в одно и то же число раз, 3", (lambda z: 3 * softplus(z), sigmoid)),
        ("остановилась на ошибке", (lambda z: z.nothing, sigmoid)),
        ("получилось None", (lambda z: None, sigmoid)),
    ],
    "1.4": [
        ("ожидалось", (lambda m, g, rate: rate * np.tanh(g),)),
        ("с обратным знаком", (lambda m, g, rate: -rate * np.sign(g),)),
    ],
    "1.5": [
        ("ожидалось", (changed(bias=np.max), forecast, X, Y)),
        ("число раз, 0,5", (changed(factor=1.0), forecast, X, Y)),
        ("число раз, 6", (changed(divide=False), forecast, X, Y)),
        ("с обратным знаком", (changed(factor=-2.0), forecast, X, Y)),
        ("ошибка сети 40", (gradients, lambda x: forecast(x) + 40, X, Y)),
        ("форма (40,)", (gradients, lambda x: x.ravel(), X, Y)),
    ],
}  # fmt: skip
