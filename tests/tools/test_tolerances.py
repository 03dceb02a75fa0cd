"""Numbers of a tagged cell are compared within its tolerance, all else as it is."""

import subprocess

import nbformat
import pytest

from tests.support import ROOT, said_of_cells
from tools.run_lessons import clean
from tools.tolerances import TOKEN, differences, tolerance_of

# --- the tag --------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["±0.03", "±5%", "±2", "±0.5%", "±1e-6"])
def test_a_tolerance_is_found_among_the_tags(tag):
    assert tolerance_of(["raises-exception", tag]) == tag
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("1", metadata={"tags": [tag]})]
    )
    assert clean(book).cells[0].metadata.tags == [tag]


def test_other_tags_are_none():
    assert tolerance_of([]) is None
    assert tolerance_of(["nbval-skip", "0.03", "5%"]) is None


MALFORMED = "±0,03|± 0.03|±5 %|±|±%|±-1|±.5|±5.|0.5±0.1| ±5%|±nan|±1e999|±0|±0.0%|±٣"


@pytest.mark.parametrize("tag", MALFORMED.split("|"))
def test_a_malformed_tag_is_an_error(tag):
    with pytest.raises(ValueError, match=r"the tag .* is no tolerance such as ±0\.03"):
        tolerance_of([tag])


def test_two_tolerances_are_an_error():
    with pytest.raises(ValueError, match=r"more than one tolerance: ±0\.03, ±5%"):
        tolerance_of(["±5%", "±0.03"])


# --- what a number is -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("доля 0,8925, потеря -0.5.", "0,8925|-0.5"),
        ("−0.5 +0.5 (-1) x=-2", "−0.5|+0.5|-1|-2"),
        ("1e-6 1e−07 2.5E+3", "1e-6|1e−07|2.5E+3"),
        ("97 % 97% 0,5±0,03 №5 2×3", "97|97|0,5|0,03|5|2|3"),
        ("12\u202f345, 1\u2009345\u2009678", "12\u202f345|1\u2009345\u2009678"),
        ("−1\u00a0000,5", "−1\u00a0000,5"),
        ("12\u202f3456", "12|3456"),
        ("12 345 [400 7] (None, 28) 3/4", "12|345|400|7|28|3|4"),
        ("10-12 10−12 10:15 3 - 4", "10|12|10|12|10|15|3|4"),
        ("0.97. Всего 5", "0.97|5"),
        ("x1 lesson2 GPT-2 01_perceptron 16-й 3D 0x1F 5_000 10² .5", ""),
        ("2026-11-27 27.11.2026 3.15.0 1,2,3 a.5", ""),
        ('<td colspan="5">0.5</td>&#8722;7', "0.5|7"),
        ("nan -inf Infinity ∞ info banan np.nan", "nan|-inf|Infinity|∞"),
    ],
)
def test_numbers(text, numbers):
    found = [token["number"] for token in TOKEN.finditer(text) if token["number"]]
    assert "|".join(found) == numbers


# --- the comparison -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "came", "tag"),
    [
        ("доля 0,8925", "доля 0,8930", "±0.03"),
        ("0.89", "0.92", "±0.03"),  # the bound itself, which floats would miss
        ("0.89", "0.86", "±0.03"),
        ("−0,01", "0,01", "±0.03"),
        ("-0.01", "+0.01", "±0.03"),
        ("-0.5 и 97 %", "-0.51 и 96 %", "±1"),
        ("12\u202f345", "12\u202f900", "±5%"),
        ("999", "1\u202f001", "±5%"),
        ("-200", "-210", "±5%"),
        ("105.2", "100", "±5%"),
        ("1e-6", "0.00000101", "±5%"),
        ("1e-06", "2e-06", "±1e-6"),
        ("0", "0.00", "±5%"),
        ("5", "5.1", "±5%"),
        ("x1 от 2026-11-27", "x1 от 2026-11-27", "±5%"),
        ("", "", "±5%"),
    ],
)
def test_within(stored, came, tag):
    assert differences(stored, came, tag) == []


@pytest.mark.parametrize(
    ("stored", "came", "tag", "said"),
    [
        ("0.89", "0.9201", "±0.03", "stored 0.89, came 0.9201, tolerance ±0.03"),
        ("-0.5", "0.5", "±0.03", "stored -0.5, came 0.5"),
        ("−0,5", "−0,6", "±0.03", "stored −0,5, came −0,6"),
        ("100", "106", "±5%", "tolerance ±5%"),
        ("-100", "-94", "±5%", "tolerance ±5%"),
        ("100", "105.2", "±5%", "tolerance ±5%"),  # of what is stored, not of what came
        ("0", "0.000001", "±5%", "tolerance ±5%"),
        ("0,89", "0.89", "±5%", "spelt otherwise"),
        ("0.89", "0,89", "±5%", "spelt otherwise"),
        ("−0.5", "-0.5", "±5%", "spelt otherwise"),
        ("12\u202f345", "12\u00a0345", "±5%", "spelt otherwise"),
        ("nan", "nan", "±5%", "never pass"),
        ("nan", "0.5", "±5%", "never pass"),
        ("0.5", "nan", "±5%", "never pass"),
        ("inf", "inf", "±5%", "never pass"),
        ("-inf", "5", "±5%", "never pass"),
        ("5", "inf", "±5%", "never pass"),
        ("∞", "∞", "±5%", "never pass"),
        ("1 2 3", "1 2", "±5%", "numbers: 3 stored, 2 came"),
        ("1", "1 1", "±5%", "numbers: 1 stored, 2 came"),
        ("доля 0,5", "Доля 0,5", "±5%", "before number 1: stored 'доля ', came 'Доля "),
        ("5 %", "5%", "±5%", "at the end: stored ' %', came '%'"),
        ("1  2", "1 2", "±5%", "before number 2"),
        ("x1", "x2", "±5", "the text at the end: stored 'x1', came 'x2'"),
        ("2026-11-27", "2026-11-28", "±5", "the text at the end"),
        ("3.15.0", "3.15.1", "±5", "the text at the end"),
    ],
)
def test_without(stored, came, tag, said):
    (line,) = differences(stored, came, tag)
    assert said in line


def test_every_number_that_left_is_named_with_its_place():
    stored = "эпоха 1: 0,50\nэпоха 2: 0,70 и 0,90\n"
    came = "эпоха 1: 0,51\nэпоха 2: 0,60 и 0,80\n"
    assert differences(stored, came, "±0.03") == [
        "number 4 (line 2, after 'эпоха 2: '): stored 0,70, came 0,60, tolerance ±0.03",
        "number 5 (line 2, after 'эпоха 2: 0,70 и '): "
        "stored 0,90, came 0,80, tolerance ±0.03",
    ]


# --- notebooks, under nbval -----------------------------------------------------------

SHOW = "from IPython.display import HTML, SVG, Markdown, display; import sys"
STREAM = {"output_type": "stream", "name": "stdout"}
RESULT = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
DISPLAY = {"output_type": "display_data", "metadata": {}}
OBJECT = "<IPython.core.display.{} object>"


def shown(kind, name, text):
    return DISPLAY | {"data": {"text/plain": OBJECT.format(name), kind: text}}


# By what is wrong, or what is right: tags, source, stored outputs, what has to be said.
CELLS = {
    "set-up": ([], SHOW, [], None),
    "near": (["±0.03"], "print('доля 0,90')", [STREAM | {"text": "доля 0,89\n"}], None),
    "far": (
        ["±0.03"],
        "print('доля 0,90 и', '0,80')",
        [STREAM | {"text": "доля 0,89 и 0,89\n"}],
        "stdout: number 2 (line 1, after 'доля 0,89 и '): "
        "stored 0,89, came 0,80, tolerance ±0.03",
    ),
    "untagged": (
        [],
        "print('доля 0,90')",
        [STREAM | {"text": "доля 0,89\n"}],
        "mismatch 'stdout'",
    ),
    "untagged, the same": ([], "0.5", [RESULT | {"data": {"text/plain": "0.5"}}], None),
    "result": (["±5%"], "103", [RESULT | {"data": {"text/plain": "100"}}], None),
    "far result": (
        ["±5%"],
        "106",
        [RESULT | {"data": {"text/plain": "100"}}],
        "text/plain: number 1 (line 1, after ''): stored 100, came 106, tolerance ±5%",
    ),
    "not a number": (
        ["±5%"],
        "float('nan')",
        [RESULT | {"data": {"text/plain": "nan"}}],
        "NaN and infinity never pass",
    ),
    "table": (
        ["±5%"],
        "HTML('<td>103</td>')",
        [shown("text/html", "HTML", "<td>100</td>") | RESULT],
        None,
    ),
    "far table": (
        ["±5%"],
        "display(HTML('<td>106</td>'))",
        [shown("text/html", "HTML", "<td>100</td>")],
        "text/html: number 1",
    ),
    "markdown": (
        ["±5%"],
        "display(Markdown('103'))",
        [shown("text/markdown", "Markdown", "100")],
        "mismatch 'text/markdown'",
    ),
    "drawing": (
        ["±5%"],
        "display(SVG('<svg><text>103</text></svg>'))",
        [shown("image/svg+xml", "SVG", "<svg><text>100</text></svg>")],
        "mismatch 'image/svg+xml'",
    ),
    "stderr": (
        ["±5%"],
        "print('103', file=sys.stderr)",
        [STREAM | {"name": "stderr", "text": "100\n"}],
        "mismatch 'stderr'",
    ),
    "one output more": (
        ["±5%"],
        "print(103); display(5)",
        [STREAM | {"text": "100\n"}],
        "Unexpected output fields",
    ),
    "sanitized": (
        ["±5%"],
        "print('Устройство: GPU 2')",
        [STREAM | {"text": "Устройство: CPU\n"}],
        None,
    ),
    "malformed": (
        ["±5 %"],
        "print('доля 0,89')",
        [STREAM | {"text": "доля 0,89\n"}],
        "the tag '±5 %' is no tolerance such as ±0.03 or ±5%",
    ),
    "malformed and ignored": (
        ["±5 %", "nbval-ignore-output"],
        "print(5)",
        [STREAM | {"text": "5\n"}],
        "is no tolerance",
    ),
    "ignored": (
        ["±5%", "nbval-ignore-output"],
        "print(5)",
        [STREAM | {"text": "7\n"}],
        None,
    ),
}


@pytest.fixture(scope="module", params=[(), ("-n", "1")], ids=["plain", "xdist"])
def said(request, tmp_path_factory):
    """What the line of `make test` says of the cells, notebook alone in a folder."""
    folder = tmp_path_factory.mktemp("alone")
    cells = [
        nbformat.v4.new_code_cell(
            source,
            metadata={"tags": tags} if tags else {},
            execution_count=number,
            outputs=[nbformat.from_dict(each) for each in outputs],
        )
        for number, (tags, source, outputs, _) in enumerate(CELLS.values(), 1)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "a.ipynb")
    said = said_of_cells(folder / "a.ipynb", request.param)
    return dict(zip(CELLS, said, strict=True))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell(said, name):
    wanted = CELLS[name][3]
    assert wanted in said[name] if wanted else not said[name].strip()


# --- where nbval is called ------------------------------------------------------------


def test_wherever_nbval_is_called_the_plugin_is_too():
    listed = subprocess.run(
        ["git", "grep", "-hE", r"pytest .*--nbval ", "--", "*.md", "*.yml"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = listed.stdout.splitlines()
    assert len(lines) > 5
    assert all("-p tools.tolerances" in line for line in lines)
