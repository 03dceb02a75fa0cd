"""The parts of `make test`: all run, and what failed in each is said at the end."""

import subprocess

import pytest

from tests.support import ROOT
from tools import run_tests


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A good part, and one of two steps that fail, the second with a named test."""
    failing = tmp_path / "test_made.py"
    failing.write_text(
        "def test_good(): pass\ndef test_bad(): assert 1 == 2\n", encoding="utf-8"
    )
    pytest_of = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    steps = {
        "lint": [("no lint", ["-c", "raise SystemExit(3)"], {})],
        "unit": [("made tests", [*pytest_of, "-c", "/dev/null", str(failing)], {})],
        "notebooks": [("the last", ["-c", "import os; print(os.environ['IT'])"], {})],
    }
    monkeypatch.setattr(run_tests, "steps_of", lambda part: steps[part])
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path / "reports")
    monkeypatch.setenv("IT", "it ran")
    return steps


def test_a_failing_part_hides_no_other(parts, capfd):
    assert run_tests.main([]) == 1
    shown = capfd.readouterr().out
    assert "it ran" in shown  # though two parts before it had failed
    table = shown[shown.rindex("no lint") :]
    assert "FAILED (3)" in table
    assert "test_made: test_bad" in table
    assert "test_good" not in table
    assert table.count("passed") == 1
    assert table.splitlines()[-1].startswith("the last")


def test_when_all_pass(parts, capfd):
    assert run_tests.main(["notebooks"]) == 0
    parts["lint"] = parts["unit"] = parts["notebooks"]
    assert run_tests.main([]) == 0
    assert "FAILED" not in capfd.readouterr().out


def test_an_old_report_is_not_read(parts, tmp_path, capfd):
    run_tests.main(["unit"])
    parts["unit"] = [("made tests", ["-m", "pytest", "--no-such-option"], {})]
    capfd.readouterr()
    assert run_tests.main(["unit"]) == 1
    shown = capfd.readouterr().out
    assert "FAILED (4)" in shown
    assert "test_bad" not in shown


def test_an_unknown_part(capfd):
    assert run_tests.main(["spelling"]) == 2
    assert "lint, unit, notebooks, jitter" in capfd.readouterr().err


def test_the_parts_are_what_they_say():
    named = [step[0] for part in run_tests.PARTS for step in run_tests.steps_of(part)]
    assert named == ["ruff check", "ruff format", "unit tests", "notebooks"]
    jitter = run_tests.steps_of("jitter")
    assert [step[2]["COURSE_JITTER_SEED"] for step in jitter] == ["0", "1", "2"]
    assert {step[2]["COURSE_JITTER"] for step in jitter} == {"1e-6"}
    (notebooks,) = run_tests.steps_of("notebooks")
    assert {tuple(step[1]) for step in jitter} == {tuple(notebooks[1])}
    # what contributors and workflows type by hand is what make runs
    typed = "python " + " ".join([*run_tests.NBVAL, "lessons"]).replace(" -q", "")
    for name in ("CONTRIBUTING.md", ".github/workflows/ci.yml"):
        assert typed in (ROOT / name).read_text(encoding="utf-8")


def test_make_test_forgets_the_environment():
    shown = subprocess.run(
        ["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    line = next(line for line in shown.splitlines() if "tools.run_tests" in line)
    for name in ("COURSE_DATA", "COURSE_SEED", "COURSE_JITTER", "KERAS_BACKEND"):
        assert f"-u {name} " in line
