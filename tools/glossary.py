"""Write the glossary from the terms of docs/glossary.toml and the lessons.

    python -m tools.glossary            # writes docs/glossary.md
    python -m tools.glossary --check    # writes nothing; fails when it would change

A line of the list is ``"русский термин" = ["English term", 'pattern']``.  The pattern
is a regular expression for its forms: a space stands for any white space, ``~`` for any
letters or none, and a match begins and ends at the edge of a word.  Where a word has
another sense earlier in the course, the pattern takes in what stands beside the term,
most often its English name in brackets.

A term is looked for in the numbered sections of the lessons, in the order of the
course: not in title cells, closing parts, code, formulas or addresses.  Lessons print a
term in bold where they explain it: when that is a later section, the glossary names
both.
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from itertools import pairwise

import nbformat

from helpers.errors import CourseError
from tools.run_lessons import LESSONS, ROOT, write

TERMS = ROOT / "docs" / "glossary.toml"
PAGE = ROOT / "docs" / "glossary.md"
HEADING = re.compile(r"^(#{1,6}) (?:(\d+)\. )?(.*)$")
FENCE = re.compile(r"^```.*?^```\s*?$", re.MULTILINE | re.DOTALL)
NO_PROSE = re.compile(
    r"`+[^`]*`+"  # code
    r"|\$\$.*?\$\$|\$[^$\n]*\$"  # formulas
    r"|(?<=\])\([^)]*\)"  # addresses
    r"|</?(?!b>)[a-z][^>]*>",  # tags, but for bold type
    re.DOTALL,
)
BOLD = re.compile(r"\*\*(.+?)\*\*|<b>(.+?)</b>", re.DOTALL)
INTRO = """\
# Словарик

Термины курса по-русски и по-английски и раздел, где термин впервые встретился; если
подробно о нём сказано позже, то и этот раздел. Буква ё стоит в ряду с е; термины,
которые пишут латиницей, в конце.

Страницу собирает `python -m tools.glossary` из [списка терминов](glossary.toml) и самих
уроков; правят список, а не её.

| по-русски | по-английски | где в курсе |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Term:
    """A term: its nominative, its English name or names, a pattern of its forms."""

    russian: str
    english: str
    pattern: re.Pattern


@dataclass(frozen=True)
class Section:
    """A numbered section of a lesson.

    Parameters
    ----------
    file : str
        Name of the notebook.
    lesson, number : int
    title : str
    text : str
        Its title and prose; bold type is still marked.
    """

    file: str
    lesson: int
    number: int
    title: str
    text: str

    @property
    def plain(self):
        """The prose without marks of type."""
        return re.sub(r"\*|</?b>", "", self.text)


def read_terms(text):
    """Return the terms of the list.

    Parameters
    ----------
    text : str
        TOML, as the module's docstring says.

    Raises
    ------
    CourseError
        A line of another form, a pattern that does not compile, a term that is there
        twice (TOML refuses that itself), also when one is spelt with е for ё.
    """
    try:
        listed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{TERMS.name}: {error}") from error
    terms = []
    for russian, line in listed.items():
        try:
            english, pattern = line
            terms.append(Term(russian, english, compiled(pattern)))
        except (TypeError, ValueError, re.error) as error:
            raise CourseError(f"{TERMS.name}: {russian}: {error}") from error
    terms.sort(key=order)
    for one, other in pairwise(terms):
        if order(one) == order(other):
            raise CourseError(f"{TERMS.name}: twice: {other.russian}")
    return terms


def compiled(pattern):
    """Return a pattern of the list as a regular expression."""
    words = pattern.replace(" ", r"\s+").replace("~", r"\w*")
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def order(term):
    """Return the key that sorts terms: Cyrillic first, ё as е, capitals as small."""
    name = term.russian.casefold().replace("ё", "е")
    return not re.match("[а-я]", name), name


def sections_of(book, file):
    """Return the numbered sections of a notebook.

    A heading without a number stays in its section when it is of a lower level, and
    ends it otherwise.

    Parameters
    ----------
    book : nbformat.NotebookNode
    file : str
        Its name, which begins with the number of the lesson.
    """
    found, level, now = [], 0, None
    for cell in book.cells[1:]:
        if cell.cell_type != "markdown":
            continue
        for line in FENCE.sub("", cell.source).split("\n"):
            heading = HEADING.match(line)
            if heading and heading[2]:
                level, title = len(heading[1]), heading[3].strip()
                now = (int(heading[2]), title, [title, ""])
                found.append(now)
            elif heading and len(heading[1]) <= level:
                now = None
            if now and not (heading and heading[2]):
                now[2].append(line)
        if now:
            now[2].append("")
    return [
        Section(file, int(file[:2]), number, title, NO_PROSE.sub(" ", "\n".join(lines)))
        for number, title, lines in found
    ]


def read_sections():
    """Return the numbered sections of all lessons, in the order of the course."""
    found = []
    for path in sorted(LESSONS.glob("[0-9][0-9]_*.ipynb")):
        found += sections_of(nbformat.read(path, as_version=4), path.name)
    return found


def places(term, sections):
    """Return where a term is first met and, when that is elsewhere, first in bold.

    Returns
    -------
    list of Section
        One or two of them.

    Raises
    ------
    CourseError
        No section has it.
    """
    first = next((each for each in sections if term.pattern.search(each.plain)), None)
    if first is None:
        raise CourseError(f"{TERMS.name}: no lesson has «{term.russian}»")
    bold = next((each for each in sections if in_bold(term, each)), first)
    return [first] if bold is first else [first, bold]


def in_bold(term, section):
    """Return whether a match of the term's pattern begins where bold type begins."""
    for match in BOLD.finditer(section.text):
        words = match[1] or match[2]
        after = section.text[match.end() : match.end() + 80]
        if term.pattern.match(words + re.sub(r"\*|</?b>", "", after)):
            return True
    return False


def page(terms, sections):
    """Return the text of the page."""
    rows = []
    for term in terms:
        named = []
        for place in places(term, sections):
            link = f"[урок {place.lesson}](../lessons/{place.file})"
            named.append(f"{link}, раздел {place.number} «{place.title}»")
        where = "; подробно: ".join(named)
        rows.append(f"| {term.russian} | {term.english} | {where} |\n")
    return INTRO + "".join(rows)


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    try:
        made = page(read_terms(TERMS.read_text(encoding="utf-8")), read_sections())
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    print(PAGE.relative_to(ROOT))
    if options.check:
        return 1
    write(PAGE, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
