"""Answers to homework 4: networks have weights set by hand, nothing is trained."""

import functools
import math

import numpy as np

from helpers.data.base import Pictures

CLASSES, SIDE = 10, 28
NAMES = tuple("абвгдежзик")


# --- 4.1 ---


def conv(shape, kernels, size, padding):
    lost = size - 1 if padding == "valid" else 0
    right = (shape[0] - lost, shape[1] - lost, kernels)
    return right, (size**2 * shape[2] + 1) * kernels


def pool(shape, size):
    return (shape[0] // size, shape[1] // size, shape[2]), 0


def dense(shape, neurons):
    return (neurons,), (math.prod(shape) + 1) * neurons


def conv_with(shape=None, parameters=None):
    """Return `conv` with another rule for the shape or for the parameters."""

    def changed(given, kernels, size, padding):
        right, count = conv(given, kernels, size, padding)
        if shape is not None:
            right = shape(given, kernels, size, padding, right)
        if parameters is not None:
            count = parameters(given, kernels, size)
        return right, count

    return changed


def first(**rules):
    return conv_with(**rules), pool, dense


def counted(rule):
    return first(parameters=lambda shape, kernels, size: rule(shape[2], kernels, size))


# --- pictures: class c is a square that lights at its own place ---


def places():
    return [(4 * (label // 5) + 8, 4 * (label % 5) + 4) for label in range(CLASSES)]


def made_pictures(count, seed, right=1.0):
    """Return grey pictures and labels, a share of which are right."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % CLASSES
    x = rng.integers(0, 40, (count, SIDE, SIDE)).astype(np.uint8)
    for picture, label in zip(x, y, strict=True):
        row, column = places()[label]
        picture[row : row + 2, column : column + 2] = 255
    x[0, 0, 0] = 0
    wrong = round((1 - right) * count)
    y = y.copy()
    y[:wrong] = (y[:wrong] + 1) % CLASSES
    return x, y.astype(np.int64)


TRAIN, TEST = made_pictures(200, 0), made_pictures(100, 1, 0.97)
VALIDATION = made_pictures(100, 2, 0.93)
CLOTHES = Pictures(*TRAIN, *TEST, NAMES, "sample")


def scaled(part):
    return part[0][..., None] / np.float32(255), part[1]


LEARNED, HELD_OUT = scaled(TRAIN), scaled(VALIDATION)
MANY = scaled(made_pictures(400, 4, 0.925))


@functools.cache
def net(
    kernels=4, size=3, convolutions=1, dropout=0.5, norm=False, copy=0, scale=1.0,
    forgotten=0,
):  # fmt: skip
    """Return a network whose first channel passes the picture on to the classes."""
    import keras
    from keras import layers

    stack = [keras.Input((SIDE, SIDE, 1))]
    for _ in range(convolutions):
        stack.append(layers.Conv2D(kernels, size, padding="same", use_bias=False))
        if norm:
            stack.append(layers.BatchNormalization())
    stack += [layers.Flatten(), layers.Dropout(dropout)]
    model = keras.Sequential([*stack, layers.Dense(CLASSES)])
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            weights = np.zeros(layer.get_weights()[0].shape, np.float32)
            weights[size // 2, size // 2, 0, 0] = 1
            layer.set_weights([weights])
    weights = np.zeros((SIDE, SIDE, kernels, CLASSES), np.float32)
    for label, (row, column) in enumerate(places()[forgotten:], forgotten):
        weights[row : row + 2, column : column + 2, 0, label] = scale
    start = np.zeros(CLASSES, np.float32)
    model.layers[-1].set_weights([weights.reshape(-1, CLASSES), start])
    return model


def right_share(model, part):
    found = model.predict(part[0], batch_size=500, verbose=0).argmax(axis=1)
    return float((found == part[1]).mean())


# --- 4.2 ---

CHANGES = {
    "как было": {},
    "ядер больше": {"kernels": 6},
    "ядро 5": {"size": 5},
    "две свёртки": {"convolutions": 2},
    "сдвиги": {"shifts": 2},
}
GUESS = {name: "так же" for name in CHANGES if name != "как было"}


@functools.cache
def made_nets():
    nets = {}
    for name, options in CHANGES.items():
        knobs = {knob: value for knob, value in options.items() if knob != "shifts"}
        nets[name] = net(**knobs, copy=name)
    return nets


@functools.cache
def shares(kind):
    part = {"val": HELD_OUT, "train": LEARNED, "test": scaled(TEST)}[kind]
    return {name: right_share(model, part) for name, model in made_nets().items()}


def one_by_one(
    changes=CHANGES, guess=GUESS, nets=None, table=None, chosen="ядро 5", part=HELD_OUT
):
    def given():
        made = made_nets() | (nets() if nets else {})
        measured = shares("val") | (table() if table else {})
        parts = (LEARNED, part)
        return changes, guess, made, measured, chosen, *parts, CLOTHES

    return given


def rounded():
    return {n: round(right_share(each, MANY), 2) for n, each in made_nets().items()}


def dead():
    model = net(scale=0.0, copy="dead")
    return {"сдвиги": model}


# --- 4.3 ---


def made_objects():
    """Return colour pictures: a red class and a blue one, light in different halves."""
    rng = np.random.default_rng(3)
    y = np.arange(40) % 2
    x = rng.integers(0, 60, (40, 32, 32, 3)).astype(np.uint8)
    x[y == 0, :16, :, 0] = 250
    x[y == 1, 16:, :, 2] = 250
    return Pictures(x, y, x, y, ("красное", "синее"), "sample")


OBJECTS = made_objects()


def to_grey(pictures):
    return pictures.mean(axis=3, keepdims=True) / 255


@functools.cache
def halves(channels, classes=2, sign=1.0, bias=0.0, side=32):
    """Return a network that compares the upper half of a picture with the lower."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [keras.Input((side, side, channels)), layers.Flatten(), layers.Dense(classes)]
    )
    weights = np.zeros((side, side, channels, classes), np.float32)
    weights[:16, ..., 0], weights[16:, ..., 1] = sign, sign
    start = np.zeros(classes, np.float32)
    start[0] = bias
    model.set_weights([weights.reshape(-1, classes), start])
    return model


def coloured(grey=to_grey, colour_options=(), grey_options=(), channels=(3, 1)):
    def given():
        nets = (
            halves(channels[0], **dict(colour_options)),
            halves(channels[1], **dict(grey_options)),
        )
        return grey, *nets, OBJECTS

    return given


# --- 4.4 ---


def turn(pictures, degrees, **options):
    from scipy import ndimage

    options = {"axes": (1, 2), "reshape": False, "order": 1} | options
    return ndimage.rotate(pictures, degrees, **options)


def at_random(pictures, rng, angles=tuple(range(-30, 31, 5))):
    drawn = rng.choice(angles, len(pictures))
    return np.stack(
        [
            turn(each[None], angle)[0]
            for each, angle in zip(pictures, drawn, strict=True)
        ]
    )


def with_angles(*angles):
    return lambda pictures, rng: at_random(pictures, rng, angles)


def rays():
    """Return pictures of two classes, a bar to the right or down, and their labels."""
    x = np.zeros((60, SIDE, SIDE, 1), np.float32)
    x[::2, 13:15, 14:26] = 1
    x[1::2, 14:26, 13:15] = 1
    return x, np.arange(60) % 2


@functools.cache
def ray_net(kind, copy=0):
    """Return a network with a template for each class, drawn at some angles."""
    import keras
    from keras import layers

    x, _ = rays()
    right, down = x[0], x[1]
    if kind == "narrow":  # what is not at its very place counts for the other class
        templates = [3 * right - 0.5, 0 * down]
        start = [-20.0, 0.0]
    else:
        grown = [
            np.max([turn(each[None], a)[0] for a in range(-36, 37, 4)], axis=0)
            for each in (right, down)
        ]
        templates, start = grown, [0.0, 0.0]
    if kind == "lost":
        templates, start = [0 * right, 0 * down], [0.0, 1.0]
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), layers.Flatten(), layers.Dense(2)]
    )
    weights = np.stack([each.ravel() for each in templates], axis=1)
    model.set_weights([weights.astype(np.float32), np.array(start, np.float32)])
    return model


def turned(turn=turn, at_random=at_random, plain="narrow", mended="broad"):
    return lambda: (turn, at_random, ray_net(plain), ray_net(mended, copy=1), *rays())


def without_an_angle(pictures, rng):
    made = at_random(pictures, rng)
    made[::9] = 0
    return made


def first_alone(pictures, degrees):
    return np.concatenate([turn(pictures[:1], degrees), pictures[1:]])


def but_first(pictures, degrees):
    return np.concatenate([pictures[:1], turn(pictures[1:], degrees)])


def shuffled(pictures, rng):
    return rng.permutation(at_random(pictures, rng))


# --- 4.5 ---

DIGITS = Pictures(*TRAIN, *made_pictures(100, 5, 0.99), NAMES, "sample")
EXAM = scaled((DIGITS.x_test, DIGITS.y_test))


@functools.cache
def small(
    scale=10.0, forgotten=0, bias=0.0, loss=None, last="softmax", twice=False,
    flat=False, classes=CLASSES,
):  # fmt: skip
    """Return one layer of templates, 7,850 weights; it may have forgotten the first."""
    import keras
    from keras import layers

    entry = [keras.Input((SIDE, SIDE, 1)), layers.Flatten()]
    entry = [keras.Input((SIDE * SIDE,))] if flat else entry
    dense = layers.Dense(classes, activation=last)
    model = keras.Sequential([*entry, dense, *[layers.Softmax()] * twice])
    weights = np.zeros((SIDE, SIDE, classes), np.float32)
    for label, (row, column) in enumerate(places()[forgotten:classes], forgotten):
        weights[row : row + 2, column : column + 2, label] = scale
    start = np.zeros(classes, np.float32)
    start[3] = bias
    dense.set_weights([weights.reshape(-1, classes), start])
    if loss is not None:
        model.compile("adam", loss)
    return model


def logits_loss():
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def on_part(nets, part):
    return [right_share(each, part) for each in nets]


def eight(
    build=None,
    nets=None,
    on_val=None,
    scales=(8.0, 9.0, 10.0),
    compiled=None,
    **options,
):
    """Return a maker of an answer: three networks, and their shares on validation."""

    def given():
        if compiled:
            options["loss"] = compiled()
        made = nets() if nets else [small(scale=each, **options) for each in scales]
        shares = on_val(made) if on_val else on_part(made, HELD_OUT)
        return build or (lambda: small(**options)), made, shares, HELD_OUT, DIGITS

    return given


def another_shape():
    nets = [small(scale=each, flat=True) for each in (8.0, 9.0, 10.0)]
    return lambda: small(flat=True), nets, [0.9] * 3, HELD_OUT, DIGITS


def another_count():
    nets = [small(scale=each, classes=9) for each in (8.0, 9.0, 10.0)]
    return lambda: small(classes=9), nets, [0.9] * 3, HELD_OUT, DIGITS


RIGHT = {
    "4.1": [
        (conv, pool, dense),
        (
            lambda *given: [list(conv(*given)[0]), np.int64(conv(*given)[1])],
            lambda shape, size: (np.array(pool(shape, size)[0]), 0.0),
            lambda shape, neurons: (neurons, dense(shape, neurons)[1]),
        ),
    ],
    "4.2": [
        one_by_one(),
        one_by_one(chosen="как было"),
        one_by_one(table=rounded, part=MANY),
        one_by_one(
            CHANGES | {"ядро 5": {"size": (5, 5)}},
            guess={name: "также" for name in GUESS},
        ),
        one_by_one(
            guess={name: " Лучше" for name in CHANGES},
            table=lambda: {name: np.float32(v) for name, v in shares("val").items()},
        ),
    ],
    "4.3": [
        coloured(),
        coloured(lambda p: (p / 255).mean(axis=-1)[..., np.newaxis]),
        coloured(lambda p: to_grey(p.astype("float16"))),
        coloured(lambda p: np.float32(p).sum(axis=3, keepdims=True) / np.float32(765)),
    ],
    "4.4": [
        turned(),
        turned(
            lambda x, degrees: np.stack(
                [turn(each[None], degrees, order=3)[0] for each in x]
            ),
            lambda x, rng: at_random(x, rng, tuple(rng.uniform(-30, 30, 40))).tolist(),
        ),
        turned(lambda x, degrees: turn(x, -degrees)),
    ],
    "4.5": [
        eight(),
        eight(compiled=logits_loss, last=None),
        eight(on_val=lambda nets: np.round(on_part(nets, HELD_OUT), 3)),
        eight(nets=lambda: tuple(small(scale=each) for each in (7.0, 12.0, 15.0))),
    ],
}
WRONG = {
    "4.1": [
        ("забыты смещения: у каждого ядра", counted(lambda c, n, k: k * k * c * n)),
        ("забыты входные каналы", counted(lambda c, n, k: (k * k + 1) * n)),
        (
            "размер картинки в формулу не входит",
            first(parameters=lambda s, n, k: (s[0] * s[1] * s[2] + 1) * n),
        ),
        ("столько, сколько ядер", first(shape=lambda s, n, k, p, r: (*r[:2], s[2]))),
        ("округлено вверх",
         (conv, lambda s, k: ((-(-s[0] // k), -(-s[1] // k), s[2]), 0), dense)),
        ("не вытянуты", (conv, pool, lambda s, n: ((n,), (s[-1] + 1) * n))),
        ("делите нацело",
         (conv, lambda s, size: ((s[0] / size, s[1] / size, s[2]), 0), dense)),
        ("без размера батча", first(shape=lambda s, n, k, p, r: (None, *r))),
        ("нужна пара", (lambda *given: conv(*given)[0], pool, dense)),
    ],
    "4.2": [
        ("какую из нескольких благодарить",
         one_by_one(CHANGES | {"ядро 5": {"size": 5, "kernels": 6}})),
        ("хотя бы 4, а их 1",
         one_by_one({"как было": {}, "ядро 5": {"size": 5}, "ядро 7": {"size": 7}})),
        ("ровно одна сеть без перемен", one_by_one(CHANGES | {"ядро 5": {}})),
        ("['filters'], а нужна одна из перемен",
         one_by_one(CHANGES | {"ядро 5": {"filters": 5}})),
        ("size = 3 — столько же и у «как было»",
         one_by_one(CHANGES | {"ядро 5": {"size": 3}},
                    nets=lambda: {"ядро 5": net(copy="ядро 3")})),
        ("shifts = 0 — столько же", one_by_one(CHANGES | {"сдвиги": {"shifts": 0}})),
        ("size у этой сети 5, ожидалось 7",
         one_by_one(CHANGES | {"ядро 5": {"size": (7, 7)}})),
        ("нужна догадка", one_by_one(guess={})),
        ("одно из слов", one_by_one(guess=GUESS | {"ядро 5": "не знаю"})),
        ("одна и та же сеть",
         one_by_one(nets=lambda: {"сдвиги": made_nets()["как было"]})),
        ("size у этой сети 3, ожидалось 5",
         one_by_one(nets=lambda: {"ядро 5": net(copy="та же")})),
        ("kernels у этой сети 6, ожидалось 4",
         one_by_one(nets=lambda: {"ядро 5": net(kernels=6, size=5)})),
        ("не обучена", one_by_one(nets=dead)),
        ("на обучающей выборке", one_by_one(table=lambda: shares("train"))),
        ("на тестовой выборке", one_by_one(table=lambda: shares("test"))),
        ("имя строки из table", one_by_one(chosen="лучшая")),
        ("разница больше случайного разброса",
         one_by_one(nets=lambda: {"ядро 5": net(size=5, forgotten=3)},
                    table=lambda: {"ядро 5": right_share(
                        net(size=5, forgotten=3), HELD_OUT)})),
        ("нужна сеть Keras", one_by_one(nets=lambda: {"сдвиги": len})),
    ],
    "4.3": [
        ("по каналам, оси 3", coloured(lambda p: p.mean(axis=1) / 255)),
        ("ожидалась (2, 4, 5, 1)", coloured(lambda p: p.mean(axis=3) / 255)),
        ("не поместилась в байт",
         coloured(lambda p: (p[..., :1] + p[..., 1:2] + p[..., 2:]) / 3 / 255)),
        ("один красный канал", coloured(lambda p: p[..., :1] / 255)),
        ("взвешенная яркость",
         coloured(lambda p: p @ np.array([[0.299], [0.587], [0.114]]) / 255)),
        ("сама она ждёт [(None, 32, 32, 1)]", coloured(channels=(1, 3))),
        ("форма ответа (40, 3)", coloured(grey_options=(("classes", 3),))),
        ("не обучена", coloured(colour_options=(("sign", -1.0),))),
        ("на числах от 0 до 255 верных 1",
         coloured(colour_options=(("bias", 2000.0),))),
    ],
    "4.4": [
        ("ось 0 — номер примера", turned(lambda x, a: turn(x, a, axes=(0, 1)))),
        ("reshape=False", turned(lambda x, a: turn(x, a, reshape=True))),
        ("а не радианы", turned(lambda x, a: turn(x, np.deg2rad(a)))),
        ("пустых картинок 9", turned(at_random=without_an_angle)),
        ("метки стали чужими", turned(at_random=shuffled)),
        ("у каждой картинки свой",
         turned(at_random=lambda x, rng: turn(x, rng.uniform(10, 30)))),
        ("Обучали ли её на повёрнутых", turned(mended="narrow")),
        ("на прямых цифрах", turned(mended="lost")),
        ("она уже видела", turned(plain="broad")),
    ],
    "4.5": [
        ("31406, а можно не больше 8000. Больше всего их в слое Dense: 31370",
         eight(build=net)),
        ("smalls, сеть 1: параметров 31406",
         eight(nets=lambda: [net(scale=each) for each in (1.0, 2.0, 3.0)])),
        ("сетей 3, пар с одинаковыми весами 1", eight(scales=(8.0, 8.0, 9.0))),
        ("сетей 1, пар с одинаковыми весами 0", eight(scales=(8.0,))),
        ("это доли на тестовой выборке",
         eight(on_val=lambda nets: on_part(nets, EXAM))),
        ("Softmax взят дважды (наибольшая вероятность у неё 0,23",
         eight(twice=True, forgotten=3)),
        ("Softmax взят дважды", eight(compiled=logits_loss, forgotten=3)),
        ("у последнего слоя нет softmax",
         eight(compiled=lambda: "sparse_categorical_crossentropy", last=None,
               forgotten=3)),
        ("входы не поделены", eight(bias=200.0)),
        ("Обучены ли все три", eight(forgotten=3)),
        ("сама она ждёт [(None, 784)]", another_shape),
    ],
}  # fmt: skip
UNFORESEEN = {
    "4.1": [
        ("ожидалось 320", counted(lambda c, n, k: 7)),
        ("у вас 289, ожидалось 320", counted(lambda c, n, k: k * k * c * n + 1)),
        ("у вас 25, ожидалось 26",
         first(shape=lambda s, n, k, p, r: (s[0] - k, s[1] - k, n))),
        ("у вас 18, ожидалось 20",
         first(shape=lambda s, n, k, p, r: (s[0] - k + 1, s[1] - k + 1, n))),
        ("у вас 28, ожидалось 26", first(shape=lambda s, n, k, p, r: (*s[:2], n))),
        ("у вас 32, ожидалось 26", first(shape=lambda s, n, k, p, r: (n, *r[:2]))),
        ("(26, 26), а целых чисел нужно 3", first(shape=lambda s, n, k, p, r: r[:2])),
        ("320, а целых чисел нужно 3",
         (lambda *given: conv(*given)[::-1], pool, dense)),
        ("остановилась на ошибке", (conv, lambda s: s, dense)),
        ("ожидалось 13", (conv, lambda s, size: ((3, 3, s[2]), 0), dense)),
        ("на месте 2: у вас 16, ожидалось 32",
         (conv, lambda s, size: (tuple(side // size for side in s), 0), dense)),
        ("у вас 102400, ожидалось 102464",
         (conv, pool, lambda s, n: ((n,), math.prod(s) * n))),
    ],
    "4.2": [
        ("у вас 0,5, ожидалось 0,93", one_by_one(table=lambda: {"ядро 5": 0.5})),
        ("у вас 93, ожидалось 0,93",
         one_by_one(table=lambda: {n: 100 * v for n, v in shares("val").items()})),
        ("лишнее: ядро 9", one_by_one(table=lambda: {"ядро 9": 0.5})),
    ],
    "4.3": [
        ("ожидалось", coloured(lambda p: p.mean(axis=3, keepdims=True) ** 2 / 255)),
        ("форма (2, 4, 5, 3)", coloured(lambda p: p / 255)),
        ("форма (4, 5, 3)", coloured(lambda p: p.mean(axis=0) / 255)),
        ("форма (2, 1, 4, 5)", coloured(lambda p: p.mean(axis=3)[:, None] / 255)),
        ("в одно и то же число раз, 255",
         coloured(lambda p: p.mean(axis=3, keepdims=True))),
        ("в одно и то же число раз, 3",
         coloured(lambda p: (p / 255).sum(axis=3, keepdims=True))),
        ("сама она ждёт [(None, 28, 28, 1)]",
         coloured(channels=(1, 1), colour_options=(("side", 28),))),
    ],
    "4.4": [
        ("больше всего похоже на поворот на 90", turned(lambda x, a: turn(x, 90))),
        ("похоже на поворот на 0", turned(lambda x, a: x)),
        ("у одной из картинок сходство", turned(first_alone)),
        ("у одной из картинок сходство", turned(but_first)),
        ("форма (17, 28, 28, 1), ожидалась (6, 28, 28, 1)",
         turned(lambda x, a: turn(x, a, axes=(0, 1), reshape=True))),
        ("углы от −30 до 0", turned(at_random=with_angles(0, 10, 20, 30))),
        ("углы от −60 до 60", turned(at_random=with_angles(-60, -30, 0, 30, 60))),
        ("углы от −10 до 10", turned(at_random=with_angles(-10, 0, 10))),
        ("форма (80, 784)",
         turned(at_random=lambda x, rng: at_random(x, rng).reshape(80, 784))),
    ],
    "4.5": [
        ("Обучены ли все три",
         eight(nets=lambda: [small(), small(9.0), small(scale=0.5, forgotten=9)])),
        ("отличаются от ожидаемых на одно и то же слагаемое, 92,07",
         eight(on_val=lambda nets: [100 * each for each in on_part(nets, HELD_OUT)])),
        ("нужна сеть Keras", eight(build=lambda: 5)),
        ("нужен список", eight(nets=lambda: "abc", on_val=lambda nets: [1, 1, 1])),
        ("форма ответа (100, 9)", another_count),
        ("Обучают те сети", eight(build=lambda: small(classes=9))),
    ],
}  # fmt: skip
