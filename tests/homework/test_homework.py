"""The homework: solutions pass, stubs and wrong answers get a line that helps."""

import ast
import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.errors import CourseError
from lessons.checks import judge
from lessons.checks.homework import (
    RIGHT,
    UNTOUCHED,
    WRONG,
    Exercise,
    Homework,
    Record,
    records_of,
    verdict,
)
from tests.homework.answers import NUMBERS, answers_of, cases, exercises_of, made
from tests.lessons.hygiene import homework_problems
from tests.support import ROOT
from tools import exercises
from tools.run_lessons import metadata_of
from tools.set_slug import PROJECT, read_address

ADDRESS = read_address(PROJECT.read_text(encoding="utf-8"))
SOLUTIONS = sorted(exercises.SOLUTIONS.glob("*.ipynb"))
EXERCISES = sorted(exercises.EXERCISES.glob("*.ipynb"))
STEMS = [path.stem for path in SOLUTIONS]


def text_of(book):
    """Return what the outputs of a notebook show."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return "\n".join(
        output.get("text", output.get("data", {}).get("text/plain", ""))
        for output in outputs
    )


def test_every_lesson_has_homework():
    lessons = sorted(path.name for path in (ROOT / "lessons").glob("[0-9]*.ipynb"))
    assert [path.name for path in SOLUTIONS] == lessons
    assert [path.name for path in EXERCISES] == lessons


def test_generating_again_changes_nothing():
    assert exercises.main(["--check"]) == 0


# --- judges ---


@pytest.mark.parametrize(("number", "exercise", "line", "answers"), cases("RIGHT"))
def test_a_right_answer_passes(number, exercise, line, answers):
    found = verdict(number, exercise, *made(answers))
    assert (found.state, found.line) == (RIGHT, "")


@pytest.mark.parametrize(
    ("number", "exercise", "line", "answers"), cases("WRONG") + cases("UNFORESEEN")
)
def test_a_wrong_answer_gets_its_line(number, exercise, line, answers):
    found = verdict(number, exercise, *made(answers))
    assert found.state == WRONG
    assert line in found.line
    assert "\n" not in found.line


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("strange", [..., None, "слово", 5, [], {}, object(), len])
def test_a_strange_answer_gets_a_line_and_no_traceback(number, strange):
    for exercise, known in exercises_of(number).items():
        count = known.judge.__code__.co_argcount
        found = verdict(number, exercise, *[strange] * count)
        assert found.state == (UNTOUCHED if strange is ... else WRONG)
        assert re.search("[а-я]", found.line)


def test_a_network_gets_its_weights_back_from_the_judge():
    network, *rest = made(answers_of("03").RIGHT["3.3"][0])
    before = network.get_weights()
    assert verdict("03", "3.3", network, *rest).state == RIGHT
    for one, other in zip(before, network.get_weights(), strict=True):
        assert (one == other).all()


# --- the budget of a judge ---

KINDS = ("RIGHT", "WRONG", "UNFORESEEN")
MOST_MISTAKES, LEAST_WRONG = 6, 3
THOROUGH = os.environ.get("COURSE_TESTS") == "all"


def recording(compare, lines):
    """Return a comparison that also notes the lines of mistakes that it is given."""

    def call(got, wanted, what, mistakes=(), *more, **options):
        lines.update(re.sub(r"\d+", "0", line) for _, line in mistakes)
        return compare(got, wanted, what, mistakes, *more, **options)

    return call


def budget_problems(number, exercise, monkeypatch):
    """Return what an exercise has too much or too little of.

    A right answer meets every comparison of its judge, so one is enough in `make test`.
    """
    lines, judged = set(), exercises_of(number)[exercise].judge
    for name in ("same", "same_items"):
        monkeypatch.setattr(judge, name, recording(getattr(judge, name), lines))
    answers = {kind: getattr(answers_of(number), kind)[exercise] for kind in KINDS}
    for kind, given in answers.items():
        for each in given if THOROUGH else given[: kind == "RIGHT"]:
            verdict(number, exercise, *made(each if kind == "RIGHT" else each[1]))
    problems = [f"no answer {kind}" for kind in KINDS if not answers[kind]]
    if len({line for line, _ in answers["WRONG"]}) < LEAST_WRONG:
        problems.append("few wrong answers")
    if judged.__name__.startswith("_"):
        problems.append("a judge without a name")
    if len(lines) > MOST_MISTAKES:
        problems.append(f"{len(lines)} named mistakes: {sorted(lines)}")
    return problems


@pytest.mark.parametrize(
    ("number", "exercise"),
    [(number, exercise) for number in NUMBERS for exercise in exercises_of(number)],
)
def test_a_judge_keeps_its_budget(number, exercise, monkeypatch):
    assert budget_problems(number, exercise, monkeypatch) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_the_judges_of_a_lesson_are_short_and_named_apart(number):
    known = exercises_of(number)
    path = ROOT / "lessons" / "checks" / f"lesson_{number}.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80 * len(known) + 40
    assert len({each.judge.__name__ for each in known.values()}) == len(known)


def test_a_judge_over_its_budget_is_found(monkeypatch):
    def _(rule):
        judge.same(0, 0, "шаг", [(1, "слово"), (2, "другое")])
        judge.same_items([0], [0], "шаги", [([n], "слово" * n) for n in range(1, 8)])

    monkeypatch.setitem(exercises_of("01"), "1.4", Exercise("1.4", "имя", _))
    monkeypatch.setattr(answers_of("01"), "UNFORESEEN", {"1.4": []})
    nothing, nameless, many = budget_problems("01", "1.4", monkeypatch)
    assert nothing == "no answer UNFORESEEN"
    assert nameless == "a judge without a name"
    assert many.startswith("8 named mistakes")


# --- a judge that fails itself ---


@pytest.fixture
def failing(monkeypatch):
    """Exercise 1.3 with a judge of its own: it stumbles over one of its own words."""

    def stumbles(answer):
        return {"один": 1}[f"два\n{answer}"]

    known = exercises_of("01")
    monkeypatch.setitem(known, "1.4", Exercise("1.4", "имя", stumbles))


@pytest.mark.usefixtures("unbroken")
def test_a_judge_that_fails_does_not_blame_the_student(failing, capsys):
    homework = Homework("01_perceptron")
    homework.check("1.4", 5)
    homework.summary()
    _, said, *summary = capsys.readouterr().out.splitlines()
    assert said.startswith("Упражнение 1.4 (имя): ошибка проверки. Сбой в самой пров")
    assert "KeyError" in said
    assert re.search(r"\(homework\.py, строка \d+\)\. Ничего в ответе не меняйте", said)
    assert said.endswith("Сделано 0 из 5.")
    assert WRONG not in said
    assert "Упражнение 1.4 (имя): ошибка проверки." in summary
    with pytest.raises(CourseError, match="сначала пройдите"):
        homework.need("1.4")


@pytest.mark.usefixtures("unbroken")
def test_the_line_names_the_place_in_the_judge(capsys, monkeypatch):
    """A judge of the course, given a comparison that it cannot make."""
    monkeypatch.setattr("lessons.checks.judge.same", lambda *_: 1 / 0)
    Homework("01_perceptron").check("1.4", *answers_of("01").RIGHT["1.4"][0])
    said = capsys.readouterr().out.splitlines()[1]
    assert re.search(r"ZeroDivisionError: .* \(lesson_01\.py, строка \d+\)\.", said)


def test_a_judge_that_fails_fails_its_tests(failing):
    with pytest.raises(KeyError):
        verdict("01", "1.4", 5)


# --- notebooks ---


@pytest.mark.parametrize("path", SOLUTIONS, ids=STEMS)
def test_a_solution_keeps_the_rules_and_passes_its_checks(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert homework_problems(book, path, ADDRESS) == []
    known, text = exercises_of(path.stem[:2]), text_of(book)
    assert "Ученик" not in text
    assert WRONG not in text
    assert UNTOUCHED not in text
    for exercise in known:
        line = f"Упражнение {exercise} ({known[exercise].title}): {RIGHT}."
        assert text.count(line) == 2  # its check and the summary
    assert f"Сделано {len(known)} из {len(known)}." in text
    head, *records = records_of(book)
    assert head == Record(path.stem, "", 0, len(known))
    assert [(each.exercise, each.state) for each in records] == [
        (exercise, RIGHT) for exercise in known
    ]
    last = records[-1]
    assert (last.lesson, last.done, last.total) == (path.stem, len(known), len(known))


@pytest.mark.parametrize("path", SOLUTIONS, ids=STEMS)
def test_nothing_of_the_solution_is_left(path):
    solved = nbformat.read(path, as_version=4)
    given = nbformat.read(exercises.EXERCISES / path.name, as_version=4)
    nbformat.validate(given)
    assert set(given.metadata) == {"kernelspec", "language_info"}
    for cell in given.cells:
        needs = cell.source.startswith("homework.need(")
        tags = ["hide-input"] if cell.source.startswith("# @title ") else []
        assert cell.metadata.get("tags", []) == tags + ["raises-exception"] * needs
        assert cell.metadata == metadata_of(cell)
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            ast.parse(cell.source)
    text = "\n".join(cell.source for cell in given.cells)
    assert "Решение." not in text
    assert "solutions" not in given.cells[0].source
    hidden = 0
    for cell in solved.cells:
        if cell.cell_type == "markdown" and cell.source.startswith(exercises.ANSWER):
            assert cell.source[len(exercises.ANSWER) :].strip() not in text
            continue
        if cell.cell_type != "code":
            continue
        kept = exercises.stub(cell.source).splitlines()
        for line in cell.source.splitlines():
            words = line.strip()
            if line not in kept and len(words) > 20 and not words.startswith("#"):
                hidden += 1
                assert words not in text, words
    assert hidden > 5


@pytest.mark.parametrize("path", EXERCISES, ids=STEMS)
def test_untouched_stubs_get_helpful_lines(path):
    """The whole exercise notebook runs as given; only `need` may stop a cell.

    It is run as "run all" of JupyterLab runs it: only a tagged cell may fail.
    """
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    for output in outputs:
        assert output.get("name") != "stderr", output.text
        if output.output_type == "error":
            assert output.ename == "CourseError", output.evalue
            assert "сначала пройдите" in output.evalue
    text = text_of(book)
    for exercise in exercises_of(path.stem[:2]):
        assert re.search(
            rf"Упражнение {exercise} \(.+\): {UNTOUCHED}\. В ячейке осталось", text
        )
    assert {each.state for each in records_of(book)} == {"", UNTOUCHED}
    assert "Сделано 0 из" in text


# --- the object that a notebook holds ---


@pytest.mark.usefixtures("unbroken")
def test_progress_follows_the_last_verdict(capsys):
    homework = Homework("01_perceptron", student="  Анна   Иванова ")
    right = answers_of("01").RIGHT["1.4"][0]
    homework.check("1.4", *right)
    homework.check("1.3", ..., ...)
    homework.need("1.4")
    with pytest.raises(CourseError, match=r"сначала пройдите"):
        homework.need("1.3")
    homework.check("1.4", lambda memory, g, rate: g)
    homework.check("1.3", 5, 5)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Домашнее задание 1: 5 упражнений. Ученик: Анна Иванова."
    assert said[1].endswith("верно. Сделано 1 из 5.")
    assert "не начато" in said[2]
    assert ": пока нет. Правило(memory, g, rate): " in said[3]
    assert said[3].endswith("Сделано 0 из 5.")
    assert ": пока нет. softplus: нужна функция" in said[4]
    homework.summary()
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_a_teacher_s_mistakes_are_refused_in_one_line():
    for call, line in {
        lambda: Homework("99_x"): "урока «99_x» нет",
        lambda: verdict("01", "1.9", 1): "есть 1.1, 1.2, 1.3, 1.4, 1.5",
        lambda: verdict("01", "1.2"): "ждёт ответов: 2, а получила 0",
    }.items():
        with pytest.raises(CourseError, match=line):
            call()


# --- the generator ---

CELL = """def double(x):
    # Решение. Умножьте на два.
    y = 2 * x
    return y
    # Вместо решения: y = ...; return y


print(double)"""


def test_a_solution_becomes_a_stub():
    assert exercises.stub(CELL) == (
        "def double(x):\n    # Ваш код. Умножьте на два.\n    y = ...\n    return y\n"
        "\n\nprint(double)"
    )
    assert exercises.stub("x = 1") == "x = 1"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# Решение. Раз.\nx = 1", "is not closed"),
        ("x = 1\n# Вместо решения: x = ...", "closes nothing"),
        ("# Решение. Раз.\n# Решение. Два.\n# Вместо решения: x", "inside a solution"),
        ("x = 1  # Решение. Раз.", "a marker that is not one"),
        ("# Решение.\nx = 1", "a marker that is not one"),
        (
            "def f():\n    # Решение. Раз.\n    x = 1\n    # Вместо решения:",
            "not valid",
        ),
    ],
)
def test_a_wrong_marker_is_refused(source, said):
    with pytest.raises(CourseError, match=said):
        exercises.stub(source, "cell 3")


def test_the_generator_drops_outputs_and_answers():
    cells = [
        nbformat.v4.new_markdown_cell("# Тема: решения\n/lessons/solutions/01_x.ipynb"),
        nbformat.v4.new_markdown_cell("<!-- решение -->\nвидно всем"),
        nbformat.v4.new_code_cell(
            CELL,
            execution_count=1,
            outputs=[nbformat.v4.new_output("stream", text="2\n")],
            metadata={"tags": ["nbval-ignore-output"]},
        ),
    ]
    book = nbformat.v4.new_notebook(cells=cells)
    made = exercises.exercise(book, "01_x.ipynb")
    assert [cell.source.splitlines()[0] for cell in made.cells] == [
        "# Тема",
        "def double(x):",
    ]
    assert "/lessons/exercises/01_x.ipynb" in made.cells[0].source
    assert (made.cells[1].outputs, made.cells[1].metadata) == ([], {})
    assert book.cells[2].outputs
