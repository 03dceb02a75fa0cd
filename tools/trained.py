"""Train the networks of data/trained on the full data, pack them, write their cards.

    python -m tools.trained                # make trained: all of them
    python -m tools.trained mnist_cnn      # make trained NAME=mnist_cnn
    python -m tools.trained --cards        # nothing but data/trained/README.md anew

A lesson's own cells train a network: they run in one kernel, in full mode with seed 0,
to the one that makes it.  Then the kernel packs its weights, puts them back into it as
`helpers.data.trained` reads them, and asks for the score before and after.
"""

import argparse
import ast
import hashlib
import io
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
from tqdm import tqdm

from helpers.data import base
from helpers.data.download import teacher_folder
from helpers.data.packed import read_arrays
from helpers.data.trained import Trained
from helpers.errors import CourseError
from tools import run_lessons
from tools.run_lessons import LessonError, code_cells

FOLDER = base.SAMPLES / "trained"
SEED = 0
LARGEST, ALL = 3_000_000, 12_000_000  # bytes of a file, of all
TABLE = 100_000  # more numbers than this get 8 bits each, in an array at least
NARROW = 8  # so many rows and columns large, since each has a scale; others 16
LOST = 0.002  # of the score, by packing
HEAD = """# Networks that the course has trained

`make trained` made these files from the lessons' own cells, on the full data, and wrote
this page from the cards inside them; `data.trained("NAME")` reads them. Weights are
whole numbers of 8 or 16 bits with their scale; nothing is pickled. They show in a
lesson what real data give: a score is that of one seed on the test part, and no claim
about other data. The weights are CC0; the data that they were trained on have cards and
licences of their own, in [data](../README.md) and on the
[teacher's page](../../docs/teachers.md).

"""
COLUMNS = (
    "file", "lesson", "code cell", "seed", "metric", "score", "before packing",
    "parameters", "bytes", "date", "device", "sha256",
)  # fmt: skip


class PackingError(Exception):
    """A network cannot be kept; says why."""


@dataclass(frozen=True)
class Kept:
    """A network that is kept, and where a lesson makes it.

    Attributes
    ----------
    name : str
        Of its file.
    lesson : str
        The notebook's name without its suffix.
    variable : str
        What the lesson calls the trained Keras model.
    build : str
        An expression of the lesson that builds the network untrained.
    score : str
        An expression of the lesson that asks ``variable`` on the test part: a float.
    metric : str
        A key of `helpers.scores.METRICS`.
    title, data, measure : str
        What the printed line says, in Russian: network, data, what the score is.
    words : str or None
        An expression of the lesson: the list of words that the network knows.
    arrays : dict of str to str
        Expressions of the lesson for what else the network needs, by name.
    until : str or None
        A piece of the cell that trains it, where that is not the last one that assigns
        ``variable``.
    """

    name: str
    lesson: str
    variable: str
    build: str
    score: str
    metric: str
    title: str
    data: str
    measure: str
    words: str | None = None
    arrays: dict = field(default_factory=dict)
    until: str | None = None

    @property
    def expressions(self):
        """The expressions of the lesson, a list of str."""
        found = [self.variable, self.build, self.score, *self.arrays.values()]
        return [*found, self.words] if self.words else found


REGISTRY = {
    each.name: each
    for each in [
        Kept(
            name="imdb_cnn",
            lesson="03_imdb_cnn",
            variable="reader",
            build="reader_network()",
            score="float(((chances(reader, prepare(reviews.x_test, READS))[:, 0] > 0.5)"
            " == y_test).mean())",
            metric="accuracy",
            title="свёрточная сеть урока 3",
            data="IMDB, 20 000 обучающих отзывов",
            measure="доля верных ответов на тестовой части",
            words="reviews.vocabulary.words[:READS]",
        ),
        Kept(
            name="imdb_ngrams",
            lesson="03_imdb_cnn",
            variable="all_ours",
            build="our_network([0, *all_ratios.values()])",
            score="float(((chances(all_ours, bag(spoken_test, all_grams))[:, 0] > 0.5)"
            " == y_test).mean())",
            metric="accuracy",
            title="сеть на n-граммах урока 3",
            data="IMDB, 25 000 обучающих отзывов",
            measure="доля верных ответов на тестовой части",
            words='["<pad>", *all_ratios]',
        ),
        Kept(
            name="mnist_cnn",
            lesson="04_mnist_cnn",
            variable="ours",
            build="build_ours()",
            score="accuracy(ours, digits.x_test[..., None] / np.float32(255), "
            "digits.y_test)",
            metric="accuracy",
            title="свёрточная сеть урока 4",
            data="весь MNIST",
            measure="доля верных ответов на тестовой части",
        ),
    ]
}


# --- from arrays to a file ------------------------------------------------------------


def quantise(array, bits):
    """Return an array as whole numbers with their scale.

    Parameters
    ----------
    array : numpy.ndarray
        Of finite floats.
    bits : {8, 16}
        With 8 there is a scale for each index of the first or of the last axis,
        whichever loses less.

    Returns
    -------
    tuple of numpy.ndarray
        int8 or int16 of the same shape, and float32 that broadcasts with it; their
        product is off by half a scale at most.
    """
    if not np.isfinite(array).all():
        raise PackingError("weights are not finite")
    top, axes = 2 ** (bits - 1) - 1, [None]
    if bits == 8 and array.ndim > 1:
        axes = [tuple(range(1, array.ndim)), tuple(range(array.ndim - 1))]
    found = []
    for axis in axes:
        largest = np.abs(array).max(axis, keepdims=axis is not None, initial=0)
        scale = np.where(largest > 0, largest / top, 1).astype(np.float32)
        whole = np.clip(np.rint(array / scale), -top, top).astype(f"int{bits}")
        found.append((float(((whole * scale - array) ** 2).sum()), whole, scale))
    return min(found, key=lambda each: each[0])[1:]


def smallest(array):
    """Return whole numbers in the narrowest dtype that holds them all."""
    low, high = min(array.min(initial=0), 0), array.max(initial=0)
    dtypes = ("u1", "u2", "u4") if low == 0 else ("i1", "i2", "i4", "i8")
    fits = [
        each
        for each in map(np.dtype, dtypes)
        if np.iinfo(each).min <= low and high <= np.iinfo(each).max
    ]
    if not fits:
        raise PackingError(f"whole numbers up to {high} are not kept")
    return array.astype(fits[0])


def pack(weights, card, words=None, arrays=None):
    """Return what `helpers.data.trained` reads, a dict of arrays.

    Parameters
    ----------
    weights : list of numpy.ndarray
        Those of a Keras model, in its order.
    card : dict
    words : sequence of str, optional
    arrays : dict of str to numpy.ndarray, optional
        Whole numbers are kept as they are, floats as weights are.
    """
    packed = {"card": _bytes(json.dumps(card))}
    named = {str(i): np.asarray(each) for i, each in enumerate(weights)}
    named |= {f"array.{key}": np.asarray(each) for key, each in (arrays or {}).items()}
    for key, array in named.items():
        if array.dtype.kind in "iu":
            packed[key] = smallest(array)
        else:
            wide = array.ndim > 1 and min(len(array), array.shape[-1]) >= NARROW
            bits = 8 if wide and array.size > TABLE else 16
            packed[key], packed[f"{key}.scale"] = quantise(array, bits)
    if words is not None:
        if any("\n" in word for word in words):
            raise PackingError("a word has a newline in it")
        packed["words"] = _bytes("\n".join(words))
    return packed


def _bytes(text):
    return np.frombuffer(text.encode(), np.uint8)


def as_file(packed):
    """Return the bytes of the .npz file, the same for the same arrays.

    Raises
    ------
    PackingError
        They are more than `LARGEST`.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **packed)
    if buffer.tell() > LARGEST:
        raise PackingError(f"{buffer.tell():,} bytes, more than {LARGEST:,}")
    return buffer.getvalue()


# --- in the lesson's kernel -----------------------------------------------------------


def harvest(kept, names, cell, target):
    """Pack a network that the lesson has just trained, and write its file.

    Parameters
    ----------
    kept : Kept
    names : dict
        Those that the lesson's cells have defined.
    cell : str
        First line of the cell that trains the network, for the card.
    target : str
        Path of the file.

    Raises
    ------
    PackingError
        The lesson ran on the sample, the file is too large, packing costs more than
        `LOST` of the score.
    """
    if names.get("full") is not True:
        raise PackingError("the lesson ran on its sample, not on the full data")
    model = names[kept.variable]
    before = float(eval(kept.score, names))
    head = run_lessons.describe("full")
    card = {
        **{key: getattr(kept, key) for key in ("lesson", "build", "metric")},
        **{key: getattr(kept, key) for key in ("title", "data", "measure")},
        **{key: head[key] for key in ("date", "device", "backend", "versions")},
        "cell": cell,
        "seed": int(os.environ["COURSE_SEED"]),
        "parameters": int(model.count_params()),
        "score_before": round(before, 6),
        "score": None,
        "weights": len(model.get_weights()),
    }
    words = kept.words and list(eval(kept.words, names))
    arrays = {key: eval(each, names) for key, each in kept.arrays.items()}
    packed = pack(model.get_weights(), card, words, arrays)
    Trained.of(kept.name, packed).load_into(model)
    after = float(eval(kept.score, names))
    if not abs(after - before) <= LOST:
        raise PackingError(f"the score was {before:.4f}, after packing {after:.4f}")
    packed["card"] = _bytes(json.dumps(card | {"score": round(after, 6)}))
    Path(target).write_bytes(as_file(packed))


# --- lessons --------------------------------------------------------------------------


def assigned(source):
    """Return the names that a cell assigns, defines or imports at its top level."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(each.asname or each.name).split(".")[0] for each in node.names}
        else:
            found |= {
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
    return found


def cells_until(kept, book):
    """Return the code cells of a lesson up to the one that trains a network.

    Raises
    ------
    LessonError
        No cell assigns its variable, or has the text that ``until`` names.
    """
    cells = code_cells(book)
    for number in range(len(cells), 0, -1):
        source = cells[number - 1].source
        if kept.until in source if kept.until else kept.variable in assigned(source):
            return cells[:number]
    wanted = kept.until or f"{kept.variable} = ..."
    raise LessonError(f"{kept.lesson}: no cell has {wanted}")


def train(kept):
    """Run a lesson to its network; return the path of the packed file in ``build/``."""
    lesson = run_lessons.LESSONS / f"{kept.lesson}.ipynb"
    book = nbformat.read(lesson, as_version=4)
    cells = cells_until(kept, book)
    target = run_lessons.BUILD / "trained" / f"{kept.name}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    first = cells[-1].source.splitlines()[0]
    end = "from tools.trained import Kept, harvest\n\n"
    end += f"harvest({kept!r}, globals(), {first!r}, {str(target)!r})"
    book.cells = [*cells, nbformat.v4.new_code_cell(end)]
    path = target.with_suffix(".ipynb")
    nbformat.write(book, path)
    variables = {"COURSE_DATA": "full", "COURSE_SEED": str(SEED)}
    paths = [str(run_lessons.ROOT), os.environ.get("PYTHONPATH")]
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    with tqdm(total=len(book.cells), unit="cell", desc=kept.name) as bar:
        run_lessons.execute(path, variables, bar)
    return target


def cards():
    """Return the text of data/trained/README.md: a row for each file that is there."""
    rows = [COLUMNS, ["---"] * len(COLUMNS)]
    for path in sorted(FOLDER.glob("*.npz")):
        content = path.read_bytes()
        card = Trained.of(path.stem, read_arrays(path)).card
        row = [f"`{path.name}`", card["lesson"], f"`{card['cell']}`", card["seed"]]
        row += [card["metric"], f"{card['score']:.4f}", f"{card['score_before']:.4f}"]
        row += [f"{card['parameters']:,}", f"{len(content):,}", card["date"]]
        row += [f"{card['device']}, Keras {card['versions']['keras']}"]
        rows.append([*row, f"`{hashlib.sha256(content).hexdigest()}`"])
    return HEAD + "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def keep(made):
    """Put a packed file into data/trained; return a line about it.

    Raises
    ------
    PackingError
        All files together would be more than `ALL` bytes.
    """
    others = [path for path in FOLDER.glob("*.npz") if path.name != made.name]
    total = made.stat().st_size + sum(path.stat().st_size for path in others)
    if total > ALL:
        raise PackingError(f"all files: {total:,} bytes, more than {ALL:,}")
    card = Trained.of(made.stem, read_arrays(made)).card
    FOLDER.mkdir(parents=True, exist_ok=True)
    made.replace(FOLDER / made.name)
    return (
        f"{made.stem}: {card['metric']} {card['score_before']:.4f}, after packing "
        f"{card['score']:.4f}; {(FOLDER / made.name).stat().st_size:,} bytes"
    )


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(REGISTRY))
    parser.add_argument("--cards", action="store_true", help="write the page alone")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in REGISTRY]
    if unknown:
        there = ", ".join(REGISTRY)
        print(f"no network {', '.join(unknown)}: {there}", file=sys.stderr)
        return 2
    failed = False
    os.environ["PYTHONIOENCODING"] = "utf-8"
    try:
        folder = teacher_folder()
        if folder is not None:
            os.environ["COURSE_DATA_DIR"] = str(folder)
        for name in [] if options.cards else options.names or REGISTRY:
            print(keep(train(REGISTRY[name])))
    except (CourseError, LessonError, PackingError) as error:
        print(f"FAILED {error}", file=sys.stderr)
        failed = True
    run_lessons.write(FOLDER / "README.md", cards())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
