"""objects: the sample, and CIFAR from archives made here.

The real archives are not at hand, so that no score on them is claimed anywhere.
"""

import io
import pickle
import tarfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from helpers import ROOT
from helpers.data import CATALOGUE, load
from helpers.errors import CourseError
from tests.support import check_pictures, served_entry

SOLUTION = ROOT / "lessons" / "solutions" / "04_mnist_cnn.ipynb"


def test_the_sample_has_its_structure():
    check_pictures(load("objects", "sample"), "sample")


def sides(pictures):
    """Return how well red agrees with blue two pixels to its right, and to its left."""
    changes = np.diff(pictures.astype(float), axis=2)
    changes -= changes.mean(axis=(1, 2), keepdims=True)
    red, blue = changes[..., 0], changes[..., 2]

    def alike(one, other):
        both = np.sqrt((one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2)))
        return (one * other).sum(axis=(1, 2)) / both

    return alike(red[:, :, :-2], blue[:, :, 2:]), alike(red[:, :, 2:], blue[:, :, :-2])


def test_the_class_of_a_patch_is_the_side_of_its_red():
    objects = load("objects", "sample")
    for x, y in (objects.x_train, objects.y_train), (objects.x_test, objects.y_test):
        assert np.bincount(y).tolist() == [len(y) / 2] * 2
        left, right = sides(x)
        assert np.mean((right > left) == y) > 0.97
        left, right = sides(x[:, :, ::-1])
        assert np.mean((right > left) == y) < 0.03


def test_no_patch_is_blank():
    objects = load("objects", "sample")
    for x in (objects.x_train, objects.x_test):
        assert x.std(axis=(1, 2)).min() > 16
        assert len(np.unique(x, axis=0)) > 0.99 * len(x)


def histogram(pictures):
    """Return how much of a picture has each of 64 colours."""
    colours = (pictures // 64) @ np.array([16, 4, 1])
    rows = colours.reshape(len(pictures), -1)
    return np.stack([np.bincount(row, minlength=64) for row in rows]) / rows.shape[1]


@pytest.mark.parametrize(
    "features",
    [
        lambda x: x.mean(axis=(1, 2)) / 255,
        lambda x: x.std(axis=(1, 2)) / 255,
        histogram,
        lambda x: x.mean(axis=(2, 3)) / 255,
        lambda x: x.reshape(len(x), -1) / 255,
    ],
    ids=["mean", "spread", "histogram", "rows", "pixels"],
)
def test_what_knows_no_places_cannot_tell_the_classes(features):
    objects = load("objects", "sample")
    train, test = features(objects.x_train), features(objects.x_test)
    floor = RidgeClassifier().fit(train, objects.y_train)
    assert 0.4 < floor.score(test, objects.y_test) < 0.6


def test_objects_train_and_test_patches_share_no_pixels():
    objects = load("objects", "sample")
    assert objects.x_train.shape == (1200, 32, 32, 3)
    assert objects.x_test.shape == (300, 32, 32, 3)
    seen = {row.tobytes() for patch in objects.x_train for row in patch}
    seen |= {row[::-1].tobytes() for patch in objects.x_train for row in patch}
    rows = [row for patch in objects.x_test for row in patch]
    textured = [row for row in rows if len(np.unique(row)) > 8]
    assert len(textured) > 9000
    assert not any(row.tobytes() in seen for row in textured)


# --- archives -------------------------------------------------------------------------


def cifar_batch(count, key=b"labels", classes=10, seed=0):
    rng = np.random.default_rng(seed)
    few = rng.integers(0, 256, 7 * 3072, dtype=np.uint8)  # repeated: quick to pack
    pixels = np.resize(few, (count, 3072))
    return {b"data": pixels, key: [i % classes for i in range(count)]}


def tar_gz(path, members):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, value in members.items():
            content = value if isinstance(value, bytes) else pickle.dumps(value, 2)
            info = tarfile.TarInfo(f"folder/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


CIFAR10_PARTS = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


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
    check_pictures(objects, "full")
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


class Hostile:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_a_hostile_pickle_is_not_run(teacher, tmp_path):
    target = tmp_path / "was here"
    members = dict.fromkeys(CIFAR10_PARTS, pickle.dumps(Hostile(target)))
    tar_gz(teacher / "cifar-10-python.tar.gz", members)
    with pytest.raises(CourseError, match="не открываю"):
        load("objects")
    assert not target.exists()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "нет файла data_batch_1"),
        (dict.fromkeys(CIFAR10_PARTS, b"junk"), "не читается"),
        ({name: [] for name in CIFAR10_PARTS}, "нет массива data"),
        (dict.fromkeys(CIFAR10_PARTS, cifar_batch(3)), "форма"),
    ],
    ids=["empty", "junk", "list", "short"],
)
def test_damaged_archives(teacher, members, said):
    tar_gz(teacher / "cifar-10-python.tar.gz", members)
    with pytest.raises(CourseError, match=said):
        load("objects")
