"""Execute the lessons, check their bars, write what they reached.

    python -m tools.run_lessons              # make run: into build/
    python -m tools.run_lessons --full       # make full: full data, several seeds
    python -m tools.run_lessons --in-place   # store new outputs in lessons/
    python -m tools.run_lessons --solutions  # the solved homework in place of lessons

``COURSE_LESSONS=04,06`` narrows a run; ``COURSE_DATA`` chooses the data of a plain one.
nbclient executes; this program watches memory, reads the closing tables, reports.
"""

import argparse
import contextlib
import hashlib
import html
import importlib.metadata
import json
import os
import statistics
import sys
import threading
import time
from datetime import date
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from tqdm import tqdm

from helpers import scores
from helpers.data import default_mode
from helpers.data.download import teacher_folder
from helpers.errors import CourseError
from lessons.checks.homework import RIGHT, records_of

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
SOLUTIONS = LESSONS / "solutions"
BUILD = ROOT / "build"
FULL_RESULTS = ROOT / "results" / "full.json"
PACKAGES = ("keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn")
KERNEL_LOG = BUILD / "kernel.log"  # what a kernel says before it listens to us
LONGEST_CELL = 3600  # seconds
SAME_NETWORK = 0.02  # how far the parameters of one network may differ between seeds


class LessonError(Exception):
    """A lesson did not run to its end or missed its bar; says where and why."""


def find_lessons(chosen, folder=None):
    """Return the lesson notebooks, all or those whose numbers are given ("04,06")."""
    books = sorted((folder or LESSONS).glob("[0-9][0-9]_*.ipynb"))
    if not chosen.strip():
        return books
    wanted = [part.strip().zfill(2) for part in chosen.split(",") if part.strip()]
    unknown = [w for w in wanted if not any(b.name[:2] == w for b in books)]
    if unknown:
        known = ", ".join(book.name[:2] for book in books)
        raise CourseError(
            f"COURSE_LESSONS={chosen}: there is no lesson {', '.join(unknown)}; "
            f"there are {known}"
        )
    return [book for book in books if book.name[:2] in wanted]


def name_of(path):
    """Return what results and bars call a notebook: ``"04_mnist_cnn"``.

    Solved homework has its folder before it: ``"solutions/04_mnist_cnn"``.
    """
    return f"{SOLUTIONS.name}/{path.stem}" if path.parent == SOLUTIONS else path.stem


def code_cells(notebook):
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


class MemoryWatch:
    """Watch the resident memory of a process; ``peak_mb`` is the largest seen."""

    def __init__(self, pid):
        self.peak_mb = 0
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        with contextlib.suppress(psutil.Error):  # the process is gone
            while True:
                used = self._process.memory_info().rss / 2**20
                self.peak_mb = max(self.peak_mb, round(used))
                if self._stop.wait(0.1):
                    return

    def stop(self):
        """Stop watching and return the peak in MiB."""
        self._stop.set()
        self._thread.join()
        return self.peak_mb


def execute(path, environment, bar=None):
    """Execute a notebook in a fresh kernel of this very Python.

    Parameters
    ----------
    path : pathlib.Path
    environment : dict of str to str
        Variables set for the kernel, beside those of this process.
    bar : tqdm.tqdm, optional
        Moved by one at each cell.

    Returns
    -------
    tuple
        The executed notebook, seconds, peak memory in MiB.

    Raises
    ------
    LessonError
        A cell failed, hung, wrote to stderr, or the kernel died.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=LONGEST_CELL,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_complete=(lambda **_: bar.update()) if bar is not None else None,
    )
    KERNEL_LOG.parent.mkdir(exist_ok=True)
    began, watch = time.perf_counter(), None
    try:
        with (
            KERNEL_LOG.open("ab") as log,
            client.setup_kernel(env={**os.environ, **environment}, stderr=log),
        ):
            watch = MemoryWatch(client.km.provisioner.pid)
            for index, cell in enumerate(notebook.cells):
                _execute_cell(client, path, index, cell)
            seconds = time.perf_counter() - began
            peak = watch.stop()
    except (DeadKernelError, RuntimeError) as error:
        raise LessonError(f"{path.name}: the kernel died: {error}") from error
    finally:
        if watch is not None:
            watch.stop()
    return notebook, seconds, peak


def _execute_cell(client, path, index, cell):
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        cause = f"{error.ename}: {error.evalue}"
        raise LessonError(_where(path, index, cell, cause)) from error
    except CellTimeoutError as error:
        cause = f"ran longer than {LONGEST_CELL} s"
        raise LessonError(_where(path, index, cell, cause)) from error
    noise = [o.text for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    if noise:
        cause = f"wrote to stderr: {noise[0].strip()[:400]}"
        raise LessonError(_where(path, index, cell, cause))


def _where(path, index, cell, cause):
    source = "\n".join(f"    {line}" for line in cell.source.splitlines())
    return f"{path.name}, cell {index + 1}:\n{source}\n  {cause}"


def missed_bars(lesson, mode, models, roles=("ours",)):
    """Return a line for each bar of ``lessons/bars.toml`` that the rows miss.

    Parameters
    ----------
    lesson : str
    mode : str
    models : list of dict
        Rows of the closing table.
    roles : tuple of str
        Whose bars count: that of the source's network holds for a mean over seeds, so
        that one run is judged by ours alone.
    """
    lines, bars = [], scores.read_bars(lesson, mode)
    for role in roles:
        rows = [row for row in models if row["role"] == role]
        if role in bars and not rows:
            lines.append(f"{lesson}: the closing table has no row {role!r}")
        for row in rows:
            bar = row["bar"]
            if bar is not None and not scores.reaches(row["metric"], row["value"], bar):
                lines.append(
                    f"{lesson}: {row['model']}: {row['metric']} {row['value']:.4f}, "
                    f"the bar is {bar:g}"
                )
            limit = bars.get("max_parameters")
            if role == "ours" and limit and row["parameters"] > limit:
                lines.append(
                    f"{lesson}: {row['parameters']} parameters, the limit is {limit}"
                )
    return lines


WIDGET = "application/vnd.jupyter.widget-view+json"
FOLDED = "hide-input"  # the tag; a site of MyST reads it as it is


def metadata_of(cell):
    """Return what a cell's metadata hold: its tags, and what folds its code.

    Parameters
    ----------
    cell : nbformat.NotebookNode

    Returns
    -------
    dict
        With the tag `FOLDED` also ``jupyter.source_hidden``, which JupyterLab reads,
        and ``cellView``, which Colab reads.
    """
    tags = list(cell.metadata.get("tags", []))
    found = {"tags": tags} if tags else {}
    if FOLDED in tags and cell.cell_type == "code":
        found |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    return found


def clean(notebook):
    """Drop from an executed notebook what is not its content, in place."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        if "outputs" in cell:  # a widget lives as long as its kernel
            cell.outputs = [
                each for each in cell.outputs if WIDGET not in each.get("data", {})
            ]
        cell.metadata = nbformat.from_dict(metadata_of(cell))
        cell.id = f"cell-{number:03d}"
    return notebook


def write(path, text):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# Folded code is behind its title; the page would show it whole.
PAGE = """
{%- extends "lab/index.html.j2" -%}
{%- block input_group -%}
{%- if "hide-input" in cell.metadata.get("tags", []) -%}
<details><summary style="font-family: sans-serif; padding: 0.5em 0">
{%- set title = cell.source.split("\n")[0] -%}
{{ title | replace("# @title", "") | trim | escape }} · показать код</summary>
{{- super() -}}
</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock -%}
"""
NO_ALT = "No description has been provided for this image"  # nbconvert's own words


def write_html(notebook, path):
    """Write a notebook as one HTML page; only MathJax comes from its own site.

    nbconvert does not pass a figure's sentence on as its alt, so it is put in here.
    """
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        embed_images=True,
        extra_loaders=[DictLoader({"folded.html.j2": PAGE})],
        template_file="folded.html.j2",
    )
    page, _ = exporter.from_notebook_node(
        notebook, resources={"metadata": {"name": path.stem}}
    )
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = html.escape(output.data.get("text/plain", "").strip())
                page = page.replace(f'alt="{NO_ALT}"', f'alt="{alt}"', 1)
    write(path, page)


def as_json(value):
    """Return readable JSON with a final newline."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def describe(mode):
    """Return the head of a results file: mode, device, date, versions."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    return {
        "mode": mode,
        "device": _device(),
        "backend": backend,
        "date": date.today().isoformat(),
        "versions": versions,
        "lessons": {},
    }


def _device():
    cores = f"CPU, {os.cpu_count()} cores"
    gpus = Path("/proc/driver/nvidia/gpus")
    return f"{cores}; NVIDIA GPU" if gpus.is_dir() and any(gpus.iterdir()) else cores


def rows_of(notebook):
    """Return the data mode and the rows of an executed notebook's closing tables.

    The mode is None where there is no table.
    """
    mode, rows = None, []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            table = output.get("metadata", {}).get(scores.METADATA_KEY)
            if table:
                mode = table["data"]
                rows.extend(dict(row) for row in table["models"])
    return mode, rows


def lesson_result(path, mode, seed=None, bar=None):
    """Execute a lesson and return its notebook and its entry of a results file."""
    environment = {"COURSE_DATA": mode}
    if seed is not None:
        environment["COURSE_SEED"] = str(seed)
    notebook, seconds, peak = execute(path, environment, bar)
    wrong = failed_checks(notebook)
    if wrong:
        raise LessonError(f"{path.name}: {wrong[0]}")
    used, models = rows_of(notebook)
    return notebook, {
        "status": "passed",
        "data": used,
        "seconds": round(seconds, 1),
        "peak_mb": peak,
        "models": models,
    }


def failed_checks(notebook):
    """Return the verdicts of a homework's checks that are not "right", a line each."""
    return [
        f"упражнение {each.exercise}, {each.state}: {each.why}"
        for each in records_of(notebook)
        if each.exercise and each.state != RIGHT
    ]


def run(paths, mode, in_place):
    """Execute lessons once into ``build/``; return the exit status."""
    results, failures = describe(mode), []
    cells = sum(len(nbformat.read(path, as_version=4).cells) for path in paths)
    with tqdm(total=cells, unit="cell", dynamic_ncols=True) as bar:
        for path in paths:
            name = name_of(path)
            bar.set_description(name)
            try:
                notebook, entry = lesson_result(path, mode, bar=bar)
            except LessonError as error:
                failures.append(str(error))
                results["lessons"][name] = {"status": "failed"}
                continue
            missed = missed_bars(name, entry["data"] or mode, entry["models"])
            entry["status"] = "missed its bar" if missed else "passed"
            failures.extend(missed)
            results["lessons"][name] = entry
            text = nbformat.writes(clean(notebook)) + "\n"
            made = BUILD / path.parent.name / path.name
            write(made, text)
            write_html(notebook, made.with_suffix(".html"))
            if in_place and not missed:
                write(path, text)
    solved = any(path.parent == SOLUTIONS for path in paths)
    write(BUILD / f"{'solutions' if solved else 'results'}.json", as_json(results))
    print_table(results)
    for failure in failures:
        print(f"\nFAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


def print_table(results):
    """Print a line for each lesson: data, seconds, memory, floor, score, bar."""
    lines = [("lesson", "data", "seconds", "peak MB", "best floor", "ours", "bar", "")]
    for name, entry in results["lessons"].items():
        models = entry.get("models", [])
        floors = [row for row in models if row["role"] == "floor"]
        ours = next((row for row in models if row["role"] == "ours"), None)
        best = None
        if floors:
            lower = floors[0]["metric"] in scores.LOWER_IS_BETTER
            best = (min if lower else max)(row["value"] for row in floors)
        lines.append(
            (
                name,
                entry.get("data") or "-",
                str(entry.get("seconds", "-")),
                str(entry.get("peak_mb", "-")),
                "-" if best is None else f"{best:.4f}",
                "-" if ours is None else f"{ours['value']:.4f}",
                "-" if ours is None or ours["bar"] is None else f"{ours['bar']:g}",
                entry["status"],
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print()
    for line in lines:
        cells = zip(line, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def run_full(paths):
    """Run lessons on the full data sets, resuming; return the exit status."""
    failures, head = [], describe("full")
    for path in paths:
        name = name_of(path)
        seeds = range(scores.read_bars(name, "full").get("seeds", 1))
        entries = []
        for seed in seeds:
            try:
                entries.append(_full_once(path, seed, head))
            except LessonError as error:
                failures.append(str(error))
        if len(entries) < len(seeds):
            continue
        if any(entry["data"] == "sample" for entry in entries):
            failures += _on_the_sample(path, entries)
            continue
        try:
            merged = merge_seeds(entries)
        except LessonError as error:
            failures.append(f"{name}: {error}")
            continue
        missed = missed_bars(name, "full", merged["models"], scores.ROLES)
        missed += slower_than_source(name, merged["models"])
        merged["status"] = "missed its bar" if missed else "passed"
        failures.extend(missed)
        merge_results(FULL_RESULTS, head, name, merged)
        print_table({"lessons": {name: merged}})
    for failure in failures:
        print(f"\nFAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


def _on_the_sample(path, entries):
    """Report a lesson that ran on the sample; return the missed bars of the sample.

    `FULL_RESULTS` keeps what it has: a result of the sample is none of the full data.
    """
    print(
        f"{name_of(path)}: its full data are not here, so it ran on the sample; "
        f"{FULL_RESULTS.name} stays as it was"
    )
    return [
        line
        for entry in entries
        for line in missed_bars(name_of(path), "sample", entry["models"])
    ]


def _full_once(path, seed, head):
    """Return the entry of one seed, from ``build/full`` when it was made before."""
    stamp = stamp_of(path, head)
    name = name_of(path)
    kept = BUILD / "full" / f"{name}.seed{seed}.json"
    if kept.is_file():
        saved = json.loads(kept.read_text(encoding="utf-8"))
        if saved["stamp"] == stamp:
            print(f"{name}, seed {seed}: done before, kept")
            return saved["entry"]
    cells = len(nbformat.read(path, as_version=4).cells)
    with tqdm(total=cells, unit="cell", desc=f"{name}, seed {seed}") as bar:
        notebook, entry = lesson_result(path, "full", seed, bar)
    write(kept.with_suffix(".ipynb"), nbformat.writes(clean(notebook)) + "\n")
    write_html(notebook, kept.with_suffix(".html"))
    if entry["data"] != "sample":  # or it would be kept when the full data come
        write(kept, as_json({"stamp": stamp, "entry": entry}))
    return entry


def stamp_of(path, head):
    """Return what a kept result depends on: code cells, bars, device, versions."""
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    place = [head[key] for key in ("device", "backend", "versions")]
    bars = scores.read_bars(name_of(path), "full")
    text = json.dumps([code, place, bars], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def merge_seeds(entries):
    """Return one entry from those of several seeds.

    ``value`` and ``seconds`` of a model become means over seeds, ``deviation`` the
    sample standard deviation of ``value`` (None for one seed); memory is the largest.
    Parameters may differ by `SAME_NETWORK` of their mean, as those of a network whose
    vocabulary follows the split, and become a rounded mean.

    Raises
    ------
    LessonError
        The tables have other rows, or a row another number of parameters: a mean over
        two different networks says nothing about either.
    """
    tables = [[row["model"] for row in entry["models"]] for entry in entries]
    if any(table != tables[0] for table in tables):
        raise LessonError("the seeds filled different rows of the closing table")
    merged = {**entries[0], "seeds": len(entries), "models": []}
    merged["seconds"] = round(sum(entry["seconds"] for entry in entries), 1)
    merged["peak_mb"] = max(entry["peak_mb"] for entry in entries)
    for rows in zip(*(entry["models"] for entry in entries), strict=True):
        sizes = [row["parameters"] for row in rows]
        if len(set(sizes)) > 1:
            if max(sizes) - min(sizes) > SAME_NETWORK * statistics.fmean(sizes):
                raise LessonError(
                    f"{rows[0]['model']}: parameters differ between seeds: {sizes}"
                )
            sizes = [round(statistics.fmean(sizes))]
        values = [row["value"] for row in rows]
        times = [row["seconds"] for row in rows if row["seconds"] is not None]
        row = dict(rows[0], value=round(statistics.fmean(values), 6))
        row["parameters"] = sizes[0]
        if len(values) > 1:
            row["deviation"] = round(statistics.stdev(values), 6)
        row["seconds"] = round(statistics.fmean(times), 1) if times else None
        merged["models"].append(row)
    return merged


def slower_than_source(lesson, models):
    """Return a line when ours has to be no slower than the source's, and is."""
    if not scores.read_bars(lesson, "full").get("no_slower_than_source"):
        return []
    times = {row["role"]: row["seconds"] for row in models}
    if times["ours"] <= times["source"]:
        return []
    return [f"{lesson}: {times['ours']} s, the source's network {times['source']} s"]


def merge_results(path, head, lesson, entry):
    """Put one lesson into a results file, leaving the others as they are."""
    results = dict(head)
    if path.is_file():
        results["lessons"] = json.loads(path.read_text(encoding="utf-8"))["lessons"]
    place = {key: head[key] for key in ("device", "backend", "date", "versions")}
    results["lessons"] = {**results["lessons"], lesson: {**entry, **place}}
    results["lessons"] = dict(sorted(results["lessons"].items()))
    write(path, as_json(results))


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="full data, several seeds")
    parser.add_argument("--in-place", action="store_true", help="store the outputs")
    parser.add_argument("--solutions", action="store_true", help="the solved homework")
    options = parser.parse_args(arguments)
    try:
        books = SOLUTIONS if options.solutions else LESSONS
        paths = find_lessons(os.environ.get("COURSE_LESSONS", ""), books)
        mode = "full" if options.full else default_mode()
        folder = teacher_folder()
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    if options.in_place and mode != "sample":
        print("--in-place stores sample outputs: unset COURSE_DATA", file=sys.stderr)
        return 2
    if folder is not None:
        os.environ["COURSE_DATA_DIR"] = str(folder)
    os.environ["PYTHONIOENCODING"] = "utf-8"
    try:
        return run_full(paths) if options.full else run(paths, mode, options.in_place)
    except KeyboardInterrupt:
        print("\nInterrupted: nothing half-written was left.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
