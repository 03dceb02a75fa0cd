"""Changes of lesson code: what is caught, what survives, what is no mutant at all."""

import json
import subprocess

import nbformat
import pytest

from tests.support import ROOT
from tools import mutants
from tools.mutants import LESSONS, MUTANTS, Mutant, MutantError

LEAST = 20  # mutants of a lesson
FILES = sorted(MUTANTS.glob("*.toml"))

# --- the mutants of the lessons -------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mutant_fits_its_lesson(path):
    (lesson,) = LESSONS.glob(f"{path.stem.removeprefix('lesson_')}_*.ipynb")
    cells = mutants.code_cells(nbformat.read(lesson, as_version=4))
    found = mutants.load(path)
    assert len(found) >= LEAST
    for mutant in found:
        mutants.change([cell.source for cell in cells], mutant)


# --- what is no mutant ----------------------------------------------------------------

SOURCES = ["a = 1  # one\nb = a - 1", "c = a + 1\nprint(c)", "print(a + 1)"]


def test_a_mutant_changes_one_cell():
    mutant = Mutant("plus", "sign", "a - 1", "a + 1")
    assert mutants.change(SOURCES, mutant) == (0, "a = 1  # one\nb = a + 1")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a - 2", "a", "stale, its old text stands 0 x"),
        ("a + 1", "a", "stale, its old text stands 2 x"),
        ("1", "2", "stale, its old text stands 4 x"),
        ("", "2", "stale"),
        ("# one", "# two", "changes no code"),
        ("a - 1", "a-1", "changes no code"),
        ("print(c)", "print(c", "does not compile"),
    ],
)
def test_what_does_not_fit_is_said(old, new, said):
    with pytest.raises(MutantError, match=f"^made: {said}"):
        mutants.change(SOURCES, Mutant("made", "sign", old, new))


ENTRY = '[[mutant]]\nname = "one"\nkind = "sign"\nold = "a"\nnew = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mutant"),
        ("[[mutant]\n", "Expected"),
        (ENTRY.replace('new = "b"\n', ""), "missing 1 required"),
        (ENTRY + 'because = "it is"\n', "because"),
        ("author = 1\n" + ENTRY, "unknown key author"),
        (ENTRY + ENTRY, "two called 'one'"),
        (ENTRY.replace("sign", "taste"), "one: no kind 'taste'"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, text, said):
    path = tmp_path / "lesson_01.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MutantError, match=f"lesson_01.toml: .*{said}"):
        mutants.load(path)


# --- runs of a tiny lesson ------------------------------------------------------------

# Source, tags, what is stored: the second, but for its tag, prints another digit.
TINY = [
    ("import os\nsteps = [3, 5]\nrate = 0.5", [], ""),
    ("print('rate', rate + 0.1)", ["±0.2"], "rate 0.7\n"),
    ("total = sum(steps)\nprint(total)", [], "8\n"),
    ("print(total / len(steps), os.environ.get('COURSE_SEED'))", [], "4.0 None\n"),
]
CAUGHT = ("total is a product", "sign", "sum(steps)", "steps[0] * steps[1]")
LATER = ("steps are lost", "term", "steps = [3, 5]", "steps = []")
NEAR = ("rate loses a tenth", "term", "rate + 0.1", "rate")


def write(folder, cells, entries, number="01"):
    book = nbformat.v4.new_notebook()
    for source, tags, text in cells:
        cell = nbformat.v4.new_code_cell(source, execution_count=1)
        cell.metadata.tags = tags
        if text:
            output = nbformat.v4.new_output("stream", name="stdout", text=text)
            cell.outputs = [output]
        book.cells.append(cell)
    nbformat.write(book, folder / "lessons" / f"{number}_tiny.ipynb")
    names = ("name", "kind", "old", "new", "reason")
    tables = [zip(names, entry, strict=False) for entry in entries]
    texts = ["".join(f"{k} = {json.dumps(v)}\n" for k, v in table) for table in tables]
    path = folder / "mutants" / f"lesson_{number}.toml"
    path.write_text("".join(f"[[mutant]]\n{text}" for text in texts), encoding="utf-8")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with lessons and mutants of its own."""
    for name in ("lessons", "mutants"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(mutants, "LESSONS", tmp_path / "lessons")
    monkeypatch.setattr(mutants, "MUTANTS", tmp_path / "mutants")
    monkeypatch.setattr(mutants, "BUILD", tmp_path / "build")
    monkeypatch.setenv("COURSE_SEED", "1")  # no kernel may see it
    monkeypatch.delenv("COURSE_LESSONS", raising=False)
    return tmp_path


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_what_is_caught_and_what_survives(course, capsys, monkeypatch):
    explained = (*NEAR, "a tenth is within the tolerance")
    write(course, TINY, [CAUGHT, LATER, explained])
    assert mutants.main([]) == 1  # two of three are fewer than 90 %
    shown = lines(capsys)
    text = "\n".join(shown)
    assert shown[0] == "0 known, 3 to run"
    assert shown[1].startswith("green ")
    assert "01 sign: total is a product (cell 2: Cell outputs differ)" in text
    assert "01 term: steps are lost (cell 2: Cell outputs differ)" in text
    told = "01_tiny: term: rate loses a tenth: a tenth is within the tolerance"
    assert f"survived   {told}" in shown
    assert shown[-2:] == ["01_tiny                  2 of 3", "2 of 3"]
    assert not list((course / "build" / "mutants").iterdir())

    def no_run(*_):
        raise AssertionError("it is known already")

    monkeypatch.setattr(mutants, "first_failure", no_run)
    monkeypatch.setattr(mutants, "SHARE", 0.6)
    assert mutants.main([]) == 0
    assert lines(capsys)[0] == "3 known, 0 to run"
    write(course, TINY, [CAUGHT, LATER, NEAR])
    assert mutants.main([]) == 1  # enough are caught, but nobody said why one is not
    shown = lines(capsys)
    assert "survived   01_tiny: term: rate loses a tenth: UNEXPLAINED" in shown
    assert shown[-1] == "2 of 3"
    write(course, TINY, [(*CAUGHT, "an old reason")])
    assert mutants.main([]) == 0
    told = "caught, though a reason is given: 01_tiny: total is a product"
    assert told in lines(capsys)
    for again in (["--again"], []):
        monkeypatch.setattr(mutants, "NBVAL", mutants.NBVAL if again else ["another"])
        with pytest.raises(AssertionError, match="known already"):
            mutants.main(again)


def test_a_red_lesson_catches_nothing(course, capsys):
    red = [*TINY[:2], (TINY[2][0], [], "9\n"), TINY[3]]
    late = ("a mean is a sum", "term", "total / len(steps)", "total")
    write(course, red, [late])
    assert mutants.main([]) == 1
    shown = lines(capsys)
    told = "the unchanged cell 2 fails: Cell outputs differ"
    assert f"BROKEN     01_tiny: {told}" in shown
    assert shown[-1] == "0 of 1"
    assert mutants.main(["--no-baseline"]) == 1  # a cell before the changed one fails
    shown = lines(capsys)
    assert f"BROKEN     01_tiny: a mean is a sum: {told}" in shown
    assert shown[-1] == "0 of 1"
    assert not (course / "build" / "mutants.json").exists()


def test_a_mutant_that_never_ends_is_caught(course, capsys, monkeypatch):
    monkeypatch.setattr(mutants, "LONGEST_CELL", 3)
    endless = ("it never ends", "term", "print(total)", "while True: total += 1")
    write(course, TINY, [endless])
    assert mutants.main(["--no-baseline"]) == 0
    assert "(cell 2: Timeout of 3" in "\n".join(lines(capsys))


def test_a_pytest_that_fails_is_no_catch(course, capsys, monkeypatch):
    monkeypatch.setattr(mutants, "NBVAL", [*mutants.NBVAL, "--no-such-option"])
    write(course, TINY, [CAUGHT])
    assert mutants.main(["--no-baseline"]) == 1
    shown = "\n".join(lines(capsys))
    assert "pytest ended with 4" in shown
    assert shown.endswith("0 of 1")


def test_what_does_not_fit_stops_the_run(course, capsys):
    stale = ("old code", "term", "a line that has gone", "")
    write(course, TINY, [CAUGHT, stale])
    write(course, TINY, [("odd", "taste", "a", "b")], "02")
    assert mutants.main(["-k", "product"]) == 2
    said = capsys.readouterr().err
    assert "lesson_01.toml: old code: stale, its old text stands 0 x" in said
    assert "lesson_02.toml: odd: no kind 'taste'" in said


def test_a_run_is_narrowed(course, capsys, monkeypatch):
    write(course, TINY, [CAUGHT, LATER, NEAR])
    write(course, TINY, [LATER], "02")
    write(course, TINY, [], "03")
    (course / "mutants" / "lesson_03.toml").unlink()  # a lesson without mutants

    def found(chosen, word=""):
        return [
            f"{lesson.name[:2]} {mutant.name}"
            for lesson, mutant in mutants.collect(chosen, word)
        ]

    assert len(found("")) == 4
    assert found("2") == ["02 steps are lost"]
    assert found("", "lost") == ["01 steps are lost", "02 steps are lost"]
    assert found("1", "sign") == ["01 total is a product"]
    assert mutants.main(["-k", "nothing of the kind"]) == 2
    assert "no such mutants" in capsys.readouterr().err
    monkeypatch.setenv("COURSE_LESSONS", "07")
    assert mutants.main([]) == 2
    assert "there is no lesson 07" in capsys.readouterr().err


def test_what_a_result_hangs_on(course):
    def key(cells, entry=CAUGHT):
        write(course, cells, [])
        return mutants.key_of(course / "lessons" / "01_tiny.ipynb", Mutant(*entry))

    known = key(TINY)
    assert known == key(TINY, (*CAUGHT, "for a reason"))
    source, tags, text = TINY[1]
    for changed in (
        (source + "\n", tags, text),
        (source, ["±0.3"], text),
        (source, tags, "rate 0.5\n"),
    ):
        assert key([TINY[0], changed, *TINY[2:]]) != known
    assert key(TINY, (*CAUGHT[:3], "5")) != known


def test_make_runs_them():
    shown = subprocess.run(
        ["make", "-n", "mutants"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "-m tools.mutants" in shown
