"""Rules of the house that a program can check in a lesson; see CONTRIBUTING.md.

`problems` returns a line for each broken rule.  That each rule can fail is tested
in test_notebooks.py.
"""

import re

import nbformat

from helpers.scores import METADATA_KEY
from tests.lessons import folding
from tests.lessons.prose import problems as wrong_quotes
from tools.run_lessons import metadata_of
from tools.set_slug import rewrite
from tools.tolerances import tolerance_of

TAGS = {"nbval-ignore-output", "nbval-skip", "raises-exception", "hide-input"}
IGNORED = {"nbval-ignore-output", "nbval-skip"}
# Lessons of the second edition, by number ("01"): their long figures are folded, and
# their prose quotes no decimal number that is not printed above it.
SECOND_EDITION = ("01", "02", "03", "04")
# Lessons, as "01", whose every figure is stored with its fingerprint.
COMPARED_FIGURES = SECOND_EDITION
MAX_LINES, MAX_WIDTH, MAX_BYTES = 25, 88, 1_500_000
DRAWS = re.compile(
    r"\.(plot|scatter|imshow|bar|barh|hist|contourf?|matshow|stem|fill_between|lines|bars)\("
)
NAMES_AXES = re.compile(
    r"xlabel|set_axis_off|axis\(.off|plots\.(pictures|confusion)|diagrams\.network"
)
ABSOLUTE = re.compile(r"(?<![\w/.])/(home|root|Users|tmp|work|content)/\w|[A-Z]:\\\\")
REPR = re.compile(r"^<[^>]*>\s*$")
CLOCK = re.compile(r"\d\s*(секунд|сек\b|мс\b|ms\b|it/s|s/step)")
MIXED = re.compile(r"\b(?=\w*[а-яё])(?=\w*[a-z])[a-zа-яё]+\b", re.IGNORECASE)
# From the course's list of terms: what Russian textbooks do not say.
FORBIDDEN = re.compile(
    r"прямое распространение ошибки|тренировочн\w+ (сет|выборк)|пакетн\w+ градиент"
    r"|рекурентн|долго-краткосрочн|логическ\w+ вывод|\bсид(а|ом|у|ы)?\b"
    r"|датасет|инференс"
    r"|аккураси|лосс\b|фич[аиу]\b|фичей|расстояние Кульбака",
    re.IGNORECASE,
)
CHOICE = re.compile(
    r"^<details><summary>[а-д]\) .+?</summary>(Верно|Неверно)\. (.+?)</details>$", re.M
)
QUESTION = re.compile(r"^\*\*\d+\.\*\* .+\n\n<details>", re.MULTILINE)
NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|https?://\S+|<[^>]+>",
    re.DOTALL,
)


def problems(book, name, address):
    """Return the broken rules of a lesson.

    Parameters
    ----------
    book : nbformat.NotebookNode
        An executed lesson.
    name : str
        Its file name.
    address : tuple of str
        Slug and ref of the repository.
    """
    found = []
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    prose = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    found += _frame(book, prose, name, address)
    found += _metadata(book, code)
    found += folding.problems(book, name[:2] in SECOND_EDITION)
    for number, cell in enumerate(code, 1):
        found += [f"code cell {number}: {each}" for each in _code(cell)]
        found += [f"code cell {number}: {each}" for each in _outputs(cell)]
    for text in prose:
        found += _prose(text)
    found += wrong_quotes(book, name.partition(".")[0], name[:2] in SECOND_EDITION)
    found += _comparing(code)
    if name[:2] in COMPARED_FIGURES:
        found += _fingerprints(code)
    return found


def homework_problems(book, path, address):
    """Return the broken rules of a solved homework.

    Parameters
    ----------
    book : nbformat.NotebookNode
        Executed.
    path : pathlib.Path
        Where it lies: ``lessons/solutions/NN_*.ipynb``.
    address : tuple of str
        Slug and ref of the repository.
    """
    found, title = [], book.cells[0].source
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    prose = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    text, number, (slug, ref) = "\n".join(prose), int(path.name[:2]), address
    if not re.match(rf"# Домашнее задание {number}\. .+: решения\n", title):
        found.append(f"the title is not «Домашнее задание {number}. …: решения»")
    badge = f"/github/{slug}/blob/{ref}/lessons/solutions/{path.name}"
    if badge not in title:
        found.append(f"no badge with {badge}")
    lesson = nbformat.read(path.parent.parent / path.name, as_version=4)
    if code[0].source != lesson.cells[1].source:
        found.append("the set-up cell is not that of the lesson")
    titles = re.findall(rf"^## {number}\.(\d+)\. .+$", text, re.M)
    if titles != [str(place) for place in range(1, len(titles) + 1)]:
        found.append(f"the exercises are numbered {titles}")
    for hint in ("<summary>Подсказка</summary>", "<summary>Ещё подсказка</summary>"):
        if text.count(hint) < len(titles):
            found.append(f"fewer than one {hint} an exercise")
    if not re.search(r"\*\*(Прежде чем|Сначала)", text):
        found.append("the student is never asked to look first")
    if "## Опыт без ответа" not in text:
        found.append("no open experiment at the end")
    if not code[-1].source.endswith("homework.summary()"):
        found.append("the last cell is not the summary")
    found += _metadata(book, code)
    found += folding.problems(book)
    for place, cell in enumerate(code, 1):
        found += [f"code cell {place}: {each}" for each in _code(cell)]
        found += [f"code cell {place}: {each}" for each in _outputs(cell)]
    for each in prose:
        found += _prose(re.sub(rf"\b{number}\.\d\b", "", each))
    return found + _comparing(code)


def _frame(book, prose, name, address):
    """Title, badge, set-up, closing table, last sections."""
    found, title, text = [], book.cells[0].source, "\n".join(prose)
    number = int(name[:2])
    if len(re.findall(r"^# ", text, re.M)) != 1 or not title.startswith("# "):
        found.append("exactly one first-level heading, in the first cell")
    if not title.startswith(f"# Урок {number}. "):
        found.append(f"the title does not begin with «Урок {number}.»")
    slug, ref = address
    badge = f"https://colab.research.google.com/github/{slug}/blob/{ref}/lessons/{name}"
    if badge not in title:
        found.append(f"no badge with {badge}")
    for words in ("Что вы узнаете", "Что нужно", "Сколько длится", "видеокарт"):
        if words not in title:
            found.append(f"the title cell does not say «{words}»")
    opening = re.findall(r"^\* ", title, re.M)
    if not 3 <= len(opening) <= 5:
        found.append(f"{len(opening)} bullets in the title cell, not 3 to 5")
    closing = re.search(r"^## Что мы узнали\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if closing is None:
        found.append("no section «Что мы узнали»")
    elif len(re.findall(r"^\* ", closing[1], re.M)) != len(opening):
        found.append("«Что мы узнали» has another number of bullets than the opening")
    for section in ("Домашнее задание", "Что почитать"):
        if not re.search(rf"^## {section}", text, re.M):
            found.append(f"no section «{section}»")
    if "Прежде чем запускать" not in text:
        found.append("the student is never asked to predict")
    found += _self_test(text)
    if any(len(QUESTION.findall(each)) > 1 for each in prose):
        found.append(
            "several self-test questions in one cell: a double click opens all"
        )
    setup = book.cells[1].source if len(book.cells) > 1 else ""
    if (
        not setup.startswith("# @title Подготовка")
        or f'SLUG, REF = "{slug}", "{ref}"' not in setup
    ):
        found.append("the second cell is not the set-up cell with the course's address")
    if rewrite(setup, slug, ref) != setup:
        found.append("tools/set_slug.py would rewrite the set-up cell")
    return found + _closing_table(book)


def _self_test(text):
    """Three to five questions, one right choice each, an explanation for every one."""
    section = re.search(r"^## Проверьте себя\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if section is None:
        return ["no section «Проверьте себя»"]
    found, questions = [], re.split(r"^\*\*\d+\.\*\* ", section[1], flags=re.M)[1:]
    if not 3 <= len(questions) <= 5:
        found.append(f"{len(questions)} self-test questions, not 3 to 5")
    for number, question in enumerate(questions, 1):
        choices = CHOICE.findall(question)
        right = [verdict for verdict, _ in choices if verdict == "Верно"]
        if len(choices) < 3 or len(choices) != question.count("<details>"):
            found.append(f"self-test question {number}: a choice that is not explained")
        if len(right) != 1:
            found.append(f"self-test question {number}: {len(right)} right choices")
        if any("раздел" not in said for _, said in choices):
            found.append(f"self-test question {number}: a choice names no section")
    return found


def _closing_table(book):
    tables = [
        output.metadata[METADATA_KEY]
        for cell in book.cells
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]
    if not tables:
        return ["no closing table with its rows in the metadata"]
    found, roles = [], {row["role"] for table in tables for row in table["models"]}
    if any(table["data"] != "sample" for table in tables):
        found.append("the stored outputs are not those of the sample")
    for role in ("floor", "ours"):
        if role not in roles:
            found.append(f"the closing table has no row {role!r}")
    return found


def _metadata(book, code):
    found = []
    if set(book.metadata) != {"kernelspec", "language_info"}:
        found.append(f"notebook metadata {sorted(book.metadata)}")
    if set(book.metadata.get("language_info", {})) - {"name"}:
        found.append("language_info names more than the language")
    for index, cell in enumerate(book.cells):
        if cell.metadata != metadata_of(cell):
            found.append(f"cell {index + 1}: metadata {sorted(cell.metadata)}")
        found += [f"cell {index + 1}: {each}" for each in _wrong_tags(cell)]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append("not executed once, in order, from the top")
    return found


def _wrong_tags(cell):
    tags, found = _tags(cell), []
    try:
        tolerance = tolerance_of(tags)
    except ValueError as error:
        return [str(error)]
    if tags - TAGS - {tolerance}:
        found.append(f"unknown tags {cell.metadata.tags}")
    if tolerance and (tags & IGNORED or cell.cell_type != "code"):
        found.append(f"the tolerance {tolerance} on a cell that is not compared")
    return found


def _code(cell):
    found, lines = [], cell.source.splitlines()
    counted = [line for line in lines if line.strip() and not folding.TITLE.match(line)]
    if len(counted) > MAX_LINES:
        found.append(f"more than {MAX_LINES} lines")
    if any(len(line) > MAX_WIDTH for line in lines):
        found.append(f"a line of more than {MAX_WIDTH} columns")
    if re.search(r"\btf\.|import tensorflow|LEGACY_KERAS|^\s*[!%]", cell.source, re.M):
        found.append(
            "TensorFlow itself, or a magic: the lesson must run on any backend"
        )
    if re.search(r"\bplt\.show\(|tqdm|clear_output|\.style\b", cell.source):
        found.append("an output that nbval cannot compare")
    if (
        re.search(r"(?<!r)open\([^)]*\)", cell.source)
        and "encoding=" not in cell.source
    ):
        found.append("a file opened without encoding=")
    if DRAWS.search(cell.source) and not NAMES_AXES.search(cell.source):
        draws_into_given_axis = re.search(r"def \w+\(axis\b", cell.source)
        if not draws_into_given_axis:
            found.append("draws, names no axis")
    return found


def _outputs(cell):
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text", data.get("text/plain", ""))
        if output.output_type == "error" and "raises-exception" not in _tags(cell):
            found.append("a stored error")
        if output.get("name") == "stderr":
            found.append("stored stderr")
        if ABSOLUTE.search(text):
            found.append("an absolute path in the output")
        if "\x1b[" in text or "\r" in text:
            found.append("ANSI or a carriage return in the output")
        if CLOCK.search(text):
            found.append("wall-clock time in the output")
        if set(data) & {"image/svg+xml", "application/vnd.jupyter.widget-view+json"}:
            found.append("SVG or a widget in the output")
        if "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt")
            if REPR.match(text.strip()) or not text.strip() or alt != text:
                found.append("a figure without its sentence: use plots.show")
        elif REPR.match(text.strip()):
            found.append(f"a bare {text.strip()[:40]} in the output")
    return found


def _fingerprints(code):
    return [
        f"code cell {number}: a figure without its fingerprint: execute it again"
        for number, cell in enumerate(code, 1)
        for output in cell.outputs
        if "image/png" in output.get("data", {}) and "figure" not in output.metadata
    ]


def _tags(cell):
    return set(cell.metadata.get("tags", []))


def _comparing(code):
    """At least 60 % of cells with output compare a text that names a figure or fact."""
    shown = [cell for cell in code if cell.outputs]
    compared = [
        cell
        for cell in shown
        if not _tags(cell) & IGNORED
        and any(
            not REPR.match(text.strip()) and text.strip()
            for output in cell.outputs
            for text in [
                output.get("text", output.get("data", {}).get("text/plain", ""))
            ]
        )
    ]
    found = []
    if len(compared) < 0.6 * len(shown):
        found.append(
            f"only {len(compared)} of {len(shown)} cells with output compare it"
        )
    for number, cell in enumerate(code):
        if _tags(cell) & IGNORED and not any(
            each in compared for each in code[number + 1 :]
        ):
            found.append(
                f"code cell {number + 1}: ignored, and nothing after it compares"
            )
    return found


def _prose(text):
    found = []
    if re.search(r"^:::|^```\{", text, re.M):
        found.append("a MyST fence, which GitHub and Colab show raw")
    for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text):
        if not target.startswith("https://"):
            found.append(f"a relative or attached image: {target}")
    if "<img" in text or re.search(r"!\[\]\(", text):
        found.append("an image without a description")
    for block in re.findall(r"<details>.*?</details>", text, re.S):
        if "\n\n" in block:
            found.append("a blank line inside <details>: nbconvert closes it there")
        if "<summary>" not in block:
            found.append("<details> without <summary>")
    if text.count("<details>") != text.count("</details>"):
        found.append("<details> that is not closed")
    plain = NOT_PROSE.sub(" ", text)
    if re.search(r"\{[A-Z_]+\}", plain):
        found.append("a place left to be filled in")
    for hit in re.findall(r"\d\.\d+", re.sub(r"arXiv:\S+|v\d+(\.\d+)+", "", plain)):
        found.append(f"a decimal point in prose: {hit}")
    for hit in FORBIDDEN.finditer(plain):
        found.append(f"a term that the list avoids: {hit[0]}")
    for hit in MIXED.findall(plain):
        found.append(f"Latin and Cyrillic letters in one word: {hit}")
    return found
