"""digits: 5,000 digits of MNIST, and all 70,000 (lesson 4)."""

from helpers.data.base import Entry, Pictures, Source, course_file
from helpers.data.packed import read_npz, shapes_of

NAMES = tuple("0123456789")


def sample():
    """Return the digits that data/make_digits.py repacks."""
    with course_file("digits.npz") as path:
        return Pictures.of(read_npz(path, shapes_of(4000, 1000)), NAMES)


def read_mnist(paths):
    """Return MNIST from Keras's file."""
    return Pictures.of(read_npz(paths[0], shapes_of(60_000, 10_000)), NAMES)


FULL = Source.listed("digits", read_mnist)
ENTRY = Entry("цифры из MNIST", sample, "весь MNIST", [FULL])
