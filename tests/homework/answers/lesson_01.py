"""Answers to homework 1."""

import numpy as np

ALL = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
GUILTY = {"А": ["w5", "w6"], "Б": ["b1", "b2"], "В": ["w3", "w4", "b2"]}


def found_by_differences(gradients, w, x, answer, epsilon=1e-5, side=2, scale=1.0):
    def loss(weights):
        h1 = sigmoid(weights["w1"] * x[0] + weights["w2"] * x[1] + weights["b1"])
        h2 = sigmoid(weights["w3"] * x[0] + weights["w4"] * x[1] + weights["b2"])
        y = sigmoid(weights["w5"] * h1 + weights["w6"] * h2 + weights["b3"])
        return (answer - y) ** 2

    given, wrong = gradients(w, x, answer), []
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


def gradients(weights, x, t, factor=2.0, divide=True, bias=np.sum, slope=True):
    inputs, sums = outputs(weights, x)
    error = factor * (sums[-1] - np.reshape(t, (-1, 1)))
    if divide:
        error = error / len(t)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ error, bias(error, axis=0), *found]
        if layer:
            error = error @ weights[2 * layer].T
            if slope:
                error = error * (1 - np.tanh(sums[layer - 1]) ** 2)
    return found


def sign_of_memory(memory, g, rate):
    memory["v"] = memory.get("v", 0) + g
    return rate * np.sign(memory["v"])


def changed(**options):
    return lambda weights, x, t: gradients(weights, x, t, **options)


X = np.linspace(-1, 1, 40).reshape(20, 2)
T = 40 + 2 * X[:, 0] + np.tile([0.4, -0.4], 10)


def forecast(x):
    return 40 + 2 * x[:, 0] + 0.01


def by_row(weights, x, t):
    """Subtract the answers as a row: (n, 1) - (n,) is a table."""
    inputs, sums = outputs(weights, x)
    error = 2 * (sums[-1] - t) / len(t)
    found = []
    for layer in reversed(range(len(sums))):
        found = [inputs[layer].T @ error, error.sum(axis=0), *found]
        if layer:
            error = error @ weights[2 * layer].T * (1 - np.tanh(sums[layer - 1]) ** 2)
    return found


def slope_at_the_output(weights, x, t):
    inputs, sums = outputs(weights, x)
    error = 2 * (sums[-1] - t[:, None]) / len(t)
    found = []
    for layer in reversed(range(len(sums))):
        error = error * (1 - np.tanh(sums[layer]) ** 2)
        found = [inputs[layer].T @ error, error.sum(axis=0), *found]
        error = error @ weights[2 * layer].T
    return found


RIGHT = {
    "1.1": [
        (found_by_differences, GUILTY),
        (lambda *a: tuple(found_by_differences(*a)),
         {letter: tuple(reversed(names)) for letter, names in GUILTY.items()}),
        (lambda *a: set(found_by_differences(*a)),
         {letter: {np.str_(name) for name in GUILTY[letter]} for letter in GUILTY}),
    ],
    "1.2": [
        (softplus, sigmoid),
        (
            lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
            lambda z: 1 / (1 + np.exp(-z)),
        ),
        (lambda z: softplus(z).astype(np.float32), lambda z: sigmoid(z).tolist()),
    ],
    "1.3": [
        (lambda memory, g, rate: rate * np.sign(g),),
        (lambda m, g, rate: np.where(g > 0, rate, np.where(g < 0, -rate, 0)),),
    ],
    "1.4": [
        (gradients, forecast, X, T),
        (lambda w, x, t: tuple(gradients(w, x, t)), lambda x: forecast(x)[:, None], X,
         T.tolist()),
    ],
}  # fmt: skip
WRONG = {
    "1.1": [
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
    "1.2": [
        ("потеряна единица", (lambda z: np.log(np.exp(z)), sigmoid)),
        ("знак в показателе", (lambda z: np.log(1 + np.exp(-z)), sigmoid)),
        ("вышла бесконечной", (lambda z: np.log(1 + np.exp(z)), sigmoid)),
        ("производная сигмоиды", (softplus, lambda z: sigmoid(z) * (1 - sigmoid(z)))),
        ("ступенька", (softplus, lambda z: (z > 0) * 1.0)),
        ("убывающая", (softplus, lambda z: 1 / (1 + np.exp(z)))),
        ("не число", (softplus, lambda z: np.exp(z) / (1 + np.exp(z)))),
        ("нужна функция", (softplus(1.0), sigmoid)),
    ],
    "1.3": [
        ("не учтена", (lambda m, g, rate: np.sign(g),)),
        ("обычный спуск", (lambda m, g, rate: rate * g,)),
        ("потерян знак", (lambda m, g, rate: rate * np.abs(np.sign(g)),)),
        ("один знак на всех", (lambda m, g, rate: rate * np.sign(g.sum()) + 0 * g,)),
        ("обрезан сверху", (lambda m, g, rate: np.clip(g, -rate, rate),)),
        ("помнит прошлый", (sign_of_memory,)),
    ],
    "1.4": [
        ("ещё раз", (changed(bias=np.mean), forecast, X, T)),
        ("не прибавили", (gradients, lambda x: 2 * x[:, 0], X, T)),
        ("хуже прямой", (gradients, lambda x: forecast(x) + 1, X, T)),
        ("хуже прямой", (gradients, lambda x: T.mean() + 0 * x[:, 0], X, T)),
        ("готовый список", (gradients, lambda x: T, X, T)),
        ("обучение разошлось", (gradients, lambda x: np.nan * x[:, 0], X, T)),
        ("столбцом: t[:, None]", (by_row, forecast, X, T)),
        ("и на выходе", (slope_at_the_output, forecast, X, T)),
        ("забыта", (changed(slope=False), forecast, X, T)),
        ("в вашем списке их 4", (lambda *a: gradients(*a)[:4], forecast, X, T)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "1.1": [
        ("названо 1, ожидалось 2; лишних 1",
         (found_by_differences, GUILTY | {"А": ["w1", "w6"]})),
        ("лишнее: w1", (lambda *a: ["w1", *found_by_differences(*a)], GUILTY)),
    ],
    "1.2": [
        ("ожидалось", (lambda z: z**2, sigmoid)),
        ("ожидалось", (lambda z: 1 + np.exp(z), sigmoid)),
        ("число раз, 1,443", (lambda z: softplus(z) / np.log(2), sigmoid)),
        ("в одно и то же число раз, 3", (lambda z: 3 * softplus(z), sigmoid)),
        ("остановилась на ошибке", (lambda z: z.nothing, sigmoid)),
        ("получилось None", (lambda z: None, sigmoid)),
    ],
    "1.3": [
        ("ожидалось", (lambda m, g, rate: rate * np.tanh(g),)),
        ("с обратным знаком", (lambda m, g, rate: -rate * np.sign(g),)),
    ],
    "1.4": [
        ("ожидалось", (changed(bias=np.max), forecast, X, T)),
        ("число раз, 0,5", (changed(factor=1.0), forecast, X, T)),
        ("число раз, 6", (changed(divide=False), forecast, X, T)),
        ("с обратным знаком", (changed(factor=-2.0), forecast, X, T)),
        ("ошибка сети 40", (gradients, lambda x: forecast(x) + 40, X, T)),
        ("форма (40,)", (gradients, lambda x: x.ravel(), X, T)),
    ],
}  # fmt: skip
