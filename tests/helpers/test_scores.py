"""The closing table: intervals, bars, what travels in the metadata."""

import math

import keras
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import scores, training
from helpers.errors import CourseError
from tests.support import line_of
from tools.run_lessons import rows_of


@pytest.mark.parametrize(("right", "count"), [(0, 10), (5, 10), (980, 1000), (7, 7)])
def test_interval_is_that_of_wilson(right, count):
    """The ends are the shares p from which p̂ is 1.96 standard errors away."""
    share = right / count
    for end in scores.wilson_interval(share, count):
        away = 1.959964**2 * end * (1 - end) / count
        assert (share - end) ** 2 == pytest.approx(away, rel=1e-5, abs=1e-12)
    low, high = scores.wilson_interval(share, count)
    assert 0 <= low <= share <= high <= 1
    assert low < high


@pytest.mark.parametrize(("share", "count"), [(0.5, 0), (1.2, 10), (-0.1, 10)])
def test_interval_of_nonsense(share, count):
    with pytest.raises(ValueError, match="a share"):
        scores.wilson_interval(share, count)


def test_which_way_is_better():
    assert scores.reaches("accuracy", 0.97, 0.965)
    assert not scores.reaches("accuracy", 0.96, 0.965)
    assert scores.reaches("mae", 0.01, 0.02)
    assert not scores.reaches("mae", 0.03, 0.02)
    assert not scores.reaches("accuracy", math.nan, 0.5)
    assert not scores.reaches("mae", math.nan, 0.5)


def test_bars_of_the_file(tmp_path):
    path = tmp_path / "bars.toml"
    path.write_text('["04_x".sample]\nours = 0.9\n', encoding="utf-8")
    assert scores.read_bars("04_x", "sample", path) == {"ours": 0.9}
    assert scores.read_bars("04_x", "full", path) == {}
    assert scores.read_bars("05_y", "sample", path) == {}
    assert scores.read_bars("04_x", "sample", tmp_path / "none.toml") == {}


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(scores, "read_bars", lambda *_: {"ours": 0.965})
    table = scores.Scores("04_x", "sample", "accuracy", count=1000)
    table.add("наугад", "floor", 0.1)
    table.add("без <сдвигов>", "ablation", 0.97, parameters=33882, seconds=5.0)
    table.add("наша", "ours", 0.98, parameters=33882, seconds=5.123456)
    return table


def displayed(table, monkeypatch):
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: seen.append((a, k)))
    table.show()
    (data,), options = seen[0]
    return data, options["metadata"]


def test_a_trial_has_no_interval_of_the_test_part(table, monkeypatch):
    table.add("пары", "trial", 0.5)
    data, _ = displayed(table, monkeypatch)
    *others, trial = data["text/plain"].splitlines()[1:]
    assert "0,5000" in trial
    assert "…" not in trial
    assert all("…" in line for line in others)


def test_table_is_shown_and_its_rows_travel(table, monkeypatch):
    data, metadata = displayed(table, monkeypatch)
    text, page = data["text/plain"], data["text/html"]
    assert "0,9800" in text
    assert "0,969 … 0,987" in text
    assert "33\u202f882" in text
    assert "без &lt;сдвигов&gt;" in page
    assert "5.1" not in text + page
    assert "5,1" not in text + page
    rows = metadata[scores.METADATA_KEY]["models"]
    assert rows[2] == {
        "model": "наша",
        "role": "ours",
        "metric": "accuracy",
        "value": 0.98,
        "deviation": None,
        "bar": 0.965,
        "parameters": 33882,
        "seconds": 5.12,
    }
    assert rows[0]["bar"] is None


def test_rows_are_read_back_from_a_notebook(table, monkeypatch):
    data, metadata = displayed(table, monkeypatch)
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    cells = [
        nbformat.v4.new_code_cell("x"),
        nbformat.v4.new_code_cell("t", outputs=[output]),
    ]
    mode, rows = rows_of(nbformat.v4.new_notebook(cells=cells))
    assert mode == "sample"
    assert rows == table.rows
    assert rows_of(nbformat.v4.new_notebook()) == (None, [])


def test_value_passed(table):
    assert table.value("наша") == 0.98
    assert table.passed()
    table.rows[2]["value"] = 0.9
    assert not table.passed()


def test_a_row_that_is_not_there_is_named(table):
    line = line_of(table.value, "Наша")
    assert "нет модели «Наша»" in line
    assert "«наша»" in line
    assert "add(" in line_of(scores.Scores("04_x", "sample").value, "наша")


def test_a_model_and_a_watch_give_their_facts(table):
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with training.Stopwatch() as watch:
        pass
    table.add("сеть", "ours", 0.97, model=net, watch=watch)
    row = table.rows[-1]
    assert (row["model"], row["parameters"]) == ("сеть", 3 * 2 + 2)
    assert row["seconds"] == round(watch.seconds, 2)
    with pytest.raises(ValueError, match="not both"):
        table.add("другая", "ours", 0.97, model=net, parameters=8)
    with pytest.raises(ValueError, match="not both"):
        table.add("другая", "ours", 0.97, watch=watch, seconds=1.0)
    assert table.rows[-1] is row


def test_mistakes_in_rows(table):
    with pytest.raises(ValueError, match="two rows"):
        table.add("наша", "ours", 0.5)
    with pytest.raises(ValueError, match="role"):
        table.add("другая", "best", 0.5)
    with pytest.raises(ValueError, match="metric"):
        scores.Scores("04_x", "sample", "speed")
    with pytest.raises(CourseError, match="вместо числа получилось nan"):
        table.add("другая", "ours", math.nan)


def test_a_course_error_is_one_line_in_a_notebook(capsys):
    shell = InteractiveShell.instance()
    shell.run_cell("from helpers.errors import CourseError\nraise CourseError('беда')")
    shown = capsys.readouterr().out.strip()
    assert shown == "Ошибка: беда"
    InteractiveShell.clear_instance()
