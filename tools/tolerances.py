"""A plugin of pytest: nbval compares the numbers of a tagged cell within a tolerance.

    python -m pytest -p tools.tolerances --nbval ...

A code cell with the tag ``±0.03`` or ``±5%`` (of the stored number) may print other
numbers, each within that distance of the stored one.  As many numbers have to come, and
between them the same characters.  This holds for stdout, text/plain and text/html; all
else of the cell, and every other cell, nbval compares by itself.

In every cell that is compared, figures that were stored with a fingerprint
(helpers.fingerprint) have to hold the same: kinds, counts and words are equal, numbers
are within 3 % of their axis, or of their colours, or within the tag where that is more.

Other draws than the stored ones, those of another seed (COURSE_SEED) or of JAX and
PyTorch (KERAS_BACKEND), are no matter of a tolerance: there a number may lie where
`make spread` saw it under other seeds, results/spread.json (tools.measured.bounds), and
of a figure only words and counts are compared.

A number has a decimal point or comma, a sign, an exponent, and thousands apart by a
no-break or narrow space, or none of these: 0,8925; −0.5; 1e-6; 97 of "97 %".  A plain
space parts two numbers, as in an array.  Text are the digits of a word (x1, lesson2,
16-й), a date or a version (2026-11-27, 3.15.0), what commas alone part (1,2,3) and what
is inside a tag of HTML.
"""

import copy
import functools
import math
import os
import re
from collections import defaultdict
from decimal import Decimal
from itertools import zip_longest

import pytest
from nbval.plugin import IPyNbCell

from tools import measured

MARK = "±"
TAG = re.compile(r"±[0-9]+(\.[0-9]+)?(e-?[0-9]{1,2})?%?")
KINDS = ("stdout", "text/plain", "text/html")
ANYWHERE = "±1e99"  # of a figure under other draws only words and counts are compared
STORED_SEED = "42"  # helpers.training.DEFAULT_SEED, which starts nothing here
SPACES = "\u00a0\u2009\u202f"
# The other spellings of one thing: a number keeps to that of the stored one.
SPELLINGS = (".,", "-−", SPACES)
AS_PYTHON = str.maketrans({",": ".", "−": "-", "∞": "inf"} | dict.fromkeys(SPACES, ""))
TOKEN = re.compile(
    rf"""
    </?[A-Za-z][^<>]*> | &\#?\w+;  # of HTML
    | (?P<number>
        ((?<!\w)[-−+] | (?<![\w.,]))
        (
            ([0-9]{{1,3}}([{SPACES}][0-9]{{3}})+ | [0-9]+) ([.,][0-9]+)?
            ([eE][-−+]?[0-9]+)?
            | (?i:nan|inf|infinity) | ∞
        )
        (?! \w | [.,]\w | -\w+- | -[^\W\d] )  # else a word, a date, a version
    )
    | \w+([.,-]\w+)*
    """,
    re.VERBOSE,
)


def tolerance_of(tags):
    """Return the one tag of a cell that is a tolerance, or None.

    Parameters
    ----------
    tags : iterable of str

    Raises
    ------
    ValueError
        A tag has the mark ± and is no tolerance, or there are several.
    """
    marked = sorted(tag for tag in tags if MARK in tag)
    for tag in marked:
        if not TAG.fullmatch(tag) or not Decimal(tag.strip("±%")):
            raise ValueError(f"the tag {tag!r} is no tolerance such as ±0.03 or ±5%")
    if len(marked) > 1:
        raise ValueError(f"more than one tolerance: {', '.join(marked)}")
    return marked[0] if marked else None


def differences(stored, came, tag, bounds=None):
    """Return a line for each place where a text leaves its tolerance.

    Parameters
    ----------
    stored, came : str
    tag : str
        A tolerance: ``"±0.03"``, ``"±5%"``.
    bounds : list of tuple of Decimal, optional
        For each number, lowest and highest, in place of the tolerance.

    Returns
    -------
    list of str
        Empty: each number is within the tolerance, all between them is the same.
    """
    (old, old_texts), (new, new_texts) = _split(stored), _split(came)
    if len(old) != len(new):
        return [f"numbers: {len(old)} stored, {len(new)} came"]
    found = []
    for place, (a, b) in enumerate(zip(old_texts, new_texts, strict=True), 1):
        if a != b:
            where = f"before number {place}" if place <= len(old) else "at the end"
            found.append(f"the text {where}: stored {a!r}, came {b!r}")
    for place, (a, b) in enumerate(zip(old, new, strict=True), 1):
        limits = bounds[place - 1] if bounds else None
        wrong = _wrong(a["number"], b["number"], tag, limits)
        if wrong:
            before = stored[: a.start()]
            line = before.count("\n") + 1
            after = before.rpartition("\n")[2][-40:]
            found.append(f"number {place} (line {line}, after {after!r}): {wrong}")
    return found


def _split(text):
    """Return the numbers of a text, as matches, and the texts around them."""
    numbers = [token for token in TOKEN.finditer(text) if token["number"]]
    starts = [0, *(number.end() for number in numbers)]
    ends = [*(number.start() for number in numbers), len(text)]
    return numbers, [text[a:b] for a, b in zip(starts, ends, strict=True)]


def numbers_of(text):
    """Return the numbers of a text: each a Decimal, with the digits that it prints."""
    return [Decimal(each["number"].translate(AS_PYTHON)) for each in _split(text)[0]]


def _wrong(stored, came, tag, limits=None):
    """Return what is wrong with a number that came, or an empty text."""
    said = f"stored {stored}, came {came}, tolerance {tag}"
    for spellings in SPELLINGS:
        used = [set(spellings) & set(text) for text in (stored, came)]
        if all(used) and used[0] != used[1]:
            return f"{said}: spelt otherwise"
    old, new = (Decimal(text.translate(AS_PYTHON)) for text in (stored, came))
    if not (old.is_finite() and new.is_finite()):
        return f"{said}: NaN and infinity never pass"
    if limits:
        low, high = limits
        return "" if low <= new <= high else f"{said}, other seeds {low} to {high}"
    allowed = Decimal(tag.strip("±%"))
    if tag.endswith("%"):
        allowed *= abs(old) / 100
    return said if abs(new - old) > allowed else ""


# --- figures --------------------------------------------------------------------------

# A line of a fingerprint stands for a thing drawn, by its axes, kind and number: that
# of "2 line 1" may be "20 x 45 500 955 45 955 y 70 412 955 955 70 t -610 95 | потери".
# It says how many points there are; lowest, mean, highest x in thousandths of the axis,
# and first and last where points have an order; the same of y; how far y rises to the
# right, and bends up at both ends; its words.  Of contours the first and the last level
# stand apart.  Values shown as colours come after v, in
# thousandths of the way between the numbers after c: lowest, mean, highest, the rise
# along each dimension.  The line of an axis has its scale, after c its ends, its name.
SHARE = 0.03  # of an axis, or of the way from one end of the colours to the other
PLACES = ("lowest", "mean", "highest", "first", "last")
NAMES = {
    "x": [f"{place} of x" for place in PLACES],
    "y": [f"{place} of y" for place in PLACES],
    "t": ["rise of y to the right", "bend of y at both ends"],
    "v": [f"{place} of values" for place in PLACES[:3]]
    + [f"rise of values along dimension {number}" for number in (1, 2, 3)],
    "c": ["first end", "last end"],
}


def figure_differences(stored, came, tag=None):
    """Return a line for each thing that two figures do not have alike.

    Parameters
    ----------
    stored, came : dict of str to str
        Fingerprints (helpers.fingerprint).
    tag : str, optional
        The cell's tolerance.

    Returns
    -------
    list of str
        Empty: the same things, each number near the stored one.
    """
    old, new, found = _drawn(stored), _drawn(came), []
    for key in {**old, **new}:
        where = _where(key, {**new, **old})
        if key not in new or key not in old:
            found.append(f"{where}: {'not stored' if key in new else 'did not come'}")
            continue
        (head, words, numbers), (new_head, new_words, new_numbers) = old[key], new[key]
        if head != new_head:
            found.append(f"{where}, count or scale: stored {head}, came {new_head}")
        if words != new_words and (not tag or differences(words, new_words, tag)):
            found.append(f"{where}, words: stored {words!r}, came {new_words!r}")
        if list(numbers) != list(new_numbers):
            found.append(f"{where}: other numbers: {[*numbers]}, {[*new_numbers]}")
            continue
        for name, number in numbers.items():
            wrong = _far(number, new_numbers[name], tag)
            found += [f"{where}, {name}: {wrong}"] if wrong else []
    return found


def _drawn(figure):
    """Return for each thing drawn its count, its words, and its numbers by name."""
    found, ends = {}, {}
    for key in sorted(figure, key=lambda key: (int(key.split(" ")[0]), key)):
        numbers, _, words = figure[key].partition(" | ")
        head, *groups = re.split(r" (?=[xytvc] )", numbers)
        groups = {each[0]: [float(n) for n in each[2:].split()] for each in groups}
        found[key] = head, words, groups
        if "c" in groups:
            ends[key] = groups["c"], head == "log"
    return {
        key: (head, words, _numbers(key, groups, ends))
        for key, (head, words, groups) in found.items()
    }


def _numbers(key, groups, ends):
    """Return numbers by name, each with its axis' span and whether it is a power."""
    found, number = {}, key.partition(" ")[0]
    for kind, thousandths in groups.items():
        axis = {"x": f"{number} x 1", "y": f"{number} y 1", "t": f"{number} y 1"}
        (low, high), log = ends.get(axis.get(kind, key), ((0, 1000), False))
        if log:
            low, high = math.log10(low), math.log10(high)
        for name, each in zip(NAMES[kind], thousandths, strict=False):
            value = low + (high - low) * each / 1000
            if kind == "t":
                value -= low
            elif kind == "c":
                value = math.log10(each) if log else each
            found[name] = value, high - low, log and kind != "t"
    return found


def _far(stored, came, tag):
    """Return what is wrong with a number of a figure, or an empty text."""
    (old, span, log), (new, _, new_log) = stored, came
    allowed, far = SHARE * abs(span), abs(new - old)
    if log != new_log or far <= allowed:
        return ""  # another scale is told of with its axis
    said = f"allowed {allowed:.2g}"
    if log:
        old, new, said = 10**old, 10**new, f"allowed {10**allowed:.3g} times as much"
    if tag:
        wide = float(tag.strip("±%")) * (abs(old) / 100 if "%" in tag else 1)
        if abs(new - old) <= wide:
            return ""
        said = f"{said} or {tag}"
    return f"stored {old:.5g}, came {new:.5g}, {said}"


def _where(key, drawn):
    """Return a thing's axes and kind, with their names."""
    number, kind, place = key.split(" ")
    if number == "0":
        return f"{kind} of the figure"
    keys = f"{number} title 1", f"{number} y 1"
    name = next((drawn[each][1] for each in keys if each in drawn), "")
    own = drawn[key][1] if drawn[key][0].isdigit() and kind != "texts" else ""
    axes, thing = f"axes {number}", f"{kind} {place}"
    return ", ".join(f"{a} «{b}»" if b else a for a, b in ((axes, name), (thing, own)))


# --- nbval ----------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Before a cell is executed, read its tag."""
    if isinstance(item, IPyNbCell):
        try:
            tag = tolerance_of(item.cell.metadata.get("tags", []))
        except ValueError as error:
            item.raise_cell_error(str(error))
        if tag:
            item.compare_outputs = functools.partial(_compare_outputs, item, tag)
        texts = item.compare_outputs
        item.compare_outputs = functools.partial(_compare_figures, item, texts, tag)


def _compare_outputs(item, tag, came, stored, skip_compare=None):
    """Compare as nbval does, but with the stored text where the new one is near it."""
    came, found = copy.deepcopy(came), []
    old, new = _texts(stored), _texts(came)
    bounds = _bounds(item, tag, stored) if draws_are_others() else None
    for kind in KINDS:
        pairs = zip(old[kind], new[kind], strict=False)
        for place, ((a, key), (b, _)) in enumerate(pairs):
            limits = bounds[kind][place] if bounds else None
            texts = item.sanitize(a[key]), item.sanitize(b[key])
            wrong = differences(*texts, tag, limits)
            found += [f"{kind}: {each}" for each in wrong]
            if not wrong:
                b[key] = a[key]
    same = IPyNbCell.compare_outputs(item, came, stored, skip_compare)
    item.comparison_traceback[:0] = found
    return same and not found


def _compare_figures(item, texts, tag, came, stored, skip_compare=None):
    """Compare texts, then those figures that were stored with a fingerprint."""
    same, found = texts(came, stored, skip_compare), []
    tag = ANYWHERE if draws_are_others() else tag
    for place, (a, b) in enumerate(zip_longest(_figures(stored), _figures(came)), 1):
        if a is not None and b is None:
            found.append(f"figure {place}: stored with a fingerprint, came without")
        elif a is not None:
            wrong = figure_differences(a, b, tag)
            found += [f"figure {place}: {each}" for each in wrong]
    item.comparison_traceback[:0] = found
    return same and not found


def _figures(outputs):
    """Return the fingerprint of each figure, None for one that has none."""
    shown = [each for each in outputs if "image/png" in each.get("data", {})]
    return [each["metadata"].get("figure") for each in shown]


def draws_are_others():
    """Return whether a seed or a backend makes other draws than those stored."""
    backend = os.environ.get("KERAS_BACKEND", "").strip() or "tensorflow"
    seed = os.environ.get("COURSE_SEED", "").strip() or STORED_SEED
    return backend != "tensorflow" or seed != STORED_SEED


def _bounds(item, tag, stored):
    """Return the bounds under other draws: by kind, for each text, for each number."""
    texts = [(kind, numbers_of(item.sanitize(text))) for kind, text in texts_of(stored)]
    cells = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
    key = measured.keys_of(cells)[item.cell_num]
    entry = measured.read().get(measured.name_of(item.path), {}).get(key)
    flat = measured.bounds(entry, tag, [each for _, found in texts for each in found])
    bounds = defaultdict(list)
    for kind, found in texts:
        bounds[kind].append([flat.pop(0) for _ in found])
    return bounds


def texts_of(outputs):
    """Return the texts of a cell's outputs whose numbers are compared, in order.

    Returns
    -------
    list of tuple of str
        Kind, text.
    """
    texts = _texts(outputs)
    return [(kind, where[key]) for kind in KINDS for where, key in texts[kind]]


def _texts(outputs):
    """Return where the texts of a cell's outputs stand, by kind: a dict, its key."""
    found = defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            found[output["name"]].append((output, "text"))
        for kind in output.get("data", {}):
            found[kind].append((output["data"], kind))
    return found
