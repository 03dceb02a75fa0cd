"""What a judge is made of: every kind of answer is read, every refusal is one line."""

import threading

import numpy as np
import pytest

from lessons.checks import judge
from lessons.checks.judge import NotStarted, WrongAnswer


def line(call, *arguments, **options):
    with pytest.raises(WrongAnswer) as caught:
        call(*arguments, **options)
    return str(caught.value)


WANTED = np.arange(12.0).reshape(3, 4) ** 2


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (WANTED.T, "перепутаны оси"),
        (-WANTED, "с обратным знаком"),
        (2 * WANTED, "в одно и то же число раз, 2"),
        (WANTED + 0.5, "на одно и то же слагаемое, 0,5"),
        (np.roll(WANTED, 1, axis=1), "сдвинуты на одно место (ось 1)"),
        (WANTED[:, :3], "форма (3, 3), ожидалась (3, 4). По оси 1 на одно меньше"),
        (WANTED.ravel(), "Чисел столько же, но разложены они иначе"),
        (WANTED * np.nan, "12 чисел из 12 — NaN"),
        (WANTED + (WANTED == 25), "не сходится 1 число из 12; дальше всего на месте"),
        (np.sqrt(WANTED), "на месте (2, 3): у вас 11, ожидалось 121"),
        ("слово", "это не таблица чисел, а строка"),
        ([[1, 2], [3]], "это не таблица чисел, а список"),
        ({0: 1, 1: 2}, "это не таблица чисел, а словарь"),
        (None, "получилось None"),
        (np.mean, "это функция, а нужны числа"),
    ],
)
def test_a_wrong_array_is_compared(got, said):
    assert said in line(judge.same, got, WANTED, "таблица")


def test_one_number_is_neither_a_ratio_nor_a_shift():
    assert "не сходится 1 число" in line(judge.same, [500, 0], [1000, 0], "пара")
    said = line(judge.same, [1.0, 1.0, 1.0, 2.0], [5.0, 1.0, 1.0, 1.0], "ряд")
    assert "не сходится 2 числа" in said


def test_two_numbers_are_never_shown_equal():
    said = line(judge.same, 0.279701, 0.279733, "точность", rtol=1e-6)
    assert said == "точность: у вас 0,279701, ожидалось 0,279733."


def test_a_square_with_its_axes_exchanged():
    square = np.arange(9.0).reshape(3, 3)
    assert "перепутаны оси" in line(judge.same, square.T, square, "таблица")


@pytest.mark.parametrize(
    "got",
    [
        WANTED,
        WANTED.astype(np.float32),
        WANTED.astype(int),
        WANTED.tolist(),
        WANTED[..., None],
        WANTED * (1 + 1e-7),
    ],
)
def test_a_right_array_passes_in_any_dress(got):
    judge.same(got, WANTED, "таблица")


def test_tensors_and_tables_are_read():
    import keras
    import pandas as pd
    from scipy.sparse import csr_matrix

    judge.same(keras.ops.convert_to_tensor(WANTED), WANTED, "тензор")
    judge.same(keras.Variable(WANTED), WANTED, "переменная")
    judge.same(pd.DataFrame(WANTED), WANTED, "таблица")
    judge.same(pd.Series([1, 2]), [1, 2], "столбец")
    judge.same(csr_matrix(WANTED), WANTED, "разреженная таблица")


def test_the_named_mistake_comes_first_and_is_computed_only_when_needed():
    mistakes = [(-WANTED, "забыт минус"), (lambda: 1 / 0, "лень")]
    judge.same(WANTED, WANTED, "ответ", mistakes[1:])
    assert line(judge.same, -WANTED, WANTED, "ответ", mistakes) == "ответ: забыт минус"


def test_what_is_whole_but_for_its_last_digit_is_whole():
    """On one processor a softmax over one number is 1, on another 0.99999994."""
    given = np.float32([0.99999994, 1.0000001, 3.0000002, -2.0000002, 0, 0.999, 1e-9])
    got = judge.array(given, "ответ")
    assert got[:5].tolist() == [1, 1, 3, -2, 0]
    assert np.allclose(got[5:], [0.999, 1e-9], rtol=1e-6, atol=0)
    assert np.isinf(judge.array([np.inf, -np.inf], "ответ")).all()
    assert judge.shown(np.float32(0.99999994)) == "1"
    assert judge.shown(102464.006) == "102464"
    assert judge.shown(np.inf) == "inf"


def test_the_worst_place_and_a_shift_do_not_hang_on_the_last_digit():
    wanted = np.zeros(5)
    for step in (-1e-9, 1e-9):
        said = line(judge.same, [0, 3, 0, 3 + step, 0.5], wanted, "ряд")
        assert "дальше всего на месте 1" in said
    nearly = np.full(5, 2.0) + np.arange(5) * 1e-9
    assert "сдвинуты" not in line(judge.same, [7, *nearly[:-1]], nearly, "ряд")


def test_one_number():
    assert judge.number([[3]], "ответ") == 3.0
    assert judge.number(np.float32(0.5), "ответ") == 0.5
    assert "2 числа" in line(judge.number, [1, 2], "ответ")
    assert "а строка" in line(judge.number, "5", "ответ")
    assert line(judge.same, 0.5, 0.25, "ответ") == ("ответ: у вас 0,5, ожидалось 0,25.")


@pytest.mark.parametrize("value", [..., [...], (1, ...)])
def test_a_stub_is_not_a_mistake(value):
    for read in (judge.array, judge.number):
        with pytest.raises(NotStarted):
            read(value, "ответ")
    with pytest.raises(NotStarted):
        judge.call(lambda: value, what="f")
    with pytest.raises(NotStarted):
        judge.call(lambda: 1 + value if value is ... else ..., what="f")


def test_a_function_is_called_on_copies_and_never_raises():
    given = np.ones(3)

    def spoils(x):
        x += 1
        return x

    assert (judge.call(spoils, given, what="f") == 2).all()
    assert (given == 1).all()
    assert "ZeroDivisionError" in line(judge.call, lambda: 1 / 0, what="f")
    assert "без скобок" in line(judge.call, 5, what="f")
    assert "забыли return" in line(judge.call, lambda: None, what="f")
    assert "SystemExit" in line(judge.call, lambda: exit(1), what="f")


def test_arguments_that_a_judge_gets_wrong_are_its_own_failure():
    locked = threading.Lock()  # nothing can copy it
    with pytest.raises(TypeError, match="pickle"):
        judge.call(lambda lock: 1, locked, what="f")


class Own:
    """An object of a student's: each way to read it runs the student's code."""

    def __iter__(self):
        raise KeyError("ключ")

    @property
    def words(self):
        return {}["words"]


@pytest.mark.parametrize("read", [judge.array, judge.number])
def test_an_object_that_cannot_be_read_is_the_answer_s_fault(read):
    assert "это не таблица чисел" in line(read, Own(), "ответ")
    assert "нужен список" in line(judge.same_items, Own(), ["а"], "ответ")
    assert "нужен список" in line(judge.items, Own(), "ответ")
    assert "нужен список" in line(judge.items, "слово", "ответ")
    assert judge.items((each for each in "аб"), "ответ") == ["а", "б"]
    assert judge.attribute(Own(), "words", 5) == 5
    assert "лежит объект типа Own" in line(judge.same_items, [Own()], ["а"], "ответ")


def test_what_runs_an_object_of_the_student_s_own():
    def words(answer):
        with judge.running("ответ.words"):
            return answer.words

    assert line(words, Own()) == (
        "ответ.words: не удалось прочитать, ошибка KeyError: 'words'"
    )
    with pytest.raises(NotStarted), judge.running("ответ"):
        _ = 1 + ...
    with pytest.raises(WrongAnswer, match=r"^своя строка$"), judge.running("ответ"):
        judge.refuse("своя строка")


@pytest.mark.parametrize(
    ("got", "wanted", "said"),
    [
        (["б", "а"], ["а", "б"], "в другом порядке"),
        (["а"], ["а", "б"], "в списке 1 элемент, ожидалось 2"),
        (["а", "в"], ["а", "б"], "на месте 1 у вас «в», ожидалось «б»"),
        (["а", "в"], {"а", "б"}, "лишнее: в; не хватает: б"),
        ("аб", ["а", "б"], "получена строка «аб»"),
        (5, ["а"], "нужен список, а здесь целое число"),
        ([["а"]], {"а"}, "внутри списка лежат списки"),
    ],
)
def test_a_wrong_list_is_compared(got, wanted, said):
    assert said in line(judge.same_items, got, wanted, "список")


def test_several_things_are_returned_together():
    ask = "f: верните два числа"
    assert judge.parts((1, 2), 2, ask) == (1, 2)
    assert judge.parts(np.array([1, 2]), 2, ask) == [1, 2]
    assert line(judge.parts, [1, 2, 3], 2, ask) == f"{ask}, а вернулось 3 элемента."
    assert line(judge.parts, {"а": 1, "б": 2}, 2, ask).endswith("после return.")
    assert "1 элемент" in line(judge.parts, np.array(5), 2, ask)
    with pytest.raises(NotStarted):
        judge.parts((1, ...), 2, ask)


def test_a_training_that_diverged():
    assert judge.finite(WANTED, "ответы") is WANTED
    assert "обучение разошлось" in line(judge.finite, [1, np.inf], "ответы")


def test_a_right_list_passes_in_any_dress():
    judge.same_items(("а", "б"), ["а", "б"], "список")
    judge.same_items(np.array(["б", "а"]), {"а", "б"}, "множество")
    judge.same_items(np.array([1, 2]), [1, 2], "номера")
    assert "порядок" in line(
        judge.same_items, [2, 1], [1, 2], "номера", [([2, 1], "обратный порядок")]
    )


def test_networks():
    import keras

    built = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    judge.network(built)
    assert judge.outputs(built, np.ones((4, 3))).shape == (4, 2)
    assert "формы (4, 5)" in line(judge.outputs, built, np.ones((4, 5)))
    assert judge.outputs(built, np.ones((7, 3)), rows=3).shape == (7, 2)
    two = keras.Model(built.inputs[0], [*built.outputs, *built.outputs])
    assert [each.shape for each in judge.told(two, np.ones((7, 3)), 3)] == [(7, 2)] * 2
    assert "несколько выходов" in line(judge.outputs, two, np.ones((4, 3)))
    assert "нужна сеть Keras" in line(judge.network, built.predict)
    assert "это уже сеть, а нужна функция" in line(judge.function, built, "f")
    assert "нет весов" in line(judge.network, keras.Sequential([keras.layers.Dense(2)]))
    built.set_weights([np.full((3, 2), np.nan), np.zeros(2)])
    assert "обучение разошлось" in line(judge.outputs, built, np.ones((4, 3)))


def test_numbers_are_shown_as_a_russian_reader_writes_them():
    shown = [judge.shown(each) for each in (0.25, 102464.0, -3, 1 / 3, 12345.678)]
    assert shown == ["0,25", "102464", "−3", "0,3333", "12346"]


@pytest.mark.parametrize(
    ("n", "text"), [(1, "1 число"), (3, "3 числа"), (11, "11 чисел"), (22, "22 числа")]
)
def test_nouns_agree_with_numbers(n, text):
    assert judge.count(n, *judge.NUMBERS) == text
