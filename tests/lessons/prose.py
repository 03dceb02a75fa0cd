"""Numbers that the prose of a lesson quotes are those that the lesson prints.

Under a cell with a tolerance, down to the next heading or code, each number has to
stand in what the cells of code just above print.  A sentence that names a section or a
lesson may quote any output above it, and so may the self-test.  In a lesson of the
second edition every decimal number of the prose has to stand in some output above it.
A question that is asked before running may quote what is printed just below.

A number may also come from code above or just below (a learning rate is no result),
from a formula, from results/full.json, and from quotes.toml, which gives a reason.  It
equals what is printed, rounded to as many digits as the prose has, or is the difference
or product of two printed numbers of its sentence (or of 1 and one).  Left out are whole
numbers up to `SMALL`, years, numbers of sections and lessons, formulas, code, links.
"""

import itertools
import json
import re
import tomllib
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from tests.support import ROOT
from tools.tolerances import AS_PYTHON, KINDS, MARK, TOKEN

SMALL = 12
QUOTES = Path(__file__).with_name("quotes.toml")
ROUNDINGS = (ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP)  # a float decides
RESULTS = ROOT / "results" / "full.json"
FORMULA = re.compile(
    r"```.*?```|`[^`]*`|<code>.*?</code>|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL
)
NO_PROSE = re.compile(r"\]\([^)]*\)|https?://\S+|arXiv:\S+|<!--.*?-->", re.DOTALL)
PLACE = re.compile(
    r"\b(раздел|урок|вопрос|пункт|глав|упражнени|задани)[а-я]*\s+\d{1,2}(?![\d.,]\d)"
    r"((,|\s+и|\s+или|\s*[–—-])\s*\d{1,2}\b(?![.,]\d|\s*%))*|\bшаг[еау]?\s+\d{1,2}\b"
)
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}( \d{3})+(?!\d)")
HEADING = re.compile(r"^(?=#+ )", re.MULTILINE)
SENTENCE = re.compile(
    r"(?<=[.!?…])\s+(?=[^а-яё\d])|</(?:p|summary|details)>|\n(?=[*|] )"
)
YEAR = re.compile(r"(1[89]|20)\d\d")
DEGREE = re.compile(r"\s*%-")  # a 95 %-й interval
PERCENT = re.compile(r"(\s*([–-]|и|до)\s*\d+(,\d+)?)?\s*%")
SCALES = {"тыс": 3, "млн": 6, "миллион": 6}
SELF_TEST, ASKED = "## Проверьте себя", "**Прежде чем"


class Passage(NamedTuple):
    """A sentence, the outputs that it may quote, the code around it."""

    cell: int
    text: str
    outputs: list
    code: list
    whole: bool  # whether whole numbers count too


class Quote(NamedTuple):
    """A number of the prose: as it is written, its value, whether in per cent."""

    text: str
    value: Decimal
    percent: bool


def problems(book, lesson, second_edition=False, reasons=None, results=None):
    """Return a line for each number of the prose that the lesson does not print.

    Parameters
    ----------
    book : nbformat.NotebookNode
        An executed lesson.
    lesson : str
        Its name: ``"04_mnist_cnn"``.
    second_edition : bool
        Whether every decimal number is looked for.
    reasons : dict of str to str, optional
        Why a number, as it is written, need not be printed; of `QUOTES` when left out.
    results : list of decimal.Decimal, optional
        What it reached on the full data; of `RESULTS` when left out.
    """
    reasons = read_reasons(lesson) if reasons is None else reasons
    results = read_results(lesson) if results is None else results
    found, missing = [], set()
    for passage in _passages(book, second_edition):
        pool = [*passage.outputs, *passage.code, *results]
        quotes = quotes_of(passage.text)
        pool += _derived([each for each in quotes if is_printed(each, pool)])
        for quote in quotes:
            decimal = quote.value.as_tuple().exponent < 0
            if (decimal or passage.whole) and not is_printed(quote, pool):
                missing.add(quote.text)
                if quote.text not in reasons:
                    line = " ".join(passage.text.split())
                    found.append(
                        f"cell {passage.cell}: {quote.text} is not printed: {line}"
                    )
    idle = sorted(reasons.keys() - missing)
    return found + [f"{QUOTES.name}: {text} needs no reason" for text in idle]


def read_reasons(lesson):
    """Return why numbers of a lesson need not be printed, by number."""
    rows = tomllib.loads(QUOTES.read_text(encoding="utf-8")).get(lesson, [])
    return {row["number"]: row["reason"] for row in rows}


def read_results(lesson):
    """Return the numbers of a lesson in `RESULTS`."""
    text = RESULTS.read_text(encoding="utf-8")
    models = json.loads(text, parse_float=Decimal)["lessons"]
    models = models.get(lesson, {"models": []})["models"]
    keys = ("value", "deviation", "parameters", "bar")
    found = [row[key] for row in models for key in keys if row[key] is not None]
    return [Decimal(each).quantize(Decimal("0.000001")) for each in found]


def quotes_of(text):
    """Return the numbers of a passage that may be results."""
    for pattern in (FORMULA, NO_PROSE, PLACE):
        text = pattern.sub(" · ", text)
    text = THOUSANDS.sub(lambda hit: hit[0].replace(" ", "\u00a0"), text)
    found = []
    for token in TOKEN.finditer(text):
        if token["number"] and token["number"][-1].isdigit():
            value, after = _value(token["number"]), text[token.end() :]
            if DEGREE.match(after):
                continue
            scale = (n for word, n in SCALES.items() if after.lstrip().startswith(word))
            percent = bool(PERCENT.match(after))
            whole = value == value.to_integral_value() and "," not in token["number"]
            if whole and (
                (abs(value) <= SMALL and not percent) or YEAR.fullmatch(token["number"])
            ):
                continue
            value = value.scaleb(next(scale, 0))
            found.append(Quote(token["number"], value, percent))
    return found


def is_printed(quote, pool):
    """Whether one of the numbers is the quoted one, rounded to its digits."""
    step = Decimal(1).scaleb(quote.value.as_tuple().exponent)
    candidates = [*pool, *(each.scaleb(2) for each in pool if quote.percent)]
    return any(
        each.as_tuple().exponent <= step.as_tuple().exponent
        and quote.value in {each.quantize(step, way) for way in ROUNDINGS}
        for each in candidates
    )


def _derived(quotes):
    """Return what follows from two decimal numbers of a sentence, or from 1 and one."""
    values = [q.value for q in quotes if q.value.as_tuple().exponent < 0]
    pairs = list(itertools.combinations([Decimal(1), *values], 2))
    return [abs(a - b) for a, b in pairs] + [a * b for a, b in pairs]


def _value(text):
    return Decimal(text.translate(AS_PYTHON))


def numbers_of(text):
    """Return the numbers of an output or of code.

    1,154 is read both ways, and range(100) ends with 99.
    """
    text = re.sub(r"(?<=\d)_(?=\d)", "", text.replace("{,}", ","))
    tokens = [hit["number"] for hit in TOKEN.finditer(text) if hit["number"]]
    tokens += [
        hit[0].replace(",", "") for hit in re.finditer(r"\b\d{1,3}(,\d{3})+\b", text)
    ]
    tokens += [str(int(n) - 1) for n in re.findall(r"\brange\((?:\d+, )?(\d+)\)", text)]
    return [value for value in map(_value, tokens) if value.is_finite()]


def _passages(book, second_edition):
    """Yield the passages whose numbers are looked for."""
    cells = book.cells
    tolerant = any(map(_tolerant, cells))
    above, code, near = [], [], None
    in_test = False
    for place, cell in enumerate(cells):
        if cell.cell_type == "code":
            if place == 0 or cells[place - 1].cell_type != "code":
                run, tagged = [], False
            run += _printed(cell)
            above += _printed(cell)
            code += numbers_of(cell.source)
            tagged |= _tolerant(cell)
            near = run if tagged else None
            continue
        for formula in FORMULA.findall(cell.source):
            code += numbers_of(formula)
        below = _below(cells, place)
        around = code + [each for one in below for each in numbers_of(one.source)]
        promised = [each for one in below for each in _printed(one)]
        for part in HEADING.split(cell.source):
            if part.startswith("#"):
                near = None
            if re.match("##? ", part):
                in_test = part.startswith(SELF_TEST)
            for paragraph in part.split("\n\n"):
                asked = promised if ASKED in paragraph else []
                for text in SENTENCE.split(paragraph):
                    if near is not None:
                        pool = above if PLACE.search(text) else near
                        yield Passage(place + 1, text, pool + asked, around, True)
                    elif second_edition or (in_test and tolerant):
                        yield Passage(place + 1, text, above + asked, around, in_test)


def _below(cells, place):
    """Return the next run of code cells."""
    rest = itertools.dropwhile(lambda cell: cell.cell_type != "code", cells[place:])
    return list(itertools.takewhile(lambda cell: cell.cell_type == "code", rest))


def _tolerant(cell):
    return any(MARK in tag for tag in cell.metadata.get("tags", []))


def _printed(cell):
    """Return the numbers that a cell prints."""
    found = []
    for output in cell.outputs:
        texts = {output.get("name"): output.get("text", ""), **output.get("data", {})}
        for kind in KINDS:
            found += numbers_of(texts.get(kind, ""))
    return found
