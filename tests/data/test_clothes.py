"""clothes: the sample, Fashion-MNIST in its own four files and in one."""

import gzip
import runpy
import zlib

import numpy as np
import pytest

from helpers import ROOT
from helpers.data import CATALOGUE, clothes, load
from helpers.errors import CourseError
from tests.support import check_pictures, mnist_like, served_entry


def test_the_sample_has_its_structure():
    check_pictures(load("clothes", "sample"), "sample")


def test_clothes_are_balanced_and_differ():
    loaded = load("clothes", "sample")
    assert np.bincount(loaded.y_train).tolist() == [200] * 10
    assert len({picture.tobytes() for picture in loaded.x_train}) == 2000


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng packs otherwise")
def test_the_script_makes_the_sample_again_to_the_byte():
    made = runpy.run_path(str(ROOT / "data" / "make_clothes.py"))
    assert made["make_bytes"]() == made["TARGET"].read_bytes()


def test_a_damaged_copy_that_can_be_downloaded_in_other_files(teacher):
    (teacher / "fashion_mnist.npz").write_bytes(b"not a zip")
    with pytest.raises(CourseError, match="COURSE_DATA_DIR, тогда он будет скачан"):
        load("clothes")


def idx(array):
    head = bytes([0, 0, 8, array.ndim])
    head += b"".join(side.to_bytes(4, "big") for side in array.shape)
    return gzip.compress(head + array.tobytes(), 1)


@pytest.fixture
def clothes_served(server, monkeypatch):
    """Files of Fashion-MNIST's shape whose pixels have its very sums."""
    arrays = mnist_like()
    for name, total in clothes.SUMS.items():
        flat = arrays[name].reshape(-1)
        flat[: total // 255] = 255
        flat[total // 255] = total % 255
    for name, (file_name, _) in clothes.FILES.items():
        (server.folder / file_name).write_bytes(idx(arrays[name]))
    monkeypatch.setitem(CATALOGUE, "clothes", served_entry("clothes", server))
    return server, arrays


def test_download_of_clothes(clothes_served, cache):
    _, arrays = clothes_served
    loaded = load("clothes", "full")
    check_pictures(loaded, "full")
    assert np.array_equal(loaded.x_train, arrays["x_train"])


def test_a_page_in_place_of_clothes_leaves_the_cache_clean(clothes_served, cache):
    server, _ = clothes_served
    path = server.folder / clothes.FILES["y_test"][0]
    path.write_bytes(b"<html>please log in</html>")
    with pytest.raises(CourseError, match="вместо файла пришла веб-страница"):
        load("clothes", "full")
    assert not (cache / path.name).exists()


def test_damaged_clothes_leave_the_cache_clean(clothes_served, cache):
    server, _ = clothes_served
    (server.folder / clothes.FILES["y_test"][0]).write_bytes(b"please log in")
    with pytest.raises(CourseError, match="удалён из кэша"):
        load("clothes", "full")
    assert not list(cache.glob("*.gz"))


def test_clothes_with_other_pixels_are_refused(clothes_served, cache):
    server, arrays = clothes_served
    arrays["x_test"][0, 0, 0] ^= 1
    (server.folder / clothes.FILES["x_test"][0]).write_bytes(idx(arrays["x_test"]))
    with pytest.raises(CourseError, match="сумма массива x_test"):
        load("clothes", "full")


def test_the_real_files(real_data, cache, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(real_data))
    check_pictures(load("clothes", "full"), "full")
