"""A student's own book as sentences: .txt, .fb2, .fb2.zip and .epub, read safely.

Everything happens in memory: no member of an archive is written, no entity or address
is followed.  How a text becomes words is the business of ``helpers.text``.
"""

import codecs
import html.entities
import io
import posixpath
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections import Counter

from helpers.errors import CourseError
from helpers.text import existing_file, read_text, tokenize

MAX_BYTES = 50_000_000  # of a file, and of all that is unpacked from it
MAX_LIST_BYTES = 5_000_000  # of a member that is no chapter: the package and the like
MAX_MEMBERS = 10_000
MAX_RATIO = 200  # books shrink 3 to 10 times, a bomb about 1000 times
# What zipfile raises over bytes that are no archive.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)

AGAIN = "Скачайте книгу ещё раз или возьмите её в другом формате: .txt, .fb2, .epub."
BOMB = "Такой файл может занять всю память, курс его не открывает. " + AGAIN
FROM_WORD = (
    "Откройте её в Word или LibreOffice и сохраните: «Файл», «Сохранить как», «Обычный "
    "текст (.txt)», кодировка UTF-8."
)
FROM_PAGES = (
    "Откройте её в программе просмотра, скопируйте весь текст (Ctrl+A, Ctrl+C), "
    "вставьте в текстовый редактор и сохраните как .txt в кодировке UTF-8. Если буквы "
    "не выделяются, это снимки страниц: найдите книгу в .fb2 или .epub."
)
FROM_OTHERS = (
    "Подойдут .txt, .fb2, .fb2.zip и .epub. Сохраните её как обычный текст (.txt) в "
    "кодировке UTF-8; форматы электронных книг переводит программа Calibre."
)
ADVICE = dict.fromkeys([".doc", ".docx", ".rtf", ".odt"], FROM_WORD)
ADVICE |= dict.fromkeys([".pdf", ".djvu", ".djv"], FROM_PAGES)

# Every other element of a chapter begins and ends a paragraph.
INLINE = set(
    "a abbr acronym b bdi bdo big cite code del dfn em emphasis font i image img ins "
    "kbd mark q s samp small span strike strikethrough strong style sub tt u var "
    "wbr".split()
)
# Raised figures are numbers of notes: glued to a word, they would spoil it.
SKIPPED_IN_FB2 = {"sup"}
SKIPPED_IN_EPUB = {"sup", "nav", "script", "style", "svg", "math"}
NOTES = {"notes", "comments", "footnotes"}  # names of an fb2 body
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
ASIDES = set(  # values of epub:type, and of role after its "doc-"
    "footnote footnotes endnote endnotes rearnote rearnotes noteref backlink toc "
    "landmarks page-list pagebreak".split()
)
ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*);")

# A full stop after these ends no sentence.  After «т. д.», «др.», «руб.», «н. э.» it
# may, and does where a capital letter follows.
SHORT = set("т е к н г о св ул гл стр см ср напр проф акад тов гр".split())
SENTENCE_END = re.compile(
    r"""(?<![.!?…])[.!?…]++[»”“"')\]]*+(?:\s++|$)(?![«„“"'(\[—–\-\s]*+[a-zа-яё])"""
)
WRAPPED = re.compile(r"\n(?=[ \t]*[a-zа-яё])")
WORDS = {"ru": re.compile(r"[а-я]+(?:[-'][а-я]+)*"), "any": re.compile(r"\D+")}

# A word before `tokenize` spells it its own way, and what a word may be capital after.
WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[\u00ad\u0300\u0301]|[-‐\u2011'’ʼ](?=[^\W_]))*")
OPENING = re.compile(r"""[!?…:;—–«„“"(\[-]|\.(?!\s)""")
POLITE = set(  # capital by courtesy
    "вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашем вашим вашими ваших "
    "вашу вашею".split()
)


def read_book(path):
    r"""Return the text of a book, its paragraphs separated by ``\n``.

    Left out of .fb2 and .epub: notes and their numbers, tables of contents, pictures,
    style sheets, what stands outside the body.  Titles and verses are paragraphs.  An
    .epub is read in the order of its spine, without the parts that are ``linear="no"``.
    A .txt is returned as `helpers.text.read_text` reads it.

    Parameters
    ----------
    path : str or pathlib.Path
        A .txt, .fb2, .epub, or a .zip with one .fb2 in it.

    Returns
    -------
    str

    Raises
    ------
    CourseError
        No such file, another format, more than 50 MB, empty, damaged, protected, or
        made to fill the memory.
    """
    path = existing_file(path)
    suffix = path.suffix.lower()
    if suffix == ".txt":
        return read_text(path)
    if suffix not in (".fb2", ".zip", ".epub"):
        raise CourseError(
            f"{path.name}: книгу в таком формате курс не читает. "
            f"{ADVICE.get(suffix, FROM_OTHERS)}"
        )
    if path.stat().st_size > MAX_BYTES:
        raise CourseError(
            f"{path.name} больше {MAX_BYTES // 1_000_000} МБ: возьмите издание без "
            "картинок или часть текста."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path.name} не читается: {error.strerror}.") from error
    if not data.strip():
        raise CourseError(f"{path.name} пуст: в нём нет ни одного слова. {AGAIN}")
    try:
        lines = _epub(data) if suffix == ".epub" else _fb2(data)
    except CourseError as error:
        line = " ".join(str(error).split())  # names of members may hold anything
        raise CourseError(f"{path.name}: {line}") from error.__cause__
    if not lines:
        raise CourseError(f"{path.name} пуст: в книге нет ни одного слова. {AGAIN}")
    return "\n".join(lines)


def sentences(text, letters="ru"):
    """Return the sentences of a text as lists of words.

    Words are those of `helpers.text.tokenize`, so they are lower case with ё as е, and
    a hyphen or an apostrophe inside keeps one whole (кое-как, д'артаньян); those with
    other characters, as 20-летний, are left out.  A sentence ends at ``. ! ? …`` and at
    the end of a line, unless a small letter follows («Да? — спросил он»), and not after
    initials and abbreviations («г. Карамазов»); their letters are words.

    Parameters
    ----------
    text : str
    letters : {"ru", "any"}
        Whether words are of Russian letters alone, or of any script.

    Returns
    -------
    list of list of str
        Two sentences or more, none of them empty.

    Raises
    ------
    CourseError
        Not a str, other ``letters``, no word of these letters, one sentence only.
    """
    if letters not in ("ru", "any"):
        raise CourseError(f'letters={letters!r}: есть "ru" (русские слова) и "any".')
    word = WORDS[letters]
    found = [
        [each for each in tokenize(piece) if word.fullmatch(each)]
        for piece in _pieces(text)
    ]
    found = [sentence for sentence in found if sentence]
    if not found and letters == "ru":
        raise CourseError(
            "в тексте нет ни одного русского слова: похоже, это книга на другом языке. "
            'Возьмите русскую книгу или слова любого языка: letters="any".'
        )
    if not found:
        raise CourseError("в тексте нет ни одного слова: возьмите другую книгу.")
    if len(found) == 1:
        raise CourseError(
            "в тексте всего одно предложение: word2vec на нём ничему не научится. "
            "Возьмите книгу, в ней тысячи предложений."
        )
    return found


def proper_names(text, count=5, share=0.9):
    """Return words that are names by their spelling: capital inside sentences.

    A capital letter tells a name only where nothing else asks for one, so it does not
    count in the first word of a sentence, a line or a quotation, nor after a dash or a
    colon; nor do words all in capitals, of one letter, or polite «Вы», «Ваш».  A small
    letter counts everywhere.  Forms are kept apart: иван, ивана.  What else Russian
    writes so is found too: towns, God.

    Parameters
    ----------
    text : str
        As `read_book` gives it, capitals and marks in it.
    count : int
        Least number of capital occurrences that count.
    share : float
        Least share of these in all occurrences that count.

    Returns
    -------
    list of str
        Spelt as by `helpers.text.tokenize`, the most frequent first.

    Raises
    ------
    CourseError
        Not a str.
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
        and times / (times + small[word]) >= share
        and WORDS["ru"].fullmatch(word)
        and word not in POLITE
    ]
    return sorted(names, key=lambda word: (-capital[word], word))


def _pieces(text):
    """Return the sentences of a text as pieces of it."""
    if not isinstance(text, str):
        raise CourseError(
            "нужен текст книги (str), например books.read_book(путь), а дано: "
            f"{type(text).__name__}."
        )
    lines = WRAPPED.sub(" ", text).split("\n")
    return [piece for line in lines for piece in _cut(line)]


def _cut(line):
    """Return the sentences of a line as pieces of it."""
    pieces, start = [], 0
    for end in SENTENCE_END.finditer(line):
        before = line[max(0, end.start() - 12) : end.start()]
        word = re.search(r"[\w-]*$", before)[0]
        initial = len(word) == 1 and word.isupper() and word != "Я"
        if end[0].strip() == "." and (initial or word.lower() in SHORT):
            continue
        pieces.append(line[start : end.end()])
        start = end.end()
    return [*pieces, line[start:]]


# --- formats --------------------------------------------------------------------------


def _fb2(data):
    """Return the paragraphs of an .fb2, packed or not."""
    if data.startswith(b"PK"):
        archive = _Archive(data)
        names = [name for name in archive.names if name.lower().endswith(".fb2")]
        names = [name for name in names if not name.startswith("__MACOSX/")]
        if len(names) != 1:
            raise CourseError(
                f"в архиве книг .fb2: {len(names)}, а нужна одна. Распакуйте архив и "
                "возьмите файл книги."
            )
        data = archive.read(names[0])
    chapter = _parse(data, _Paragraphs(SKIPPED_IN_FB2), "книга")
    if chapter.root != "FictionBook":
        raise CourseError(f"это не книга FB2, внутри <{chapter.root:.20}>. {AGAIN}")
    return chapter.lines


def _epub(data):
    """Return the paragraphs of an .epub in the order of its spine."""
    archive = _Archive(data)
    container = "META-INF/container.xml"
    if container not in archive.names:
        raise CourseError(f"это не EPUB, в архиве нет {container}. {AGAIN}")
    (roots,) = archive.attributes(container, "rootfile")
    package = posixpath.normpath(roots[0].get("full-path", "")) if roots else ""
    if package not in archive.names:
        raise CourseError(f"в книге EPUB нет описания (OPF). {AGAIN}")
    tags = "item", "itemref", "reference"
    items, spine, guide = archive.attributes(package, *tags)
    items = {item.get("id"): item for item in items}
    asides = {
        _resolve(package, each.get("href", ""))
        for each in guide
        if each.get("type") in ("toc", "notes")
    }
    chapters = []
    for itemref in spine:
        item = items.get(itemref.get("idref"), {})
        is_page = "html" in item.get("media-type", "") and "href" in item
        is_aside = "nav" in item.get("properties", "").split()
        if is_page and not is_aside and itemref.get("linear") != "no":
            chapters.append(_resolve(package, item["href"]))
    chapters = [name for name in chapters if name not in asides]
    if not chapters:
        raise CourseError(f"в книге EPUB нет списка глав (spine). {AGAIN}")
    encryption = "META-INF/encryption.xml"
    if encryption in archive.names:  # obfuscated fonts are listed here too
        (closed,) = archive.attributes(encryption, "CipherReference")
        closed = {urllib.parse.unquote(each.get("URI", "")) for each in closed}
        if closed & set(chapters):
            raise CourseError(
                "главы зашифрованы, это защита от копирования (DRM). Возьмите издание "
                "без защиты."
            )
    parts = [
        _parse(archive.read(name), _Paragraphs(SKIPPED_IN_EPUB), name)
        for name in chapters
    ]
    return [line for part in parts for line in part.lines]


def _resolve(package, href):
    """Return the name of the member that the package's href means."""
    path = urllib.parse.unquote(href.partition("#")[0])
    name = posixpath.normpath(posixpath.join(posixpath.dirname(package), path))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", path) or name.split("/")[0] == "..":
        raise CourseError(f"адрес {href[:60]!r} ведёт за пределы книги. {AGAIN}")
    return name


class _Archive:
    """A .zip in memory, and how much of it has been unpacked."""

    def __init__(self, data):
        # An upper bound, since zipfile would build its list before we can count it.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise CourseError(f"в архиве больше {MAX_MEMBERS} файлов. {BOMB}")
        self._unpacked = 0
        try:
            try:
                self._zip = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="utf-8")
            except UnicodeDecodeError:  # Russian Windows names files in cp866
                self._zip = zipfile.ZipFile(io.BytesIO(data), metadata_encoding="cp866")
        except DAMAGE as error:
            raise CourseError(f"архив повреждён или это не архив. {AGAIN}") from error
        self.names = set(self._zip.namelist())

    def read(self, name, limit=MAX_BYTES):
        """Return the bytes of a member, counted while they are unpacked."""
        if name not in self.names:
            raise CourseError(f"в архиве нет файла {name:.80}. {AGAIN}")
        info, chunks, size = self._zip.getinfo(name), [], 0
        if info.flag_bits & 1:
            raise CourseError("архив закрыт паролем: распакуйте его сами.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CourseError(f"{name:.80} сжат необычным способом. {AGAIN}")
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(1 << 16):
                    chunks.append(chunk)
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    if size > max(1_000_000, MAX_RATIO * info.compress_size):
                        raise CourseError(
                            f"{name:.80} сжат больше чем в {MAX_RATIO} раз. {BOMB}"
                        )
                    if size > limit or self._unpacked > MAX_BYTES:
                        raise CourseError(
                            f"{name:.80} распаковывается без меры. {BOMB}"
                        )
        except DAMAGE as error:
            raise CourseError(f"архив повреждён: {name:.80}. {AGAIN}") from error
        return b"".join(chunks)

    def attributes(self, name, *tags):
        """Return, for each tag, the attributes of its elements in an XML member."""
        found = _parse(self.read(name, MAX_LIST_BYTES), _Attributes(tags), name).found
        return [found[tag] for tag in tags]


# --- XML ------------------------------------------------------------------------------


def _parse(data, target, name):
    """Feed XML to a target and return the target.

    Expat reads no DTD but the one inside the file; defusedxml refuses any entity that
    it declares.  HTML's named ones are replaced by their numbers beforehand.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, XMLParser

    encoding = None
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            data, encoding = data.decode("utf-16").encode(), "utf-8"
        parser = XMLParser(target=target, encoding=encoding)
        parser.feed(ENTITY.sub(_numbers, data.lstrip()))
        parser.close()
    except DefusedXmlException as error:
        raise CourseError(
            f"{name:.80}: опасный XML, он объявляет сущности. {BOMB}"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (1, 0))[0]
        raise CourseError(
            f"{name:.80}: файл повреждён, или его кодировка не та, что в нём указана "
            f"(строка {line}). {AGAIN}"
        ) from error
    return target


def _numbers(match):
    """Return an HTML entity as numbers of characters; an unknown one as it is."""
    characters = html.entities.html5.get(match[1].decode() + ";")
    if characters is None:
        return match[0]
    return "".join(f"&#{ord(each)};" for each in characters).encode()


def _local(tag):
    return tag.rpartition("}")[2]


class _Attributes:
    """A target of the parser: the attributes of the elements of some tags."""

    def __init__(self, tags):
        self.found = {tag: [] for tag in tags}

    def start(self, tag, attributes):
        self.found.get(_local(tag), []).append(attributes)


class _Paragraphs:
    """A target of the parser: the paragraphs of the body, without notes."""

    def __init__(self, skipped):
        self.lines, self.root, self._skipped = [], "", skipped
        self._parts, self._inside, self._depth_skipped = [], False, 0

    def start(self, tag, attributes):
        tag = _local(tag)
        self.root = self.root or tag
        if self._depth_skipped or self._is_aside(tag, attributes):
            self._depth_skipped += 1
        else:
            self._border(tag)
            self._inside = self._inside or tag == "body"

    def end(self, tag):
        tag = _local(tag)
        if self._depth_skipped:
            self._depth_skipped -= 1
        else:
            self._border(tag)
            self._inside = self._inside and tag != "body"

    def data(self, text):
        if self._inside and not self._depth_skipped:
            self._parts.append(text)

    def _is_aside(self, tag, attributes):
        said = attributes.get(EPUB_TYPE, "").split()
        said.append(attributes.get("role", "").removeprefix("doc-"))
        return (
            tag in self._skipped
            or (tag == "a" and attributes.get("type") == "note")
            or (tag == "body" and attributes.get("name") in NOTES)
            or not ASIDES.isdisjoint(said)
        )

    def _border(self, tag):
        if tag not in INLINE and self._parts:
            line = " ".join("".join(self._parts).split())
            self.lines += [line] if line else []
            self._parts.clear()
