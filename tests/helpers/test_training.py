"""Seed, quiet start, the line of progress, the watch."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from helpers import training
from helpers.errors import CourseError
from tests.support import ROOT, heavy_modules_after


def run(code, **environment):
    """Run code in a fresh Python beside the course."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        timeout=120,
    )


LIGHT = (
    "", ".data", ".data.download", ".diagrams", ".own.books", ".plots", ".scores",
    ".training",
)  # fmt: skip


@pytest.mark.parametrize("module", LIGHT)
def test_importing_helpers_loads_nothing_heavy(module):
    assert heavy_modules_after(f"import helpers{module}") == "[]"


def test_data_never_imports_keras():
    code = (
        "import sys; from helpers import data\n"
        "for name in data.CATALOGUE: data.load(name, 'sample')\n"
        "print('keras' in sys.modules)"
    )
    assert run(code).stdout.splitlines()[-1] == "False"


def test_start_is_quiet_seeds_and_names_the_device():
    code = (
        "import random, numpy as np\n"
        "from helpers import training\n"
        "seed = training.start()\n"
        "import keras\n"
        "print(seed, random.random(), np.random.rand(), keras.random.uniform((1,))[0])"
    )
    first, second = run(code), run(code)
    assert first.stderr == ""
    line, values = first.stdout.splitlines()
    assert line.startswith("Устройство: ")
    assert "Keras 3." in line
    assert line.endswith("зерно генератора 42")
    assert values == second.stdout.splitlines()[1]
    other = run(code, COURSE_SEED="7")
    assert other.stdout.splitlines()[1].split()[0] == "7"
    assert other.stdout.splitlines()[1] != values


@pytest.mark.parametrize("text", ["-1", "1.5", "много", "4294967296", "٣"])
def test_a_wrong_seed(text, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", text)
    with pytest.raises(CourseError, match="целое число от 0"):
        training.seed_from_environment()


def test_seed_by_default(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert training.seed_from_environment() == 42
    monkeypatch.setenv("COURSE_SEED", " 5 ")
    assert training.seed_from_environment() == 5


@pytest.mark.parametrize(("cards", "device"), [(0, "CPU, ядер: "), (2, "GPU, карт: 2")])
def test_the_device_of_pytorch(cards, device, monkeypatch):
    """Keras lists no devices of this backend: PyTorch itself is asked."""
    import importlib.metadata

    import keras

    cuda = SimpleNamespace(device_count=lambda: cards)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"2.9 {name}")
    line = training.describe_device()
    assert line.startswith(device)
    assert line.endswith(f"; Keras {keras.__version__} на PyTorch 2.9 torch")


def test_what_tensorflow_says_is_shown_when_the_start_fails(capfd):
    with pytest.raises(ImportError), training._quiet_descriptor():
        os.write(2, b"the cause\n")
        raise ImportError
    assert "the cause" in capfd.readouterr().err
    with training._quiet_descriptor():
        os.write(2, b"noise\n")
    assert "noise" not in capfd.readouterr().err


def test_progress_ends_as_one_line_without_seconds(capsys):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = training.progress("проба")
    model.fit(np.ones((8, 2)), np.ones(8), epochs=2, verbose=0, callbacks=[callback])
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    last = shown.rstrip().split("\r")[-1]
    assert last.startswith("проба: эпох 2, потери ")
    assert "эпоха 1 из 2, батч 1" in shown
    assert "." not in last


def test_the_watch_measures():
    import time

    with training.Stopwatch() as watch:
        time.sleep(0.05)
    assert 0.05 <= watch.seconds < 1


def test_missing_packages_are_installed_beside_what_is_there(monkeypatch):
    import importlib.util

    calls = []
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "gensim" else real(name),
    )

    def pip(command, **_):
        calls.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    training.install_missing()
    assert "gensim" in calls[0]
    assert "tqdm" not in calls[0]
    assert f"numpy=={np.__version__}" in calls[0]

    def failing(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "no network")

    monkeypatch.setattr(subprocess, "run", failing)
    with pytest.raises(CourseError, match=r"не удалось установить gensim.*no network"):
        training.install_missing()


def test_nothing_is_installed_where_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    training.install_missing()
