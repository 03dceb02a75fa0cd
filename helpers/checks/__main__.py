"""Make one table of a class from the notebooks that its students handed in.

    python -m helpers.checks FOLDER              # prints it, writes FOLDER/results.csv
    python -m helpers.checks FOLDER --out a.csv

The verdicts are read from the stored outputs; nothing is executed.  A notebook can be
edited by hand: to trust a table, execute the notebooks anew (``jupyter execute``).
A verdict is the last line of a check; the summary does not count, since it is stale
when a check was run after it.
"""

import argparse
import csv
import io
import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from helpers.checks.homework import BROKEN, RIGHT, UNTOUCHED, WRONG, exercises_of
from helpers.errors import CourseError

HEAD = re.compile(r"^Домашнее задание (\d{1,2}):(?:.*? Ученик: (.+)\.)?", re.MULTILINE)
LINE = re.compile(
    rf"^Упражнение (\d+\.\d+) \(.*?\): ({RIGHT}|{WRONG}|{UNTOUCHED}|{BROKEN})\."
    r".* Сделано \d+ из \d+\.",
    re.MULTILINE,
)
MARKS = {RIGHT: "да", WRONG: "нет", UNTOUCHED: "", BROKEN: BROKEN}


@dataclass
class Result:
    """What a notebook says: whose it is, which lesson, each exercise's last verdict."""

    student: str
    file: str
    lesson: int
    verdicts: dict = field(default_factory=dict)


def read_result(path, folder):
    """Return the result of a handed-in notebook.

    Parameters
    ----------
    path : pathlib.Path
        An executed exercise notebook.
    folder : pathlib.Path
        The folder of the class, from which file names are counted.

    Returns
    -------
    Result
        The student is the one that the notebook names, else the file's name.

    Raises
    ------
    CourseError
        Not a notebook, one without a homework's outputs, or of an unknown lesson.
    """
    name = _one_line(os.fsencode(path.relative_to(folder)).decode("utf-8", "replace"))
    name = name.replace(os.sep, "/")
    try:
        book = json.loads(path.read_text(encoding="utf-8-sig"))
        text = "\n".join(_printed(cell) for cell in book["cells"])
    except OSError as error:
        raise CourseError(f"{name}: файл не читается ({error.strerror}).") from error
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise CourseError(f"{name}: это не тетрадь Jupyter.") from error
    head = HEAD.search(text)
    if head is None:
        raise CourseError(
            f"{name}: в ней нет выполненных проверок. Попросите ученика выполнить "
            "тетрадь целиком и сохранить её вместе с выводом."
        )
    try:
        exercises_of(head[1])
    except CourseError as error:
        raise CourseError(f"{name}: урока {head[1]} в курсе нет.") from error
    student = _one_line(head[2] or "") or name.rpartition("/")[2].removesuffix(".ipynb")
    return Result(student, name, int(head[1]), dict(LINE.findall(text)))


def collect(folder):
    """Return the results of a class and a line for each file that has none.

    Parameters
    ----------
    folder : pathlib.Path
        Searched with its subfolders.

    Returns
    -------
    tuple of list
        `Result` objects by student and lesson, and Russian lines.
    """
    results, refused = [], []
    for path in sorted(folder.rglob("*.ipynb")):
        parts = path.relative_to(folder).parts
        if any(part.startswith((".", "__MACOSX")) for part in parts):
            continue  # Jupyter's own copies, and what a Mac's archives add
        try:
            results.append(read_result(path, folder))
        except CourseError as error:
            refused.append(str(error))
    results.sort(key=lambda each: (each.student.casefold(), each.lesson, each.file))
    return results, refused


def as_rows(results):
    """Return the table as rows of text: a header, then a row for each notebook."""
    columns = []
    for lesson in sorted({each.lesson for each in results}):
        columns += list(exercises_of(str(lesson)))
    titles = [f"упр. {number}" for number in columns]  # a bare 1.2 becomes February 1
    rows = [["ученик", "файл", "урок", *titles, "сделано", "всего"]]
    for each in results:
        own = list(exercises_of(str(each.lesson)))
        marks = [MARKS[each.verdicts.get(number, UNTOUCHED)] for number in columns]
        done = sum(each.verdicts.get(number) == RIGHT for number in own)
        cells = [_plain(each.student), _plain(each.file), str(each.lesson)]
        rows.append([*cells, *marks, str(done), str(len(own))])
    return rows


def as_csv(rows):
    """Return the rows as CSV that a Russian spreadsheet opens: BOM, semicolons."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(rows)
    return "\ufeff" + written.getvalue()


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not options.folder.is_dir():
        print(f"Папки {options.folder} нет.", file=sys.stderr)
        return 2
    results, refused = collect(options.folder)
    for line in refused:
        print(line, file=sys.stderr)
    if not results:
        print(f"В папке {options.folder} нет выполненных тетрадей.", file=sys.stderr)
        return 1
    rows = as_rows(results)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
    out = options.out or options.folder / "results.csv"
    part = out.parent / (out.name + ".part")
    try:
        part.write_text(as_csv(rows), encoding="utf-8", newline="")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        print(
            f"{out}: не могу записать ({error.strerror}). Может быть, таблица открыта "
            "в другой программе; другое место назовёт --out.",
            file=sys.stderr,
        )
        return 2
    print(f"\nЗаписано: {out}")
    return 0


def _printed(cell):
    """Return what a cell printed, though Jupyter may store it in several pieces."""
    outputs = cell.get("outputs", [])
    return "".join(
        "".join(each["text"]) for each in outputs if each.get("name") == "stdout"
    )


def _one_line(text):
    """Return text without line breaks and without what UTF-8 cannot hold."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _plain(text):
    """Return text that a spreadsheet will not take for a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text


if __name__ == "__main__":
    sys.exit(main())
