"""Lesson 1's own functions, taken from its cells, against oracles and bad input."""

import ast

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from scipy import special

from helpers.errors import CourseError
from tests.support import ROOT

BOOK = nbformat.read(ROOT / "lessons" / "01_perceptron.ipynb", as_version=4)
SOLVED = ROOT / "lessons" / "solutions" / "01_perceptron.ipynb"
CONSTANTS = {"ACTIVATIONS", "NAMES", "RULES", "four", "answers", "emma", "fedor"}
PROSE = "\n".join(cell.source for cell in BOOK.cells if cell.cell_type == "markdown")


def defined(book):
    """What a notebook's cells define: imports, functions, the constants above."""
    found = {"seed": 42}
    for cell in book.cells[2:]:
        if cell.cell_type != "code":
            continue
        for node in ast.parse(cell.source).body:
            names = {
                name.id
                for target in getattr(node, "targets", [])
                for name in ast.walk(target)
                if isinstance(name, ast.Name)
            }
            wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef)
            if isinstance(node, wanted) or names & CONSTANTS:
                exec(compile(ast.Module([node], []), "lesson 1", "exec"), found)
    return found


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's cells define."""
    return defined(BOOK)


@pytest.fixture(scope="module")
def homework():
    """What the cells of the solved homework define."""
    return defined(nbformat.read(SOLVED, as_version=4))


def test_a_hundred_right_networks_learn_and_the_broken_share_is_as_quoted(lesson):
    right, w = lesson["train_hundred"](lesson["gradients_of_one"])
    broken, _ = lesson["train_hundred"](lesson["gradients_with_bias_bug"])
    assert right.shape == w["w1"].shape == (100,)
    assert right.max() < 0.005
    assert f"{(broken < 0.005).sum()} из 100" in PROSE
    assert "с зерном 0 дошла до " + f"{broken[0]:.4f}".replace(".", ",") in PROSE
    fedor = lesson["forward_pass"](w, lesson["fedor"])[2]
    assert (fedor > 0.1).sum() == 1
    assert "одна дала Фёдору " + f"{fedor.max():.2f}".replace(".", ",") in PROSE


def test_by_average_one_network_of_a_hundred_gets_below_the_line(lesson):
    assert "от 0 до 99 дошла одна из ста" in PROSE
    starts = [lesson["start_weights"](seed) for seed in range(100)]
    w = {name: np.array([each[name] for each in starts]) for name in starts[0]}
    four, answers = lesson["four"], lesson["answers"]
    for _ in range(1000):
        found = [
            lesson["gradients_of_one"](w, x, t)
            for x, t in zip(four, answers, strict=True)
        ]
        w = {name: w[name] - 0.1 * sum(g[name] for g in found) / 4 for name in w}
    predictions = np.array([lesson["forward_pass"](w, x)[2] for x in four])
    losses = ((answers[:, None] - predictions) ** 2).mean(axis=0)
    assert (losses < 0.005).sum() == 1
    lucky = int(losses.argmin())
    assert np.isclose(lesson["train_by_average"](starts[lucky]), losses[lucky])


def test_people_never_seen_are_judged_rightly(lesson):
    for seed in range(10):
        start = lesson["start_weights"](seed)
        w, history = lesson["train_three_neurons"](start, lesson["gradients_of_one"])
        assert history[-1] < 0.005
        assert lesson["forward_pass"](w, lesson["emma"])[2] > 0.9
        assert lesson["forward_pass"](w, lesson["fedor"])[2] < 0.1


@pytest.mark.parametrize("sizes", [[2, 2], [3, 1, 2], [4, 6, 5, 3], [1, 2, 2, 2, 4]])
@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu"])
def test_gradients_are_those_of_finite_differences(lesson, sizes, activation):
    rng = np.random.default_rng(7)
    weights = lesson["make_weights"](sizes, activation, rng)
    for bias in weights[1::2]:
        bias += rng.normal(0, 0.1, bias.shape)
    x, y = rng.normal(size=(12, sizes[0])), rng.integers(0, sizes[-1], 12)
    ours = lesson["gradients"](weights, x, y, activation)
    true = lesson["by_differences"](weights, x, y, activation)
    for a, b in zip(ours, true, strict=True):
        assert a.shape == b.shape
        assert abs(a - b).max() < 1e-7


def test_softmax_and_cross_entropy_agree_with_scipy_on_large_logits(lesson):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(50, 4)) * 1000
    labels = rng.integers(0, 4, 50)
    assert np.allclose(lesson["softmax"](logits), special.softmax(logits, axis=1))
    expected = special.log_softmax(logits, axis=1)[np.arange(50), labels]
    assert np.isclose(lesson["cross_entropy"](logits, labels), -expected.mean())


def test_one_step_is_that_of_keras(lesson):
    rng = np.random.default_rng(1)
    weights = lesson["make_weights"]([3, 7, 4], "tanh", rng)
    x, y = rng.normal(size=(16, 3)), rng.integers(0, 4, 16)
    theirs = lesson["keras_step"]([3, 7, 4], "tanh", weights, x, y, rate=0.5)
    found = lesson["gradients"](weights, x, y, "tanh")
    for array, gradient, expected in zip(weights, found, theirs, strict=True):
        assert abs(array - 0.5 * gradient - expected).max() < 1e-6


@pytest.mark.parametrize(
    ("name", "in_keras", "options"),
    [
        ("SGD", "SGD", {}),
        ("импульс", "SGD", {"momentum": 0.9}),
        ("Нестеров", "SGD", {"momentum": 0.9, "nesterov": True}),
        ("AdaGrad", "Adagrad", {"initial_accumulator_value": 0, "epsilon": 1e-16}),
        ("RMSprop", "RMSprop", {"epsilon": 1e-16}),
        ("AdaDelta", "Adadelta", {"epsilon": 1e-6}),
        ("Adam", "Adam", {"epsilon": 1e-8}),
    ],
)
def test_rules_of_the_homework_are_those_of_keras(homework, name, in_keras, options):
    import keras

    rng = np.random.default_rng(2)
    weights, memory = rng.normal(size=5), {}
    variable = keras.Variable(weights.astype("float32"))
    optimizer = getattr(keras.optimizers, in_keras)(learning_rate=0.1, **options)
    for _ in range(20):
        gradient = rng.normal(size=5)
        weights = weights - homework["RULES"][name](memory, gradient, 0.1)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [variable])
    theirs = keras.ops.convert_to_numpy(variable)
    assert abs(weights - theirs).max() < 1e-5


def test_rules_of_the_race_are_those_of_the_homework(lesson, homework):
    rng = np.random.default_rng(2)
    for name, rule in lesson["RULES"].items():
        ours, theirs = {}, {}
        for gradient in rng.normal(size=(20, 5)):
            step = rule(ours, gradient, 0.1)
            assert np.allclose(step, homework["RULES"][name](theirs, gradient, 0.1))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: d.update(sizes=[2, 0, 2]), "0 не годится"),
        (lambda d: d.update(sizes=[3, 4, 2]), r"\(20, 2\), а сеть ждёт .*, 3\)"),
        (lambda d: d.update(y=d["y"] + 1), "от 0 до 1"),
        (lambda d: d.update(y=d["y"][:5]), r"форму \(5,\), а примеров 20"),
        (lambda d: d["x"].__setitem__((3, 1), np.nan), "строка 3, столбец 1"),
        (lambda d: d.update(rate=0), "скорость обучения 0"),
        (lambda d: d.update(rate=-1), "скорость обучения -1"),
        (lambda d: d.update(batch=0), "батч 0"),
        (lambda d: d.update(batch=-1), "батч -1"),
    ],
)
def test_bad_input_of_the_network_is_refused_and_no_weight_moves(lesson, spoil, said):
    rng = np.random.default_rng(3)
    given = {
        "sizes": [2, 4, 2],
        "x": rng.normal(size=(20, 2)),
        "y": np.arange(20) % 2,
        "rate": 0.1,
        "batch": 32,
    }
    spoil(given)
    with pytest.raises(CourseError, match=said):
        weights = lesson["make_weights"](given["sizes"], rng=rng)
        kept = [array.copy() for array in weights]
        try:
            options = {name: given[name] for name in ("rate", "batch")}
            lesson["train"](weights, given["x"], given["y"], **options)
        finally:
            assert all(
                np.array_equal(*pair) for pair in zip(weights, kept, strict=True)
            )


@pytest.mark.parametrize("rate", [0, -0.1, np.nan])
@pytest.mark.parametrize(
    "use",
    [
        lambda d, rate: d["descend"](-0.1, rate, 3),
        lambda d, rate: d["train_three_neurons"](
            d["start_weights"](0), d["gradients_of_one"], rate=rate
        ),
        lambda d, rate: d["train_by_average"](d["start_weights"](0), rate=rate),
        lambda d, rate: d["train_hundred"](d["gradients_of_one"], rate=rate),
        lambda d, rate: d["race"](d["plain"], rate),
    ],
    ids=["descend", "three neurons", "by average", "hundred", "race"],
)
def test_bad_rates_are_refused_everywhere(lesson, use, rate):
    with pytest.raises(CourseError, match="скорость обучения"):
        use(lesson, rate)


def test_the_first_network_takes_two_features_and_no_more(lesson):
    w = lesson["start_weights"](0)
    with pytest.raises(ValueError, match="too many values to unpack"):
        lesson["forward_pass"](w, np.array([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="not enough values to unpack"):
        lesson["forward_pass"](w, np.array([1.0]))


def test_accuracy_refuses_a_column_of_labels(lesson):
    rng = np.random.default_rng(4)
    weights, x = lesson["make_weights"]([2, 4, 2], rng=rng), rng.normal(size=(20, 2))
    y = lesson["forward"](weights, x)[1][-1].argmax(axis=1)
    assert lesson["accuracy"](weights, x, y) == 1
    assert lesson["accuracy"](weights, x, 1 - y) == 0
    with pytest.raises(CourseError, match=r"форму \(20, 1\).*ravel"):
        lesson["accuracy"](weights, x, y[:, None])
    with pytest.raises(CourseError, match="метка 2"):
        lesson["accuracy"](weights, x, y + 2)


# --- figures --------------------------------------------------------------------------


@pytest.fixture
def axis():
    """An axis of a figure that is closed afterwards."""
    figure, axis = plt.subplots()
    yield axis
    plt.close(figure)


def test_a_drawing_shows_answers_boundary_and_examples(lesson, axis):
    answers = np.tile(np.linspace(0, 1, 21), (21, 1))
    x, y = np.array([[-1, 0], [1, 0], [1, 1]]), np.array([0, 1, 1])
    lesson["draw_answers"](axis, answers, x, y, limit=2)
    crosses, dots = axis.collections[-2:]
    assert crosses.get_offsets().tolist() == [[-1, 0]]
    assert len(dots.get_offsets()) == 2
    (boundary,) = axis.collections[1].get_paths()
    assert np.allclose(boundary.vertices[:, 0], 0)
    assert axis.get_xlim() == (-2, 2)


def test_a_drawing_without_a_boundary(lesson, axis):
    lesson["draw_answers"](axis, np.full((5, 5), 0.2), np.zeros((1, 2)), np.zeros(1))
    assert len(axis.collections) == 3  # answers, crosses, dots: no contour
