"""A student's own file in lessons 5, 6 and 7: the smallest that they take runs through.

What a lesson needs it says right after loading.  Here all cells of a lesson run on the
smallest file that is taken, with stubs in place of training; one that is a little
smaller is refused, in one line, by the loader or by the cell that follows it.
"""

import itertools
import re
from types import SimpleNamespace

import keras
import matplotlib as mpl
import nbformat
import numpy as np
import pytest

from helpers import data, plots, training
from helpers.text import tokenize
from tests.support import ROOT, line_of

mpl.use("agg")
import matplotlib.pyplot as plt

LOAD = re.compile(r'data\.load\("(book|wells|dialogues)"\)')
NAMES = "Иван Пётр Илья Фёдор Егор Матвей Лука Тихон Захар Кузьма Савва".split()
SYLLABLES = [a + b for a in "шбвгдзклмнпрст" for b in "аеиоу"]
PRONOUNS = "он она его её".split()


def cells(lesson, first, last):
    """Return the imports of a lesson and its cells from one with `first` to `last`."""
    (path,) = (ROOT / "lessons").glob(f"{lesson:02}_*.ipynb")
    sources = [
        cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"
    ]
    (start,) = (i for i, source in enumerate(sources) if first in source)
    (end,) = (i for i, source in enumerate(sources) if last in source)
    return [sources[1], *sources[start : end + 1]]


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch):
    """Networks stay as they were born, and of figures nothing is stored."""

    def fit(network, *_, epochs=1, **__):
        names = ("loss", "val_loss", "accuracy", "val_accuracy")
        history = {name: [1.0 / (k + 1) for k in range(epochs)] for name in names}
        return SimpleNamespace(history=history)

    monkeypatch.setattr(keras.Model, "fit", fit)
    monkeypatch.setattr(plots, "show", lambda figure, alt: plt.close(figure))
    yield
    plt.close("all")


@pytest.fixture
def run():
    """Run the cells of a lesson, the course's data replaced by a student's file."""

    def run(sources, own, **stubs):
        names = {"__name__": "__main__", "training": training, "seed": 42}
        names |= {"rng": np.random.default_rng(42), "display": lambda *_: None}
        for number, source in enumerate(sources):
            source = LOAD.sub(own, source)
            exec(compile(source, f"<cell {number}>", "exec"), names)
            if number == 0:  # imports
                names |= {name: stub(names[name]) for name, stub in stubs.items()}
        return names

    return run


def once(kind):
    """Return a gensim model that reads its book once."""

    def train(lines, **options):
        return kind(lines, **options | {"epochs": 1})

    return train


def book(sentences=2000, words=50, names=8, times=20, pronouns=5, letters=0):
    """Return a text of so many sentences, words that occur 5 times, names, letters."""
    made_up = map("".join, itertools.product(SYLLABLES, repeat=3))
    people = NAMES[: names + 3]
    more = [3, 3, 3, 1]  # the asked, then Фёдор, whom the lesson writes without ё
    said = [
        name
        for name, extra in itertools.zip_longest(people, more, fillvalue=0)
        for _ in range(times + extra)
    ]
    said += [word for word in PRONOUNS for _ in range(pronouns)]
    few = [next(made_up) for _ in range(words - len(people) - len(PRONOUNS))]
    said += [word for word in few for _ in range(5)]
    lines = [[next(made_up).capitalize(), next(made_up)] for _ in range(sentences)]
    for i, word in enumerate(said):
        lines[i * 7 % sentences].append(word)
    text = "\n".join(" ".join(line) + "." for line in lines)
    missing = letters - len(text.replace("\n", " "))
    return text[:-1] + " " + "а" * (missing - 1) + "." if letters else text


def stored(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


# --- lesson 5 -------------------------------------------------------------------------


def test_lesson_5_runs_on_the_smallest_book(run, tmp_path):
    path = stored(tmp_path, "повесть.txt", book())
    sources = cells(5, "data.check_names", "by_word = {")
    seen = run(sources, f"data.own_book({path!r})", Word2Vec=once, FastText=once)
    assert len(seen["book"].sentences) == 2000
    assert (len(seen["kept"]), len(seen["tuning"]), len(seen["asked"])) == (50, 8, 3)
    assert seen["kin"] == [["он", "она"], ["его", "ее"]]
    assert seen["probes"][0] == "федор"
    assert {word.strip(".") for word in seen["same"]} == {"Фёдор"}


@pytest.mark.parametrize(
    ("smaller", "said"),
    [
        ({"sentences": 1999}, "предложений всего 1999"),
        ({"words": 49}, "49"),
        ({"names": 7}, "хотя бы 20 раз, 7, не считая трёх главных, а уроку нужно 8"),
        ({"times": 18}, "хотя бы 20 раз, 0, не считая"),
        ({"pronouns": 4, "words": 54}, "«он», «она»"),
    ],
)
def test_lesson_5_refuses_a_smaller_book_at_once(run, tmp_path, smaller, said):
    path = stored(tmp_path, "повесть.txt", book(**smaller))
    load = cells(5, "data.check_names", "data.check_names")
    assert said in line_of(run, load, f"data.own_book({path!r})")


def test_lesson_5_knows_names_by_all_their_cases(tmp_path):
    """«Ивану» is no name beside Иван, who is held back for the last table."""
    names = book().replace("Савва", "Ивану")
    own = data.own_book(stored(tmp_path, "повесть.txt", names))
    assert "ивану" in own.classes
    assert "20 раз, 7," in line_of(data.check_names, own)


# --- lesson 6, letters ----------------------------------------------------------------

LETTERS = 60_003


def short_book(letters):
    """Return a text that leaves so many letters, marks and blanks of itself."""
    return book(letters=letters)


def test_lesson_6_runs_on_the_shortest_book(run, tmp_path):
    path = stored(tmp_path, "рассказ.txt", short_book(LETTERS))
    sources = cells(6, 'data.load("book")', "copies = {")
    before = [cells(6, name, name)[1] for name in ("def sigmoid", "def gru_step")]
    seen = run([sources[0], *before, *sources[1:]], f"data.own_book({path!r})")
    assert len(seen["plain"]) == LETTERS
    assert [len(seen[part]) for part in ("train", "val", "test")] == [
        50_001,
        5001,
        5001,
    ]


def test_lesson_6_cuts_the_saga_as_ever(run):
    seen = run(cells(6, 'data.load("book")', "K = len(letters)"), r'data.load("\1")')
    assert [len(seen[part]) for part in ("train", "val", "test")] == [
        200_001,
        20_001,
        20_001,
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (short_book(LETTERS - 1), f"{LETTERS - 1}, разных"),
        (short_book(LETTERS).replace(".", "!"), "среди них были точка"),
        (short_book(LETTERS).replace("ш", "с").replace("Ш", "С"), "и все частые буквы"),
    ],
)
def test_lesson_6_refuses_a_shorter_book_at_once(run, tmp_path, text, said):
    path = stored(tmp_path, "рассказ.txt", text)
    load = cells(6, 'data.load("book")', "K = len(letters)")
    assert said in line_of(run, load, f"data.own_book({path!r})")


# --- lesson 6, wells ------------------------------------------------------------------


def wells(count, months=24, idle=0):
    """Return a table of wells; `idle` of them give nothing in their first year."""
    rows = ["API,Year,Month,Liquid,Gas,Water"]
    for well, month in itertools.product(range(count), range(months)):
        amount = round((1000 + 40 * well) * (0.9 - 0.002 * well) ** month)
        if well < idle and month < 12:
            amount = 0
        rows.append(f"Д-{well},{2020 + month // 12},{month % 12 + 1},{amount},0,0")
    return "\n".join(rows)


def test_lesson_6_runs_on_the_fewest_wells(run, tmp_path):
    path = stored(tmp_path, "скважины.csv", wells(26, idle=1))
    sources = cells(6, 'data.load("wells")', "lower, upper = np.empty_like")
    few = [
        source.replace("RUNS = 3 if simulated else 5", "RUNS = 1") for source in sources
    ]
    assert few != sources
    seen = run(few, f"data.own_wells({path!r})")
    assert seen["liquid"].shape == (25, 24)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (wells(24), "что-то дали, 24, а нужно хотя бы 25"),
        (wells(25, idle=1), "что-то дали, 24, а нужно хотя бы 25"),
        (wells(25, months=23), "месяцев всего 23"),
    ],
)
def test_lesson_6_refuses_fewer_wells_at_once(run, tmp_path, table, said):
    path = stored(tmp_path, "скважины.csv", table)
    load = cells(6, 'data.load("wells")', "flowing = np.flatnonzero")
    assert said in line_of(run, load, f"data.own_wells({path!r})")


# --- lesson 7 -------------------------------------------------------------------------


def dialogues(answers=120, anew=60, facts=20):
    """Return a file of dialogues: `anew` questions in two ways, answers of a word."""
    words = map("".join, itertools.product(SYLLABLES, repeat=2))
    lines = []
    for number in range(answers):
        ways = [next(words) for _ in range(1 + (number < anew))]
        lines += [f"- {' / '.join(ways)}?", f"- {next(words)}", ""]
    for _ in range(facts):
        verb, what = next(words), next(words)
        lines += [f"= Я {verb} {what}.", f"- что ты {verb}?", f"- {what}", ""]
    return "\n".join(lines)


def test_lesson_7_runs_on_the_smallest_file(run, tmp_path):
    path = stored(tmp_path, "бот.txt", dialogues())
    sources = cells(7, 'data.load("dialogues")', 'question = "Какие')
    quick = [source for source in sources if not re.search("ratio|median_time", source)]
    assert len(quick) == len(sources) - 5  # the race of two ways to answer
    seen = run(quick, f"data.own_dialogues({path!r})")
    assert len(seen["small_talk"]) == 120
    assert len({tokenize(each.context)[1] for each in seen["facts"]}) == 20
    assert seen["said"]


@pytest.mark.parametrize(
    "smaller",
    [{"answers": 119}, {"anew": 59}, {"anew": 0}, {"facts": 19}, {"facts": 0}],
)
def test_lesson_7_refuses_a_smaller_file_at_once(run, tmp_path, smaller):
    path = stored(tmp_path, "бот.txt", dialogues(**smaller))
    load = cells(7, 'data.load("dialogues")', 'data.load("dialogues")')
    line = line_of(run, load, f"data.own_dialogues({path!r})")
    assert "нужно хотя бы 120, 60 и 20" in line
    assert f" {next(iter(smaller.values()))} " in line.replace(",", " ")


def test_lesson_7_refuses_facts_that_are_all_near(run, tmp_path):
    verbs = itertools.islice(map("".join, itertools.product(SYLLABLES, repeat=2)), 20)
    near = [f"= Я тут всегда {verb}.\n- кто тут?\n- я\n" for verb in verbs]
    path = stored(tmp_path, "бот.txt", "\n".join([dialogues(facts=0), *near]))
    sources = cells(7, 'data.load("dialogues")', 'data.load("dialogues")')
    sources += cells(7, "facts = dialogues.facts", "fact_rng = np.random")[1:]
    line = line_of(run, sources, f"data.own_dialogues({path!r})")
    assert "факты похожи и считаются за один" in line
