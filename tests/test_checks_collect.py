"""The table of a class: what `Homework` prints is what the table reads back."""

import csv
import io
import json
import os
import subprocess
import sys

import nbformat
import pytest
from answers import lesson_01
from conftest import ROOT

from helpers.checks import __main__ as table
from helpers.checks.homework import RIGHT, UNTOUCHED, WRONG, Homework

TITLES = ["упр. 1.1", "упр. 1.2", "упр. 1.3", "упр. 1.4"]
HEADER = ["ученик", "файл", "урок", *TITLES, "сделано", "всего"]


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def notebook(*cells):
    """Return a notebook; a cell is the text that it printed, or a list of outputs."""
    made = []
    for cell in cells:
        outputs = [stream(cell)] if isinstance(cell, str) else cell
        made.append(nbformat.v4.new_code_cell("homework", outputs=outputs))
    return nbformat.v4.new_notebook(cells=made)


def hand_in(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*cells), path)
    return path


def head(student="", lesson=1):
    who = f" Ученик: {student}." if student else ""
    return f"Домашнее задание {lesson}: 4 упражнения.{who}\n"


def line(number, state, why=""):
    return f"Упражнение {number} (имя): {state}.{why} Сделано 1 из 4.\n"


def run(capsys, *arguments):
    status = table.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def read_back(path):
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def printed_by_homework(capsys, student, answers, summary=True):
    """Return what a notebook's cells print: the head, each check, the summary."""
    capsys.readouterr()
    homework = Homework("01_perceptron", student=student)
    cells = [capsys.readouterr().out]
    for number, given in answers:
        homework.check(number, *given)
        cells.append(capsys.readouterr().out)
    if summary:
        homework.summary()
        cells.append(capsys.readouterr().out)
    return cells


@pytest.fixture
def other_lesson(monkeypatch):
    """A second lesson with two exercises, so that no other homework has to exist."""
    real = table.exercises_of
    monkeypatch.setattr(
        table,
        "exercises_of",
        lambda lesson: {"2.1": None, "2.2": None} if lesson == "2" else real(lesson),
    )


# --- what Homework prints is what is read ---


def test_real_verdicts_are_read_back(tmp_path, capsys):
    answers = [
        ("1.1", lesson_01.RIGHT["1.1"][0]),
        ("1.2", lesson_01.WRONG["1.2"][0][1]),
        ("1.3", (...,)),
    ]
    cells = printed_by_homework(capsys, "  Анна   Иванова ", answers)
    path = hand_in(tmp_path / "работа.ipynb", *cells)
    result = table.read_result(path, tmp_path)
    assert (result.student, result.file) == ("Анна Иванова", "работа.ipynb")
    assert result.lesson == 1
    assert result.verdicts == {"1.1": RIGHT, "1.2": WRONG, "1.3": UNTOUCHED}
    assert table.as_rows([result]) == [
        HEADER,
        ["Анна Иванова", "работа.ipynb", "1", "да", "нет", "", "", "1", "4"],
    ]


@pytest.mark.parametrize("number", list(lesson_01.RIGHT))
@pytest.mark.parametrize("student", ["", "Анна И.", "Ж. Д'Арк (2)", "О'Генри: верно."])
def test_every_answer_of_lesson_1_is_read_back(tmp_path, capsys, number, student):
    kinds = [(RIGHT, given) for given in lesson_01.RIGHT[number]]
    kinds += [(WRONG, given) for _, given in lesson_01.WRONG[number]]
    kinds += [(WRONG, given) for _, given in lesson_01.UNFORESEEN[number]]
    for state, given in kinds:
        cells = printed_by_homework(capsys, student, [(number, given)], summary=False)
        path = hand_in(tmp_path / "x.ipynb", *cells)
        result = table.read_result(path, tmp_path)
        assert result.student == (student or "x")
        assert result.verdicts == {number: state}


def test_a_solved_notebook_is_all_done():
    folder = ROOT / "lessons" / "solutions"
    result = table.read_result(folder / "01_perceptron.ipynb", folder)
    assert result.student == "01_perceptron"
    row = table.as_rows([result])[1]
    assert row[3:] == ["да", "да", "да", "да", "4", "4"]


def test_the_last_check_counts_and_a_stale_summary_does_not(tmp_path, capsys):
    right, wrong = lesson_01.RIGHT["1.3"][0], lesson_01.WRONG["1.3"][0][1]
    untouched = printed_by_homework(capsys, "Анна", [("1.3", (...,))])
    later = printed_by_homework(capsys, "Анна", [("1.3", wrong), ("1.3", right)])
    both = later[1] + later[2]  # a cell that was written twice
    path = hand_in(tmp_path / "a.ipynb", untouched[0], both, untouched[2])
    assert table.read_result(path, tmp_path).verdicts == {"1.3": RIGHT}
    path = hand_in(tmp_path / "b.ipynb", untouched[0], later[2], later[1])
    assert table.read_result(path, tmp_path).verdicts == {"1.3": WRONG}


# --- how Jupyter may store it ---


def test_text_as_a_list_of_lines(tmp_path):
    book = notebook(head("Анна") + "ещё\n", line("1.1", RIGHT))
    for cell in book.cells:
        for output in cell.outputs:
            output.text = output.text.splitlines(keepends=True)
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    result = table.read_result(path, tmp_path)
    assert (result.student, result.verdicts) == ("Анна", {"1.1": RIGHT})


def test_a_line_in_several_pieces_among_other_outputs(tmp_path):
    said = line("1.1", WRONG, " Знак обратный.")
    picture = nbformat.v4.new_output("display_data", data={"text/plain": "рисунок"})
    outputs = [picture, stream(said[:9]), stream("w\n", "stderr"), stream(said[9:])]
    path = hand_in(tmp_path / "a.ipynb", head("Анна"), outputs)
    assert table.read_result(path, tmp_path).verdicts == {"1.1": WRONG}


def test_a_file_that_begins_with_a_mark_of_byte_order(tmp_path):
    path = hand_in(tmp_path / "a.ipynb", head("Анна"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert table.read_result(path, tmp_path).student == "Анна"


# --- a class ---


def test_a_class(tmp_path, capsys, other_lesson):
    done = line("1.1", RIGHT) + line("1.2", WRONG, " Потеряна единица.")
    hand_in(tmp_path / "б" / "01.ipynb", head("Борис Петров"), done)
    hand_in(tmp_path / "а" / "01.ipynb", head("Анна Иванова"), line("1.4", RIGHT))
    hand_in(tmp_path / "а" / "01 (1).ipynb", head("Анна Иванова"), done)
    hand_in(tmp_path / "а" / "02.ipynb", head("Анна Иванова", 2), line("2.2", RIGHT))
    hand_in(tmp_path / "Егорова_01.ipynb", head(), line("1.1", UNTOUCHED))
    hand_in(tmp_path / "зло.ipynb", head('=HYPERLINK("http://x";"да")'))
    hand_in(tmp_path / "не выполнена.ipynb", [])
    hand_in(tmp_path / "а" / ".ipynb_checkpoints" / "01.ipynb", head("Двойник"))
    hand_in(tmp_path / "__MACOSX" / "._01.ipynb", head("Двойник"))
    (tmp_path / "сломана.ipynb").write_text('{"cells": [', encoding="utf-8")
    (tmp_path / "кодировка.ipynb").write_bytes("Домашнее задание".encode("cp1251"))
    hand_in(tmp_path / "чужая.ipynb", head("Гость", 42))
    (tmp_path / "записка.txt").write_text("не тетрадь", encoding="utf-8")

    status, said, refused = run(capsys, tmp_path)
    assert status == 0
    assert refused.splitlines() == [
        "кодировка.ipynb: это не тетрадь Jupyter.",
        "не выполнена.ipynb: в ней нет выполненных проверок. Попросите ученика "
        "выполнить тетрадь целиком и сохранить её вместе с выводом.",
        "сломана.ipynb: это не тетрадь Jupyter.",
        "чужая.ipynb: урока 42 в курсе нет.",
    ]
    rows = read_back(tmp_path / "results.csv")
    formula = '\'=HYPERLINK("http://x";"да")'
    assert rows == [
        [*HEADER[:7], "упр. 2.1", "упр. 2.2", "сделано", "всего"],
        [formula, "зло.ipynb", "1", *[""] * 6, "0", "4"],
        ["Анна Иванова", "а/01 (1).ipynb", "1", "да", "нет", "", "", "", "", "1", "4"],
        ["Анна Иванова", "а/01.ipynb", "1", "", "", "", "да", "", "", "1", "4"],
        ["Анна Иванова", "а/02.ipynb", "2", "", "", "", "", "", "да", "1", "2"],
        ["Борис Петров", "б/01.ipynb", "1", "да", "нет", "", "", "", "", "1", "4"],
        ["Егорова_01", "Егорова_01.ipynb", "1", *[""] * 6, "0", "4"],
    ]
    assert "Двойник" not in said
    assert "Анна Иванова" in said
    assert said.endswith(f"Записано: {tmp_path / 'results.csv'}\n")
    assert not list(tmp_path.rglob("*.part"))
    again = run(capsys, tmp_path)
    assert again == (status, said, refused)


@pytest.mark.parametrize("first", "=+-@")
def test_no_cell_is_a_formula(tmp_path, first):
    path = hand_in(tmp_path / f"{first}1.ipynb", head(f"{first}1+1"))
    row = table.as_rows([table.read_result(path, tmp_path)])[1]
    assert row[:2] == [f"'{first}1+1", f"'{first}1.ipynb"]


def test_a_name_edited_by_hand_stays_one_harmless_cell(tmp_path, capsys):
    text = json.dumps(notebook(head("NAME")), ensure_ascii=True)
    path = tmp_path / "a.ipynb"
    path.write_text(text.replace("NAME", r" \t=1+1;\r\"\ud800"), encoding="ascii")
    assert run(capsys, tmp_path)[0] == 0
    assert read_back(tmp_path / "results.csv")[1][0] == "'=1+1; \"?"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_of_another_encoding(tmp_path, capsys):
    """An archive packed on Windows leaves such names on Linux."""
    path = hand_in(tmp_path / "a.ipynb", head())
    foreign = os.fsdecode("Пётр.ipynb".encode("cp866"))
    path.rename(tmp_path / foreign)
    assert run(capsys, tmp_path)[0] == 0
    student, file = read_back(tmp_path / "results.csv")[1][:2]
    assert file == f"{student}.ipynb"
    assert "\ufffd" in student


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '"Домашнее задание 1: 4 упражнения."',
        '{"cells": [1]}',
        '{"cells": null}',
        '{"cells": [{"outputs": null}]}',
        '{"cells": [{"outputs": ["text"]}]}',
        '{"cells": [{"outputs": [{"name": "stdout"}]}]}',
        '{"cells": [{"outputs": [{"name": "stdout", "text": [1]}]}]}',
        '{"worksheets": []}',
        "[" * 100_000,
    ],
    ids=range(12),
)
def test_what_is_not_a_notebook_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    assert table.collect(tmp_path) == ([], ["a.ipynb: это не тетрадь Jupyter."])


def test_a_folder_that_is_called_a_notebook(tmp_path):
    (tmp_path / "a.ipynb").mkdir()
    results, refused = table.collect(tmp_path)
    assert results == []
    assert [each.partition(" (")[0] for each in refused] == [
        "a.ipynb: файл не читается"
    ]


# --- statuses, and what is left behind ---


def test_no_folder(tmp_path, capsys):
    status, said, refused = run(capsys, tmp_path / "нет")
    assert (status, said) == (2, "")
    assert refused == f"Папки {tmp_path / 'нет'} нет.\n"


def test_an_empty_folder(tmp_path, capsys):
    status, said, refused = run(capsys, tmp_path)
    assert (status, said) == (1, "")
    assert refused == f"В папке {tmp_path} нет выполненных тетрадей.\n"
    assert list(tmp_path.iterdir()) == []


def test_another_place_for_the_table(tmp_path, capsys):
    folder = tmp_path / "класс"
    hand_in(folder / "a.ipynb", head("Анна"))
    out = tmp_path / "a.csv"
    assert run(capsys, folder, "--out", out)[0] == 0
    assert read_back(out)[1][0] == "Анна"
    assert [each.name for each in folder.iterdir()] == ["a.ipynb"]


@pytest.mark.parametrize("out", ["нет/a.csv", ".", "занято"])
def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path, capsys, out):
    hand_in(tmp_path / "a.ipynb", head("Анна"))
    (tmp_path / "занято").mkdir()
    status, _, refused = run(capsys, tmp_path, "--out", tmp_path / out)
    assert status == 2
    assert "не могу записать" in refused
    assert refused.count("\n") == 1
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.ipynb", "занято"]


def test_a_failure_keeps_the_table_of_before(tmp_path, capsys, monkeypatch):
    hand_in(tmp_path / "a.ipynb", head("Анна"))
    assert run(capsys, tmp_path)[0] == 0
    before = (tmp_path / "results.csv").read_bytes()
    hand_in(tmp_path / "b.ipynb", head("Борис"))

    def busy(path, target):
        raise PermissionError(13, "занят", str(target))

    monkeypatch.setattr(type(tmp_path), "replace", busy)
    assert run(capsys, tmp_path)[0] == 2
    assert (tmp_path / "results.csv").read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "ascii"])
def test_the_command_itself(tmp_path, encoding):
    """It runs without Keras, and on a console that has no Cyrillic."""
    hand_in(tmp_path / "a.ipynb", head("Анна"), line("1.1", RIGHT))
    done = subprocess.run(
        [sys.executable, "-m", "helpers.checks", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "KERAS_BACKEND": "none"},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1" in done.stdout
    assert read_back(tmp_path / "results.csv")[1][3] == "да"
