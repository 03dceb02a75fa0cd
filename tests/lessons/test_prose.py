"""Numbers that prose quotes: old ones and wrong roundings fail, right ones pass."""

import tomllib
from decimal import Decimal

import nbformat
import pytest

from tests.lessons import prose

STORED = "доля верных 0.894\nпотери -0.0312, примеров 1004, параметров: 166,600\n"
RESULTS = [Decimal("0.906500"), Decimal("0.009613"), Decimal("761831.000000")]


def code(source, text="", *tags):
    outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": tags})


def problems(*cells, second_edition=False, reasons=()):
    made = [
        nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else cell
        for cell in cells
    ]
    book = nbformat.v4.new_notebook(cells=made)
    return prose.problems(book, "01_x", second_edition, dict(reasons), RESULTS)


BEFORE = code("print(earlier)", "раньше 0.71 и 25 человек\n")
TAGGED = code("rate = 0.05\nsteps = range(200)\nprint(share)", STORED, "±0.03")
BELOW = code("fit(rate=0.3)", "ниже 0.6252\n")

RIGHT = [
    "Верных 0,894, а округлённо 0,89 или 0,9.",
    "Верных 89 % или 89,4 %: это **0,89**.",
    "<details><summary>Что мы увидели</summary><p>Верных <b>0,89</b>.</p></details>",
    "Потери −0,03; примеров 1004, то есть 1 004 или 1\u00a0004, почти тысяча.",
    "Параметров 166 600, или 167 тыс.",
    "Со скоростью 0,05 шагов 200, с нулевого по 199. Что будет, если взять 0,3?",
    "От 0,89 до $0{,}95$, а это 0,95.",
    "Тогда `rate=0.7` и <code>epochs=4000</code>.",
    "На полном наборе 0,9065, параметров 761 831.",
    "| наша | 0,9065 ± 0,0096 |",
    "В 1958 году нейронов было 12, слоёв 2, в 2012 больше.",
    "В разделах 14, 15 и 17, в уроке 21 и на шаге 30, 95 %-й интервал.",
    "Сеть 2-2-1, файл v3.14.15, [ссылка](https://x.org/0.77), L2.",
    "Это лучше, чем 0,71 из раздела 4, где людей 25.",
    "Неверных 0,106, ведь верных 0,894. Шагнули на 0,05·0,894 = 0,0447.",
    "**Прежде чем запускать:** что даст 0,625? А 63 %? И 0,3?",
    "Верных 0,89.\n\n## 5. Другое\n\nЗдесь 0,77.",
]
WRONG = {
    "old": ("Верных 0,87.", "0,87"),
    "another digit": ("Верных 0,893.", "0,893"),
    "rounded wrongly": ("Верных 0,90.", "0,90"),
    "cut off": ("Верных 89,3 %.", "89,3"),
    "more digits": ("Верных 0,8940.", "0,8940"),
    "sign": ("Потери 0,03.", "0,03"),
    "per cent": ("Верных 90 %.", "90"),
    "whole": ("Примеров 1 005.", "1\u00a0005"),
    "a range": ("От 0,88 до 0,894.", "0,88"),
    "inside": ("<details><summary>Да</summary>Верных 0,88.</details>", "0,88"),
    "far away": ("Это лучше, чем 0,71.", "0,71"),
    "next sentence": ("В разделе 4 было 0,71. А здесь 0,72.", "0,72"),
    "from below": ("Ниже будет 0,63.", "0,63"),
    "no such question": ("**Прежде чем запускать:** что даст 0,64?", "0,64"),
    "no difference": ("Неверных 0,16, ведь верных 0,894.", "0,16"),
    "another sentence": ("Верных 0,894. Стало на 0,106 хуже.", "0,106"),
    "a row": ("| наша | 0,9056 |", "0,9056"),
    "not a place": ("В разделе 0,77 верных.", "0,77"),
}


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_printed_may_be_quoted(text):
    assert problems(BEFORE, "## 1. Начало", TAGGED, text, BELOW) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_printed_is_found(name):
    text, number = WRONG[name]
    (line,) = problems(BEFORE, "## 1. Начало", TAGGED, text, BELOW)
    assert line.startswith(f"cell 4: {number} is not printed: ")


def test_a_new_output_makes_an_old_quote_fail():
    text = "Верных 0,894, то есть 89 %."
    assert problems(TAGGED, text) == []
    again = code(TAGGED.source, STORED.replace("0.894", "0.871"), "±0.03")
    assert [line.split()[2] for line in problems(again, text)] == ["0,894", "89"]


def test_all_the_cells_just_above_may_be_quoted():
    silent = code("figure = draw()")
    assert problems(BEFORE, TAGGED, silent, "Верных 0,89, прежде 0,71.") == []
    assert problems(TAGGED, "Верных 0,89.", "И ещё 0,89.") == []
    assert len(problems(TAGGED, "Верных 0,89.", "И ещё 0,88.")) == 1


def test_a_table_and_a_figure_print_too():
    for kind in ("text/plain", "text/html"):
        shown = nbformat.v4.new_output("display_data", {kind: "<b>доля</b> 0,894"})
        cell = nbformat.v4.new_code_cell("1", outputs=[shown])
        cell.metadata["tags"] = ["±5%"]
        assert problems(cell, "Верных 0,89.") == []
        assert len(problems(cell, "Верных 0,88.")) == 1


def test_without_a_tolerance_the_first_edition_is_left_alone():
    assert problems(BEFORE, "Верных 0,87.\n\n## Проверьте себя\n\nИ 0,99.") == []


def test_the_second_edition_prints_every_decimal_number():
    cells = ["В начале 0,3.", BEFORE, "## 2. Потом\n\nБыло 0,71, людей 26.", BELOW]
    assert problems(*cells, second_edition=True) == [
        "cell 1: 0,3 is not printed: В начале 0,3."
    ]
    cells[2] = "## 2. Потом\n\nБыло 0,72; по формуле $p = 0{,}8$ это 0,8."
    assert len(problems(*cells, second_edition=True)) == 2
    assert problems("Будет 0,71.", "Вот:", BEFORE, second_edition=True)


def test_the_self_test_quotes_the_whole_lesson():
    test = "## Проверьте себя\n\n**1.** У сети {}. Почему?"
    end = "## Домашнее задание\n\nДойдите до 0,99."
    for quoted in ("0,89", "0,71", "25 человек"):
        assert problems(BEFORE, "И.", TAGGED, "## 2", test.format(quoted), end) == []
    for quoted in ("0,88", "27 человек"):
        (line,) = problems(BEFORE, "И.", TAGGED, "## 2", test.format(quoted), end)
        assert "Почему?" not in line
    answer = "<details><summary>а) Да</summary>Неверно. Их 0,88 (раздел 2).</details>"
    assert len(problems(TAGGED, "## Проверьте себя", answer, end)) == 1


def test_a_reason_is_given_once_and_needed():
    said = {"0,925": "так верно правило, по которому сделана таблица"}
    assert problems(TAGGED, "Правило верно в 0,925 случаев.", reasons=said) == []
    idle = ["quotes.toml: 0,925 needs no reason"]
    assert problems(TAGGED, "Верных 0,894.", reasons=said) == idle


def test_the_list_of_reasons():
    lists = tomllib.loads(prose.QUOTES.read_text(encoding="utf-8"))
    for lesson, rows in lists.items():
        assert list((prose.ROOT / "lessons").glob(f"{lesson}.ipynb"))
        assert len(prose.read_reasons(lesson)) == len(rows)
        for row in rows:
            assert len(row.pop("reason")) > 20
            assert set(row) == {"number"}


def test_what_the_full_data_gave():
    found = prose.read_results("04_mnist_cnn")
    assert Decimal("0.113500") in found
    assert prose.is_printed(prose.Quote("0,1135", Decimal("0.1135"), False), found)
    assert prose.read_results("99_none") == []
