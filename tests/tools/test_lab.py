"""A student's own copy: made, renewed, and never overwritten."""

import json
import os
import subprocess

import pytest

from tests.support import ROOT
from tools import lab

NAMES = [
    "01_perceptron.ipynb",
    "exercises/01_perceptron_задание.ipynb",
    "solutions/01_perceptron_решение.ipynb",
]
OURS = [f"lessons/{f}01_perceptron.ipynb" for f in ("", "exercises/", "solutions/")]


def write(path, *sources, **extra):
    """Write a notebook of code cells with these sources."""
    cells = [
        {"cell_type": "code", "source": [source], "metadata": {}, "outputs": []}
        for source in sources
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book | extra), encoding="utf-8")


@pytest.fixture
def course(tmp_path):
    """A course of one lesson and its homework, and the folder of the copy."""
    root = tmp_path / "курс с пробелом"
    write(root / OURS[0], "1 + 1")
    write(root / OURS[1], "answer = ...")
    write(root / OURS[2], "answer = 2")
    return root, root / lab.FOLDER


def test_the_first_copy(course):
    root, folder = course
    assert lab.renew(root) == [f"новая тетрадь: {name}" for name in NAMES]
    assert (folder / NAMES[0]).read_bytes() == (root / OURS[0]).read_bytes()
    copied = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert copied == [".course.json", *NAMES]
    assert lab.renew(root) == []


def test_links_lead_to_the_copies(course):
    root, folder = course
    here = "github/a/b/blob/main/lessons/exercises/01_perceptron.ipynb"
    write(root / OURS[0], f"exercises/01_perceptron.ipynb {here} bars.toml")
    write(root / OURS[1], "../01_perceptron.ipynb ../solutions/01_perceptron.ipynb")
    lab.renew(root)
    lesson = (folder / NAMES[0]).read_text("utf-8")
    assert f'"exercises/01_perceptron_задание.ipynb {here} bars.toml"' in lesson
    own = (folder / NAMES[1]).read_text("utf-8")
    assert '"../01_perceptron.ipynb ../solutions/01_perceptron_решение.ipynb"' in own


def test_what_was_looked_at_is_renewed(course):
    root, folder = course
    lab.renew(root)
    write(folder / NAMES[0], "1 + 1", metadata={"kernelspec": {"name": "x"}})  # saved
    looked_at = (folder / NAMES[0]).read_bytes()
    assert lab.renew(root) == []
    assert (folder / NAMES[0]).read_bytes() == looked_at
    write(root / OURS[0], "1 + 2")
    assert lab.renew(root) == [f"обновлена: {NAMES[0]}"]
    assert (folder / NAMES[0]).read_bytes() == (root / OURS[0]).read_bytes()


@pytest.mark.parametrize("spoilt", [False, True])
def test_what_a_student_wrote_is_kept(course, spoilt):
    root, folder = course
    lab.renew(root)
    own = folder / NAMES[1]
    if spoilt:
        own.write_text("{ not a notebook", encoding="utf-8")
    else:
        write(own, "answer = 42")
    before = own.read_bytes()
    assert lab.renew(root) == []
    write(root / OURS[1], "answer = ...", "more = ...")
    (line,) = lab.renew(root)
    assert NAMES[1] in line
    assert "01_perceptron_задание (новая версия).ipynb" in line
    assert own.read_bytes() == before
    beside = folder / "exercises" / "01_perceptron_задание (новая версия).ipynb"
    assert beside.read_bytes() == (root / OURS[1]).read_bytes()
    assert lab.renew(root) == []  # said once
    write(root / OURS[1], "answer = ...", "most = ...")
    assert len(lab.renew(root)) == 1
    assert own.read_bytes() == before
    assert beside.read_bytes() == (root / OURS[1]).read_bytes()


def test_a_removed_notebook_comes_back_and_a_lost_list_loses_nothing(course):
    root, folder = course
    lab.renew(root)
    (folder / NAMES[0]).unlink()
    assert lab.renew(root) == [f"новая тетрадь: {NAMES[0]}"]
    write(folder / NAMES[1], "answer = 42")
    own = (folder / NAMES[1]).read_bytes()
    for text in ("", "[]", "{"):
        (folder / lab.KNOWN).write_text(text, encoding="utf-8")
        (line,) = lab.renew(root)
        assert "не тронута" in line
        assert (folder / NAMES[1]).read_bytes() == own


def test_an_update_by_git_goes_through(course, tmp_path):
    """A student looked at one notebook, solved the other, and pulls."""
    root, _ = course
    (root / ".gitignore").write_text((ROOT / ".gitignore").read_text("utf-8"), "utf-8")
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]

    def git(folder, *arguments):
        command = ["git", "-C", str(folder), *who, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    def commit():
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", "Course")

    git(root, "init", "--quiet")
    commit()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(root), str(clone))
    lab.renew(clone)
    own = clone / lab.FOLDER
    write(own / NAMES[0], "1 + 1", metadata={"looked": "at"})
    write(own / NAMES[1], "answer = 42")
    for name in OURS:
        write(root / name, "new = 1")
    commit()
    git(clone, "pull", "--quiet")
    assert [line.split()[0] for line in lab.renew(clone)] == [
        "обновлена:",
        "ваша",
        "обновлена:",
    ]
    assert "answer = 42" in (own / NAMES[1]).read_text("utf-8")
    status = subprocess.run(
        ["git", "-C", str(clone), "status", "--porcelain"], capture_output=True
    )
    assert status.stdout == b""


def test_git_ignores_the_copy():
    for path in (lab.FOLDER + "/01_perceptron.ipynb", lab.FOLDER + "/my.csv"):
        command = ["git", "check-ignore", "-q", path]
        assert subprocess.run(command, cwd=ROOT).returncode == 0


def test_settings_come_before_the_users():
    found = lab.environment({"JUPYTER_CONFIG_PATH": "/mine", "HOME": "/h"})
    first, second = found["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert second == "/mine"
    assert found["HOME"] == "/h"
    overrides = json.loads(
        (lab.Path(first) / "labconfig" / "default_setting_overrides.json").read_text(
            encoding="utf-8"
        )
    )
    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "ru_RU"}
    tracker = overrides["@jupyterlab/notebook-extension:tracker"]
    assert tracker["windowingMode"] == "none"  # "defer" draws lesson 7 in 15 s, not 4
    assert lab.environment({})["JUPYTER_CONFIG_PATH"] == str(lab.SETTINGS)


def test_a_folder_that_cannot_be_written(monkeypatch, capsys):
    def refuse():
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lab, "renew", refuse)
    assert lab.main(["--copy"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Не могу записать в папку")
    assert said.count("\n") == 1
