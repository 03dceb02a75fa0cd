"""Networks that the course trained on full data: data/trained, made by `make trained`.

A file holds ``card``, JSON, and ``words``, joined by newlines, as UTF-8 bytes; weights
are ``0``, ``1``, ..., other arrays ``array.NAME``: whole numbers, and where those stand
for fractions their scale, ``0.scale``.
"""

import json
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from helpers.data import base
from helpers.data.packed import read_arrays
from helpers.errors import CourseError
from helpers.russian import comma


@dataclass(frozen=True, repr=False, eq=False)
class Trained:
    """What the training of a network has left.

    Attributes
    ----------
    name : str
    card : dict
        Lesson, data, seed, score and what else is known of it.
    weights : list of numpy.ndarray
        float32, in the order of Keras's ``model.get_weights()``.
    arrays : dict of str to numpy.ndarray
        What else the network needs, by name: int64 or float32.
    words : tuple of str or None
        Those that it knows, by their numbers.
    """

    name: str
    card: dict
    weights: list
    arrays: dict
    words: tuple[str, ...] | None

    @classmethod
    def of(cls, name, arrays):
        """Return the network of the arrays of a file, a dict.

        What does not fit raises KeyError, TypeError or ValueError.
        """
        card = json.loads(arrays["card"].tobytes())
        weights = [_restored(arrays, str(i)) for i in range(card["weights"])]
        keys = [key for key in arrays if key.startswith("array.")]
        others = {
            key.removeprefix("array."): _restored(arrays, key)
            for key in keys
            if not key.endswith(".scale")
        }
        words = arrays["words"].tobytes().decode() if "words" in arrays else None
        words = None if words is None else tuple(words.split("\n"))
        return cls(name, card, weights, others, words)

    def load_into(self, model):
        """Set the weights of a built Keras model; CourseError if it has others."""
        mine = [each.shape for each in self.weights]
        found = [tuple(each.shape) for each in model.get_weights()]
        pairs = enumerate(zip_longest(mine, found, fillvalue="нет"), 1)
        for place, (shape, other) in pairs:
            if shape != other:
                what = f"веса {self.name} не от этой сети: форма массива {place} в "
                what += f"файле {shape}, у сети {other}"
                how = f"так же, как в уроке {int(self.card['lesson'][:2])}"
                advice = f"Постройте сеть {how}: {self.card['build']}"
                raise CourseError(what, advice)
        model.set_weights(self.weights)

    def __repr__(self):
        card, score = self.card, comma(f"{self.card['score']:.4f}")
        return f"{card['title']}, {card['data']}; {card['measure']} {score}"


def _restored(arrays, key):
    """Return an array as it was: whole numbers, or float32 where it has a scale."""
    stored, scale = arrays[key], arrays.get(f"{key}.scale")
    if scale is None:
        return stored.astype(np.int64, casting="safe")
    restored = (stored * scale).astype(np.float32, casting="same_kind")
    if restored.shape != stored.shape or not np.isfinite(restored).all():
        raise ValueError(key)
    return restored


def trained(name):
    """Return a network of data/trained, `Trained`; print one line that says which.

    ``name`` is that of its file without ``.npz``.  CourseError: there is no such file,
    or it is damaged.
    """
    folder = base.SAMPLES / "trained"
    known = sorted(path.stem for path in folder.glob("*.npz"))
    if name not in known:
        what = f"обученной сети «{name}» в папке {folder} нет"
        advice = f"Есть: {', '.join(known)}. " if known else ""
        advice += "Пропавшие файлы курса вернёт команда git checkout -- data/trained"
        raise CourseError(what, advice)
    with base.course_file(f"trained/{name}.npz", "внутри не обученная сеть") as path:
        network = Trained.of(name, read_arrays(path))
        print(f"Обученная сеть: {network}")
    return network
