"""Run the parts of the tests, all of them, and say at the end what failed in each.

    python -m tools.run_tests                  # lint, unit, notebooks
    python -m tools.run_tests notebooks        # one of them
    python -m tools.run_tests jitter           # notebooks, weights moved by a millionth

A part that fails does not hide those after it.  The exit status is 1 when one failed.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "tests"
NBVAL = [
    "-m", "pytest", "-p", "no:cacheprovider", "-p", "tools.tolerances", "-q", "--nbval",
    "--nbval-current-env", "--nbval-sanitize-with", "tests/sanitize.cfg",
    "--dist", "loadfile",
]  # fmt: skip
UNIT = ["-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"]
JITTER = "1e-6"
PARTS = ("lint", "unit", "notebooks")


def steps_of(part):
    """Return the steps of a part: a name, arguments of Python, variables.

    Raises
    ------
    KeyError
        There is no such part.
    """
    notebooks = [*NBVAL, "-n", "2", "lessons"]  # two: a notebook takes up to 1.4 GB
    jitter = [
        (f"jitter {seed}", {"COURSE_JITTER": JITTER, "COURSE_JITTER_SEED": str(seed)})
        for seed in range(3)
    ]
    return {
        "lint": [
            ("ruff check", ["-m", "ruff", "check", "."], {}),
            ("ruff format", ["-m", "ruff", "format", "--check", "."], {}),
        ],
        "unit": [("unit tests", UNIT, {})],
        "notebooks": [("notebooks", notebooks, {})],
        "jitter": [(name, notebooks, variables) for name, variables in jitter],
    }[part]


def failures(report):
    """Return the names of the tests that failed, from a JUnit report of pytest.

    Parameters
    ----------
    report : pathlib.Path
        None is there when pytest stopped before its first test.

    Returns
    -------
    list of str
    """
    if not report.is_file():
        return []
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            found.append(f"{case.get('classname')}: {case.get('name')}".strip(": "))
    return found


def run(name, arguments, variables):
    """Run a step; return its row and the names of what failed in it."""
    report = REPORTS / f"{name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    if "pytest" in arguments:
        arguments = [*arguments, f"--junitxml={report}"]
    print(f"\n== {name}", flush=True)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **variables}
    )
    seconds = f"{time.perf_counter() - began:.0f} s"
    if done.returncode == 0:
        return (name, "passed", seconds), []
    return (name, f"FAILED ({done.returncode})", seconds), failures(report)


def main(parts):
    """Run the named parts, or all; return the exit status."""
    try:
        steps = [step for part in parts or PARTS for step in steps_of(part)]
    except KeyError as error:
        print(f"no part {error}: {', '.join(PARTS)}, jitter", file=sys.stderr)
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcome = [run(*step) for step in steps]
    print()
    for row, failed in outcome:
        print("{:<14} {:<12} {:>8}".format(*row))
        for name in failed:
            print(f"    {name}")
    return int(any(said != "passed" for (_, said, _), _ in outcome))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
