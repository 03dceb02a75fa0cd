"""Change lesson code in meaning, a place at a time, and count what nbval notices.

    python -m tools.mutants                   # make mutants
    python -m tools.mutants -k sign           # those with the word in name or kind
    python -m tools.mutants --jobs 1 --again  # one at a time; forget what is known

A mutant is an entry of ``tests/mutants/lesson_NN.toml``.  It is caught when the changed
cell or a later one fails under strict nbval; first the lesson itself has to be green.
What is known stays in ``build/mutants.json``: a run goes on where it was cut off, and
``COURSE_LESSONS=04,06`` narrows it.  The exit status is 1 when fewer than 90 % of a
lesson's mutants are caught, when one survives without a reason, or when a lesson is
red; 2 when there is nothing to run, or an entry does not fit its lesson.
"""

import argparse
import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat

from helpers.errors import CourseError
from tools.run_lessons import BUILD, LESSONS, code_cells, find_lessons
from tools.run_tests import NBVAL, ROOT

MUTANTS = ROOT / "tests" / "mutants"
KINDS = {
    "sign": "plus for minus, larger for smaller",
    "axis": "another axis, a transpose, a shape",
    "index": "off by one, another place, another order",
    "mask": "a condition or a mask that lets through what it should not",
    "split": "train, validation or test in place of one another, truth for prediction",
    "square": "a power or a root dropped or added",
    "term": "a term, a factor or a step dropped or doubled",
    "argument": "another number or option given to a call",
}
SHARE = 0.9  # of a lesson's mutants have to be caught
LONGEST_CELL = 600  # seconds; a mutant may loop for ever
JUDGES = ("tools/tolerances.py", "tests/sanitize.cfg")  # what else decides a result


class MutantError(Exception):
    """A mutant, or the file of them, cannot be used; says why."""


class BrokenRun(Exception):  # noqa: N818 (no error of a mutant, nor of this program)
    """A run told nothing of a mutant: the lesson itself failed, or pytest did."""


@dataclass(frozen=True)
class Mutant:
    """A change of a lesson: ``old``, which its code has once, becomes ``new``.

    Attributes
    ----------
    name : str
        What the change does, in a few words; one of a kind within its file.
    kind : str
        One of `KINDS`.
    old, new : str
        Texts of one code cell.
    reason : str
        Why the mutant may survive; empty for one that has to be caught.
    """

    name: str
    kind: str
    old: str
    new: str
    reason: str = ""


def load(path):
    """Return the mutants of a file.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of Mutant

    Raises
    ------
    MutantError
        The file holds something else, or two mutants of one name.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        mutants = [Mutant(**entry) for entry in given.pop("mutant")]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise MutantError(f"{path.name}: {error}") from error
    names = [mutant.name for mutant in mutants]
    wrong = [f"unknown key {key}" for key in given]
    wrong += [f"two called {name!r}" for name in names if names.count(name) > 1]
    wrong += [f"{m.name}: no kind {m.kind!r}" for m in mutants if m.kind not in KINDS]
    if wrong:
        raise MutantError(f"{path.name}: {wrong[0]}")
    return mutants


def change(sources, mutant):
    """Return which cell a mutant changes, and what the cell is then.

    Parameters
    ----------
    sources : list of str
        The code cells of a lesson.
    mutant : Mutant

    Returns
    -------
    tuple of int and str
        The number of the code cell, from 0, as nbval counts; its changed source.

    Raises
    ------
    MutantError
        The mutant is stale, it changes no code, or the changed code does not compile.
    """
    places = [len(re.findall(f"(?={re.escape(mutant.old)})", s)) for s in sources]
    if sum(places) != 1:
        raise MutantError(f"{mutant.name}: stale, its old text stands {sum(places)} x")
    number = places.index(1)
    changed = sources[number].replace(mutant.old, mutant.new)
    try:
        same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(sources[number]))
    except SyntaxError as error:
        raise MutantError(f"{mutant.name}: does not compile: {error}") from error
    if same:
        raise MutantError(f"{mutant.name}: changes no code")
    return number, changed


def first_failure(path, folder):
    """Execute a notebook under strict nbval up to its first failing cell.

    Parameters
    ----------
    path : pathlib.Path
    folder : pathlib.Path
        Where pytest may write its report.

    Returns
    -------
    tuple or None
        The number of the code cell and what nbval said; None when all passed.

    Raises
    ------
    BrokenRun
        pytest failed for another reason than a cell.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COURSE_")}
    kept.pop("KERAS_BACKEND", None)
    kept |= {"PYTHONUTF8": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    report = folder / "report.xml"
    command = [sys.executable, *NBVAL, "-x", f"--nbval-cell-timeout={LONGEST_CELL}"]
    done = subprocess.run(
        [*command, "--color=no", f"--junitxml={report}", str(path)],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode == 0:
        return None
    cases = ElementTree.parse(report).iter("testcase") if report.is_file() else []
    for case in cases:
        failure = case.find("failure")
        cell = re.search(r"Cell (\d+)$", case.get("name"))
        if failure is not None and cell:
            said = re.search(r"^Cell \d+: (.+)", failure.text or "", re.M)
            return int(cell[1]), said[1] if said else "failed"
    raise BrokenRun(
        f"pytest ended with {done.returncode}: {done.stdout[-300:].strip()}"
    )


def trial(lesson, mutant=None):
    """Run a lesson, changed by a mutant or as it is, in a folder of its own.

    Parameters
    ----------
    lesson : pathlib.Path
    mutant : Mutant, optional

    Returns
    -------
    dict
        ``caught`` (bool), ``cell`` (int or None), ``said`` (str), ``seconds`` (float).

    Raises
    ------
    BrokenRun
        The lesson itself fails, or a cell before the changed one did.
    """
    began = time.perf_counter()
    notebook = nbformat.read(lesson, as_version=4)
    cells, number = code_cells(notebook), None
    if mutant is not None:
        number, source = change([cell.source for cell in cells], mutant)
        cells[number].source = source
    room = BUILD / "mutants"
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room) as folder:
        path = Path(folder) / lesson.name
        nbformat.write(notebook, path)
        failed = first_failure(path, Path(folder))
    if failed and (number is None or failed[0] < number):
        raise BrokenRun(f"the unchanged cell {failed[0]} fails: {failed[1]}")
    cell, said = failed or (None, "")
    seconds = round(time.perf_counter() - began, 1)
    return {
        "caught": failed is not None,
        "cell": cell,
        "said": said,
        "seconds": seconds,
    }


def key_of(lesson, mutant):
    """Return the key of a result: it changes with all that is known to decide it.

    That is the lesson's code, tags and outputs, the mutant without its reason, how
    nbval is called, and `JUDGES`; not the helpers, nor the versions of packages.
    """
    cells = code_cells(nbformat.read(lesson, as_version=4))
    parts = [[cell.source, cell.metadata.get("tags"), cell.outputs] for cell in cells]
    parts += [NBVAL, [(ROOT / name).read_text(encoding="utf-8") for name in JUDGES]]
    parts.append({**asdict(mutant), "reason": ""})
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


# --- the run --------------------------------------------------------------------------


def collect(chosen, word=""):
    """Return the chosen mutants that fit their lessons.

    Parameters
    ----------
    chosen : str
        Numbers of lessons, "04,06"; all when empty.
    word : str
        Part of a name or of a kind.

    Returns
    -------
    list of tuple
        A lesson's path and a mutant, in the order of the files.

    Raises
    ------
    MutantError
        A file or a mutant cannot be used; all such are named.
    """
    found, wrong = [], []
    for lesson in find_lessons(chosen, LESSONS):
        path = MUTANTS / f"lesson_{lesson.name[:2]}.toml"
        if not path.is_file():
            continue
        sources = [c.source for c in code_cells(nbformat.read(lesson, as_version=4))]
        try:
            mutants = load(path)
        except MutantError as error:
            wrong.append(str(error))
            continue
        for mutant in mutants:
            try:
                change(sources, mutant)
            except MutantError as error:
                wrong.append(f"{path.name}: {error}")
            if word in mutant.name or word in mutant.kind:
                found.append((lesson, mutant))
    if wrong:
        raise MutantError("\n".join(wrong))
    return found


def run(tasks, jobs):
    """Run trials side by side; yield each task with its result or its `BrokenRun`."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(trial, *task): task for task in tasks}
        try:
            for done in as_completed(waiting):
                try:
                    yield waiting[done], done.result()
                except BrokenRun as error:
                    yield waiting[done], error
        finally:
            pool.shutdown(cancel_futures=True)


def report(pairs, results, broken):
    """Print who survived, each lesson's share, and `N of M`; return the exit status."""
    status, rows = 0, []
    for lesson in dict.fromkeys(lesson for lesson, _ in pairs):
        mutants = [mutant for path, mutant in pairs if path == lesson]
        said = [broken[key] for key in broken if key[0] == lesson]
        for error in said:
            print(f"BROKEN     {lesson.stem}: {error}")
        caught = 0
        for mutant in mutants:
            result = results.get((lesson, mutant))
            caught += bool(result and result["caught"])
            if result and not result["caught"]:
                why = mutant.reason or "UNEXPLAINED"
                print(f"survived   {lesson.stem}: {mutant.kind}: {mutant.name}: {why}")
                status |= not mutant.reason
            elif result and mutant.reason:
                print(f"caught, though a reason is given: {lesson.stem}: {mutant.name}")
        rows.append(f"{lesson.stem:<24} {caught} of {len(mutants)}")
        status |= bool(said) or caught < SHARE * len(mutants)
    print("\n".join(["", *rows]))
    known = [results.get(pair) for pair in pairs]
    print(f"{sum(bool(each and each['caught']) for each in known)} of {len(pairs)}")
    return int(status)


def main(arguments=None):
    """Run the mutants that are asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-k", default="", metavar="WORD", help="part of name or kind")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks side by side")
    parser.add_argument("--again", action="store_true", help="forget what is known")
    parser.add_argument(
        "--no-baseline", action="store_true", help="take the lessons for green"
    )
    options = parser.parse_args(arguments)
    try:
        pairs = collect(os.environ.get("COURSE_LESSONS", ""), options.k)
    except (MutantError, CourseError) as error:
        print(error, file=sys.stderr)
        return 2
    if not pairs:
        print("no such mutants in tests/mutants", file=sys.stderr)
        return 2
    store = BUILD / "mutants.json"
    stored = {}
    if store.is_file() and not options.again:
        stored = json.loads(store.read_text(encoding="utf-8"))
    keys = {pair: key_of(*pair) for pair in pairs}
    results = {pair: stored[key] for pair, key in keys.items() if key in stored}
    todo, broken = [pair for pair in pairs if pair not in results], {}
    print(f"{len(results)} known, {len(todo)} to run", flush=True)
    if not options.no_baseline:
        lessons = dict.fromkeys((lesson, None) for lesson, _ in todo)
        for (lesson, _), result in run(lessons, options.jobs):
            if isinstance(result, BrokenRun):
                broken[lesson, None] = result
            else:
                print(
                    f"green      {result['seconds']:5.0f} s  {lesson.stem}", flush=True
                )
    todo = [pair for pair in todo if (pair[0], None) not in broken]
    for (lesson, mutant), result in run(todo, options.jobs):
        title = f"{lesson.stem[:2]} {mutant.kind}: {mutant.name}"
        if isinstance(result, BrokenRun):
            broken[lesson, mutant] = BrokenRun(f"{mutant.name}: {result}")
            print(f"BROKEN     {title}", flush=True)
            continue
        results[lesson, mutant] = stored[keys[lesson, mutant]] = result
        _write(store, stored)
        word = "caught" if result["caught"] else "SURVIVED"
        where = (
            f" (cell {result['cell']}: {result['said']})" if result["caught"] else ""
        )
        print(f"{word:<10} {result['seconds']:5.0f} s  {title}{where}", flush=True)
    return report(pairs, results, broken)


def _write(path, results):
    """Write results so that a cut leaves the old ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
