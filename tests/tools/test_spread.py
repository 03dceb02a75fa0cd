"""How far tagged numbers move: measured, kept, judged, and used under other seeds."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import nbformat
import pytest

from tests.support import ROOT
from tools import backends, colab, measured, run_lessons, spread
from tools.run_lessons import LessonError
from tools.run_tests import NBVAL
from tools.tolerances import draws_are_others, numbers_of

BOOKS = [
    path
    for folder in (run_lessons.LESSONS, run_lessons.SOLUTIONS)
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))
]


@pytest.mark.parametrize("path", BOOKS, ids=measured.name_of)
def test_every_tag_was_measured_and_fits(path):
    entries = measured.read().get(measured.name_of(path), {})
    book = nbformat.read(path, as_version=4)
    assert spread.problems(book, entries, spread.HERE) == []


def test_the_file_holds_cells_that_are_there_and_no_other():
    keys = {
        (measured.name_of(path), cell["key"])
        for path in BOOKS
        for cell in spread.tagged(nbformat.read(path, as_version=4))
    }
    recorded = measured.read()
    assert {(book, key) for book, cells in recorded.items() for key in cells} <= keys


# --- made-up notebooks ----------------------------------------------------------------


def cell(text, tag="±0.03", source=None):
    """Return a tagged cell that has printed a text."""
    output = nbformat.v4.new_output("stream", name="stdout", text=text)
    return nbformat.v4.new_code_cell(
        source or f"print({text!r})",
        metadata={"tags": [tag]} if tag else {},
        outputs=[output] if text else [],
    )


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A course with one lesson; ``runs`` says what a condition prints, and is kept."""
    lessons = tmp_path / "lessons"
    (lessons / "solutions").mkdir(parents=True)
    monkeypatch.setattr(run_lessons, "LESSONS", lessons)
    monkeypatch.setattr(run_lessons, "SOLUTIONS", lessons / "solutions")
    monkeypatch.setattr(run_lessons, "BUILD", tmp_path / "build")
    monkeypatch.setattr(run_lessons, "KERNEL_LOG", tmp_path / "build" / "kernel.log")
    monkeypatch.setattr(measured, "FILE", tmp_path / "spread.json")
    monkeypatch.delenv("COURSE_LESSONS", raising=False)
    return House(lessons, monkeypatch)


class House:
    """A course whose kernels are made up: `runs` lists what was executed."""

    def __init__(self, lessons, monkeypatch):
        self.lessons, self.runs, self.prints, self.lacking = lessons, [], {}, ()
        monkeypatch.setattr(spread, "execute", self.execute)
        monkeypatch.setattr(spread, "python_of", self.python_of)

    def python_of(self, condition):
        self.condition = condition  # the next to be executed
        if condition in self.lacking:
            raise spread.NotHereError("no such Python")

    def add(self, *cells, name="01_x"):
        book = nbformat.v4.new_notebook(cells=list(cells))
        nbformat.write(book, self.lessons / f"{name}.ipynb")

    def execute(self, path, environment):
        condition = self.condition
        assert environment == spread.PLAIN | spread.CONDITIONS[condition]
        self.runs.append((path.stem, condition))
        book = nbformat.read(path, as_version=4)
        came = self.prints.get(condition, self.prints.get("all"))
        if isinstance(came, BaseException):
            raise came
        if came is not None:
            book.cells[0].outputs[0].text = came
        return book, 1.0, 100


def tag_of(low, high, tag, stored="0.50"):
    """Return what is said of a tag over one number's range."""
    number = Decimal(stored)
    rows = [[number, Decimal(low), Decimal(high), None, None]]
    return measured.tag_problem(tag, rows, [number])


# --- the tag --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "tag"),
    [
        ("0.50", "0.50", "±0.01"),  # one unit of the last digit
        ("0.49", "0.52", "±0.02"),
        ("0.49", "0.52", "±0.06"),
        ("0.47", "0.50", "±6%"),
        ("0.50", "0.50", "±2%"),
    ],
)
def test_a_tag_that_fits(low, high, tag):
    assert tag_of(low, high, tag) == ""


@pytest.mark.parametrize(
    ("low", "high", "tag", "said"),
    [
        ("0.50", "0.50", "±0.02", "±0: the tag ±0.02 is wider than ±0.01"),
        ("0.49", "0.52", "±0.019", "from 0.49 to 0.52 on other machines, ±0.02: the"),
        ("0.49", "0.52", "±0.061", "±0.061 is wider than ±0.06"),
        ("0.47", "0.50", "±5%", "±6%: the tag ±5% is narrower"),
        ("0.49", "0.50", "±7%", "±2%: the tag ±7% is wider than ±6%"),
        ("0.50", "0.50", "±3%", "±0%: the tag ±3% is wider than ±2%"),
    ],
)
def test_a_tag_that_does_not_fit(low, high, tag, said):
    assert said in tag_of(low, high, tag)


def test_zero_has_no_percentage():
    assert "is narrower" in tag_of("0", "0.01", "±50%", stored="0.00")


def test_rounding_is_that_of_the_finest_number():
    rows = [[Decimal(n), Decimal(n), Decimal(n), None, None] for n in ("5", "0.50")]
    stored = [Decimal("5"), Decimal("0.50")]
    assert "wider than ±0.01" in measured.tag_problem("±1", rows, stored)
    assert measured.tag_problem("±1", rows, stored, whole=False) == ""


# --- a run ----------------------------------------------------------------------------


def test_ranges_are_recorded_in_two_columns(house, capsys):
    house.add(cell("доля 0,50, эпох 7\n", "±0.03"), cell("9", tag=""))
    house.prints = {
        "one_thread": "доля 0,49, эпох 7\n",
        "lowest": "доля 0,53, эпох 7\n",
        "seeds_0": "доля 0,20, эпох 9\n",
        "seeds_4": "доля 0,60, эпох 7\n",
    }
    assert spread.main([]) == 0
    (entry,) = measured.read()["01_x"].values()
    rows = [list(map(float, row)) for row in entry["numbers"]]
    assert rows == [[0.5, 0.49, 0.53, 0.2, 0.6], [7, 7, 7, 7, 9]]
    assert entry["not_measured"] == []
    assert len(house.runs) == len(spread.CONDITIONS) == 13
    assert len(measured.FILE.read_text(encoding="utf-8").splitlines()) == 5
    assert "01_x: 1 tagged cells measured, passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tag", "came", "said"),
    [
        ("±0.03", {"jitter_2": "доля 0,54\n"}, "the tag ±0.03 is narrower"),
        ("±0.03", {}, "the tag ±0.03 is wider than ±0.01"),
        ("±0.03", {"seeds_1": "доля 0,9\n"}, "the tag ±0.03 is wider than ±0.01"),
        ("±0.01", {"colab": None, "lowest": "Доля 0,50\n"}, "lowest: stdout: the text"),
        ("±0.01", {"seeds_2": "доля 0,50 0,51\n"}, "seeds_2: stdout: numbers: 1 stor"),
        ("±0.01", {"no_onednn": "доля nan\n"}, "came nan: NaN and infinity never pass"),
        ("±0.01", {"two_threads": LessonError("it died")}, "two_threads: it died"),
    ],
)
def test_what_fails_is_named(house, capsys, tag, came, said):
    house.add(cell("доля 0,50\n", tag))
    house.prints = came
    assert spread.main([]) == 1
    shown = capsys.readouterr().err
    assert said in shown
    assert "FAILED 01_x: " in shown
    assert isinstance(came.get("two_threads"), LessonError) or "cell 1 (" in shown


def test_other_text_leaves_no_entry(house):
    house.add(cell("доля 0,50\n", "±0.01"))
    spread.main([])
    assert measured.read()["01_x"]
    house.add(cell("доля 0,50\n", "±0.01"), cell("", tag="", source="pass"))
    house.prints = {"all": "часть 0,50\n"}
    assert spread.main([]) == 1
    assert measured.read() == {}


def test_a_run_goes_on_where_it_was_cut_off(house, capsys):
    house.add(cell("доля 0,50\n", "±0.01"))
    house.prints = {"jitter_1": KeyboardInterrupt()}
    assert spread.main([]) == 130
    assert "goes on from here" in capsys.readouterr().err
    done = [condition for _, condition in house.runs]
    assert done == list(spread.MACHINES)[:6]
    assert done[-1] == "jitter_1"
    house.prints, house.runs[:] = {}, []
    assert spread.main([]) == 0
    assert [condition for _, condition in house.runs] == list(spread.CONDITIONS)[5:]
    house.runs.clear()
    assert spread.main([]) == 0
    assert house.runs == []


def test_a_new_tag_needs_no_new_run_but_new_code_does(house):
    house.add(cell("доля 0,50\n", "±0.03"))
    assert spread.main([]) == 1
    house.runs.clear()
    house.add(cell("доля 0,50\n", "±0.01"))
    assert spread.main([]) == 0
    assert house.runs == []
    house.add(cell("доля 0,50\n", "±0.01"), cell("", tag="", source="more()"))
    assert spread.main([]) == 0
    assert len(house.runs) == len(spread.CONDITIONS)


def test_entries_of_changed_cells_and_lost_notebooks_go(house):
    house.add(cell("доля 0,50\n", "±0.01"), cell("5 шагов\n", "±1"))
    house.add(cell("доля 0,50\n", "±0.01"), name="02_y")
    assert spread.main([]) == 0
    first, second = measured.read()["01_x"]
    house.add(cell("доля 0,50\n", "±0.01"), cell("5 шагов\n", "±1", source="other"))
    (house.lessons / "02_y.ipynb").unlink()
    assert spread.main([]) == 0
    recorded = measured.read()
    assert list(recorded) == ["01_x"]
    assert len(recorded["01_x"]) == 2
    assert len({first, second} & set(recorded["01_x"])) == 1


def test_a_notebook_without_tags_is_not_executed(house):
    house.add(cell("доля 0,50\n", tag=""))
    assert spread.main([]) == 0
    assert house.runs == []
    assert measured.read() == {}


def test_lessons_and_conditions_can_be_narrowed(house, monkeypatch, capsys):
    house.add(cell("доля 0,50\n", "±0.01"))
    house.add(cell("доля 0,50\n", "±0.01"), name="solutions/01_x")
    house.add(cell("доля 0,50\n", "±0.01"), name="02_y")
    monkeypatch.setenv("COURSE_LESSONS", "1")
    assert spread.main(["--only", "one_thread,jitter"]) == 0
    assert len(house.runs) == 8
    assert {name for name, _ in house.runs} == {"01_x"}
    assert set(measured.read()) == {"01_x", "solutions/01_x"}
    shown = capsys.readouterr().out
    assert "not measured: two_threads, no_onednn, lowest, colab, seeds_0, s" in shown
    assert spread.main(["--only", "three_threads"]) == 2
    assert "no condition three_threads: one_thread, two" in capsys.readouterr().err
    monkeypatch.setenv("COURSE_LESSONS", "3")
    assert spread.main([]) == 2


def test_what_one_machine_lacks_another_adds(house, monkeypatch):
    house.add(cell("доля 0,50\n", "±0.02"))
    house.prints = {"one_thread": "доля 0,49\n", "lowest": "доля 0,52\n"}
    assert spread.main(["--only", "one_thread"]) == 0  # too little for "too wide"
    assert spread.main(["--only", "lowest,seeds"]) == 0
    (entry,) = measured.read()["01_x"].values()
    assert [str(n) for n in entry["numbers"][0]] == [
        "0.50", "0.49", "0.52", "0.50", "0.50",
    ]  # fmt: skip
    assert "lowest" not in entry["not_measured"]
    assert "one_thread" not in entry["not_measured"]
    assert "jitter_1" in entry["not_measured"]


def test_what_is_measured_anew_replaces_what_was(house):
    house.add(cell("доля 0,50\n", "±0.02"))
    house.prints = {"one_thread": "доля 0,48\n"}
    assert spread.main(["--only", "one_thread"]) == 0
    house.add(cell("доля 0,50\n", "±0.02"), cell("", tag="", source="pass"))
    house.prints = {}
    assert spread.main(["--only", "one_thread"]) == 0
    (entry,) = measured.read()["01_x"].values()
    assert [float(n) for n in entry["numbers"][0][:3]] == [0.5, 0.5, 0.5]


def test_a_condition_that_is_not_here_is_not_measured(house, capsys):
    house.lacking = ["colab"]
    house.add(cell("доля 0,50\n", "±0.01"))
    assert spread.main([]) == 0
    (entry,) = measured.read()["01_x"].values()
    assert entry["not_measured"] == ["colab"]
    assert "01_x, colab: NOT MEASURED: no such Python" in capsys.readouterr().out
    assert spread.main(["--only", "colab"]) == 0  # and what was measured stays
    assert list(measured.read()["01_x"].values()) == [entry]
    measured.FILE.unlink()
    assert spread.main(["--only", "colab"]) == 1
    assert "was never measured" in capsys.readouterr().err


# --- what the notebooks are held to ---------------------------------------------------


def test_a_tag_without_its_measurement_is_named(house):
    house.add(cell("доля 0,50\n", "±0.01"))
    path = house.lessons / "01_x.ipynb"

    def said(needed=spread.HERE):
        book = nbformat.read(path, as_version=4)
        return spread.problems(book, measured.read().get("01_x", {}), needed)

    (line,) = said()
    assert line.startswith("cell 1 (print(") and line.endswith("was never measured")
    spread.main(["--only", "one_thread,seeds"])
    (line,) = said()
    assert "not measured: two_threads, no_onednn, jitter_1, jitter_2, ji" in line
    spread.main([])
    assert said() == []
    # a wider tag, another stored number, another source
    house.add(cell("доля 0,50\n", "±0.02"))
    assert "is wider than ±0.01" in said()[0]
    house.add(cell("доля 0,51\n", "±0.01", source=repr_of("доля 0,50\n")))
    assert said()[0].endswith("was never measured")
    house.add(cell("доля 0,50\n", "±0.01", source="other"))
    assert said()[0].endswith("was never measured")


def repr_of(text):
    return f"print({text!r})"


@pytest.mark.parametrize(
    "shown", ["0.5", "-0.50", "−1e-6", "0.0000000", "12\u202f345,6", "0." + "123" * 9]
)
def test_the_file_keeps_each_digit(shown, tmp_path):
    (number,) = numbers_of(shown)
    entries = {"a": {"k": entry([str(number)] * 3 + [None] * 2, lacking=["colab"])}}
    path = tmp_path / "spread.json"
    path.write_text(measured.as_text(entries), encoding="utf-8")
    (found,) = measured.read(path)["a"]["k"]["numbers"]
    assert str(found[0]) == str(number)
    assert measured.read(path) == entries


def test_the_same_source_twice_has_two_keys():
    cells = [cell("1", source="show()"), cell("2", source="show()")]
    first, second = measured.keys_of(cells)
    assert second == f"{first}-2"


# --- kernels --------------------------------------------------------------------------

SHOWN = """import os
print(sorted(k for k in os.environ if k.endswith("_THREADS")), end=" ")
print(os.environ.get("TF_NUM_INTRAOP_THREADS"), len(os.sched_getaffinity(0)))
print(repr(os.environ.get("COURSE_SEED")), os.environ["KERAS_BACKEND"])"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux gives cores to a kernel"
)
def test_a_kernel_has_the_limits_of_its_condition(house, monkeypatch):
    monkeypatch.setattr(spread, "execute", run_lessons.execute)
    monkeypatch.setenv("COURSE_SEED", "7")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    before = os.sched_getaffinity(0)
    house.add(cell("доля 0,50\n", source=SHOWN))
    path = house.lessons / "01_x.ipynb"
    for condition, threads, seed in [("one_thread", "1", ""), ("seeds_3", None, "3")]:
        ((kind, text),) = spread.printed(path, condition)[0]
        cores = threads or len(before)
        assert kind == "stdout"
        assert f" {threads} {cores}\n{seed!r} tensorflow\n" in text
    assert os.sched_getaffinity(0) == before
    kept = house.lessons.parent / "build" / "spread" / "01_x.one_thread.json"
    assert json.loads(kept.read_text(encoding="utf-8"))["cells"]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell's")
def test_another_python_runs_the_kernel(house, monkeypatch, tmp_path):
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nIT=another exec "{sys.executable}" "$@"\n')
    other.chmod(0o755)
    monkeypatch.setattr(spread, "execute", run_lessons.execute)
    monkeypatch.setattr(spread, "python_of", lambda condition: str(other))
    kept = os.environ.get("JUPYTER_PATH")
    house.add(cell("1", source="import os; print(os.environ['IT'])"))
    ((_, text),) = spread.printed(house.lessons / "01_x.ipynb", "lowest")[0]
    assert text == "another\n"
    assert os.environ.get("JUPYTER_PATH") == kept


@pytest.fixture
def asked(monkeypatch):
    """What environments were asked for."""
    spread._other_python.cache_clear()
    calls = []
    monkeypatch.delenv("COURSE_LOWEST", raising=False)
    monkeypatch.setattr(colab, "find_python", lambda minor: f"/python3.{minor}")
    monkeypatch.setattr(
        backends, "make_environment", lambda *given: calls.append(given) or "/lowest"
    )
    monkeypatch.setattr(
        colab, "make_environment", lambda *given: calls.append(given) or ("/colab", {})
    )
    yield calls
    spread._other_python.cache_clear()


def test_environments_of_other_versions(asked, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert spread.python_of("jitter_1") is None
    assert asked == []
    assert spread.python_of("lowest") == spread.python_of("lowest") == "/lowest"
    ((name, wanted, base),) = asked
    assert (name, base) == ("lowest", "/python3.12")
    assert any(each.startswith("tensorflow==2.") for each in wanted)
    assert spread.python_of("colab") == "/colab"
    assert asked[1][0].runtime == "current"
    assert asked[1][1] == f"/python3.{asked[1][0].minor}"


def test_an_environment_that_cannot_be_had(asked, monkeypatch, tmp_path):
    monkeypatch.setattr(colab, "find_python", lambda minor: None)
    for condition in spread.ELSEWHERE:
        with pytest.raises(spread.NotHereError, match=r"Python 3\.1"):
            spread.python_of(condition)
    spread._other_python.cache_clear()
    monkeypatch.setenv("COURSE_LOWEST", str(tmp_path / "none"))
    with pytest.raises(spread.NotHereError, match="no such file"):
        spread.python_of("lowest")
    spread._other_python.cache_clear()
    monkeypatch.setenv("COURSE_LOWEST", sys.executable)
    assert spread.python_of("lowest") == sys.executable
    assert asked == []


def test_an_environment_is_made_of_its_requirements_once(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(backends, "ROOT", tmp_path)

    def run(command, check):
        calls.append([str(part) for part in command])
        (tmp_path / ".venv-lowest").mkdir(exist_ok=True)

    monkeypatch.setattr(subprocess, "run", run)
    for wanted in (["numpy==2.0"], ["numpy==2.0"], ["numpy==2.1"]):
        python = backends.make_environment("lowest", wanted, "/base")
    assert python == backends.python_of(tmp_path / ".venv-lowest")
    listed = tmp_path / ".venv-lowest" / "requirements.txt"
    assert listed.read_text(encoding="utf-8") == "numpy==2.1\n"
    venv, pip, *again = calls
    assert venv[:3] == ["/base", "-m", "venv"]
    assert pip[0] == python
    assert pip[-2:] == ["-r", str(listed)]
    assert again == [venv, pip]


# --- other seeds and backends, in the plugin ------------------------------------------


def entry(*rows, lacking=()):
    numbers = [[None if n is None else Decimal(n) for n in row] for row in rows]
    return {"not_measured": list(lacking), "numbers": numbers}


def test_bounds_are_the_range_of_seeds_widened():
    found = measured.bounds(
        entry(("0.5", "0.5", "0.5", "0.4", "0.6"), ("7", "7", "7", "7", "7")),
        "±0.03",
        [Decimal("0.50"), Decimal("7")],
    )
    width = Decimal("0.2") * measured.MARGIN
    assert found[0] == (Decimal("0.4") - width, Decimal("0.6") + width)
    assert found[1] == (Decimal("6.97"), Decimal("7.03"))


@pytest.mark.parametrize(
    "known",
    [
        None,
        entry(("0.6", "0.6", "0.6", "0.6", "0.6")),
        entry(("0.5", "0.5", "0.5", None, None), lacking=["seeds_0"]),
        entry(("0.5", "0.5", "0.5", "0.5", "0.5"), lacking=["seeds_4"]),
    ],
)
def test_without_a_measurement_any_number_passes(known):
    assert measured.bounds(known, "±0.03", [Decimal("0.5")]) == [measured.ANY]


@pytest.mark.parametrize(
    ("variables", "others"),
    [
        ({}, False),
        ({"COURSE_SEED": "", "KERAS_BACKEND": ""}, False),
        ({"COURSE_SEED": "42", "KERAS_BACKEND": "tensorflow"}, False),
        ({"COURSE_SEED": "1"}, True),
        ({"KERAS_BACKEND": "jax"}, True),
        ({"KERAS_BACKEND": "torch", "COURSE_SEED": "42"}, True),
    ],
)
def test_when_draws_are_others(monkeypatch, variables, others):
    for name in ("COURSE_SEED", "KERAS_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert draws_are_others() == others


# By name: stored text, what is printed now, seeds' range, what is said under a seed.
CELLS = {
    "within the range": ("0.50", "0.70", ("0.4", "0.6"), ""),
    "outside of it": ("0.50", "1.30", ("0.4", "0.6"), "came 1.30, tolerance ±0.03, ot"),
    "never measured": ("0.50", "9.70", None, ""),
    "never measured, text": ("доля 0.50", "часть 0.50", None, "before number 1"),
    "never measured, count": ("0.50", "0.50 1", None, "numbers: 1 stored, 2 came"),
    "never measured, nan": ("0.50", "nan", None, "never pass"),
    "a second text": ("0.50", "0.50", ("0.5", "0.5"), ""),
}


@pytest.fixture(scope="module", params=["1", "42"], ids=["seed 1", "stored seed"])
def judged(request, tmp_path_factory):
    """What nbval says of each cell under a seed; the stored one keeps to the tag."""
    folder = tmp_path_factory.mktemp("seeds")
    cells = [
        cell(f"{stored}\n", source=f"print({came!r})  # {name}")
        for name, (stored, came, _, _) in CELLS.items()
    ]
    for each in cells:
        each.execution_count = 1
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "a.ipynb")
    entries = {}
    for key, (stored, _, ends, _) in zip(
        measured.keys_of(cells), CELLS.values(), strict=True
    ):
        if ends:
            entries[key] = entry((stored, stored, stored, *ends))
    made = folder / "spread.json"
    made.write_text(measured.as_text({"a": entries}), encoding="utf-8")
    (folder / "made_up.py").write_text(
        f"import pathlib\nfrom tools import measured\n"
        f"measured.FILE = pathlib.Path({str(made)!r})\n",
        encoding="utf-8",
    )
    report = folder / "a.xml"
    subprocess.run(
        [sys.executable, *NBVAL, "-p", "made_up", f"--junitxml={report}", folder],
        cwd=ROOT,
        env=os.environ
        | {"COURSE_SEED": request.param, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
        | {"KERAS_BACKEND": "tensorflow"},
        capture_output=True,
    )
    cases = list(ElementTree.parse(report).iter("testcase"))
    said = ["".join(case.itertext()) for case in cases]
    return request.param, dict(zip(CELLS, said, strict=True))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_under_another_seed(judged, name):
    seed, said = judged
    stored, came, _, wanted = CELLS[name]
    if seed == "42":
        assert ("stored" in said[name]) == (stored != came)
        assert "other seeds" not in said[name]
    elif wanted:
        assert wanted in said[name]
    else:
        assert not said[name].strip()
