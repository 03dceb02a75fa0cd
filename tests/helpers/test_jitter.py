"""Initial weights moved by a millionth: by how much, and what is left alone."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from helpers import jitter
from tests.support import ROOT, line_of

CODE = """
import json, sys
import numpy as np
from helpers import training
for _ in range(int(sys.argv[1])):
    training.start()
import keras
from gensim.models import Word2Vec

layers, rng = keras.layers, np.random.default_rng(5)
net = keras.Sequential([
    keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(),
    layers.Dense(2, kernel_initializer="zeros"),
])
words = layers.Embedding(5, 2)
words(np.array([[1]]))
vectors = Word2Vec([["a", "b"]] * 9, vector_size=4, min_count=1, epochs=1, seed=1)
same = {
    "permutation": rng.permutation(9), "integers": rng.integers(0, 9, 5),
    "choice": rng.choice(7, 3), "zeros": net.layers[2].get_weights()[0],
    "bias": net.layers[0].get_weights()[1], "keras": keras.random.uniform((3,)),
}
moved = {
    "kernel": net.layers[0].get_weights()[0], "scale": net.layers[1].get_weights()[0],
    "words": words.get_weights()[0], "gensim": vectors.wv.vectors,
    "normal": rng.normal(size=5), "random": rng.random(5), "one": rng.random(),
    "single": rng.random(5, dtype=np.float32), "uniform": rng.uniform(-1, 1, 5),
    "again": np.random.default_rng(rng).standard_normal(3),
}
assert type(rng.random()) is float and rng.random(2, dtype=np.float32).dtype == "f4"
assert isinstance(rng, np.random.Generator)
read = lambda part: {k: np.asarray(v, float).tolist() for k, v in part.items()}
print(json.dumps([read(same), read(moved)]))
"""


def drawn(starts=1, **environment):
    """Return what fresh Pythons draw: what has to stay the same, what may move."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(starts)],
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    same, moved = json.loads(done.stdout.splitlines()[-1])
    return same, {name: np.array(value) for name, value in moved.items()}


def test_weights_move_by_a_millionth_and_orders_stay():
    same, plain = drawn(COURSE_JITTER="")
    first_same, first = drawn(COURSE_JITTER="1e-6")
    _, second = drawn(COURSE_JITTER="1e-6", COURSE_JITTER_SEED="1")
    again_same, again = drawn(starts=2, COURSE_JITTER="1e-6")  # the set-up cell twice
    assert first_same == same
    assert again_same == same
    for name, value in plain.items():
        for moved in (first, second):
            assert (moved[name] != value).any(), name
            np.testing.assert_allclose(moved[name], value, rtol=1e-5, atol=1e-6)
        assert (first[name] != second[name]).any(), name
        np.testing.assert_array_equal(again[name], first[name])  # not moved twice


@pytest.mark.parametrize(
    ("size", "seed"), [("a", "0"), ("-1e-6", "0"), ("nan", "0"), ("1", "0"), ("0", "x")]
)
def test_a_wrong_size_is_one_line(size, seed, monkeypatch):
    monkeypatch.setenv("COURSE_JITTER", size)
    monkeypatch.setenv("COURSE_JITTER_SEED", seed)
    assert "COURSE_JITTER=" in line_of(jitter.jitter_from_environment)


def test_without_the_variable_nothing_is_wrapped(monkeypatch):
    monkeypatch.delenv("COURSE_JITTER", raising=False)
    before = np.random.default_rng
    assert jitter.start() == 0
    assert np.random.default_rng is before
