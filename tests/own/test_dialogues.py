"""The dialogues of lesson 7: both modes, a student's own, mistakes."""

import codecs
import hashlib
import re
import shutil
import zipfile

import pytest

from helpers import data
from helpers.data import CATALOGUE, load, own_dialogues
from helpers.data.dialogues import Dialogues
from helpers.errors import CourseError
from helpers.own import dialogues
from helpers.own.dialogues import Dialogue, read_dialogues, read_statements
from helpers.text import tokenize
from tests.support import line_of as refusal
from tests.support import served_entry

TALK = """# Приветствия

- привет / здравствуй / рад тебя видеть
- Здравствуйте! О чём поговорим?
- как дела?
- хорошо

- пока
- До свидания!
"""
FACTS = """= Я живу в школьной библиотеке.
- где ты живёшь? / где твой дом?
- в школьной библиотеке
- ты живёшь на вокзале?
- нет

= Меня зовут Гриша.
- как тебя зовут?
- Гриша
"""
SMALL_TALK = [
    Dialogue(
        "",
        ("привет", "здравствуй", "рад тебя видеть"),
        "Здравствуйте! О чём поговорим?",
    ),
    Dialogue("", ("как дела?",), "хорошо"),
    Dialogue("", ("пока",), "До свидания!"),
]
HOME = "Я живу в школьной библиотеке."
ABOUT = [
    Dialogue(HOME, ("где ты живёшь?", "где твой дом?"), "в школьной библиотеке"),
    Dialogue(HOME, ("ты живёшь на вокзале?",), "нет"),
    Dialogue("Меня зовут Гриша.", ("как тебя зовут?",), "Гриша"),
]
FULL = list(data.dialogues.PARTS)


def check_structure(value, mode):
    assert type(value) is Dialogues
    assert value.mode == mode
    assert value.title
    assert not any(dialogue.context for dialogue in value.small_talk)
    assert all(tokenize(dialogue.context) for dialogue in value.facts)
    for dialogue in [*value.small_talk, *value.facts]:
        assert type(dialogue.questions) is tuple
        assert dialogue.questions
        for says in (*dialogue.questions, dialogue.answer):
            assert tokenize(says)
            assert says == " ".join(says.split())
    if mode == "own":
        assert value.small_talk or value.facts
    else:
        assert value.small_talk
        assert value.facts


def line_of(call, *arguments):
    """Return the one line that a refusal is; it ends as a sentence or with a file."""
    message = refusal(call, *arguments)
    assert message.endswith((".", "txt"))
    return message


def own(folder, content, name="мои диалоги.txt", encoding="utf-8"):
    path = folder / name
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode(encoding)
    )
    return path


def triples(count, about="T"):
    """Return so many blocks in the form of the full set."""
    return "\n" + "".join(
        f"T: Я {about} {i // 4}\nQ: ты {i % 4}?\nA: да\n\n" for i in range(count)
    )


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """The course's own two files, tiny."""
    folder = tmp_path / "data"
    folder.mkdir()
    own(folder, TALK, "smalltalk.txt")
    own(folder, FACTS, "facts.txt")
    monkeypatch.setattr("helpers.data.base.SAMPLES", folder)
    return folder


@pytest.fixture
def small(monkeypatch):
    """The full set as if its files had 8 and 5 blocks."""
    parts = dict(zip(FULL, (8, 5), strict=True))
    monkeypatch.setattr("helpers.data.dialogues.PARTS", parts)


@pytest.fixture
def teacher(teacher_folder, samples, small):
    for name, count in zip(FULL, (8, 5), strict=True):
        own(teacher_folder, triples(count, name[23:26]), name)
    return teacher_folder


MARKS = "\u200b\u200c\u200e\u202a\u2060\u2068\ufeff\u00ad"


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: f"U+{ord(mark):04X}")
def test_marks_that_nobody_sees_do_not_count(tmp_path, mark):
    for text in (
        "# мои\n" + TALK.replace("- ", mark + "- "),
        TALK.replace("- ", f"-{mark} "),
        TALK.replace("- ", f"- {mark}"),
        TALK.replace("ривет", f"ри{mark}вет").replace("\n\n", f"\n{mark}\n"),
    ):
        assert read_dialogues(own(tmp_path, text)) == SMALL_TALK


def test_separators_of_lines_and_paragraphs_end_lines(tmp_path):
    text = TALK.replace("\n\n", "\u2029\u2029").replace("\n", "\u2028")
    assert read_dialogues(own(tmp_path, text)) == SMALL_TALK


def test_two_fields_make_the_line(tmp_path):
    with pytest.raises(CourseError) as caught:
        read_dialogues(own(tmp_path, "- привет\n- здравствуйте\n- как дела?\n"))
    error = caught.value
    assert error.what.endswith("вопросы и ответы идут парами.")
    assert error.advice.startswith("Допишите недостающую")
    assert str(error) == f"{error.what} {error.advice}"


# --- both modes -----------------------------------------------------------------------


def test_both_modes_have_one_structure(teacher, capsys):
    sample, full = load("dialogues", "sample"), load("dialogues", "full")
    check_structure(sample, "sample")
    check_structure(full, "full")
    assert sample == Dialogues(SMALL_TALK, ABOUT, "диалоги курса", "sample")
    assert full.small_talk == SMALL_TALK
    assert len(full.facts) == 13
    assert full.facts[1] == Dialogue("Я 4_1 0", ("ты 1?",), "да")
    assert full.facts[8] == Dialogue("Я 5_1 0", ("ты 0?",), "да")
    assert capsys.readouterr().out.splitlines() == [
        "Данные: диалоги курса (sample): "
        "в беседе ответов 3, фактов 2, вопросов о них 3",
        "Данные: факты из NLP_Datasets (full): "
        "в беседе ответов 3, фактов 4, вопросов о них 13",
    ]


def test_spoiled_files_of_the_course_say_how_to_restore_them(samples, teacher_folder):
    for name, other in (("smalltalk.txt", FACTS), ("facts.txt", TALK)):
        whole = (samples / name).read_bytes()
        for spoiled in (None, b"", b"\x00\x01", b"- one", other.encode()):
            (samples / name).unlink(missing_ok=True)
            if spoiled is not None:
                (samples / name).write_bytes(spoiled)
            said = line_of(load, "dialogues", "sample")
            assert said.startswith(f"{samples / name}: ")
            assert said.endswith(f"git checkout -- data/{name}")
        assert "не должны стоять" in said
        (samples / name).write_bytes(b"- a\n- b\n\n- c\n")
        said = line_of(load, "dialogues", "sample")
        assert f"{name}: строка 4: у вопроса «c» нет ответа" in said
        (samples / name).write_bytes(whole)
    check_structure(load("dialogues", "sample"), "sample")


def test_spoiled_small_talk_is_not_the_full_sets_fault(teacher, samples):
    (samples / "smalltalk.txt").unlink()
    said = line_of(load, "dialogues", "full")
    assert "git checkout -- data/smalltalk.txt" in said
    assert "COURSE_DATA_DIR" not in said


def test_full_mode_does_not_need_the_sample_of_facts(teacher, samples):
    (samples / "facts.txt").unlink()
    check_structure(load("dialogues", "full"), "full")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_another_encoding_of_the_full_set(encoding, teacher):
    said = triples(5, "скоро вернусь").replace("\n", "\r\n")
    own(teacher, said, FULL[1], encoding)
    assert load("dialogues", "full").facts[-1].context == "Я скоро вернусь 1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "answer5_1s.txt пуст"),
        (bytes(range(256)), "это не текст"),
        ("<html><body>Please log in</body></html>", "это веб-страница, а не текст"),
        (triples(4), "вопросов 4, а нужно 5: файл обрезан, или это другой"),
        (triples(6), "вопросов 6, а нужно 5"),
        (triples(5)[:-8], "строка 18: блок, который начинается с «T: "),
        (TALK, "строка 3: блок, который начинается с «- привет / здравствуй"),
    ],
    ids="empty binary page short long cut talk".split(),
)
def test_what_is_not_the_full_set_is_refused_and_kept(content, said, teacher):
    path = own(teacher, content, FULL[1])
    content = path.read_bytes()
    message = line_of(load, "dialogues", "full")
    assert message.startswith(f"{teacher / FULL[0]}, {path}: {path.name}")
    assert said in message
    assert "Замените файл или уберите переменную COURSE_DATA_DIR, тогда" in message
    assert path.read_bytes() == content


def test_download(server, cache, samples, small, monkeypatch):
    for name, count in zip(FULL, (8, 5), strict=True):
        own(server.folder, triples(count), name)
    entry = served_entry("dialogues", server, sums=True)
    monkeypatch.setitem(CATALOGUE, "dialogues", entry)
    check_structure(load("dialogues", "full"), "full")
    check_structure(load("dialogues", "full"), "full")
    assert server.requests == [f"/{name}" for name in FULL]
    own(cache, "половина", FULL[1])
    check_structure(load("dialogues", "full"), "full")
    assert len(server.requests) == 3


def test_another_file_at_the_address_is_not_kept(
    server, cache, samples, small, monkeypatch
):
    own(server.folder, triples(8), FULL[0])
    path = own(server.folder, triples(5), FULL[1])
    summed = served_entry("dialogues", server, sums=True)
    own(server.folder, triples(3), path.name)
    monkeypatch.setitem(CATALOGUE, "dialogues", summed)
    with pytest.raises(CourseError, match="контрольная сумма не сошлась"):
        load("dialogues", "full")
    assert [each.name for each in cache.iterdir()] == FULL[:1]
    monkeypatch.setitem(CATALOGUE, "dialogues", served_entry("dialogues", server))
    with pytest.raises(CourseError, match=r"вопросов 3, а нужно 5.*удалён из кэша"):
        load("dialogues", "full")
    assert not list(cache.iterdir())


def test_a_half_of_the_full_set_in_the_folder_is_not_enough(teacher, monkeypatch):
    (teacher / FULL[1]).unlink()
    asked = []

    def fetch(remote):
        asked.append(remote.name)
        count = 8 if remote.name == FULL[0] else 5
        return own(teacher.parent, triples(count), remote.name)

    monkeypatch.setattr("helpers.data.base.fetch", fetch)
    check_structure(load("dialogues", "full"), "full")
    assert asked == FULL


# --- the real files -------------------------------------------------------------------


def test_addresses_are_pinned_and_the_sums_are_those_of_the_files(real_data):
    ((one, other),) = [source.files for source in CATALOGUE["dialogues"].sources]
    for remote in (one, other):
        (url,) = remote.urls
        assert re.search(rf"/NLP_Datasets/[0-9a-f]{{40}}/QA/{remote.name}$", url)
        content = (real_data / remote.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == remote.sha256


def test_the_real_files(real_data, teacher_folder, samples, capsys):
    for name in FULL:
        shutil.copy(real_data / name, teacher_folder)
    full = load("dialogues", "full")
    check_structure(full, "full")
    assert "фактов 4821, вопросов о них 68335" in capsys.readouterr().out
    assert all(len(fact.questions) == 1 for fact in full.facts)


# --- a student's file -----------------------------------------------------------------

BOTH = TALK + "\n" + FACTS
PLAIN = {  # the same dialogues, written otherwise
    "as they are": BOTH.encode(),
    "marked": codecs.BOM_UTF8 + BOTH.encode(),
    "windows": BOTH.replace("\n", "\r\n").encode("cp1251"),
    "old mac": BOTH.replace("\n", "\r").encode(),
    "utf-16": BOTH.encode("utf-16"),
    "em dash": re.sub("(?m)^- ", "— ", BOTH).encode(),
    "en dash": re.sub("(?m)^- ", "– ", BOTH).encode("cp1251"),
    "dash of Word": re.sub("(?m)^- ", "—\u00a0", BOTH).encode(),
    "indented": re.sub("(?m)^", "\t ", BOTH).encode(),
    "blanks": BOTH.replace(" ", "   ").replace("\n", " \t\n").encode(),
    "far apart": ("\n\n" + BOTH.replace("\n\n", "\n\n \n\n")).encode(),
    "comments": ("#\n" + BOTH.replace("\n- ", "\n# о чём\n- ")).encode(),
    "long comment": (f"# {'о' * 600}\n" + BOTH).encode(),
    "no end": BOTH.rstrip("\n").encode(),
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=list(PLAIN))
def test_own_dialogues_written_in_any_usual_way(content, tmp_path, capsys):
    value = own_dialogues(own(tmp_path, content))
    check_structure(value, "own")
    assert value == Dialogues(SMALL_TALK, ABOUT, "мои диалоги", "own")
    assert capsys.readouterr().out == (
        "Данные: свои диалоги «мои диалоги.txt»: "
        "в беседе ответов 3, фактов 2, вопросов о них 3\n"
    )


def test_a_path_may_be_a_text_and_a_file_of_one_kind(tmp_path):
    value = own_dialogues(str(own(tmp_path, TALK)))
    assert (value.small_talk, value.facts) == (SMALL_TALK, [])
    check_structure(value, "own")
    value = own_dialogues(str(own(tmp_path, FACTS)))
    assert (value.small_talk, value.facts) == ([], ABOUT)
    check_structure(value, "own")


def test_the_order_is_that_of_the_file(tmp_path):
    path = own(tmp_path, FACTS + "\n" + TALK)
    assert read_dialogues(path) == ABOUT + SMALL_TALK


def test_a_slash_without_blanks_is_a_part_of_a_word(tmp_path):
    path = own(tmp_path, "- это и/или то / 1/2?\n- см. http://дом.рф/7\n")
    (found,) = read_dialogues(path)
    assert found.questions == ("это и/или то", "1/2?")
    assert found.answer == "см. http://дом.рф/7"


def test_a_hash_and_a_dash_inside_a_line_mean_nothing(tmp_path):
    path = own(tmp_path, "- кто - это? # = №1\n- я - это\n")
    assert read_dialogues(path) == [Dialogue("", ("кто - это? # = №1",), "я - это")]


def test_the_longest_line(tmp_path):
    path = own(tmp_path, f"- {'а' * 498}\n- да\n")
    assert len(read_dialogues(path)[0].questions[0]) == 498
    path = own(tmp_path, f"- что?\n- {'а' * 499}\n")
    assert "строка 2: 501 знаков, а в строке" in line_of(read_dialogues, path)


BAD = {
    "no dash": ("Привет!\nЗдравствуйте!\n", r"txt: нет ни одной .* с «- »\. Вопрос"),
    "facts only": ("= Я живу.\n\n= Я учусь.\n", r"txt: нет ни одной строки.* «- »\."),
    "no space at all": ("-кто?\n-я\n", r"нет ни одной .* \(чёрточка, пробел, текст\)"),
    "comments": ("# - раз\n# - два\n", r"нет ни одной строки, которая начинается с"),
    "prose": ("а" * 5000, r"нет ни одной строки, которая начинается с «- »\. Вопрос"),
    "empty": ("", r"txt пуст: .* ни одной реплики\. Вопрос пишут строкой «- привет»"),
    "blank": (" \r\n\t\n", r"пуст: .* ни одной реплики\. Вопрос пишут строкой"),
    "mark alone": (codecs.BOM_UTF8, "пуст: .* Вопрос пишут"),
    "one line": ("\n- привет\n", "строка 2: реплика в файле всего одна.*Допишите"),
    "one and fact": ("= Я тут.\n- где ты?", "строка 2: реплика в файле всего одна"),
    "odd": (
        "- привет\n- здравствуй\n- пока\n\n- а\n- б\n",
        "строка 3: у вопроса «пока» нет ответа: реплик в блоке 3, .* Допишите",
    ),
    "parted": (
        "- привет\n\n- здравствуй\n\n- пока\n\n- пока\n",
        "строка 1: у вопроса «привет» нет .* между вопросом и ответом нет пустой",
    ),
    "odd, end": (TALK + "- ой\n", "строка 10: у вопроса «ой» нет ответа"),
    "odd, fact": (FACTS.replace("- нет\n", ""), "строка 4: у вопроса «ты живёшь на"),
    "empty phrasing": (
        "- привет / / пока\n- здравствуй\n",
        "строка 1: одна из формулировок вопроса пуста.* уберите лишнюю черту",
    ),
    "slash first": ("- / привет\n- да\n", "строка 1: одна из формулировок"),
    "slash last": ("- да?\n- да\n- привет /\n- да\n", "строка 3: одна из формулировок"),
    "marks": ("- привет / ?!\n- да\n", "строка 1: одна из формулировок вопроса пуста"),
    "empty question": ("- \n- да\n", "строка 1: после «- » нет ни одного слова. Доп"),
    "empty answer": ("- да?\n-\n", "строка 2: после «- » .* вместе с парной"),
    "answer of marks": ("- да?\n- …\n", "строка 2: после «- » нет ни одного слова"),
    "two answers": (
        "- привет\n- да / нет\n",
        "строка 2: в ответе «да / нет» стоит « / », .* Оставьте один",
    ),
    "no questions": (
        "= Я живу в лесу.\n\n" + FACTS,
        "строка 1: о факте «Я живу в лесу.» нет ни одного вопроса. Допишите под ним",
    ),
    "two facts": (
        FACTS.replace("\n\n", "\n"),
        "строка 6: второй факт в одном блоке, первый стоит в строке 1. Поставьте",
    ),
    "two at once": ("= Раз.\n= Два.\n- кто?\n- я\n", "строка 2: второй факт"),
    "fact below": (
        "- кто?\n- я\n= Я тут.\n- где?\n- тут\n",
        r"строка 3: факт «Я тут\.» стоит под репликами.* Поставьте перед ним пустую",
    ),
    "empty fact": ("=\n- кто?\n- я\n", "строка 1: после «= » нет ни одного слова"),
    "neither": (
        "- привет\n- здравствуй\nКак дела?\n- хорошо\n",
        "строка 3: непонятно, что такое «Как дела.»: .* Реплика начинается с «- »",
    ),
    "neither, long": (
        "- а\n" + "слово " * 20,
        r"строка 2: непонятно, что такое «(слово )+сло…»",
    ),
    "no space": ("- кто?\n-я\n", "строка 2: .* «-я»: .* Начните строку с «- »: один"),
    "dash, no space": ("—кто?\n— я\n", "строка 1: .* с «— »: один знак и пробел"),
    "fact, no space": ("=Я тут.\n- где?\n- тут", "строка 1: .* строку с «= »: один"),
    "two hyphens": ("- кто?\n-- я\n", "строка 2: .* «-- я»: .* один знак"),
    "table": ("вопрос;ответ\nкто?;я\n- а\n- б\n", "строка 1: непонятно, что такое «во"),
    "statements": (triples(2), "нет ни одной строки, которая начинается с «- »"),
    "long line": (
        f"- кто?\n- я\n\n- {'а' * 500}\n- да\n",
        "строка 4: 502 знаков, а в строке их должно быть не больше 500. Сократите",
    ),
    "binary": (bytes(range(256)), "это не текст.*сохраните как обычный текст"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "это не текст"),
    "mixed": (BOTH.encode() + BOTH.encode("cp1251"), "кодировка не узнаётся"),
    "page": ("\n<!DOCTYPE html><p>- а</p>\n- б\n", "это веб-страница, .* Raw"),
    "docx": (b"PK\x03\x04" + bytes(99), r"документ Word или архив, а .*Обычный"),
    "empty zip": (b"PK\x05\x06" + bytes(18), "документ Word или архив, а нужен"),
    "doc": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        "или документ Word, а нужен",
    ),
    "pdf": (b"%PDF-1.7\n", "это документ PDF, а нужен .*кодировка UTF-8"),
    "rtf": (b"{\\rtf1\\ansi - a\n- b\n}", "это документ Word"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=list(BAD))
def test_what_is_wrong_with_own_dialogues(content, said, tmp_path, capsys):
    message = line_of(own_dialogues, own(tmp_path, content))
    assert message.startswith("мои диалоги.txt")
    assert re.search(said, message), message
    assert capsys.readouterr().out == ""


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    content = "\n\n# о себе\n\n" + FACTS.replace("- Гриша", "-Гриша")
    for ends in ("\n", "\r\n", "\r"):
        said = line_of(own_dialogues, own(tmp_path, content.replace("\n", ends)))
        assert "строка 13: непонятно, что такое «-Гриша»" in said


def test_a_docx(tmp_path):
    path = tmp_path / "диалоги.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/media/image.png", bytes(3_000_000))
    said = line_of(read_dialogues, path)
    assert said.startswith("диалоги.docx: это документ Word, а нужен обычный текст")


def test_large_files(tmp_path):
    path = own(tmp_path, b"- a\n- b\n" * 250_000)
    assert len(read_dialogues(path)) == 250_000
    path = own(tmp_path, path.read_bytes() + b"\n")
    said = line_of(read_dialogues, path)
    assert said.startswith("мои диалоги.txt больше 2 МБ: столько реплик")
    assert "Возьмите часть файла" in said


@pytest.mark.parametrize("given", [None, 5, b"talk.txt", ["talk.txt"]])
@pytest.mark.parametrize("read", [read_dialogues, read_statements, own_dialogues])
def test_what_is_no_path(read, given):
    assert f"а дано: {type(given).__name__}" in refusal(read, given)


@pytest.mark.parametrize("read", [read_dialogues, read_statements, own_dialogues])
def test_no_such_file(read, tmp_path):
    for path in (tmp_path / "нет.txt", tmp_path):
        with pytest.raises(CourseError, match=r"файла .* нет\. Проверьте имя"):
            read(path)


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    path = own(tmp_path, TALK)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    said = line_of(read_dialogues, path)
    assert said == "мои диалоги.txt не читается: Permission denied."


# --- blocks of three lines ------------------------------------------------------------

CAT = "T: Кот  спит\nQ: кто спит?\nA: кот\n"


def test_statements_are_not_merged(tmp_path):
    path = own(tmp_path, f"\n\n# кот\n{CAT}\n{CAT}\n \nT: Я\nQ: Кто ты / он?\nA: ты")
    cat = Dialogue("Кот спит", ("кто спит?",), "кот")
    assert read_statements(path) == [cat, cat, Dialogue("Я", ("Кто ты / он?",), "ты")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "пуст"),
        ("# кот\n", "нет ни одного блока «T:», «Q:», «A:»"),
        ("T: Кот спит\n\n" + CAT, "строка 1: блок, .*«T: Кот спит», — не три строки"),
        (
            f"{CAT}\n{CAT[:-7]}",
            "строка 5: блок, .* не три строки с текстом. Нужны",
        ),
        (CAT + CAT, "строка 1: блок, .* не три строки с текстом. Нужны"),
        ("\n" + CAT.replace("Q:", "A:"), "строка 2: блок, .* не три строки"),
        (CAT.replace("кот", "?"), "строка 1: блок, .* не три строки с текстом"),
        (CAT.replace("T: ", "T:"), "строка 1: блок, .*«T:Кот спит», — не три строки"),
        (CAT.replace("A: кот", "A:"), "строка 1: блок, .* не три строки"),
        (b"PK\x03\x04" + bytes(99), "документ Word или архив"),
        ("<html>T: Кот</html>", "это веб-страница"),
        (bytes(range(256)), "это не текст"),
    ],
    ids="empty comment one two four order marks glued blank zip page binary".split(),
)
def test_what_is_wrong_with_statements(content, said, tmp_path):
    message = line_of(read_statements, own(tmp_path, content, "факты.txt"))
    assert message.startswith("факты.txt")
    assert re.search(said, message), message


def test_limits_are_those_of_the_messages():
    assert (dialogues.MAX_BYTES, dialogues.MAX_LINE) == (2_000_000, 500)
