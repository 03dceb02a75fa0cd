"""A student's own picture: every polarity and size, and each mistake a clear line."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from helpers import data, pictures
from helpers.errors import CourseError

SEVEN = """
    .........
    .#######.
    ......##.
    .....##..
    ....##...
    ....##...
    .........
"""


def test_text_becomes_a_picture():
    drawing = pictures.from_text("  .#\n  #\n")
    assert drawing.tolist() == [[0, 1], [1, 0]]
    assert drawing.dtype == np.uint8
    assert pictures.from_text(SEVEN).shape == (7, 9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "нет ни одной решётки"),
        ("...\n...", "нет ни одной решётки"),
        ("#0#", "знак '0'"),
        ("#ы#", "знак 'ы'"),
    ],
)
def test_wrong_text(text, said):
    with pytest.raises(CourseError, match=said):
        pictures.from_text(text)


def check_centred(digit):
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    assert digit.max() == 255
    rows, columns = np.nonzero(digit)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
    centre = ndimage.center_of_mass(digit)  # SciPy is the oracle
    assert centre == pytest.approx((14, 14), abs=0.6)


def likeness_nearby(first, second):
    """Return the largest correlation over shifts of at most a pixel."""
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [np.roll(second, shift, (0, 1)).ravel() for shift in shifts]
    return max(np.corrcoef(first.ravel(), each)[0, 1] for each in moved)


@pytest.mark.parametrize("scale", [1, 3, 17, 40])
@pytest.mark.parametrize("dark_ink", [False, True])
def test_any_size_and_polarity_gives_nearly_the_same_digit(scale, dark_ink):
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((scale, scale)))
    sheet = 230 - 200 * drawing if dark_ink else 20 + 200 * drawing
    digit = pictures.centre_digit(sheet)
    check_centred(digit)
    plain = pictures.centre_digit(np.kron(pictures.from_text(SEVEN), np.ones((17, 17))))
    assert likeness_nearby(digit, plain) > 0.8


def test_place_on_the_sheet_does_not_matter():
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((5, 5)))
    corner, far = np.zeros((200, 300)), np.zeros((200, 300))
    corner[1:36, 1:46], far[150:185, 240:285] = drawing, drawing
    assert np.array_equal(pictures.centre_digit(corner), pictures.centre_digit(far))


def test_grain_of_a_scan_is_not_ink():
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((20, 20)))
    rng = np.random.default_rng(0)
    noisy = 220 - 180 * drawing + rng.normal(0, 6, drawing.shape)
    check_centred(pictures.centre_digit(noisy))


def test_mnist_digits_stay_what_they_are():
    digits = data.load("digits", "sample").x_train[:500]
    alike = []
    for digit in digits:
        again = pictures.centre_digit(digit)
        check_centred(again)
        assert likeness_nearby(digit, again) > 0.9
        alike.append(np.corrcoef(digit.ravel(), again.ravel())[0, 1])
    assert np.mean(np.array(alike) > 0.97) > 0.95  # the rest lie on a rounding edge


def test_colour_and_booleans_are_taken():
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((4, 4)))
    check_centred(pictures.centre_digit(np.stack([drawing * 255] * 3, axis=2)))
    check_centred(pictures.centre_digit(drawing.astype(bool)))


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((28, 28)), "рисунок пуст"),
        (np.full((28, 28), 255), "рисунок пуст"),
        (np.zeros(784), r"форму \(784,\)"),
        (np.zeros((28, 28, 2)), "форму"),
        (np.zeros((0, 28)), "форму"),
        (np.zeros((1, 1)), "форму"),
        (np.full((28, 28), np.nan), "NaN"),
        (np.array([["a", "b"], ["c", "d"]]), "массивом чисел"),
        (np.array([[None, 1], [2, 3]]), "массивом чисел"),
        ("7", "массивом чисел"),
        (np.broadcast_to(np.uint8(0), (10**4, 10**4)), "слишком велик"),
    ],
    ids=[
        "empty",
        "white",
        "flat",
        "two",
        "none",
        "dot",
        "nan",
        "text",
        "objects",
        "str",
        "huge",
    ],
)
def test_what_is_not_a_drawing(picture, said):
    with pytest.raises(CourseError, match=said):
        pictures.centre_digit(picture)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "webp"])
def test_files_are_read(tmp_path, suffix):
    path = tmp_path / f"моя цифра.{suffix}"
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((20, 20)))
    Image.fromarray((255 - 255 * drawing).astype(np.uint8)).save(path)
    read = pictures.read_grey(path)
    assert read.shape == drawing.shape
    assert read.dtype == np.uint8
    check_centred(pictures.centre_digit(read))


def test_transparent_paper_is_white(tmp_path):
    drawing = np.kron(pictures.from_text(SEVEN), np.ones((20, 20)))
    layers = np.zeros((*drawing.shape, 4), np.uint8)
    layers[..., 3] = 255 * drawing  # black ink on nothing
    Image.fromarray(layers).save(tmp_path / "a.png")
    read = pictures.read_grey(str(tmp_path / "a.png"))
    assert read[0, 0] == 255
    assert read.min() == 0


def test_a_photograph_is_turned_as_its_mark_says(tmp_path):
    picture = Image.new("L", (40, 20))
    mark = picture.getexif()
    mark[0x0112] = 6  # turned by a quarter
    picture.save(tmp_path / "a.jpg", exif=mark)
    assert pictures.read_grey(tmp_path / "a.jpg").shape == (40, 20)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.4"]
)
def test_files_that_are_no_pictures(tmp_path, content):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="это не картинка"):
        pictures.read_grey(path)


def test_a_cut_file(tmp_path):
    path = tmp_path / "a.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (99, 99), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(CourseError, match="повреждён"):
        pictures.read_grey(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(CourseError, match="Проверьте имя; текущая папка"):
        pictures.read_grey(tmp_path / "нет.png")
    with pytest.raises(CourseError, match="нет"):
        pictures.read_grey(tmp_path)


@pytest.mark.parametrize("side", [7100, 20000])
def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path, side):
    path = tmp_path / "huge.png"
    Image.new("1", (side, side)).save(path)
    with pytest.raises(CourseError, match="велика"):
        pictures.read_grey(path)
