"""Measure how far each number of a tagged cell moves from machine to machine.

    python -m tools.spread                        # make spread: everything
    python -m tools.spread --only one_thread,jitter,seeds
    COURSE_LESSONS=01,04 python -m tools.spread   # these lessons and their solutions

Every lesson and solution that has a tag ``±0.03`` or ``±5%`` is executed on one thread
and on two, without oneDNN, on the lowest versions, on Colab's current ones, three times
with initial weights moved by a millionth, and under five other seeds.  What a run
printed is kept in build/spread: the next call goes on where this one was cut off, and
runs again only what has other code cells or other packages.  A new tag needs no new
run.  Ranges go into results/spread.json, and entries of cells that changed go out.

It fails where a tag is narrower than its cell's widest move on other machines, or more
than three times wider; and where a condition printed other text between the numbers, or
another count of them.  What `--only` leaves out, and what this machine cannot have, is
recorded as not measured.  ``COURSE_LOWEST=/path/to/python`` names an environment of the
lowest versions; else .venv-lowest is made.
"""

import argparse
import contextlib
import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat

from helpers.errors import CourseError
from tools import backends, colab, lowest, measured, renew_colab, run_lessons
from tools.run_lessons import LessonError, code_cells, execute, find_lessons, write
from tools.run_tests import JITTER
from tools.tolerances import differences, numbers_of, texts_of, tolerance_of

# What no condition inherits; an empty variable is one that is not set.
PLAIN = dict.fromkeys(("COURSE_SEED", "COURSE_JITTER", "COURSE_JITTER_SEED"), "")
PLAIN |= {"COURSE_DATA": "sample", "KERAS_BACKEND": "tensorflow"}
POOLS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip
THREADS = {"one_thread": 1, "two_threads": 2}
MACHINES = {name: dict.fromkeys(POOLS, str(n)) for name, n in THREADS.items()}
MACHINES |= {"no_onednn": {"TF_ENABLE_ONEDNN_OPTS": "0"}, "lowest": {}, "colab": {}}
MACHINES |= {
    f"jitter_{n}": {"COURSE_JITTER": JITTER, "COURSE_JITTER_SEED": str(n)}
    for n in (1, 2, 3)
}
SEEDS = {f"seeds_{n}": {"COURSE_SEED": str(n)} for n in range(5)}
CONDITIONS = MACHINES | SEEDS
ELSEWHERE = ("lowest", "colab")  # these need an environment of their own
HERE = [name for name in CONDITIONS if name not in ELSEWHERE]
HUGE = "±1e999"  # within it are all numbers, and no text


class NotHereError(Exception):
    """A condition that this machine cannot have; says why."""


def chosen(names):
    """Return the conditions of a list such as ``"one_thread,jitter"``; empty is all.

    Raises
    ------
    ValueError
        There is no such condition or group of them.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in CONDITIONS and f"{name}_1" not in CONDITIONS:
            raise ValueError(f"no condition {name}: {', '.join(CONDITIONS)}")
    return [
        name
        for name in CONDITIONS
        if not wanted or name in wanted or name.rpartition("_")[0] in wanted
    ]


# --- another Python -------------------------------------------------------------------


def packages(condition):
    """Return the requirements of a condition's Python, a list of str."""
    if condition == "lowest":
        return lowest.lowest(tomllib.loads(lowest.PROJECT.read_text(encoding="utf-8")))
    if condition == "colab":
        pins = renew_colab.read_all()[renew_colab.CURRENT].pins
        return [f"{name}=={version}" for name, version in sorted(pins.items())]
    return backends.LOCK.read_text(encoding="utf-8").splitlines()


def python_of(condition):
    """Return the interpreter of a condition, made at need; None for this very one.

    Raises
    ------
    NotHereError
    """
    if condition in HERE:
        return None
    python, why = _other_python(condition)
    if why:
        raise NotHereError(why)
    return python


@functools.cache
def _other_python(condition):
    """Return an interpreter and "", or None and why there is none: asked once."""
    try:
        if condition == "colab":
            options = argparse.Namespace(python=None, runtime=renew_colab.CURRENT)
            return colab.make_environment(*colab.choose(options))[0], ""
        named = os.environ.get("COURSE_LOWEST")
        if named:
            there = Path(named).is_file()
            return named, "" if there else f"COURSE_LOWEST={named}: no such file"
        base = colab.find_python(12) or colab.find_python(11)
        if base is None:
            return None, "the lowest versions need Python 3.12 or 3.11"
        return backends.make_environment("lowest", packages("lowest"), base), ""
    except LessonError as error:
        return None, str(error)
    except subprocess.CalledProcessError as error:
        return None, f"{error.cmd}: {(error.stderr or '').strip()[-400:]}"


@contextlib.contextmanager
def kernels_of(python):
    """Let kernels be those of another interpreter; None changes nothing."""
    if python is None:
        yield
        return
    kept = os.environ.get("JUPYTER_PATH")
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "kernels", "python3", "kernel.json")
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.parent.mkdir(parents=True)
        text = json.dumps({"argv": argv, "display_name": "", "language": "python"})
        spec.write_text(text, encoding="utf-8")
        os.environ["JUPYTER_PATH"] = folder  # searched first
        try:
            yield
        finally:
            del os.environ["JUPYTER_PATH"]
            if kept is not None:
                os.environ["JUPYTER_PATH"] = kept


@contextlib.contextmanager
def cores_of(condition):
    """Leave a kernel as many cores as its condition has threads, where Linux can."""
    if condition not in THREADS or not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(cores)[: THREADS[condition]])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


# --- what a notebook prints -----------------------------------------------------------


def printed(path, condition):
    """Execute a notebook under a condition, or take what was kept of it.

    Parameters
    ----------
    path : pathlib.Path
    condition : str
        Of `CONDITIONS`.

    Returns
    -------
    list of list
        For each code cell its texts, pairs of kind and text.

    Raises
    ------
    LessonError, NotHereError
    """
    code = [cell.source for cell in code_cells(nbformat.read(path, as_version=4))]
    depends = json.dumps([code, CONDITIONS[condition], packages(condition)])
    stamp = hashlib.sha256(depends.encode()).hexdigest()
    name = measured.name_of(path)
    kept = run_lessons.BUILD / "spread" / f"{name}.{condition}.json"
    if kept.is_file():
        saved = json.loads(kept.read_text(encoding="utf-8"))
        if saved["stamp"] == stamp:
            return saved["cells"]
    with kernels_of(python_of(condition)), cores_of(condition):
        book, seconds, _ = execute(path, PLAIN | CONDITIONS[condition])
    print(f"{name}, {condition}: {seconds:.0f} s", flush=True)
    cells = [texts_of(cell.outputs) for cell in code_cells(book)]
    write(kept, run_lessons.as_json({"stamp": stamp, "cells": cells}))
    return json.loads(json.dumps(cells))


def compare(stored, came):
    """Compare what a cell printed with what is stored, but for its numbers.

    Parameters
    ----------
    stored, came : list
        Pairs of kind and text, as `tools.tolerances.texts_of` gives them.

    Returns
    -------
    tuple
        The numbers that came, a list of Decimal, and a list of str: how the texts
        around them differ.
    """
    kinds = [[kind for kind, _ in texts] for texts in (stored, came)]
    if kinds[0] != kinds[1]:
        return [], [f"outputs: stored {kinds[0]}, came {kinds[1]}"]
    wrong, numbers = [], []
    for (kind, old), (_, new) in zip(stored, came, strict=True):
        said = differences(old, new, HUGE)
        wrong += [f"{kind}: {x.replace(f', tolerance {HUGE}', '')}" for x in said]
        numbers += numbers_of(new)
    return numbers, wrong


# --- a notebook's entries -------------------------------------------------------------


def tagged(book):
    """Return the tagged cells of a notebook.

    Returns
    -------
    list of dict
        ``place`` among the code cells from 0, ``key``, ``tag``, ``texts`` (stored),
        ``numbers`` of them, and ``where``: the cell in words.
    """
    found, code = [], code_cells(book)
    for place, (cell, key) in enumerate(zip(code, measured.keys_of(code), strict=True)):
        tag = tolerance_of(cell.metadata.get("tags", []))
        if tag:
            texts = texts_of(cell.outputs)
            numbers = [each for _, text in texts for each in numbers_of(text)]
            first = cell.source.partition("\n")[0][:40]
            where = f"cell {book.cells.index(cell) + 1} ({first})"
            found.append(
                {"place": place, "key": key, "tag": tag, "texts": texts}
                | {"numbers": numbers, "where": where}
            )
    return found


def entry_of(cell, came):
    """Return a cell's entry and what is wrong with its texts.

    Parameters
    ----------
    cell : dict
        Of `tagged`.
    came : dict
        Texts of the cell by condition.
    """
    numbers, wrong = {}, []
    for condition, texts in came.items():
        numbers[condition], said = compare(cell["texts"], texts)
        wrong += [f"{condition}: {each}" for each in said]
    if wrong:
        return None, wrong
    ranges = [
        _range(cell["numbers"], [numbers[each] for each in group if each in numbers])
        for group in (MACHINES, SEEDS)
    ]
    rows = zip(cell["numbers"], *ranges, strict=True)
    entry = {
        "not_measured": [each for each in CONDITIONS if each not in came],
        "numbers": [[value, *machines, *seeds] for value, machines, seeds in rows],
    }
    return entry, []


def _range(stored, runs):
    """Return lowest and highest of each number, the stored one among them."""
    if not runs:
        return [[None, None]] * len(stored)
    columns = zip(stored, *runs, strict=True)
    return [[min(column), max(column)] for column in columns]


def merged(old, new):
    """Return an entry with what another machine has measured of the same numbers."""
    if old is None or [row[0] for row in old["numbers"]] != [
        row[0] for row in new["numbers"]
    ]:
        return new
    if set(new["not_measured"]) <= set(old["not_measured"]):
        return new  # all that was measured is measured anew
    rows = []
    for (value, *a), (_, *b) in zip(old["numbers"], new["numbers"], strict=True):
        pairs = [[x for x in pair if x is not None] for pair in zip(a, b, strict=True)]
        row = [value, None, None, None, None]
        row[1::2] = [min(pair, default=None) for pair in pairs[::2]]
        row[2::2] = [max(pair, default=None) for pair in pairs[1::2]]
        rows.append(row)
    lacking = [x for x in new["not_measured"] if x in old["not_measured"]]
    return {"not_measured": lacking, "numbers": rows}


def measure(path, conditions, old):
    """Measure the tagged cells of a notebook.

    Parameters
    ----------
    path : pathlib.Path
    conditions : list of str
    old : dict
        The notebook's entries so far.

    Returns
    -------
    tuple
        The notebook's entries, and a list of str: what failed.
    """
    cells = tagged(nbformat.read(path, as_version=4))
    came, failures, entries = {}, [], {}
    for condition in conditions if cells else ():
        try:
            came[condition] = printed(path, condition)
        except NotHereError as error:
            print(f"{measured.name_of(path)}, {condition}: NOT MEASURED: {error}")
        except LessonError as error:
            failures.append(f"{condition}: {error}")
    for cell in cells:
        texts = {each: runs[cell["place"]] for each, runs in came.items()}
        entry, wrong = entry_of(cell, texts)
        failures += [f"{cell['where']}: {each}" for each in wrong]
        if not came and cell["key"] in old:
            entries[cell["key"]] = old[cell["key"]]
        elif came and entry:
            entries[cell["key"]] = merged(old.get(cell["key"]), entry)
    return entries, failures


def problems(book, entries, needed=()):
    """Return what is wrong with the tags of a notebook, a line each.

    Parameters
    ----------
    book : nbformat.NotebookNode
    entries : dict
        The notebook's, from `tools.measured.read`.
    needed : iterable of str, optional
        The conditions without which an entry is not enough.

    Returns
    -------
    list of str
    """
    found = []
    for cell in tagged(book):
        entry, where = entries.get(cell["key"]), cell["where"]
        if entry is None or [row[0] for row in entry["numbers"]] != cell["numbers"]:
            found.append(f"{where}: the tag {cell['tag']} was never measured")
            continue
        lacking = [each for each in needed if each in entry["not_measured"]]
        if lacking:
            found.append(f"{where}: not measured: {', '.join(lacking)}")
        whole = not set(MACHINES) & set(HERE) & set(entry["not_measured"])
        rows = entry["numbers"]
        said = measured.tag_problem(cell["tag"], rows, cell["numbers"], whole)
        found += [f"{where}: {said}"] if said else []
    return found


def notebooks(lessons):
    """Return lessons and solutions, all or of these numbers (``"01,04"``)."""
    books = find_lessons(lessons, run_lessons.LESSONS)
    names = {book.name for book in books}
    solved = sorted(run_lessons.SOLUTIONS.glob("[0-9][0-9]_*.ipynb"))
    return books + [book for book in solved if book.name in names]


def run(paths, conditions):
    """Measure notebooks one by one; return the exit status."""
    failures, unmeasured = [], set()
    for path in paths:
        name, recorded = measured.name_of(path), measured.read()
        entries, failed = measure(path, conditions, recorded.get(name, {}))
        recorded[name] = entries
        books = {each: cells for each, cells in recorded.items() if _is_here(each)}
        kept = {each: cells for each, cells in books.items() if cells}
        write(measured.FILE, measured.as_text(kept))
        failed += problems(nbformat.read(path, as_version=4), entries)
        failures += [f"{name}: {each}" for each in failed]
        unmeasured.update(*(entry["not_measured"] for entry in entries.values()))
        said = f"{len(failed)} FAILED" if failed else "passed"
        print(f"{name}: {len(entries)} tagged cells measured, {said}", flush=True)
    if unmeasured:
        print(f"not measured: {', '.join(x for x in CONDITIONS if x in unmeasured)}")
    for failure in failures:
        print(f"\nFAILED {failure}", file=sys.stderr)
    return int(bool(failures))


def _is_here(name):
    """Return whether the notebook of an entry is still there."""
    return (run_lessons.LESSONS / f"{name}.ipynb").is_file()


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="conditions, parted by commas")
    options = parser.parse_args(arguments)
    try:
        conditions = chosen(options.only)
        paths = notebooks(os.environ.get("COURSE_LESSONS", ""))
    except (CourseError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    os.environ["PYTHONIOENCODING"] = "utf-8"
    try:
        return run(paths, conditions)
    except KeyboardInterrupt:
        print("\nInterrupted: the next call goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
