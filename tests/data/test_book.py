"""The book of lesson 5: the saga, the novel, a student's own, and what is no book."""

import codecs
import hashlib
import html
import itertools
import re
import shutil
import tomllib
import urllib.parse
import zipfile

import pytest

from helpers import ROOT
from helpers.data import CATALOGUE, load, own_book
from helpers.data.book import Book
from helpers.own.books import read_book, sentences
from helpers.text import tokenize
from tests.books import epub, fb2, page
from tests.support import line_of, served_entry

SAGA = (ROOT / "data" / "saga.txt").read_text(encoding="utf-8")
WORDS = tomllib.loads((ROOT / "data" / "saga_words.toml").read_text(encoding="utf-8"))
NAMES = tomllib.loads((ROOT / "data" / "novel_names.toml").read_text(encoding="utf-8"))
PART = "".join(SAGA.splitlines(keepends=True)[:1500])  # of the saga, a small book
NAMED = "Пришли Алёша, Митя и Иван.\n"
NOVEL = 2 * SAGA + 100 * NAMED  # as long as the novel has to be, and with its names


def check_structure(value, mode):
    assert type(value) is Book
    assert value.mode == mode
    assert value.title == value.title.strip(" «»") != ""
    assert value.text.count("\n") > 100
    assert len(value.sentences) >= 500
    assert all(type(sentence) is list and sentence for sentence in value.sentences)
    words = {word for sentence in value.sentences for word in sentence}
    assert words <= set(tokenize(value.text))
    assert all(tokenize(word) == [word] for word in value.classes)
    assert "имена" in set(value.classes.values())
    assert len(set(value.asked)) == len(value.asked) >= 3
    assert set(value.asked) <= value.classes.keys() & words


@pytest.fixture
def teacher(teacher_folder):
    return teacher_folder / "karamazov.txt"


# --- both modes -----------------------------------------------------------------------


def test_both_modes_have_one_structure(teacher, capsys):
    teacher.write_text(NOVEL, encoding="utf-8")
    sample, full = load("book", "sample"), load("book", "full")
    check_structure(sample, "sample")
    check_structure(full, "full")
    assert type(sample) is type(full) is Book
    assert (sample.text, full.text) == (SAGA, NOVEL)
    assert full.sentences == sentences(NOVEL)
    assert sample.title == "Сага о Медвежьем броде"
    assert full.title == "Братья Карамазовы"
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "Данные: сага (sample): предложений 13963, слов 127941, разных 4568, "
        "класс известен у 227"
    )
    assert second.startswith("Данные: «Братья Карамазовы» (full): предложений 28")


def test_the_classes_of_the_saga_are_those_of_its_words():
    book = load("book", "sample")
    listed = [word for words in WORDS["classes"].values() for word in words]
    assert list(book.classes) == [word.lower().replace("ё", "е") for word in listed]
    assert list(dict.fromkeys(book.classes.values())) == list(WORDS["classes"])
    assert len(set(book.classes.values())) == 14
    kinds = {word: book.classes[word] for word in ("федор", "копье", "хазары", "злой")}
    assert kinds == dict(федор="имена", копье="оружие", хазары="народы", злой="нравы")


def test_every_second_word_of_each_class_is_asked():
    book = load("book", "sample")
    assert book.asked[:3] == ("любава", "милава", "варвара")
    wanted = [word for words in WORDS["classes"].values() for word in words[1::2]]
    assert list(book.asked) == [word.lower().replace("ё", "е") for word in wanted]
    assert {book.classes[word] for word in book.asked} == set(WORDS["classes"])


def test_the_names_of_the_novel_are_one_class(teacher):
    teacher.write_text(NOVEL, encoding="utf-8")
    book = load("book", "full")
    assert list(book.classes) == list(dict.fromkeys(NAMES["karamazov"]["names"]))
    assert set(book.classes.values()) == {"имена"}
    assert book.asked == ("алеша", "митя", "иван")


@pytest.mark.parametrize("novel", ["karamazov", "crime_and_punishment"])
def test_listed_names_are_spelt_as_words_are(novel):
    listed = NAMES[novel]
    assert set(listed["asked"]) < set(listed["names"])
    assert all(tokenize(name) == [name] for name in listed["names"])


def test_a_spoiled_book_of_the_course_says_how_to_restore_it(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    path = tmp_path / "saga.txt"
    for spoiled in (None, b"", b"\x00\x01", b"One. Two."):
        if spoiled is not None:
            path.write_bytes(spoiled)
        said = line_of(load, "book", "sample")
        assert str(path) in said
        assert "git checkout -- data/saga.txt" in said
    path.write_text(PART, encoding="utf-8")
    path = tmp_path / "saga_words.toml"
    for spoiled in (None, b"", b"[classes", "[classes] # кто".encode("cp1251")):
        if spoiled is not None:
            path.write_bytes(spoiled)
        said = line_of(load, "book", "sample")
        assert "saga_words.toml: список слов не читается" in said
        assert "git checkout -- data/saga_words.toml" in said


def test_a_spoiled_list_of_names_is_not_the_novels_fault(teacher, monkeypatch):
    teacher.write_text(NOVEL, encoding="utf-8")
    monkeypatch.setattr("helpers.data.base.SAMPLES", teacher.parent)
    said = line_of(load, "book", "full")
    assert "git checkout -- data/novel_names.toml" in said
    assert "COURSE_DATA_DIR" not in said


# --- the novel: a teacher's copy, downloads -------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_another_encoding_of_the_novel_is_read(encoding, teacher):
    teacher.write_bytes(NOVEL.replace("\n", "\r\n").encode(encoding))
    assert load("book", "full").text == NOVEL


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "karamazov.txt: пуст: в нём нет ни одного слова. Замените"),
        (b" \r\n\t\n", "karamazov.txt: пуст: в нём"),
        (bytes(range(256)) * 100, "karamazov.txt: это не текст"),
        (NOVEL.encode() + NOVEL.encode("cp1251"), "кодировка не узнаётся"),
        (b"<html><body>Please log in</body></html>", "ни одного русского слова"),
        ("Одно предложение.".encode(), "всего одно предложение"),
        (NOVEL[: len(NOVEL) * 9 // 10].encode(), "файл обрезан, или это другая"),
        (SAGA.encode(), "русских слов 127941, а в романе «Братья Карамазовы»"),
        ((3 * SAGA).encode(), "имя «алеша» встречается реже 100 раз"),
        (NOVEL.replace("Митя", "Петя").encode(), "имя «митя» встречается реже"),
        ((2 * SAGA + 99 * NAMED).encode(), "это другая книга"),
    ],
    ids="empty blank binary broken page one cut short other митя rare".split(),
)
def test_what_is_not_the_novel_is_refused_and_kept(content, said, teacher):
    teacher.write_bytes(content)
    message = line_of(load, "book", "full")
    assert message.startswith(f"{teacher}: ")
    assert said in message
    assert "Замените файл" in message
    assert teacher.read_bytes() == content


def test_download_of_the_novel(server, cache, monkeypatch):
    (server.folder / "karamazov.txt").write_text(NOVEL, encoding="utf-8")
    monkeypatch.setitem(CATALOGUE, "book", served_entry("book", server, sums=True))
    check_structure(load("book", "full"), "full")
    check_structure(load("book", "full"), "full")
    assert server.requests == ["/karamazov.txt"]
    (cache / "karamazov.txt").write_text("половина", encoding="utf-8")
    assert load("book", "full").text == NOVEL
    assert len(server.requests) == 2


def test_another_file_at_the_address_is_not_kept(server, cache, monkeypatch):
    path = server.folder / "karamazov.txt"
    path.write_text(NOVEL, encoding="utf-8")
    summed = served_entry("book", server, sums=True)
    path.write_text(SAGA, encoding="utf-8")
    monkeypatch.setitem(CATALOGUE, "book", summed)
    assert "контрольная сумма не сошлась" in line_of(load, "book", "full")
    assert not list(cache.iterdir())
    monkeypatch.setitem(CATALOGUE, "book", served_entry("book", server))
    said = line_of(load, "book", "full")
    assert "файл обрезан, или это другая книга" in said
    assert "удалён из кэша" in said
    assert not list(cache.iterdir())


def test_the_address_is_pinned_and_the_sum_is_that_of_the_file(real_data):
    ((remote,),) = [source.files for source in CATALOGUE["book"].sources]
    (url,) = remote.urls
    assert re.search(r"/tei/[0-9a-f]{40}/", url)
    assert urllib.parse.unquote(url).endswith("/Братья Карамазовы - Proofed.txt")
    content = (real_data / remote.name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == remote.sha256


def test_the_real_novel(real_data, teacher):
    shutil.copy(real_data / "karamazov.txt", teacher)
    book = load("book", "full")
    words = {word for sentence in book.sentences for word in sentence}
    assert len(book.classes.keys() & words) > 120
    shutil.copy(real_data / "crime_and_punishment.txt", teacher)
    assert "это другая книга" in line_of(load, "book", "full")


# --- a student's book -----------------------------------------------------------------


def plain(path, mark=b"", encoding="utf-8"):
    path.write_bytes(mark + PART.encode(encoding))
    return path


def paragraphs():
    return "".join(f"<p>{html.escape(line)}</p>" for line in PART.splitlines())


def write_fb2(path):
    path.write_bytes(fb2(paragraphs()))
    return path


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("моя книга.txt", plain),
        ("моя книга.txt", lambda path: plain(path, codecs.BOM_UTF8)),
        ("моя книга.TXT", lambda path: plain(path, encoding="cp1251")),
        ("моя книга.fb2", write_fb2),
        ("моя книга.epub", lambda p: epub(p, {"OEBPS/one.xhtml": page(paragraphs())})),
    ],
    ids=["utf-8", "mark", "cp1251", "fb2", "epub"],
)
def test_an_own_book(name, write, tmp_path, capsys):
    book = own_book(write(tmp_path / name))
    check_structure(book, "own")
    assert book.title == "моя книга"
    assert book.sentences == sentences(PART)
    assert book.asked == ("ратибор", "любава", "добрыня")
    assert list(book.classes)[:3] == list(book.asked)
    assert set(book.classes.values()) == {"имена"}
    assert {"ратибора", "любаву"} <= book.classes.keys()  # forms as they stand
    assert not {"глава", "он", "кузнец"} & book.classes.keys()
    shown = capsys.readouterr().out
    assert shown.startswith(f"Данные: своя книга «{name}»: предложений 2")
    assert shown.endswith(f"класс известен у {len(book.classes)}\n")
    assert shown.count("\n") == 1


def test_a_path_may_be_a_text_and_the_archive_is_no_part_of_the_title(tmp_path):
    path = tmp_path / "книга.fb2.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("123.fb2", fb2(paragraphs()))
    assert own_book(str(path)).title == "книга"


def test_a_book_without_names_is_a_book(tmp_path, capsys):
    path = tmp_path / "без имён.txt"
    lines = [" ".join(words).capitalize() + "." for words in sentences(PART)]
    path.write_text("\n".join(lines), encoding="utf-8")
    book = own_book(path)
    assert (book.classes, book.asked) == ({}, ())
    assert len(book.sentences) == len(lines)
    assert capsys.readouterr().out.endswith("класс известен у 0\n")


def test_the_shortest_book(tmp_path, monkeypatch):
    path = tmp_path / "книга.txt"
    lines = [" ".join(words).capitalize() + "." for words in sentences(PART)]
    path.write_text("\n".join(lines[:1999]), encoding="utf-8")
    said = line_of(own_book, path)
    assert said.startswith("книга.txt: предложений всего 1999, по такому короткому")
    assert "векторы не выучить" in said
    assert "Возьмите книгу, в которой их больше 2000" in said
    path.write_text("\n".join(lines[:2000]), encoding="utf-8")
    assert len(own_book(path).sentences) == 2000


def rare_words():
    words = map("".join, itertools.product("абвгд", repeat=5))
    return "".join(f"{word.capitalize()}.\n" for word in words)


LATIN = "It was the best of times. It was the worst of times.\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"книга\.txt пуст"),
        (b"MZ\x00\x01\x02", r"это не текст.*сохраните как обычный текст"),
        ("Одно предложение.".encode(), "одно предложение.*Возьмите книгу"),
        (LATIN.encode() * 500, "русских слов 0 %.*читает русские книги.*перевод"),
        ((LATIN * 3000 + PART).encode(), r"русских слов 41 %.*русский перевод"),
        (b"1 2 3.\n" * 500, "русских слов 0 %"),
        (b"... ***\n" * 500, "ни одного слова. Возьмите"),
        (rare_words().encode(), "хотя бы 5 раз, всего 0, а .*Возьмите связный"),
        ("Мама мыла раму.\n".encode() * 2100, "всего 3, а вектор слова учат"),
    ],
    ids="empty binary one latin mixed figures marks rare one-again".split(),
)
def test_what_is_no_book_to_learn_from(content, said, tmp_path, capsys):
    path = tmp_path / "книга.txt"
    path.write_bytes(content)
    message = line_of(own_book, path)
    assert message.startswith("книга.txt")
    assert re.search(said, message), message
    assert capsys.readouterr().out == ""


def test_what_the_reader_refuses_is_refused(tmp_path):
    path = tmp_path / "книга.epub"
    path.write_bytes(b"")
    assert "книга.epub пуст" in line_of(own_book, path)
    path.write_bytes(bytes(range(256)))
    assert "книга.epub: архив повреждён" in line_of(own_book, path)
    epub(path, {"OEBPS/one.xhtml": page("<p>Call me Ishmael. Some years ago.</p>")})
    assert "русских слов 0 %" in line_of(own_book, path)
    path = tmp_path / "книга.fb2"
    path.write_bytes(fb2("<p>Раз.</p>"))
    assert "книга.fb2: в тексте всего одно предложение" in line_of(own_book, path)
    path = tmp_path / "книга.pdf"
    path.write_bytes(b"%PDF-1.7")
    assert "в таком формате курс не читает" in line_of(own_book, path)
    assert f"файла {tmp_path} нет" in line_of(own_book, tmp_path)
    assert "Проверьте имя" in line_of(own_book, "нет такой.txt")


@pytest.mark.parametrize("given", [None, 5, b"book.txt", ["book.txt"]])
def test_what_is_no_path(given):
    said = line_of(own_book, given)
    assert f"нужен путь к файлу, а дано: {type(given).__name__}." in said


def test_the_other_novel_as_an_own_book(real_data):
    path = real_data / "crime_and_punishment.txt"
    book = own_book(path)
    check_structure(book, "own")
    assert book.asked == ("раскольников", "петрович", "разумихин")
    assert {"соня", "дуня", "порфирий", "свидригайлов"} < book.classes.keys()
    assert book.text == read_book(path)
