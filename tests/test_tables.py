"""Tables that others wrote: read rightly, or refused with the place of the trouble."""

import pytest

from helpers.errors import CourseError
from helpers.tables import read_labelled_texts, read_table

ROWS = ["Гол на последней минуте,спорт", "Ничья в дерби,спорт"]
ROWS += ["Суп без соли,кухня", "Пирог с рыбой,кухня"]
GOOD = "\n".join(["text,topic", *ROWS]) + "\n"


def write(folder, content, encoding="utf-8"):
    path = folder / "мои тексты.csv"
    data = content if isinstance(content, bytes) else content.encode(encoding)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
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
        (GOOD + "а,б,в,г\n", "лишний разделитель"),
        (b"\x00\x01\x02\xff" * 50, "это не текст"),
        ("", "пуст"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path, content, said):
    with pytest.raises(CourseError, match=said):
        read_labelled_texts(write(tmp_path, content))


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
