"""Judges of homework 4: shapes, one change, colour, rotation, few weights."""

import functools

import numpy as np
from scipy import ndimage

from helpers.data.base import Pictures
from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
MAX_PARAMETERS = 8000
CLASSES, COPIES = 10, 3  # of digits; networks that differ by their seed alone
TWICE = np.e / (np.e + CLASSES - 1)  # softmax of probabilities gives no more than this
KNOBS = ("kernels", "size", "convolutions", "dropout", "norm", "shifts")
GUESSES = ("лучше", "хуже", "так же")
# Shares of right answers that networks of the exercises have to reach, by data mode.
COLOUR_BARS = {"sample": 0.8, "full": 0.4}  # nobody here has measured the full CIFAR-10
GREY_BARS = {"sample": 0.0, "full": 0.35}  # the sample's classes differ by colour alone
SMALL_BARS = {"sample": 0.97, "full": 0.99}


# --- 4.1: shapes and parameters ---
def _check_layer(function, name, given, shape, parameters, shapes=(), numbers=()):
    """Check a layer's shape and parameters; the mistakes in them come last."""
    what = f"{name}({', '.join(map(repr, given))})"
    found = judge.call(function, *given, what=what)
    if not isinstance(found, list | tuple) or len(found) != 2:
        judge.refuse(
            f"{what}: нужна пара (форма, число параметров), например "
            f"((26, 26, 32), 320), а получилось {judge.brief(found)}."
        )
    after = judge.array(found[0], f"форма после {what}").ravel()
    if len(after) != len(shape) or (after != np.rint(after)).any():
        judge.refuse(
            f"форма после {what}: {judge.brief(found[0])}, а целых чисел нужно "
            f"{len(shape)}. У карт это высота, ширина, каналы, без размера батча; "
            "дробной сторона не бывает: делите нацело, //."
        )
    judge.same(after, shape, f"форма после {what}", shapes)
    judge.same(found[1], parameters, f"параметры {what}", numbers)


@EXERCISES.add("4.1", "формы и параметры")
def check_shapes_and_parameters(conv, pool, dense):
    for given in (
        ((28, 28, 1), 32, 3, "valid"),
        ((32, 32, 3), 16, 5, "valid"),
        ((20, 13, 8), 64, 3, "same"),
    ):
        (height, width, channels), kernels, size, padding = given
        lost = size - 1 if padding == "valid" else 0
        sides = [height - lost, width - lost]
        area, whole = size * size, height * width * channels
        weights = area * channels * kernels
        shapes = [([*sides, channels], "каналов на выходе столько, сколько ядер.")]
        numbers = [
            (weights, "забыты смещения: у каждого ядра есть ещё одно число."),
            ((area + 1) * kernels, "забыты входные каналы: в ядре k · k · c весов."),
            ((whole + 1) * kernels, "размер картинки в формулу не входит."),
        ]
        after = [*sides, kernels]
        _check_layer(conv, "conv", given, after, weights + kernels, shapes, numbers)
    for given in (((26, 26, 32), 2), ((11, 7, 64), 2), ((20, 11, 5), 3)):
        (height, width, channels), size = given
        after = [height // size, width // size, channels]
        up = [-(-height // size), -(-width // size), channels]
        line = "округлено вверх: неполный квадрат с края пулинг отбрасывает."
        _check_layer(pool, "pool", given, after, 0, [(up, line)])
    for given in (((5, 5, 64), 64), ((6, 4, 3), 10), ((64,), 10)):
        shape, neurons = given
        parameters = (int(np.prod(shape)) + 1) * neurons
        flat = "карты не вытянуты в строку: входов высота × ширина × каналы."
        numbers = [((shape[-1] + 1) * neurons, flat)]
        _check_layer(dense, "dense", given, [neurons], parameters, (), numbers)


# --- pictures and networks of 4.2 to 4.5 ---
def _part(part, what):
    """Return pictures and labels of a part; in float32, as a full set is large."""
    if not isinstance(part, list | tuple) or len(part) != 2:
        judge.refuse(f"{what}: нужна пара массивов (картинки, метки).")
    x, y = part[0], judge.array(part[1], f"{what}, метки")
    y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "buif":
        x = judge.array(x, f"{what}, картинки")
    x = np.atleast_1d(x).astype(np.float32, copy=False)
    if len(x) != len(y) or not len(x):
        judge.refuse(f"{what}: картинок {len(x)}, а меток {len(y)}.")
    return (x if x.ndim == 4 else x[..., None]), y


def _test_of(value, what):
    """Return the test pictures, from 0 to 1, and labels of what data.load gave."""
    if not isinstance(value, Pictures):
        judge.refuse(f"{what}: нужен набор, который вернула data.load.")
    x = np.float32(value.x_test) / 255
    return (x if x.ndim == 4 else x[..., None]), value.y_test


def _share(net, x, y, name, bar=0.0, classes=None):
    """Return the share of right answers of a network; refuse one below the bar."""

    def predict(net, x, rows):  # TensorFlow warns where few of many calls are repeated
        return net.predict(x, batch_size=rows, verbose=0)

    found = judge.outputs(net, x, name, 100, predict)
    if found.ndim != 2 or classes not in (None, found.shape[1]):
        judge.refuse(
            f"{name}: форма ответа {found.shape}, а нужно по числу на класс для каждой "
            "картинки. Перед последним слоем, Dense, нужны Flatten или усреднение карт."
        )
    share = float((found.argmax(axis=1) == y).mean())
    if share < bar:
        raw = _share(net, 255 * x, y, name)
        judge.refuse(
            f"{name}: верных ответов {judge.shown(share)}, ожидалось не меньше "
            f"{judge.shown(bar)}; на числах от 0 до 255 верных {judge.shown(raw)}. "
            "Сеть не обучена, метки не от тех картинок, входы не поделены на 255?"
        )
    return share


# --- 4.2: one change at a time ---
def _dict_of(value, what, example):
    value = judge.started(value, what)
    if not isinstance(value, dict):
        judge.refuse(f"{what}: нужен словарь, например {example}.")
    return value


def _first_name(changes):
    """Return the name of the network without changes, having checked the others."""
    for name, options in changes.items():
        _dict_of(options, f"changes, «{name}»", '{"size": 5}')
        if len(options) > 1 or not set(options) <= set(KNOBS):
            judge.refuse(
                f"changes, «{name}»: у вас {judge.brief(list(options))}, а нужна одна "
                f"из перемен {', '.join(KNOBS)}: какую из нескольких благодарить?"
            )
    untouched = [name for name, options in changes.items() if not options]
    turned = {knob for options in changes.values() for knob in options}
    if len(untouched) != 1 or len(turned) < 4:
        judge.refuse(
            "changes: нужна ровно одна сеть без перемен, с пустым словарём {}, а таких "
            f"{len(untouched)}; разных перемен нужно хотя бы 4, а их {len(turned)}."
        )
    return untouched[0]


def _check_guess(guess, changes, first):
    words = dict.fromkeys(changes, "") | {first: GUESSES[-1]} | guess
    for name, word in words.items():
        word = judge.text(word)
        if word.strip().lower().replace("также", "так же") not in GUESSES:
            judge.refuse(
                f"guess, «{judge.text(name)}»: {word[:40]!r}, а нужна догадка, одно из "
                f"слов {', '.join(GUESSES)}. И до обучения: иначе удивиться нечему."
            )


def _knobs_of(net):
    """Return what of the exercise's changes is seen in a network's layers."""
    from keras import layers

    convolutions = [each for each in net.layers if isinstance(each, layers.Conv2D)]
    dropouts = [each.rate for each in net.layers if isinstance(each, layers.Dropout)]
    return {
        "kernels": convolutions[0].filters if convolutions else 0,
        "size": convolutions[0].kernel_size[0] if convolutions else 0,
        "convolutions": len(convolutions),
        "dropout": max(dropouts, default=0),
        "norm": any(isinstance(each, layers.BatchNormalization) for each in net.layers),
    }


def _check_change(name, options, net, first, base):
    """Refuse a network that differs from the first one in anything but its change."""
    promised = dict(base)
    for knob, value in options.items():
        what = f"changes, «{name}»: {knob}"
        promised[knob] = judge.array(value, what).max(initial=0)  # a size may be a pair
        if np.isclose(promised[knob], base.get(knob, 0)):
            judge.refuse(f"{what} = {judge.brief(value)} — столько же и у «{first}».")
    for knob, has in _knobs_of(net).items():
        if not np.isclose(has, promised[knob]):
            judge.refuse(
                f"nets, «{name}»: {knob} у этой сети {judge.shown(has)}, ожидалось "
                f"{judge.shown(promised[knob])}. Разница с «{first}» должна "
                "быть одна, та, что в changes: build(..., **options)."
            )


@EXERCISES.add("4.2", "одна перемена за раз")
def check_one_change_at_a_time(
    changes, guess, nets, table, chosen, training, validation, clothes
):
    example = '{"сеть урока": {}, "ядро 5 × 5": {"size": 5}}'
    first = _first_name(_dict_of(changes, "changes", example))
    guess = _dict_of(guess, "guess", '{"ядро 5 × 5": "лучше"}')
    _check_guess(guess, changes, first)
    for value, what in ((nets, "nets"), (table, "table")):
        value = _dict_of(value, what, '{"сеть урока": ...}')
        judge.same_items(list(value), set(changes), f"имена в {what}")
    models = {name: judge.network(nets[name], f"nets, «{name}»") for name in changes}
    if len(set(map(id, models.values()))) < len(models):
        judge.refuse(
            "nets: под разными именами лежит одна и та же сеть. Стройте новую для "
            "каждой строки, иначе вторая доучивает первую, и сравнение нечестно."
        )
    seen = "это доля на обучающей выборке: что сеть запомнила, а не чему научилась."
    exam = "это доля на тестовой выборке, а она бережётся для экзамена."
    others = [
        (_part(training, "обучающая выборка"), seen),
        (_test_of(clothes, "clothes"), exam),
    ]
    x, y = _part(validation, "валидация")
    close = max(1.5 / len(y), 0.0051)  # two digits after the point are enough
    base, shares = _knobs_of(models[first]), {}
    for name, net in models.items():
        _check_change(name, changes[name], net, first, base)
        bar = 2.1 / len(clothes.class_names)  # twice as good as guessing
        real = _share(net, x, y, f"nets, «{name}», валидация", bar)
        what = f"table, «{name}», доля верных на x_val, y_val"
        shares[name] = judge.number(table[name], what)
        wrong = [(functools.partial(_share, net, *p, name), line) for p, line in others]
        judge.same(shares[name], real, what, wrong, rtol=0, atol=close)
    if not isinstance(chosen, str) or chosen not in shares:
        judge.refuse(
            f"chosen: нужно имя строки из table, а получено {judge.brief(chosen)}."
        )
    best = max(shares, key=shares.get)
    noise = 2 * np.sqrt(max(0, shares[best] * (1 - shares[best])) / len(y))
    if shares[chosen] < shares[best] - noise:
        judge.refuse(
            f"chosen: у «{chosen}» на валидации {judge.shown(shares[chosen])}, а у "
            f"«{best}» {judge.shown(shares[best])}: разница больше случайного разброса "
            f"({judge.shown(noise, 2)})."
        )


# --- 4.3: colour ---
def _check_grey(to_grey):
    """Check the student's function on a small batch that is not square."""
    raw = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3), dtype=np.uint8)
    grey = judge.array(judge.call(to_grey, raw, what="to_grey"), "to_grey(картинки)")
    x, overflown = raw / 255, (raw[..., :1] + raw[..., 1:2] + raw[..., 2:]) / 765
    weighted = (x @ [0.299, 0.587, 0.114])[..., None]
    right = x.mean(axis=3, keepdims=True)
    if grey.shape != right.shape:
        judge.refuse(
            f"to_grey: форма {grey.shape}, ожидалась {right.shape}. Среднее нужно по "
            "каналам, оси 3, и ось остаётся: keepdims=True или [..., None]."
        )
    mistakes = [
        (overflown, "сумма не поместилась в байт, до 255: возьмите .mean(axis=3)."),
        (x[..., :1], "взят один красный канал, а нужно среднее трёх."),
        (weighted, "это взвешенная яркость; договоримся о простом среднем каналов."),
    ]
    judge.same(grey, right, "to_grey(картинки)", mistakes, atol=1e-3)  # float16 will do


@EXERCISES.add("4.3", "цвет")
def check_colour(to_grey, colour_net, grey_net, objects):
    _check_grey(to_grey)
    x, y = _test_of(objects, "objects")
    for net, pictures, name, bars in (
        (colour_net, x, "colour_net", COLOUR_BARS),
        (grey_net, x.mean(axis=3, keepdims=True), "grey_net", GREY_BARS),
    ):
        bar, classes = bars[objects.mode], len(objects.class_names)
        _share(judge.network(net, name), pictures, y, name, bar, classes)


# --- 4.4: turned digits ---
def _turned(pictures, degrees):
    return ndimage.rotate(pictures, degrees, axes=(1, 2), reshape=False, order=1)


def _alike(one, other):
    """Return the correlation of two arrays of one shape."""
    with np.errstate(all="ignore"):  # a picture of one colour has no correlation
        return float(np.nan_to_num(np.corrcoef(one.ravel(), other.ravel())[0, 1]))


def _flags(count):
    """Return pictures of a bar with a mark at one end, each brighter than the last."""
    flags = np.zeros((count, 28, 28, 1), np.float32)
    flags[:, 13:15, 5:23] = flags[:, 9:13, 19:23] = 1
    return flags * np.linspace(0.3, 1, count, dtype=np.float32)[:, None, None, None]


def _check_turn(turn):
    flags = _flags(6)
    flags[3:] = flags[3:, ::-1]
    got = judge.array(judge.call(turn, flags, 25.0, what="turn"), "turn(x, 25)")
    if np.squeeze(got).shape != flags.shape[:3]:
        judge.refuse(
            f"turn: форма {got.shape}, ожидалась {flags.shape}. Поворачивают каждую "
            "картинку, а не стопку, axes=(1, 2), и размер прежний, reshape=False."
        )
    got = got.reshape(flags.shape)

    def alike(degrees):
        return min(map(_alike, got, _turned(flags, degrees)))

    likeness = max(alike(25), alike(-25))
    if likeness <= 0.95:
        judge.refuse(
            f"turn(x, 25): у одной из картинок сходство с верной "
            f"{judge.shown(likeness)}, ожидалось больше 0,95; больше всего похоже на "
            f"поворот на {max(range(0, 360, 5), key=alike)}. Нужны градусы, а не "
            "радианы, и axes=(1, 2): ось 0 — номер примера, её не трогают."
        )


def _direction(light):
    """Return the direction of the bar on a picture, in degrees from -90 to 90."""
    rows, columns = np.indices((28, 28)).reshape(2, -1)
    (down, both), (_, right) = np.cov(rows, columns, ddof=0, aweights=light.ravel())
    return np.degrees(0.5 * np.arctan2(2 * both, right - down))


def _check_at_random(at_random):
    flags = _flags(80)
    got = judge.call(at_random, flags, np.random.default_rng(0), what="at_random")
    got = np.clip(judge.array(got, "at_random(x, rng)", flags.shape), 0, None)
    light = got.sum(axis=(1, 2, 3))
    ordered = _alike(light, flags.sum(axis=(1, 2, 3)))
    if ordered <= 0.95 or not light.all():
        judge.refuse(
            f"at_random: пустых картинок {(light == 0).sum()}, яркость картинок по "
            f"порядку совпала с исходной на {judge.shown(ordered)}, ожидалось больше "
            "0,95. Порядок сменился, и метки стали чужими, или повёрнуты не все."
        )
    turns = [_direction(each) - _direction(flags[0]) for each in got]
    low, high = min(turns), max(turns)
    if not (-36 < low < -5 and 5 < high < 36 and max(-low, high) > 20):
        judge.refuse(
            f"at_random: углы от {judge.shown(round(low))} до "
            f"{judge.shown(round(high))} градусов, ожидались от −30 до 30, у каждой "
            "картинки свой."
        )


@EXERCISES.add("4.4", "поворот")
def check_rotation(turn, at_random, plain, mended, x_val, y_val):
    _check_turn(turn)
    _check_at_random(at_random)
    x, y = _part((x_val, y_val), "валидация")
    straight, turned = {}, {}
    for name, net in (("plain", plain), ("mended", mended)):
        net = judge.network(net, name)
        straight[name] = _share(net, x, y, f"{name} на прямых цифрах", 0.85)
        both = [_share(net, _turned(x, angle), y, name) for angle in (-30, 30)]
        turned[name] = sum(both) / 2
    if turned["plain"] >= straight["plain"] - 0.05:
        judge.refuse(
            "plain: поворот на 30 градусов ей не мешает, верных "
            f"{judge.shown(turned['plain'])}: она уже видела повёрнутые цифры."
        )
    if turned["mended"] < turned["plain"] + 0.05:
        judge.refuse(
            "mended: на цифрах, повёрнутых на 30 градусов, верных "
            f"{judge.shown(turned['mended'])}, ожидалось хотя бы на 0,05 больше, чем у "
            f"plain ({judge.shown(turned['plain'])}). Обучали ли её на повёрнутых?"
        )


# --- 4.5: eight thousand parameters ---
def _check_copies(built, nets):
    """Refuse networks that are large, or not trainings of what build_small builds."""
    for number, net in enumerate([built, *nets]):
        what = f"smalls, сеть {number}" if number else "build_small()"
        count = net.count_params()
        if count > MAX_PARAMETERS:
            most = max(net.layers, key=lambda layer: layer.count_params())
            judge.refuse(
                f"{what}: параметров {count}, а можно не больше {MAX_PARAMETERS}. "
                f"Больше всего их в слое {type(most).__name__}: {most.count_params()}."
            )
        if count != built.count_params():
            judge.refuse(
                f"{what}: параметров {count}, а у сети из build_small() "
                f"{built.count_params()}. Обучают те сети, которые она строит."
            )
    rows = [np.concatenate([np.ravel(w) for w in net.get_weights()]) for net in nets]
    pairs = [(one, other) for i, one in enumerate(rows) for other in rows[:i]]
    twins = sum(np.allclose(*pair, atol=1e-4) for pair in pairs)
    if len(nets) != COPIES or twins:
        judge.refuse(
            f"smalls: сетей {len(nets)}, пар с одинаковыми весами {twins}, а нужны "
            "три разные: каждую стройте заново после своего set_random_seed."
        )


def _why_weak(net, x, y, share):
    """Return the likely cause of a low share, as far as the network shows one."""
    found, loss = judge.outputs(net, x, "smalls"), judge.attribute(net, "loss")
    total, largest = found.sum(axis=1).mean(), found.max()
    whole = abs(total - 1) < 1e-3 and found.min() > -1e-6
    logits = bool(judge.attribute(loss, "from_logits", False))
    if whole and (logits or largest < TWICE + 1e-3):
        return (
            "Softmax взят дважды (наибольшая вероятность у неё "
            f"{judge.shown(largest)}): хватит одного, в последнем слое или в потерях."
        )
    if not (whole or logits or loss is None):
        return (
            f"Сумма её ответов на картинку {judge.shown(total, 2)}, а не 1: у "
            "последнего слоя нет softmax, а функция потерь ждёт вероятностей."
        )
    raw = _share(net, 255 * x, y, "smalls")
    if raw > share + 0.05:
        return f"На числах от 0 до 255 верных {judge.shown(raw)}: входы не поделены."
    return "Обучены ли все три? Хватает ли эпох, есть ли сдвиги и спуск скорости?"


@EXERCISES.add("4.5", "восемь тысяч параметров, со звёздочкой")
def check_eight_thousand(build_small, smalls, on_val, validation, digits):
    built = judge.network(judge.call(build_small, what="build_small"), "build_small()")
    nets = [judge.network(net, "smalls") for net in judge.items(smalls, "smalls")]
    _check_copies(built, nets)

    def shares(part):
        return [_share(net, *part, "smalls", classes=CLASSES) for net in nets]

    part, test = _part(validation, "валидация"), _test_of(digits, "digits")
    found, reached = judge.array(on_val, "on_val", (COPIES,)), shares(test)
    exam = "это доли на тестовой выборке: по ней не выбирают, она для экзамена."
    what, close = "on_val, доли верных на d_val", max(1.5 / len(part[1]), 0.0011)
    judge.same(found, shares(part), what, [(reached, exam)], rtol=0, atol=close)
    mean, bar, worst = np.mean(reached), SMALL_BARS[digits.mode], np.argmin(reached)
    if mean < bar:
        judge.refuse(
            f"smalls: верных на тесте в среднем {judge.shown(mean)}, у худшей из трёх "
            f"{judge.shown(min(reached))}, ожидалось в среднем не меньше "
            f"{judge.shown(bar)}. {_why_weak(nets[worst], *test, reached[worst])}"
        )
