"""Say which packages of the course have no wheels yet for the next version of Python.

    python -m tools.next_python            # the version after the newest supported one
    python -m tools.next_python 3.15

The exit status is 1 when all of them have come: then the weekly workflow turns red, and
``requires-python`` of pyproject.toml can be raised.
"""

import subprocess
import sys
import tempfile
import tomllib

from tools import check_python
from tools.run_tests import ROOT


def asked_for(text):
    """Return what a lesson needs by a parsed pyproject.toml's text, a list of str."""
    return tomllib.loads(text)["project"]["dependencies"]


def has_wheel(requirement, version):
    """Tell whether pip finds a wheel for a version of Python on this system."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--disable-pip-version-check", "--ignore-installed", "--no-deps"]
        command += ["--only-binary=:all:", "--python-version", version]
        command += ["--target", folder, requirement]
        return subprocess.run(command, capture_output=True).returncode == 0


def main(arguments):
    """Run as the module's docstring says; return the exit status."""
    newest = check_python.NEWEST
    version = arguments[0] if arguments else f"{newest[0]}.{newest[1] + 1}"
    asked = asked_for((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lacking = [each for each in asked if not has_wheel(each, version)]
    if lacking:
        print(f"Python {version}: no wheels yet of {'; '.join(lacking)}")
        return 0
    print(f"Python {version}: all wheels have come. Raise requires-python.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
