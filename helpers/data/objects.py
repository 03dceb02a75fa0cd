"""objects: patches of two photographs, CIFAR-10, CIFAR-100 (homework of lesson 4)."""

import numpy as np

from helpers.data.base import DamagedError, Entry, Pictures, Source
from helpers.data.packed import expect, read_tar

NAMES = (
    "самолёт", "автомобиль", "птица", "кошка", "олень",
    "собака", "лягушка", "лошадь", "корабль", "грузовик",
)  # fmt: skip
PATCH_NAMES = ("красный левее", "красный правее")
PATCH = 32  # side of a patch, in pixels, as in CIFAR


def sample():
    """Return patches of scikit-learn's two photographs, as a poor lens shows them.

    Red lies a pixel to one side of green, and blue to the other: to which is the class.
    Scenes are mirrored, and so are finished patches, both at random: one class is the
    mirror of the other. Test patches come from the right 40 % of each photograph.
    """
    from numpy.lib.stride_tricks import sliding_window_view
    from sklearn.datasets import load_sample_image

    rng = np.random.default_rng(0)
    patches = {"train": [], "test": []}
    for name in ("china.jpg", "flower.jpg"):
        photo = load_sample_image(name).astype(np.float32)
        height, width = (side // 2 for side in photo.shape[:2])
        photo = photo[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
        photo = np.round(photo.mean(axis=(1, 3))).astype(np.uint8)
        halves = np.split(photo, [int(width * 0.6)], axis=1)
        for part, count, half in zip(patches, (300, 75), halves, strict=True):
            for view in (half, half[:, ::-1]):
                view = np.dstack([view[:, 2:, 0], view[:, 1:-1, 1], view[:, :-2, 2]])
                windows = sliding_window_view(view, (PATCH, PATCH, 3))[:, :, 0]
                found = windows[tuple(rng.integers(0, windows.shape[:2], (2000, 2)).T)]
                textured = found.std(axis=(1, 2)).min(axis=1) > 16  # none is blank
                patches[part].append(found[textured][:count])
    arrays = {}
    for part, found in patches.items():
        x = rng.permutation(np.concatenate(found))
        y = rng.permutation(len(x)) % 2
        x[y == 1] = x[y == 1, :, ::-1]
        arrays |= {f"x_{part}": x, f"y_{part}": y}
    return Pictures.of(arrays, PATCH_NAMES)


def read_cifar10(paths):
    """Return CIFAR-10 from its archive."""
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    batches = [_batch(each, b"labels", 10000) for each in read_tar(paths[0], names)]
    *train, (x_test, y_test) = batches
    x_train, y_train = map(np.concatenate, zip(*train, strict=True))
    arrays = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return Pictures.of(arrays, NAMES)


def read_cifar100(paths):
    """Return CIFAR-100 from its archive; its class names are English."""
    train, test, meta = read_tar(paths[0], ["train", "test", "meta"])
    names = meta.get(b"fine_label_names") if isinstance(meta, dict) else None
    if not isinstance(names, list) or len(names) != 100:
        raise DamagedError("в архиве нет ста названий классов")
    x_train, y_train = _batch(train, b"fine_labels", 50000)
    x_test, y_test = _batch(test, b"fine_labels", 10000)
    arrays = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return Pictures.of(arrays, tuple(name.decode() for name in names))


def _batch(batch, key, count):
    """Return the pictures of one file of an archive, and their labels."""
    batch = batch if isinstance(batch, dict) else {}
    pixels, labels = batch.get(b"data"), batch.get(key)
    if not isinstance(pixels, np.ndarray):
        raise DamagedError("в архиве нет массива data")
    expect("data", pixels, (count, 3072), np.uint8)
    if (
        not isinstance(labels, list)
        or len(labels) != count
        or not all(type(label) is int and label >= 0 for label in labels)
    ):
        raise DamagedError(f"в архиве нет списка {key.decode()} из {count} меток")
    pixels = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), np.array(labels, np.int64)


TITLE = "кусочки фотографий"
TEN = Source.listed("objects", read_cifar10)
HUNDRED = Source.listed("objects100", read_cifar100)
ENTRY = Entry(TITLE, sample, "весь CIFAR-10", [TEN])
ENTRY_100 = Entry(TITLE, sample, "весь CIFAR-100", [HUNDRED])
