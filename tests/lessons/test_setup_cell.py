"""The set-up cell where nothing lies around the notebook: it fetches the course."""

import os
import subprocess
import sys

import nbformat
import pytest

from tests.support import ROOT

SETUP = nbformat.read(ROOT / "lessons" / "04_mnist_cnn.ipynb", 4).cells[1].source


def git(*arguments, **options):
    done = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def published(tmp_path):
    """An environment in which github.com is a bare copy of this repository."""
    bare = tmp_path / "bare" / "neural-networks-ru"
    git("clone", "--bare", "--quiet", str(ROOT), str(bare / "course.git"))
    git("-C", str(bare / "course.git"), "branch", "--force", "main", "HEAD")
    rewritten = f"url.{tmp_path.as_uri()}/bare/.insteadOf"
    return {
        **os.environ,
        "PYTHONUTF8": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": rewritten,
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }


def run(code, folder, environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def test_an_empty_folder_gets_the_course_once(tmp_path, published):
    folder = tmp_path / "пустая папка"
    folder.mkdir()
    twice = f"{SETUP}\nfirst = len(sys.path)\n{SETUP}\nprint(first == len(sys.path))\n"
    twice += "from helpers import data; data.load('digits')"
    done = run(twice, folder, published)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Устройство: ")
    assert lines[2] == "True"
    assert lines[3].startswith("Данные: цифры из MNIST (sample)")
    assert (folder / "neural-networks-ru" / "lessons").is_dir()
    assert done.stderr == ""


def test_beside_the_course_nothing_is_fetched(tmp_path):
    environment = {**os.environ, "PYTHONUTF8": "1", "PATH": str(tmp_path)}  # no git
    done = run(f"{SETUP}\nprint(course)", ROOT / "lessons", environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(ROOT)


def in_a_notebook(folder, environment):
    """Return the lines that IPython prints for the set-up cell."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"InteractiveShell.instance().run_cell({SETUP!r})"
    )
    done = run(code, folder, environment)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_without_a_network_it_says_so(tmp_path, published):
    published["GIT_CONFIG_KEY_0"] = f"url.{tmp_path.as_uri()}/nowhere/.insteadOf"
    (line,) = in_a_notebook(tmp_path, published)
    assert "Не удалось скачать курс: проверьте соединение" in line
    assert "/archive/main.zip" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare"]


def test_without_git_it_says_so(tmp_path):
    environment = {**os.environ, "PYTHONUTF8": "1", "PATH": str(tmp_path)}
    (line,) = in_a_notebook(tmp_path, environment)
    assert "установите git" in line
    assert "/archive/main.zip" in line
    assert list(tmp_path.iterdir()) == []
    done = run(SETUP, tmp_path, environment)  # not a notebook
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(line)


def test_a_folder_that_is_not_the_course_is_named_and_kept(tmp_path, published):
    mine = tmp_path / "neural-networks-ru" / "helpers" / "мой.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("цел", encoding="utf-8")
    (line,) = in_a_notebook(tmp_path, published)
    assert f"удалите папку {tmp_path / 'neural-networks-ru'}" in line
    assert mine.read_text(encoding="utf-8") == "цел"


def test_what_an_interrupted_download_left_does_not_matter(tmp_path, published):
    half = tmp_path / "neural-networks-ru.part"
    (half / "helpers").mkdir(parents=True)
    (half / "helpers" / "training.py").write_text("1 / 0", encoding="utf-8")
    done = run(SETUP, tmp_path, published)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bare", "neural-networks-ru"]
