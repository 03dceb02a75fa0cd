"""The trial in Colab's versions: its parts, without its environment."""

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT
from jupyter_client.kernelspec import KernelSpecManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import training
from tools import colab

LESSON = ROOT / "lessons" / "04_mnist_cnn.ipynb"
PY312 = sys.version_info[:2] == (3, 12) and importlib.util.find_spec("ensurepip")


def test_colab_has_what_the_set_up_cell_does_not_install():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [Requirement(line) for line in project["project"]["dependencies"]]
    lacking = {each.name for each in asked if each.name not in colab.COLAB}
    installed = set(training.NEEDED) - colab.COLAB.keys()
    assert installed == {
        "gensim",
        "pymorphy3",
    }  # else there is nothing that a run could prove
    assert lacking - installed == {"jupyterlab"}
    for each in asked:
        if each.name in colab.COLAB:
            assert each.specifier.contains(colab.COLAB[each.name]), each
    assert set(training.KEPT) < colab.COLAB.keys()
    assert all(name == canonicalize_name(name) for name in colab.COLAB)
    assert "nbval" not in colab.COLAB


@pytest.mark.parametrize(
    ("named", "on_path", "good", "found"),
    [
        ("/named", "/path", {"/named", "/path"}, "/named"),
        ("/named", "/path", {"/path", sys.executable}, None),  # what is named counts
        (None, "/path", {"/path", sys.executable}, "/path"),
        (None, "/path", {sys.executable}, sys.executable),
        (None, None, {sys.executable}, sys.executable),
        (None, None, set(), None),
    ],
)
def test_find_python(named, on_path, good, found, monkeypatch):
    def quietly(path, *_):
        if path not in good:
            raise subprocess.CalledProcessError(1, path)

    monkeypatch.delenv("COURSE_PYTHON312", raising=False)
    if named:
        monkeypatch.setenv("COURSE_PYTHON312", named)
    monkeypatch.setattr(colab, "quietly", quietly)
    monkeypatch.setattr(colab.shutil, "which", lambda _: on_path)
    assert colab.find_python() == found


@pytest.mark.parametrize(
    ("named", "found"),
    [(sys.executable, sys.executable if PY312 else None), ("/no/such/python", None)],
)
def test_a_real_python_is_asked(named, found, monkeypatch):
    monkeypatch.setenv("COURSE_PYTHON312", named)
    assert colab.find_python() == found


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


@pytest.mark.parametrize(
    ("now", "did"),
    [
        (colab.COLAB, []),
        (colab.COLAB | {"smart-new": "1", "gensim": "4.4.0"}, ["uninstall"]),
        (colab.COLAB | {"numpy": "2.4.1"}, ["install"]),
        ({"pip": "23.2.1", "other": "1"}, ["uninstall", "install"]),
    ],
)
def test_the_environment_is_mended(now, did, tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(colab, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(colab, "versions", lambda _: now)
    monkeypatch.setattr(colab, "quietly", lambda *command: commands.append(command))
    python = colab.make_environment("/base/python")
    made, *rest = commands
    assert made == ("/base/python", "-m", "venv", "--clear", str(tmp_path))
    assert [command[4] for command in rest] == did
    assert all(command[0] == python for command in rest)
    if "uninstall" in did:
        assert list(rest[0][7:]) == sorted(now.keys() - colab.COLAB.keys())
    if "install" in did:
        listed = (tmp_path / "requirements.txt").read_text(encoding="utf-8")
        assert "\nnumpy==2.0.2\n" in listed
        assert len(listed.splitlines()) == len(colab.COLAB)


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


def test_the_data_of_a_whole_lesson(tmp_path, monkeypatch):
    assert colab.data_mode(None) == colab.data_mode("") == {"COURSE_DATA": "sample"}
    monkeypatch.chdir(tmp_path)
    named = {"COURSE_DATA": "", "COURSE_DATA_DIR": str(tmp_path.resolve() / "files")}
    assert colab.data_mode("files") == named


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


def test_a_failure_stops_the_lesson_and_is_its_row(tmp_path, monkeypatch):
    tried = []

    def execute(path, environment):
        tried.append((len(nbformat.read(path, 4).cells), environment["COURSE_DATA"]))
        if len(tried) > fine:
            raise colab.LessonError("cell 2: no such thing")

    monkeypatch.setattr(colab.run_lessons, "execute", execute)
    monkeypatch.setattr(colab, "git", lambda *_: LESSON.read_text(encoding="utf-8"))
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    now = colab.COLAB | {"gensim": "4.4.0", "pymorphy3": "2.0.6"}
    monkeypatch.setattr(colab, "versions", lambda _: now)
    whole = len(nbformat.read(LESSON, 4).cells)

    def row(name, wanted):
        tried.clear()
        given = [LESSON.name, tmp_path / name, {"COURSE_DATA": ""}, "python", wanted]
        (_, *said, seconds), failure = colab.try_lesson(*given)
        assert re.fullmatch(r"\d+\.\d", seconds)
        return said, failure

    fine = 9
    assert row("a", False) == (["passed", "-"], [])
    assert row("b", True) == (["passed", "passed"], [])
    assert tried == [(5, ""), (whole, "sample")]
    fine = 1
    assert row("c", True) == (["passed", "FAILED"], ["cell 2: no such thing"])
    fine = 0
    assert row("d", True) == (["FAILED", "-"], ["cell 2: no such thing"])
    fine, now["numpy"] = 9, "2.4.1"
    said, (failure,) = row("e", True)
    assert said == ["FAILED", "-"]
    assert "changed Colab's versions: numpy 2.0.2 -> 2.4.1" in failure
    now = colab.COLAB | {"gensim": "4.4.0"}
    said, (failure,) = row("f", True)
    assert said == ["FAILED", "-"]
    assert failure.endswith("did not install pymorphy3")


@pytest.mark.parametrize(
    ("python", "arguments", "said"),
    [
        (None, [], "COURSE_PYTHON312=/path/to/python3.12"),
        ("/python", ["04", "99"], "not in the last commit: 99"),
    ],
)
def test_nothing_tried_is_no_pass(python, arguments, said, monkeypatch, capsys):
    fake = SimpleNamespace(platform="linux", stderr=sys.stderr)
    monkeypatch.setattr(colab, "sys", fake)
    monkeypatch.setattr(colab, "find_python", lambda: python)
    monkeypatch.setattr(colab, "git", lambda *_: "04_mnist_cnn.ipynb\nbars.toml\n")
    assert colab.main(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1
