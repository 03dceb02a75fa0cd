"""FB2, XHTML and HTML as paragraphs: strictly where they are XML, else loosely.

Nothing is fetched, and no entity is expanded but such as stand for one character.
Which files a book is made of is the business of ``helpers.own.books``.
"""

import html.entities
import re
from collections import Counter

from helpers.errors import CourseError
from helpers.own import files
from helpers.text import tokenize

AGAIN = "Скачайте книгу ещё раз или возьмите её в другом формате: .txt, .fb2, .epub."
BOMB = "Такой файл может занять всю память, курс его не открывает"

# Every other element of a chapter begins and ends a paragraph.
INLINE = set(
    "a abbr acronym b bdi bdo big cite code del dfn em emphasis font i image img ins "
    "kbd mark q s samp small span strike strikethrough strong style sub tt u var "
    "wbr".split()
)
# Raised figures are numbers of notes: glued to a word, they would spoil it.
SKIPPED_IN_FB2 = {"sup"}
SKIPPED_IN_EPUB = {"sup", "nav", "script", "style", "svg", "math", "title"}
NOTES = {"notes", "comments", "footnotes"}  # names of an fb2 body
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
ASIDES = set(  # values of epub:type, and of role after its "doc-"
    "footnote footnotes endnote endnotes rearnote rearnotes noteref backlink toc "
    "landmarks page-list pagebreak".split()
)
CAP_CLASS = re.compile(r"drop|\bcaps?\b|initial|lettrine|bukvi|буквиц", re.IGNORECASE)
DROP_CAP = "\0"  # after a line that is one: no text of a file has it
LETTER = re.compile(r"[«„“\"'(—–\s]*([^\W\d_])\0?")
SMALL = re.compile(r"[^\W\d_]+")
ALONE = "авикосуя"  # letters that are words

DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]+)""")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# No part of it crosses the next "<", so no text takes a time that is its square.
TAG = re.compile(
    r"""<(/?)([A-Za-z_][\w:.-]*+)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*+|[^<>]*+)>"""
    r"|<[?!][^<>]*>"
)
ATTRIBUTE = re.compile(
    r"""(?<![\w:.-])([\w:.-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
)
VOID = set(  # elements of HTML that nothing closes
    "area base br col embed hr img input link meta source track wbr".split()
)


class DangerError(CourseError):
    """A file made to fill the memory: no part of a book is worth reading it."""


def decode(data):
    """Return the text of bytes of markup, and how many characters were left out.

    What the file declares is believed only of what is neither UTF-8 nor Russian; where
    it does not fit, ValueError or LookupError.
    """
    text, _ = files.decode(data)
    if text is None:
        declared = DECLARED.search(data[:2000])
        return data.decode(declared[1].decode() if declared else "utf-8"), 0
    return text.replace("\ufffd", ""), text.count("\ufffd")


def parse(data, name, is_page=False, tags=()):
    """Return the `Paragraphs` of markup, and in them the attributes of some tags.

    What is no XML is read as a browser would, and in HTML (``is_page``) elements need
    not be closed.  What is no markup or cut short raises CourseError under the file's
    name, an entity that may explode `DangerError`.  Of the value, ``flaw`` is the line
    where it stops being XML, or 0; ``lost`` counts characters that were left out.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError

    flaw = 0
    try:
        text, lost = (data, 0) if isinstance(data, str) else decode(data)
        text = text.lstrip("\ufeff \t\r\n")
        target = Paragraphs(text, is_page, tags)
        try:
            _strictly(ENTITY.sub(_spelt, text), target)
        except ParseError as error:
            plain = CONTROL.sub("", text)
            target = Paragraphs(text, is_page, tags)
            if not _loosely(plain, target, is_page):
                raise
            flaw, lost = error.position[0], lost + len(text) - len(plain)
    except DefusedXmlException as error:
        what = f"{name:.80}: опасный XML, он объявляет сущности. {BOMB}"
        raise DangerError(what, AGAIN) from error
    except (ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (1, 0))[0]
        what = "файл повреждён, или его кодировка не та, что в нём указана"
        raise CourseError(f"{name:.80}: {what} (строка {line})", AGAIN) from error
    target.name, target.flaw, target.lost = name, flaw, lost
    return target


def _strictly(text, target):
    from defusedxml.ElementTree import XMLParser

    class Parser(XMLParser):
        def defused_entity_decl(self, name, is_parameter, value, *where):
            # <!ENTITY nbsp "&#160;"> and <!ENTITY lt "&#38;#60;"> cannot grow.
            if is_parameter or len(html.unescape(value or "")) != 1:
                super().defused_entity_decl(name, is_parameter, value, *where)

    parser = Parser(target=target)
    parser.feed(text)  # of a str, expat does not look at the declared encoding
    parser.close()


def _spelt(match):
    """Return an HTML entity as its characters; an unknown one as it is."""
    return html.escape(html.entities.html5.get(match[1], "")) or match[0]


def _loosely(text, target, is_page):
    """Feed what is nearly XML, or HTML, to a target; return whether it is whole.

    Elements are closed that nobody closed, and ends without a beginning left out.  Not
    by html.parser: what is a tag to it changed between patches of one Python.  Nor by
    lxml: of 2,000 <dd> that nobody closed, it silently leaves out all below the 256th.
    """
    text = _replaced(COMMENT, "-->", "", text)
    text = _replaced(CDATA, "]]>", lambda found: html.escape(found[1]), text)
    opened, counts, place = [], Counter(), 0

    def close():
        tag = opened.pop()
        counts[tag] -= 1
        target.end(tag)
        return tag

    for found in TAG.finditer(text):
        target.data(html.unescape(text[place : found.start()]))
        place, (slash, tag, rest) = found.end(), found.groups()
        tag = (tag or "").rpartition(":")[2]
        tag = tag.lower() if is_page else tag
        if slash and counts[tag]:
            while close() != tag:
                pass
        if slash or not tag:
            continue
        if tag not in INLINE and tag not in SKIPPED_IN_EPUB:
            while opened and (opened[-1] in INLINE or opened[-1] in ("p", "sup")):
                close()
        target.start(tag, _attributes(rest))
        opened.append(tag)
        counts[tag] += 1
        if rest.endswith("/") or (is_page and tag in VOID):
            close()
    target.data(html.unescape(text[place:]))
    is_whole = target.root and (is_page or not opened)
    while opened:
        close()
    target.close()
    return is_whole


def _replaced(pattern, end, by, text):
    """Replace a pattern up to its last end: after it, each try would search it all."""
    head, end, tail = text.rpartition(end)
    return pattern.sub(by, head + end) + tail


def _attributes(text):
    found = {}
    for name, *values in ATTRIBUTE.findall(text):
        name = EPUB_TYPE if name == "epub:type" else name
        found.setdefault(name, html.unescape("".join(values)))
    return found


class Paragraphs:
    """What the parsers feed: the body without notes, attributes in ``found`` by tag."""

    def __init__(self, text, is_page, tags):
        self.lines, self.root, self.found = [], "", {tag: [] for tag in tags}
        self._skipped = SKIPPED_IN_EPUB if is_page else SKIPPED_IN_FB2
        self._inside = is_page and not re.search("<body", text, re.IGNORECASE)
        self._parts, self._unread, self._is_cap = [], [], False
        self._depth_skipped = self._depth_pre = 0

    def start(self, tag, attributes):
        tag = tag.rpartition("}")[2]
        self.root = self.root or tag
        self.found.get(tag, []).append(attributes)
        tag = tag.lower()
        if self._depth_skipped or self._is_aside(tag, attributes):
            self._depth_skipped += 1
            return
        self._border(tag)
        self._inside = self._inside or tag == "body"
        self._depth_pre += tag == "pre"
        self._is_cap |= bool(CAP_CLASS.search(attributes.get("class", "")))
        if tag in ("img", "image"):
            self._draw(attributes.get("alt", ""))

    def end(self, tag):
        tag = tag.rpartition("}")[2].lower()
        if self._depth_skipped:
            self._depth_skipped -= 1
            if not self._depth_skipped:
                self._draw("".join(self._unread) if tag == "svg" else "")
                self._unread.clear()
            return
        self._border(tag)
        self._inside = self._inside and tag != "body"
        self._depth_pre -= tag == "pre"

    def data(self, text):
        if self._depth_skipped:
            self._unread.append(text)
        elif self._inside:
            self._parts.append(text)

    def close(self):
        self._border("")

    def _is_aside(self, tag, attributes):
        said = attributes.get(EPUB_TYPE, "").split()
        said.append(attributes.get("role", "").removeprefix("doc-"))
        return (
            tag in self._skipped
            or (tag == "a" and attributes.get("type") == "note")
            or (tag == "body" and attributes.get("name") in NOTES)
            or not ASIDES.isdisjoint(said)
        )

    def _draw(self, text):
        """Keep a picture of one capital letter, which begins a word."""
        text = text.strip()
        if self._inside and len(text) == 1 and text.isupper():
            self._parts.append(text)

    def _border(self, tag):
        if tag in INLINE or not self._parts:
            return
        text = "".join(self._parts)
        self._parts.clear()
        for row in text.split("\n") if self._depth_pre else [text]:
            if line := " ".join(row.split()):
                is_cap = self._is_cap and LETTER.fullmatch(line)
                self.lines.append(line + DROP_CAP * bool(is_cap))
                self._is_cap = False


def with_drop_caps(lines):
    """Return lines, a capital letter that stands alone put to the word it begins.

    Before a small letter, that is.  Of letters that are words too, what the book has
    elsewhere decides, «Старуха» or «таруха»; and where it has neither, whether the
    letter is called a drop cap, as `Paragraphs` marks it.
    """
    whole, seen = [], None
    for line in lines:
        last = whole[-1] if whole else ""
        found, rest = LETTER.fullmatch(last), SMALL.match(line)
        if found and found[1].isupper() and rest and line[0].islower():
            seen = seen or Counter(tokenize("\n".join(lines)))
            letter, rest = found[1].lower(), "".join(tokenize(rest[0]))
            more = seen[letter + rest] - (seen[rest] - 1)
            is_called, is_word = last.endswith(DROP_CAP), letter in ALONE
            if is_called:
                begins = more >= 0 or not is_word
            else:  # in a dictionary Б stands before баба
                is_piece = not is_word and not rest.startswith(letter)
                begins = more > 0 or (more == 0 and is_piece)
            if begins or is_called:
                whole[-1] = last.rstrip(DROP_CAP) + " " * (not begins) + line
                continue
        whole.append(line)
    return [line.rstrip(DROP_CAP) for line in whole]
