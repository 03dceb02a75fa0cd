"""Lesson 1's own functions, taken from its cells, against oracles and bad input."""

import ast

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from scipy import special, stats
from sklearn.preprocessing import StandardScaler

from helpers.errors import CourseError
from tests.support import ROOT

BOOK = nbformat.read(ROOT / "lessons" / "01_perceptron.ipynb", as_version=4)
SOLVED = ROOT / "lessons" / "solutions" / "01_perceptron.ipynb"
CONSTANTS = {"ACTIVATIONS", "NAMES", "RULES", "four", "answers", "emma", "fedor"}
CONSTANTS |= {"anna", "start", "pencil", "starts", "hundred"}
PROSE = "\n".join(cell.source for cell in BOOK.cells if cell.cell_type == "markdown")


def defined(book):
    """What a notebook's cells define: imports, functions, classes, constants above."""
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
            wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
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


def trained(lesson, gradients):
    """A hundred networks after a thousand epochs, and the loss of each."""
    four, answers = lesson["four"], lesson["answers"]
    w, _ = lesson["train_three_neurons"](
        lesson["hundred"], lesson[gradients], four, answers[:, None]
    )
    return w, lesson["losses_of_each"](w, four, answers)


def test_the_pencil_agrees_with_the_code_and_with_differences(lesson):
    w, anna, truth = lesson["start"], lesson["anna"], lesson["truth"]
    found = lesson["gradients_of_one"](w, anna, truth)
    measured = lesson["measure_each"](w, anna, truth)
    for name in lesson["NAMES"]:
        assert abs(lesson["pencil"][name] - found[name]) < 1e-4
        assert lesson["relative"](found[name], measured[name]) < 1e-7


def test_a_hundred_right_networks_learn_and_the_broken_share_is_as_quoted(lesson):
    w, right = trained(lesson, "gradients_of_one")
    _, broken = trained(lesson, "gradients_with_bias_bug")
    assert right.shape == w["w1"].shape == (100,)
    assert right.max() < 0.005
    assert f"{(broken < 0.005).sum()} из 100" in PROSE
    assert "с зерном 0 дошла до " + f"{broken[0]:.4f}".replace(".", ",") in PROSE
    fedor = lesson["forward_pass"](w, lesson["fedor"])[2]
    assert (fedor > 0.1).sum() == 1
    assert "одна дала Фёдору " + f"{fedor.max():.2f}".replace(".", ",") in PROSE
    assert lesson["forward_pass"](w, lesson["emma"])[2].min() > 0.9


def test_a_hundred_networks_at_once_are_a_hundred_networks(lesson):
    four, answers = lesson["four"], lesson["answers"]
    w, losses = trained(lesson, "gradients_of_one")
    for seed in (0, 57):
        alone, history = lesson["train_three_neurons"](
            lesson["start_weights"](seed), lesson["gradients_of_one"], four, answers
        )
        assert np.isclose(history[-1], losses[seed])
        assert all(np.isclose(w[name][seed], alone[name]) for name in alone)


def test_by_average_one_network_of_a_hundred_gets_below_the_line(lesson):
    assert "от 0 до 99 дошла одна из ста" in PROSE
    four, answers = lesson["four"], lesson["answers"]
    w = lesson["train_by_average"](lesson["hundred"], four, answers[:, None])
    losses = lesson["losses_of_each"](w, four, answers)
    assert (losses < 0.005).sum() == 1
    lucky = int(losses.argmin())
    alone = lesson["starts"][lucky]
    for _ in range(1000):
        found = [
            lesson["gradients_of_one"](alone, *pair)
            for pair in zip(four, answers, strict=True)
        ]
        alone = {n: alone[n] - 0.1 * sum(g[n] for g in found) / 4 for n in alone}
    predictions = np.array([lesson["forward_pass"](alone, x)[2] for x in four])
    assert np.isclose(((answers - predictions) ** 2).mean(), losses[lucky])


def test_a_slip_of_a_global_stretches_the_weights_and_lowers_the_loss(lesson):
    w, history = lesson["train_three_neurons"](
        lesson["start_weights"](0),
        lesson["gradients_with_global_slip"],
        lesson["four"],
        lesson["answers"],
    )
    assert all(np.shape(each) == (4,) for each in w.values())
    assert f"Потери {history[-1]:.4f}".replace(".", ",") in PROSE
    for person in ("emma", "fedor"):
        said = lesson["forward_pass"](w, lesson[person])[2]
        assert said.round().tolist() == lesson["answers"].tolist()


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
        lambda d, rate: d["descend"](-0.1, np.ones(3), np.ones(3), rate, 3),
        lambda d, rate: d["train_three_neurons"](
            d["start"], d["gradients_of_one"], d["four"], d["answers"], rate=rate
        ),
        lambda d, rate: d["train_by_average"](
            d["start"], d["four"], d["answers"], rate=rate
        ),
        lambda d, rate: d["race"](d["plain"], rate),
    ],
    ids=["descend", "three neurons", "by average", "race"],
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


# --- the engine of numbers ------------------------------------------------------------


def loss_of_numbers(lesson, w, x, y):
    """The squared miss of the network 2-2-1, all of it written in Number."""
    x1, x2, minus_y = (lesson["Number"](value) for value in (*x, -y))
    h1 = (w["w1"] * x1 + w["w2"] * x2 + w["b1"]).sigmoid()
    h2 = (w["w3"] * x1 + w["w4"] * x2 + w["b2"]).sigmoid()
    miss = (w["w5"] * h1 + w["w6"] * h2 + w["b3"]).sigmoid() + minus_y
    return miss * miss


@pytest.mark.parametrize("seed", range(5))
def test_the_engine_finds_the_gradient_of_the_three_neurons(lesson, seed):
    rng = np.random.default_rng(seed)
    given = lesson["start_weights"](seed)
    x, y = rng.normal(size=2), float(seed % 2)
    w = {name: lesson["Number"](value) for name, value in given.items()}
    loss = loss_of_numbers(lesson, w, x, y)
    assert np.isclose(loss.value, (y - lesson["forward_pass"](given, x)[2]) ** 2)
    lesson["send_back"](loss)
    formula = lesson["gradients_of_one"](given, x, y)
    measured = lesson["measure_each"](given, x, y)
    for name in lesson["NAMES"]:
        assert np.isclose(w[name].gradient, formula[name], rtol=1e-12, atol=0)
        assert abs(w[name].gradient - measured[name]) < 1e-9


def test_the_engine_adds_what_comes_by_two_ways(lesson):
    x = lesson["Number"](3.0)
    square = x * x
    lesson["send_back"](square * x + square + x.sigmoid())  # x³ + x² + σ(x)
    p = special.expit(3.0)
    assert np.isclose(x.gradient, 3 * 9 + 2 * 3 + p * (1 - p))


# --- training -------------------------------------------------------------------------


def decayed(lesson, weights, x, y, decay):
    """Cross-entropy with half the decay times the squares of the weights."""
    logits = lesson["forward"](weights, x)[1][-1]
    squares = sum((array**2).sum() for array in weights[::2])
    return lesson["cross_entropy"](logits, y) + decay / 2 * squares


def test_a_step_with_decay_is_down_the_loss_with_squares_of_weights_alone(lesson):
    rng = np.random.default_rng(5)
    weights = lesson["make_weights"]([3, 4, 2], rng=rng)
    for bias in weights[1::2]:
        bias += rng.normal(size=bias.shape)
    x, y = rng.normal(size=(12, 3)), rng.integers(0, 2, 12)
    moved = [array.copy() for array in weights]
    lesson["train"](moved, x, y, rate=0.1, batch=12, epochs=1, decay=0.7)
    for array, after in zip(weights, moved, strict=True):
        for place in np.ndindex(array.shape):
            kept, losses = array[place], []
            for shift in (1e-5, -1e-5):
                array[place] = kept + shift
                losses.append(decayed(lesson, weights, x, y, decay=0.7))
            array[place] = kept
            slope = (losses[0] - losses[1]) / 2e-5
            assert abs((kept - after[place]) / 0.1 - slope) < 1e-8


@pytest.mark.parametrize("left", [1, 2, 4])
def test_an_epoch_shows_each_once_and_the_last_batch_is_what_is_left(lesson, left):
    rng = np.random.default_rng(6)
    x, y, seen = rng.normal(size=(8 + left, 2)), np.arange(8 + left) % 2, []
    kept = lesson["train"].__globals__["gradients"]

    def watched(weights, x, labels, **how):
        seen.append(x)
        return kept(weights, x, labels, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(lesson["train"].__globals__, "gradients", watched)
        history = lesson["train"](lesson["fresh"](2, 3, 2), x, y, batch=4, epochs=3)
    assert len(history) == 3
    assert [len(rows) for rows in seen] == [4, 4, left] * 3
    epochs = [np.vstack(seen[at : at + 3]) for at in (0, 3, 6)]
    for shown in epochs:
        assert np.array_equal(np.sort(shown, axis=0), np.sort(x, axis=0))
    assert not np.array_equal(epochs[0], epochs[1])


def test_training_repeats_itself_and_returns_the_loss_after_each_epoch(lesson):
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(30, 2)), rng.integers(0, 2, 30)
    one, two = lesson["fresh"](2, 4, 2), lesson["fresh"](2, 4, 2)
    how = {"batch": 8, "epochs": 5, "rule": lesson["adam"], "activation": "relu"}
    history = lesson["train"](one, x, y, **how)
    assert history == lesson["train"](two, x, y, **how)
    logits = lesson["forward"](one, x, "relu")[1][-1]
    assert history[-1] == lesson["cross_entropy"](logits, y)
    assert history[-1] < history[0]


def test_standard_is_that_of_scikit_learn_by_the_rows_given(lesson):
    rng = np.random.default_rng(8)
    x, by = rng.normal(5, 3, size=(20, 4)), rng.normal(4, 2, size=(50, 4))
    assert np.allclose(lesson["standard"](x, by), StandardScaler().fit(by).transform(x))


def test_fresh_weights_depend_on_the_start_and_on_nothing_else(lesson):
    one = lesson["fresh"](2, 3, 2, activation="relu")
    np.random.default_rng().normal()
    two = lesson["fresh"](2, 3, 2, activation="relu")
    made = lesson["make_weights"]([2, 3, 2], "relu", np.random.default_rng(42))
    for ours, again, expected in zip(one, two, made, strict=True):
        assert ours is not again
        assert np.array_equal(ours, again)
        assert np.array_equal(ours, expected)
    assert not np.array_equal(one[0], lesson["fresh"](2, 3, 2, start=1)[0])
    assert np.allclose(one[0], np.sqrt(2) * lesson["fresh"](2, 3, 2)[0])


def test_the_network_of_sizes_learns_and_decay_shortens_its_weights(lesson):
    rng = np.random.default_rng(9)
    x = rng.normal(size=(60, 4))
    y = (x @ [0.8, 0.5, 0.3, -0.4] > 0).astype(int)
    free, short = (lesson["learn"](x, y, decay) for decay in (0, 0.01))
    assert [array.shape for array in free[::2]] == [(4, 32), (32, 32), (32, 2)]
    assert sum(array.size for array in free) == 1282
    assert lesson["accuracy"](free, x, y, activation="relu") == 1
    squares = [sum((a**2).sum() for a in net[::2]) for net in (free, short)]
    assert squares[1] < squares[0] / 2
    again = lesson["learn"](x, y, 0.01)
    other = lesson["learn"](x, y, 0.01, start=1)
    assert all(np.array_equal(*pair) for pair in zip(short, again, strict=True))
    assert not np.allclose(short[0], other[0])


def test_without_activation_learn_gives_a_line(lesson):
    rng = np.random.default_rng(10)
    x, y = rng.normal(size=(40, 4)), rng.integers(0, 2, 40)
    net = lesson["learn"](x, y, 0.006, activation="linear")

    def answer(rows):
        return lesson["forward"](net, rows, activation="linear")[1][-1]

    ends = rng.normal(size=(2, 6, 4))
    assert np.allclose(
        answer(ends.mean(axis=0)), (answer(ends[0]) + answer(ends[1])) / 2
    )


@pytest.mark.parametrize("place", [[-1.5, 1.5], [0.3, -0.7], [2.0, 0.1]])
def test_the_slope_of_the_ravine_is_that_of_differences(lesson, place):
    x, y = place
    found, small = lesson["ravine_gradient"](x, y), 1e-5
    ravine = lesson["ravine"]
    by_x = (ravine(x + small, y) - ravine(x - small, y)) / (2 * small)
    by_y = (ravine(x, y + small) - ravine(x, y - small)) / (2 * small)
    assert np.allclose(found, [by_x, by_y], rtol=1e-7)


def test_the_bottom_of_the_ravine_is_where_the_lesson_says(lesson):
    assert np.array_equal(lesson["ravine_gradient"](1, 1), [0, 0])
    assert lesson["ravine"](1, 1) == 0
    assert len(lesson["race"](lesson["plain"], 0.01, steps=3)) == 4


# --- comparing ------------------------------------------------------------------------


def test_paired_is_the_normal_interval_of_differences(lesson):
    rng = np.random.default_rng(11)
    y = rng.integers(0, 2, 400)
    ours = np.where(rng.random(400) < 0.9, y, 1 - y)
    theirs = np.where(rng.random(400) < 0.8, y, 1 - y)
    difference = (ours == y).astype(float) - (theirs == y)
    mean, low, high = lesson["paired"](ours, theirs, y)
    expected = stats.norm.interval(0.95, difference.mean(), stats.sem(difference))
    assert np.isclose(mean, (low + high) / 2)
    assert np.isclose(mean, difference.mean())
    assert np.isclose(high - low, np.diff(expected)[0], rtol=1e-4)
    turned = lesson["paired"](theirs, ours, y)
    assert np.allclose(turned, [-mean, -high, -low])
    assert lesson["paired"](ours, ours, y) == (0, 0, 0)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda x: x[:, :1], r"\(20, 1\), а сеть ждёт .*, 2\)"),
        (lambda x: np.where(x == x.max(), np.nan, x), "во входах nan"),
        (lambda x: x[0], "форм"),
    ],
    ids=["narrow", "nan", "a row"],
)
def test_predict_refuses_what_is_no_input(lesson, spoil, said):
    weights = lesson["fresh"](2, 4, 2)
    x = np.random.default_rng(12).normal(size=(20, 2))
    assert lesson["predict"](weights, x).shape == (20,)
    with pytest.raises(CourseError, match=said):
        lesson["predict"](weights, spoil(x))


def test_predict_is_the_class_of_the_largest_probability(lesson):
    weights = lesson["make_weights"]([2, 4, 3], "relu", np.random.default_rng(13))
    x = np.random.default_rng(14).normal(size=(50, 2))
    logits = lesson["forward"](weights, x, "relu")[1][-1]
    expected = special.softmax(logits, axis=1).argmax(axis=1)
    said = lesson["predict"](weights, x, activation="relu")
    assert np.array_equal(said, expected)
    assert len(set(said)) > 1
    assert not np.array_equal(said, lesson["predict"](weights, x))


# --- figures --------------------------------------------------------------------------


@pytest.fixture
def axis():
    """An axis of a figure that is closed afterwards."""
    figure, axis = plt.subplots()
    yield axis
    plt.close(figure)


def test_a_drawing_shows_answers_boundary_and_examples(lesson, axis):
    upright = [np.array([[0.0, 2.0], [0.0, 0.0]]), np.zeros(2)]  # p = σ(2 x₁)
    x, y = np.array([[-1, 0], [1, 0], [1, 1]]), np.array([0, 1, 1])
    lesson["draw_answers"](axis, upright, x, y, limit=2)
    crosses, dots = axis.collections[-2:]
    assert crosses.get_offsets().tolist() == [[-1, 0]]
    assert len(dots.get_offsets()) == 2
    (boundary,) = axis.collections[1].get_paths()
    assert np.allclose(boundary.vertices[:, 0], 0, atol=1e-12)
    assert axis.get_xlim() == (-2, 2)


def test_a_drawing_without_a_boundary(lesson, axis):
    sure = [np.zeros((2, 2)), np.array([0.0, -2.0])]
    lesson["draw_answers"](axis, sure, np.zeros((1, 2)), np.zeros(1))
    assert len(axis.collections) == 3  # answers, crosses, dots: no contour


def test_a_line_of_a_neuron_is_where_its_sum_is_zero(lesson):
    weights = lesson["fresh"](2, 3, 2)
    weights[1] += [0.5, -1, 0]
    figure, axis = plt.subplots()
    axis.scatter(0, 0, label="пример")
    lesson["draw_lines"](figure, axis, weights)
    lesson["draw_lines"](figure, axis, weights)  # an earlier legend gives way
    for line, w, b in zip(
        axis.lines, [*weights[0].T] * 2, [*weights[1]] * 2, strict=True
    ):
        assert np.allclose(line.get_xydata() @ w + b, 0)
        assert np.isclose(np.linalg.norm(np.diff(line.get_xydata(), axis=0)), 40)
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["пример", "прямая нейрона"]
    plt.close(figure)


def test_a_map_of_answers_has_x_along_its_rows(lesson):
    weights = lesson["fresh"](2, 3, 2)
    answers = lesson["answer_map"](weights, limit=2)
    assert answers.shape == (81, 81)
    corners = np.array([[-2.0, -2], [2, -2], [-2, 2]])
    logits = lesson["forward"](weights, corners)[1][-1]
    expected = special.softmax(logits, axis=1)[:, 1]
    assert np.allclose(answers[[0, 0, -1], [0, -1, 0]], expected)
