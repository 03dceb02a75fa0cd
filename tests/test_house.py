"""The house: its rooms, who imports whom, how large they are, what a change touches."""

import ast
import re
import subprocess

import pytest

from helpers.data import CATALOGUE
from tests.support import ROOT

LINES, LARGEST = 6000, 600  # of all helpers, of one module
PAGE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# A file of these may mention anything: what is generated, what tells of the past.
ANYWHERE = ("tests/", "lessons/", "build/", "CHANGELOG.md", "docs/house.md")


def modules(*folders):
    """Return the modules in folders of the course, by their dotted names."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    named = {path.relative_to(ROOT).with_suffix(""): path for path in paths}
    return {".".join(name.parts): path for name, path in named.items()}


def imported(path):
    """Return the modules of the course that a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name, rooms):
    """Return the most special of the rooms that a module is in, or None."""
    inside = [each for each in rooms if f"{name}.".startswith(f"{each}.")]
    return max(inside, key=len, default=None)


def allowances():
    """Return what the page allows: from a room to those that it may import."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", PAGE.partition("Who may")[2], re.M)
    allowed = {}
    for rooms, others in rows:
        for name in re.findall(r"`([\w.]+)`", rooms):
            allowed[name] = set(re.findall(r"`([\w.]+)`", others))
    return allowed


def forbidden(name, path, allowed):
    """Return the imports of a module that the page does not allow."""
    own = {"helpers", "lessons", "tools", "tests"}
    place = room(name, allowed)
    return [
        each
        for each in imported(path)
        if each.partition(".")[0] in own
        and each != "helpers.ROOT"
        and room(each, [*allowed[place], place]) is None
    ]


def test_modules_import_what_the_page_allows():
    allowed = allowances()
    assert {"helpers.data", "helpers.own", "lessons.checks", "tools"} <= set(allowed)
    found = modules("helpers", "lessons/checks", "tools")
    assert len(found) > 40
    for name, path in found.items():
        assert not forbidden(name, path, allowed), name


def test_an_import_that_is_not_allowed_is_found(tmp_path):
    path = tmp_path / "made.py"
    path.write_text("from tools import lab\nfrom helpers.text import tokenize\n")
    assert forbidden("helpers.data.made", path, allowances()) == ["tools.lab"]


def test_helpers_are_small():
    sizes = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in modules("helpers").items()
    }
    assert max(sizes.values()) <= LARGEST, max(sizes, key=sizes.get)
    assert sum(sizes.values()) <= LINES, sum(sizes.values())


def test_the_page_names_the_modules_of_helpers_and_no_other():
    rooms = re.search(r"^    helpers/.*?^    data/", PAGE, re.M | re.S)[0]
    named = set(re.findall(r"^      ([a-z]+)  ", rooms, re.M))
    own = re.search(r"^      own/.*?: (.*?)\n    data/", rooms, re.M | re.S)[1]
    named |= {
        f"own.{name}" for name in re.findall(r"[a-z]+", own.replace("for arrays", ""))
    }
    common = re.search(r"^      data/.*?; (base.*)$", rooms, re.M)[1]
    sets = re.search(r"one a data set:(.*?)\.", PAGE, re.S)[1]
    named |= {
        f"data.{name}" for name in re.findall(r"\w+", common + sets.replace("`", ""))
    }
    found = {name.removeprefix("helpers.") for name in modules("helpers")}
    assert named == {name for name in found if "__" not in name}


def test_the_page_names_every_room_and_module():
    for name in modules("helpers", "lessons/checks"):
        last = name.rpartition(".")[2]
        if not last.startswith("__") and not last.startswith("lesson_"):
            assert re.search(rf"\b{last}\b", PAGE), name
    for path in [*(ROOT / "tests").iterdir(), *ROOT.iterdir()]:
        if path.is_dir() and path.name.isidentifier() and path.name != "build":
            assert re.search(rf"\b{path.name}\b", PAGE), path


# --- what a change touches ------------------------------------------------------------


def tracked(*words):
    """Return the tracked files, or those that hold a word, relative to the course."""
    command = ["git", "ls-files"]
    if words:
        command = ["git", "grep", "-lwF", *(f"-e{word}" for word in words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode <= bool(words), done.stderr  # 1: no file has the word
    return set(done.stdout.splitlines())


def guide_of(section):
    """Return the files that a list of CONTRIBUTING names, and which of them must be."""
    text = GUIDE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`|]+)` \| (.+) \|$", text, re.M)
    assert rows, section
    return {path: "if" not in what.split(":")[0].split() for path, what in rows}


def place(pattern, **names):
    for key, name in names.items():
        pattern = pattern.replace(key, name)
    return pattern


DATA_SETS = sorted(
    name.rpartition(".")[2]
    for name, path in modules("helpers/data").items()
    if re.search(r"^ENTRY = ", path.read_text(encoding="utf-8"), re.M)
)


@pytest.mark.parametrize("name", DATA_SETS)
def test_a_data_set_touches_what_the_list_names(name):
    source = (ROOT / "helpers" / "data" / f"{name}.py").read_text(encoding="utf-8")
    quoted = re.findall(r'"([\w.-]+)"', source)
    files = [each for each in quoted if (ROOT / "data" / each).is_file()]
    entries = [
        each
        for each in CATALOGUE.values()
        if each.sample.__module__.endswith(f".{name}")
    ]
    files += [
        remote.name
        for entry in entries
        for each in entry.sources
        for remote in each.files
    ]
    assert entries
    listed = guide_of("Add a data set")
    named = {place(path, NAME=name) for path in listed}
    for path, must in listed.items():
        assert not must or (ROOT / place(path, NAME=name)).exists(), path
    for path in tracked(*files):
        is_sample = path.startswith("data/")
        assert is_sample or path in named or path.startswith(ANYWHERE), (name, path)


LESSONS = sorted(path.stem for path in (ROOT / "lessons").glob("[0-9]*.ipynb"))
EXAMPLES = ("01_perceptron", "04_mnist_cnn")  # in docstrings of other files


@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_touches_what_the_list_names(stem):
    listed = guide_of("Add a lesson")
    named = {place(path, NN_topic=stem, NN=stem[:2]) for path in listed}
    for path, must in listed.items():
        path = place(path, NN_topic=stem, NN=stem[:2])
        assert not must or (ROOT / path).exists(), path
    neighbours = {f"lessons/{each}.ipynb" for each in LESSONS}
    if stem not in EXAMPLES:
        for path in tracked(stem, f"lesson_{stem[:2]}"):
            if path.startswith("tests/") and "answers" not in path:
                continue
            assert path in named | neighbours | {"CHANGELOG.md"}, path


@pytest.mark.parametrize("number", ["2.4", "5.3", "6.2"])
def test_an_exercise_touches_what_the_list_names(number):
    stem = next(each for each in LESSONS if each.startswith(f"0{number[0]}"))
    listed = guide_of("Add an exercise")
    named = {place(path, NN_topic=stem, NN=stem[:2]) for path in listed}
    assert all((ROOT / path).exists() for path in named)
    found = tracked(f'"{number}"', f'\\"{number}\\"') - {"tests/test_house.py"}
    assert found
    assert found <= named, found - named
