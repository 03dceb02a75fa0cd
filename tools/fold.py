"""Fold the code that a reader need not see, without executing anything.

    python -m tools.fold            # every notebook of lessons/
    python -m tools.fold --check    # writes nothing; fails when one would change

An author sets the tag hide-input on a cell that begins with ``# @title Заглавие``;
what JupyterLab and Colab read is derived from it, as tools.run_lessons does when it
stores outputs.  The set-up cell becomes that of lesson 4, folded.  Outputs stay.
"""

import argparse
import re
import sys

import nbformat

from tools.run_lessons import FOLDED, LESSONS, ROOT, metadata_of, write

SETUP = re.compile(r"# (@title )?Подготовка\b")
SOURCE = LESSONS / "04_mnist_cnn.ipynb"


def set_up_cell(book):
    """Return the set-up cell of a notebook: its first code cell, by its first line."""
    first = next((cell for cell in book.cells if cell.cell_type == "code"), None)
    return first if first is not None and SETUP.match(first.source) else None


def fold(book, setup=None):
    """Bring tags and metadata of a notebook's cells into line, in place.

    Parameters
    ----------
    book : nbformat.NotebookNode
        Its outputs stay as they are.
    setup : str, optional
        What its set-up cell, if it has one, is to say.
    """
    first = set_up_cell(book)
    if first is not None:
        first.source = setup or first.source
        tags = first.metadata.get("tags", [])
        first.metadata["tags"] = [*tags, *({FOLDED} - set(tags))]
    for cell in book.cells:
        cell.metadata = nbformat.from_dict(metadata_of(cell))
    return book


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    setup = set_up_cell(nbformat.read(SOURCE, as_version=4)).source
    stale = {}
    for path in sorted(LESSONS.rglob("[0-9][0-9]_*.ipynb")):
        text = path.read_text(encoding="utf-8")
        made = nbformat.writes(fold(nbformat.reads(text, as_version=4), setup)) + "\n"
        if made != text:
            stale[path] = made
    for path, made in stale.items():
        print(path.relative_to(ROOT))
        if not options.check:
            write(path, made)
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
