"""digits: the sample, a teacher's copy, a download."""

import runpy
import zlib
from dataclasses import replace

import numpy as np
import pytest

from helpers import ROOT
from helpers.data import CATALOGUE, load
from helpers.errors import CourseError
from tests.support import check_pictures, mnist_like, served_entry


def test_the_sample_has_its_structure():
    check_pictures(load("digits", "sample"), "sample")


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
def test_the_script_makes_the_sample_again_to_the_byte():
    made = runpy.run_path(str(ROOT / "data" / "make_digits.py"))
    assert made["make_bytes"]() == made["TARGET"].read_bytes()


def test_full_digits_from_a_teachers_folder(teacher, capsys):
    np.savez_compressed(teacher / "mnist.npz", **mnist_like())
    digits = load("digits")
    check_pictures(digits, "full")
    assert digits.x_train.shape == (60000, 28, 28)
    assert "весь MNIST (full)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"not a zip"), "повреждён"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "повреждён"),
        (lambda path: path.write_bytes(b""), "повреждён"),
        (lambda path: np.save(path.open("wb"), np.zeros(3)), "не архив .npz"),
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
    ids=[
        "page",
        "cut",
        "empty",
        "array",
        "shape",
        "first",
        "names",
        "labels",
        "objects",
    ],
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


def test_download_of_digits(server, cache, monkeypatch):
    np.savez_compressed(server.folder / "mnist.npz", **mnist_like())
    monkeypatch.setitem(CATALOGUE, "digits", served_entry("digits", server, sums=True))
    check_pictures(load("digits", "full"), "full")
    check_pictures(load("digits", "full"), "full")
    assert server.requests == ["/mnist.npz"]


def test_no_network_says_what_to_do(cache, monkeypatch):
    source = CATALOGUE["digits"].sources[0]
    remote = replace(source.files[0], urls=("http://127.0.0.1:9/mnist.npz",))
    entry = replace(CATALOGUE["digits"], sources=(replace(source, files=(remote,)),))
    monkeypatch.setitem(CATALOGUE, "digits", entry)
    with pytest.raises(CourseError, match=r"не удалось получить mnist\.npz") as caught:
        load("digits", "full")
    assert 'mode="sample"' in str(caught.value)


def test_the_real_file(real_data, cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(real_data))
    check_pictures(load("digits", "full"), "full")
