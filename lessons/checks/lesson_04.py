"""Judges of homework 4: shapes, one change at a time, clothes, colour, rotation."""

import numpy as np

from lessons.checks import judge
from lessons.checks.homework import Exercises

EXERCISES = Exercises()
MAX_PARAMETERS = 100_000
BATCH = 100  # in few calls of `predict` too many are the first, and TensorFlow warns
SHAPES = ("input_shape", "output_shape")
# Shares of right answers that networks of the exercises have to reach, by data mode.
CLOTHES_BARS = {"sample": 0.82, "full": 0.92}
COLOUR_BARS = {"sample": 0.9, "full": 0.4}  # nobody here has measured the full CIFAR-10
GREY_BARS = {"sample": 0.85, "full": 0.35}
GUESSES = ("лучше", "хуже", "так же")
PICTURES = ("картинка", "картинки", "картинок")


# --- 4.1: shapes and parameters ---


def _step(function, *arguments, what, sides=3):
    """Return the shape and the number of parameters that a student's function gives."""
    line = ", ".join(f"'{each}'" if isinstance(each, str) else str(each)
                     for each in arguments)  # fmt: skip
    what = f"{what}({line})"
    found = judge.call(function, *arguments, what=what)
    judge.require(
        isinstance(found, list | tuple) and len(found) == 2,
        f"{what}: нужна пара (форма, число параметров), например ((26, 26, 32), 320), "
        f"а получилось {judge.brief(found)}.",
    )
    shape, parameters = found
    if shape is ... or parameters is ...:
        raise judge.NotStarted
    judge.require(
        not isinstance(shape, list | tuple) or all(each is not None for each in shape),
        f"{what}: первое число у Keras, None, — размер батча; уберите его, [1:].",
    )
    judge.require(
        _has_axes(shape) or not _has_axes(parameters),
        f"{what}: пара перевёрнута: сначала форма, потом число параметров.",
    )
    shape = judge.array(shape, f"форма после {what}").ravel()
    whole = shape == np.rint(shape)
    judge.require(
        whole.all(),
        f"форма после {what}: сторона {judge.shown(shape[~whole][:1].sum())} не "
        "бывает дробной. Если последний прыжок не помещается, его не делают: делите "
        "нацело, //.",
    )
    judge.require(
        sides != 3 or len(shape) == 3,
        f"форма после {what}: в форме нужны три числа: высота, ширина, каналы. "
        f"Получено чисел: {len(shape)}.",
    )
    return what, shape, judge.number(parameters, f"параметры {what}")


def _has_axes(value):
    return isinstance(value, list | tuple) or judge.attribute(value, "ndim", 0) != 0


def _valid(side, size):
    return side - size + 1


@EXERCISES.add("4.1", "формы и параметры")
def _(conv, pool, dense):
    for function, name in ((conv, "conv"), (pool, "pool"), (dense, "dense")):
        judge.function(function, name)
    for shape, kernels, size, padding in (
        ((28, 28, 1), 32, 3, "valid"),
        ((32, 32, 3), 16, 5, "valid"),
        ((20, 13, 8), 64, 3, "same"),
    ):
        height, width, channels = shape
        what, after, parameters = _step(
            conv, shape, kernels, size, padding, what="conv"
        )
        sides = np.array([_valid(height, size), _valid(width, size)])
        right = np.array([*sides, kernels])
        wrong = {
            "каналов на выходе столько, сколько ядер, а не сколько было на входе.": [
                *sides, channels,
            ],
            "каналы перемножены, а должны сложиться: на выходе каналов столько, "
            "сколько ядер.": [*sides, kernels * channels],
            "на единицу меньше, чем нужно: у стороны n и ядра k остаётся n − k + 1 "
            "мест.": [height - size, width - size, kernels],
            "свёртка без дополнения съедает по краям, а у вас сторона прежняя.": [
                height, width, kernels,
            ],
            "каналы стоят первыми; у Keras они последние.": [kernels, *sides],
        }  # fmt: skip
        if padding == "same":
            right = np.array([height, width, kernels])
            wrong = {
                "дополнение «same» не учтено: при нём сторона не меняется.": [
                    *sides, kernels,
                ],
                "каналов на выходе столько, сколько ядер.": [height, width, channels],
                "каналы стоят первыми; у Keras они последние.": [
                    kernels, height, width,
                ],
            }  # fmt: skip
        judge.same(after, right, f"форма после {what}", wrong)
        weights = size * size * channels * kernels
        judge.same(
            parameters,
            weights + kernels,
            f"параметры {what}",
            {
                "забыты смещения: у каждого ядра есть ещё одно число.": weights,
                "смещение посчитано одно на весь слой, а оно у каждого ядра своё.": (
                    weights + 1
                ),
                "забыты входные каналы: ядро складывает по всем каналам сразу, и в нём "
                "k · k · c весов.": (size * size + 1) * kernels,
                "это одно ядро, а в слое их много.": size * size * channels + 1,
                "ядро — квадрат k × k, а посчитана одна его строка.": (
                    (size * channels + 1) * kernels
                ),
                "смещение у каждого ядра, а не у каждого входного канала.": (
                    weights + channels
                ),
                "смещение одно у ядра, а не по одному на каждый его канал.": (
                    (size * size + 1) * channels * kernels
                ),
                "размер картинки в формулу не входит: одни и те же веса работают в "
                "каждом её месте.": (height * width * channels + 1) * kernels,
            },
        )
    for shape, size in (((26, 26, 32), 2), ((11, 7, 64), 2), ((20, 11, 5), 3)):
        what, after, parameters = _step(pool, shape, size, what="pool")
        height, width, channels = shape
        judge.same(
            after,
            [height // size, width // size, channels],
            f"форма после {what}",
            {
                "округлено вверх: неполный квадрат с края пулинг отбрасывает.": [
                    -(-height // size), -(-width // size), channels,
                ],
                "каналы пулинг не трогает: он идёт по каждой карте отдельно.": [
                    height // size, width // size, channels // size,
                ],
                "это свёртка без дополнения; окна пулинга не перекрываются.": [
                    _valid(height, size), _valid(width, size), channels,
                ],
                "уменьшена одна сторона из двух.": [height // size, width, channels],
            },
        )  # fmt: skip
        judge.same(parameters, 0, f"параметры {what}, у пулинга весов нет")
    for shape, neurons in (((5, 5, 64), 64), ((6, 4, 3), 10), ((64,), 10)):
        what, after, parameters = _step(dense, shape, neurons, what="dense", sides=1)
        judge.same(after, [neurons], f"форма после {what}")
        inputs = int(np.prod(shape))
        judge.same(
            parameters,
            (inputs + 1) * neurons,
            f"параметры {what}",
            {
                "забыты смещения: по одному на нейрон.": inputs * neurons,
                "смещение у каждого нейрона своё, а посчитано одно на слой.": (
                    inputs * neurons + 1
                ),
                "карты не вытянуты в строку: нейрон связан с каждым числом каждой "
                "карты, входов высота × ширина × каналы.": (shape[-1] + 1) * neurons,
                "входов столько, сколько чисел в картах всех каналов; каналы забыты.": (
                    int(np.prod(shape[:2])) + 1
                )
                * neurons,
                "смещения посчитаны по входам, а они у нейронов.": (
                    (neurons + 1) * inputs
                ),
            },
        )


# --- 4.2: one change at a time ---


def _labels(y, what):
    """Return labels as whole numbers; one-hot rows are read too."""
    y = judge.array(y, what)
    if y.ndim == 2 and y.shape[1] > 1:
        y = y.argmax(axis=1)
    return y.ravel().astype(int)


def _floats(value, what):
    """Return numbers as float32: a full set does not fit twice in double precision."""
    value = judge.started(value, what)
    try:
        found = np.asarray(value, np.float32)
    except Exception:
        found = judge.array(value, what).astype(np.float32)
    return np.atleast_1d(found)


def _part(part, what):
    """Return pictures (float32, four axes) and labels of a part of the data."""
    judge.require(
        isinstance(part, list | tuple) and len(part) == 2,
        f"{what}: нужна пара (картинки, метки). Верните в ячейку проверки её "
        "первоначальную строку.",
    )
    x = _floats(part[0], f"{what}, картинки")
    y = _labels(part[1], f"{what}, метки")
    judge.require(
        len(x) == len(y) and len(x) > 0,
        f"{what}: картинок {len(x)}, а меток {len(y)}.",
    )
    return (x if x.ndim == 4 else x[..., None]), y


def _predict(net, x, rows):
    """Add to the calls of `predict` in the student's notebook, see `BATCH`."""
    return net.predict(x, batch_size=rows, verbose=0)


def _answers(net, x, what):
    """Return the classes that a network names."""
    found = judge.outputs(net, x, what, BATCH, _predict)
    judge.require(
        found.ndim == 2,
        f"{what}: на каждую картинку нужна строка чисел, по одному на класс, а форма "
        f"ответа {found.shape}. Перед последним слоем нужны Flatten или усреднение "
        "карт.",
    )
    return found.argmax(axis=1)


def _accuracy(net, x, y, what):
    return float((_answers(net, x, what) == y).mean())


def _pictures_of(value, what):
    """Return `value` when it is a data set of pictures, as ``data.load`` gives it."""
    value = judge.started(value, what)
    judge.require(
        all(
            judge.attribute(value, name) is not None
            for name in ("x_train", "x_test", "class_names")
        ),
        f"{what}: нужен набор, который вернула data.load. Верните в ячейку проверки "
        "её первоначальную строку.",
    )
    return value


def _knobs_of(net):
    """Return what of the exercise's knobs is seen in a network's layers."""
    from keras import layers

    convolutions = [each for each in net.layers if isinstance(each, layers.Conv2D)]
    dropouts = [each.rate for each in net.layers if isinstance(each, layers.Dropout)]
    return {
        "kernels": convolutions[0].filters if convolutions else 0,
        "size": convolutions[0].kernel_size[0] if convolutions else 0,
        "convolutions": len(convolutions),
        "dropout": float(dropouts[0]) if dropouts else 0.0,
        "norm": any(isinstance(each, layers.BatchNormalization) for each in net.layers),
    }


KNOBS = ("kernels", "size", "convolutions", "dropout", "norm", "shifts")


def _first_name(changes):
    """Return the name of the network without changes, having checked the others."""
    judge.require(
        isinstance(changes, dict)
        and all(isinstance(each, dict) for each in changes.values()),
        "changes: нужен словарь словарей, например "
        '{"сеть урока": {}, "ядро 5 × 5": {"size": 5}}.',
    )
    untouched = [name for name, options in changes.items() if not options]
    judge.require(
        len(untouched) == 1,
        "changes: нужна ровно одна сеть без перемен, с пустым словарём {}, чтобы "
        f"было с чем сравнивать, а таких {len(untouched)}.",
    )
    for name, options in changes.items():
        unknown = sorted(map(str, set(options) - set(KNOBS)))
        judge.require(
            not unknown,
            f"changes, «{name}»: ручки {', '.join(unknown)} нет. Есть "
            f"{', '.join(KNOBS)}.",
        )
        judge.require(
            len(options) <= 1,
            f"changes, «{name}»: изменено сразу {len(options)} вещи "
            f"({', '.join(options)}). Если станет лучше, какую благодарить? Меняйте "
            "по одной.",
        )
        judge.require(
            "shifts" not in options or np.any(options["shifts"]),
            f"changes, «{name}»: сдвиг 0 — то же, что без сдвигов.",
        )
    turned = {next(iter(options)) for options in changes.values() if options}
    judge.require(
        len(turned) >= 4,
        f"changes: опробовано разных ручек {len(turned)}, нужно хотя бы 4 из "
        f"{len(KNOBS)}: {', '.join(KNOBS)}.",
    )
    return untouched[0]


def _check_guess(guess, changes, first):
    judge.require(
        isinstance(guess, dict),
        'guess: нужен словарь, например {"ядро 5 × 5": "лучше"}.',
    )
    missing = [name for name in changes if name != first and name not in guess]
    judge.require(
        not missing,
        f"guess: нет догадки для «{missing[0] if missing else ''}». Догадка нужна для "
        "каждой перемены и до обучения: иначе удивиться будет нечему.",
    )
    for name, word in guess.items():
        word = judge.text(word)
        judge.require(
            word.strip().lower().replace("также", "так же") in GUESSES,
            f"guess, «{judge.text(name)}»: {word[:40]!r}, а нужно одно из слов "
            f"{', '.join(GUESSES)}.",
        )


def _check_change(name, options, net, first, base):
    """Refuse a network that differs from the first one in anything but its change."""
    knobs = _knobs_of(net)
    other = {knob for knob in knobs if knobs[knob] != base[knob]}
    asked = set(options) - {"shifts"}
    extra = sorted(other - asked)
    judge.require(
        not extra,
        f"nets, «{name}»: кроме обещанного, у сети изменилось и другое: "
        f"{', '.join(extra)}. Сравнивать с «{first}» можно, только если разница одна.",
    )
    for knob in asked:
        promised = (*np.ravel(options[knob]), None)[0]  # a size may be a pair
        judge.require(
            knob in other or promised != knobs[knob],
            f"changes, «{name}»: {knob} = {options[knob]} — столько же и у «{first}»: "
            "это не перемена.",
        )
        judge.require(
            knob in other,
            f"nets, «{name}»: сеть такая же, как «{first}»: перемена {knob} не дошла "
            "до build. Передайте её: build(..., **options).",
        )
        judge.require(
            knobs[knob] == promised,
            f"nets, «{name}»: обещано {knob} = {options[knob]}, а у сети "
            f"{judge.shown(knobs[knob])}.",
        )


@EXERCISES.add("4.2", "одна перемена за раз")
def _(changes, guess, nets, table, chosen, training, validation, clothes):
    first = _first_name(judge.started(changes, "changes"))
    _check_guess(judge.started(guess, "guess"), changes, first)
    for value, what in ((nets, "nets"), (table, "table")):
        value = judge.started(value, what)
        judge.require(
            isinstance(value, dict),
            f"{what}: нужен словарь с теми же именами, что в changes.",
        )
        judge.same_items(list(value), set(changes), f"имена в {what}")
    models = {name: judge.network(nets[name], f"nets, «{name}»") for name in changes}
    judge.require(
        len({id(each) for each in models.values()}) == len(models),
        "nets: под разными именами лежит одна и та же сеть. Стройте новую для каждой "
        "строки, иначе вторая доучивает первую, и сравнение нечестно.",
    )
    clothes = _pictures_of(clothes, "clothes")
    x, y = _part(validation, "валидация")
    base = _knobs_of(models[first])
    chance = 1 / len(clothes.class_names)
    for name in changes:
        net, what = models[name], f"nets, «{name}»"
        _check_change(name, changes[name], net, first, base)
        real, said = _accuracy(net, x, y, what), judge.number(table[name], f"«{name}»")
        judge.require(
            real > 2 * chance,
            f"{what}: на валидации верных {judge.shown(real)}, почти как при "
            f"угадывании ({judge.shown(chance)}). Сеть не обучена?",
        )
        close = max(1.5 / len(y), 0.0051)  # two digits after the point are enough
        if abs(said - real) <= close:
            continue
        judge.require(
            abs(said / 100 - real) > close,
            f"table, «{name}»: {judge.shown(said)} — это проценты; запишите долю, от 0 "
            "до 1.",
        )
        x_test = np.asarray(clothes.x_test, np.float32)[..., None] / 255
        for part, line in (
            (_part(training, "обучающая выборка"), "на обучающей выборке. Она говорит, "
             "что сеть запомнила, а выбирать надо по тому, чего она не видела"),
            ((x_test, _labels(clothes.y_test, "метки теста")), "на тестовой выборке. "
             "Выберете по ней, и она перестанет быть честным экзаменом"),
        ):  # fmt: skip
            judge.require(
                abs(said - _accuracy(net, *part, what)) > 1.5 / len(part[1]),
                f"table, «{name}»: {judge.shown(said)} — это доля {line}. Измерьте на "
                f"x_val, y_val: там {judge.shown(real)}.",
            )
        judge.refuse(
            f"table, «{name}»: у вас {judge.shown(said)}, а на x_val, y_val сеть "
            f"отвечает верно в доле {judge.shown(real)}. Мерили на других данных или "
            "до конца обучения?"
        )
    chosen = judge.started(chosen, "chosen")
    judge.require(
        isinstance(chosen, str) and chosen in table,
        f"chosen: нужно имя строки из table, а получено {judge.brief(chosen)}.",
    )
    shares = {name: float(judge.number(table[name], name)) for name in table}
    best = max(shares, key=shares.get)
    noise = 2 * np.sqrt(max(0, shares[best] * (1 - shares[best])) / len(y))
    judge.require(
        shares[chosen] >= shares[best] - noise,
        f"chosen: у «{chosen}» на валидации {judge.shown(shares[chosen])}, а у "
        f"«{best}» {judge.shown(shares[best])}: разница больше случайного разброса "
        f"({judge.shown(noise, 2)}).",
    )


# --- 4.3: the best network for clothes ---


def _as_bytes(x):
    """Return pictures in the scale 0 to 255, whatever straight scale they are in."""
    x = np.asarray(x, np.float32).reshape(len(x), -1)
    low, high = float(x.min()), float(x.max())
    return np.round((x - low) / ((high - low) or 1) * 255).astype(np.uint8)


def _check_fitted(fitted, clothes):
    """Refuse training data that hold test pictures or other pictures' labels."""
    judge.require(
        isinstance(fitted, list | tuple) and len(fitted) == 2,
        "fitted: нужна пара массивов (картинки, метки), на которых вы обучали сеть, "
        "например (x_train, y_train).",
    )
    x = _floats(fitted[0], "картинки в fitted")
    y = _labels(fitted[1], "метки в fitted")
    judge.require(
        len(x) == len(y) and len(x) > 0,
        f"fitted: картинок {len(x)}, а меток {len(y)}.",
    )
    pixels = _as_bytes(x)
    known = {
        each.tobytes(): label
        for each, label in zip(_as_bytes(clothes.x_train), clothes.y_train, strict=True)
    }
    test, raw = set(), np.asarray(clothes.x_test)
    mirrored = _as_bytes(raw[:, :, ::-1])
    for one, other in zip(_as_bytes(raw), mirrored, strict=True):
        if one.tobytes() not in known:
            test |= {one.tobytes(), other.tobytes()}
    leaked = sum(
        key in test and key not in known for key in map(np.ndarray.tobytes, pixels)
    )
    judge.require(
        leaked == 0,
        f"fitted: {judge.count(leaked, *PICTURES)} из тестовой части. Это утечка: сеть "
        "видела ответы экзамена, и доля верных ничего не значит. Обучайте только на "
        "x_train.",
    )
    pairs = [
        (known[key], label)
        for key, label in zip(map(np.ndarray.tobytes, pixels), y, strict=True)
        if key in known
    ]
    if pairs:
        right, given = np.array(pairs).T
        share = float((right == given).mean())
        judge.require(
            share > 0.9
            or not ((right + 1 == given).all() or (right - 1 == given).all()),
            "fitted: все метки сдвинуты на единицу. Классы считают с нуля.",
        )
        judge.require(
            share > 0.9,
            f"fitted: у картинок чужие метки, совпала доля {judge.shown(share)}. "
            "Картинки и метки перемешаны по-разному? Порядок у них должен быть один.",
        )
    return float(x.max())


def _check_labels(found, count, classes):
    """Return the classes that the student's function names, or say what it returns."""
    judge.require(
        found.size != 1 or count == 1,
        "recognise: одно число на все картинки: argmax без axis ищет по всей таблице. "
        "Нужен axis=1.",
    )
    judge.require(
        found.shape != (count, classes),
        f"recognise: получилась таблица {found.shape}: по числу на класс. Нужен номер "
        "наибольшего в каждой строке, argmax(axis=1).",
    )
    judge.require(
        found.shape != (classes,),
        f"recognise: на {count} картинок получено {classes} ответов: наибольшее взято "
        "по столбцам. Ответ нужен для каждой строки, argmax(axis=1).",
    )
    found = judge.array(found, "recognise(картинки)", (count,))
    judge.require(
        (found == np.rint(found)).all() and found.min() >= 0 and found.max() < classes,
        f"recognise: нужны целые номера классов от 0 до {classes - 1}, а среди ответов "
        f"есть числа от {judge.shown(found.min())} до {judge.shown(found.max())}.",
    )
    return found.astype(int)


def _why_low(net, found, y, x_test, largest, names):
    """Return what explains a low share of right answers, or an empty string."""
    from scipy.optimize import linear_sum_assignment

    share = (found == y).mean()
    try:
        by_scaled = _answers(net, x_test[..., None] / 255, "best")
        by_bytes = _answers(net, x_test[..., None], "best")
    except judge.WrongAnswer:  # its inputs have another shape; recognise knows which
        by_scaled = by_bytes = found
    real = float((by_scaled == y).mean())
    if real > share + 0.1:
        if (found == by_bytes).mean() > 0.99:
            return (
                f"Если поделить картинки на 255, сеть отвечает верно в доле "
                f"{judge.shown(real)}: recognise забывает масштаб, на котором сеть "
                "обучали."
            )
        return (
            "Сама сеть на картинках, поделённых на 255, отвечает верно в доле "
            f"{judge.shown(real)}, а recognise возвращает другое. Ищите ошибку в ней."
        )
    real = float((by_bytes == y).mean())
    if real > share + 0.1:
        return (
            f"На числах от 0 до 255 сеть отвечает верно в доле {judge.shown(real)}: на "
            "них её и учили, а recognise делит на 255. Масштаб при обучении и при "
            "ответе должен быть один."
        )
    if len(set(found.tolist())) == 1:
        return (
            f"На всё один ответ, «{names[found[0]]}»: сеть не обучена или обучение "
            "разошлось."
        )
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (y, found), 1)
    matched = counts[linear_sum_assignment(-counts)].sum() / len(y)
    if matched > max(0.6, share + 0.3):
        return "Классы сеть различает, но под чужими номерами: перепутаны метки."
    if share < 2 / len(names):
        return (
            "Это почти угадывание: сеть не обучена, или при обучении метки не от тех "
            "картинок."
        )
    if largest > 20:
        return (
            "Похоже, сеть учили на числах от 0 до 255. Если в ней нет слоя Rescaling, "
            "поделите входы на 255."
        )
    return ""


@EXERCISES.add("4.3", "лучшая сеть для одежды")
def _(best, recognise, fitted, clothes):
    net = judge.network(best, "best")
    clothes = _pictures_of(clothes, "clothes")
    names = clothes.class_names
    size = net.count_params()
    judge.require(
        size <= MAX_PARAMETERS,
        f"best: параметров {size}, а можно не больше {MAX_PARAMETERS}. Обычно больше "
        "всего их в полносвязном слое после Flatten: попробуйте усреднение карт.",
    )
    outputs = getattr(net, "output_shape", None)
    judge.require(
        not isinstance(outputs, tuple) or outputs[-1] == len(names),
        f"best: форма выхода {outputs}, а классов {len(names)}: последний слой — "
        f"Dense({len(names)}).",
    )
    judge.function(recognise, "recognise")
    largest = _check_fitted(judge.started(fitted, "fitted"), clothes)
    x_test = np.asarray(clothes.x_test)
    y = _labels(clothes.y_test, "метки теста")
    found = judge.call(recognise, x_test, what="recognise")
    some = found if isinstance(found, list | tuple) else judge.attribute(found, "flat")
    judge.require(
        not any(isinstance(each, str) for each in some or ()),
        "recognise: получились слова, а нужны номера классов, целые числа.",
    )
    found = _check_labels(judge.array(found, "recognise(картинки)"), len(y), len(names))
    share, bar = float((found == y).mean()), CLOTHES_BARS[clothes.mode]
    if share >= bar:
        return
    raw = x_test.astype(np.float32)
    why = _why_low(net, found, y, raw, largest, names) or (
        "Сеть учится, но ей чего-то не хватает: посмотрите, что помогло в 4.2, "
        "добавьте эпох или спуск скорости к концу."
    )
    judge.refuse(
        f"best: верных ответов на тесте {judge.shown(share)}, ожидалось не меньше "
        f"{judge.shown(bar)}. {why}"
    )


# --- 4.4: colour ---


def _check_grey(to_grey):
    """Check the student's function on a small batch that is not square."""
    rng = np.random.default_rng(0)
    raw = rng.integers(0, 256, (2, 4, 5, 3), dtype=np.uint8)
    given = judge.call(to_grey, raw, what="to_grey")
    grey, x = judge.array(given, "to_grey(картинки)"), raw / 255
    right = x.mean(axis=3, keepdims=True)
    for axis, line in (
        (0, "усреднено по примерам: все картинки слились в одну"),
        (1, "усреднено по высоте, ось 1"),
        (2, "усреднено по ширине, ось 2"),
    ):
        wrong = np.squeeze(x.mean(axis=axis)).shape
        judge.require(
            np.squeeze(grey).shape != wrong,
            f"to_grey: {line}. Каналы стоят последними: среднее нужно по оси 3.",
        )
    judge.require(
        grey.shape != (2, 1, 4, 5),
        "to_grey: каналы стоят первыми, форма (n, 1, h, w). У Keras они последние: "
        "(n, h, w, 1).",
    )
    judge.require(
        grey.shape != (2, 4, 5),
        "to_grey: потеряна ось каналов: свёртка ждёт (n, h, w, 1). Поможет "
        "keepdims=True или [..., None].",
    )
    weights = [0.299, 0.587, 0.114]
    overflown = (raw[..., :1] + raw[..., 1:2] + raw[..., 2:]) / 3
    judge.same(
        grey,
        right,
        "to_grey(картинки)",
        {
            "числа остались от 0 до 255: поделите на 255.": 255 * right,
            "каналы сложены, а не усреднены.": 3 * right,
            "это сумма трёх каналов в исходном масштабе: нужно среднее, и поделить его "
            "на 255.": 765 * right,
            "поделено на 255 дважды.": right / 255,
            "сумма байтов не поместилась в байт и пошла с нуля (uint8 держит числа до "
            "255). Возьмите .mean(axis=3) или сначала поделите.": overflown / 255,
            "сумма байтов не поместилась в байт и пошла с нуля (uint8 держит числа до "
            "255). Возьмите .mean(axis=3).": overflown,
            "взят один красный канал, а нужно среднее трёх.": x[..., :1],
            "это взвешенная яркость, ею тоже пользуются; здесь договоримся о простом "
            "среднем трёх каналов.": (x * weights).sum(axis=3, keepdims=True),
            "пиксели стали 0 и 1: деление нацело теряет серый цвет.": np.floor(right),
        },
        atol=1e-3,  # half precision is enough
    )


def _check_objects_net(net, x, y, objects, name, bar, other):
    """Refuse a network of the exercise that cannot read `x` or answers badly."""
    net = judge.network(net, name)
    channels, classes = x.shape[-1], len(objects.class_names)
    wanted, outputs = (getattr(net, each, None) for each in SHAPES)
    seen = wanted[-1] if isinstance(wanted, tuple) else None
    swapped = seen == other and all(
        one in (two, None) for one, two in zip(wanted[1:3], x.shape[1:3], strict=False)
    )
    judge.require(
        seen in (channels, None),
        f"{name}: сеть ждёт входы формы {wanted}, а каналов у этих картинок "
        f"{channels}, последней осью. "
        + ("Не перепутаны ли две сети местами?" if swapped else
           f"Постройте её с формой {x.shape[1:]}."),
    )  # fmt: skip
    judge.require(
        outputs is None or outputs[-1] == classes,
        f"{name}: форма выхода {outputs}, а классов {classes}: последний слой — "
        f"Dense({classes}).",
    )
    share = _accuracy(net, x, y, name)
    if share >= bar:
        return
    raw = _accuracy(net, 255 * x, y, name)
    if raw > share + 0.1:
        why = (
            f"На числах от 0 до 255 она отвечает верно в доле {judge.shown(raw)}: на "
            "них её и учили. Поделите входы на 255."
        )
    elif share < 1.3 / classes:
        why = "Это угадывание: сеть не обучена или метки не от тех картинок."
    else:
        why = "Обучайте её дольше и проверьте, что картинки и метки в одном порядке."
    judge.refuse(
        f"{name}: верных ответов на тесте {judge.shown(share)}, ожидалось не меньше "
        f"{judge.shown(bar)}. {why}"
    )


@EXERCISES.add("4.4", "цвет")
def _(to_grey, colour_net, grey_net, objects):
    _check_grey(to_grey)
    objects = _pictures_of(objects, "objects")
    y, mode = _labels(objects.y_test, "метки"), objects.mode
    x = np.asarray(objects.x_test, np.float32) / 255
    _check_objects_net(colour_net, x, y, objects, "colour_net", COLOUR_BARS[mode], 1)
    grey = x.mean(axis=3, keepdims=True)
    _check_objects_net(grey_net, grey, y, objects, "grey_net", GREY_BARS[mode], 3)


# --- 4.5: turned digits ---


def _turned(pictures, degrees, **options):
    from scipy import ndimage

    options = {"axes": (1, 2), "reshape": False, "order": 1} | options
    return ndimage.rotate(pictures, degrees, **options)


def _alike(one, other):
    """Return the correlation of two arrays of one shape."""
    one, other = one.ravel() - one.mean(), other.ravel() - other.mean()
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / size) if size > 0 else 0.0


def _flags(count):
    """Return pictures of a bar with a mark at one end, each brighter than the last."""
    flag = np.zeros((28, 28), np.float32)
    flag[13:15, 5:23] = 1
    flag[9:13, 19:23] = 1
    shades = np.linspace(0.3, 1, count, dtype=np.float32)
    return shades[:, None, None, None] * flag[None, :, :, None]


def _check_turn(turn):
    flags, degrees = _flags(6), 25.0
    flags[3:] = flags[3:, ::-1]
    got = judge.array(judge.call(turn, flags, degrees, what="turn"), "turn(x, 25)")
    judge.require(
        not (got.ndim >= 3 and got.shape[0] == len(flags) and got.shape[1] > 28),
        f"turn: картинки выросли до {got.shape[1]} × {got.shape[2]} точек, чтобы "
        "вместить углы. Сеть ждёт прежний размер: reshape=False."
        if got.ndim >= 3 else "",
    )  # fmt: skip
    judge.require(
        got.shape[:1] == (len(flags),) or got.ndim < 3,
        f"turn: было картинок {len(flags)}, стало {got.shape[0] if got.ndim else 0}. "
        "Повёрнута стопка картинок, а не каждая: оси высоты и ширины — 1 и 2, "
        "axes=(1, 2).",
    )
    got = judge.array(got, "turn(x, 25)", flags.shape)
    kept = sum(np.allclose(*pair, atol=1e-3) for pair in zip(got, flags, strict=True))
    judge.require(kept < len(flags), "turn: картинки не повернулись.")
    judge.require(
        kept == 0,
        f"turn: картинок осталось неповёрнутыми {kept} из {len(flags)}.",
    )
    right = _turned(flags, degrees)
    if max(_alike(got, right), _alike(got, _turned(flags, -degrees))) > 0.95:
        return
    judge.require(
        np.isfinite(got).all() and np.ptp(got) > 1e-6,
        "turn: в ответе нет картинки: все числа одинаковы или среди них есть NaN. Оси "
        "высоты и ширины — 1 и 2.",
    )
    stack = [_turned(flags, sign * degrees, axes=(0, 1)) for sign in (1, -1)]
    judge.require(
        max(_alike(got, each) for each in stack) < 0.95,
        "turn: повёрнута стопка картинок, примеры перемешались между собой. Ось 0 — "
        "номер примера, её не трогают: axes=(1, 2).",
    )
    radians = degrees * np.pi / 180
    judge.require(
        max(_alike(got, _turned(flags, sign * radians)) for sign in (1, -1)) < 0.95,
        "turn: угол слишком мал: ndimage.rotate ждёт градусы, а получила радианы.",
    )
    turns = np.arange(0, 360, 5)
    nearest = max(turns, key=lambda each: _alike(got, _turned(flags, float(each))))
    judge.refuse(
        "turn: картинки не такие, какими должны стать после поворота на 25 градусов. "
        f"Ожидалось сходство больше 0,95, а у вас {judge.shown(_alike(got, right))}; "
        f"больше всего похоже на поворот на {nearest}."
    )


def _degrees(angle):
    """Return an angle in whole degrees, with a true minus."""
    return f"{angle + 0.0:.0f}".replace("-0", "0").replace("-", "−")


def _directions(pictures):
    """Return the direction of the bar on each picture, in degrees from -90 to 90."""
    rows, columns = np.mgrid[:28, :28]
    found = []
    for picture in np.clip(pictures[..., 0], 0, None):
        mass = picture.sum() or 1.0
        down = rows - (rows * picture).sum() / mass
        right = columns - (columns * picture).sum() / mass
        cross = (down * right * picture).sum()
        spread = (right**2 * picture).sum() - (down**2 * picture).sum()
        found.append(np.degrees(0.5 * np.arctan2(2 * cross, spread)))
    return np.array(found)


def _check_at_random(at_random):
    count = 80
    flags = _flags(count)
    rng = np.random.default_rng(0)
    got = judge.call(at_random, flags, rng, what="at_random")
    got = judge.array(got, "at_random(x, rng)", flags.shape)
    empty = int((abs(got).max(axis=(1, 2, 3)) == 0).sum())
    judge.require(
        empty == 0,
        f"at_random: пустых картинок {empty}: какой-то угол пропущен, и на их место "
        "ничего не положено.",
    )
    mass = got.sum(axis=(1, 2, 3))
    ordered = _alike(mass, flags.sum(axis=(1, 2, 3)))
    judge.require(
        ordered > 0.95,
        "at_random: картинки вернулись в другом порядке, а метки остались на месте: "
        "теперь у повёрнутых картинок чужие ответы. Сходство порядка ожидалось больше "
        f"0,95, а у вас {judge.shown(ordered)}.",
    )
    turns = _directions(got) - _directions(flags)
    judge.require(
        abs(turns).max() > 1.5,
        "at_random: картинки не повернулись. Если в функции есть случайный угол, "
        "проверьте, что он в градусах, а не в радианах.",
    )
    judge.require(
        np.ptp(turns) > 1.5,
        f"at_random: все картинки повёрнуты на один угол, {_degrees(turns[0])}. "
        "Угол нужен свой у каждой картинки.",
    )
    judge.require(
        abs(turns).max() < 36,
        f"at_random: есть повороты на {_degrees(abs(turns).max())} градусов, "
        "ожидалось не больше 30: перевёрнутая 6 — это уже 9.",
    )
    judge.require(
        turns.min() < -5 and turns.max() > 5,
        "at_random: все картинки повёрнуты в одну сторону, углы от "
        f"{_degrees(turns.min())} до {_degrees(turns.max())}, а ожидалось "
        "от −30 до 30.",
    )
    judge.require(
        abs(turns).max() > 20,
        f"at_random: самый большой поворот {_degrees(abs(turns).max())} "
        "градусов, ожидалось до 30.",
    )


@EXERCISES.add("4.5", "поворот, со звёздочкой")
def _(turn, at_random, plain, mended, x_val, y_val):
    _check_turn(turn)
    _check_at_random(at_random)
    x, y = _part((x_val, y_val), "валидация")
    straight, turned = {}, {}
    for name, net in (("plain", plain), ("mended", mended)):
        net = judge.network(net, name)
        straight[name] = _accuracy(net, x, y, name)
        turned[name] = np.mean(
            [_accuracy(net, _turned(x, angle), y, name) for angle in (-30, 30)]
        )
    judge.require(
        plain is not mended,
        "plain и mended — одна и та же сеть. Постройте две: сравнивать нечестно, если "
        "вторая доучивает первую.",
    )
    for name, share in straight.items():
        judge.require(
            share >= 0.85,
            f"{name}: на прямых цифрах верных {judge.shown(share)}, ожидалось не "
            "меньше 0,85. Сеть не обучена, или метки у неё не от тех картинок.",
        )
    judge.require(
        turned["plain"] < straight["plain"] - 0.05,
        f"plain: поворот на 30 градусов ей не мешает ({judge.shown(turned['plain'])}): "
        "она уже видела повёрнутые цифры. Обучите её на прямых.",
    )
    judge.require(
        turned["mended"] >= turned["plain"] + 0.05,
        f"mended: на цифрах, повёрнутых на 30 градусов, верных "
        f"{judge.shown(turned['mended'])}, а у plain {judge.shown(turned['plain'])}: "
        "ожидалось хотя бы на 0,05 больше. Обучали ли её на повёрнутых картинках?",
    )
