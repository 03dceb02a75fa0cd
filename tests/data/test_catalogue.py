"""The catalogue: both modes, one structure; damaged and hostile files are refused."""

import gzip
import io
import pickle
import runpy
import tarfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers import ROOT, data
from helpers.data import (
    CATALOGUE,
    Book,
    Dialogues,
    LabelledTexts,
    Layout,
    Pictures,
    Reviews,
    Tables,
    Wells,
    load,
)
from helpers.download import Remote
from helpers.errors import CourseError
from helpers.text import tokenize
from helpers.wells import COLUMNS

NAMES = sorted(CATALOGUE)


def check_structure(value, mode):
    assert value.mode == mode
    if isinstance(value, Tables):
        assert list(value.train.columns) == list(value.test.columns)
        for rows in (value.train, value.test):
            assert not rows.isna().any(axis=None)
            assert list(rows.index) == list(range(len(rows)))
        return
    if isinstance(value, LabelledTexts):
        assert value.labels.dtype == np.int64
        assert len(value.texts) == len(value.labels)
        assert set(value.labels.tolist()) == {0, 1}
        return
    if isinstance(value, Reviews):
        assert value.vocabulary.words[:4] == ("<pad>", "<start>", "<unk>", "<unused>")
        for x, y in ((value.x_train, value.y_train), (value.x_test, value.y_test)):
            assert y.dtype == np.int64
            assert np.bincount(y).tolist() == [len(x) // 2] * 2
            assert all(row.dtype == np.int32 and row[0] == 1 for row in x)
            assert min(row[1:].min(initial=2) for row in x) >= 2
            assert max(row.max() for row in x) < len(value.vocabulary)
            assert not any((row == 3).any() for row in x)
        return
    if isinstance(value, Book):
        assert value.title == value.title.strip(" «»") != ""
        assert value.text.count("\n") > 100
        assert len(value.sentences) >= 500
        assert all(type(sentence) is list and sentence for sentence in value.sentences)
        words = {word for sentence in value.sentences for word in sentence}
        assert words <= set(tokenize(value.text))
        assert all(tokenize(word) == [word] for word in value.classes)
        assert "имена" in set(value.classes.values())
        assert len(set(value.asked)) == len(value.asked) >= 3
        assert set(value.asked) <= value.classes.keys() & words
        return
    if isinstance(value, Wells):
        table, (wells, months) = value.table, value.liquid.shape
        assert list(table.columns) == [name for name in COLUMNS if name in table]
        assert not table.isna().any(axis=None)
        assert list(table.index) == list(range(wells * months))
        assert table["API"].tolist() == np.repeat(value.api, months).tolist()
        number = (12 * table["Year"] + table["Month"]).to_numpy().reshape(wells, months)
        assert (np.diff(number, axis=1) == 1).all()
        for grid, column in (
            (value.liquid, "Liquid"),
            (value.gas, "Gas"),
            (value.water, "Water"),
        ):
            assert grid.dtype == np.float64
            assert grid.shape == (wells, months)
            assert grid.ravel().tolist() == table[column].tolist()
            assert grid.min() >= 0
        assert value.liquid.any(axis=1).all()
        assert value.title
        if mode in ("sample", "full"):
            assert list(table.columns) == list(COLUMNS)
            kinds = [kind.kind for kind in table.dtypes.drop(["API", "_LastUpdate"])]
            assert kinds == list("iiiififi")
            assert (wells, months) == (50, 24)
        if mode in ("sample", "simulated"):
            assert value.truth.dtype == np.float64
            assert value.truth.shape == (wells, months)
        else:
            assert value.truth is None
        return
    if isinstance(value, Dialogues):
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
        return
    assert isinstance(value, Pictures)
    for x, y in ((value.x_train, value.y_train), (value.x_test, value.y_test)):
        assert x.dtype == np.uint8
        assert y.dtype == np.int64
        assert len(x) == len(y)
        assert set(np.unique(y)) == set(range(len(value.class_names)))


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_the_structure_and_say_what_they_are(name, cache, capsys):
    value = load(name)
    check_structure(value, "sample")
    shown = capsys.readouterr().out
    assert shown.startswith("Данные: ")
    assert ("(sample)" if CATALOGUE[name].layouts else "в обоих режимах") in shown
    assert shown.count("\n") == 1
    assert len(shown) <= 89


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_the_same_every_time(name, cache):
    first, second = load(name), load(name)
    if isinstance(first, Tables):
        assert first.train.equals(second.train)
        assert first.test.equals(second.test)
        return
    if isinstance(first, LabelledTexts):
        assert first.texts == second.texts
        return
    if isinstance(first, Book | Dialogues):
        assert first == second
        return
    if isinstance(first, Wells):
        assert first.table.equals(second.table)
        assert np.array_equal(first.truth, second.truth)
        return
    if isinstance(first, Reviews):
        assert first.vocabulary.words == second.vocabulary.words
        for one, other in zip(first.x_train, second.x_train, strict=True):
            assert np.array_equal(one, other)
        return
    assert np.array_equal(first.x_train, second.x_train)
    assert np.array_equal(first.y_test, second.y_test)


def test_people_are_one_table_in_both_modes_and_its_parts_differ(cache):
    sample, full = load("people", "sample"), load("people", "full")
    assert (sample.mode, full.mode) == ("sample", "full")
    assert sample.train.equals(full.train)
    assert not sample.train.equals(sample.test)
    assert sample.train.dtypes.astype(str).to_dict() == data.PEOPLE_COLUMNS
    assert 0.3 < sample.train.suit_fits.mean() < 0.5


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "part,height_cm,weight_kg,shoe_size,suit_fits\ntrain,x,1,2,0\n"],
)
def test_a_spoiled_table_of_the_course_says_how_to_restore_it(
    text, cache, tmp_path, monkeypatch
):
    monkeypatch.setattr(data, "SAMPLES", tmp_path)
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"git checkout -- data/people\.csv"):
        load("people")


def test_digits_are_mlxtends_and_are_parted_without_a_common_picture():
    made = runpy.run_path(str(ROOT / "data" / "make_digits.py"))
    arrays, digits = made["make_arrays"](), load("digits", "sample")
    for name in ("x_train", "y_train", "x_test", "y_test"):
        assert np.array_equal(arrays[name], getattr(digits, name))
    assert np.bincount(digits.y_train).tolist() == [400] * 10
    assert np.bincount(digits.y_test).tolist() == [100] * 10
    train = {picture.tobytes() for picture in digits.x_train}
    assert not any(picture.tobytes() in train for picture in digits.x_test)


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng packs otherwise")
@pytest.mark.parametrize(
    "script", ["make_digits.py", "make_clothes.py", "make_people.py"]
)
def test_scripts_make_the_samples_again_to_the_byte(script):
    made = runpy.run_path(str(ROOT / "data" / script))
    assert made["make_bytes"]() == made["TARGET"].read_bytes()


def test_clothes_are_balanced_and_differ():
    clothes = load("clothes", "sample")
    assert np.bincount(clothes.y_train).tolist() == [200] * 10
    assert len({picture.tobytes() for picture in clothes.x_train}) == 2000


def test_objects_train_and_test_patches_share_no_pixels():
    objects = load("objects", "sample")
    assert objects.x_train.shape == (1200, 32, 32, 3)
    rows = {row.tobytes() for patch in objects.x_train for row in patch.reshape(32, -1)}
    test_rows = [row for patch in objects.x_test for row in patch.reshape(32, -1)]
    textured = [row for row in test_rows if len(np.unique(row)) > 8]
    assert len(textured) > 1000
    assert not any(row.tobytes() in rows for row in textured)


# --- modes ---


def test_default_mode(monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert data.default_mode() == "sample"
    monkeypatch.setitem(data.sys.modules, "google.colab", object())
    assert data.default_mode() == "full"
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert data.default_mode() == "sample"
    monkeypatch.setenv("COURSE_DATA", " FULL ")
    assert data.default_mode() == "full"


def test_wrong_names_are_refused_with_what_there_is(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "ful")
    with pytest.raises(CourseError, match="COURSE_DATA=ful: такого режима"):
        load("digits")
    with pytest.raises(CourseError, match="mode='small'"):
        load("digits", mode="small")
    with pytest.raises(CourseError, match=r"«digit» в курсе нет\. Есть: .*digits"):
        load("digit")


# --- full mode: a teacher's folder ---


@pytest.fixture
def teacher(tmp_path, cache, monkeypatch):
    folder = tmp_path / "данные"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    monkeypatch.setenv("COURSE_DATA", "full")
    return folder


def mnist_like(**changed):
    arrays = {
        "x_train": np.zeros((60000, 28, 28), np.uint8),
        "y_train": np.arange(60000, dtype=np.uint8) % 10,
        "x_test": np.zeros((10000, 28, 28), np.uint8),
        "y_test": np.arange(10000, dtype=np.uint8) % 10,
    }
    return {**arrays, **changed}


def test_full_digits_from_a_teachers_folder(teacher, capsys):
    np.savez_compressed(teacher / "mnist.npz", **mnist_like())
    digits = load("digits")
    check_structure(digits, "full")
    assert digits.x_train.shape == (60000, 28, 28)
    assert "весь MNIST (full)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"not a zip"), "повреждён"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "повреждён"),
        (lambda path: path.write_bytes(b""), "повреждён"),
        (
            lambda path: np.savez(path, **mnist_like(x_test=np.zeros((5, 28, 28)))),
            "форма",
        ),
        (lambda path: np.savez(path, x_train=np.zeros(3)), "форма"),
        (lambda path: np.savez(path, other=np.zeros(3)), "нет массива x_train"),
        (
            lambda path: np.savez(
                path, **mnist_like(y_train=np.full(60000, 10, np.uint8))
            ),
            "метки выходят",
        ),
        (
            lambda path: np.savez(
                path, **mnist_like(x_train=np.array([{}], dtype=object))
            ),
            "без объектов Python",
        ),
    ],
    ids=["page", "cut", "empty", "shape", "first", "names", "labels", "objects"],
)
def test_a_damaged_copy_is_refused_and_kept(teacher, spoil, said):
    path = teacher / "mnist.npz"
    np.savez_compressed(path, **mnist_like())
    spoil(path)
    with pytest.raises(CourseError) as caught:
        load("digits")
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "Замените файл" in str(caught.value)
    assert path.is_file()


def test_a_damaged_copy_that_can_be_downloaded_in_other_files(teacher):
    (teacher / "fashion_mnist.npz").write_bytes(b"not a zip")
    with pytest.raises(CourseError, match="COURSE_DATA_DIR, тогда он будет скачан"):
        load("clothes")


def test_a_folder_that_does_not_exist(teacher, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(teacher / "нет"))
    with pytest.raises(CourseError, match="такой папки нет"):
        load("digits")


NAMED = "Иванов И. И. данные"


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        ("digits", {"mnist.npz": b""}, "mnist.npz: файл повреждён или"),
        ("book", {"karamazov.txt": b""}, "karamazov.txt: пуст: в нём нет ни одного"),
        ("wells", {"production.csv": b"PK\x03\x04"}, "production.csv: это книга Excel"),
        (
            "messages",
            {f"sib200_rus_{part}.tsv": b"" for part in ("train", "dev", "test")},
            "sib200_rus_test.tsv: sib200_rus_train.tsv",
        ),
    ],
)
def test_a_folder_with_full_stops_in_its_name(teacher, monkeypatch, name, files, said):
    """What a reader says of a damaged file is kept whole, and so is the path."""
    folder = teacher / NAMED
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    with pytest.raises(CourseError) as caught:
        load(name)
    assert str(folder / next(iter(files))) in caught.value.what
    assert said in caught.value.what
    assert NAMED not in caught.value.advice
    assert caught.value.advice.startswith("Замените файл")


def test_a_folder_without_the_file_falls_back_and_says_so(teacher, monkeypatch, capsys):
    monkeypatch.setattr(data, "fetch", lambda remote: teacher / "elsewhere.npz")
    np.savez_compressed(teacher / "elsewhere.npz", **mnist_like())
    load("digits")
    assert "нет mnist.npz; ищу в кэше и в сети" in capsys.readouterr().out


# --- full mode: downloads ---


def served_entry(name, server, sums=False):
    """Return the catalogue's entry with its addresses on a local server."""
    import hashlib

    def moved(remote):
        path = server.folder / remote.name
        sha = hashlib.sha256(path.read_bytes()).hexdigest() if sums else None
        return Remote(remote.name, (server.url + remote.name,), sha)

    entry = CATALOGUE[name]
    first = entry.layouts[0]
    layout = Layout(tuple(map(moved, first.files)), first.read)
    return replace(entry, layouts=(layout, *entry.layouts[1:]))


def test_download_of_digits(server, cache, monkeypatch):
    np.savez_compressed(server.folder / "mnist.npz", **mnist_like())
    monkeypatch.setitem(CATALOGUE, "digits", served_entry("digits", server, sums=True))
    check_structure(load("digits", "full"), "full")
    check_structure(load("digits", "full"), "full")
    assert server.requests == ["/mnist.npz"]


def test_no_network_says_what_to_do(cache, monkeypatch):
    layout = CATALOGUE["digits"].layouts[0]
    remote = replace(layout.files[0], urls=("http://127.0.0.1:9/mnist.npz",))
    entry = replace(CATALOGUE["digits"], layouts=(Layout((remote,), layout.read),))
    monkeypatch.setitem(CATALOGUE, "digits", entry)
    with pytest.raises(CourseError, match=r"не удалось получить mnist\.npz") as caught:
        load("digits", "full")
    assert 'mode="sample"' in str(caught.value)


def idx(array):
    head = bytes([0, 0, 8, array.ndim])
    head += b"".join(side.to_bytes(4, "big") for side in array.shape)
    return gzip.compress(head + array.tobytes(), 1)


@pytest.fixture
def clothes_served(server, monkeypatch):
    """Files of Fashion-MNIST's shape whose pixels have its very sums."""
    arrays = mnist_like()
    for name, total in data.CLOTHES_SUMS.items():
        flat = arrays[name].reshape(-1)
        flat[: total // 255] = 255
        flat[total // 255] = total % 255
    for name, file_name in data.CLOTHES_FILES.items():
        (server.folder / file_name).write_bytes(idx(arrays[name]))
    monkeypatch.setitem(CATALOGUE, "clothes", served_entry("clothes", server))
    return server, arrays


def test_download_of_clothes(clothes_served, cache):
    _, arrays = clothes_served
    clothes = load("clothes", "full")
    check_structure(clothes, "full")
    assert np.array_equal(clothes.x_train, arrays["x_train"])


def test_a_page_in_place_of_clothes_leaves_the_cache_clean(clothes_served, cache):
    server, _ = clothes_served
    path = server.folder / data.CLOTHES_FILES["y_test"]
    path.write_bytes(b"<html>please log in</html>")
    with pytest.raises(CourseError, match="вместо файла пришла веб-страница"):
        load("clothes", "full")
    assert not (cache / path.name).exists()


def test_damaged_clothes_leave_the_cache_clean(clothes_served, cache):
    server, _ = clothes_served
    (server.folder / data.CLOTHES_FILES["y_test"]).write_bytes(b"please log in")
    with pytest.raises(CourseError, match="удалён из кэша"):
        load("clothes", "full")
    assert not list(cache.glob("*.gz"))


def test_clothes_with_other_pixels_are_refused(clothes_served, cache):
    server, arrays = clothes_served
    arrays["x_test"][0, 0, 0] ^= 1
    (server.folder / data.CLOTHES_FILES["x_test"]).write_bytes(idx(arrays["x_test"]))
    with pytest.raises(CourseError, match="сумма массива x_test"):
        load("clothes", "full")


def cifar_batch(count, key=b"labels", classes=10, seed=0):
    rng = np.random.default_rng(seed)
    few = rng.integers(0, 256, 7 * 3072, dtype=np.uint8)  # repeated: quick to pack
    pixels = np.resize(few, (count, 3072))
    return {b"data": pixels, key: [i % classes for i in range(count)]}


def tar_gz(path, members):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, value in members.items():
            content = value if isinstance(value, bytes) else pickle.dumps(value, 2)
            info = tarfile.TarInfo(f"folder/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


CIFAR10_PARTS = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


def test_download_of_objects(server, cache, monkeypatch):
    batches = {name: cifar_batch(10000, seed=n) for n, name in enumerate(CIFAR10_PARTS)}
    tar_gz(server.folder / "cifar-10-python.tar.gz", batches)
    monkeypatch.setitem(CATALOGUE, "objects", served_entry("objects", server, True))
    objects = load("objects", "full")
    check_structure(objects, "full")
    assert objects.x_train.shape == (50000, 32, 32, 3)
    # Keras's own reader is the oracle: three planes of 32 x 32, one after another.
    row = batches["test_batch"][b"data"][7]
    assert np.array_equal(objects.x_test[7], row.reshape(3, 32, 32).transpose(1, 2, 0))


def test_objects100_from_a_teachers_folder(teacher):
    members = {
        "train": cifar_batch(50000, b"fine_labels", 100),
        "test": cifar_batch(10000, b"fine_labels", 100),
        "meta": {b"fine_label_names": [b"class%d" % n for n in range(100)]},
    }
    tar_gz(teacher / "cifar-100-python.tar.gz", members)
    objects = load("objects100")
    check_structure(objects, "full")
    assert objects.class_names[7] == "class7"


class Hostile:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_a_hostile_pickle_is_not_run(teacher, tmp_path):
    target = tmp_path / "was here"
    members = dict.fromkeys(CIFAR10_PARTS, pickle.dumps(Hostile(target)))
    tar_gz(teacher / "cifar-10-python.tar.gz", members)
    with pytest.raises(CourseError, match="не открываю"):
        load("objects")
    assert not target.exists()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "нет файла data_batch_1"),
        (dict.fromkeys(CIFAR10_PARTS, b"junk"), "не читается"),
        ({name: [] for name in CIFAR10_PARTS}, "нет массива data"),
        (dict.fromkeys(CIFAR10_PARTS, cifar_batch(3)), "форма"),
    ],
    ids=["empty", "junk", "list", "short"],
)
def test_damaged_archives(teacher, members, said):
    tar_gz(teacher / "cifar-10-python.tar.gz", members)
    with pytest.raises(CourseError, match=said):
        load("objects")


def test_safe_unpickling_keeps_what_is_plain():
    value = {
        b"a": [1, 2.5, "текст"],
        b"b": np.arange(3),
        b"c": np.array([[1], [2, 3]], object),
    }
    for protocol in range(2, 6):
        again = data.unpickle_safely(pickle.dumps(value, protocol))
        assert again[b"a"] == value[b"a"]
        assert np.array_equal(again[b"b"], value[b"b"])
        assert again[b"c"].tolist() == [[1], [2, 3]]


# --- real files ---


@pytest.mark.parametrize("name", ["digits", "clothes", "reviews", "book", "wells"])
def test_real_files(name, real_data, cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(real_data))
    check_structure(load(name, "full"), "full")
