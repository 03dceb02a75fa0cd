"""The smaller tools: Python check, lowest versions, the address, other backends."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.support import ROOT
from tools import (
    backends,
    check_python,
    lowest,
    next_python,
    readme_results,
    set_slug,
)


@pytest.mark.parametrize(
    ("version", "has_venv", "said"),
    [
        ((3, 11, 0), True, None),
        ((3, 13, 9), True, None),
        ((2, 7, 18), True, "Found Python 2.7; the course needs 3.11 to 3.13"),
        ((3, 10, 4), True, "Found Python 3.10"),
        ((3, 14, 0), True, "make run PYTHON=python3.13"),
        ((3, 12, 1), False, "sudo apt install python3.12-venv"),
    ],
)
def test_check_python(version, has_venv, said):
    wrong = check_python.trouble(version, has_venv)
    assert (wrong is None) == (said is None)
    if said:
        message = "{}. {}".format(*wrong)
        assert said in message
        assert "\n" not in message


def fake_python(folder, name, version, venv=True):
    """Write a command that answers as a Python of a version; return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = f"echo {version}" if venv else "exit 1"
    path.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are of sh")
def test_the_newest_supported_python_is_found(tmp_path, monkeypatch):
    path, pyenv = tmp_path / "bin", tmp_path / "pyenv"
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    minors = (13, 12)
    monkeypatch.setattr(check_python, "on_path", lambda name: found.get(name, []))
    found = {}
    assert check_python.find(minors) is None
    inside = fake_python(pyenv / "versions" / "3.12.4" / "bin", "python", "3.12")
    assert check_python.find(minors) == str(inside)
    named = str(fake_python(path, "python3.12", "3.12"))
    found["python3.12"] = [named]
    assert check_python.find(minors) == named
    shim = str(fake_python(path, "python3.13", "3.13", venv=False))
    liar = str(fake_python(path, "other", "3.12"))
    found["python3.13"] = [shim, liar]  # a pyenv shim of a version that is not there
    assert check_python.find(minors) == named
    newest = fake_python(tmp_path / "uv-python", "python", "3.13")
    found["uv"] = [str(fake_python(path, "uv", newest))]
    assert check_python.find(minors) == str(newest)


def test_where_commands_lie(tmp_path, monkeypatch):
    suffix = ".exe" if sys.platform == "win32" else ""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"tool{suffix}").write_text("")
        (tmp_path / name / f"tool{suffix}").chmod(0o755)
    folders = [str(tmp_path / name) for name in ("b", "none", "a")]
    monkeypatch.setenv("PATH", os.pathsep.join([*folders, ""]))
    assert check_python.on_path("tool") == [
        str(tmp_path / name / f"tool{suffix}") for name in ("b", "a")
    ]


@pytest.mark.parametrize("found", ["/a/python3.13", None])
def test_an_unsupported_python_takes_another_and_says_so(found, monkeypatch, capsys):
    monkeypatch.setattr(check_python.sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(check_python, "find", lambda minors: found)
    monkeypatch.setattr(check_python, "on_path", lambda name: ["/uv"])
    assert check_python.main(["--find"]) == (0 if found else 1)
    shown = capsys.readouterr()
    assert shown.out == (f"{found}\n" if found else "")
    assert shown.err.count("\n") == 1
    assert "Found Python 3.14; the course needs 3.11 to 3.13" in shown.err
    assert (f"taking {found}" if found else "uv python install 3.13") in shown.err
    assert check_python.main([]) == 1  # what is named is not replaced


def test_the_supported_pythons_stand_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    low, high = check_python.OLDEST, check_python.NEWEST
    wanted = f">={low[0]}.{low[1]},<{high[0]}.{high[1] + 1}"
    assert project["project"]["requires-python"] == wanted
    said = [f"3.{minor}" for minor in range(low[1], high[1] + 1)]
    matrix = "[" + ", ".join(f'"{each}"' for each in said) + "]"
    ci = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert f"python: {matrix}" in ci
    english = ", ".join(said[:-1]) + " or " + said[-1]
    for name, words in [
        ("README.md", english),
        ("CONTRIBUTING.md", english),
        ("README.ru.md", english.replace(" or ", " или ")),
        ("docs/troubleshooting.md", english.replace(" or ", " или ")),
        ("docs/teachers.md", english.replace(" or ", " или ")),
    ]:
        assert words in (ROOT / name).read_text(encoding="utf-8"), name


def test_lowest_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = lowest.lowest(project)
    assert "numpy==2.0.2" in pins
    assert any(pin.startswith("nbval==") for pin in pins)
    assert all("==" in pin for pin in pins)
    project["project"]["dependencies"] = ["numpy"]
    with pytest.raises(ValueError, match="no lower bound: numpy"):
        lowest.lowest(project)


def test_the_next_python(monkeypatch, capsys):
    asked = []

    def has_wheel(requirement, version):
        asked.append(version)
        return not requirement.startswith(lacking)

    monkeypatch.setattr(next_python, "has_wheel", has_wheel)
    lacking = "gensim"
    assert next_python.main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Python 3.14: no wheels yet of gensim>=")
    assert said.count(">=") == 1
    lacking = "nothing"
    assert next_python.main([]) == 1
    assert set(asked) == {"3.14"}
    assert "all wheels have come" in capsys.readouterr().out


def test_pip_is_asked_for_a_wheel(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    for tag in ("cp399-cp399-any", "py3-none-any"):
        name = f"made{tag[:2]}-1.0"
        with zipfile.ZipFile(tmp_path / f"{name}-{tag}.whl", "w") as wheel:
            folder = f"{name}.dist-info"
            facts = f"Metadata-Version: 2.1\nName: made{tag[:2]}\nVersion: 1.0\n"
            wheel.writestr(f"{folder}/METADATA", facts)
            tagged = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
            wheel.writestr(f"{folder}/WHEEL", tagged)
            wheel.writestr(f"{folder}/RECORD", "")
    assert next_python.has_wheel("madepy>=1", "3.98")
    assert not next_python.has_wheel("madecp>=1", "3.98")
    assert not next_python.has_wheel("madenone", "3.98")


CELL = (
    'SLUG, REF = "neural-networks-ru/course", "main"\n'
    "https://colab.research.google.com/github/neural-networks-ru/course/blob/main/lessons/"
)


def test_the_address_is_rewritten_in_both_places_and_back():
    forked = set_slug.rewrite(CELL, "ivan/my.course", "v1.0")
    assert 'SLUG, REF = "ivan/my.course", "v1.0"' in forked
    assert "/github/ivan/my.course/blob/v1.0/lessons/" in forked
    assert set_slug.rewrite(forked, "neural-networks-ru/course", "main") == CELL
    stored = CELL.replace('"', '\\"')  # as it stands in the JSON of a notebook
    assert 'SLUG, REF = \\"ivan/my.course\\", \\"v1.0\\"' in set_slug.rewrite(
        stored, "ivan/my.course", "v1.0"
    )


def test_links_to_other_repositories_stay():
    ours = (
        "git clone https://github.com/a/b.git",
        "https://github.com/a/b/issues",
        "https://github.com/a/b/actions/workflows/test.yml/badge.svg",
    )
    others = (
        "https://github.com/keras-team/keras/issues/123",
        "https://github.com/a/bb/issues/1",
        "https://github.com/aa/b.git",
        "https://github.com/a/b.github.io",
        "https://github.com/c/d/actions",
    )
    for text in ours:
        forked = set_slug.rewrite(text, "ivan/fork", "v2", old="a/b")
        assert forked == text.replace("a/b", "ivan/fork")
        assert set_slug.rewrite(text, "ivan/fork", "v2") == text
    for text in others:
        assert set_slug.rewrite(text, "ivan/fork", "v2", old="a/b") == text


def test_the_tool_changes_every_file_of_a_copy(tmp_path, monkeypatch):
    (tmp_path / "lessons").mkdir()
    book, readme = tmp_path / "lessons" / "01_a.ipynb", tmp_path / "README.md"
    project = tmp_path / "pyproject.toml"
    for path in (book, readme):
        links = " github.com/a/b.git github.com/keras-team/keras/issues/123"
        path.write_text(CELL.replace('"', '\\"') + links, encoding="utf-8")
    project.write_text('[tool.course]\nslug = "a/b"\nref = "main"\n', encoding="utf-8")
    monkeypatch.setattr(set_slug, "ROOT", tmp_path)
    monkeypatch.setattr(set_slug, "PROJECT", project)
    assert set_slug.main(["ivan/fork", "--ref", "v2"]) == 0
    assert set_slug.read_address(project.read_text()) == ("ivan/fork", "v2")
    for path in (book, readme):
        text = path.read_text(encoding="utf-8")
        assert text.count("ivan/fork") == 3
        assert "neural-networks-ru/course" not in text
        assert text.endswith(
            " github.com/ivan/fork.git github.com/keras-team/keras/issues/123"
        )
    assert set_slug.main(["no slash"]) == 2


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (3, "3 зерна генератора"),
        (4, "4 зерна генератора"),
        (5, "5 зёрен генератора"),
        (11, "11 зёрен генератора"),
        (12, "12 зёрен генератора"),
        (21, "21 зерно генератора"),
    ],
)
def test_seeds_are_counted_in_russian(count, said):
    versions = {"python": "3.12", "keras": "3.15"}
    place = {"device": "CPU", "backend": "tensorflow", "date": "2026-11-23"}
    entry = {"models": [], "seeds": count, "versions": versions, **place}
    words = readme_results.WORDS["README.ru.md"]
    assert f", {said}. CPU" in readme_results.table({"lessons": {"01_x": entry}}, words)


def test_one_run_is_no_mean():
    place = {"device": "CPU", "date": "2026-11-22", "backend": "jax"}
    versions = {"python": "3.12", "keras": "3.15"}
    row = {"model": "x", "role": "ours", "metric": "mae", "value": 1, "bar": None}
    row |= {"parameters": None, "seconds": None}
    for deviation, said in (
        (0.1, "± is over the trainings inside"),
        (None, "one seed"),
    ):
        models = [row | {"deviation": deviation}]
        for role in ("ablation", "trial"):
            models.append(row | {"model": role[0], "role": role, "deviation": None})
        entry = {"models": models, "seeds": 1, "versions": versions, **place}
        words = readme_results.WORDS["README.md"]
        text = readme_results.table({"lessons": {"06_wells": entry}}, words)
        assert said in text
        assert "mean ±" not in text
        assert "| x |" in text  # the others stay in the lesson
        assert "| a |" not in text and "| t |" not in text


def test_the_lock_without_tensorflow():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    kept = backends.without_tensorflow(lock)
    names = {line.split("==")[0] for line in kept}
    assert {"keras", "numpy", "nbval"} <= names
    assert not {name for name in names if name.startswith("tensor")}
    assert backends.main(["theano"]) == 2


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_help_names_every_command():
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for command in (
        "run",
        "test",
        "lab",
        "full",
        "trained",
        "test-backends",
        "test-colab",
        "test-jitter",
        "test-lab",
        "spread",
        "help",
        "clean",
    ):
        assert f"make {command}" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="make is POSIX's")
def test_make_refuses_an_old_python_in_one_line(tmp_path):
    old = tmp_path / "python3"
    old.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "\nimport sys\n'
        "sys.path.insert(0, 'tools')\nimport check_python\n"
        'print(*check_python.trouble((3, 9, 1), True), file=sys.stderr)\nsys.exit(1)"\n'
    )
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "run", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if "MAKE" not in k and k != "MFLAGS"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Found Python 3.9; the course needs 3.11 to 3.13" in done.stderr
    assert not (tmp_path / "venv").exists()
