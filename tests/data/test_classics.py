"""Many files of one set, as the classics are: whole, lacking, spoilt, interrupted."""

import hashlib
import itertools
import re
import socket
from collections import Counter
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest

from helpers.data import CATALOGUE, classics, load
from helpers.data.base import Source, listed
from helpers.data.classics import Classics, Work
from helpers.data.download import ATTEMPTS, Remote
from helpers.text import tokenize
from tests.support import ROOT, line_of

CARD = " ".join((ROOT / "data" / "README.md").read_text(encoding="utf-8").split())
ROWS = listed("classics")
TEXTS = {
    f"полка {i // 3}/Том {i}.txt": f"Автор {i}\n\n — Да, — said он.\n" for i in range(6)
}
NAMES = [f"classics/{name}" for name in TEXTS]


def files_at(url, faults=()):
    """Return six files on a server, and their rows; ``faults`` go by number."""
    found = {}
    for i, (name, text) in enumerate(TEXTS.items()):
        where = url + dict(faults).get(i, "") + quote(name.rpartition("/")[2])
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        remote = Remote(f"classics/{name}", (where,), sha256, 0.25)
        found[remote] = {"author": f"А. {i // 3}", "title": f"Том {i}"}
    return found


@pytest.fixture
def shelf(server, monkeypatch):
    """Put six files in place of the classics: ``shelf(url, faults)``."""
    for name, text in TEXTS.items():
        path = server.folder / name.rpartition("/")[2]
        path.write_text(text, encoding="utf-8", newline="\n")

    def put(url=server.url, faults=()):
        rows = files_at(url, faults)
        source = Source([*rows], classics.read_works)
        monkeypatch.setattr(classics, "listed", lambda name: rows)
        entry = replace(CATALOGUE["classics"], sources=[source])
        monkeypatch.setitem(CATALOGUE, "classics", entry)

    put()
    return put


def fill(folder, *numbers):
    """Put some of the six files into a folder, as a teacher does; all by default."""
    for i, (name, text) in enumerate(TEXTS.items()):
        if not numbers or i in numbers:
            path = folder / "classics" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


def check_structure(value, mode):
    assert type(value) is Classics
    assert value.mode == mode
    assert type(value.works) is tuple
    assert bool(value.works) == (mode == "full")
    for work in value.works:
        assert type(work) is Work
        assert type(work.author) is type(work.title) is type(work.text) is str
        assert work.text not in repr(work)


def check_six(value):
    check_structure(value, "full")
    assert [work.text for work in value.works] == list(TEXTS.values())
    assert [work.title for work in value.works] == [f"Том {i}" for i in range(6)]
    assert [work.author for work in value.works] == ["А. 0"] * 3 + ["А. 1"] * 3


def kept(cache):
    """Return the files of the cache."""
    paths = (path for path in cache.rglob("*") if path.is_file())
    return sorted(path.relative_to(cache).as_posix() for path in paths)


def asked(server):
    return [unquote(path).rpartition("/")[2] for path in server.requests]


# --- both modes -----------------------------------------------------------------------


def test_the_sample_has_no_works_and_says_who_speaks_instead(cache, server, capsys):
    check_structure(load("classics", "sample"), "sample")
    line = (
        "Данные: русская классика (sample): текстов нет, они только в полном режиме\n"
    )
    assert capsys.readouterr().out == line
    assert server.requests == []


COMES = "Скачиваю classics/ (файлов {}), {} МБ; прерванная загрузка продолжится"


def test_the_full_set_is_downloaded_once_and_told_of_in_one_line(
    shelf, server, cache, capsys
):
    check_six(load("classics", "full"))
    shown = capsys.readouterr()
    assert COMES.format(6, "1,5") in shown.out
    assert shown.out.count("Скачиваю") == 1
    assert shown.err == ""
    letters = sum(map(len, TEXTS.values()))
    assert shown.out.endswith(
        "Данные: русская классика (full): произведений 6, авторов 2, знаков "
        f"{letters}\n"
    )
    assert asked(server) == [name.rpartition("/")[2] for name in TEXTS]
    assert kept(cache) == NAMES
    check_six(load("classics", "full"))
    assert len(server.requests) == 6
    assert "Скачиваю" not in capsys.readouterr().out


# --- downloads that fail, stop and go on ----------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing/", "сервер ответил 404"),
        ("page/", "вместо файла пришла веб-страница"),
        ("cut/", "соединение оборвалось"),
        ("wrong", "контрольная сумма не сошлась"),
    ],
)
def test_a_file_that_fails_is_named_and_the_others_stay(
    fault, said, shelf, server, cache, capsys
):
    if fault == "wrong":
        (server.folder / "Том 3.txt").write_text("другое", encoding="utf-8")
        shelf()
    else:
        shelf(faults=[(3, fault)])
    line = line_of(load, "classics", "full")
    assert line.startswith("не удалось получить classics/полка 1/Том 3.txt (http")
    assert said in line
    assert "положите его под именем classics/полка 1/Том 3.txt в любую папку" in line
    assert "COURSE_DATA_DIR" in line
    assert kept(cache) == NAMES[:3]  # no half a file either
    assert asked(server) == [f"Том {i}.txt" for i in (0, 1, 2, *[3] * ATTEMPTS)]
    server.requests.clear()
    capsys.readouterr()
    text = list(TEXTS.values())[3]
    (server.folder / "Том 3.txt").write_text(text, encoding="utf-8", newline="\n")
    shelf()
    check_six(load("classics", "full"))
    assert asked(server) == ["Том 3.txt", "Том 4.txt", "Том 5.txt"]
    assert COMES.format(3, "0,8") not in capsys.readouterr().out  # three have names
    assert kept(cache) == NAMES


def test_an_interrupted_download_goes_on(shelf, server, cache, monkeypatch):
    import pooch

    whole, calls = pooch.core.hash_matches, []

    def interrupted(*arguments, **options):
        calls.append(arguments)
        if len(calls) > 4:
            raise KeyboardInterrupt
        return whole(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(pooch.core, "hash_matches", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load("classics", "full")
    had = kept(cache)
    assert had == NAMES[: len(had)]
    assert 0 < len(had) < 6
    server.requests.clear()
    check_six(load("classics", "full"))
    assert asked(server) == [name.rpartition("/")[2] for name in NAMES[len(had) :]]


def test_a_file_that_was_spoilt_in_the_cache_is_fetched_alone(shelf, server, cache):
    load("classics", "full")
    server.requests.clear()
    (cache / NAMES[4]).write_text("половина", encoding="utf-8")
    check_six(load("classics", "full"))
    assert asked(server) == ["Том 4.txt"]


def test_without_a_network_the_first_missing_file_is_named(shelf, cache):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    shelf(url=f"http://127.0.0.1:{port}/")
    fill(cache, 0, 1)
    line = line_of(load, "classics", "full")
    assert "не удалось получить classics/полка 0/Том 2.txt" in line
    assert "в соединении отказано" in line
    assert 'mode="sample"' in line


# --- a teacher's folder ---------------------------------------------------------------


def test_a_folder_that_holds_all(shelf, server, teacher):
    fill(teacher)
    check_six(load("classics"))
    assert server.requests == []


def test_a_folder_that_lacks_a_file(shelf, server, teacher, cache, capsys):
    fill(teacher, 0, 1, 3, 4, 5)
    check_six(load("classics"))
    assert asked(server) == ["Том 2.txt"]
    assert kept(cache) == [NAMES[2]]
    said = capsys.readouterr().out
    assert f"В папке {teacher} нет {NAMES[2]}; ищу в кэше и в сети." in said


def test_an_empty_folder(shelf, server, teacher, capsys):
    check_six(load("classics"))
    said = capsys.readouterr().out
    assert f"В папке {teacher} нет classics/ (файлов 6); ищу" in said
    assert len(server.requests) == 6


def test_a_spoilt_file_in_a_folder_is_refused_and_kept(shelf, server, teacher):
    fill(teacher)
    path = teacher / NAMES[4]
    path.write_text("половина", encoding="utf-8")
    line = line_of(load, "classics")
    assert line.startswith(f"{path}: контрольная сумма не сошлась. Замените файл")
    assert "COURSE_DATA_DIR" in line
    assert path.read_text(encoding="utf-8") == "половина"
    assert server.requests == []


def test_a_folder_that_lacks_one_file_and_spoils_another(shelf, server, teacher):
    fill(teacher)
    (teacher / NAMES[1]).unlink()
    (teacher / NAMES[4]).write_text("половина", encoding="utf-8")
    check_six(load("classics"))
    assert asked(server) == ["Том 1.txt", "Том 4.txt"]
    assert (teacher / NAMES[4]).read_text(encoding="utf-8") == "половина"


def test_what_the_advice_says_helps(shelf, server, teacher, cache):
    """A file that will not come, put into a folder by hand, joins the cache's."""
    shelf(faults=[(2, "missing/")])
    assert NAMES[2] in line_of(load, "classics")
    fill(teacher, 2)
    check_six(load("classics"))
    assert kept(cache) == sorted({*NAMES} - {NAMES[2]})


# --- the list, the real files ---------------------------------------------------------


def test_the_list():
    assert len(ROWS) == 59
    assert len({remote.sha256 for remote in ROWS}) == 59
    assert len({row["author"] for row in ROWS.values()}) == 10
    assert len({(row["author"], row["title"]) for row in ROWS.values()}) == 59
    assert list(ROWS) == CATALOGUE["classics"].sources[0].files
    for remote, row in ROWS.items():
        (url,) = remote.urls
        assert url.isascii()
        found = re.fullmatch(r".*/d0rj/RusLit/[0-9a-f]{40}/prose/(.*)", unquote(url))
        assert remote.name == f"classics/{found[1]}"
        assert row["title"].rstrip("?") == remote.name.rpartition("/")[2][:-4]
        assert re.fullmatch("[0-9a-f]{64}", remote.sha256)
    assert 52 < sum(remote.megabytes for remote in ROWS) < 53


def test_a_spoilt_list_says_how_to_restore_it(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    text = (ROOT / "data" / "full.csv").read_text(encoding="utf-8")
    assert len(text) > 10_000
    start = text.index("\nclassics")
    for spoilt, what in (
        (None, "таблица не читается"),
        ("", "нет файлов набора classics"),
        (text[:start], "нет файлов набора classics"),
        (text[: start + 40], "таблица не читается"),
        (text.replace("address", "адрес"), "таблица не читается"),
    ):
        if spoilt is not None:
            (tmp_path / "full.csv").write_text(spoilt, encoding="utf-8")
        said = line_of(listed, "classics")
        assert f"{tmp_path / 'full.csv'}: " in said
        assert what in said
        assert "git checkout -- data/full.csv" in said


def test_the_real_works(real_data, cache, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA_DIR", str(real_data))
    found = load("classics", "full")
    check_structure(found, "full")
    said = "произведений 59, авторов 10, знаков 29258082\n"
    assert capsys.readouterr().out.endswith(said)
    words = {(work.author, work.title): tokenize(work.text) for work in found.works}
    assert ("Ф. М. Достоевский", "Братья Карамазовы") in words
    counts = Counter(itertools.chain.from_iterable(words.values()))
    assert f"{counts.total():,} words" in CARD
    assert f"{len(counts):,} forms" in CARD
    trilogy = runs(words["М. Горький", "В людях"])
    for title, share in (("Детство", 96), ("Мои университеты", 97)):
        part = runs(words["М. Горький", title])
        assert round(100 * len(part & trilogy) / len(part)) == share
        assert f"«{title}» ({share} %" in CARD


def runs(words):
    """Return all runs of eight words."""
    return set(zip(*(words[i:] for i in range(8)), strict=False))
