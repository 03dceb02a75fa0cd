"""Answers to homework 1."""

import numpy as np

ALL = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
GUILTY = {"А": ["w5", "w6"], "Б": ["b1", "b2"], "В": ["w3", "w4", "b2"]}


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


def changed(**options):
    return lambda weights, x, t: gradients(weights, x, t, **options)


X = np.linspace(-1, 1, 40).reshape(20, 2)
T = 40 + 2 * X[:, 0]


def forecast(x):
    return 40 + 2 * x[:, 0] + 0.01


RIGHT = {
    "1.1": [
        (GUILTY,),
        ({letter: tuple(reversed(names)) for letter, names in GUILTY.items()},),
        ({letter: {np.str_(name) for name in GUILTY[letter]} for letter in GUILTY},),
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
        (gradients, forecast, X, T, 0.5),
        (lambda w, x, t: tuple(gradients(w, x, t)), lambda x: forecast(x)[:, None], X,
         T.tolist(), np.float32(0.5)),
    ],
}  # fmt: skip
WRONG = {
    "1.1": [
        ("как раз верные", ({"А": [n for n in ALL if n not in GUILTY["А"]],
                             "Б": [], "В": []},)),
        ("все девять", ({"А": ALL, "Б": ALL, "В": ALL},)),
        ("не названа ни одна", (GUILTY | {"Б": []},)),
        ("русские буквы", ({"A": ["w5"], "B": [], "C": []},)),
    ],
    "1.2": [
        ("потеряна единица", (lambda z: np.log(np.exp(z)), sigmoid)),
        ("по основанию 2", (lambda z: softplus(z) / np.log(2), sigmoid)),
        ("знак в показателе", (lambda z: np.log(1 + np.exp(-z)), sigmoid)),
        ("не взят логарифм", (lambda z: 1 + np.exp(z), sigmoid)),
        ("вышла бесконечной", (lambda z: np.log(1 + np.exp(z)), sigmoid)),
        ("производная сигмоиды", (softplus, lambda z: sigmoid(z) * (1 - sigmoid(z)))),
        ("ступенька", (softplus, lambda z: (z > 0) * 1.0)),
        ("потерян множитель", (softplus, lambda z: 1 / (1 + np.exp(z)))),
        ("не число", (softplus, lambda z: np.exp(z) / (1 + np.exp(z)))),
        ("нужна функция", (softplus(1.0), sigmoid)),
    ],
    "1.3": [
        ("не учтена", (lambda m, g, rate: np.sign(g),)),
        ("обычный спуск", (lambda m, g, rate: rate * g,)),
        ("знак обратный", (lambda m, g, rate: -rate * np.sign(g),)),
        ("потерян знак", (lambda m, g, rate: rate * np.abs(np.sign(g)),)),
        ("один знак на всех", (lambda m, g, rate: rate * np.sign(g.sum()) + 0 * g,)),
    ],
    "1.4": [
        ("потеряна двойка", (changed(factor=1.0), forecast, X, T, 0.5)),
        ("нет деления", (changed(divide=False), forecast, X, T, 0.5)),
        ("знак обратный", (changed(factor=-2.0), forecast, X, T, 0.5)),
        ("ещё раз", (changed(bias=np.mean), forecast, X, T, 0.5)),
        ("не прибавили", (gradients, lambda x: 2 * x[:, 0], X, T, 0.5)),
        ("хуже прямой", (gradients, lambda x: forecast(x) + 1, X, T, 0.5)),
        ("не обучилась", (gradients, lambda x: 100 * x[:, 0], X, T, 0.5)),
    ],
}  # fmt: skip
UNFORESEEN = {
    "1.1": [("лишнее: w1; не хватает: w5", (GUILTY | {"А": ["w1", "w6"]},))],
    "1.2": [
        ("ожидалось", (lambda z: z**2, sigmoid)),
        ("в одно и то же число раз, 3", (lambda z: 3 * softplus(z), sigmoid)),
        ("остановилась на ошибке", (lambda z: z.nothing, sigmoid)),
        ("получилось None", (lambda z: None, sigmoid)),
    ],
    "1.3": [("ожидалось", (lambda m, g, rate: rate * np.tanh(g),))],
    "1.4": [
        ("ожидалось", (changed(slope=False), forecast, X, T, 0.5)),
        ("форма (40,)", (gradients, lambda x: x.ravel(), X, T, 0.5)),
    ],
}
