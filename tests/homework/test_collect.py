"""The table of a class: the records that `Homework` leaves are what it reads back."""

import csv
import html
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from dataclasses import asdict

import nbformat
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from helpers.errors import CourseError
from lessons.checks import collect as table
from lessons.checks.homework import (
    BROKEN,
    METADATA_KEY,
    RIGHT,
    UNTOUCHED,
    WRONG,
    Homework,
    Record,
)
from tests.homework.answers import lesson_01
from tests.support import ROOT

TITLES = [f"упр. 1.{number}" for number in range(1, 6)]
HEADER = ["ученик", "файл", "урок", *TITLES, "сделано", "всего"]
NOT_RUN = (
    "в ней нет выполненных проверок. Попросите ученика выполнить тетрадь целиком и "
    "сохранить её вместе с выводом."
)
NO_NOTEBOOK = (
    "это не тетрадь .ipynb и не архив .zip. Если это чья-то работа, попросите саму "
    "тетрадь."
)


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(*records):
    """Return the outputs of a cell whose checks left these records."""
    return [
        nbformat.v4.new_output(
            "display_data", {"text/plain": "строка"}, metadata={METADATA_KEY: each}
        )
        for each in records
    ]


def notebook(*cells):
    """Return a notebook; a cell is a record, a list of outputs, or a printed text."""
    made = []
    for cell in cells:
        if isinstance(cell, dict):
            cell = shown(cell)
        elif isinstance(cell, str):
            cell = [stream(cell)]
        made.append(nbformat.v4.new_code_cell("homework", outputs=cell))
    return nbformat.v4.new_notebook(cells=made)


def hand_in(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*cells), path)
    return path


def head(student="", lesson="01_perceptron"):
    return asdict(Record(lesson, student, 0, 5))


def mark(number, state, student="", lesson="01_perceptron"):
    return asdict(Record(lesson, student, 1, 5, number, state, "Потому."))


def run(capsys, *arguments):
    status = table.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def read(path):
    """Return the only result of a notebook, which deserves no remark."""
    (result,), remarks = table.read_results(path.name, path.read_bytes())
    assert remarks == []
    return result


def read_back(path):
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
def cell():
    """A function that returns the display outputs of a call, as a notebook does."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher()

    def outputs(call):
        shell.display_pub.outputs.clear()
        call()
        return [
            nbformat.v4.new_output(
                "display_data", each["data"], metadata=each["metadata"]
            )
            for each in shell.display_pub.outputs
        ]

    yield outputs
    InteractiveShell.clear_instance()


def shown_by_homework(cell, student, answers, summary=True):
    """Return what a notebook's cells show: the head, each check, the summary."""
    made = []
    cells = [cell(lambda: made.append(Homework("01_perceptron", student=student)))]
    for number, given in answers:
        cells.append(cell(lambda n=number, g=given: made[0].check(n, *g)))
    if summary:
        cells.append(cell(made[0].summary))
    return cells


@pytest.fixture
def other_lesson(monkeypatch):
    """A second lesson with two exercises, so that no other homework has to exist."""
    real = table.exercises_of
    monkeypatch.setattr(
        table,
        "exercises_of",
        lambda lesson: (
            {"2.1": None, "2.2": None} if lesson in ("2", "02_mlp") else real(lesson)
        ),
    )


# --- what Homework shows is what is read ---


@pytest.mark.usefixtures("unbroken")
def test_a_line_is_shown_plain_with_its_record(cell, capsys):
    (output,), (check,), summary = shown_by_homework(
        cell, "  Анна   Иванова ", [("1.4", (...,))]
    )
    assert output.data == {
        "text/plain": "Домашнее задание 1: 5 упражнений. Ученик: Анна Иванова."
    }
    assert output.metadata == {METADATA_KEY: head("Анна Иванова")}
    text = check.data["text/plain"]
    assert text.startswith(
        "Упражнение 1.4 (шаг по знаку): не начато. В ячейке осталось"
    )
    assert text.endswith("Сделано 0 из 5.")
    record = Record(**check.metadata[METADATA_KEY])
    assert (record.exercise, record.state) == ("1.4", UNTOUCHED)
    assert (record.lesson, record.student) == ("01_perceptron", "Анна Иванова")
    assert (record.done, record.total) == (0, 5)
    assert record.why.lower() in text.lower()
    assert summary == []  # printed, as it counts for nothing
    assert "Упражнение 1.4 (шаг по знаку): не начато.\n" in capsys.readouterr().out


def test_real_verdicts_are_read_back(tmp_path, cell):
    answers = [
        ("1.2", lesson_01.RIGHT["1.2"][0]),
        ("1.3", lesson_01.WRONG["1.3"][0][1]),
        ("1.4", (...,)),
    ]
    cells = shown_by_homework(cell, "  Анна   Иванова ", answers)
    result = read(hand_in(tmp_path / "работа.ipynb", *cells))
    assert (result.student, result.file) == ("Анна Иванова", "работа.ipynb")
    assert result.lesson == 1
    assert result.verdicts == {"1.2": RIGHT, "1.3": WRONG, "1.4": UNTOUCHED}
    assert table.as_rows([result]) == [
        HEADER,
        ["Анна Иванова", "работа.ipynb", "1", "", "да", "нет", "", "", "1", "5"],
    ]


@pytest.mark.parametrize("number", list(lesson_01.RIGHT))
@pytest.mark.parametrize("student", ["", "Анна И.", "Ж. Д'Арк (2)", "О'Генри: верно."])
def test_every_answer_of_lesson_1_is_read_back(tmp_path, cell, number, student):
    kinds = [(RIGHT, given) for given in lesson_01.RIGHT[number]]
    kinds += [(WRONG, given) for _, given in lesson_01.WRONG[number]]
    kinds += [(WRONG, given) for _, given in lesson_01.UNFORESEEN[number]]
    for state, given in kinds:
        cells = shown_by_homework(cell, student, [(number, given)], summary=False)
        result = read(hand_in(tmp_path / "x.ipynb", *cells))
        assert result.student == (student or "x")
        assert result.verdicts == {number: state}


def test_a_student_s_function_may_print_as_it_likes(cell, capsys, tmp_path):
    """Neither an unfinished line nor a printed verdict changes the record."""

    def step(memory, g, rate):
        print("\rУпражнение 1.5 (да): верно. Сделано 5 из 5.\nшаг", end="")
        return lesson_01.RIGHT["1.4"][0][0](memory, g, rate)

    cells = shown_by_homework(cell, "Анна", [("1.4", (step,))], summary=False)
    assert capsys.readouterr().out.endswith("шаг")
    assert cells[1][0].data["text/plain"].startswith("Упражнение 1.4 (")
    cells[1].insert(0, stream("шаг"))
    assert read(hand_in(tmp_path / "a.ipynb", *cells)).verdicts == {"1.4": RIGHT}


STUDENT = """
import numpy as np
from lessons import checks

homework = checks.Homework("01_perceptron", student="Анна")
print("шаг", end="")
homework.check("1.4", lambda memory, g, rate: rate * np.sign(g))
"""


def test_a_real_kernel_stores_it_and_nbval_compares_it(tmp_path):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(STUDENT)])
    NotebookClient(
        book, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    head, printed, check = book.cells[0].outputs
    assert printed.text == "шаг"
    assert check.metadata[METADATA_KEY]["state"] == RIGHT
    page, _ = HTMLExporter().from_notebook_node(book)
    for output in (head, check):  # a plain line: a paragraph of its own, no quotes
        assert f"<pre>{html.escape(output.data['text/plain'])}</pre>" in page
    path = tmp_path / "a.ipynb"
    nbformat.write(book, path)
    result = read(path)
    assert (result.student, result.verdicts) == ("Анна", {"1.4": RIGHT})

    def nbval():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["--nbval", "--nbval-current-env", "--rootdir", str(tmp_path)]
        done = subprocess.run(
            [*command, str(path)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout

    code, said = nbval()
    assert code == 0, said
    check.data["text/plain"] = check.data["text/plain"].replace("1 из 5", "2 из 5")
    nbformat.write(book, path)
    code, said = nbval()
    assert code == 1
    assert "Сделано 2 из 5" in said


BROKEN_CELL = """
def by_sign(memory, g, rate)
    return rate * np.sign(g)
"""


def test_run_all_goes_on_and_an_older_function_is_not_judged_in_silence(tmp_path):
    """1.3 is untouched, the cell of 1.4 does not compile, then it is mended."""
    path = ROOT / "lessons" / "exercises" / "01_perceptron.ipynb"
    book = nbformat.read(path, as_version=4)
    (place,) = (n for n, c in enumerate(book.cells) if "def by_sign(" in c.source)
    needs = [c for c in book.cells if c.source.startswith("homework.need(")]
    good = BROKEN_CELL.replace("rate)\n", "rate):\n", 1)
    new = nbformat.v4.new_code_cell
    mended = [new(BROKEN_CELL, metadata={"tags": ["raises-exception"]})]
    mended += [book.cells[place + 1].copy(), new(good)]
    book.cells[place:place] = [book.cells[place].copy(), *mended]
    for number, cell in enumerate(book.cells):
        cell.id = str(number)
    del book.cells[place + 4]  # the stub, now above
    NotebookClient(
        book, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    (outputs,) = (c.outputs for c in needs if '"1.3"' in c.source)
    assert outputs[0].ename == "CourseError"
    first, second = (c for c in book.cells if '.check("1.4"' in c.source)
    said = " ".join(first.outputs[0].data["text/plain"].split())
    assert "остановилась на ошибке SyntaxError" in said
    assert ": не начато." in said
    said = " ".join(second.outputs[0].data["text/plain"].split())
    assert said == "Упражнение 1.4 (шаг по знаку): верно. Сделано 1 из 5."
    nbformat.write(book, tmp_path / "a.ipynb")
    assert read(tmp_path / "a.ipynb").verdicts["1.4"] == RIGHT
    fourth = next(c for c in book.cells if '.check("1.5"' in c.source)
    assert "остановилась" not in fourth.outputs[0].data["text/plain"]


def test_lines_break_between_words(capsys):
    homework = Homework("01_perceptron")
    homework.check("1.3", 5, 5)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 88
    assert " ".join(lines[1:]).endswith("Сделано 0 из 5.")
    (shown,) = CourseError("слово " * 40, "а" * 100)._render_traceback_()
    assert "а" * 100 in shown.splitlines()[-1]
    assert all(line == "Ошибка:" or "слово" in line for line in shown.splitlines()[:-1])


def test_a_check_that_failed_itself_is_in_the_table_as_such(
    cell, tmp_path, monkeypatch
):
    monkeypatch.setattr("lessons.checks.judge.same", lambda *_: 1 / 0)
    right = lesson_01.RIGHT["1.4"][0]
    cells = shown_by_homework(cell, "Анна", [("1.4", right)])
    result = read(hand_in(tmp_path / "a.ipynb", *cells))
    assert result.verdicts == {"1.4": BROKEN}
    assert table.as_rows([result])[1][6:] == ["ошибка проверки", "", "0", "5"]


def test_a_solved_notebook_is_all_done():
    result = read(ROOT / "lessons" / "solutions" / "01_perceptron.ipynb")
    assert result.student == "01_perceptron"
    row = table.as_rows([result])[1]
    assert row[3:] == ["да"] * 5 + ["5", "5"]


# --- which record counts ---


def test_the_lowest_check_counts(tmp_path):
    cells = [head(), mark("1.3", WRONG), shown(mark("1.3", WRONG), mark("1.3", RIGHT))]
    assert read(hand_in(tmp_path / "a.ipynb", *cells)).verdicts == {"1.3": RIGHT}
    cells = [head(), mark("1.3", RIGHT), mark("1.3", WRONG)]
    assert read(hand_in(tmp_path / "b.ipynb", *cells)).verdicts == {"1.3": WRONG}


def test_a_name_that_was_written_in_later_is_that_of_the_whole_notebook(tmp_path):
    cells = [head("Анна"), mark("1.1", RIGHT), mark("1.2", RIGHT, "Анна")]
    result = read(hand_in(tmp_path / "a.ipynb", *cells))
    assert (result.student, len(result.verdicts)) == ("Анна", 2)


def test_two_names_in_one_notebook_are_two_rows_and_a_line(tmp_path, capsys):
    hand_in(
        tmp_path / "a.ipynb",
        *(head("Борис"), mark("1.1", RIGHT, "Анна"), mark("1.2", RIGHT, "Борис")),
    )
    status, _, said = run(capsys, tmp_path)
    assert status == 0
    assert said == (
        "a.ipynb: проверки под разными именами, Анна, Борис; у каждого своя строка. "
        "Попросите выполнить тетрадь заново, целиком.\n"
    )
    rows = read_back(tmp_path / "results.csv")[1:]
    assert [(row[0], *row[3:7]) for row in rows] == [
        ("Анна", "да", "", "", ""),
        ("Борис", "", "да", "", ""),
    ]


def test_a_notebook_that_is_called_as_another_lesson(tmp_path, capsys, other_lesson):
    for name in ("01_perceptron (1).ipynb", "Анна_02_mlp.ipynb", "Анна 3.ipynb"):
        hand_in(tmp_path / name, mark("2.1", RIGHT, "Анна", "02_mlp"))
    status, _, said = run(capsys, tmp_path)
    assert (status, said) == (
        0,
        "01_perceptron (1).ipynb: назван как урок 1, а проверки в нём из урока 2; в "
        "таблице он там, откуда проверки.\n",
    )
    rows = read_back(tmp_path / "results.csv")
    assert rows[0][3:] == ["упр. 2.1", "упр. 2.2", "сделано", "всего"]
    assert [row[2:4] for row in rows[1:]] == [["2", "да"]] * 3


def test_two_lessons_in_one_notebook_are_two_rows(tmp_path, other_lesson):
    path = hand_in(
        tmp_path / "a.ipynb",
        *(mark("1.1", RIGHT, "Анна"), mark("2.2", WRONG, "Анна", "02_mlp")),
    )
    results, _ = table.read_results(path.name, path.read_bytes())
    assert [(each.lesson, each.verdicts) for each in results] == [
        (1, {"1.1": RIGHT}),
        (2, {"2.2": WRONG}),
    ]


# --- how it may be stored ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_json(tmp_path, encoding):
    path = hand_in(tmp_path / "a.ipynb", head("Анна"))
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    assert read(path).student == "Анна"


@pytest.mark.parametrize(
    "name",
    ["а.ipynb.txt", "а.ipynb.json", "а.json", "А.IPYNB", "а.ipynb.download", "а.txt"],
)
def test_a_notebook_under_another_name(tmp_path, capsys, name):
    path = hand_in(tmp_path / "а.ipynb", head(), mark("1.1", RIGHT))
    path.rename(tmp_path / name)
    status, _, said = run(capsys, tmp_path)
    assert (status, said) == (0, "")
    row = read_back(tmp_path / "results.csv")[1]
    assert row[:4] == [name if name == "а.txt" else name[0], name, "1", "да"]


@pytest.mark.parametrize(
    ("student", "lesson", "exercise", "state", "said"),
    [
        (5, "01_perceptron", "1.1", RIGHT, "запись проверки испорчена"),
        ("", "42", "", "", "урока 42 в курсе нет"),
        ("", "01_perceptron", "1.9", RIGHT, "в уроке нет проверки 1.9"),
        ("", "01_perceptron", "1.1", "да", "не бывает её ответа «да»"),
    ],
)
def test_records_that_the_course_does_not_write(
    tmp_path, capsys, student, lesson, exercise, state, said
):
    known = head() | {"student": student, "lesson": lesson}
    hand_in(tmp_path / "a.ipynb", known | {"exercise": exercise, "state": state})
    status, _, refused = run(capsys, tmp_path)
    assert status == 1
    first, last = refused.splitlines()
    assert first.startswith("a.ipynb: ")
    assert said in first
    assert "нет выполненных тетрадей" in last


@pytest.mark.parametrize("record", [None, [], "верно", {}, {"student": "Анна"}])
def test_a_record_of_another_shape(tmp_path, record):
    book = notebook(shown(record))
    (tmp_path / "a.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (said,) = table.collect(tmp_path).missing
    assert said.startswith("a.ipynb: запись проверки испорчена. Попросите ученика")


# --- archives ---


def pack(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def text_of(*cells):
    return json.dumps(notebook(*cells), ensure_ascii=False)


def test_an_archive_is_read_where_it_lies(tmp_path, capsys):
    folder = tmp_path / "класс"
    folder.mkdir()
    members = {
        "Анна/01.ipynb": text_of(head("Анна"), mark("1.1", RIGHT, "Анна")),
        "../../зло.ipynb": text_of(head("Борис")),
        "Анна/цифра.png": b"picture",
        "Анна/сломана.ipynb": "{",
        "Анна/.ipynb_checkpoints/01.ipynb": text_of(head("Двойник")),
        "__MACOSX/Анна/._01.ipynb": text_of(head("Двойник")),
        "внутри.zip": b"PK",
        "отчёт.pdf": b"%PDF",
    }
    pack(folder / "работы.ZIP", members)
    status, said, refused = run(capsys, folder)
    assert status == 1
    assert refused.splitlines() == [
        "работы.ZIP/Анна/сломана.ipynb: это не тетрадь Jupyter.",
        "работы.ZIP/внутри.zip: архив внутри архива. Распакуйте его.",
        f"работы.ZIP/отчёт.pdf: {NO_NOTEBOOK}",
        "Не тетради, пропущены: работы.ZIP/Анна/цифра.png.",
    ]
    assert "Двойник" not in said
    rows = read_back(folder / "results.csv")[1:]
    assert [row[:2] for row in rows] == [
        ["Анна", "работы.ZIP/Анна/01.ipynb"],
        ["Борис", "работы.ZIP/../../зло.ipynb"],
    ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        *("results.csv", "класс", "работы.ZIP"),
    ]


def test_names_in_an_archive_of_russian_windows(tmp_path):
    path = pack(tmp_path / "a.zip", {"XXXX.ipynb": text_of(head())})
    path.write_bytes(path.read_bytes().replace(b"XXXX", "Пётр".encode("cp866")))
    (result,) = table.collect(tmp_path).results
    assert (result.student, result.file) == ("Пётр", "a.zip/Пётр.ipynb")


def test_an_archive_with_backslashes(tmp_path):
    path = tmp_path / "a.zip"
    names = ["Анна/", "Анна/01.ipynb", "Анна/.ipynb_checkpoints/01.ipynb"]
    pack(path, {name: text_of(head(name[:4])) for name in names})
    path.write_bytes(path.read_bytes().replace("Анна/".encode(), "Анна\\".encode()))
    found = table.collect(tmp_path)
    assert [each.file for each in found.results] == ["a.zip/Анна/01.ipynb"]
    assert found.missing == []


def test_a_damaged_member_leaves_the_others(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", text_of(head("Анна")))
        archive.writestr("b.ipynb", text_of(head("Борис")))
    data = path.read_bytes()
    path.write_bytes(data.replace("Анна".encode(), "Вера".encode()))  # another sum
    found = table.collect(tmp_path)
    assert [each.student for each in found.results] == ["Борис"]
    assert found.missing == [
        "a.zip/a.ipynb: архив повреждён. Попросите прислать его ещё раз."
    ]


def locked(data):
    """Return an archive whose members say that they are encrypted."""
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + offset
        data = data[:place] + b"\x01" + data[place + 1 :]
    return data


def understated(data):
    """Return an archive that declares a size of 100 bytes for what is far larger."""
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data = data[:place] + struct.pack("<I", 100) + data[place + 4 :]
    return data


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[:-30], "a.zip: архив повреждён"),
        (lambda data: b"Rar!" + data[:100], "a.zip: архив повреждён"),
        (lambda data: b"", "a.zip: архив повреждён"),
        (locked, "a.zip/a.ipynb: архив закрыт паролем"),
        (understated, "a.zip/a.ipynb: архив повреждён"),
    ],
    ids=["cut", "foreign", "empty", "locked", "understated"],
)
def test_an_archive_that_cannot_be_read(tmp_path, spoil, said):
    path = pack(tmp_path / "a.zip", {"a.ipynb": "я" * 100_000})
    path.write_bytes(spoil(path.read_bytes()))
    found = table.collect(tmp_path)
    assert found.results == []
    assert [each.partition(". ")[0] for each in found.missing] == [said]


def test_an_archive_of_nothing(tmp_path):
    pack(tmp_path / "a.zip", {"__MACOSX/._a.ipynb": "x", "папка/": ""})
    assert table.collect(tmp_path).missing == [
        "a.zip: в архиве нет ни одного файла. Если это чья-то работа, попросите саму "
        "тетрадь."
    ]


def test_limits(tmp_path, monkeypatch):
    pack(tmp_path / "a.zip", {"a.ipynb": " " * 3000, "b.ipynb": " " * 3000})
    pack(tmp_path / "b.zip", {f"{n}.ipynb": "x" for n in range(5)})
    (tmp_path / "c.ipynb").write_text(" " * 6000)
    monkeypatch.setattr(table, "MAX_BYTES", 5000)
    monkeypatch.setattr(table, "MAX_MEMBERS", 4)
    assert [each.partition(".")[0] for each in table.collect(tmp_path).missing] == [
        *("a", "b", "c"),
    ]
    monkeypatch.undo()
    assert len(table.collect(tmp_path).missing) == 8  # each is read, none a notebook


# --- a class ---


def test_a_class(tmp_path, capsys, other_lesson):
    anna, boris = "Анна Иванова", "Борис Петров"
    hand_in(
        tmp_path / "б" / "01.ipynb",
        *(head(boris), mark("1.1", RIGHT, boris), mark("1.2", WRONG, boris)),
    )
    hand_in(tmp_path / "а" / "01.ipynb", head(anna), mark("1.4", RIGHT, anna))
    hand_in(tmp_path / "а" / "01 (1).ipynb", head(anna), mark("1.1", WRONG, anna))
    hand_in(tmp_path / "а" / "02.ipynb", mark("2.2", RIGHT, anna, "02_mlp"))
    hand_in(tmp_path / "Егорова_01.ipynb", head(), mark("1.1", UNTOUCHED))
    hand_in(tmp_path / "зло.ipynb", head('=HYPERLINK("http://x";"да")'))
    hand_in(tmp_path / "не выполнена.ipynb", [])
    printed = "Упражнение 1.1 (кто виноват): верно. Сделано 1 из 5.\n"
    hand_in(tmp_path / "напечатана.ipynb", "Домашнее задание 1: 5 упражнений.", printed)
    hand_in(tmp_path / "а" / ".ipynb_checkpoints" / "01.ipynb", head("Двойник"))
    hand_in(tmp_path / "__MACOSX" / "._01.ipynb", head("Двойник"))
    (tmp_path / "сломана.ipynb").write_text('{"cells": [', encoding="utf-8")
    (tmp_path / "кодировка.ipynb").write_bytes("Домашнее задание".encode("cp1251"))
    (tmp_path / "записка.txt").write_text("не тетрадь", encoding="utf-8")
    (tmp_path / "а" / "цифра.PNG").write_bytes(b"picture")
    (tmp_path / "в" / "рисунки").mkdir(parents=True)
    (tmp_path / "в" / "ответы.docx").write_bytes(b"PK")
    (tmp_path / "в" / "рисунки" / "экран.png").write_bytes(b"picture")
    (tmp_path / "г").mkdir()
    (tmp_path / "г" / ".DS_Store").write_bytes(b"")

    status, said, refused = run(capsys, tmp_path)
    assert status == 1
    assert refused.splitlines() == [
        "кодировка.ipynb: это не тетрадь Jupyter.",
        f"напечатана.ipynb: {NOT_RUN}",
        f"не выполнена.ipynb: {NOT_RUN}",
        "сломана.ipynb: это не тетрадь Jupyter.",
        f"в/ответы.docx: {NO_NOTEBOOK}",
        "г: пустая папка",
        f"в/рисунки/экран.png: {NO_NOTEBOOK}",
        "Не тетради, пропущены: записка.txt, а/цифра.PNG.",
    ]
    rows = read_back(tmp_path / "results.csv")
    formula = '\'=HYPERLINK("http://x";"да")'
    assert rows == [
        [*HEADER[:8], "упр. 2.1", "упр. 2.2", "сделано", "всего"],
        [formula, "зло.ipynb", "1", *[""] * 7, "0", "5"],
        [anna, "а/01 (1).ipynb", "1", "нет", *[""] * 6, "0", "5"],
        [anna, "а/01.ipynb", "1", "", "", "", "да", "", "", "", "1", "5"],
        [anna, "а/02.ipynb", "2", *[""] * 6, "да", "1", "2"],
        [boris, "б/01.ipynb", "1", "да", "нет", *[""] * 5, "1", "5"],
        ["Егорова_01", "Егорова_01.ipynb", "1", *[""] * 7, "0", "5"],
    ]
    assert "Двойник" not in said
    assert anna in said
    assert said.endswith(f"Записано: {tmp_path / 'results.csv'}\n")
    assert not list(tmp_path.rglob("*.part"))
    again = run(capsys, tmp_path)
    assert again == (status, said, refused)


def test_nobody_missing(tmp_path, capsys):
    """What lessons ask to bring lies beside a notebook; the table is nobody's work."""
    hand_in(tmp_path / "Анна" / "04.ipynb", head("Анна"))
    (tmp_path / "Анна" / "рисунки").mkdir()
    (tmp_path / "Анна" / "рисунки" / "цифра.png").write_bytes(b"picture")
    for _ in range(2):
        status, _, said = run(capsys, tmp_path)
        assert status == 0
        assert said == "Не тетради, пропущены: Анна/рисунки/цифра.png.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="links and rights of POSIX")
def test_what_cannot_be_opened_is_named(tmp_path, capsys, monkeypatch):
    hand_in(tmp_path / "класс" / "а.ipynb", head("Анна"))
    (tmp_path / "другая").mkdir()
    (tmp_path / "класс" / "ссылка").symlink_to(tmp_path / "другая")
    (tmp_path / "класс" / "труба.ipynb").symlink_to(tmp_path / "нет")
    os.mkfifo(tmp_path / "класс" / "я.ipynb")
    real = type(tmp_path).read_bytes

    def read_bytes(path):
        if path.name == "а.ipynb":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(type(tmp_path), "read_bytes", read_bytes)
    found = table.collect(tmp_path / "класс")
    link = "это не файл и не папка, а ссылка или устройство"
    assert found.missing == [
        "а.ipynb: не читается (Permission denied)",
        f"ссылка: {link}",
        f"труба.ipynb: {link}",
        f"я.ipynb: {link}",
    ]


def test_a_folder_that_is_closed_is_named(tmp_path, monkeypatch):
    (tmp_path / "закрыта").mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("закрыта"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert table.collect(tmp_path).missing == [
        "закрыта: не читается (Permission denied)"
    ]


@pytest.mark.parametrize("first", "=+-@")
def test_no_cell_is_a_formula(tmp_path, first):
    path = hand_in(tmp_path / f"{first}1.ipynb", head(f"{first}1+1"))
    row = table.as_rows([read(path)])[1]
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
        '"Домашнее задание 1: 5 упражнений."',
        '{"cells": [1]}',
        '{"cells": null}',
        '{"cells": [{"outputs": null}]}',
        '{"cells": [{"outputs": ["text"]}]}',
        '{"cells": [{"outputs": [{"metadata": null}]}]}',
        '{"cells": [{"outputs": [{"metadata": 5}]}]}',
        '{"worksheets": []}',
        "[" * 100_000,
    ],
    ids=range(12),
)
def test_what_is_not_a_notebook_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    found = table.collect(tmp_path)
    assert (found.results, found.remarks, found.materials) == ([], [], [])
    assert found.missing == ["a.ipynb: это не тетрадь Jupyter."]


def test_a_folder_that_is_called_a_notebook(tmp_path):
    hand_in(tmp_path / "a.ipynb" / "a.ipynb", head("Анна"))
    (tmp_path / "b.ipynb").mkdir()
    found = table.collect(tmp_path)
    assert [each.file for each in found.results] == ["a.ipynb/a.ipynb"]
    assert found.missing == ["b.ipynb: пустая папка"]


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
    hand_in(tmp_path / "класс" / "a.ipynb", head("Анна"))
    (tmp_path / "занято").mkdir()
    status, _, refused = run(capsys, tmp_path / "класс", "--out", tmp_path / out)
    assert status == 2
    assert "не могу записать" in refused
    assert refused.count("\n") == 1
    left = sorted(each.name for each in tmp_path.rglob("*"))
    assert left == ["a.ipynb", "занято", "класс"]


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
    hand_in(tmp_path / "a.ipynb", head("Анна"), mark("1.1", RIGHT, "Анна"))
    done = subprocess.run(
        [sys.executable, "-m", "lessons.checks.collect", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding, "KERAS_BACKEND": "none"},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1" in done.stdout
    assert read_back(tmp_path / "results.csv")[1][3] == "да"
