"""A student's own book as sentences: .txt, .fb2, .fb2.zip and .epub, read safely.

Everything happens in memory: no member of an archive is written, no address followed.
How markup becomes paragraphs is the business of ``helpers.own.markup``.
"""

import io
import posixpath
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections import Counter

from helpers.errors import CourseError
from helpers.own import files, markup
from helpers.own.markup import AGAIN, BOMB, DangerError
from helpers.text import tokenize

CONTAINER = "META-INF/container.xml"  # where an .epub says what it is made of
MAX_BYTES = files.MAX_BYTES  # of a file, and of all that is unpacked from it
MAX_LIST_BYTES = 5_000_000  # of a member that is no chapter: the package and the like
MAX_MEMBERS = 10_000
MAX_RATIO = 200  # books shrink 3 to 10 times, a bomb about 1000 times
# What zipfile raises over bytes that are no archive.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)

FROM_WORD = f"Откройте её в Word или LibreOffice и сохраните: {files.AS_TEXT}"
FROM_PAGES = (
    "Откройте её в программе просмотра, скопируйте весь текст (Ctrl+A, Ctrl+C), "
    "вставьте в текстовый редактор и сохраните как .txt в кодировке UTF-8. Если буквы "
    "не выделяются, это снимки страниц: найдите книгу в .fb2 или .epub."
)
FROM_OTHERS = (
    "Подойдут .txt, .fb2, .fb2.zip и .epub. Сохраните её как обычный текст (.txt) в "
    "кодировке UTF-8; форматы электронных книг переводит программа Calibre."
)
ADVICE = dict.fromkeys([files.WORD, files.OFFICE], FROM_WORD)
ADVICE |= dict.fromkeys([files.PDF, files.DJVU], FROM_PAGES)

# A full stop after these ends no sentence.  After «т. д.», «др.», «руб.», «н. э.» it
# may, and does where a capital letter follows.
SHORT = set("т е к н г о св ул гл стр см ср напр проф акад тов гр".split())
SMALL = "а-яёѣіѳѵѷ"  # letters of the spelling before 1918 are letters
SENTENCE_END = re.compile(
    r"""(?<![.!?…])[.!?…]++[»”“"')\]]*+(?:\s++|$)"""
    rf"""(?![«„“"'(\[—–\-\s]*+[a-z{SMALL}])"""
)
WRAPPED = re.compile(rf"\n(?=[ \t]*[a-z{SMALL}])")
# ІІ, ХІ are numbers of chapters.
RUSSIAN = re.compile(rf"(?![хсм]*і[іхсм]*$)[{SMALL}]+(?:[-'][{SMALL}]+)*")

# A word before `tokenize` spells it its own way, and what a word may be capital after.
WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[\u00ad\u0300\u0301]|[-‐\u2011'’ʼ](?=[^\W_]))*")
OPENING = re.compile(r"""[!?…:;—–«„“"(\[-]|\.(?!\s)""")
POLITE = set(  # capital by courtesy
    "вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашем вашим вашими ваших "
    "вашу вашею".split()
)

# A word divided at the end of a line: its parts and the mark between them.
DIVIDED = re.compile(
    r"(?<![^\W\d_])(?<![^\W\d_][-'’])([^\W\d_]++(?:[-'’][^\W\d_]++)*+)"
    r"([-‐\u00ad¬])[ \t]*+\n\s*+([^\W\d_]++)"
)
HYPHENED = re.compile(  # words whose hyphen is their own
    r"(?:кое|кой)-.+|из-(?:за|под)|во-(?:первых|вторых)|по-(?:.{3,}(?:ски|цки)|прежнему|"
    r"(?:мо|тво|сво|наш|ваш|нов|друг|разн|видим|настоящ)[ео]му)|.+-(?:нибудь|либо)|"
    r"(?:кто|ко[гм][оу]|что|че[гм][оу]|[кч]ем|как.{0,3}|где|куда|откуда|когда|почему|"
    r"зачем|сколько)-то|(?:все|опять|так|прямо|довольно)-таки|.+(?:й|те)-ка|(.+)-\1"
)


def read_book(path):
    r"""Return the text of a book, its paragraphs separated by ``\n``.

    Of .fb2 and .epub the body is read, in the order of the spine, without notes and
    their numbers, tables of contents, pictures, parts that are ``linear="no"``.  In a
    .txt, words are made whole that were divided at ends of lines; if it begins with a
    tag, it is read as a page or an .fb2.  A line is printed of what a flawed book
    lacks: chapters, as long as most are there, faulty markup, characters.

    Parameters
    ----------
    path : str or pathlib.Path
        A .txt, .fb2, .epub, or a .zip with one .fb2 in it, at most 50 MB.

    Raises
    ------
    CourseError
        Another file, or one that is empty, damaged, protected or made to fill the
        memory.
    """
    path = files.existing_file(path)
    name, suffix, kind = path.name, path.suffix.lower(), files.kind_of(path, named=True)
    if suffix not in (".txt", ".fb2", ".zip", ".epub"):
        what = f"{name}: книгу в таком формате курс не читает"
        raise CourseError(what, ADVICE.get(kind, FROM_OTHERS))
    if kind in ADVICE:
        raise CourseError(f"{name}: внутри {kind}, а не книга {suffix}", ADVICE[kind])
    if suffix == ".txt" and kind != files.ZIPPED:
        data = files.read_text(path)
        if not files.PAGE.match(data):
            return _with_whole_words(data, name)
    elif path.stat().st_size > MAX_BYTES:
        advice = "возьмите издание без картинок или часть текста."
        raise CourseError(f"{name} больше 50 МБ: {advice}")
    else:
        data = files.bytes_of(path)
    if not data.strip():
        raise CourseError(f"{name} пуст: в нём нет ни одного слова", AGAIN)
    try:
        parts, unread = _parts(data, suffix)
    except CourseError as error:
        what = " ".join(error.what.split())  # names of members may hold anything
        raise CourseError(f"{name}: {what}", error.advice) from error.__cause__
    lines = markup.with_drop_caps([line for part in parts for line in part.lines])
    if not lines:
        raise CourseError(f"{name} пуст: в книге нет ни одного слова", AGAIN)
    if flaws := _flaws(parts, unread):
        print(f"Книга «{name}» прочитана, но с изъянами: {flaws}.")
    text = "\n".join(lines)
    return _with_whole_words(text, name) if suffix == ".txt" else text


def sentences(text):
    """Return the sentences of a Russian text, two or more, as lists of words.

    Words are those of `helpers.text.tokenize` that are of Russian letters alone: lower
    case, ё as е; a hyphen or an apostrophe inside keeps one whole (кое-как).  A
    sentence ends at ``. ! ? …`` and at the end of a line, unless a small letter follows
    («Да? — спросил он»), and not after initials and abbreviations («г. Карамазов»).
    CourseError: not a str, no Russian word, one sentence only.
    """
    found = []
    for piece in _pieces(text):
        if words := [each for each in tokenize(piece) if RUSSIAN.fullmatch(each)]:
            found.append(words)
    if not found:
        what = "в тексте нет ни одного русского слова"
        likely = "похоже, это книга на другом языке"
        raise CourseError(f"{what}: {likely}", "Возьмите русскую книгу.")
    if len(found) == 1:
        what = "в тексте всего одно предложение: word2vec на нём ничему не научится"
        raise CourseError(what, "Возьмите книгу, в ней тысячи предложений.")
    return found


def proper_names(text, count=5):
    """Return words that are names by their spelling: capital inside sentences.

    A capital does not count where something else asks for one: in the first word of a
    sentence, a line or a quotation, after a dash or a colon, in words all in capitals,
    in polite «Вы», «Ваш».  A small letter counts everywhere.  Forms are kept apart:
    иван, ивана.  What else Russian writes so is found too: towns, God.

    The text is a str as `read_book` gives it, capitals and marks in it, else
    CourseError; ``count`` is the least number of capital occurrences, and in all of the
    word 9 of 10 have to be so.  The value is a list of str, the most frequent first,
    spelt as by `helpers.text.tokenize`.
    """
    capital, small, spelt = Counter(), Counter(), {}
    for piece in _pieces(text):
        piece, end = unicodedata.normalize("NFC", piece), None
        for found in WRITTEN.finditer(piece):
            written = found[0]
            opens = end is None or OPENING.search(piece, end, found.start())
            end = found.end()
            if written not in spelt:
                spelt[written] = "".join(tokenize(written))
            if written == written.lower():
                small[spelt[written]] += 1
            elif not opens and not written.isupper():
                capital[spelt[written]] += 1
    names = [
        word
        for word, times in capital.items()
        if times >= count
        and times / (times + small[word]) >= 0.9
        and RUSSIAN.fullmatch(word)
        and word.removesuffix("ъ") not in POLITE
    ]
    return sorted(names, key=lambda word: (-capital[word], word))


def _pieces(text):
    """Yield the sentences of a text as pieces of it."""
    if not isinstance(text, str):
        needed = "нужен текст книги (str), например books.read_book(путь)"
        raise CourseError(f"{needed}, а дано: {type(text).__name__}.")
    for line in WRAPPED.sub(" ", _with_whole_words(text)).split("\n"):
        start = 0
        for end in SENTENCE_END.finditer(line):
            before = line[max(0, end.start() - 12) : end.start()]
            word = re.search(r"[\w-]*$", before)[0]
            initial = len(word) == 1 and word.isupper() and word != "Я"
            if end[0].strip() != "." or not (initial or word.lower() in SHORT):
                yield line[start : end.end()]
                start = end.end()
        yield line[start:]


def _with_whole_words(text, name=""):
    """Return a text with no word divided at the end of a line; of a named one, say it.

    Whether a hyphen is a word's own is decided by what the text has elsewhere, then by
    a list, then by the way of the other hyphens at ends of lines.
    """
    pairs = DIVIDED.findall(text)
    if not pairs:
        return text
    seen = Counter(tokenize(DIVIDED.sub(" ", text)))

    def spelt(word):  # as `tokenize` does, which is slow for one word
        return word.lower().replace("ё", "е").replace("’", "'")

    def compared(left, right):  # how much oftener with a hyphen than without
        return seen[spelt(f"{left}-{right}")] - seen[spelt(left + right)]

    others = [compared(left, right) for left, _, right in pairs]
    own, cut = sum(more > 0 for more in others), sum(more < 0 for more in others)
    count = 0

    def joined(found):
        nonlocal count
        left, mark, right = found.groups()
        more, is_soft = compared(left, right), mark in "\u00ad¬"
        # A dash without its spaces stands before a capital letter, «и», between words.
        is_dash = min(len(left), len(right)) == 1 or not right.islower()
        if not own and not cut:
            is_dash |= bool(seen[spelt(left)] and seen[spelt(right)])
        if is_dash and not more and not is_soft:
            return found[0]
        count += 1
        listed = own > cut or HYPHENED.fullmatch(spelt(f"{left}-{right}"))
        is_own = more > 0 or (not more and listed)
        return left + ("-" if is_own and not is_soft else "") + right

    before = None
    while before != text:  # a long word may be divided twice
        before, text = text, DIVIDED.sub(joined, text)
    if name and count:
        print(f"Книга «{name}»: слов, разделённых в концах строк, соединено: {count}.")
    return text


# --- formats --------------------------------------------------------------------------


def _parts(data, suffix):
    """Return a book as parsed parts, and the names of those that cannot be read."""
    is_text = isinstance(data, str)
    is_named = suffix == ".epub" and data.lstrip()[:1] != b"<"  # else it is an .fb2
    if not is_text and (is_named or data.startswith(b"PK")):
        archive = _Archive(data)
        names = [name for name in archive.names if name.lower().endswith(".fb2")]
        names = [name for name in names if not name.startswith("__MACOSX/")]
        if archive.container is not None or (is_named and not names):
            return _epub(archive)
        if not archive.names.isdisjoint(["word/document.xml", "content.xml"]):
            raise CourseError("внутри документ Word или LibreOffice", FROM_WORD)
        if len(names) != 1:
            what = f"в архиве книг .fb2: {len(names)}, а нужна одна"
            raise CourseError(what, "Распакуйте архив и возьмите файл книги.")
        data = archive.read(names[0])
    is_page = is_text and "<FictionBook" not in data[:10_000]
    part = markup.parse(data, "книга", is_page)
    if not is_page and part.root != "FictionBook":
        raise CourseError(f"это не книга FB2, внутри <{part.root:.20}>", AGAIN)
    return [part], []


def _epub(archive):
    """Return the parts of an .epub in the order of its spine, and what is unread."""
    base = archive.container
    if base is None:
        raise CourseError(f"это не EPUB, в архиве нет {CONTAINER}", AGAIN)
    (roots,) = archive.attributes(base + CONTAINER, "rootfile")
    package = roots[0].get("full-path", "") if roots else ""
    package = archive.find(posixpath.normpath(base + package))
    if package not in archive.names:
        raise CourseError("в книге EPUB нет описания (OPF)", AGAIN)
    items, spine, guide = archive.attributes(package, "item", "itemref", "reference")
    items = {item.get("id"): item for item in items}
    asides = {
        _resolve(package, each.get("href", ""))
        for each in guide
        if each.get("type") in ("toc", "notes")
    }
    chapters, unread = [], []
    for itemref in spine:
        item = items.get(itemref.get("idref"))
        if item is None:
            unread.append(itemref.get("idref", "без имени"))
            continue
        is_page = "html" in item.get("media-type", "") and "href" in item
        is_aside = "nav" in item.get("properties", "").split()
        if is_page and not is_aside and itemref.get("linear") != "no":
            chapters.append(_resolve(package, item["href"]))
    chapters = [archive.find(name) for name in chapters if name not in asides]
    if not chapters:
        raise CourseError("в книге EPUB нет списка глав (spine)", AGAIN)
    encryption = archive.find(base + "META-INF/encryption.xml")
    if encryption in archive.names:  # obfuscated fonts are listed here too
        (closed,) = archive.attributes(encryption, "CipherReference")
        closed = {base + urllib.parse.unquote(each.get("URI", "")) for each in closed}
        if closed & set(chapters):
            what = "главы зашифрованы, это защита от копирования (DRM)"
            raise CourseError(what, "Возьмите издание без защиты.")
    parts, errors = [], []
    for name in chapters:
        try:
            parts.append(markup.parse(archive.read(name), name, is_page=True))
        except DangerError:
            raise
        except CourseError as error:
            unread.append(name)
            errors.append(error)
    if len(errors) > len(parts):
        raise errors[0]
    return parts, unread


def _flaws(parts, unread):
    """Return what a student should know of a book that was read with its flaws."""
    loose = [part for part in parts if part.flaw]
    lost = sum(part.lost for part in parts)
    flaws = []
    if unread:
        total = len(unread) + len(parts)
        flaws.append(f"не прочитано глав: {len(unread)} из {total} ({unread[0]:.60})")
    if loose:
        more = f", всего таких глав: {len(loose)}" if len(loose) > 1 else ""
        where = f"{loose[0].name:.60}, строка {loose[0].flaw}".removeprefix("книга, ")
        flaws.append(f"в разметке ошибка ({where}{more})")
    if lost:
        flaws.append(f"отброшено знаков, которые не читаются: {lost}")
    return " ".join("; ".join(flaws).split())


def _resolve(package, href):
    """Return the name of the member that the package's href means."""
    path = urllib.parse.unquote(href.partition("#")[0])
    name = posixpath.normpath(posixpath.join(posixpath.dirname(package), path))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", path) or name.split("/")[0] == "..":
        raise CourseError(f"адрес {href[:60]!r} ведёт за пределы книги", AGAIN)
    return name


def _folded(name):
    """Return a name of a member as one that Windows or a Mac wrote may be compared."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


class _Archive:
    """A .zip in memory, and how much of it has been unpacked."""

    def __init__(self, data):
        # An upper bound, since zipfile would build its list before we can count it.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise DangerError(f"в архиве больше {MAX_MEMBERS} файлов. {BOMB}", AGAIN)
        self._unpacked = 0
        try:
            try:
                self._zip = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="utf-8")
            except UnicodeDecodeError:  # Russian Windows names files in cp866
                self._zip = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="cp866")
        except DAMAGE as error:
            raise CourseError("архив повреждён или это не архив", AGAIN) from error
        self.names = set(self._zip.namelist())
        self._folded = {_folded(name): name for name in sorted(self.names)}
        # Of an .epub that was packed anew, all may lie in one more folder.
        ends = [name for name in self.names if ("/" + name).endswith("/" + CONTAINER)]
        self.container = min(ends, key=len).removesuffix(CONTAINER) if ends else None

    def find(self, name):
        """Return the name of a member as the archive spells it, else as it is."""
        return name if name in self.names else self._folded.get(_folded(name), name)

    def read(self, name, limit=MAX_BYTES):
        """Return the bytes of a member, no more of them than a book may have."""
        if name not in self.names:
            raise CourseError(f"в архиве нет файла {name:.80}", AGAIN)
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            raise CourseError("архив закрыт паролем: распакуйте его сами.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CourseError(f"{name:.80} сжат необычным способом", AGAIN)
        modest = max(1_000_000, MAX_RATIO * info.compress_size)
        room = min(modest, limit, MAX_BYTES - self._unpacked)
        try:
            with self._zip.open(info) as member:
                data = member.read(room + 1)  # whatever size the archive declares
        except DAMAGE as error:
            raise CourseError(f"архив повреждён: {name:.80}", AGAIN) from error
        self._unpacked += len(data)
        if len(data) > modest:
            what = f"{name:.80} сжат больше чем в {MAX_RATIO} раз. {BOMB}"
            raise DangerError(what, AGAIN)
        if len(data) > room:
            raise DangerError(f"{name:.80} распаковывается без меры. {BOMB}", AGAIN)
        return data

    def attributes(self, name, *tags):
        """Return, for each tag, the attributes of its elements in an XML member."""
        found = markup.parse(self.read(name, MAX_LIST_BYTES), name, tags=tags).found
        return [found[tag] for tag in tags]
