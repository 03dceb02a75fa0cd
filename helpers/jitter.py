"""Another processor's last bits, on this one: initial weights moved by a millionth.

``COURSE_JITTER=1e-6`` multiplies each initial weight by ``1 + 1e-6 * N(0, 1)``: of
Keras's layers on every backend, and what ``numpy.random.default_rng`` draws as
fractions, of which lesson 1 and gensim make theirs.  ``COURSE_JITTER_SEED`` chooses the
moves.  Orders, whole numbers and choices stay as they are drawn.  A lesson whose
compared outputs bear it does not hang on one processor: ``make test-jitter``.
"""

import os

import numpy as np

from helpers.errors import CourseError


def jitter_from_environment():
    """Return how far weights are moved, a float, and the seed of the moves, an int.

    A size that is not from 0 to 0.01, or a seed that is not whole, is a CourseError.
    """
    size = os.environ.get("COURSE_JITTER", "").strip() or "0"
    seed = os.environ.get("COURSE_JITTER_SEED", "").strip() or "0"
    try:
        found = float(size)
    except ValueError:
        found = np.nan
    if not (0 <= found <= 0.01 and seed.isascii() and seed.isdigit()):
        raise CourseError(
            f"COURSE_JITTER={size!r}, COURSE_JITTER_SEED={seed!r}: нужны число от 0 до "
            "0.01 и целое число от 0",
            "Исправьте переменные окружения или уберите их.",
        )
    return found, int(seed)


def start():
    """Move what is drawn from now on, as the environment says; return the size.

    A second call begins the moves anew.
    """
    size, seed = jitter_from_environment()
    if size:
        noise = _ORIGINAL(seed)
        _move_draws(size, noise)
        _move_layers(size, noise)
    return size


_ORIGINAL = np.random.default_rng


def _move_draws(size, noise):
    """Make ``numpy.random.default_rng`` give generators whose fractions are moved."""

    def moved(drawn):
        factor = 1 + size * noise.standard_normal(np.shape(drawn))
        if isinstance(drawn, float):  # one number is Python's own, as it was
            return drawn * float(factor)
        return drawn * factor.astype(drawn.dtype)

    def moving(method):
        return lambda *args, **kw: moved(method(*args, **kw))

    own = ("random", "uniform", "normal", "standard_normal")
    methods = {name: moving(getattr(np.random.Generator, name)) for name in own}
    Moved = type("Moved", (np.random.Generator,), methods)  # noqa: N806

    def default_rng(seed=None):
        drawn = _ORIGINAL(seed)
        return drawn if drawn is seed else Moved(drawn.bit_generator)

    np.random.default_rng = default_rng


def _move_layers(size, noise):
    """Wrap the initial value of each trained weight of fractions in Keras."""
    import keras

    original = getattr(keras.Layer.add_weight, "original", keras.Layer.add_weight)

    def add_weight(self, *args, **kw):
        kw |= dict(zip(("shape", "initializer", "dtype"), args, strict=False))
        dtype = keras.backend.standardize_dtype(kw.get("dtype") or self.variable_dtype)
        if kw.get("trainable", True) and "float" in dtype:
            initial = keras.initializers.get(kw.get("initializer") or "glorot_uniform")

            def moved(shape, dtype=None):
                factor = 1 + size * noise.standard_normal(shape)
                return initial(shape, dtype=dtype) * keras.ops.cast(factor, dtype)

            kw["initializer"] = moved
        return original(self, **kw)

    add_weight.original = original
    keras.Layer.add_weight = add_weight
