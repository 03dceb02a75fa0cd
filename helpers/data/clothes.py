"""clothes: pictures drawn by a program, and Fashion-MNIST (homework of lesson 4)."""

import numpy as np

from helpers.data.base import DamagedError, Entry, Pictures, Source, course_file
from helpers.data.download import Remote
from helpers.data.packed import read_idx, read_npz, shapes_of

NAMES = (
    "футболка", "брюки", "свитер", "платье", "пальто",
    "сандалия", "рубашка", "кроссовка", "сумка", "ботинок",
)  # fmt: skip
KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# Nobody has published sums of Fashion-MNIST's files; these are the sums of its pixels.
SUMS = {"x_train": 3431114169, "x_test": 573469082}
FILES = {  # and megabytes
    "x_train": ("train-images-idx3-ubyte.gz", 27),
    "y_train": ("train-labels-idx1-ubyte.gz", 1),
    "x_test": ("t10k-images-idx3-ubyte.gz", 5),
    "y_test": ("t10k-labels-idx1-ubyte.gz", 1),
}
SHAPES = shapes_of(60_000, 10_000)


def sample():
    """Return the pictures that data/make_clothes.py draws."""
    with course_file("clothes.npz") as path:
        return Pictures.of(read_npz(path, shapes_of(2000, 500)), NAMES)


def read_four(paths):
    """Return Fashion-MNIST from its own four files."""
    files = zip(FILES, paths, strict=True)
    return _checked({name: read_idx(path, SHAPES[name]) for name, path in files})


def read_one(paths):
    """Return Fashion-MNIST from one .npz file, as teachers keep it."""
    return _checked(read_npz(paths[0], SHAPES))


def _checked(arrays):
    for name, expected in SUMS.items():
        if int(arrays[name].sum(dtype=np.int64)) != expected:
            raise DamagedError(f"сумма массива {name} не та, что у Fashion-MNIST")
    return Pictures.of(arrays, NAMES)


REMOTES = [Remote(name, (KERAS + name,), None, size) for name, size in FILES.values()]
FOUR = Source(REMOTES, read_four)
ONE = Source([Remote("fashion_mnist.npz")], read_one)
TITLE = "одежда, нарисованная программой"
ENTRY = Entry(TITLE, sample, "весь Fashion-MNIST", [FOUR, ONE])
