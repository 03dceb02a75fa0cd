"""CIFAR, as homework 4 gets it: archives made here and served on 127.0.0.1.

The real archives are not at hand, so that no score on them is claimed anywhere.
"""

import nbformat
import numpy as np
import pytest

from helpers.data import CATALOGUE, load
from tests.data.test_catalogue import (
    CIFAR10_PARTS,
    check_structure,
    cifar_batch,
    served_entry,
    tar_gz,
)
from tests.support import ROOT

SOLUTION = ROOT / "lessons" / "solutions" / "04_mnist_cnn.ipynb"


def cifar10(path):
    parts = {name: cifar_batch(10000, seed=n) for n, name in enumerate(CIFAR10_PARTS)}
    tar_gz(path / "cifar-10-python.tar.gz", parts)


def cifar100(path):
    members = {
        "train": cifar_batch(50000, b"fine_labels", 100),
        "test": cifar_batch(10000, b"fine_labels", 100, seed=1),
        "meta": {b"fine_label_names": [b"class%d" % n for n in range(100)]},
    }
    tar_gz(path / "cifar-100-python.tar.gz", members)


ARCHIVES = {"objects": (cifar10, 10), "objects100": (cifar100, 100)}


@pytest.fixture(params=sorted(ARCHIVES))
def served(request, server, cache, monkeypatch):
    """The name of a set whose archive a local server has, and its number of classes."""
    make, classes = ARCHIVES[request.param]
    make(server.folder)
    entry = served_entry(request.param, server, sums=True)
    monkeypatch.setitem(CATALOGUE, request.param, entry)
    monkeypatch.setenv("COURSE_DATA", "full")
    return request.param, classes, server


def builder():
    """Return the function of the homework that builds a network."""
    import keras
    from keras import layers

    cells = nbformat.read(SOLUTION, as_version=4).cells
    source = next(cell.source for cell in cells if cell.source.startswith("def build("))
    scope = {"keras": keras, "layers": layers}
    exec(source, scope)
    return scope["build"]


def test_served_archives_fit_the_network_of_the_homework(served, capsys):
    name, classes, server = served
    objects = load(name)
    check_structure(objects, "full")
    assert len(server.requests) == 1
    assert server.requests[0].endswith("-python.tar.gz")
    assert f"весь CIFAR-{classes} (full)" in capsys.readouterr().out
    assert objects.x_train.shape == (50000, 32, 32, 3)
    assert len(objects.class_names) == classes

    colour = objects.x_train[:64] / np.float32(255)
    grey = colour.mean(axis=3, keepdims=True)
    for x, more in ((colour, {}), (grey, {"norm": True})):
        net = builder()(x.shape[1:], classes, **more)
        net.compile("adam", "sparse_categorical_crossentropy")
        assert np.isfinite(net.train_on_batch(x, objects.y_train[:64]))
        assert net.predict(x[:8], verbose=0).shape == (8, classes)
    assert np.ptp(objects.y_train) == classes - 1

    again = load(name)
    assert len(server.requests) == 1, "the second time it comes from the cache"
    assert np.array_equal(again.x_test, objects.x_test)
    assert np.array_equal(again.y_train, objects.y_train)
