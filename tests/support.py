"""What tests of several rooms share."""

import hashlib
import http.server
import os
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers import ROOT
from helpers.data import CATALOGUE
from helpers.data.base import Pictures, Tables
from helpers.data.download import Remote
from helpers.errors import CourseError
from tools.run_tests import NBVAL

HEAVY = (
    "tensorflow", "keras", "jax", "torch", "pandas", "matplotlib", "sklearn", "gensim",
    "pymorphy3", "defusedxml",
)  # fmt: skip


def heavy_modules_after(code):
    """Return which of `HEAVY` are loaded once the code has run, as it prints them."""
    code = f"import sys\n{code}\nprint([m for m in {HEAVY} if m in sys.modules])"
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def line_of(call, *arguments):
    """Return the one line that a refusal is."""
    with pytest.raises(CourseError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


def run_cells(lesson, *marks, **names):
    """Return the names that a lesson's imports and its cells with these marks define.

    Each mark stands in one code cell; they run in the order given, after ``names``.
    """
    (path,) = (ROOT / "lessons").glob(f"{lesson:02}_*.ipynb")
    book = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in book.cells if cell.cell_type == "code"]
    wanted = [sources[1]]
    for mark in marks:
        (source,) = [each for each in sources if mark in each]
        wanted.append(source)
    for source in wanted:
        exec(compile(source, f"<lesson {lesson}>", "exec"), names)
    return names


class FaultyHandler(http.server.SimpleHTTPRequestHandler):
    """Serve a folder; a path that begins with a fault's name is served with it."""

    def do_GET(self):
        self.server.requests.append(self.path)
        if self.path.startswith("/missing/"):
            page = b"<html><body>404: no such file</body></html>"
            self.send_response(404)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path.startswith("/page/"):  # a portal answers 200 with a page
            page = b"<html><body>Please log in</body></html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path.startswith("/cut/"):
            name = Path(urllib.parse.unquote(self.path)).name
            body = Path(self.directory, name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
        else:
            self.path = "/" + Path(self.path).name
            super().do_GET()

    def log_message(self, *_):
        pass


# --- data sets ------------------------------------------------------------------------


def served_entry(name, server, sums=False):
    """Return the catalogue's entry with its addresses on a local server."""

    def moved(remote):
        path = server.folder / remote.name
        sha = hashlib.sha256(path.read_bytes()).hexdigest() if sums else None
        return Remote(remote.name, (server.url + remote.name,), sha)

    entry = CATALOGUE[name]
    first, *others = entry.sources
    first = replace(first, files=tuple(map(moved, first.files)))
    return replace(entry, sources=(first, *others))


def check_pictures(value, mode):
    """Assert what is true of all `Pictures`."""
    assert type(value) is Pictures
    assert value.mode == mode
    for x, y in ((value.x_train, value.y_train), (value.x_test, value.y_test)):
        assert x.dtype == np.uint8
        assert y.dtype == np.int64
        assert len(x) == len(y)
        assert set(np.unique(y)) == set(range(len(value.class_names)))


def check_tables(value, mode):
    """Assert what is true of all `Tables`."""
    assert type(value) is Tables
    assert value.mode == mode
    assert list(value.train.columns) == list(value.test.columns)
    for rows in (value.train, value.test):
        assert not rows.isna().any(axis=None)
        assert list(rows.index) == list(range(len(rows)))


def mnist_like(**changed):
    """Return arrays of the shapes of MNIST, all black."""
    arrays = {
        "x_train": np.zeros((60000, 28, 28), np.uint8),
        "y_train": np.arange(60000, dtype=np.uint8) % 10,
        "x_test": np.zeros((10000, 28, 28), np.uint8),
        "y_test": np.arange(10000, dtype=np.uint8) % 10,
    }
    return {**arrays, **changed}


def said_of_cells(path, options=()):
    """Return what strict nbval says of each cell of a notebook in which some fail."""
    report = path.with_suffix(".xml")
    command = [sys.executable, *NBVAL, *options, f"--junitxml={report}", str(path)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return [
        "".join(case.itertext()) for case in ElementTree.parse(report).iter("testcase")
    ]
