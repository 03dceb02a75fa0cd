"""What `make spread` has measured, results/spread.json: how far tagged numbers move.

    {"lessons": {"01_perceptron": {"3fa9c2d1e4b0": {
        "not_measured": ["colab"],
        "numbers": [[0.89, 0.88, 0.90, 0.71, 0.94]]}}}}

By notebook and by a cell's source: for each number of the cell its stored value, the
lowest and the highest on other machines, the lowest and the highest under other seeds
(null where that was not measured).  The stored value is within both ranges.
"""

import hashlib
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "results" / "spread.json"
WIDER = 3  # how many times a tag may be as wide as the widest move of its cell
MARGIN = 3  # ranges under other seeds are widened by so many of their widths
ANY = (Decimal("-Infinity"), Decimal("Infinity"))


def name_of(path):
    """Return what the file calls a notebook: ``"solutions/04_mnist_cnn"``."""
    return f"solutions/{path.stem}" if path.parent.name == "solutions" else path.stem


def keys_of(cells):
    """Return a key for each cell: a hash of its source; a second such cell has ``-2``.

    Parameters
    ----------
    cells : list
        Of a notebook, all of them.

    Returns
    -------
    list of str
    """
    keys, seen = [], Counter()
    for cell in cells:
        key = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return keys


def read(path=None):
    """Return the entries by notebook and key, numbers as Decimal; empty without a file.

    Parameters
    ----------
    path : pathlib.Path, optional
        `FILE` by default.
    """
    path = path or FILE
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)["lessons"]


def as_text(lessons):
    """Return what `read` reads back: a line for each cell."""
    books = []
    for name, cells in sorted(lessons.items()):
        lines = [f"   {json.dumps(key)}: {_line(cells[key])}" for key in sorted(cells)]
        books.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n  }")
    return '{"lessons": {\n' + ",\n".join(books) + "\n}}\n"


def _line(entry):
    """Return an entry as JSON, each number with the digits that were printed."""
    rows = [
        ", ".join("null" if number is None else str(number) for number in row)
        for row in entry["numbers"]
    ]
    rows = ", ".join(f"[{row}]" for row in rows)
    lacking = json.dumps(entry["not_measured"])
    return f'{{"not_measured": {lacking}, "numbers": [{rows}]}}'


def allowed(tag, stored):
    """Return how far a tag lets a stored number move, a Decimal."""
    width = Decimal(tag.strip("±%"))
    return width * abs(stored) / 100 if tag.endswith("%") else width


def bounds(entry, tag, stored):
    """Return where each number of a cell may lie under other seeds.

    That is the range of its six draws (the stored seed and five others), widened on
    both sides by `MARGIN` of its widths, or by the tag where this is wider.  Of a
    seventh draw 2 in 7 leave the range itself, whatever the distribution.  Widened by
    one width, 1.5 % of a normal one do; by two, 0.2 %; by three, 0.04 %: at 400 numbers
    that is one false alarm in six runs, and of heavy tails more (Student's t with five
    degrees, 0.15 %).  All this was simulated, four million times each.

    Parameters
    ----------
    entry : dict or None
        The cell's, from `read`.
    tag : str
    stored : list of Decimal
        The numbers of the stored outputs.

    Returns
    -------
    list of tuple of Decimal
        Lowest and highest; `ANY` for all where the entry is missing or of other
        numbers, or was not measured under all five seeds.
    """
    rows = entry["numbers"] if entry else []
    lacking = entry and any(each.startswith("seeds") for each in entry["not_measured"])
    if lacking or [row[0] for row in rows] != stored:
        return [ANY] * len(stored)
    found = []
    for value, _, _, low, high in rows:
        margin = max(MARGIN * (high - low), allowed(tag, value))
        found.append((low - margin, high + margin))
    return found


def tag_problem(tag, rows, stored, whole=True):
    """Return why a tag does not fit what was measured on other machines, or ``""``.

    It must not be narrower than the widest move of a number from its stored value, nor
    more than `WIDER` times wider, unless it is no more than one unit of the last digit
    printed: that much is rounding.

    Parameters
    ----------
    tag : str
    rows : list of list
        ``numbers`` of an entry.
    stored : list of Decimal
        The same numbers, with the digits that are printed.
    whole : bool, optional
        Whether enough was measured to call a tag too wide.
    """
    if not stored or rows[0][1] is None:
        return ""  # a figure alone, or never measured on other machines
    sign = "%" if tag.endswith("%") else ""
    width, moves, rounding = Decimal(tag.strip("±%")), [], []
    for (value, low, high, *_), shown in zip(rows, stored, strict=True):
        unit = Decimal(1).scaleb(shown.as_tuple().exponent)  # 0.01 for 0.89
        scale = abs(value) / 100 if sign else Decimal(1)
        move = max(high - value, value - low)
        moves.append(move / scale if scale else ANY[1] if move else Decimal(0))
        rounding += [unit / scale] if scale else []
    widest = max(moves)
    place = moves.index(widest) + 1
    value, low, high, *_ = rows[place - 1]
    said = f"number {place}: stored {value}, from {low} to {high} on other machines, "
    said += f"±{_short(widest)}{sign}"
    if width < widest:
        return f"{said}: the tag {tag} is narrower"
    most = max(WIDER * widest, min(rounding, default=Decimal(0)))
    if whole and width > most:
        return f"{said}: the tag {tag} is wider than ±{_short(most)}{sign}"
    return ""


def _short(number):
    """Return a Decimal with four digits that count, and no empty ones."""
    return f"{float(number):.4g}"
