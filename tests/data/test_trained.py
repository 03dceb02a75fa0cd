"""Trained networks: each file as its card and the page say, and what is refused."""

import json

import numpy as np
import pytest

from helpers import data, text
from helpers.data import base
from helpers.data.packed import read_arrays
from helpers.data.reviews import review_words
from helpers.errors import CourseError
from tests.support import ROOT, line_of, run_cells
from tools import trained as tool

FOLDER = ROOT / "data" / "trained"
FILES = sorted(FOLDER.glob("*.npz"))
NAMES = [path.stem for path in FILES]
CARD = {
    "lesson", "cell", "build", "metric", "title", "data", "measure", "seed", "score",
    "score_before", "parameters", "weights", "date", "device", "backend", "versions",
}  # fmt: skip


def build_mnist_cnn():
    cells = ["build_source(", "describe(", "convolution(", "build_ours("]
    return run_cells(4, *(f"def {cell}" for cell in cells))["build_ours"]()


def score_mnist_cnn(model):
    """Return its accuracy on the embedded digits that are held out.

    They come from MNIST's training part, so it may have seen them.
    """
    digits = data.load("digits", "sample")
    x = digits.x_test[..., None] / np.float32(255)
    answers = model.predict(x, batch_size=500, verbose=0).argmax(axis=1)
    return (answers == digits.y_test).mean()


def build_imdb_cnn():
    marks = ["def compiled(", "def reader_network("]
    return run_cells(3, *marks, full=False)["reader"]


def build_imdb_ngrams():
    network = run_cells(3, "def our_network(", BAG=200)["our_network"]
    return network(np.zeros(len(data.trained("imdb_ngrams").words)))


def scorer_of(name, runs):
    """Return a function: accuracy on sentences of reviews that are not IMDB's."""

    def score(model):
        sentences = data.load("review_sentences", "sample")
        numbers = {word: i for i, word in enumerate(data.trained(name).words)}
        x = np.zeros((len(sentences.texts), 200), np.int32)
        for row, line in zip(x, sentences.texts, strict=True):
            known = [numbers[run] for run in runs(line) if run in numbers][:200]
            row[: len(known)] = known
        answers = model.predict(x, batch_size=200, verbose=0)[:, 0] > 0.5
        return (answers == sentences.labels).mean()

    return score


def grams_of(line):
    return set(text.ngrams(review_words(line), (1, 3)))


NETWORKS = {
    "mnist_cnn": (build_mnist_cnn, score_mnist_cnn, 0.99),
    "imdb_cnn": (build_imdb_cnn, scorer_of("imdb_cnn", review_words), 0.68),
    "imdb_ngrams": (build_imdb_ngrams, scorer_of("imdb_ngrams", grams_of), 0.74),
}


def test_every_network_of_the_registry_is_there_and_no_other():
    assert set(NAMES) == set(tool.REGISTRY) == set(NETWORKS)


def test_the_page_is_that_of_the_cards_and_sums():
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == tool.cards()


def test_the_page_notices_another_byte(tmp_path, monkeypatch):
    whole = FILES[0].read_bytes()
    (tmp_path / FILES[0].name).write_bytes(whole + b"\0")  # after the archive's end
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    assert tool.cards() not in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_files_are_small():
    sizes = [path.stat().st_size for path in FILES]
    assert max(sizes) <= tool.LARGEST == 3_000_000
    assert sum(sizes) <= tool.ALL == 12_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_plain_whole_numbers_with_scales(name):
    for key, array in read_arrays(FOLDER / f"{name}.npz").items():
        if key.endswith(".scale"):
            assert array.dtype == np.float32
            assert (array > 0).all()
        else:
            assert array.dtype.kind in "iu"


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_the_registry_and_the_lesson_say(name, capsys):
    network, kept = data.trained(name), tool.REGISTRY[name]
    card = network.card
    assert set(card) == CARD
    for key in ("lesson", "build", "metric", "title", "data", "measure"):
        assert card[key] == getattr(kept, key)
    assert card["seed"] == tool.SEED
    assert abs(card["score"] - card["score_before"]) <= tool.LOST
    assert card["weights"] == len(network.weights)
    assert card["parameters"] == sum(each.size for each in network.weights)
    assert all(each.dtype == np.float32 for each in network.weights)
    assert (network.words is None) == (kept.words is None)
    assert set(network.arrays) == set(kept.arrays)
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f"Обученная сеть: {network}"
    assert f"{card['score']:.4f}".replace(".", ",") in line


@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_the_lesson_takes_the_weights_and_knows_its_task(name):
    build, score, least = NETWORKS[name]
    model = build()
    before = score(model)
    data.trained(name).load_into(model)
    assert before < least <= score(model)


# --- what is refused ------------------------------------------------------------------


class Model:
    """What `load_into` asks of a Keras model."""

    def __init__(self, *weights):
        self.weights = [np.asarray(each, np.float32) for each in weights]

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = list(weights)

    def count_params(self):
        return sum(each.size for each in self.weights)


@pytest.fixture
def made(tmp_path, monkeypatch, unbroken):
    """A small network ``toy`` in a folder of its own: the path of its file."""
    monkeypatch.setattr(base, "SAMPLES", tmp_path)
    path = tmp_path / "trained" / "toy.npz"
    path.parent.mkdir()
    path.write_bytes(tool.as_file(packed()))
    return path


def packed(**changed):
    card = {"lesson": "04_x", "build": "build()", "title": "сеть урока 4"}
    card |= {"data": "весь набор", "measure": "доля верных", "score": 0.5, "weights": 2}
    weights = [np.array([[0.5, -1], [0, 0.25]]), np.array([3.0, -0.1])]
    arrays = {"ids": np.array([0, 70_000]), "means": np.array([0.25, 0.5])}
    found = tool.pack(weights, card, ["", "ёлка", "дом"], arrays) | changed
    return {key: array for key, array in found.items() if array is not None}


def test_what_was_packed_is_what_is_loaded(made, capsys):
    network = data.trained("toy")
    said = "Обученная сеть: сеть урока 4, весь набор; доля верных 0,5000\n"
    assert capsys.readouterr().out == said
    assert network.words == ("", "ёлка", "дом")
    assert network.arrays["ids"].tolist() == [0, 70_000]
    assert network.arrays["ids"].dtype == np.int64
    assert np.allclose(network.arrays["means"], [0.25, 0.5], atol=1e-5)
    model = Model(np.zeros((2, 2)), np.zeros(2))
    network.load_into(model)
    assert np.allclose(model.weights[0], [[0.5, -1], [0, 0.25]], atol=2e-5)
    assert np.allclose(model.weights[1], [3, -0.1], atol=5e-5)
    assert repr(network) in said


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([np.zeros((2, 3)), np.zeros(2)], "форма массива 1 в файле (2, 2), у сети (2,"),
        ([np.zeros((2, 2))], "форма массива 2 в файле (2,), у сети нет"),
        ([], "форма массива 1 в файле (2, 2), у сети нет"),
        ([np.zeros((2, 2)), np.ones(2), np.ones(1)], "3 в файле нет, у сети (1,)"),
    ],
    ids=["shape", "fewer", "unbuilt", "more"],
)
def test_another_network_stays_as_it_was(made, weights, said):
    model = Model(*weights)
    before = list(model.weights)
    line = line_of(data.trained("toy").load_into, model)
    assert "веса toy не от этой сети" in line
    assert said in line
    assert line.endswith("Постройте сеть так же, как в уроке 4: build()")
    assert all(a is b for a, b in zip(model.weights, before, strict=True))


def test_a_network_that_is_not_there(made):
    line = line_of(data.trained, "tpy")
    assert "обученной сети «tpy»" in line
    assert "Есть: toy. " in line
    made.unlink()
    line = line_of(data.trained, "toy")
    assert "Есть" not in line
    assert line.endswith("git checkout -- data/trained")


@pytest.mark.parametrize("name", ["../trained/toy", "", None])
def test_a_name_is_no_path(made, name):
    assert f"«{name}»" in line_of(data.trained, name)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"not a zip"), "файл повреждён"),
        (lambda path: path.write_bytes(path.read_bytes()[:900]), "файл повреждён"),
        (lambda path: path.write_bytes(b""), "файл повреждён"),
        (lambda path: np.save(path.open("wb"), np.zeros(3)), "файл повреждён"),
    ],
    ids=["page", "cut", "empty", "array"],
)
def test_a_damaged_file_says_how_to_get_it_back(made, spoil, said):
    spoil(made)
    line = line_of(data.trained, "toy")
    assert f"{made}: {said}" in line
    assert line.endswith("git checkout -- data/trained/toy.npz")


@pytest.mark.parametrize(
    "changed",
    [
        {"card": None},
        {"card": np.frombuffer(b"{", np.uint8)},
        {"card": np.frombuffer(b"[]", np.uint8)},
        {"card": np.frombuffer(json.dumps({"weights": 2}).encode(), np.uint8)},
        {"1": None},
        {"1.scale": np.ones(3, np.float32)},
        {"1.scale": np.float32([np.nan, 1])},
        {"0.scale": None, "0": np.ones((2, 2))},
        {"words": np.frombuffer(b"\xff", np.uint8)},
        {"array.ids": np.array([{}], object)},
    ],
    ids=["no card", "broken", "a list", "an empty one", "weights", "shape", "nan",
         "no scale", "bytes", "objects"],
)  # fmt: skip
def test_a_file_that_holds_something_else(made, changed):
    made.unlink()
    np.savez(made, **packed(**changed))
    with pytest.raises(CourseError) as caught:
        data.trained("toy")
    assert str(made) in caught.value.what
    assert "git checkout -- data/trained/toy.npz" in caught.value.advice
