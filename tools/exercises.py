"""Generate the exercise notebooks from the solved ones.

    python -m tools.exercises            # writes lessons/exercises/NN_*.ipynb
    python -m tools.exercises --check    # writes nothing; fails when one would change

In a solution notebook

* a part of a code cell between ``# Решение. A hint.`` and ``# Вместо решения: a; b`` is
  replaced by ``# Ваш код. A hint.`` and the lines ``a`` and ``b``, valid Python;
* a Markdown cell whose first line is ``<!-- решение -->`` is left out;
* in the first cell the words ``: решения`` go, and the address names ``exercises``.

Outputs, execution numbers and tags are dropped, but for the tag that folds code.  A
cell that needs an answer may stop without stopping "run all": it is tagged
``raises-exception``, so that what stands below an exercise that is not done is still
run and judged.
"""

import argparse
import re
import sys

import nbformat

from helpers.errors import CourseError
from tools.run_lessons import FOLDED, LESSONS, ROOT, clean, write

SOLUTIONS, EXERCISES = LESSONS / "solutions", LESSONS / "exercises"
BEGIN = re.compile(r"^(\s*)# Решение\. (.+)$")
END = re.compile(r"^(\s*)# Вместо решения:(.*)$")
NEEDS = re.compile(r"^homework\.need\(", re.MULTILINE)
ANSWER = "<!-- решение -->"
TITLE = ": решения"


def stub(source, where=""):
    """Return the source of a code cell with its solutions replaced by stubs.

    Parameters
    ----------
    source : str
    where : str
        What a refusal calls the cell.

    Raises
    ------
    CourseError
        A part is not opened or not closed, or the stub is not valid Python.
    """
    lines, kept, indent = source.split("\n"), [], None
    for line in lines:
        begin, end = BEGIN.match(line), END.match(line)
        if begin:
            if indent is not None:
                raise CourseError(f"{where}: a solution inside a solution")
            indent = begin[1]
            kept.append(f"{indent}# Ваш код. {begin[2]}")
        elif end:
            if indent is None or end[1] != indent:
                raise CourseError(f"{where}: «Вместо решения» closes nothing")
            stubs = [part.strip() for part in end[2].split(";") if part.strip()]
            kept += [indent + part for part in stubs]
            indent = None
        elif indent is None:
            if re.search(r"#\s*(Решение|Вместо решения)\b", line):
                raise CourseError(f"{where}: a marker that is not one: {line.strip()}")
            kept.append(line)
    if indent is not None:
        raise CourseError(f"{where}: a solution is not closed")
    text = "\n".join(kept)
    try:
        compile(text, where or "<cell>", "exec")
    except SyntaxError as error:
        raise CourseError(f"{where}: the stub is not valid Python: {error}") from error
    return text


def exercise(book, name):
    """Return the exercise notebook of a solved one.

    Parameters
    ----------
    book : nbformat.NotebookNode
        Is left as it is.
    name : str
        Its file name.
    """
    cells = []
    for number, cell in enumerate(book.cells):
        source = cell.source
        if cell.cell_type == "markdown":
            if source.startswith(ANSWER):
                continue
            if number == 0:
                source = source.replace(TITLE, "", 1).replace(
                    f"/lessons/solutions/{name}", f"/lessons/exercises/{name}"
                )
            cells.append(nbformat.v4.new_markdown_cell(source))
        else:
            source = stub(source, f"{name}, cell {number + 1}")
            cells.append(nbformat.v4.new_code_cell(source))
            tags = [FOLDED] if FOLDED in cell.metadata.get("tags", []) else []
            if NEEDS.search(source):
                tags.append("raises-exception")
            cells[-1].metadata["tags"] = tags
    return clean(nbformat.v4.new_notebook(cells=cells))


def generate():
    """Return the text of each exercise notebook by its path."""
    found = {}
    for path in sorted(SOLUTIONS.glob("[0-9][0-9]_*.ipynb")):
        book = nbformat.read(path, as_version=4)
        made = exercise(book, path.name)
        found[EXERCISES / path.name] = nbformat.writes(made) + "\n"
    return found


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    try:
        made = generate()
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    orphans = set(EXERCISES.glob("*.ipynb")) - set(made)
    for path in sorted([*stale, *orphans]):
        print(path.relative_to(ROOT))
    if options.check:
        return 1 if stale or orphans else 0
    for path in stale:
        write(path, made[path])
    for path in orphans:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
