"""Say in one line whether this Python can run the course.

Runs on any Python, old ones too, so it uses nothing newer than Python 2.7.
"""

from __future__ import print_function

import sys

OLDEST = (3, 11)
NEWEST = (3, 13)


def trouble(version, has_venv):
    """Return what is wrong, or None."""
    found = "%d.%d" % version[:2]
    if not OLDEST <= version[:2] <= NEWEST:
        return (
            "Found Python %s; the course needs %d.%d to %d.%d. Install one of them and "
            "name it: make run PYTHON=python3.12" % ((found,) + OLDEST + NEWEST)
        )
    if not has_venv:
        return (
            "Found Python %s without its venv module. On Debian and Ubuntu: "
            "sudo apt install python%s-venv" % (found, found)
        )
    return None


def main():
    """Print what is wrong, if anything; return the exit status."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401

        has_venv = True
    except ImportError:
        has_venv = False
    message = trouble(sys.version_info, has_venv)
    if message:
        print(message, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
