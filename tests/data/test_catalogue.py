"""The catalogue: two modes, one line that says which data these are, refusals."""

import sys
from dataclasses import is_dataclass

import numpy as np
import pytest

from helpers import data
from helpers.data import CATALOGUE, load
from helpers.errors import CourseError
from tests.support import mnist_like

NAMES = sorted(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_the_structure_and_say_what_they_are(name, cache, capsys):
    value = load(name)
    assert is_dataclass(value)
    assert value.mode == "sample"
    shown = capsys.readouterr().out
    assert shown.startswith("Данные: ")
    assert ("(sample)" if CATALOGUE[name].sources else "в обоих режимах") in shown
    assert shown.count("\n") == 1
    assert len(shown) <= 89


# --- modes ----------------------------------------------------------------------------


def test_default_mode(monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert data.default_mode() == "sample"
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert data.default_mode() == "full"
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert data.default_mode() == "sample"
    monkeypatch.setenv("COURSE_DATA", " FULL ")
    assert data.default_mode() == "full"


def test_wrong_names_are_refused_with_what_there_is(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "ful")
    with pytest.raises(CourseError, match="COURSE_DATA=ful: такого режима"):
        load("digits")
    with pytest.raises(CourseError, match="mode='small'"):
        load("digits", mode="small")
    with pytest.raises(CourseError, match=r"«digit» в курсе нет\. Есть: .*digits"):
        load("digit")


# --- full mode: a teacher's folder ----------------------------------------------------


def test_a_folder_that_does_not_exist(teacher, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(teacher / "нет"))
    with pytest.raises(CourseError, match="такой папки нет"):
        load("digits")


NAMED = "Иванов И. И. данные"


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        ("digits", {"mnist.npz": b""}, "mnist.npz: файл повреждён или"),
        ("book", {"karamazov.txt": b""}, "karamazov.txt: пуст: в нём нет ни одного"),
        ("wells", {"production.csv": b"PK\x03\x04"}, "production.csv: это книга Excel"),
        (
            "messages",
            {f"sib200_rus_{part}.tsv": b"" for part in ("train", "dev", "test")},
            "sib200_rus_test.tsv: sib200_rus_train.tsv",
        ),
    ],
)
def test_a_folder_with_full_stops_in_its_name(teacher, monkeypatch, name, files, said):
    """What a reader says of a damaged file is kept whole, and so is the path."""
    folder = teacher / NAMED
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    with pytest.raises(CourseError) as caught:
        load(name)
    assert str(folder / next(iter(files))) in caught.value.what
    assert said in caught.value.what
    assert NAMED not in caught.value.advice
    assert caught.value.advice.startswith("Замените файл")


def test_a_folder_without_the_file_falls_back_and_says_so(teacher, monkeypatch, capsys):
    elsewhere = teacher / "elsewhere.npz"
    monkeypatch.setattr("helpers.data.base.fetch", lambda _: elsewhere)
    np.savez_compressed(elsewhere, **mnist_like())
    load("digits")
    assert "нет mnist.npz; ищу в кэше и в сети" in capsys.readouterr().out
