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
    kernels=4, size=3, convolutions=1, dropout=0.5, norm=False, copy=0, classes=CLASSES,
    scale=1.0, shift=0, wide=False, channels=1, untrained=False,
    alive=True, forgotten=0, flat=False,
):  # fmt: skip
    """Return a network whose first channel passes the picture on to the classes."""
    import keras
    from keras import layers

    stack = [keras.Input((SIDE, SIDE, channels))]
    if flat:
        entry = [keras.Input((SIDE * SIDE,)), layers.Reshape((SIDE, SIDE, 1))]
        stack = entry
    for _ in range(convolutions):
        stack.append(layers.Conv2D(kernels, size, padding="same", use_bias=False))
        if norm:
            stack.append(layers.BatchNormalization())
    stack += [layers.Flatten(), layers.Dropout(dropout)]
    if wide:
        stack.append(layers.Dense(160, use_bias=False))
    model = keras.Sequential([*stack, layers.Dense(classes)])
    if untrained:
        return model
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            weights = np.zeros(layer.get_weights()[0].shape, np.float32)
            weights[size // 2, size // 2, 0, 0] = 1
            layer.set_weights([weights])
    weights = np.zeros((SIDE, SIDE, kernels, classes), np.float32)
    for label, (row, column) in enumerate(places()[forgotten:], forgotten):
        weights[row : row + 2, column : column + 2, 0, (label + shift) % classes] = 1
    if not wide:
        weights = weights.reshape(-1, classes) * np.float32(scale)
        model.layers[-1].set_weights([weights * alive, np.zeros(classes, np.float32)])
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


def recognises(model, scale=255, shape=None):
    def recognise(pictures):
        x = np.asarray(pictures, np.float32)[..., None] / scale
        answers = model.predict(x, batch_size=500, verbose=0)
        return shape(answers) if shape else answers.argmax(axis=1)

    return recognise


def best(fitted=None, scale=255, shape=None, recognise=None, **options):
    def given():
        model = net(**options)
        function = recognise or recognises(model, scale, shape)
        return model, function, LEARNED if fitted is None else fitted, CLOTHES

    return given


def flat():
    """Return a middling network of another input shape; recognise knows of it."""
    model = net(flat=True, forgotten=3)

    def recognise(pictures):
        rows = pictures.reshape(len(pictures), -1) / np.float32(255)
        return model.predict(rows, batch_size=500, verbose=0).argmax(axis=1)

    return model, recognise, LEARNED, CLOTHES


@functools.cache
def one_scale(bias):
    """Return a network that is right on pictures of one scale alone.

    A large bias of one class drowns what is not as large as a byte; a negative one
    stands for a saturation: a class wins where all the picture is much larger than 1.
    """
    import keras
    from keras import layers

    good = net().layers[-1].get_weights()[0].reshape(SIDE, SIDE, 4, CLASSES)[:, :, 0]
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), layers.Flatten(), layers.Dense(CLASSES)]
    )
    weights, start = 10 * good, np.zeros(CLASSES, np.float32)
    start[3] = 10 * bias
    if bias < 0:
        weights = weights.copy()
        weights[:6, :, 3] += 10
        start[3] = bias
    model.set_weights([weights.reshape(-1, CLASSES), start])
    return model


def needs_bytes():
    model = one_scale(300.0)  # its bias drowns what is not as large as a byte
    return model, recognises(model), LEARNED, CLOTHES


def needs_fractions():
    model = one_scale(-131.0)  # bytes saturate all of its answers
    return model, recognises(model, scale=1), LEARNED, CLOTHES


def softmaxed():
    import keras

    base = net(copy="softmax")
    model = keras.Sequential([base, keras.layers.Softmax()])
    model.build((None, SIDE, SIDE, 1))
    one_hot = np.eye(CLASSES)[TRAIN[1]]
    standard = (LEARNED[0] - 0.3) / 0.2
    function = recognises(model, shape=lambda rows: rows.argmax(axis=1).tolist())
    return model, function, [standard, one_hot], CLOTHES


# --- 4.4 ---


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


# --- 4.5 ---


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
        best(),
        best(fitted=(LEARNED[0][:, :, ::-1], LEARNED[1])),
        softmaxed,
        best(fitted=(TRAIN[0], TRAIN[1].tolist())),
    ],
    "4.4": [
        coloured(),
        coloured(lambda p: (p / 255).mean(axis=-1)[..., np.newaxis]),
        coloured(lambda p: to_grey(p.astype("float16"))),
        coloured(lambda p: np.float32(p).sum(axis=3, keepdims=True) / np.float32(765)),
    ],
    "4.5": [
        turned(),
        turned(
            lambda x, degrees: np.stack(
                [turn(each[None], degrees, order=3)[0] for each in x]
            ),
            lambda x, rng: at_random(x, rng, tuple(rng.uniform(-30, 30, 40))).tolist(),
        ),
        turned(lambda x, degrees: turn(x, -degrees)),
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
        ("['filters'], а нужна одна из ручек",
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
        ("нужна сеть Keras", one_by_one(nets=lambda: {"сдвиги": flat})),
    ],
    "4.3": [
        ("можно не больше 100000", best(wide=True)),
        ("форма выхода (None, 12), а классов 10", best(classes=12)),
        ("argmax(axis=1)", best(shape=lambda rows: rows)),
        ("форма (), ожидалась (100,)", best(shape=lambda rows: rows.argmax())),
        ("100 картинок из тестовой части", best(fitted=scaled(TEST))),
        ("50 картинок из тестовой части",
         best(fitted=(np.concatenate([TRAIN[0], TEST[0][:50]]),
                      np.concatenate([TRAIN[1], TEST[1][:50]])))),
        ("100 картинок из тестовой части",
         best(fitted=(TEST[0][:, :, ::-1], TEST[1]))),
        ("метки чужие", best(fitted=(TRAIN[0], np.roll(TRAIN[1], 7)))),
        ("номера классов идут с единицы", best(fitted=(TRAIN[0], TRAIN[1] + 1))),
        ("recognise отвечает хуже",
         best(recognise=lambda p: np.zeros(len(p), int))),
        ("масштаб при обучении и при ответе", needs_fractions),
        ("масштаб при обучении и при ответе", needs_bytes),
        ("Сеть не обучена", best(untrained=True)),
        ("целые номера", best(shape=lambda rows: rows.max(axis=1) + 0.5)),
        ("нужна пара массивов", best(fitted=LEARNED[0])),
    ],
    "4.4": [
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
        ("на числах от 0 до 255 верных 1", coloured(grey_options=(("bias", 2000.0),))),
    ],
    "4.5": [
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
        ("чего-то не хватает", best(forgotten=3)),
        ("чего-то не хватает",
         best(forgotten=3, fitted=((LEARNED[0] - 0.3) / 0.1, LEARNED[1]))),
        ("Поделены ли входы на 255", best(fitted=TRAIN, forgotten=3)),
        ("чего-то не хватает", flat),
        ("верных ответов на тесте 0,03", best(shift=1)),
        ("верных ответов на тесте 0,09",
         best(scale=255, shift=3, copy="стёртая", alive=False)),
        ("recognise отвечает хуже",
         best(recognise=lambda p: np.where(np.arange(len(p)) % 3, TEST[1], 0))),
        ("форма (50,), ожидалась (100,)",
         best(recognise=lambda p: np.zeros(len(p) // 2))),
        ("форма (10,), ожидалась (100,)",
         best(shape=lambda rows: rows.argmax(axis=0))),
        ("среди чисел нет слов", best(shape=lambda rows: ["а"] * len(rows))),
    ],
    "4.4": [
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
    "4.5": [
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
}  # fmt: skip
