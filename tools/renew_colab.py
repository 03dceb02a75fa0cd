"""Renew the lists of what Google Colab holds, tools/colab_lists, from Google's own.

    python -m tools.renew_colab              # fetches; writes lists that have changed
    python -m tools.renew_colab --age 120    # fails when the newest list is older

Google publishes what its runtimes hold in https://github.com/googlecolab/backend-info:
the files of the main branch say what Colab is now, the README names a commit for each
older runtime that a user can still choose.  A list of ours keeps the plain pins
``name==version`` of ``pip freeze`` under a head of its own: the version of Python, the
commit and its date.  A runtime that is no longer offered, or whose versions lie outside
the ranges of pyproject.toml, leaves the folder.
"""

import argparse
import datetime
import json
import re
import sys
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

LISTS = Path(__file__).resolve().parent / "colab_lists"
PROJECT = LISTS.parent.parent / "pyproject.toml"
CURRENT = "current"
RAW = "https://raw.githubusercontent.com/googlecolab/backend-info/"
API = "https://api.github.com/repos/googlecolab/backend-info/commits?per_page=1&"
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)")
HEAD = re.compile(r"# (python|commit|date): (\S+)")
RUNTIME = re.compile(r"^### (\d{4}\.\d{2})$", re.MULTILINE)
COMMIT = re.compile(r"backend-info/tree/([0-9a-f]{40})")


@dataclass(frozen=True)
class ColabList:
    """What one runtime of Colab holds.

    Attributes
    ----------
    runtime : str
        ``"current"``, or the name of an older one: ``"2026.01"``.
    python : str
        ``"3.13"`` or ``"3.12.12"``.
    commit, date : str
        Of Google's list; the date as ``"2026-08-25"``.  ``"-"`` where not recorded.
    pins : dict of str to str
        Version by canonical name.
    """

    runtime: str
    python: str
    commit: str
    date: str
    pins: dict

    @property
    def minor(self):
        """The minor version of Python, an int."""
        return Version(self.python).minor

    def __str__(self):
        head = [
            f"# What Colab's runtime {self.runtime} holds: pip-freeze.txt of "
            "googlecolab/backend-info.",
            "# Written by tools/renew_colab.py: do not edit.",
            f"# python: {self.python}",
            f"# commit: {self.commit}",
            f"# date: {self.date}",
        ]
        pins = [f"{name}=={version}" for name, version in sorted(self.pins.items())]
        return "\n".join([*head, *pins, ""])


def pins_of(text):
    """Return the plain pins of a ``pip freeze``, version by canonical name.

    A local build counts as the release that it is of (2.9.0+cpu); what is installed
    from an address, and the head, are left out.
    """
    found = (PIN.fullmatch(line.strip()) for line in text.splitlines())
    return {canonicalize_name(pin[1]): pin[2].partition("+")[0] for pin in found if pin}


def read(path):
    """Return a list of ours; ValueError where it is none."""
    text = path.read_text(encoding="utf-8")
    head = dict(HEAD.findall(text))
    if head.keys() != {"python", "commit", "date"} or not pins_of(text):
        raise ValueError(f"{path.name} is no list of tools/renew_colab.py")
    return ColabList(path.stem, **head, pins=pins_of(text))


def read_all(folder=LISTS):
    """Return our lists by runtime, the current one first, then the newest."""
    lists = [read(path) for path in folder.glob("*.txt")]
    lists.sort(key=lambda each: each.runtime, reverse=True)  # "current" > "2026.01"
    return {each.runtime: each for each in lists}


def outside(each):
    """Return what of a list lies outside the course's ranges, a list of str."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in project["dependencies"]]
    wrong = [
        f"{need.name} {each.pins[need.name]}"
        for need in asked
        if need.name in each.pins
        and not need.specifier.contains(each.pins[need.name], prereleases=True)
    ]
    if not SpecifierSet(project["requires-python"]).contains(each.python):
        wrong.append(f"Python {each.python}")
    return wrong


def past_runtimes(readme):
    """Return the commit of each older runtime that Google's README names."""
    parts = RUNTIME.split(readme)[1:]
    commits = map(COMMIT.search, parts[1::2])
    return {
        runtime: commit[1]
        for runtime, commit in zip(parts[::2], commits, strict=True)
        if commit
    }


def fetch(address):
    """Return the text at an address; OSError where there is none."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode("utf-8")


def fetch_list(runtime, commit, get=fetch):
    """Return Google's list of a runtime at a commit.

    Raises
    ------
    ValueError
        What is there is not a list.
    """
    pins = pins_of(get(f"{RAW}{commit}/pip-freeze.txt"))
    python = re.search(
        r"^Python (3\.\d+\.\d+)", get(f"{RAW}{commit}/os-info.txt"), re.M
    )
    dates = json.loads(get(f"{API}sha={commit}"))
    if "tensorflow" not in pins or python is None:
        raise ValueError(f"{commit}: no list of packages, or no version of Python")
    date = dates[0]["commit"]["committer"]["date"][:10]
    return ColabList(runtime, python[1], commit, date, pins)


def fetch_all(known, get=fetch):
    """Return Google's lists by runtime: the current one, and the older ones offered.

    `known` holds our lists: one whose commit has not changed is not fetched again.
    """
    newest = json.loads(get(f"{API}path=pip-freeze.txt"))[0]["sha"]
    commits = {CURRENT: newest, **past_runtimes(get(f"{RAW}main/README.md"))}
    return {
        runtime: known[runtime]
        if runtime in known and known[runtime].commit == commit
        else fetch_list(runtime, commit, get)
        for runtime, commit in commits.items()
    }


def renew(folder=LISTS, get=fetch):
    """Write the lists that have changed, remove those that the course does not need.

    Nothing is written unless every list was had.

    Returns
    -------
    list of str
        A line for each change, and for each runtime that is not kept.

    Raises
    ------
    OSError, ValueError, LookupError
        Something was not had, or the current list lies outside the course's ranges.
    """
    known = read_all(folder)
    offered = fetch_all(known, get)
    wrong = {runtime: outside(each) for runtime, each in offered.items()}
    if wrong[CURRENT]:
        raise ValueError(f"Colab now has {', '.join(wrong[CURRENT])}")
    said = []
    for runtime, each in offered.items():
        if wrong[runtime]:
            said.append(f"{runtime}: left out, {', '.join(wrong[runtime])}")
        elif str(each) != str(known.get(runtime)):
            (folder / f"{runtime}.txt").write_text(str(each), encoding="utf-8")
            said.append(f"{runtime}: Python {each.python}, {each.date}")
    for runtime in known:
        if runtime not in offered or wrong[runtime]:
            (folder / f"{runtime}.txt").unlink()
            said.append(f"{runtime}: removed")
    return said


def age(lists, today):
    """Return how old the newest list is, in days."""
    dates = [each.date for each in lists.values() if each.date != "-"]
    return (today - datetime.date.fromisoformat(max(dates))).days


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--age", type=int, metavar="DAYS")
    options = parser.parse_args(arguments)
    if options.age is not None:
        days = age(read_all(), datetime.date.today())
        print(f"the newest list is {days} days old")
        return int(days > options.age)
    try:
        said = renew()
    except (OSError, ValueError, LookupError) as error:
        print(f"nothing was renewed: {error}", file=sys.stderr)
        return 2
    print("\n".join(said) or "nothing has changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
