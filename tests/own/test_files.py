"""Files of students: which encoding, how much of it is whole, and what is no text."""

import codecs
import random
import re

import pandas as pd
import pytest

from helpers.errors import CourseError
from helpers.own import files
from tests.support import ROOT, heavy_modules_after, line_of

BOOK = "Первая строка.\nВторая строка, подлиннее\n"
# Sentences in which each encoding has a trap: ё, quotes, dashes, numbers, hyphens.
LINES = [
    "Ёжик в тумане кое-как нашёл лошадь, а лошадь ёжика не заметила: туман!",
    "Сборная выиграла со счётом 3:1, и 20-летний вратарь отбил два пенальти.",
    "На кухне пахло корицей; бабушка месила тесто — такое же, как в 1985 году…",
    "Мышь не реагирует? Замените батарейку, потом ещё раз нажмите кнопку.",
    "«Ключ бьёт из-под камня», — сказал проводник и напился из ключа.",
    "Don't panic: поезд «Москва – Казань» опаздывает всего на час...",
    "Он не делает работу. Не он делает работу!",
]
FIELDS = "Самотлор Юрубчен Уренгой Ямбург Щучье Южная Юг Ёлочка Усть-Балык ЮГ УРЕНГОЙ"
ONE_BYTE = ["cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5"]


def write(folder, content):
    path = folder / "книга.txt"
    path.write_bytes(content)
    return path


def kept(text, encoding):
    """Return what of a text an encoding can hold."""
    return text.encode(encoding, "ignore").decode(encoding)


@pytest.fixture(scope="module")
def words():
    """Russian words of the course's own book, two letters or more."""
    saga = (ROOT / "data" / "saga.txt").read_text(encoding="utf-8")
    return sorted(set(re.findall("[а-яё]{2,}", saga.lower())))


def test_importing_it_loads_nothing_heavy():
    assert (
        heavy_modules_after("from helpers.own import files\nfiles.decode(b'ab')")
        == "[]"
    )


# --- encodings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        *((each, b"") for each in ONE_BYTE),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_newlines(encoding, mark, newline, tmp_path, capsys):
    path = write(tmp_path, mark + BOOK.replace("\n", newline).encode(encoding))
    assert files.read_text(path) == files.read_text(str(path)) == BOOK
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5"])
def test_five_words_tell_the_encoding(encoding, tmp_path):
    line = " ".join(LINES).split()
    for i in range(0, len(line) - 5, 5):
        piece = kept(" ".join(line[i : i + 5]), encoding)
        for each in (piece, piece.upper()):
            assert files.read_text(write(tmp_path, each.encode(encoding))) == each


@pytest.mark.parametrize("encoding", ONE_BYTE)
def test_a_sentence_tells_the_encoding_without_doubt(encoding):
    line = kept(" ".join(LINES), encoding)
    for each in (line, line.lower(), line.upper()):
        assert files.decode(each.encode(encoding)) == (each, "")


@pytest.mark.parametrize("name", FIELDS.split())
def test_one_name_in_a_table_of_a_russian_windows(name):
    table = "API;Month\n" + "".join(f"{name}-1;{month}\n" for month in range(1, 13))
    assert files.decode(table.encode("cp1251"))[0] == table


@pytest.mark.parametrize("style", [str, str.capitalize, str.upper])
def test_one_word_of_a_russian_windows(style, words):
    """Before letters and capitals were weighed, one in nine was wrong."""
    found = [files.decode(style(word).encode("cp1251")) for word in words]
    right = [text == style(word) for (text, _), word in zip(found, words, strict=True)]
    assert sum(right) >= 0.998 * len(words)
    told = sum(remark != "" for _, remark in found)
    assert told <= 0.05 * len(words)


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "iso8859-5"])
@pytest.mark.parametrize("style", [str, str.capitalize])
def test_one_word_of_another_encoding_is_right_or_told(encoding, style, words):
    silent = 0
    for word in words:
        data = style(kept(word, encoding)).encode(encoding)
        text, remark = files.decode(data)
        silent += text is not None and not remark and text != data.decode(encoding)
    assert silent <= 0.015 * len(words)


def test_ten_words_of_macintosh_are_told_by_their_capitals(words):
    draw = random.Random(0)
    for _ in range(300):
        line = " ".join(draw.sample(words, 10)).title()
        assert files.decode(line.encode("mac-cyrillic"))[0] == line


@pytest.mark.parametrize(
    ("line", "encoding"),
    [
        ("привіт, як справи? добре, дякую", "cp1251"),
        ("Київ, Ґанок і їжак", "cp1251"),
        ("прывітанне, як справы? у мяне ўсё добра", "cp1251"),
        ("привіт, як справи? добре, дякую", "koi8-u"),
        ("Днес времето е много хубаво и отидохме в парка", "cp1251"),
    ],
)
def test_neighbours_of_russian(line, encoding):
    assert files.decode(line.encode(encoding)) == (line, "")


def test_a_guess_is_told_with_the_words_as_they_were_read(tmp_path, capsys):
    path = write(tmp_path, "ПЛЕЧ".encode("cp1251"))
    text = files.read_text(path)
    said = capsys.readouterr().out
    assert said.startswith("книга.txt: кодировка узнана неуверенно (")
    assert f"русские слова в файле такие: {text}. Если это не они, откройте" in said
    assert said.count("\n") == 1


def test_letters_that_make_no_russian_words_are_told(tmp_path, capsys):
    line = "השועל החום המהיר קופץ מעל הכלב העצלן ורץ אל היער שבו חיות"
    files.read_text(write(tmp_path, line.encode("cp1255")))
    assert "кодировка узнана неуверенно" in capsys.readouterr().out


def test_where_russian_comes_late_and_words_repeat(tmp_path):
    table = "a;b\n" * 50_000 + "Уренгой;1\n" * 1000
    assert files.decode(table.encode("cp1251")) == (table, "")


# --- damage ---------------------------------------------------------------------------

LONG = "\n".join(LINES * 3)


@pytest.mark.parametrize(
    ("content", "places", "line"),
    [
        (LONG.encode()[:-1] + "й".encode()[:1], 1, 21),
        (LONG.encode()[:300] + LONG.encode()[301:], 1, 3),
        (b"\xff" + LONG.encode(), 1, 1),
        (LONG.encode() + "\nГол".encode("cp1251"), 1, 22),
        (LONG.encode() + "\nГол да гол".encode("cp1251"), 3, 22),
        (LONG.encode() + b"\n" + bytes(512), 1, 22),
        (LONG.encode("cp1251") + bytes(9), 1, 21),
        (LINES[3].encode() + bytes(4000), 1, 1),
        (LONG.encode("cp1251").replace(b"\n", b"\n\x02", 1), 1, 2),
        ((LONG + "\n").encode("utf-16") + b"\x10", 1, 22),
        (b"It was a dark and stormy night. " * 40 + b"caf\xe9", 1, 1),
    ],
    ids="cut lost first pasted phrase zeros zeros-1251 small control utf-16 "
    "english".split(),
)
def test_a_few_bad_bytes_are_replaced_and_counted(
    content, places, line, tmp_path, capsys
):
    text = files.read_text(write(tmp_path, content))
    said = capsys.readouterr().out
    where = f"мест, которые не читаются: {places}, первое в строке {line}; вместо них"
    assert said.startswith(f"книга.txt: файл повреждён, {where}")
    assert said.count("\n") == 1
    assert "\0" not in text
    good = re.sub("\ufffd+", "", text)
    assert len(good) >= len(content.rstrip(b"\0").decode("utf-8", "ignore")) // 2
    assert "Мышь не реагирует" in text or "stormy" in text


def test_whole_files_say_nothing_even_where_the_mark_was_written(tmp_path, capsys):
    line = "Знак \ufffd стоит здесь нарочно.\n"
    assert files.read_text(write(tmp_path, line.encode())) == line
    assert capsys.readouterr().out == ""


GARBAGE = random.Random(1)
NO_TEXT = [
    (b"", "пуст"),
    (codecs.BOM_UTF8 + b" \r\n", "пуст"),
    (bytes(100), "пуст"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "не текст.*UTF-8"),
    (b"PK\x03\x04 mimetype", "не текст"),
    (b"plain \x07 bell", "не текст"),
    (codecs.BOM_UTF16_LE + b"odd", "не текст"),
    ("привет".encode()[:-1], "кодировка не узнаётся"),
    ("Déjà vu, garçon, à bientôt".encode("latin-1"), "кодировка не узнаётся"),
    ("“Don’t,” — she said… “It’s”".encode("cp1252"), "кодировка не узнаётся"),
    ("Größe, Übung, Straße, schön, Äpfel".encode("latin-1"), "кодировка не узнаётся"),
    ("Το γρήγορο καφέ αλεπού πηδάει πάνω".encode("cp1253"), "кодировка не узнаётся"),
    ("今天天气很好我们去公园里散步".encode("gb18030"), "кодировка не узнаётся"),
    ("今日はとても天気がいいので".encode("shift-jis"), "кодировка не узнаётся"),
    (bytes(GARBAGE.choices(range(128, 256), k=60)), "кодировка не узнаётся"),
    (bytes(GARBAGE.choices(range(32, 256), k=500)), "кодировка не узнаётся"),
    ((BOOK.encode() + BOOK.encode("cp1251")) * 9, "кодировка не узнаётся"),
]


@pytest.mark.parametrize(("content", "said"), NO_TEXT)
def test_what_is_no_text_file(content, said, tmp_path, capsys):
    path = write(tmp_path, content)
    assert re.search(rf"книга\.txt.*{said}", line_of(files.read_text, path))
    assert capsys.readouterr().out == ""


# --- kinds ----------------------------------------------------------------------------

KINDS = [
    ("а.txt", b"%PDF-1.7", files.PDF),
    ("а.txt", b"AT&TFORM", files.DJVU),
    ("а.doc", b"{\\rtf1\\ansi", files.WORD),
    ("а.txt", b"\x1f\x8b\x08\0", "архив"),
    ("а.rar", b"Rar!\x1a\x07", "архив"),
    ("а.csv", b"PK\x03\x04", "книга Excel, документ Word или архив"),
    ("а.csv", b"PK\x05\x06", "книга Excel, документ Word или архив"),
    ("а.ZIP", b"PK\x03\x04", "архив"),
    ("а.docx", b"PK\x03\x04", "документ Word"),
    ("а.ods", b"PK\x03\x04", "книга Excel"),
    ("а.csv", b"\xd0\xcf\x11\xe0", "книга Excel или документ Word"),
    ("а.xls", b"\xd0\xcf\x11\xe0", "книга Excel"),
    ("а.jpg", b"\0\0\n\x18ftypheic", "картинка HEIC"),
    ("а.xls", b"MM\0*", "картинка TIFF"),
]


@pytest.mark.parametrize(("name", "content", "kind"), KINDS)
def test_what_is_no_text_by_its_first_bytes(name, content, kind, tmp_path):
    path = tmp_path / name
    path.write_bytes(content + bytes(20))
    assert files.kind_of(path) == files.kind_of(path, named=True) == kind


@pytest.mark.parametrize("content", [b"", b"PK, a name", b"\x89PNG", "текст".encode()])
def test_what_its_first_bytes_do_not_tell(content, tmp_path):
    for name, named in (("а.xls", files.EXCEL), ("а.Rtf", files.WORD), ("а.txt", "")):
        path = tmp_path / name
        path.write_bytes(content)
        assert files.kind_of(path) == ""
        assert files.kind_of(path, named=True) == named


def test_the_error_of_a_line_is_one_line():
    error = files.at_line("а.csv", 7, "в ячейке «б\nв»", "Исправьте её.")
    assert str(error) == "а.csv, строка 7: в ячейке «б в». Исправьте её."


# --- paths ----------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    path = tmp_path / "книга.txt"
    for missing in (path, tmp_path):
        said = line_of(files.read_text, missing)
        assert said.startswith(f"файла {missing} нет. Проверьте имя; текущая папка: ")
    write(tmp_path, BOOK.encode())
    monkeypatch.setattr(files, "MAX_BYTES", len(BOOK.encode()))
    assert files.read_text(path) == BOOK
    monkeypatch.setattr(files, "MAX_BYTES", len(BOOK.encode()) - 1)
    assert "больше 50 МБ: возьмите часть" in line_of(files.read_text, path)
    monkeypatch.undo()
    assert files.MAX_BYTES == 50_000_000

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    for read in (files.read_text, files.kind_of):
        said = line_of(read, path)
        assert said == "книга.txt не читается: Permission denied."


@pytest.mark.parametrize("given", [None, 5, b"a.txt", ["a.txt"], pd.DataFrame()])
def test_what_is_no_path(given):
    with pytest.raises(CourseError) as caught:
        files.existing_file(given)
    assert caught.value.what == f"нужен путь к файлу, а дано: {type(given).__name__}"
    assert "в кавычках" in caught.value.advice


@pytest.mark.parametrize("given", ["Жили-были дед да баба. " * 300, "a\0b"])
def test_a_text_in_place_of_its_file(given):
    said = line_of(files.read_text, given)
    assert "Проверьте имя" in said
    assert len(said) < 400
