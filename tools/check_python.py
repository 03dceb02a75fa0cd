"""Say whether this Python can run the course, or find one that can.

    python3 tools/check_python.py          # this one: exit status 0, or a line says why
    python3 tools/check_python.py --find   # prints the path of one that can

Which versions are supported stands in pyproject.toml alone.  Any Python has to be able
to run this file, old ones too, so it uses nothing newer than Python 2.7.
"""

from __future__ import print_function

import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def supported():
    """Return the oldest and the newest supported version, each a tuple of two int."""
    with open(os.path.join(HERE, os.pardir, "pyproject.toml"), "rb") as file:
        text = file.read().decode("utf-8")
    low, end = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text).groups()
    return (3, int(low)), (3, int(end) - 1)


OLDEST, NEWEST = supported()
RANGE = "%d.%d to %d.%d" % (OLDEST + NEWEST)


def trouble(version, has_venv):
    """Return what is wrong and what to do about it, or None."""
    found = "%d.%d" % version[:2]
    if not OLDEST <= version[:2] <= NEWEST:
        what = "Found Python %s; the course needs %s" % (found, RANGE)
        advice = "Install one of them and name it: make run PYTHON=python%d.%d" % NEWEST
        if on_path("uv"):
            advice += ", or let uv bring it: uv python install %d.%d" % NEWEST
        return what, advice
    if not has_venv:
        what = "Found Python %s without its venv module" % found
        return what, "On Debian and Ubuntu: sudo apt install python%s-venv" % found
    return None


def on_path(name):
    """Return the paths at which a command of that name lies, in the order of PATH."""
    suffix = ".exe" if os.name == "nt" else ""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    paths = [os.path.join(folder, name + suffix) for folder in folders if folder]
    return [path for path in paths if os.access(path, os.X_OK)]


def candidates(minor):
    """Yield where a Python 3.`minor` may lie: on PATH, in pyenv's folder, with uv."""
    version = "3.%d" % minor
    for path in on_path("python" + version):
        yield path
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    folders = os.path.join(pyenv, "versions", version + ".*", "bin", "python")
    for path in sorted(glob.glob(folders), reverse=True):
        yield path
    for uv in on_path("uv")[:1]:
        path = answer([uv, "python", "find", "--no-python-downloads", version])
        if path:
            yield path


def answer(command):
    """Return what a command prints, or "" when it fails."""
    try:
        with open(os.devnull, "w") as nothing:
            text = subprocess.check_output(command, stderr=nothing)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return text.decode("utf-8", "replace").strip()


def works(path, minor):
    """Tell whether an interpreter is a Python 3.`minor` that makes environments."""
    code = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    return answer([path, "-c", code]) == "3.%d" % minor


def find(minors):
    """Return the path of the first Python of these minor versions, or None."""
    for minor in minors:
        for path in candidates(minor):
            if works(path, minor):
                return path
    return None


def main(arguments=()):
    """Print what is wrong, if anything, or what was found; return the exit status."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401

        has_venv = True
    except ImportError:
        has_venv = False
    wrong, path = trouble(sys.version_info, has_venv), sys.executable
    if wrong and "--find" in arguments:
        path = find(range(NEWEST[1], OLDEST[1] - 1, -1))
        if path:
            print("%s: taking %s" % (wrong[0], path), file=sys.stderr)
            wrong = None
    if wrong:
        print("%s. %s" % wrong, file=sys.stderr)
        return 1
    if "--find" in arguments:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
