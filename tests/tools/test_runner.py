"""The runner: what it writes, what it says of failures, how it resumes and stops."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from helpers import scores
from helpers.errors import CourseError
from tests.support import ROOT
from tools import run_lessons

TABLE = """
import os
from IPython.display import display
rows = [
    dict(model="глупая", role="floor", metric="accuracy", value=0.1, deviation=None,
         bar=None, parameters=0, seconds=None),
    dict(model="исходная", role="source", metric="accuracy", value=0.9, deviation=None,
         bar=None, parameters=100, seconds=4.0),
    dict(model="наша", role="ours", metric="accuracy", value={value}, deviation=None,
         bar=0.965, parameters={parameters}, seconds={seconds}),
]
course = {{"data": {data}, "models": rows}}
display({{"text/plain": "таблица"}}, metadata={{"course": course}}, raw=True)
"""


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "x",
        "language": "python",
    }
    return book


def table(value=0.98, parameters=10, seconds=3.0, data='os.environ["COURSE_DATA"]'):
    return TABLE.format(value=value, parameters=parameters, seconds=seconds, data=data)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house with lessons of its own, in a path with a space and Cyrillic letters."""
    root = tmp_path / "мой курс"
    lessons = root / "lessons"
    lessons.mkdir(parents=True)
    monkeypatch.setattr(run_lessons, "LESSONS", lessons)
    monkeypatch.setattr(run_lessons, "SOLUTIONS", lessons / "solutions")
    monkeypatch.setattr(run_lessons, "BUILD", root / "build")
    monkeypatch.setattr(run_lessons, "KERNEL_LOG", root / "build" / "kernel.log")
    monkeypatch.setattr(run_lessons, "FULL_RESULTS", root / "results" / "full.json")
    bars = lessons / "bars.toml"
    bars.write_text(
        '["04_x".sample]\nours = 0.965\nmax_parameters = 20\n'
        '["04_x".full]\nours = 0.965\nseeds = 2\nno_slower_than_source = true\n',
        encoding="utf-8",
    )
    read = scores.read_bars
    monkeypatch.setattr(
        scores, "read_bars", lambda lesson, mode: read(lesson, mode, bars)
    )
    for name in ("COURSE_DATA", "COURSE_DATA_DIR", "COURSE_LESSONS", "COURSE_SEED"):
        monkeypatch.delenv(name, raising=False)
    return root


def add(house, book, name="04_x.ipynb"):
    path = house / "lessons" / name
    nbformat.write(book, path)
    return path


def files(folder):
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    )


def test_a_good_lesson_is_written_and_reported(house, capsys):
    path = add(house, notebook("print('шаг\\rготово')", table()))
    before = path.read_bytes()
    assert run_lessons.main([]) == 0
    build = house / "build"
    assert files(build) == [
        "kernel.log",
        "lessons/04_x.html",
        "lessons/04_x.ipynb",
        "results.json",
    ]
    results = json.loads((build / "results.json").read_text(encoding="utf-8"))
    entry = results["lessons"]["04_x"]
    assert results["mode"] == "sample"
    assert results["versions"]["keras"]
    assert entry["status"] == "passed"
    assert entry["data"] == "sample"
    assert entry["seconds"] > 0
    assert entry["peak_mb"] > 20
    assert entry["models"][2]["value"] == 0.98
    executed = nbformat.read(build / "lessons" / "04_x.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].text == "готово\n"
    assert set(executed.cells[0].metadata) == set()
    shown = capsys.readouterr().out
    row = next(line for line in shown.splitlines() if line.startswith("04_x"))
    assert row.split()[1] == "sample"
    assert row.split()[-4:] == ["0.1000", "0.9800", "0.965", "passed"]
    assert path.read_bytes() == before


def test_a_figure_keeps_its_sentence_on_the_page(house):
    figures = """
from IPython.display import display
for alt in ("Первая «линия»", "Вторая < первой"):
    display({"image/png": "iVBORw0KGgo=", "text/plain": alt}, raw=True)
"""
    add(house, notebook(figures, table()))
    assert run_lessons.main([]) == 0
    page = (house / "build" / "lessons" / "04_x.html").read_text(encoding="utf-8")
    assert page.index('alt="Первая «линия»"') < page.index('alt="Вторая &lt; первой"')
    assert run_lessons.NO_ALT not in page


def test_solved_homework_runs_by_itself_under_its_own_name(house, capsys):
    add(house, notebook("1 / 0"))
    solutions = house / "lessons" / "solutions"
    solutions.mkdir()
    solved = add(house, notebook("print(2 + 2)"), "solutions/04_x.ipynb")
    assert run_lessons.main(["--solutions", "--in-place"]) == 0
    assert files(house / "build") == [
        "kernel.log",
        "solutions.json",
        "solutions/04_x.html",
        "solutions/04_x.ipynb",
    ]
    assert nbformat.read(solved, as_version=4).cells[0].outputs[0].text == "4\n"
    results = json.loads((house / "build" / "solutions.json").read_text("utf-8"))
    assert results["lessons"]["solutions/04_x"]["status"] == "passed"
    assert "solutions/04_x" in capsys.readouterr().out


CHECKS = """
from lessons.checks import homework
{change}
made = homework.Homework("01_perceptron")
made.check("1.4", {answer})
made.summary()
"""
BY_SIGN = "lambda memory, g, rate: rate * __import__('numpy').sign(g)"


@pytest.mark.parametrize(
    ("answer", "change", "said"),
    [
        ("5", "", "упражнение 1.4, пока нет: правило"),
        ("...", "", "упражнение 1.4, не начато: в ячейке"),
        (
            BY_SIGN,
            "from lessons.checks import judge; judge.call = None",
            "упражнение 1.4, ошибка проверки: сбой в самой проверке",
        ),
    ],
    ids=["wrong", "stub", "broken"],
)
def test_a_solution_that_fails_its_check_is_not_stored(
    house, capsys, answer, change, said
):
    solutions = house / "lessons" / "solutions"
    solutions.mkdir()
    book = notebook(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})",
        CHECKS.format(answer=answer, change=change),
    )
    solved = add(house, book, "solutions/04_x.ipynb")
    before = solved.read_bytes()
    assert run_lessons.main(["--solutions", "--in-place"]) == 1
    assert f"04_x.ipynb: {said}" in capsys.readouterr().err
    assert solved.read_bytes() == before


def test_a_solution_that_only_prints_of_a_mistake_is_stored(house):
    """The records are read, and no line that looks like a verdict."""
    line = "Упражнение 4.1 (имя): пока нет. Вот почему. Сделано 0 из 4."
    solutions = house / "lessons" / "solutions"
    solutions.mkdir()
    solved = add(house, notebook(f"print({line!r})"), "solutions/04_x.ipynb")
    assert run_lessons.main(["--solutions", "--in-place"]) == 0
    assert nbformat.read(solved, as_version=4).cells[0].outputs[0].text == line + "\n"


def test_in_place_stores_the_outputs(house):
    path = add(house, notebook("print('да')", table()))
    assert run_lessons.main(["--in-place"]) == 0
    stored = nbformat.read(path, as_version=4)
    assert stored.cells[0].outputs[0].text == "да\n"
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    nbformat.validate(stored)


def test_in_place_refuses_full_data(house, monkeypatch, capsys):
    path = add(house, notebook("print('да')", table()))
    before = path.read_bytes()
    monkeypatch.setenv("COURSE_DATA", "full")
    assert run_lessons.main(["--in-place"]) == 2
    assert path.read_bytes() == before
    assert "unset COURSE_DATA" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (
            ["x = 1", "y = x / 0  # здесь"],
            ["cell 2", "y = x / 0  # здесь", "ZeroDivision"],
        ),
        (
            ["import sys; print('шум', file=sys.stderr)"],
            ["cell 1", "wrote to stderr: шум"],
        ),
        (
            ["import os, time; os.write(2, b'TF noise'); time.sleep(1)"],
            ["cell 1", "wrote to stderr: TF noise"],
        ),
        (["import os; os._exit(1)"], ["04_x.ipynb", "kernel died"]),
        ([table(value=0.5)], ["наша", "0.5000", "the bar is 0.965"]),
        ([table(parameters=21)], ["21 parameters, the limit is 20"]),
        (["print('нет таблицы')"], ["no row 'ours'"]),
    ],
    ids=[
        "error",
        "stderr",
        "descriptor",
        "dead",
        "bar",
        "parameters",
        "no table",
    ],
)
def test_failures_name_the_place_and_the_cause(
    house, capsys, monkeypatch, sources, said
):
    # While pytest names its test in a variable, ipykernel watches no descriptor.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    path = add(house, notebook(*sources))
    before = path.read_bytes()
    assert run_lessons.main(["--in-place"]) == 1
    shown = capsys.readouterr()
    for words in said:
        assert words in shown.err
    assert path.read_bytes() == before
    results = json.loads((house / "build" / "results.json").read_text(encoding="utf-8"))
    assert results["lessons"]["04_x"]["status"] != "passed"


def test_one_failure_does_not_hide_the_other_lessons(house, capsys):
    add(house, notebook("1 / 0"), "01_bad.ipynb")
    add(house, notebook(table()))
    assert run_lessons.main([]) == 1
    results = json.loads((house / "build" / "results.json").read_text(encoding="utf-8"))
    assert [e["status"] for e in results["lessons"].values()] == ["failed", "passed"]


def test_a_run_is_narrowed(house, monkeypatch):
    for name in ("01_a.ipynb", "04_x.ipynb", "06_c.ipynb"):
        add(house, notebook(), name)

    def chosen(text):
        return [path.name[:2] for path in run_lessons.find_lessons(text)]

    assert chosen("") == ["01", "04", "06"]
    assert chosen(" 6, 04") == ["04", "06"]
    with pytest.raises(CourseError, match="no lesson 05; there are 01, 04, 06"):
        chosen("04,5")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COURSE_DATA", "ful", "такого режима данных нет"),
        ("COURSE_DATA_DIR", "no/such/folder", "такой папки нет"),
        ("COURSE_LESSONS", "9", "there is no lesson 09"),
    ],
)
def test_a_wrong_variable_is_one_line(house, monkeypatch, capsys, name, value, said):
    add(house, notebook(table()))
    monkeypatch.setenv(name, value)
    assert run_lessons.main([]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert not (house / "build").exists()


# --- full mode ---


def test_full_runs_seeds_merges_and_resumes(house, capsys):
    value = "0.97 + 0.01 * int(__import__('os').environ['COURSE_SEED'])"
    source = table(value=value, seconds=3.5)
    counter = house / "runs"
    count = f"open({str(counter)!r}, 'a', encoding='utf-8').write('x')"
    path = add(house, notebook("print(1)", count, source))
    results = house / "results" / "full.json"
    results.parent.mkdir()
    results.write_text('{"lessons": {"01_a": {"status": "passed"}}}', encoding="utf-8")
    assert run_lessons.main(["--full"]) == 0
    merged = json.loads(results.read_text(encoding="utf-8"))
    assert merged["lessons"]["01_a"] == {"status": "passed"}
    entry = merged["lessons"]["04_x"]
    ours = entry["models"][2]
    assert ours["value"] == pytest.approx(0.975)
    assert ours["deviation"] == pytest.approx(0.00707, abs=1e-5)
    assert ours["seconds"] == 3.5
    assert entry["seeds"] == 2
    assert entry["versions"]["keras"]
    assert counter.read_text() == "xx"
    assert run_lessons.main(["--full"]) == 0
    assert counter.read_text() == "xx"
    assert "done before, kept" in capsys.readouterr().out
    book = nbformat.read(path, as_version=4)
    book.cells[0].source = "print(2)"
    nbformat.write(book, path)
    assert run_lessons.main(["--full"]) == 0
    assert counter.read_text() == "xxxx"


def test_the_bar_of_the_source_holds_for_the_mean_over_seeds(
    house, monkeypatch, capsys
):
    bars = {"ours": 0.9, "source": 0.95, "seeds": 2}
    monkeypatch.setattr(scores, "read_bars", lambda *_: bars)
    source = table().replace(
        "value=0.9, deviation=None,\n         bar=None",
        "value=0.9, deviation=None,\n         bar=0.95",
    )
    assert "bar=0.95," in source
    add(house, notebook(source))
    assert run_lessons.main([]) == 0
    assert run_lessons.main(["--full"]) == 1
    assert "исходная: accuracy 0.9000, the bar is 0.95" in capsys.readouterr().err


@pytest.mark.parametrize(("parameters", "status"), [(10, 0), (30, 1)])
def test_without_its_full_data_a_lesson_is_held_to_the_sample(
    house, capsys, monkeypatch, parameters, status
):
    add(house, notebook(table(parameters=parameters, data='"sample"')))
    assert run_lessons.main(["--full"]) == status
    said = capsys.readouterr()
    assert "04_x: its full data are not here, so it ran on the sample" in said.out
    too_many = "30 parameters, the limit is 20"  # which is a limit of the sample alone
    assert (too_many in said.err) == bool(status)
    assert not run_lessons.FULL_RESULTS.exists()
    assert not list((house / "build" / "full").glob("*.json"))  # nothing to resume
    monkeypatch.setenv("COURSE_DATA", "full")
    assert run_lessons.main([]) == status
    assert (too_many in capsys.readouterr().err) == bool(status)


def test_full_says_when_ours_is_slower(house, capsys):
    add(house, notebook(table(seconds=4.5)))
    assert run_lessons.main(["--full"]) == 1
    assert "04_x: 4.5 s, the source's network 4.0 s" in capsys.readouterr().err


SEED = "int(__import__('os').environ['COURSE_SEED'])"


def test_full_takes_the_mean_of_parameters_that_follow_the_split(house, capsys):
    bars = house / "lessons" / "bars.toml"
    bars.write_text('["04_x".full]\nours = 0.9\nseeds = 2\n', encoding="utf-8")
    add(house, notebook(table(parameters=f"1000 + 10 * {SEED}")))
    assert run_lessons.main(["--full"]) == 0
    merged = json.loads(run_lessons.FULL_RESULTS.read_text(encoding="utf-8"))
    assert merged["lessons"]["04_x"]["models"][2]["parameters"] == 1005


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            table(parameters=f"10 + {SEED}"),
            "04_x: наша: parameters differ between seeds: [10, 11]",
        ),
        (
            table().replace('"глупая"', f'f"глупая {{{SEED}}}"'),
            "04_x: the seeds filled different rows of the closing table",
        ),
    ],
    ids=["parameters", "rows"],
)
def test_full_merges_no_different_networks(house, capsys, source, said):
    add(house, notebook(source))
    assert run_lessons.main(["--full"]) == 1
    assert said in capsys.readouterr().err
    assert not (house / "results" / "full.json").exists()


def test_full_keeps_what_was_done_before_a_failure(house):
    source = "import os\nassert os.environ['COURSE_SEED'] == '0'\n" + table()
    add(house, notebook(source))
    assert run_lessons.main(["--full"]) == 1
    assert (house / "build" / "full" / "04_x.seed0.json").is_file()
    assert not (house / "results" / "full.json").exists()


# --- Ctrl-C ---

DRIVER = """
import sys
from pathlib import Path
from tools import run_lessons
root = Path(sys.argv[1])
run_lessons.LESSONS, run_lessons.BUILD = root / "lessons", root / "build"
run_lessons.KERNEL_LOG = root / "build" / "kernel.log"
sys.exit(run_lessons.main(["--in-place"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of a terminal are POSIX's")
def test_ctrl_c_leaves_nothing_half_written(house):
    started = house / "started"
    wait = (
        f"import os, pathlib, time\n"
        f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    path = add(house, notebook(wait, table()))
    before = path.read_bytes()
    running = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(house)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
        # Under nohup or behind & a shell has the signal ignored, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while (
        not (started.exists() and started.read_text()) and time.monotonic() < deadline
    ):
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "Interrupted: nothing half-written was left." in said
    assert "Traceback" not in said
    assert path.read_bytes() == before
    assert files(house / "build") == ["kernel.log"]
    kernel = int(started.read_text())
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(kernel, 0)
        except ProcessLookupError:
            break
        time.sleep(0.2)
    else:
        pytest.fail("the kernel outlived the runner")
