"""The tool that trains and packs networks: numbers, lessons, a run from end to end."""

import ast
import builtins

import nbformat
import numpy as np
import pytest

from helpers.data.packed import read_arrays
from helpers.data.trained import Trained
from tests.support import ROOT
from tools import run_lessons, trained
from tools.run_lessons import LessonError
from tools.trained import Kept, PackingError

KEPT = Kept(
    name="toy",
    lesson="04_x",
    variable="ours",
    build="build()",
    score="float(ours.weights[0].sum())",
    metric="accuracy",
    title="сеть",
    data="набор",
    measure="мера",
    words="['', 'да']",
    arrays={"ids": "np.arange(300)"},
)
NET = """
import numpy as np
from os import environ

class Net:
    def __init__(self):
        self.weights = [np.zeros((3, 2), "float32")]
    def get_weights(self):
        return self.weights
    def set_weights(self, weights):
        self.weights = weights
    def count_params(self):
        return 6

def build():
    return Net()
"""
TRAIN = 'ours = build()\nours.set_weights([np.arange(6, dtype="f4").reshape(3, 2) / 7])'
FULL = 'full = environ["COURSE_DATA"] == "full"'


# --- numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("shape", [(), (7,), (50, 20), (3, 3, 4, 8)])
def test_a_number_is_off_by_half_a_scale_at_most(bits, shape):
    array = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    whole, scale = trained.quantise(array, bits)
    assert whole.dtype == np.dtype(f"int{bits}")
    assert scale.dtype == np.float32
    assert whole.shape == shape
    lost = abs(whole.astype(np.float64) * scale - array)
    assert (lost <= scale * 0.5001).all()
    assert scale.max() <= abs(array).max() / (2 ** (bits - 1) - 1) * 1.0001


def test_eight_bits_have_a_scale_along_the_axis_that_loses_less():
    sizes = np.repeat(np.float32([1e-3, 1, 30]), 30)[:, None]
    table = np.random.default_rng(0).normal(size=(90, 50)).astype(np.float32)
    whole, scale = trained.quantise(table * sizes, 8)
    assert scale.shape == (90, 1)
    assert abs(whole * scale / sizes - table).max() < 0.02
    whole, scale = trained.quantise((table * sizes).T, 8)
    assert scale.shape == (1, 90)
    assert abs(whole * scale / sizes.T - table.T).max() < 0.02
    assert trained.quantise(table, 16)[1].shape == ()


def test_zeros_stay_and_what_is_not_finite_is_refused():
    whole, scale = trained.quantise(np.array([[0, 0], [0, 2.0]]), 8)
    assert (whole * scale).tolist() == [[0, 0], [0, 2]]
    assert trained.quantise(np.zeros((0, 3)), 16)[0].shape == (0, 3)
    for wrong in (np.nan, np.inf):
        with pytest.raises(PackingError, match="finite"):
            trained.quantise(np.array([1, wrong]), 16)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 255], "u1"),
        ([256], "u2"),
        ([70_000], "u4"),
        ([-1, 127], "i1"),
        ([-1, 128], "i2"),
        ([-(2**40)], "i8"),
        ([], "u1"),
    ],
)
def test_whole_numbers_take_the_narrowest_type(values, dtype):
    found = trained.smallest(np.array(values, np.int64))
    assert found.dtype == dtype
    assert found.tolist() == values


def test_whole_numbers_that_no_loader_can_take_are_refused():
    with pytest.raises(PackingError, match="not kept"):
        trained.smallest(np.array([2**63], np.uint64))


def test_only_a_large_table_gets_eight_bits():
    large = np.ones((trained.TABLE // 100 + 1, 100), np.float32)
    column = np.ones((trained.TABLE + 1, 1), np.float32)
    weights = [large, large[1:], column, column[:, 0]]
    found = trained.pack(weights, {}, None, {"ids": np.arange(3)})
    keys = ("0", "1", "2", "3", "array.ids")
    assert [found[key].dtype for key in keys] == ["i1", "i2", "i2", "i2", "u1"]
    assert set(found) == {"card", *keys, *(f"{key}.scale" for key in keys[:4])}


def test_a_word_with_a_newline_is_refused():
    with pytest.raises(PackingError, match="newline"):
        trained.pack([], {}, ["да\n"])


def test_a_file_is_the_same_each_time_and_not_too_large():
    noise = np.random.default_rng(0).integers(0, 256, trained.LARGEST, np.uint8)
    half = {"0": noise[: trained.LARGEST // 2]}
    assert trained.as_file(half) == trained.as_file(half)
    with pytest.raises(PackingError, match="more than 3,000,000"):
        trained.as_file({"0": noise})


# --- lessons --------------------------------------------------------------------------


def book(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "x", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def test_what_a_cell_assigns():
    source = "import os.path as p, sys\nfor i in x:\n    a, b = i\nwith c as d: pass\n"
    source += "def f():\n    inner = 1\nclass G: pass\ne.attribute = [k for k in y]\n"
    assert trained.assigned(source) >= {"p", "sys", "i", "a", "b", "d", "f", "G"}
    assert not trained.assigned(source) & {"inner", "e", "x", "c"}


@pytest.mark.parametrize(
    ("until", "count"), [(None, 3), ("ours.fit", 4), ("ours = 1", 2), ("no such", None)]
)
def test_cells_up_to_the_one_that_trains(until, count):
    lesson = book("x = 1", "ours = 1", "ours = build()", "ours.fit(x)", "print(ours)")
    kept = Kept(**vars(KEPT) | {"until": until})
    if count is None:
        with pytest.raises(LessonError, match="04_x: no cell has no such"):
            trained.cells_until(kept, lesson)
    else:
        assert trained.cells_until(kept, lesson) == lesson.cells[:count]


def test_a_variable_that_no_cell_assigns():
    with pytest.raises(LessonError, match="no cell has ours = "):
        trained.cells_until(KEPT, book("theirs = 1", "print(ours)"))


@pytest.mark.parametrize("kept", trained.REGISTRY.values(), ids=trained.REGISTRY)
def test_a_lesson_defines_all_that_the_registry_asks_for(kept):
    lesson = nbformat.read(ROOT / "lessons" / f"{kept.lesson}.ipynb", as_version=4)
    cells = trained.cells_until(kept, lesson)
    defined = set().union(*(trained.assigned(cell.source) for cell in cells))
    assert "full" in defined
    for expression in kept.expressions:
        nodes = ast.walk(ast.parse(expression, mode="eval"))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert names <= defined | set(vars(builtins)), expression


# --- a run ----------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A course with one lesson and one network to keep."""
    for name in ("COURSE_DATA", "COURSE_DATA_DIR", "COURSE_SEED"):
        monkeypatch.delenv(name, raising=False)
    lessons, build = tmp_path / "мой курс" / "lessons", tmp_path / "мой курс" / "build"
    lessons.mkdir(parents=True)
    monkeypatch.setattr(run_lessons, "LESSONS", lessons)
    monkeypatch.setattr(run_lessons, "BUILD", build)
    monkeypatch.setattr(run_lessons, "KERNEL_LOG", build / "kernel.log")
    monkeypatch.setattr(trained, "FOLDER", lessons.parent / "data" / "trained")
    monkeypatch.setattr(trained, "REGISTRY", {"toy": KEPT})
    return lessons.parent


def add(house, *sources):
    nbformat.write(book(*sources), house / "lessons" / "04_x.ipynb")


def test_a_network_goes_from_the_lesson_to_its_file_and_card(house, capsys):
    add(house, NET, FULL, TRAIN, "1 / 0")
    assert trained.main(["toy"]) == 0
    path = house / "data" / "trained" / "toy.npz"
    network = Trained.of("toy", read_arrays(path))
    assert np.allclose(network.weights[0].ravel(), np.arange(6) / 7, atol=2e-5)
    assert network.words == ("", "да")
    assert network.arrays["ids"].tolist() == list(range(300))
    card = network.card
    assert (card["seed"], card["cell"]) == (0, "ours = build()")
    assert abs(card["score_before"] - 15 / 7) < 1e-6
    assert abs(card["score"] - card["score_before"]) < 1e-4
    assert card["versions"]["keras"]
    page = (path.parent / "README.md").read_text(encoding="utf-8")
    assert "| `toy.npz` | 04_x | `ours = build()` | 0 | accuracy | 2.1429 |" in page
    assert "toy: accuracy 2.1429, after packing 2.1429; " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([NET, "full = False", TRAIN], "ran on its sample"),
        ([NET, FULL, "1 / 0", TRAIN], "ZeroDivisionError"),
        ([NET, FULL, f"{TRAIN}\nours.weights[0][0] = np.nan"], "finite"),
        ([NET, FULL], "no cell has ours = "),
    ],
    ids=["sample", "error", "nan", "no network"],
)
def test_a_lesson_that_fails_changes_no_network(house, cells, said, capsys):
    add(house, *cells)
    assert trained.main([]) == 1
    assert said in capsys.readouterr().err
    assert [path.name for path in trained.FOLDER.iterdir()] == ["README.md"]


class Model:
    def __init__(self, weights):
        self.weights = weights

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def count_params(self):
        return self.weights[0].size


def test_packing_that_costs_too_much_of_the_score_is_refused(tmp_path, monkeypatch):
    """Eight bits and one scale for numbers that differ a thousand times."""
    monkeypatch.setenv("COURSE_SEED", "0")
    weights = np.ones((8, 8), np.float32)
    weights[0, 1] = 0.001
    changed = {"score": "float(ours.weights[0][0, 1] * 1000)", "words": None}
    kept = Kept(**vars(KEPT) | changed | {"arrays": {}})
    target = tmp_path / "toy.npz"
    monkeypatch.setattr(trained, "TABLE", 60)
    with pytest.raises(PackingError, match=r"was 1\.0000, after packing 0\.0000"):
        trained.harvest(
            kept, {"full": True, "ours": Model([weights])}, "ours = 1", target
        )
    assert not target.exists()
    monkeypatch.setattr(trained, "TABLE", 64)  # and with sixteen it is kept
    monkeypatch.setattr(trained, "LOST", 0.02)
    trained.harvest(kept, {"full": True, "ours": Model([weights])}, "ours = 1", target)
    card = Trained.of("toy", read_arrays(target)).card
    assert 0 < abs(card["score"] - card["score_before"]) < 0.02


def test_all_files_together_have_a_limit(house, monkeypatch):
    monkeypatch.setattr(trained, "ALL", 100)
    made = house / "toy.npz"
    packed = trained.pack([], {"metric": "accuracy"})
    made.write_bytes(trained.as_file(packed))
    with pytest.raises(PackingError, match="all files: "):
        trained.keep(made)
    assert made.exists()


def test_a_network_that_nobody_registered(capsys):
    assert trained.main(["mnist_ccn"]) == 2
    known = ", ".join(trained.REGISTRY)
    assert f"no network mnist_ccn: {known}" in capsys.readouterr().err


def test_the_cards_alone(house, capsys):
    trained.FOLDER.mkdir(parents=True)
    card = {"lesson": "04_x", "cell": "ours = 1", "seed": 0, "metric": "accuracy"}
    card |= {"score": 0.5, "score_before": 0.5, "parameters": 2, "date": "2026-01-02"}
    card |= {"device": "CPU", "versions": {"keras": "3.0"}, "weights": 0}
    (trained.FOLDER / "toy.npz").write_bytes(trained.as_file(trained.pack([], card)))
    assert trained.main(["--cards"]) == 0
    page = (trained.FOLDER / "README.md").read_text(encoding="utf-8")
    assert "| `toy.npz` | 04_x | `ours = 1` | 0 | accuracy | 0.5000 | 0.5000 |" in page
    assert "| 2026-01-02 | CPU, Keras 3.0 |" in page
