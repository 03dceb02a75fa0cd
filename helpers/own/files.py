"""A student's file: is it there, is it a text, in which encoding, is it whole."""

import codecs
import math
import re
from pathlib import Path

from helpers.errors import CourseError

MAX_BYTES = 50_000_000

# What a file may be that is no text, by the first bytes and by the name.
PDF, DJVU, WORD, EXCEL = "документ PDF", "документ DjVu", "документ Word", "книга Excel"
ARCHIVE, ZIPPED = "архив", "книга Excel, документ Word или архив"
OFFICE = "книга Excel или документ Word"  # of the years before .xlsx and .docx
_SIGNS = {
    PDF: rb"%PDF",
    DJVU: rb"AT&TFORM",
    WORD: rb"\{\\rtf",
    ARCHIVE: rb"\x1f\x8b|Rar!|7z\xbc\xaf",
    ZIPPED: rb"PK(\x03\x04|\x05\x06)",
    OFFICE: rb"\xd0\xcf\x11\xe0",
    "картинка HEIC": rb".{4}ftyp(hei|hev|mif|msf)",
    "картинка AVIF": rb".{4}ftypavi",
    "картинка TIFF": rb"II\*\0|MM\0\*",
}
_NAMES = {".pdf": PDF, ".djvu": DJVU, ".djv": DJVU, ".zip": ARCHIVE}
_NAMES |= dict.fromkeys([".docx", ".doc", ".odt", ".rtf"], WORD)
_NAMES |= dict.fromkeys([".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"], EXCEL)
# How a text begins that is a page, an .fb2 or other markup.
PAGE = re.compile(
    r"\s*+<(?:[?]xml|!doctype|!--|(?:FictionBook|html|head|title|meta|link|body|pre|div|"
    r"p|center|font|table|h[1-6])\b)",
    re.IGNORECASE,
)
AS_TEXT = "«Файл», «Сохранить как», «Обычный текст (.txt)», кодировка UTF-8."
DOWNLOAD = "Скачайте сам файл: кнопкой Download или Raw, а не «Сохранить страницу как»."

_BROKEN = "\ufffd"  # what stands for bytes that cannot be read
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_CYRILLIC = re.compile(r"[^\W\d_a-zA-Z]+")
_RUSSIAN = re.compile("[А-Яа-яЁё]")
_FOREIGN_RUN = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")

# Encodings in which a letter is a byte; the first is that of a Russian Windows.
# koi8-u is koi8-r with the letters of Ukrainian.
_ENCODINGS = ("cp1251", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5")
# Surprise is the -log of a probability, in nats: how much better than the first another
# encoding must read, and a lead below which the reader is told.
_CLEARLY, _DOUBT = 5, 4
# Letters at the start of a word, after a vowel and after another letter, the most
# frequent first, counted in Russian prose; a letter's place says how rare it is.
_START = "вснпитокдмбчзуергаэляжхфшцёющйъыь"
_AFTER_VOWEL = "тлнсмврдкгйзбечжшхпяющицёофуаэъыь"
_AFTER_OTHER = "оаеиуьтрныяслквдмюпчшгёцжзбхщъфэй"
_RARITY = [min(9, 2 + 0.11 * place + 2.3e-7 * place**5) for place in range(33)]
_VOWELS, _RARE_ENDS = frozenset("аеёиоуыэюя"), frozenset("бгжзпфцчшщъэ")
_OTHERS = dict.fromkeys("«»“”„\u00a0", 4) | dict.fromkeys("—–…‘’№°§©®±·\u00adіїєґў", 6)
_RARE_END, _WRONG, _CASE = 2, 9, 12  # «чуезп»; what no Russian word holds; «сПЕМЦНИ»
_TITLE, _UPPER = 1.5, 2  # a word with a capital, a word of capitals
# Of a letter of Russian, and how far a single one may stray before the reader is told
# or the text refused; of n letters the sum strays as the root of n.
_USUAL, _ODD, _IMPOSSIBLE = 3.3, 3, 7


def at_line(name, line, what, advice=""):
    """Return the error of a line in a file."""
    what = " ".join(what.split())  # it may quote a cell of several lines
    return CourseError(f"{name}, строка {line}: {what}", advice)


def existing_file(path):
    """Return the path of a student's file; without the file, CourseError."""
    try:
        path = Path(path)
        found = path.is_file()
    except TypeError:
        what = f"нужен путь к файлу, а дано: {type(path).__name__}"
        advice = "Напишите имя файла в кавычках, например 'мой_файл.txt'."
        raise CourseError(what, advice) from None
    except (OSError, ValueError):  # too long for a name: a text instead of its file
        found = False
    if not found:
        name = str(path) if len(str(path)) < 300 else f"{str(path)[:60]}…"
        where = f"Проверьте имя; текущая папка: {Path.cwd()}"
        raise CourseError(f"файла {name} нет", where)
    return path


def bytes_of(path, size=-1):
    """Return the first bytes of a file, all of them by default."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise CourseError(f"{path.name} не читается: {error.strerror}.") from error


def kind_of(path, named=False):
    """Return what a file is that is no text: one of the kinds above, or "".

    Its first bytes say so, and its name tells apart what begins alike; if ``named``,
    the name is believed where the bytes say nothing, too.
    """
    start = bytes_of(path, 12)
    found = [kind for kind, sign in _SIGNS.items() if re.match(sign, start, re.DOTALL)]
    kind = found[0] if found else ""
    if kind in (ZIPPED, OFFICE) or (named and not kind):
        return _NAMES.get(path.suffix.lower(), kind)
    return kind


def read_text(path, empty="в нём нет ни одного слова", advice=""):
    """Return the text of a student's file; a line is printed of damage or of a guess.

    The file is of at most 50 MB, in an encoding that `decode` knows; else CourseError.
    ``empty`` and ``advice`` are what is said of a file without a word.
    """
    path = existing_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise CourseError(f"{path.name} больше 50 МБ: возьмите часть текста.")
    text, remark = decode(bytes_of(path))
    if text is None:
        raise CourseError(
            f"{path.name}: это не текст, или его кодировка не узнаётся",
            "Откройте файл в редакторе и сохраните как обычный текст (.txt) в "
            "кодировке UTF-8.",
        )
    if not text.strip():
        raise CourseError(f"{path.name} пуст: {empty}.", advice)
    if remark:
        print(f"{path.name}: {remark}")
    return text


def decode(data):
    r"""Return bytes as a text, and what its reader should know of that.

    They may be UTF-8; UTF-16; Russian in cp1251, koi8-r, cp866, MacCyrillic or
    ISO-8859-5, which letters and capitals tell apart.  A few places may be damaged:
    each unreadable byte becomes U+FFFD, zeros at the end are left out.  The text is a
    str, its lines ending with ``\n``, or None if no encoding fits; the remark is
    Russian: how many places are damaged, or that the encoding is a guess.
    """
    wide = _wide(data)
    if wide:
        return _mended(data.decode(wide, "replace"))
    meant = data.count(_BROKEN.encode())
    text, remark = _mended(data.decode("utf-8-sig", "replace"), meant)
    if text is not None:
        return text, remark
    encoding, doubt = _guess(data)
    if encoding is None:
        return None, ""
    text, remark = _mended(data.decode(encoding, "replace"))
    return text, remark or doubt


def _wide(data):
    """Return the name of UTF-16 if bytes are that, with its mark or without."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:2000].rstrip(b"\0")  # a broken copy of any file may end with zeros
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high = head[start::2]  # 0 of Latin letters and spaces, 4 of Russian ones
        if high and 10 * (high.count(0) + high.count(4)) > 9 * len(high):
            return encoding
    return None


def _mended(text, meant=0):
    """Return a text with U+FFFD for what is unreadable, and a remark on how many.

    ``meant`` of those characters stand in the file itself.  Text None: too many.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = text.rstrip("\0")  # a copy that broke off fills its last block with zeros
    zeros, text = len(whole) < len(text), _BINARY.sub(_BROKEN, whole)
    bad = text.count(_BROKEN) - meant
    if not bad and not zeros:
        return text, ""
    # Russian in another encoding has hardly a letter that is right in UTF-8.  Latin
    # letters prove little: they are the same everywhere.
    good = len(text) - len(text.encode("ascii", "ignore")) - bad + len(text) // 50
    if 10 * bad > good:
        return None, ""
    places = [match.start() for match in re.finditer(f"{_BROKEN}+", text)]
    places += [len(text)] * zeros
    line = text.count("\n", 0, places[0]) + 1
    return text, (
        f"файл повреждён, мест, которые не читаются: {len(places)}, первое в строке "
        f"{line}; вместо них стоит знак «{_BROKEN}». Если они нужны, исправьте их в "
        "редакторе и сохраните файл в кодировке UTF-8."
    )


def _guess(data):
    """Return the encoding of Russian bytes, or None, and a remark if it is a guess."""
    found = _FOREIGN_RUN.findall(data, 0, 5_000_000) or _FOREIGN_RUN.findall(data)
    runs = list(dict.fromkeys(found))[:2000]  # the same word proves nothing anew
    words = {name: [run.decode(name, "replace") for run in runs] for name in _ENCODINGS}
    surprise = {name: _surprise(words[name]) for name in _ENCODINGS}
    rank = {name: surprise[name] + _CLEARLY for name in _ENCODINGS}
    rank[_ENCODINGS[0]] -= _CLEARLY
    best = min(rank, key=rank.get)
    count = sum(byte > 127 for run in runs for byte in run)
    stray = (surprise[best] - _USUAL * count) / math.sqrt(max(count, 1))
    if stray > _IMPOSSIBLE or not _RUSSIAN.search("".join(words[best])):
        return None, ""
    others = [rank[name] for name in words if words[name] != words[best]]
    if min(others, default=math.inf) - rank[best] >= _DOUBT and stray <= _ODD:
        return best, ""
    shown = ", ".join(word[:20] for word in words[best][:3])
    return best, (
        f"кодировка узнана неуверенно ({best}), русские слова в файле такие: {shown}. "
        "Если это не они, откройте файл в редакторе и сохраните в кодировке UTF-8."
    )


def _surprise(words):
    """Return how surprising these words are in Russian, in nats."""
    total = 0.0
    for word in words:
        order, before = _START, ""
        for character in word.lower():
            latin, place = character.isascii(), order.find(character)
            order = _START
            if place >= 0:
                total += _RARITY[place]
                order = _AFTER_VOWEL if character in _VOWELS else _AFTER_OTHER
            elif not latin:
                total += _OTHERS.get(character, _WRONG)
                before = ""
                continue
            if before and latin != before.isascii():
                total += _WRONG  # «garзon»
            before = character
        total += _RARE_END * (len(word) > 1 and before in _RARE_ENDS)
        for part in _CYRILLIC.findall(word):
            if part[1:].islower() or len(part) == 1:
                total += _TITLE * part[0].isupper()
            else:
                total += _UPPER if part.isupper() else _CASE
    return total
