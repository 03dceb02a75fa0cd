"""The glossary names where each term is first met, and lacks no term of a lesson."""

import json
import re

import nbformat
import pytest

from helpers.errors import CourseError
from tests.support import ROOT
from tools import glossary

PAGE = glossary.PAGE.read_text(encoding="utf-8")
LISTED = glossary.TERMS.read_text(encoding="utf-8")
TERMS = {term.russian: term for term in glossary.read_terms(LISTED)}
SECTIONS = glossary.read_sections()
PLACE = re.compile(
    r"\[урок (\d)\]\(\.\./lessons/([^)]+)\), раздел (\d+) «(.+?)»(?=;|$)"
)
INTRODUCED = re.compile(
    r"(?:\*\*|<b>)(?P<russian>[^*<]+?)(?:\*\*|</b>)(?: \$[^$]*\$)?"
    r"(?: \((?:[а-яё ]+, )?|, )(?P<english>[A-Za-z][A-Za-z’'–-]*(?: [A-Za-z’'–-]+)*)"
)
NOT_TERMS = {}  # what is bold with English in brackets and yet no term, and why


def rows():
    found = []
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith(("| по-русски", "| ---")):
            found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def plain(english):
    """Return an English name without a plural's s, hyphens and capitals."""
    words = english.casefold().replace("-", " ").replace("’", "'").split()
    return " ".join(word.removesuffix("s") for word in words)


def introduced():
    """Return (notebook, Russian, English) of what lessons give in bold and brackets."""
    found = []
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"][1:]:
            if cell["cell_type"] == "markdown":
                for match in INTRODUCED.finditer("".join(cell["source"])):
                    found.append((path.name, match["russian"], match["english"]))
    return found


def test_the_page_is_what_the_lessons_say():
    assert glossary.main(["--check"]) == 0


def test_every_term_of_the_list_has_its_row():
    assert [row[0] for row in rows()] == list(TERMS)
    assert 150 <= len(TERMS) <= 260
    for row in rows():
        assert len(row) == 3
        assert row[1] == TERMS[row[0]].english
        assert not re.search("[а-яё]", row[1])


def test_the_order_is_that_of_a_russian_dictionary():
    names = [row[0].casefold().replace("ё", "е") for row in rows()]
    assert len(set(names)) == len(names)
    russian = [name for name in names if "а" <= name[0] <= "я"]
    assert russian == sorted(russian)
    assert names == russian + sorted(set(names) - set(russian))


def headings():
    """Return (notebook, number, title) of each numbered heading, read anew."""
    found = []
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                text = "".join(cell["source"])
                for number, title in re.findall(r"(?m)^##+ (\d+)\. (.+)$", text):
                    found.append((path.name, int(number), title))
    return found


def test_the_sections_are_those_of_the_lessons():
    assert [(each.file, each.number, each.title) for each in SECTIONS] == headings()
    for lesson in {each.lesson for each in SECTIONS}:
        numbers = [each.number for each in SECTIONS if each.lesson == lesson]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_term_is_in_its_section_and_in_no_earlier_one(row):
    named = [match.groups() for match in PLACE.finditer(row[2])]
    assert 1 <= len(named) <= 2
    assert row[2].count("урок ") == len(named)
    order = [(each.file, each.number, each.title) for each in SECTIONS]
    at = []
    for lesson, file, number, title in named:
        assert (ROOT / "lessons" / file).is_file()
        assert file.startswith(f"0{lesson}_")
        at.append(order.index((file, int(number), title)))
    pattern = TERMS[row[0]].pattern
    having = [i for i, each in enumerate(SECTIONS) if pattern.search(each.plain)]
    assert at[0] == having[0]
    assert at == sorted(set(at))
    assert set(at) <= set(having)


@pytest.mark.parametrize(
    ("file", "russian", "english"), introduced(), ids=lambda text: text[:30]
)
def test_what_a_lesson_introduces_is_in_the_glossary(file, russian, english):
    if russian in NOT_TERMS:
        return
    for term in TERMS.values():
        names = [plain(name) for name in term.english.split(", ")]
        known = any(
            name == plain(english) or name.startswith(plain(english) + " ")
            for name in names
        )
        if known and term.pattern.search(f"{russian} ({english})"):
            return
    pytest.fail(f"{file}: «{russian}» ({english}): add it to docs/glossary.toml")


def test_the_search_for_what_lessons_introduce_finds_enough():
    found = introduced()
    assert len(found) > 100
    assert ("01_perceptron.ipynb", "расходимость", "divergence") in found
    assert {name for _, name, _ in found} >= {"признаками", "состояние ячейки"}


# --- what counts as an occurrence ---


def sections(*cells):
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell(text) for text in cells]
    book.cells.append(nbformat.v4.new_code_cell("## 9. слой"))
    return glossary.sections_of(book, "03_x.ipynb")


def test_what_does_not_count():
    found = sections(
        "# Урок\n\n## 1. слой",
        "слой\n\n## Часть А\n\nслой\n\n### 1. Начало\n\nраз\n\n#### Мелкое\n\nдва",
        "три\n\n```\nслой\n```\n`слой` $слой$ $$слой\n$$ [x](слой) <a id='слой'>",
        "### Итоги\n\nслой",
        "### 2. Конец\n\nчетыре",
        "## Что мы узнали\n\nслой",
    )
    assert [(each.number, each.title) for each in found] == [
        (1, "Начало"),
        (2, "Конец"),
    ]
    assert {word for word in ("раз", "два", "три") if word in found[0].plain}
    assert "четыре" in found[1].plain
    assert not any("слой" in each.plain for each in found)


def test_first_and_explained():
    found = sections(
        "# Урок",
        "## 1. А\n\nпередаёт **другие слои** дальше",
        "## 2. Б\n\nэто **слой**\n(layer)",
        "## 3. В\n\nСлои <b>слой</b>",
    )
    (term,) = glossary.read_terms("'слой' = ['layer', 'сло(й|и)']")
    assert [each.number for each in glossary.places(term, found)] == [1, 2]
    (term,) = glossary.read_terms("'слой' = ['layer', 'слой \\(layer\\)?']")
    assert [each.number for each in glossary.places(term, found)] == [2]
    (term,) = glossary.read_terms("'слой' = ['layer', 'сло']")  # only whole words
    with pytest.raises(CourseError, match="no lesson has «слой»"):
        glossary.places(term, found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'ёж' = ['a', 'b']\n'ЕЖ' = ['a', 'b']", "twice"),
        ("'ёж' = ['a', 'b']\n'ёж' = ['a', 'b']", "glossary.toml"),
        ("'ёж' = ['a']", "ёж"),
        ("'ёж' = 5", "ёж"),
        ("'ёж' = ['a', '(']", "ёж"),
        ("ёж", "glossary.toml"),
    ],
)
def test_a_list_that_is_not_one(text, said):
    with pytest.raises(CourseError, match=said):
        glossary.read_terms(text)


def test_a_stale_page_is_found_and_mended(tmp_path, monkeypatch, capsys):
    page = tmp_path / "docs" / "glossary.md"
    monkeypatch.setattr(glossary, "ROOT", tmp_path)
    monkeypatch.setattr(glossary, "PAGE", page)
    assert glossary.main(["--check"]) == 1
    assert not page.exists()
    assert glossary.main([]) == 0
    assert page.read_text(encoding="utf-8") == PAGE
    assert glossary.main(["--check"]) == 0
    page.write_text(PAGE.replace("урок 1", "урок 2", 1), encoding="utf-8")
    assert glossary.main(["--check"]) == 1
    assert [each.name for each in page.parent.iterdir()] == ["glossary.md"]


def test_a_term_that_no_lesson_has_is_refused(tmp_path, monkeypatch, capsys):
    listed = tmp_path / "glossary.toml"
    listed.write_text(LISTED + "\"ёжик\" = ['hedgehog', 'ёжик']\n", encoding="utf-8")
    monkeypatch.setattr(glossary, "TERMS", listed)
    assert glossary.main(["--check"]) == 1
    assert "no lesson has «ёжик»" in capsys.readouterr().err
