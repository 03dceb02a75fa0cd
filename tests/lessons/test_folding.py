"""Folded code: the tag reaches each reader, and hides nothing that open code needs."""

import nbformat
import pytest

from tests.lessons.folding import problems
from tests.support import ROOT
from tools import exercises, fold
from tools.run_lessons import FOLDED, LESSONS, clean, metadata_of, write_html

BOOKS = sorted(LESSONS.rglob("[0-9][0-9]_*.ipynb"))
METADATA = {
    "tags": ["hide-input"],
    "cellView": "form",  # of Colab
    "jupyter": {"source_hidden": True},  # of JupyterLab
}
SETUP = "# @title Подготовка\nseed = 42"
LONG = "\n".join(f"axis.plot([{number}])" for number in range(11))
FIGURE = f"figure, axis = plt.subplots()\n{LONG}\nplots.show(figure, 'рисунок')"


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def folded(source):
    return code(f"# @title Рисунок\n{source}", FOLDED)


def book_of(*cells):
    return nbformat.v4.new_notebook(cells=[code(SETUP, FOLDED), *cells])


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: f"{p.parent.name}-{p.stem[:2]}")
def test_every_notebook_folds_its_set_up_cell(path):
    book = nbformat.read(path, as_version=4)
    assert problems(book) == []
    setup = fold.set_up_cell(book)
    assert setup.metadata == METADATA
    lesson = nbformat.read(fold.SOURCE, as_version=4)
    assert setup.source == fold.set_up_cell(lesson).source


def test_the_notebooks_are_all_there():
    assert len(BOOKS) == 3 * len(list(LESSONS.glob("[0-9]*.ipynb")))
    assert fold.main(["--check"]) == 0


# --- the tag and what is derived from it ----------------------------------------------


def test_an_author_sets_the_tag_alone():
    cell = code("# @title Рисунок\n1", FOLDED, "±0.03")
    cell.metadata["scrolled"] = True
    assert metadata_of(cell) == METADATA | {"tags": [FOLDED, "±0.03"]}
    assert metadata_of(code("1", "±0.03")) == {"tags": ["±0.03"]}
    assert metadata_of(code("1")) == {}
    book = nbformat.v4.new_notebook(cells=[cell])
    assert clean(book).cells[0].metadata == METADATA | {"tags": [FOLDED, "±0.03"]}


def test_without_the_tag_nothing_is_folded():
    cell = code("1")
    cell.metadata.update(cellView="form", jupyter={"source_hidden": True})
    assert fold.fold(nbformat.v4.new_notebook(cells=[cell])).cells[0].metadata == {}


def test_it_folds_without_executing(tmp_path, monkeypatch, capsys):
    stored = nbformat.v4.new_output("stream", text="0,97\n")
    cells = [
        nbformat.v4.new_markdown_cell("# Урок"),
        nbformat.v4.new_code_cell("# Подготовка, старая\nseed = 1"),
        nbformat.v4.new_code_cell("1 / 0", outputs=[stored], execution_count=7),
    ]
    path = tmp_path / "solutions" / "01_x.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    monkeypatch.setattr(fold, "LESSONS", tmp_path)
    monkeypatch.setattr(fold, "ROOT", tmp_path)
    before = path.read_bytes()
    assert fold.main(["--check"]) == 1
    assert path.read_bytes() == before
    assert fold.main([]) == 0
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    lesson = nbformat.read(fold.SOURCE, as_version=4)
    assert book.cells[1].source == fold.set_up_cell(lesson).source
    assert book.cells[1].metadata == METADATA
    assert (book.cells[2].outputs, book.cells[2].execution_count) == ([stored], 7)
    assert fold.main(["--check"]) == 0
    assert capsys.readouterr().out.count("01_x.ipynb") == 2


def test_an_exercise_is_folded_as_its_solution():
    cells = [
        code(SETUP, FOLDED, "nbval-ignore-output"),
        folded("homework.need('1.1')\nanswer"),
        code("homework.need('1.1')\nanswer"),
        folded("answer"),
    ]
    made = exercises.exercise(nbformat.v4.new_notebook(cells=cells), "01_x.ipynb")
    assert [cell.metadata.get("tags") for cell in made.cells] == [
        [FOLDED],
        [FOLDED, "raises-exception"],
        ["raises-exception"],
        [FOLDED],
    ]
    assert made.cells[3].metadata == METADATA


def test_the_page_keeps_folded_code_behind_its_title(tmp_path):
    book = book_of(code("print('видно')"), folded("print('свёрнуто')"))
    write_html(book, tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    before, _, after = page.partition("Рисунок · показать код</summary>")
    assert page.count("<details>") == page.count("</details>") == 2
    assert "видно" in before.rpartition("</details>")[2]
    assert "свёрнуто" in after.partition("</details>")[0]


# --- what may be folded ---------------------------------------------------------------

DRAWS = "def draw(axis, points):\n    axis.plot(points)\n    return"

RIGHT = {
    "short": [code("figure, axis = plt.subplots()\nplots.show(figure, 'рисунок')")],
    "folded": [folded(FIGURE)],
    "twelve": [code(FIGURE.replace("axis.plot([0])\n", ""))],
    "comments": [code(FIGURE.replace("axis.plot([0])", "# почему так\n"))],
    "no figure": [code("\n".join(f"print({n})" for n in range(20)))],
    "among folded": [folded("points = [1, 2]"), folded("print(points)")],
    "set anew": [folded(FIGURE), code("figure, axis = plt.subplots()\naxis.plot([])")],
    "a loop": [folded("for n in [1]:\n    pass"), code("for n in [2]:\n    print(n)")],
    "with": [folded("file = 1"), code("with start() as file:\n    print(file)")],
    "except": [
        folded("error = 1"),
        code("try:\n    1 / 0\nexcept ValueError as error:\n    print(error)"),
    ],
    "own": [folded("points = 1"), code("def f(points):\n    return points")],
    "draws": [folded(DRAWS), code("figure, axis = plt.subplots()\ndraw(axis, [1])")],
    "a legend": [folded("def key(figure):\n    figure.legend()"), code("key(f)")],
    "split": [folded("rows = train_test_split([1, 2])")],
    "progress": [folded("shown = training.progress('эпохи')")],
}
WRONG = {
    "no title": ([code(FIGURE, FOLDED)], "folded without a title"),
    "a title": ([code("# @title Рисунок\n1")], "with one and not folded"),
    "empty title": ([code("# @title \n1", FOLDED)], "folded without a title"),
    "long": ([code(FIGURE)], "a figure of 13 lines is not folded"),
    "lines": ([code(f"{LONG}\nx = 1\nplots.lines(x)")], "is not folded"),
    "a value": ([folded("rate = 0.1"), code("print(rate)")], "needs rate"),
    "a function": ([folded("def f(x):\n    return x"), code("f(1)")], "needs f"),
    "inside": ([folded("a = 1"), code("def g(x):\n    return a * x")], "needs a"),
    "in a list": ([folded("a = 1"), code("[a for _ in range(2)]")], "needs a"),
    "before": ([folded("a = 1"), code("print(a)\na = 2")], "needs a"),
    "added to": ([folded("a = 1"), code("a += 2")], "needs a"),
    "an import": ([folded("import math"), code("math.pi")], "needs math"),
    "a loop's": ([folded("for n in [1]:\n    pass"), code("print(n)")], "needs n"),
    "a part": ([code("d = {}"), folded("d['a'] = 1"), code("print(d)")], "needs d"),
    "computes": (
        [folded(DRAWS + " axis.get_xlim()"), code("draw(axis, [])")],
        "needs draw",
    ),
    "fits": ([folded("network.fit(x, y)")], "and trains: fit"),
    "trains": ([folded("def f(axis):\n    train_epoch(w)")], "trains: train_epoch"),
    "descends": ([folded("path = descend(0.1, 0.01)")], "and trains: descend"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_be_folded(name):
    assert problems(book_of(*RIGHT[name]), second_edition=True) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_may_not_be_folded(name):
    cells, said = WRONG[name]
    (line,) = problems(book_of(*cells), second_edition=True)
    assert said in line


def test_a_set_up_cell_that_is_open_or_gone_and_prose_that_is_folded():
    book = book_of()
    book.cells[0].metadata["tags"] = []
    assert "the set-up cell is not folded" in problems(book)
    assert "the set-up cell is not folded" in problems(nbformat.v4.new_notebook())
    prose = nbformat.v4.new_markdown_cell("текст", metadata={"tags": [FOLDED]})
    assert problems(book_of(prose)) == ["cell 2: folded prose"]


def test_the_first_edition_may_leave_a_long_figure_open():
    assert problems(book_of(code(FIGURE))) == []


def test_the_guide_names_the_tag():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"`{FOLDED}`" in guide
    assert "python -m tools.fold" in guide
