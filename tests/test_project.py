"""The project's own files agree with each other and with what others have published."""

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import helpers
from helpers.data import CATALOGUE
from tests.support import ROOT
from tools import readme_results, set_slug

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
READMES = ["README.md", "README.ru.md"]


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def requirements():
    section = PROJECT["project"]
    lines = section["dependencies"] + section["optional-dependencies"]["test"]
    return [Requirement(line) for line in lines]


def test_the_lock_lies_within_the_ranges():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = {}
    for line in lock.splitlines():
        requirement = Requirement(line)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        pinned.setdefault(requirement.name, []).append(Version(pin.version))
    for requirement in requirements():
        assert requirement.name in pinned
        for version in pinned[requirement.name]:
            assert version in requirement.specifier, (requirement, version)


def test_one_version_everywhere():
    version = PROJECT["project"]["version"]
    assert helpers.__version__ == version
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf'^version: "?{re.escape(version)}"?$', citation, re.M)


def test_every_requirement_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in requirements():
        assert re.search(rf'"{re.escape(requirement.name)}[^\n]*",\s+# \w', text)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.github-workflows", ".github/workflows/*.yml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/*.yml"),
        ("vendor.citation-file-format", "CITATION.cff"),
    ],
)
def test_files_fit_their_published_schema(schema, pattern):
    files = sorted(map(str, ROOT.glob(pattern)))
    assert files
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_workflow_does_not_fit_the_schema(tmp_path):
    path = tmp_path / "ci.yml"
    path.write_text(
        "on: push\njobs:\n  a:\n    run-on: ubuntu-latest\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.github-workflows", str(path)]
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_every_sample_has_its_card_with_size_and_sum():
    """What scripts read, their lists of words and the saga's prose, needs none."""
    cards = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    files = [path for path in tracked() if path.parent.name == "data"]
    files = [path for path in files if path.suffix in (".csv", ".npz", ".txt")]
    assert len(files) > 15
    for path in files:
        assert path.name in cards
        if path.name != "saga_prose.txt":
            assert hashlib.sha256(path.read_bytes()).hexdigest() in cards, path.name
            assert f"{path.stat().st_size:,} bytes" in cards, path.name


def test_every_data_set_is_named_in_the_cards():
    cards = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    teachers = (ROOT / "docs" / "teachers.md").read_text(encoding="utf-8")
    for name, entry in CATALOGUE.items():
        module = entry.sample.__module__.rpartition(".")[2]
        assert re.search(rf"\b({name}|{module})\b", cards), name
        for source in entry.sources:
            names = {re.sub("/.*", "/", file.name) for file in source.files}
            assert all(f"`{each}`" in teachers for each in names)


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_results_is_that_of_the_file(name):
    results = json.loads(readme_results.RESULTS.read_text(encoding="utf-8"))
    block = readme_results.table(results, readme_results.WORDS[name])
    text = (ROOT / name).read_text(encoding="utf-8")
    assert readme_results.fill(text, block) == text
    with pytest.raises(ValueError, match="no <!-- results"):
        readme_results.fill("nothing", block)


def quoted_rows(text, names):
    """Return what a lesson's tables of full results quote, by the names of models.

    A cell belongs to the model that its row names, «наша», or, where there is one of
    that name, to the row and the column together: «наша, сдвиг на 3».
    """
    header, quoted = [], {}
    for line in text.partition("На полном наборе")[2].splitlines():
        cells = [each.strip() for each in line.strip("| ").split(" | ")]
        header = (header or cells) if line.startswith("| ") else []
        for title, cell in zip(header[1:], cells[1:], strict=False):
            found = re.fullmatch(r"(\d,\d{4})(?: ± (\d,\d{4}))?", cell)
            if found and (name := f"{cells[0]}, {title}") in names:
                quoted[name] = found.groups()
            elif found and title == header[1]:
                quoted[cells[0]] = found.groups()
    return quoted


def test_a_table_of_full_results_may_have_columns():
    text = """На полном наборе
| сеть | без сдвига | сдвиг на 3 | параметров |
| --- | --- | --- | --- |
| наша | 0,9953 ± 0,0006 | 0,9900 | 33 882 |

| модель | доля |
| --- | --- |
| соседи | 0,9708 |
"""
    wanted = {"наша": ("0,9953", "0,0006"), "наша, сдвиг на 3": ("0,9900", None)}
    assert quoted_rows(text, wanted) == wanted | {"соседи": ("0,9708", None)}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "lessons").glob("[0-9]*.ipynb")), ids=lambda path: path.stem
)
def test_a_lesson_quotes_the_full_results_as_they_are(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    results = json.loads(readme_results.RESULTS.read_text(encoding="utf-8"))
    wanted = {}
    for row in results["lessons"][path.stem]["models"]:
        spread = row["deviation"] and f"{row['deviation']:.4f}".replace(".", ",")
        wanted[row["model"]] = (f"{row['value']:.4f}".replace(".", ","), spread or None)
    assert quoted_rows("\n".join(prose), wanted) == wanted


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_only_what_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    other = READMES[1 - READMES.index(name)]
    assert f"]({other})" in text
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target
    commands = set(re.findall(r"`make ([a-z-]+)", text))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"run", "test", "lab", "full", "test-backends", "help", "clean"} <= commands
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.M), command
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        assert f"(lessons/{path.name})" in text


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_the_locked_tensorflow(name):
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = re.search(r"^tensorflow==(\S+)", lock, re.M)[1]
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"tensorflow\[and-cuda\]==([\d.]+)", text) == [locked]


def test_one_address_everywhere():
    slug, ref = PROJECT["tool"]["course"].values()
    for path in [*set_slug.targets()]:
        text = path.read_text(encoding="utf-8")
        assert set_slug.rewrite(text, slug, ref) == text, path


def test_no_path_of_a_machine_is_tracked():
    pattern = re.compile(r"(?<![\w.~-])/(work|root|home/\w+)/\w")
    for path in tracked():
        if path.suffix in {".npz", ".png"} or (ROOT / "tests") in path.parents:
            continue
        hit = pattern.search(path.read_text(encoding="utf-8"))
        assert hit is None, f"{path}: {hit[0]}"


def test_tracked_files_are_small():
    """Networks of data/trained may be twice as large: they have a test of their own."""
    trained = ROOT / "data" / "trained"
    files = [path for path in tracked() if path.parent != trained]
    assert [path.name for path in files if path.stat().st_size > 1_500_000] == []


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "helpers").rglob("*.py"), *(ROOT / "tools").glob("*.py")]),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_what_is_public_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if public and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name
