"""Make one table of a class from the notebooks that its students handed in.

    python -m lessons.checks.collect FOLDER      # prints it, writes FOLDER/results.csv
    python -m lessons.checks.collect FOLDER --out a.csv

Verdicts are the records in the stored outputs (`homework.Record`): what a cell prints
does not count, and nothing is executed.  A notebook can be edited by hand: to trust a
table, execute the notebooks anew (``jupyter execute``).  Where a notebook checks an
exercise in two cells, the lower one counts.

Every file of the folder is in the table or named in a line on stderr, also a notebook
under another suffix (.ipynb.txt, .json) and one in a .zip, which is read in memory.
The exit status is 0 when nobody can be missing; 1 when a file that may be somebody's
work is not in the table, or there is no notebook at all; 2 when there is no folder, or
the table cannot be written.
"""

import argparse
import csv
import functools
import io
import json
import os
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from helpers.errors import CourseError
from lessons.checks.homework import (
    BROKEN,
    RIGHT,
    UNTOUCHED,
    WRONG,
    exercises_of,
    records_of,
)

MARKS = {RIGHT: "да", WRONG: "нет", UNTOUCHED: "", BROKEN: BROKEN}
NOTEBOOK = re.compile(r"\.ipynb(\.\w+)?$|\.json$", re.IGNORECASE)
OF_A_LESSON = re.compile(r"(?<!\d)(\d\d)_[a-z]\w+")  # 01_perceptron (1).ipynb
# What lessons ask a student to bring: it may lie beside a notebook.
MATERIALS = frozenset(
    ".bmp .csv .epub .fb2 .gif .jpeg .jpg .png .tsv .txt .webp".split()
)
MAX_BYTES = 100_000_000  # of a file, and of all that is unpacked from an archive
MAX_MEMBERS = 10_000
NO_NOTEBOOK = "это не тетрадь .ipynb и не архив .zip"
ASK = "Если это чья-то работа, попросите саму тетрадь."
DAMAGED = ("архив повреждён", "Попросите прислать его ещё раз.")
# What zipfile raises over bytes that are no archive.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


@dataclass
class Result:
    """What a notebook says: whose it is, which lesson, each exercise's last verdict."""

    student: str
    file: str
    lesson: int
    verdicts: dict = field(default_factory=dict)


@dataclass
class Collected:
    """What a folder holds.

    Attributes
    ----------
    results : list of Result
        By student and lesson.
    missing : list of str
        A Russian line for each file that is not in the table and may be somebody's.
    remarks : list of str
        A Russian line for what is in the table and deserves a look.
    materials : list of str
        Files beside the notebooks that are nobody's homework.
    """

    results: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    materials: list = field(default_factory=list)

    def add(self, name, read):
        """Take a file in, by its name and a function that returns its bytes."""
        suffix = PurePath(name).suffix.lower()
        try:
            data = read()
            if suffix == ".zip":
                self._add_archive(name, data)
            elif NOTEBOOK.search(name) or b'"nbformat"' in data:
                results, remarks = read_results(name, data)
                self.results += results
                self.remarks += remarks
            elif suffix in MATERIALS:
                self.materials.append(name)
            else:
                self.miss(name)
        except CourseError as error:
            self.miss(name, error.what, error.advice)

    def miss(self, name, what=NO_NOTEBOOK, advice=ASK):
        """Say that a file is not in the table."""
        self.missing.append(str(CourseError(f"{name}: {what}", advice)))

    def finish(self):
        """Sort; materials that lie beside no notebook may be somebody's work."""
        self.results.sort(
            key=lambda row: (row.student.casefold(), row.lesson, row.file)
        )
        places = {each.file.rpartition("/")[0] for each in self.results}
        for name in list(self.materials):
            place = name.rpartition("/")[0]
            above = [place, *map(str, PurePosixPath(place).parents)]
            if not places.intersection(above):
                self.materials.remove(name)
                self.miss(name)
        return self

    def _add_archive(self, name, data):
        members = [each for each in _members(data) if not _is_copy(each[0].split("/"))]
        if not members:
            raise CourseError("в архиве нет ни одного файла", ASK)
        for member, read in members:
            inner = f"{name}/{_one_line(member)}"
            if member.lower().endswith(".zip"):
                self.miss(inner, "архив внутри архива", "Распакуйте его.")
            else:
                self.add(inner, read)


def read_results(name, data):
    """Return the results of a handed-in notebook.

    Parameters
    ----------
    name : str
        What lines and the table call the file.
    data : bytes
        An executed exercise notebook.

    Returns
    -------
    list of Result
        A result for each student and lesson that its records name; the student is
        called as the file where no record names one.
    list of str
        Russian lines about what deserves a look.

    Raises
    ------
    CourseError
        Not a notebook, one without records, or of an unknown lesson.
    """
    try:
        records = records_of(json.loads(data))
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise CourseError("это не тетрадь Jupyter.") from error
    if not records:
        raise CourseError(
            "в ней нет выполненных проверок",
            "Попросите ученика выполнить тетрадь целиком и сохранить её вместе с "
            "выводом.",
        )
    file = name.rpartition("/")[2]
    named = sorted({_one_line(each.student) for each in records} - {""})
    # Who wrote the name in later has checks without it further down.
    nobody = named[0] if len(named) == 1 else NOTEBOOK.sub("", file)
    found, remarks = {}, []
    for each in records:
        lesson = _lesson_of(each)
        student = _one_line(each.student) or nobody
        result = found.setdefault((student, lesson), Result(student, name, int(lesson)))
        if each.exercise:
            result.verdicts[each.exercise] = each.state
    if len(named) > 1:
        remarks.append(
            f"{name}: проверки под разными именами, {', '.join(named)}; у каждого своя "
            "строка. Попросите выполнить тетрадь заново, целиком."
        )
    lessons = {each.lesson for each in found.values()}
    called = OF_A_LESSON.search(file)
    if called and {int(called[1])} != lessons:
        numbers = ", ".join(map(str, sorted(lessons)))
        remarks.append(
            f"{name}: назван как урок {int(called[1])}, а проверки в нём из урока "
            f"{numbers}; в таблице он там, откуда проверки."
        )
    return list(found.values()), remarks


def _lesson_of(record):
    """Return the number of a record's lesson, which has such an exercise and state."""
    try:
        known = exercises_of(record.lesson)
    except CourseError as error:
        lesson = _one_line(record.lesson)
        raise CourseError(f"урока {lesson:.40} в курсе нет.") from error
    if record.exercise and (record.exercise not in known or record.state not in MARKS):
        raise CourseError(
            f"в уроке нет проверки {_one_line(record.exercise):.40} или не бывает "
            f"её ответа «{_one_line(record.state):.40}»",
            "Может быть, у ученика курс другой версии: выполните тетрадь заново.",
        )
    return next(iter(known)).partition(".")[0]


def collect(folder, skip=()):
    """Return what the folder of a class holds.

    Parameters
    ----------
    folder : pathlib.Path
        Searched with its subfolders.
    skip : iterable of pathlib.Path
        Files that are not the students': the table itself.

    Returns
    -------
    Collected
    """
    found, skip = Collected(), {os.path.realpath(each) for each in skip}

    def name_of(path):
        relative = os.fsencode(os.path.relpath(path, folder)).decode("utf-8", "replace")
        return _one_line(relative.replace(os.sep, "/"))

    def unreadable(error):
        found.miss(name_of(error.filename), f"не читается ({error.strerror})", "")

    def read(path):
        try:
            if not path.is_file():  # a pipe would wait for ever
                raise CourseError("это не файл и не папка, а ссылка или устройство")
            if path.stat().st_size > MAX_BYTES:
                raise CourseError(f"больше {MAX_BYTES // 10**6} МБ, не открываю")
            return path.read_bytes()
        except OSError as error:
            raise CourseError(f"не читается ({error.strerror})") from error

    for place, folders, files in os.walk(folder, onerror=unreadable):
        links = [each for each in folders if Path(place, each).is_symlink()]
        folders[:] = sorted(each for each in folders if not _is_copy([each]))
        files = sorted(each for each in files + links if not _is_copy([each]))
        if not folders + files and Path(place) != folder:
            found.miss(name_of(place), "пустая папка", "")
        for each in files:
            path = Path(place, each)
            if os.path.realpath(path) not in skip:
                found.add(name_of(path), functools.partial(read, path))
    return found.finish()


def _is_copy(parts):
    """Tell Jupyter's own copies, and what a Mac's archives add."""
    return any(
        part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts
    )


def _members(data):
    """Return the name of each file in a .zip and a function that returns its bytes.

    Nothing is written to the disk, so that no name can lead out of a folder, and no
    more is unpacked than the archive's list declares, which is summed up beforehand.
    """
    large = CourseError("архив слишком велик", "Распакуйте его сами.")
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:  # before zipfile builds its list
        raise large
    try:
        try:
            archive = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="utf-8")
        except UnicodeDecodeError:  # Russian Windows names files in cp866
            archive = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="cp866")
    except DAMAGE as error:
        raise CourseError(*DAMAGED) from error
    infos = archive.infolist()
    if sum(each.file_size for each in infos) > MAX_BYTES:
        raise large
    found = [  # some programs of Windows write backslashes
        (each.filename.replace("\\", "/"), functools.partial(_unpacked, archive, each))
        for each in infos
    ]
    return [(name, read) for name, read in found if not name.endswith("/")]


def _unpacked(archive, info):
    if info.flag_bits & 1:
        raise CourseError("архив закрыт паролем", "Распакуйте его сами.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CourseError("сжат необычным способом", "Распакуйте архив сами.")
    try:
        with archive.open(info) as member:
            return member.read(info.file_size)  # read() alone asks for no limit
    except DAMAGE as error:
        raise CourseError(*DAMAGED) from error


def as_rows(results):
    """Return the table as rows of text: a header, then a row for each notebook."""
    columns = []
    for lesson in sorted({each.lesson for each in results}):
        columns += list(exercises_of(str(lesson)))
    titles = [f"упр. {number}" for number in columns]  # a bare 1.2 becomes February 1
    rows = [["ученик", "файл", "урок", *titles, "сделано", "всего"]]
    for each in results:
        own = list(exercises_of(str(each.lesson)))
        marks = [MARKS[each.verdicts.get(number, UNTOUCHED)] for number in columns]
        done = sum(each.verdicts.get(number) == RIGHT for number in own)
        cells = [_plain(each.student), _plain(each.file), str(each.lesson)]
        rows.append([*cells, *marks, str(done), str(len(own))])
    return rows


def as_csv(rows):
    """Return the rows as CSV that a Russian spreadsheet opens: BOM, semicolons."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(rows)
    return "\ufeff" + written.getvalue()


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not options.folder.is_dir():
        print(f"Папки {options.folder} нет.", file=sys.stderr)
        return 2
    out = options.out or options.folder / "results.csv"
    found = collect(options.folder, skip=[out])
    for line in found.missing + found.remarks:
        print(line, file=sys.stderr)
    if found.materials:
        print(f"Не тетради, пропущены: {', '.join(found.materials)}.", file=sys.stderr)
    if not found.results:
        print(f"В папке {options.folder} нет выполненных тетрадей.", file=sys.stderr)
        return 1
    rows = as_rows(found.results)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
    part = out.parent / (out.name + ".part")
    try:
        part.write_text(as_csv(rows), encoding="utf-8", newline="")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        print(
            f"{out}: не могу записать ({error.strerror}). Может быть, таблица открыта "
            "в другой программе; другое место назовёт --out.",
            file=sys.stderr,
        )
        return 2
    print(f"\nЗаписано: {out}")
    return 1 if found.missing else 0


def _one_line(text):
    """Return text without line breaks and without what UTF-8 cannot hold."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _plain(text):
    """Return text that a spreadsheet will not take for a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text


if __name__ == "__main__":
    sys.exit(main())
