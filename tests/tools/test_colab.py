"""The trial in Colab's versions: its parts, without its environment."""

import dataclasses
import datetime
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import training
from tests.support import ROOT
from tools import colab, colab_table, renew_colab

LESSON = ROOT / "lessons" / "04_mnist_cnn.ipynb"
LISTS = renew_colab.read_all()
MINOR = sys.version_info[1]
MAKES = importlib.util.find_spec("ensurepip") is not None


def test_the_lists_are_there_and_say_what_they_are():
    assert next(iter(LISTS)) == renew_colab.CURRENT
    assert {"2026.01", "2026.04", "2026.07"} <= LISTS.keys()
    for each in LISTS.values():
        assert len(each.pins) > 500
        assert all(name == canonicalize_name(name) for name in each.pins)
        assert "+" not in "".join(each.pins.values())
        path = renew_colab.LISTS / f"{each.runtime}.txt"
        assert path.read_text(encoding="utf-8") == str(each)


@pytest.mark.parametrize("each", LISTS.values(), ids=LISTS)
def test_colab_has_what_the_set_up_cell_does_not_install(each):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [Requirement(line) for line in project["project"]["dependencies"]]
    lacking = {need.name for need in asked if need.name not in each.pins}
    installed = set(training.NEEDED) - each.pins.keys()
    assert installed == {
        "gensim",
        "pymorphy3",
    }  # else there is nothing that a run could prove
    assert lacking - installed == {"jupyterlab", "jupyterlab-language-pack-ru-ru"}
    assert renew_colab.outside(each) == []
    assert set(training.KEPT) < each.pins.keys()
    assert set(colab.KERNEL) < each.pins.keys()
    assert "nbval" not in each.pins


def test_find_python(monkeypatch):
    variable = f"COURSE_PYTHON3{MINOR}"
    monkeypatch.setenv(variable, sys.executable)
    assert colab.find_python(MINOR) == (sys.executable if MAKES else None)
    monkeypatch.setenv(variable, "/no/such/python")  # what is named counts
    assert colab.find_python(MINOR) is None
    monkeypatch.delenv(variable)
    monkeypatch.setattr(colab.check_python, "find", lambda minors: f"found {minors}")
    assert colab.find_python(MINOR) == f"found [{MINOR}]"


def test_difference():
    before = {"numpy": "2.0.2", "keras": "3.10.0", "pandas": "2.2.2"}
    after = {"numpy": "2.4.1", "keras": "3.10.0", "gensim": "4.4.0"}
    assert colab.difference(before, after) == [
        "numpy 2.0.2 -> 2.4.1",
        "pandas 2.2.2 -> none",
    ]
    assert colab.difference(before, {**before, "gensim": "4.4.0"}) == []


def test_versions_of_an_interpreter():
    found = colab.versions(sys.executable)
    assert found["numpy"] == importlib.metadata.version("numpy")
    assert found["scikit-learn"] == importlib.metadata.version("scikit-learn")
    assert all(name == canonicalize_name(name) for name in found)


A_LIST = renew_colab.ColabList(
    "2026.01",
    "3.12.12",
    "-",
    "-",
    {"keras": "3.10.0", "rich": "13.9.4", "numpy": "2.0.2", "torch": "2.9.0"},
)
NEEDS = {
    "keras": (
        "3.10.0",
        ["numpy", "rich>=1", "old; python_version < '3.12'", "torch; extra == 'all'"],
    ),
    "rich": ("13.9.4", ["jedi>=0.1"]),
}


def test_what_the_names_lead_to():
    found = colab.reached({"keras", "gensim"}, NEEDS, A_LIST)
    assert found == {"keras": "3.10.0", "rich": "13.9.4", "numpy": "2.0.2"}
    pins = A_LIST.pins | {"old": "1"}
    older = dataclasses.replace(A_LIST, python="3.11", pins=pins)
    assert "old" in colab.reached({"keras"}, NEEDS, older)
    assert colab.reached({"keras"}, {}, A_LIST) == {"keras": "3.10.0"}


@pytest.mark.parametrize(
    ("present", "installed", "gone"),
    [
        ({}, [["keras==3.10.0"], ["numpy==2.0.2", "rich==13.9.4"]], []),
        (NEEDS | {"numpy": ("2.0.2", [])}, [], []),
        (NEEDS | {"numpy": ("2.4.1", [])}, [["numpy==2.0.2"]], []),
        (
            NEEDS | {"numpy": ("2.0.2", []), "gensim": ("4.4.0", [])},
            [],
            ["gensim"],
        ),
    ],
)
def test_the_environment_is_mended(present, installed, gone, tmp_path, monkeypatch):
    commands, held = [], dict(present)

    def quietly(*command):
        commands.append(command)
        if command[4] == "install":
            for line in command[7:]:
                name, _, version = line.partition("==")
                held[name] = (version, NEEDS.get(name, ("", []))[1])

    monkeypatch.setattr(colab, "ROOT", tmp_path)
    monkeypatch.setattr(colab, "roots", lambda: {"keras"})
    monkeypatch.setattr(colab, "distributions", lambda _: held)
    monkeypatch.setattr(colab, "quietly", quietly)
    python, pins = colab.make_environment(A_LIST, "/base/python")
    made, *rest = commands
    place = tmp_path / ".venv-colab-2026.01"
    assert made == ("/base/python", "-m", "venv", "--clear", str(place))
    assert python.startswith(str(place))
    assert pins == {"keras": "3.10.0", "numpy": "2.0.2", "rich": "13.9.4"}
    assert [list(each[7:]) for each in rest if each[4] == "install"] == installed
    assert [list(each[7:]) for each in rest if each[4] == "uninstall"] == [gone] * bool(
        gone
    )
    assert all(each[0] == python for each in rest)


@pytest.mark.parametrize(("ref", "kind"), [("main", "heads"), ("v0.2.0", "tags")])
def test_github_is_the_last_commit(ref, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(colab, "ROOT", tmp_path / "checkout")
    colab.quietly("git", "init", "--quiet", str(colab.ROOT))
    (colab.ROOT / "one.txt").write_text("1", encoding="utf-8")
    colab.git("add", "one.txt")
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    colab.git(*who, "commit", "--quiet", "--message", "One")
    (colab.ROOT / "two.txt").write_text("2", encoding="utf-8")  # not committed
    variables = colab.publish(tmp_path, "owner/name", ref)
    clone = tmp_path / "папка с пробелом"
    command = f"git clone --quiet --depth 1 --branch {ref} https://github.com/"
    subprocess.run(
        [*f"{command}owner/name.git".split(), clone],
        env={**os.environ, **variables},
        check=True,
        capture_output=True,
    )
    assert [path.name for path in clone.glob("*.txt")] == ["one.txt"]
    bare = tmp_path / "github" / "owner" / "name.git"
    shown = colab.git("--git-dir", bare, "show-ref")
    assert f"{colab.git('rev-parse', 'HEAD').strip()} refs/{kind}/{ref}\n" in shown


def test_the_kernel_is_colabs(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")  # as make sets it
    variables = colab.make_kernel(tmp_path, sys.executable)
    spec = KernelSpecManager().get_kernel_spec("python3")  # as nbclient finds it
    assert spec.resource_dir.startswith(str(tmp_path))
    assert spec.argv[0] == sys.executable
    line = spec.argv[-1].removeprefix("--IPKernelApp.exec_lines=")
    assert line.startswith("import google.colab")
    # protobuf's share of `google`, which TensorFlow imports, stays in reach
    code = "import google.colab, google.protobuf"
    environment = {**os.environ, **variables}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    (tmp_path / "image").mkdir()
    assert "PYTHONPATH" not in colab.make_kernel(tmp_path / "image", "python", False)


def test_the_set_up_cell_runs_twice_and_nothing_after_it():
    notebook = nbformat.read(LESSON, 4)
    cut = colab.set_up_twice(notebook)
    assert len(notebook.cells) > len(cut.cells) == 5
    title, first, watch, again, check = [cell.source for cell in cut.cells]
    assert [title, first] == [cell.source for cell in notebook.cells[:2]]
    assert again == colab.AGAIN + first
    assert "training.install_missing()" in again
    assert [watch, check] == [colab.WATCH, colab.CHECK]
    nbformat.validate(cut)


FIRST = """
import importlib.metadata, subprocess, sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
here = Path.cwd()
course = here / "neural-networks-ru"
training = SimpleNamespace(__file__=str(course / "helpers" / "training.py"))
for name in ("keras", "numpy", "pandas"):
    sys.modules[name] = module = ModuleType(name)
    module.__version__ = importlib.metadata.version(name)
sys.modules["helpers"] = ModuleType("helpers")
sys.modules["helpers.data"] = SimpleNamespace(default_mode=lambda: mode)
mode = "full"
"""


@pytest.mark.parametrize(
    ("before", "again", "said"),
    [
        ("", "", None),
        ("", "subprocess.run([sys.executable, '-c', ''])", "second run started"),
        ("", "sys.path.insert(0, str(course))", "changed sys.path"),
        ("", "(here / 'x').mkdir()", "left a new file"),
        ("mode = 'sample'", "", "does not make the data full"),
        ("course = here.parent", "", "the course is not the clone"),
        ("training.__file__ = '/a/helpers/t.py'", "", "the course is not the clone"),
        ("module.__version__ = '1.0'", "", "needs a restart"),
    ],
)
def test_what_the_check_says(before, again, said, tmp_path):
    code = "\n".join([FIRST, before, colab.WATCH, again, colab.CHECK])
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode == 0) == (said is None), done.stderr
    if said:
        last = done.stderr.splitlines()[-1]
        assert last.startswith("AssertionError: ")
        assert said in last
        assert ";" not in last  # and nothing else


def notebook_of(*outputs):
    """Return a notebook with one cell, `1 + 1`, and these outputs."""
    cell = nbformat.v4.new_code_cell("1 + 1", outputs=list(outputs), execution_count=1)
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def test_a_whole_notebook_is_compared(tmp_path):
    data = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
    two, three = (
        nbformat.from_dict({**data, "data": {"text/plain": text}}) for text in "23"
    )
    environment = {"JUPYTER_PREFER_ENV_PATH": "1"}
    path = tmp_path / "01_a.ipynb"
    assert colab.try_whole(path, notebook_of(two), environment) == 1
    with pytest.raises(colab.LessonError, match=r"(?s)01_a\.ipynb: .*1 failed"):
        colab.try_whole(path, notebook_of(three), environment)
    with pytest.raises(colab.LessonError, match="no tests ran"):
        colab.try_whole(path, nbformat.writes(nbformat.v4.new_notebook()), environment)


def test_a_failure_stops_the_notebook_and_is_its_row(tmp_path, monkeypatch):
    pins, tried = {"numpy": "2.0.2"}, []

    def step(name):
        def run(path, text, environment):
            tried.append((name, path.name))
            if name in broken:
                raise colab.LessonError(f"{name} broke")
            return 7

        return run

    monkeypatch.setattr(colab, "try_set_up", step("set_up"))
    monkeypatch.setattr(colab, "try_whole", step("whole"))
    monkeypatch.setattr(colab, "git", lambda *_: "text")
    monkeypatch.setattr(colab, "versions", lambda _: now)

    def row(place, name="lessons/01_a.ipynb"):
        tried.clear()
        found, why = colab.try_notebook(name, tmp_path / place, {}, "python", pins)
        assert found.pop("seconds") >= 0
        return tuple(found.values()), why

    broken, now = set(), pins | {"gensim": "4.4.0", "pymorphy3": "2.0.6"}
    for name in training.NEEDED:
        now.setdefault(name, "1")
    assert row("a") == (("passed", "passed", 7), "")
    assert tried == [("set_up", "01_a.ipynb"), ("whole", "01_a.ipynb")]
    assert row("b", "lessons/exercises/01_a.ipynb") == (("passed", "-", 0), "")
    broken = {"whole"}
    assert row("c") == (("passed", "FAILED", 0), "whole broke")
    broken = {"set_up"}
    assert row("d") == (("FAILED", "-", 0), "set_up broke")
    assert tried == [("set_up", "01_a.ipynb")]
    broken, now["numpy"] = set(), "2.4.1"
    said, why = row("e")
    assert said == ("FAILED", "-", 0)
    assert "changed Colab's versions: numpy 2.0.2 -> 2.4.1" in why
    now["numpy"] = "2.0.2"
    del now["pymorphy3"]
    said, why = row("f")
    assert said == ("FAILED", "-", 0)
    assert why.endswith("did not install pymorphy3")


def test_every_notebook_of_the_last_commit_is_tried(monkeypatch):
    files = {
        "HEAD:lessons": "01_a.ipynb\n02_b.ipynb\nbars.toml\nexercises\n",
        "HEAD:lessons/exercises": "01_a.ipynb\n",
        "HEAD:lessons/solutions": "01_a.ipynb\n02_b.ipynb\n",
    }
    monkeypatch.setattr(colab, "git", lambda *arguments: files[arguments[-1]])
    assert colab.notebooks(set()) == [
        "lessons/01_a.ipynb",
        "lessons/02_b.ipynb",
        "lessons/exercises/01_a.ipynb",
        "lessons/solutions/01_a.ipynb",
        "lessons/solutions/02_b.ipynb",
    ]
    assert colab.notebooks({"02"}) == [
        "lessons/02_b.ipynb",
        "lessons/solutions/02_b.ipynb",
    ]
    with pytest.raises(colab.LessonError, match="not in the last commit: 99"):
        colab.notebooks({"02", "99"})


@pytest.mark.parametrize(
    ("python", "arguments", "said"),
    [
        (None, [], "COURSE_PYTHON313=/path/to/python3.13"),
        (None, ["--runtime", "2026.01"], "COURSE_PYTHON312=/path/to/python3.12"),
        ("/python", ["--runtime", "1999.01"], "no runtime 1999.01: current, 2026.07"),
        ("/python", ["04", "99"], "not in the last commit: 99"),
    ],
)
def test_nothing_tried_is_no_pass(python, arguments, said, monkeypatch, capsys):
    fake = SimpleNamespace(platform="linux", stderr=sys.stderr)
    monkeypatch.setattr(colab, "sys", fake)
    monkeypatch.setattr(colab, "find_python", lambda _: python)
    monkeypatch.setattr(colab, "git", lambda *_: "04_mnist_cnn.ipynb\nbars.toml\n")
    assert colab.main(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1


# --- the lists ------------------------------------------------------------------------

FREEZE = """# Do not modify this file
numpy==2.0.2
Torch_Vision==0.2+cpu
tensorflow==2.19.0
here @ file:///x.tar.gz
"""
SHA = {"now": "a" * 40, "jan": "b" * 40, "old": "c" * 40}
README = f"""# Backend
### 2026.01
* Python 3.12.12
[commit](https://github.com/googlecolab/backend-info/tree/{SHA["jan"]}).
### 2025.07
[commit](https://github.com/googlecolab/backend-info/tree/{SHA["old"]}).
"""


def google(**changed):
    """Return a `get` that answers as Google's repository would, and its log."""
    log = []
    raw, api = renew_colab.RAW, renew_colab.API
    commit = {"sha": SHA["now"], "commit": {"committer": {"date": "2026-08-25T10:00"}}}
    pages = {
        f"{raw}main/README.md": README,
        f"{api}path=pip-freeze.txt": json.dumps([commit]),
    }
    for name, sha in SHA.items():
        text = FREEZE.replace("2.19", "2.18") if name == "old" else FREEZE
        pages[f"{raw}{sha}/pip-freeze.txt"] = text
        pages[f"{raw}{sha}/os-info.txt"] = "Ubuntu 22\nPython 3.12.12\nR version 4"
        pages[f"{api}sha={sha}"] = json.dumps([commit])
    pages |= changed

    def get(address):
        log.append(address)
        if pages[address] is None:
            raise OSError("no connection")
        return pages[address]

    return get, log


def test_lists_are_renewed(tmp_path):
    (tmp_path / "2024.01.txt").write_text(
        str(dataclasses.replace(A_LIST, runtime="2024.01")), encoding="utf-8"
    )
    get, log = google()
    said = renew_colab.renew(tmp_path, get)
    assert said == [
        "current: Python 3.12.12, 2026-08-25",
        "2026.01: Python 3.12.12, 2026-08-25",
        "2025.07: left out, tensorflow 2.18.0",
        "2024.01: removed",
    ]
    found = renew_colab.read_all(tmp_path)
    assert list(found) == ["current", "2026.01"]
    assert found["2026.01"].commit == SHA["jan"]
    assert found["current"].pins == {
        "numpy": "2.0.2",
        "torch-vision": "0.2",
        "tensorflow": "2.19.0",
    }
    again, log = google()
    assert renew_colab.renew(tmp_path, again) == [
        "2025.07: left out, tensorflow 2.18.0"
    ]
    assert not any(SHA["jan"] in address for address in log)  # known: not fetched


def test_nothing_is_written_by_halves(tmp_path):
    raw = renew_colab.RAW
    for wrong in (None, "<html>404</html>"):
        get, _ = google(**{f"{raw}{SHA['jan']}/pip-freeze.txt": wrong})
        with pytest.raises((OSError, ValueError)):
            renew_colab.renew(tmp_path, get)
    new = FREEZE.replace("2.19.0", "3.0.0")
    get, _ = google(**{f"{raw}{SHA['now']}/pip-freeze.txt": new})
    with pytest.raises(ValueError, match=r"Colab now has tensorflow 3\.0\.0"):
        renew_colab.renew(tmp_path, get)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_list(tmp_path):
    (tmp_path / "x.txt").write_text("numpy==1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt is no list"):
        renew_colab.read_all(tmp_path)


def test_the_age_of_the_newest_list(monkeypatch, capsys):
    new = dataclasses.replace(A_LIST, date="2026-08-25")
    lists = {"a": A_LIST, "b": new, "c": dataclasses.replace(new, date="2026-01-02")}
    assert renew_colab.age(lists, datetime.date(2026, 9, 4)) == 10
    monkeypatch.setattr(renew_colab, "read_all", lambda: lists)
    monkeypatch.setattr(renew_colab, "age", lambda *_: 121)
    assert renew_colab.main(["--age", "120"]) == 1
    assert renew_colab.main(["--age", "121"]) == 0
    assert "121 days old" in capsys.readouterr().out


# --- the table ------------------------------------------------------------------------


def test_the_page_is_that_of_the_results():
    page = colab_table.PAGE.read_text(encoding="utf-8")
    assert page == colab_table.page(colab_table.read())


def test_results_are_merged(tmp_path, monkeypatch):
    monkeypatch.setattr(colab_table, "RESULTS", tmp_path / "colab.json")
    monkeypatch.setattr(colab_table, "PAGE", tmp_path / "colab.md")
    pins = dict.fromkeys(colab_table.SHOWN, "1.0")
    january = dataclasses.replace(A_LIST, pins=pins)
    now = dataclasses.replace(january, runtime="current", date="2026-08-25")
    good = {"set_up": "passed", "whole": "passed", "cells": 7, "seconds": 1.0}
    bad = {**good, "whole": "FAILED", "cells": 0}
    stub = {**good, "whole": "-", "cells": 0}
    day = datetime.date(2026, 11, 27)
    one, two = "lessons/01_a.ipynb", "lessons/exercises/01_a.ipynb"
    colab_table.record(january, "3.12.1", "abc", {one: bad, two: stub}, day)
    colab_table.record(now, "3.13.0", "abc", {one: good}, day)
    page = (tmp_path / "colab.md").read_text(encoding="utf-8")
    assert "| | текущая | 2026.01 |" in page
    assert "| 01_a | да (7), 2026-11-27, `abc` | **нет**, 2026-11-27, `abc` |" in page
    last = "не проверялась | подготовка: да, 2026-11-27, `abc` |"
    assert f"| exercises/01_a | {last}" in page
    colab_table.record(january, "3.12.1", "def", {one: good}, day)
    assert len(colab_table.read()["2026.01"]["notebooks"]) == 2
    newer = dataclasses.replace(january, pins=pins | {"keras": "2.0"})
    colab_table.record(newer, "3.12.1", "def", {one: good}, day)
    assert list(colab_table.read()["2026.01"]["notebooks"]) == [one]
