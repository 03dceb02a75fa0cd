"""Try the notebooks as a student meets them in Google Colab: one alone, nothing around.

    python -m tools.colab                       # everything, on what Colab holds now
    python -m tools.colab --runtime 2026.01     # on an older runtime
    python -m tools.colab 04 06                 # these lessons and their homework alone

What is tried is the last commit.  .venv-colab-RUNTIME holds what the lessons need of a
list of tools/colab_lists, and github.com is a local clone, reached through git's own
``insteadOf``.  Each notebook lies alone in a folder, and its set-up cell runs twice in
one kernel that, as Colab's does, has already imported ``google.colab``, NumPy and
pandas; then every lesson and every solution runs whole under strict nbval, on the
embedded samples.  Neither may change a version that Colab ships, or write to stderr.
What passed goes into results/colab.json and docs/colab.md.

``--python PATH`` tries Google's own image from within: PATH is its Python, which is
left as it is but for what the set-up cell installs.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import training
from tools import (
    backends,
    check_python,
    colab_table,
    renew_colab,
    run_lessons,
    set_slug,
)
from tools.run_lessons import LessonError
from tools.run_tests import NBVAL, ROOT

# What a kernel of Colab is made of, beside what the course asks for.
KERNEL = ("ipykernel", "pip", "setuptools", "psutil", "requests", "wheel")
FOLDERS = ("lessons", "lessons/exercises", "lessons/solutions")
IMAGE = "image"  # stands for a runtime: Google's image, whatever it holds
WATCH = """\
# tools.colab: what is there before the set-up cell runs again
_path, _beside, _started = list(sys.path), sorted(here.iterdir()), []
_events = ("subprocess.Popen", "os.system", "os.posix_spawn", "pty.spawn")
sys.addaudithook(lambda event, what: event in _events and _started.append(what[:2]))
"""
AGAIN = "# tools.colab: the set-up cell, a second time\n"
CHECK = """\
# tools.colab: is the course the clone, and did the second run leave all as it was?
import importlib.metadata
import keras, numpy, pandas
from helpers.data import default_mode
_clone, _holds = here / "neural-networks-ru", Path(training.__file__).parents[1]
_facts = {
    f"the course is not the clone: {_holds}": _holds == course == _clone,
    "google.colab does not make the data full": default_mode() == "full",
    f"the second run started {_started}": not _started,
    "the second run changed sys.path": sys.path == _path,
    "the second run left a new file": sorted(here.iterdir()) == _beside,
}
for _module in (keras, numpy, pandas):
    _now = importlib.metadata.version(_module.__name__)
    _facts[f"{_module.__name__} {_now} needs a restart"] = _module.__version__ == _now
_wrong = [text for text, holds in _facts.items() if not holds]
assert not _wrong, "; ".join(_wrong)
"""


def quietly(*command):
    """Return what a command prints; CalledProcessError holds its stderr."""
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return done.stdout


def git(*arguments):
    """Return what git prints in the checkout."""
    return quietly("git", "-C", str(ROOT), *map(str, arguments))


def find_python(minor):
    """Return a Python 3.`minor` that can make environments, or None.

    ``COURSE_PYTHON313`` and so on when it is set, else what tools.check_python finds.
    """
    named = os.environ.get(f"COURSE_PYTHON3{minor}")
    if named:
        return named if check_python.works(named, minor) else None
    return check_python.find([minor])


# --- an environment of a list ---------------------------------------------------------


def distributions(python):
    """Return version and requirements of each package of an interpreter, by name."""
    code = "import importlib.metadata as m, json; print(json.dumps("
    code += "[(d.name, d.version, d.requires or []) for d in m.distributions()]))"
    found = json.loads(quietly(python, "-I", "-c", code))
    return {canonicalize_name(name): (version, needs) for name, version, needs in found}


def version_of(python):
    """Return the version of an interpreter, ``"3.13.0"``."""
    code = "import platform; print(platform.python_version())"
    return quietly(python, "-c", code).strip()


def versions(python):
    """Return the version of each package that an interpreter sees, by name."""
    return {name: version for name, (version, _) in distributions(python).items()}


def difference(before, after):
    """Return a phrase for each package of `before` that `after` lacks or changes."""
    return [
        f"{name} {version} -> {after.get(name, 'none')}"
        for name, version in before.items()
        if after.get(name) != version
    ]


def roots():
    """Return the names of what the course and a kernel ask for, canonical."""
    project = renew_colab.tomllib.loads(git("show", "HEAD:pyproject.toml"))["project"]
    asked = {canonicalize_name(Requirement(s).name) for s in project["dependencies"]}
    return {name for name in asked if "jupyterlab" not in name} | set(KERNEL)


def reached(names, present, colab):
    """Return the part of Colab's pins that `names` lead to, over what is present.

    Parameters
    ----------
    names : set of str
    present : dict
        As `distributions`; a package that is not there yet leads nowhere.
    colab : tools.renew_colab.ColabList

    Returns
    -------
    dict of str to str
        What is not in Colab's list is left out: the set-up cell has to bring it.
    """
    python = {"python_version": f"3.{colab.minor}", "extra": ""}
    python["python_full_version"] = f"3.{colab.minor}.0"
    found, waiting = {}, sorted(names & colab.pins.keys())
    while waiting:
        name = waiting.pop()
        found[name] = colab.pins[name]
        for line in present.get(name, ("", []))[1]:
            need = Requirement(line)
            known = canonicalize_name(need.name)
            wanted = need.marker is None or need.marker.evaluate(python)
            if wanted and known in colab.pins and known not in found:
                waiting.append(known)
    return found


def make_environment(colab, base):
    """Make or mend the environment of a list; return its interpreter and its pins.

    It holds what the course asks for and Colab has, with all that this needs, in
    Colab's versions, and no other package: what an earlier run installed is gone, so
    that the set-up cell has to install it.
    """
    environment = ROOT / f".venv-colab-{colab.runtime}"
    python = backends.python_of(environment)
    if not Path(python).exists():
        quietly(base, "-m", "venv", "--clear", str(environment))
    pip, names = [python, "-m", "pip", "--disable-pip-version-check"], roots()
    while True:  # a round brings packages, and with them the names of the next round
        now = distributions(python)
        pins = reached(names, now, colab)
        lacking = {k: v for k, v in pins.items() if now.get(k, ("",))[0] != v}
        if not lacking:
            break
        print(f"== {environment.name}: {len(lacking)} packages", flush=True)
        lines = [f"{name}=={version}" for name, version in sorted(lacking.items())]
        quietly(*pip, "install", "--quiet", "--no-deps", *lines)
    extra = sorted(now.keys() - pins.keys())
    if extra:
        quietly(*pip, "uninstall", "--quiet", "--yes", *extra)
    return python, pins


# --- a computer of Google's -----------------------------------------------------------


def publish(folder, slug, ref):
    """Clone the last commit, as `ref`; return what makes git take it for github.com."""
    bare = folder / "github" / f"{slug}.git"
    git("clone", "--bare", "--quiet", ROOT, bare)
    kind = "tags" if re.match(r"v?\d", ref) else "heads"
    git("--git-dir", bare, "update-ref", f"refs/{kind}/{ref}", "HEAD")
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'github').as_uri()}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }


def make_kernel(folder, python, stub=True):
    """Write a kernel that starts as Colab's does; return the variables it needs.

    A `stub` stands for the package google.colab, which only Google's image has.
    """
    spec = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    imported = "--IPKernelApp.exec_lines=import google.colab, numpy, pandas"
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", imported]
    colab = folder / "path" / "google" / "colab" / "__init__.py"
    for path, text in [
        (spec, json.dumps({"argv": argv, "display_name": "", "language": "python"})),
        (colab, '"""Nothing but its name."""\n'),
    ]:
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    os.environ["JUPYTER_PATH"] = str(folder / "jupyter")  # searched first
    path = {"PYTHONPATH": str(folder / "path")} if stub else {}
    return path | {"IPYTHONDIR": str(folder / "ipython")}


# --- a notebook -----------------------------------------------------------------------


def set_up_twice(notebook):
    """Return a notebook cut after its set-up cell, which runs again and is checked."""
    code = [cell.cell_type == "code" for cell in notebook.cells]
    kept = notebook.cells[: code.index(True) + 1]
    added = map(nbformat.v4.new_code_cell, [WATCH, AGAIN + kept[-1].source, CHECK])
    return nbformat.v4.new_notebook(cells=[*kept, *added])


def try_set_up(path, text, environment):
    """Run the set-up cell of a notebook twice, in the notebook's folder."""
    cut = nbformat.writes(set_up_twice(nbformat.reads(text, 4)))
    path.write_text(cut, encoding="utf-8")
    run_lessons.execute(path, environment)


def try_whole(path, text, environment):
    """Run a notebook whole under strict nbval; return the number of its cells."""
    path.write_text(text, encoding="utf-8")
    report = path.with_suffix(".xml")
    options = [each for each in NBVAL if each != "--nbval-current-env"]
    command = [sys.executable, *options, f"--junitxml={report}", str(path)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment, "COURSE_DATA": "sample"},
        capture_output=True,
        encoding="utf-8",
    )
    cells = 0
    if report.is_file():
        cells = len(list(ElementTree.parse(report).iter("testcase")))
    if done.returncode or not cells:
        raise LessonError(f"{path.name}: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    return cells


def try_notebook(name, folder, environment, python, pins):
    """Try one notebook of the last commit; return its row, and why it failed.

    The row has ``set_up`` and ``whole``, each ``"passed"``, ``"FAILED"`` or ``"-"``,
    the number of ``cells`` that ran whole, and ``seconds``.
    """
    folder.mkdir()
    path, text = folder / Path(name).name, git("show", f"HEAD:{name}")
    row, why, began = {"set_up": "-", "whole": "-", "cells": 0}, "", time.perf_counter()
    steps = ["set_up"] if "/exercises/" in name else ["set_up", "whole"]
    for step in steps:
        try:
            if step == "set_up":
                try_set_up(path, text, environment)
            else:
                row["cells"] = try_whole(path, text, environment)
            now = versions(python)
            changed = difference(pins, now)
            if changed:
                said = f"{name} changed Colab's versions: {', '.join(changed)}"
                raise LessonError(said)
            lacking = [each for each in training.NEEDED if each not in now]
            if lacking:
                raise LessonError(f"{name} did not install {', '.join(lacking)}")
            row[step] = "passed"
        except LessonError as error:
            row[step], why = "FAILED", str(error)
            break
    row["seconds"] = round(time.perf_counter() - began, 1)
    return row, why


def try_notebooks(names, colab, base, folder):
    """Try notebooks in a temporary folder; return rows by name, and why any failed."""
    if colab.runtime == IMAGE:
        python, pins = base, colab.pins
    else:
        python, pins = make_environment(colab, base)
    before = versions(python)
    address = set_slug.read_address(git("show", "HEAD:pyproject.toml"))
    kernel = make_kernel(folder, python, stub="google-colab" not in before)
    environment = publish(folder, *address) | kernel
    environment |= {"KERAS_BACKEND": "tensorflow", "COURSE_SEED": "", "COURSE_DATA": ""}
    rows, failures = {}, []
    for number, name in enumerate(names):
        print(f"== {name}", end=" ", flush=True)
        place = folder / f"{number:02d} Мой диск"
        row, why = try_notebook(name, place, environment, python, pins)
        rows[name] = row
        print("set-up {set_up}, whole {whole}, {seconds} s".format(**row), flush=True)
        if why:
            failures.append(why)
            print(why, file=sys.stderr, flush=True)
        after = versions(python)
        if difference(pins, after) and colab.runtime != IMAGE:
            make_environment(colab, base)  # as it was, for the next notebook
    brought = sorted(after.keys() - before.keys())
    print(f"\nthe set-up cell installed {', '.join(brought) or 'nothing'}")
    return rows, failures


def notebooks(wanted):
    """Return the names of the last commit's notebooks, of these lessons or of all."""
    found = []
    for folder in FOLDERS:
        listed = git("ls-tree", "--name-only", f"HEAD:{folder}").splitlines()
        found += [
            f"{folder}/{name}"
            for name in listed
            if re.fullmatch(r"\d\d_\w+\.ipynb", name)
            and (not wanted or name[:2] in wanted)
        ]
    unknown = set(wanted) - {Path(name).name[:2] for name in found}
    if unknown or not found:
        said = ", ".join(sorted(unknown)) or "any lesson"
        raise LessonError(f"not in the last commit: {said}")
    return found


def choose(options):
    """Return the list and the Python that the options ask for."""
    if options.python:
        facts = version_of(options.python), "-", datetime.date.today().isoformat()
        held = versions(options.python)
        return renew_colab.ColabList(IMAGE, *facts, held), options.python
    lists = renew_colab.read_all()
    if options.runtime not in lists:
        raise LessonError(f"no runtime {options.runtime}: {', '.join(lists)}")
    colab = lists[options.runtime]
    base = find_python(colab.minor)
    if sys.platform != "linux" or base is None:
        named = f"COURSE_PYTHON3{colab.minor}=/path/to/python3.{colab.minor}"
        raise LessonError(
            f"Colab's {colab.runtime} is Linux with Python 3.{colab.minor}, and no "
            f"such Python with its venv was found: install one, or name it: {named}"
        )
    return colab, base


def main(arguments=None):
    """Run as the module's docstring says; return the exit status.

    0 is a pass, 1 a notebook that failed, 2 nothing tried.
    """
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*")
    parser.add_argument("--runtime", default=renew_colab.CURRENT)
    parser.add_argument("--python")
    options = parser.parse_args(arguments)
    narrowed = re.split(r"[,\s]+", os.environ.pop("COURSE_LESSONS", ""))
    wanted = {*options.lessons, *filter(None, narrowed)}
    try:
        colab, base = choose(options)
        names = notebooks(wanted)
        if git("status", "--porcelain"):
            print("== git status: what is not committed is not tried", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            rows, failures = try_notebooks(names, colab, base, Path(folder))
        commit = git("rev-parse", "--short=7", "HEAD").strip()
        colab_table.record(colab, version_of(base), commit, rows)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd}: {error.stderr.strip()[-800:]}", file=sys.stderr)
        return 2
    passed = sum(row["set_up"] == "passed" for row in rows.values())
    whole = sum(row["whole"] == "passed" for row in rows.values())
    print(
        f"runtime {colab.runtime}: set-up cells {passed} of {len(rows)}, whole {whole}"
    )
    print(f"{len(failures)} failed")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
