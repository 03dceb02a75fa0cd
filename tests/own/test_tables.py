"""Tables that others wrote: read rightly, or refused with the place of the trouble."""

import io
import re
import zipfile

import pandas as pd
import pytest

from helpers.data import own_wells
from helpers.errors import CourseError
from helpers.own.tables import read_labelled_texts, read_table
from tests.support import line_of

ROWS = ["Гол на последней минуте,спорт", "Ничья в дерби,спорт"]
ROWS += ["Суп без соли,кухня", "Пирог с рыбой,кухня"]
GOOD = "\n".join(["text,topic", *ROWS]) + "\n"
EXCEL = GOOD.replace(",", ";")  # as a Russian Excel writes it
HISTORY = "API;Year;Month;Liquid;Gas;Water\n" + "".join(
    f"Ближняя-2;{2019 + month // 12};{month % 12 + 1};{900 - month},5;7;0\n"
    for month in range(24)
)


def write(folder, content, encoding="utf-8", name="мои тексты.csv"):
    path = folder / name
    data = content if isinstance(content, bytes) else content.encode(encoding)
    path.write_bytes(data)
    return path


ENCODINGS = ["utf-8", "utf-8-sig", "cp1251", "utf-16", "mac-cyrillic", "iso8859-5"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_table_is_read(tmp_path, encoding, separator):
    path = write(tmp_path, GOOD.replace(",", separator), encoding)
    table = read_labelled_texts(path)
    assert table["text"].tolist()[2] == "Суп без соли"
    assert table["topic"].tolist() == ["спорт", "спорт", "кухня", "кухня"]


def test_quotes_blanks_and_other_columns(tmp_path):
    content = 'topic, text ,who\nспорт,"Да, гол!",я\nспорт, Ничья ,NA\n'
    table = read_table(write(tmp_path, content), ["text", "topic"])
    assert table["text"].tolist() == ["Да, гол!", "Ничья"]
    assert table["who"].tolist() == ["я", "NA"]  # a word, not a missing value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace("topic", "тема"), "нет столбца topic.*Сейчас там: text, тема"),
        ("text,topic\n", "нет ни одной строки"),
        (GOOD + ",спорт\n", "строка 6: пустая ячейка в столбце text"),
        (GOOD + "Обед,\n", "строка 6: пустая ячейка в столбце topic"),
        (GOOD + "Обед,наука\n", "у темы «наука» текстов 1, а нужно хотя бы 2"),
        ("text,topic\nГол,спорт\nУдар,спорт\n", "тема всего одна, «спорт»"),
        (GOOD + "а,б,в,г\n", "строка 6: ячеек 4, а имён в первой строке 2.*кавычки"),
        (GOOD + "Обед\n", "строка 6: ячеек 1, а имён .* пропал разделитель"),
        (GOOD.replace("Ничья", '"Ничья'), "строка 3: кавычка открыта и нигде не"),
        (GOOD + '"' + "а" * 140_000, "строка 6: кавычка открыта"),
        ("text,topic,topic\n1,2,3\n", "столбец topic стоит дважды"),
        ("sep=;\n", "нет ни одной строки"),
        ("text;to\u200bpic;\n;;\n", "нет столбца topic.*Сейчас там: text"),
        ('"text";"to\npic"\n1;2\n', "нет столбца topic.*Сейчас там: text, to pic"),
        (GOOD + '"а\nб","в\nг"\n', "у темы «в г» текстов 1"),
        (b"\x00\x01\x02\xff" * 50, "это не текст"),
        ("", "пуст"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path, content, said):
    with pytest.raises(CourseError, match=said):
        read_labelled_texts(write(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\n" + EXCEL,
        '\ufeff"SEP=;"\r\n' + EXCEL.replace("\n", "\r\n"),
        "sep=;;\n\n" + EXCEL,
        "sep=\t\n" + EXCEL.replace(";", "\t"),
        "sep=|\n" + EXCEL.replace(";", "|"),
        EXCEL.replace("topic", 'topic;"автор, год, место, том"').replace("\n", ";я\n"),
        EXCEL.replace("topic", "topic;автор, год, место, том").replace("\n", ";я\n"),
        EXCEL + ";\n" * 3,
        EXCEL.replace("Суп", ";\n \t;\u200b\nСуп"),
        "\n\n" + EXCEL.replace("\n", "\n\n"),
        EXCEL.replace("\n", ";;;\n").replace(";;;", "", 1),
        EXCEL.replace("topic", "topic;;прочее;прочее"),
        EXCEL.replace("спорт", "\u200bспорт\u200e").replace("text", "\ufefftext"),
    ],
    ids="sep quoted sep-of-many tab bar comma-in-name comma-plain end middle blank "
    "wide narrow invisible".split(),
)
def test_what_excel_and_others_leave_in_a_table(content, tmp_path):
    table = read_labelled_texts(write(tmp_path, content))
    assert table["text"].tolist() == [row.split(",")[0] for row in ROWS]
    assert table["topic"].tolist() == ["спорт", "спорт", "кухня", "кухня"]
    assert table.index.tolist() == [0, 1, 2, 3]
    assert table.columns.is_unique


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\n" + HISTORY,
        HISTORY.replace(";", "|"),
        HISTORY.replace("Water", "Water;проба, место").replace(";0\n", ";0;я\n"),
        HISTORY + ";;;;;\n" * 3,
    ],
    ids="sep bar commas end".split(),
)
def test_wells_go_through_the_same_reader(content, tmp_path):
    wells = own_wells(write(tmp_path, content, "cp1251"))
    assert wells.api == ["Ближняя-2"]
    assert wells.liquid[0, :2].tolist() == [900.5, 899.5]


def book(*names):
    """Return the bytes of an archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize("read", [read_labelled_texts, own_wells])
@pytest.mark.parametrize(
    ("name", "content", "kind", "advice"),
    [
        ("т.xlsx", book("xl/workbook.xml"), "книга Excel", "Откройте файл в Excel и"),
        (
            "т.csv",
            book("xl/workbook.xml"),
            "книга Excel",
            "Сохранить как → «CSV UTF-8»",
        ),
        ("т.ods", book("mimetype", "content.xml"), "книга Excel", "Сохранить как"),
        ("т.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "книга Excel", "Сохранить как"),
        ("т.xls", b"<html><table><tr>", "книга Excel", "Сохранить как"),
        ("т.zip", book("т.csv"), "архив, а", "Распакуйте его"),
        ("т.csv", b"\x1f\x8b\x08\x00", "архив, а", "Распакуйте его"),
        ("т.rar", b"Rar!\x1a\x07", "архив, а", "Распакуйте его"),
        ("т.pdf", b"%PDF-1.7", "документ PDF", "Перенесите таблицу оттуда в Excel"),
        ("т.docx", book("word/document.xml"), "документ Word", "Перенесите таблицу"),
        ("т.csv", b"<!DOCTYPE html><p>404", "веб-страница", "Download или Raw"),
        ("т.csv", b"\n <meta charset=utf-8>", "веб-страница", "Download или Raw"),
        ("т.csv", b"<!-- saved --><html>", "веб-страница", "Download или Raw"),
        ("т.csv", b"<TABLE><tr><td>1", "веб-страница с таблицей", "Откройте файл в"),
        (
            "т.csv",
            b'<?xml version="1.0"?><Workbook '
            b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "веб-страница с таблицей",
            "Откройте файл в Excel",
        ),
    ],
)
def test_what_is_no_csv_is_named(read, name, content, kind, advice, tmp_path):
    path = write(tmp_path, content, name=name)
    with pytest.raises(CourseError) as caught:
        read(path)
    assert caught.value.what.startswith(f"{name}: это ")
    assert kind in caught.value.what
    assert advice in caught.value.advice


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('text;topic\n"Гол\nв\nокно";спорт\nУдар;спорт\n;кухня\n', 6),
        ("text;topic\n\nГол;спорт\n\n\nУдар;спорт\n;кухня\n", 7),
        ("sep=;\r\ntext;topic\r\nГол;спорт\r\n;\r\n;кухня\r\n", 5),
        ('text;topic\nГол;спорт\n"  ";"кух\nня"\n', 3),
        ("\ntext;topic\nГол;спорт\n;;\n\u200b;кухня\n", 5),
    ],
    ids="cells blank sep own-lines empty-rows".split(),
)
def test_lines_are_those_of_an_editor(content, line, tmp_path):
    said = line_of(read_labelled_texts, write(tmp_path, content))
    assert f"строка {line}: пустая ячейка в столбце text (всего таких 1)." in said


def test_a_cell_of_several_lines_is_quoted_in_one(tmp_path):
    content = HISTORY.replace(";890,5;", ';"890,5\nили 891";')
    said = line_of(own_wells, write(tmp_path, content))
    assert "строка 12: Liquid = 890,5 или 891, а нужно число" in said


def test_rows_are_numbered_by_their_lines(tmp_path):
    content = '\nтема\n\n"а\nб"\nв, г\n'
    table = read_table(write(tmp_path, content), ["тема"])
    assert table["тема"].to_dict() == {4: "а\nб", 6: "в, г"}


def test_a_damaged_table_is_read_and_told(tmp_path, capsys):
    content = (EXCEL * 3).encode().replace("Суп".encode(), "Суп".encode()[:-1], 1)
    content = content.replace(b"text;topic\n", b"").replace(b"\n", b";\n")
    table = read_labelled_texts(write(tmp_path, b"text;topic;\n" + content))
    assert table["text"][2] == "Су\ufffd без соли"
    assert re.search("мест.*: 1, первое в строке 4;", capsys.readouterr().out)


def test_pages_that_only_mention_a_tag_are_tables(tmp_path):
    path = write(tmp_path, GOOD.replace("Суп", "<b>Суп</b>"))
    assert read_labelled_texts(path)["text"][2] == "<b>Суп</b> без соли"


@pytest.mark.parametrize("given", [None, 5, ["a"], pd.DataFrame({"text": ["a"]})])
def test_what_is_no_path(given):
    for read in (read_labelled_texts, lambda path: read_table(path, ["text"])):
        assert f"а дано: {type(given).__name__}. Напишите имя" in line_of(read, given)


def test_labels_that_are_known(tmp_path):
    path = write(tmp_path, GOOD)
    assert len(read_labelled_texts(path, ["спорт", "кухня"])) == 4
    with pytest.raises(
        CourseError, match="строка 4: темы «кухня» нет среди спорт, быт"
    ):
        read_labelled_texts(path, ["спорт", "быт"])
    with pytest.raises(CourseError, match="у темы «быт» текстов 0"):
        read_labelled_texts(path, ["спорт", "кухня", "быт"])


def test_no_file(tmp_path):
    with pytest.raises(CourseError, match="нет"):
        read_table(tmp_path / "нет.csv", ["text"])
