"""Hygiene of the lessons: every rule holds, and every rule can fail."""

import nbformat
import pytest

from helpers.scores import METADATA_KEY, read_bars
from tests.lessons import hygiene
from tests.lessons.hygiene import COMPARED_FIGURES, MAX_BYTES, problems
from tests.support import ROOT
from tools.set_slug import PROJECT, read_address

LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.ipynb"))
ADDRESS = read_address(PROJECT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_keeps_the_rules(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert problems(book, path.name, ADDRESS) == []
    assert path.stat().st_size < MAX_BYTES


def test_there_are_lessons_and_the_set_up_cell_is_the_same_in_all():
    assert LESSONS
    cells = {nbformat.read(path, as_version=4).cells[1].source for path in LESSONS}
    assert len(cells) == 1


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_bars_of_the_closing_table_are_those_of_the_file(path):
    book = nbformat.read(path, as_version=4)
    tables = [
        output.metadata[METADATA_KEY]
        for cell in book.cells
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]
    for mode in ("sample", "full"):
        assert "ours" in read_bars(path.stem, mode)
    bars = read_bars(path.stem, "sample")
    for row in tables[0]["models"]:
        assert row["bar"] == bars.get(row["role"])


# --- every rule can fail ---


def code_cell(book, number=-1):
    return [cell for cell in book.cells if cell.cell_type == "code"][number]


def with_source(text):
    def spoil(book):
        code_cell(book, 4).source += "\n" + text  # a cell that draws nothing

    return spoil


def with_prose(text):
    def spoil(book):
        book.cells[2:2] = [nbformat.v4.new_markdown_cell(text)]

    return spoil


def with_output(**output):
    def spoil(book):
        code_cell(book, 3).outputs.append(nbformat.from_dict(output))

    return spoil


def stream(text, name="stdout"):
    return with_output(output_type="stream", name=name, text=text)


def retitle(old, new):
    def spoil(book):
        assert old in book.cells[0].source
        book.cells[0].source = book.cells[0].source.replace(old, new)

    return spoil


def tagged(*tags):
    def spoil(book):
        code_cell(book, 3).metadata.update(tags=list(tags))

    return spoil


def ignore_everything(book):
    for cell in book.cells:
        cell.metadata = nbformat.from_dict({"tags": ["nbval-ignore-output"]})


def drop_table(book):
    for cell in book.cells:
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop(METADATA_KEY, None)


def drop_heading(heading):
    def spoil(book):
        for cell in book.cells:
            cell.source = cell.source.replace(heading, "## Разное")

    return spoil


def replace_prose(old, new):
    """Spoil the self-test: the last place of `old` in it becomes `new`."""

    def spoil(book):
        cell = [
            c for c in book.cells if "<summary>а) " in c.source and old in c.source
        ][-1]
        first, _, last = cell.source.rpartition(old)
        cell.source = first + new + last

    return spoil


def with_old_quote(book):
    cell = code_cell(book, 3)
    cell.metadata.update(tags=["±0.03"])
    below = nbformat.v4.new_markdown_cell("Верных ответов 0,87654.")
    book.cells.insert(book.cells.index(cell) + 1, below)


def join_questions(book):
    one, other = [c for c in book.cells if "<summary>а) " in c.source][-2:]
    one.source += "\n\n" + other.source
    book.cells.remove(other)


def with_self_test(text):
    return replace_prose("**4.**", text + "\n\n**4.**")


FIGURE = {
    "image/png": "iVBORw0KGgo=",
    "text/plain": "<Figure size 640x480 with 1 Axes>",
}

SPOILED = {
    "title": (retitle("# Урок 4. ", "# "), "does not begin with"),
    "second h1": (with_prose("# Ещё заголовок"), "first-level heading"),
    "badge": (retitle("/blob/main/", "/blob/dev/"), "no badge"),
    "bullets": (retitle("\n* ", "\n- "), "bullets in the title cell"),
    "duration": (retitle("Сколько длится", "Время"), "does not say"),
    "self-test": (drop_heading("## Проверьте себя"), "Проверьте себя"),
    "two right": (replace_prose(">Неверно. ", ">Верно. "), "right choices"),
    "one cell": (join_questions, "in one cell"),
    "not explained": (replace_prose("Неверно. ", ""), "that is not explained"),
    "no section named": (replace_prose("(раздел 14)", ""), "names no section"),
    "many questions": (with_self_test("**5.** Ещё?\n\n**6.** И ещё?"), "not 3 to 5"),
    "summary": (drop_heading("## Что мы узнали"), "Что мы узнали"),
    "homework": (drop_heading("## Домашнее задание"), "Домашнее задание"),
    "reading": (drop_heading("## Что почитать"), "Что почитать"),
    "set-up": (lambda book: book.cells.pop(1), "set-up cell"),
    "table": (drop_table, "no closing table"),
    "metadata": (lambda book: book.metadata.update(widgets={}), "notebook metadata"),
    "cell metadata": (lambda b: b.cells[3].metadata.update(id="x"), "metadata ['id']"),
    "unfolded": (lambda b: b.cells[1].metadata.pop("jupyter"), "cell 2: metadata"),
    "half folded": (lambda b: b.cells[1].metadata.pop("tags"), "cell 2: metadata"),
    "open set-up": (lambda b: b.cells[1].metadata.clear(), "set-up cell is not folded"),
    "tag": (lambda b: b.cells[3].metadata.update(tags=["slow"]), "unknown tags"),
    "tolerance": (tagged("±0,03"), "the tag '±0,03' is no tolerance"),
    "tolerances": (tagged("±0.03", "±5%"), "more than one tolerance"),
    "uncompared": (tagged("±0.03", "nbval-ignore-output"), "that is not compared"),
    "of prose": (lambda b: b.cells[0].metadata.update(tags=["±5%"]), "not compared"),
    "old quote": (with_old_quote, "0,87654 is not printed"),
    "order": (lambda b: code_cell(b).update(execution_count=7), "not executed once"),
    "long cell": (with_source("x = 1\n" * 26), "more than 25 lines"),
    "wide line": (with_source("x = '" + "a" * 90 + "'"), "88 columns"),
    "tensorflow": (with_source("import tensorflow as tf"), "any backend"),
    "magic": (with_source("!pip install x"), "any backend"),
    "plt.show": (with_source("plt.show()"), "cannot compare"),
    "open": (with_source("open('a.txt')"), "encoding="),
    "axes": (with_source("axis.plot([1])"), "names no axis"),
    "stderr": (stream("warning", "stderr"), "stored stderr"),
    "error": (
        with_output(output_type="error", ename="E", evalue="", traceback=[]),
        "a stored error",
    ),
    "path": (stream("/home/student/x"), "absolute path"),
    "ansi": (stream("\x1b[31mred"), "ANSI"),
    "return": (stream("50%\r100%"), "ANSI"),
    "clock": (stream("обучение: 12 секунд"), "wall-clock"),
    "repr": (stream("<keras.History at 0x7f>"), "a bare"),
    "figure": (
        with_output(output_type="display_data", data=FIGURE, metadata={}),
        "without its sentence",
    ),
    "svg": (
        with_output(
            output_type="display_data", data={"image/svg+xml": "<svg/>"}, metadata={}
        ),
        "SVG",
    ),
    "ignored": (ignore_everything, "cells with output compare"),
    "fence": (with_prose(":::{note}\nтекст\n:::"), "MyST"),
    "image": (with_prose("![схема](pic.png)"), "relative or attached"),
    "alt": (with_prose("![](https://x.org/a.png)"), "without a description"),
    "details": (
        with_prose("<details><summary>а</summary>\n\nтекст\n</details>"),
        "blank line inside",
    ),
    "unclosed": (with_prose("<details><summary>а</summary>"), "not closed"),
    "placeholder": (with_prose("доля {SHARE}"), "left to be filled in"),
    "decimal": (with_prose("доля 0.97"), "decimal point"),
    "term": (with_prose("тренировочный сет"), "term that the list avoids"),
    "mixed": (with_prose("cлово с латинской буквой"), "Latin and Cyrillic"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_every_rule_can_fail(name):
    path = ROOT / "lessons" / "04_mnist_cnn.ipynb"
    book = nbformat.read(path, as_version=4)
    spoil, said = SPOILED[name]
    spoil(book)
    found = problems(book, path.name, ADDRESS)
    assert any(said in line for line in found), found


def test_a_tolerance_is_a_tag_like_others():
    path = ROOT / "lessons" / "04_mnist_cnn.ipynb"
    book = nbformat.read(path, as_version=4)
    for tag in ("±0.03", "±5%"):
        tagged(tag)(book)
        found = problems(book, path.name, ADDRESS)
        assert [line for line in found if "is not printed" not in line] == []


def test_the_second_edition_is_held_to_more(monkeypatch):
    path = ROOT / "lessons" / "04_mnist_cnn.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells[2:2] = [nbformat.v4.new_markdown_cell("Верных ответов 0,87654.")]
    code_cell(book, 3).source = "x = 1\n" * 12 + "plots.lines(x, xlabel='x')"
    monkeypatch.setattr(hygiene, "SECOND_EDITION", ("01",))
    assert problems(book, path.name, ADDRESS) == []
    monkeypatch.setattr(hygiene, "SECOND_EDITION", ("04",))
    found = "\n".join(problems(book, path.name, ADDRESS))
    assert "cell 3: 0,87654 is not printed" in found
    assert "code cell 4: a figure of 13 lines is not folded" in found


def test_the_lessons_of_the_second_edition_are_lessons():
    assert set(hygiene.SECOND_EDITION) <= {path.name[:2] for path in LESSONS}


def figures_of(book):
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    return [each for each in shown if "image/png" in each.get("data", {})]


def test_lessons_whose_figures_are_compared_are_there():
    assert set(COMPARED_FIGURES) <= {path.stem[:2] for path in LESSONS}


def test_a_listed_lesson_needs_the_fingerprint_of_every_figure(monkeypatch):
    path = ROOT / "lessons" / "04_mnist_cnn.ipynb"
    book = nbformat.read(path, as_version=4)
    figures = figures_of(book)
    for figure in figures:
        figure.metadata["figure"] = {}
    monkeypatch.setattr(hygiene, "COMPARED_FIGURES", ("04",))
    assert problems(book, path.name, ADDRESS) == []
    del figures[-1].metadata["figure"]
    (line,) = problems(book, path.name, ADDRESS)
    assert "a figure without its fingerprint" in line
    monkeypatch.setattr(hygiene, "COMPARED_FIGURES", ("01",))
    assert problems(book, path.name, ADDRESS) == []
