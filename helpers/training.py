"""Before and during training: seed, quiet start, device, a line of progress.

What is trained, and how, stands in the lessons.
"""

import contextlib
import os
import random
import sys
import tempfile
import time
import warnings

from helpers import jitter
from helpers.errors import CourseError
from helpers.russian import comma

DEFAULT_SEED = 42
# What Colab, or another Python that is not our environment, may lack.
NEEDED = ("defusedxml", "gensim", "pooch", "pymorphy3", "seaborn", "tqdm")
KEPT = ("numpy", "tensorflow", "keras", "pandas", "scikit-learn", "matplotlib")


@contextlib.contextmanager
def _quiet_descriptor():
    """Point file descriptor 2 at a file: TensorFlow writes there past ``sys.stderr``.

    What was written is shown after all when the block raises.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            sink.seek(0)
            sys.stderr.write(sink.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def seed_from_environment():
    """Return the seed of this run: ``COURSE_SEED``, or 42.

    What is not a whole number from 0 to 2**32 - 1 is a CourseError.
    """
    text = os.environ.get("COURSE_SEED", "").strip() or str(DEFAULT_SEED)
    if not (text.isascii() and text.isdigit() and int(text) < 2**32):
        what = f"COURSE_SEED={text!r}: нужно целое число от 0 до 4294967295"
        advice = "Исправьте переменную окружения или уберите её."
        raise CourseError(what, advice)
    return int(text)


def install_missing():
    """Install what the course needs and this Python lacks, upgrading nothing.

    A no-op in the course's own environment; on Colab it adds gensim and pymorphy3,
    pinned to the NumPy, TensorFlow and Keras that are there.  Where pip fails a
    CourseError quotes it.
    """
    import importlib.metadata
    import importlib.util
    import subprocess

    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        return
    pins = []
    for package in KEPT:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            pins.append(f"{package}=={importlib.metadata.version(package)}")
    print("Устанавливаю:", ", ".join(missing))
    command = [sys.executable, "-m", "pip", "install", "-q", *missing, *pins]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        what = f"не удалось установить {', '.join(missing)}"
        advice = "Проверьте соединение и запустите ячейку ещё раз. pip ответил: "
        advice += f"{done.stderr.strip()[-300:]}"
        raise CourseError(what, advice)
    importlib.invalidate_caches()


def start():
    """Seed every generator, import Keras quietly, set the plot style, name the device.

    Returns the seed, an int, for ``numpy.random.default_rng``.
    """
    seed = seed_from_environment()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", module=r"jax\..*|tensorflow\..*")
    with _quiet_descriptor():
        import keras

        random.seed(seed)
        keras.utils.set_random_seed(seed)
        keras.ops.convert_to_numpy(keras.ops.ones(1) + 1)  # wakes the device up
        jitter.start()
        line = describe_device()

    from helpers import plots

    plots.set_style()
    print(f"Устройство: {line}; зерно генератора {seed}")
    return seed


def describe_device():
    """Return one Russian line: the device, Keras and its backend, with versions."""
    import importlib.metadata

    import keras

    backend = keras.backend.backend()
    if backend == "torch":  # Keras lists no devices of this backend
        import torch

        accelerators = ["cuda"] * torch.cuda.device_count()
    else:
        devices = keras.distribution.list_devices()
        accelerators = [name for name in devices if "cpu" not in name.lower()]
    device = f"GPU, карт: {len(accelerators)}"
    if not accelerators:
        mine = hasattr(os, "sched_getaffinity")  # what a container lets us use
        cores = len(os.sched_getaffinity(0)) if mine else os.cpu_count()
        device = f"CPU, ядер: {cores}"
    title = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}[backend]
    version = importlib.metadata.version(backend)
    return f"{device}; Keras {keras.__version__} на {title} {version}"


def progress(name="обучение"):
    """Return a Keras callback: one line that moves while training runs.

    It begins with ``name``, what is being trained, moves at most every 0.3 s, and ends
    as a summary of the last epoch, without seconds.
    """
    import keras

    class Progress(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.epoch, self.shown, self.width, self.last = 0, 0.0, 0, {}

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch + 1

        def on_train_batch_end(self, batch, logs=None):
            if time.monotonic() - self.shown >= 0.3:
                self.shown = time.monotonic()
                of = f"{self.epoch} из {self.params['epochs']}"
                self.write(f"{name}: эпоха {of}, батч {batch + 1}{_figures(logs)}")

        def on_epoch_end(self, epoch, logs=None):
            self.last = dict(logs or {})

        def on_train_end(self, logs=None):
            self.write(f"{name}: эпох {self.epoch}{_figures(self.last)}", end="\n")

        def write(self, text, end=""):
            print(f"\r{text.ljust(self.width)}", end=end, flush=True)
            self.width = len(text)

    return Progress()


_NAMES = {
    "loss": "потери",
    "accuracy": "верных",
    "val_loss": "на валидации потери",
    "val_accuracy": "верных",
}


def _figures(logs):
    """Return ``", потери 0,123, ..."`` for the figures that have a Russian name."""
    known = [key for key in _NAMES if key in (logs or {})]
    return comma("".join(f", {_NAMES[key]} {float(logs[key]):.3f}" for key in known))


class Stopwatch:
    """Measure wall time: ``with Stopwatch() as watch: ...``, then ``watch.seconds``."""

    seconds = None  # until it stops

    def __enter__(self):
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self._began
