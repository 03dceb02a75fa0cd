"""The teacher's page names files, sections and outputs that there really are."""

import re

import pytest

from helpers import data
from lessons.checks import Homework, judge
from lessons.checks import collect as table
from tests.homework.answers import lesson_01
from tests.lessons.hygiene import FORBIDDEN, MIXED, NOT_PROSE
from tests.support import ROOT
from tools import glossary

DOCS = ROOT / "docs"
TEXT = (DOCS / "teachers.md").read_text(encoding="utf-8")


def part(title):
    """Return the text under a heading of the second or third level."""
    found = re.search(rf"^##+ {title}$(.*?)(?=^## |\Z)", TEXT, re.M | re.DOTALL)
    return found[1]


@pytest.mark.parametrize("name", ["teachers.md", "glossary.md"])
def test_rules_of_prose(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    plain = NOT_PROSE.sub(" ", re.sub(r"^    .*$", " ", text, flags=re.M))
    assert not FORBIDDEN.search(plain), FORBIDDEN.search(plain)
    assert MIXED.findall(plain) == []
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (DOCS / target).exists(), target


def test_links_within_the_page():
    headings = re.findall(r"^##+ (.+)$", TEXT, re.M)
    places = {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= places


def test_every_full_file_is_named_and_no_other():
    name = r"`([\w.-]+(?:\.(?:tsv|npz|json|txt|csv|gz)|/))`"
    named = set(re.findall(name, part("Полные наборы")))
    wanted = {
        re.sub("/.*", "/", remote.name)  # many files are named by their folder
        for entry in data.CATALOGUE.values()
        for source in entry.sources
        for remote in source.files
    }
    assert named == wanted


def test_twelve_sittings():
    plan = part("Семестр и неделя")
    assert len(re.findall(r"^\| \d+ \| урок", plan, re.M)) == 12
    times = re.findall(
        r"^\| \d, часть [АБ] \||^\| \d \|", part("Сколько времени"), re.M
    )
    assert len(times) == 12


def test_sections_that_the_page_names_exist():
    last = {}
    for each in glossary.read_sections():
        last[each.lesson] = each.number
    rows = re.findall(r"^\| \d+ \| урок (\d).*? \|(.*)\|$", TEXT, re.M)
    named = [(int(lesson), numbers) for lesson, numbers in rows]
    named += [
        (int(lesson), rest)
        for lesson, rest in re.findall(r"урок (\d), (раздел[а-я]* [\d, и]+)", TEXT)
    ]
    blocks = re.findall(r"^\*\*Урок (\d).*?\n(?=\n)", TEXT, re.M | re.DOTALL)
    assert len(blocks) == 9
    for match in re.finditer(r"^\*\*Урок (\d)(.*?)\n\n", TEXT, re.M | re.DOTALL):
        for numbers in re.findall(r"раздел[а-я]* ([\d, и]+)", match[2]):
            named.append((int(match[1]), numbers))
    for lesson, text in named:
        for number in re.findall(r"\d+", text):
            assert 1 <= int(number) <= last[lesson], (lesson, number)


def test_the_line_of_a_check_is_as_it_is_shown(monkeypatch, capsys):
    (line,) = re.findall(r"^    (Упражнение .*)$", TEXT, re.M)
    homework = Homework("01_perceptron")
    homework.check("1.4", *lesson_01.RIGHT["1.4"][0])
    why = re.search("…[^…]+…", line)[0]
    monkeypatch.setattr("lessons.checks.judge.call", lambda *_, **__: judge.refuse(why))
    homework.check("1.3", len, len)
    assert capsys.readouterr().out.splitlines()[-1] == line


def test_every_state_of_a_check_is_named():
    described = part("Домашние задания") + part("Как собрать результаты")
    for state, mark in table.MARKS.items():
        assert f"«{state}»" in described
        assert not mark or f"«{mark}»" in described
    assert set(table.MATERIALS) <= set(re.findall(r"\.\w+", described))


def test_the_command_that_fetches_everything():
    assert "[data.load(name, mode='full') for name in data.CATALOGUE]" in TEXT
