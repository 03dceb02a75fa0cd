"""Film reviews: Keras's encoding, IMDB read without running it, texts to try it on."""

import csv
import io
import json
import pickle
import zipfile
from collections import Counter
from pathlib import Path

import keras
import numpy as np
import pytest
from make_reviews import grams, words_of

from helpers import ROOT
from helpers.data import CATALOGUE, load
from helpers.data.base import DamagedError
from helpers.data.packed import read_npz_lists
from helpers.data.reviews import LabelledTexts, Reviews, review_words
from helpers.errors import CourseError
from tests.support import served_entry

COUNT, WORDS = 400, 500  # of a small IMDB, so that each fault is tried in no time


def check_structure(value, mode):
    assert type(value) is Reviews
    assert value.mode == mode
    assert value.vocabulary.words[:4] == ("<pad>", "<start>", "<unk>", "<unused>")
    for x, y in ((value.x_train, value.y_train), (value.x_test, value.y_test)):
        assert y.dtype == np.int64
        assert np.bincount(y).tolist() == [len(x) // 2] * 2
        assert all(row.dtype == np.int32 and row[0] == 1 for row in x)
        assert min(row[1:].min(initial=2) for row in x) >= 2
        assert max(row.max() for row in x) < len(value.vocabulary)
        assert not any((row == 3).any() for row in x)


@pytest.fixture(scope="module")
def sample():
    return load("reviews", "sample")


@pytest.fixture(scope="module")
def made():
    return load("reviews_made")


@pytest.fixture(scope="module")
def free():
    return load("reviews_free")


# --- the samples ----------------------------------------------------------------------


def test_samples_have_their_structure(sample, made, free):
    check_structure(sample, "sample")
    check_structure(made, "sample")
    assert made.voices is None
    for texts in (free, load("review_sentences", "sample")):
        assert type(texts) is LabelledTexts
        assert texts.mode == "sample"
        assert texts.labels.dtype == np.int64
        assert len(texts.texts) == len(texts.labels)
        assert set(texts.labels.tolist()) == {0, 1}


def test_indices_go_by_frequency_in_the_training_part(sample):
    counts = Counter(int(i) for row in sample.x_train for i in row[1:])
    frequencies = [counts[i] for i in range(4, len(sample.vocabulary))]
    assert frequencies == sorted(frequencies, reverse=True)
    assert frequencies[-1] >= 1
    assert counts[2] == 0
    assert any((row == 2).any() for row in sample.x_test)


@pytest.mark.parametrize(
    ("name", "file"), [("sample", "reviews_written"), ("made", "reviews")]
)
def test_a_review_survives_the_way_to_numbers_and_back(name, file, request):
    reviews = request.getfixturevalue(name)
    with (ROOT / "data" / f"{file}.csv").open(encoding="utf-8") as lines:
        first = next(csv.DictReader(lines))
    words = reviews.vocabulary.decode(reviews.x_train[0])
    assert words == ["<start>", *review_words(first["text"])]
    assert np.array_equal(reviews.encode([first["text"]])[0], reviews.x_train[0])


def test_words_are_cut_as_keras_cut_imdb():
    line = "It's a well-made film, isn't it? I'd say: 10/10!"
    keras_words = keras.src.legacy.preprocessing.text.text_to_word_sequence(line)
    assert review_words(line) == keras_words
    assert review_words("Good.<br /><br>Very &quot;good&quot; &amp; <b>long</b>") == (
        "good very good long".split()
    )
    assert review_words("2 < 3 > 1") == ["2", "3", "1"]
    assert review_words("<script>alert(1)</script>") == ["alert", "1"]


def test_a_students_review_of_any_kind_is_encoded(sample):
    rows = sample.encode(["", "Съешь ещё", "good " * 10_000, "zzxq <i>good</i>"])
    assert [len(row) for row in rows] == [1, 3, 10_001, 3]
    assert rows[1].tolist() == [1, 2, 2]
    assert rows[3].tolist() == [1, 2, sample.vocabulary.index("good")]
    with pytest.raises(CourseError, match="пропуск"):
        sample.encode([None])
    with pytest.raises(CourseError, match="список текстов"):
        sample.encode("good")


def test_free_reviews_are_many_balanced_and_unlike_each_other(free, sample):
    assert len(free.texts) >= 120
    assert free.labels.mean() == 0.5
    lengths = [len(text.split()) for text in free.texts]
    assert min(lengths) >= 20
    assert max(lengths) <= 90
    seen = Counter(run for text in free.texts for run in grams(text, 6))
    assert max(seen.values()) == 1
    starts = {" ".join(words_of(text)[:3]) for text in free.texts}
    assert len(starts) == len(free.texts)


def test_free_reviews_were_written_without_the_phrases_of_the_program(free):
    # Six words may be an idiom: "was more than enough for me" stands in both.
    with (ROOT / "data" / "reviews.csv").open(encoding="utf-8") as lines:
        made = set().union(*(grams(row["text"], 7) for row in csv.DictReader(lines)))
    assert len(made) > 10_000
    assert not [run for text in free.texts for run in grams(text, 7) & made]


def test_sentences_of_gensim():
    sentences = load("review_sentences")
    assert len(sentences.texts) == 200
    assert sentences.labels.sum() == 100
    assert not any("__label__" in text or "\ufffd" in text for text in sentences.texts)
    assert sum("—" in text or "é" in text for text in sentences.texts) >= 2


@pytest.mark.parametrize(
    "table", ["", "text,label\nFine.,7\nBad.,0\n", "text,mark\nFine.,1\n", 'text\n"x']
)
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("reviews", "reviews_written"),
        ("reviews_made", "reviews"),
        ("reviews_free", "reviews_free"),
    ],
)
def test_a_spoiled_table_says_how_to_restore_it(
    name, file, table, tmp_path, monkeypatch
):
    (tmp_path / f"{file}.csv").write_text(table, encoding="utf-8")
    monkeypatch.setattr("helpers.data.base.SAMPLES", tmp_path)
    with pytest.raises(CourseError, match="git checkout"):
        load(name)


# --- IMDB ---


def ranks_of(count=COUNT):
    rng = np.random.default_rng(0)
    lists = np.empty(count, object)
    for i in range(count):
        lists[i] = [int(rank) for rank in rng.integers(1, WORDS, 3)]
    return lists


@pytest.fixture(scope="module")
def arrays():
    labels = np.arange(COUNT) % 2
    x = ranks_of()
    return {"x_train": x, "y_train": labels, "x_test": x, "y_test": labels}


@pytest.fixture
def teacher(tmp_path, cache, monkeypatch):
    monkeypatch.setattr("helpers.data.reviews.COUNT", COUNT)
    monkeypatch.setattr("helpers.data.reviews.WORDS", WORDS)
    index = {f"word{rank}": rank for rank in range(1, WORDS + 1)}
    path = tmp_path / "imdb_word_index.json"
    path.write_text(json.dumps(index), encoding="utf-8")
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    return tmp_path


def save(folder, arrays):
    np.savez_compressed(folder / "imdb.npz", **arrays)


def test_imdb_is_read_as_keras_reads_it(teacher, arrays, monkeypatch):
    save(teacher, arrays)
    reviews = load("reviews", "full")
    monkeypatch.setattr(keras.src.datasets.imdb, "get_file", lambda *_, **__: path)
    path = str(teacher / "imdb.npz")
    # Without num_words Keras itself drops the rarest word that occurs.
    check_structure(reviews, "full")
    assert reviews.voices is None
    (x, y), _ = keras.datasets.imdb.load_data(path, num_words=10**6)
    assert sorted(map(list, x)) == sorted(row.tolist() for row in reviews.x_train)
    assert y.sum() == reviews.y_train.sum()
    first = arrays["x_train"][0]
    assert reviews.vocabulary.decode(reviews.x_train[0]) == [
        "<start>",
        *(f"word{rank}" for rank in first),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"x_train": np.array([[1], [2, 3]], object)}, "отзывов 2"),
        ({"x_train": np.zeros(COUNT, np.int64)}, "не список списков"),
        ({"x_train": np.array([1] * COUNT, object)}, "не список номеров"),
        (
            {"x_train": np.array([["a"], []] * (COUNT // 2), object)},
            "не список номеров",
        ),
        ({"x_train": np.array([[0, 1], [2]] * (COUNT // 2), object)}, "за пределы"),
        (
            {"x_train": np.array([[WORDS + 1], [1, 2]] * (COUNT // 2), object)},
            "за пределы",
        ),
        ({"y_test": np.zeros(COUNT, np.int64)}, "поровну"),
        ({"y_test": np.zeros(4, np.int64)}, "форма"),
        ({"x_test": None}, "нет массива x_test"),
    ],
)
def test_other_arrays_are_refused(teacher, arrays, changed, said):
    left = {name: each for name, each in (arrays | changed).items() if each is not None}
    save(teacher, left)
    with pytest.raises(CourseError, match=said) as caught:
        load("reviews", "full")
    assert "Замените файл" in str(caught.value)


@pytest.mark.parametrize("size", [0, 10, 500, -100])
def test_a_cut_archive_is_refused(teacher, arrays, size):
    save(teacher, arrays)
    path = teacher / "imdb.npz"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CourseError, match="повреждён"):
        load("reviews", "full")


@pytest.mark.parametrize(
    "index", ["", "[1, 2]", '{"the": 1}', '{"the": "first"}', "<html></html>"]
)
def test_another_word_index_is_refused(teacher, arrays, index):
    save(teacher, arrays)
    (teacher / "imdb_word_index.json").write_text(index, encoding="utf-8")
    with pytest.raises(CourseError, match=f"не список {WORDS} слов"):
        load("reviews", "full")


class Hostile:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_an_archive_that_would_run_code_is_not_run(teacher, arrays, tmp_path):
    target = tmp_path / "was here"
    x = arrays["x_train"].copy()
    x[17] = Hostile(target)
    save(teacher, arrays | {"x_train": x})
    with pytest.raises(CourseError, match="не открываю"):
        load("reviews", "full")
    assert not target.exists()


def npy_of(header, payload):
    packed = io.BytesIO()
    np.lib.format.write_array_header_1_0(packed, header)
    return packed.getvalue() + payload


@pytest.mark.parametrize(
    ("npy", "said"),
    [
        (b"not an array", "повреждён"),
        (
            npy_of(
                {"descr": "|O", "fortran_order": False, "shape": (2,)},
                pickle.dumps([1, 2]),
            ),
            "обещает заголовок",
        ),
        (
            npy_of({"descr": "|O", "fortran_order": False, "shape": (2,)}, b"junk"),
            "не читается",
        ),
        (b"\x93NUMPY\x09\x00" + bytes(100), "повреждён"),
    ],
)
def test_lists_of_a_spoiled_array(tmp_path, npy, said):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", npy)
    with pytest.raises(DamagedError, match=said):
        read_npz_lists(tmp_path / "a.npz", "x")


def test_a_huge_array_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.data.packed.LIMIT", 1000)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(10_000))
    with pytest.raises(DamagedError, match="больше"):
        read_npz_lists(tmp_path / "a.npz", "x")


def test_download_of_imdb(server, cache, arrays, monkeypatch):
    monkeypatch.setattr("helpers.data.reviews.COUNT", COUNT)
    monkeypatch.setattr("helpers.data.reviews.WORDS", WORDS)

    index = {f"word{rank}": rank for rank in range(1, WORDS + 1)}
    save(server.folder, arrays)
    path = server.folder / "imdb_word_index.json"
    path.write_text(json.dumps(index), encoding="utf-8")
    entry = served_entry("reviews", server, sums=True)
    monkeypatch.setitem(CATALOGUE, "reviews", entry)
    reviews = load("reviews", "full")
    assert len(reviews.x_test) == COUNT
    assert sorted(each.name for each in cache.iterdir()) == [
        "imdb.npz",
        "imdb_word_index.json",
    ]
