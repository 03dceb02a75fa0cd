"""A student's own picture: every polarity and size, and each mistake a clear line."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from helpers import data
from helpers.errors import CourseError
from helpers.own import drawings

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
    drawing = drawings.from_text("  .#\n  #\n")
    assert drawing.tolist() == [[0, 1], [1, 0]]
    assert drawing.dtype == np.uint8
    assert drawings.from_text(SEVEN).shape == (7, 9)


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
        drawings.from_text(text)


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
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((scale, scale)))
    sheet = 230 - 200 * drawing if dark_ink else 20 + 200 * drawing
    digit = drawings.centre_digit(sheet)
    check_centred(digit)
    plain = drawings.centre_digit(np.kron(drawings.from_text(SEVEN), np.ones((17, 17))))
    assert likeness_nearby(digit, plain) > 0.8


def test_place_on_the_sheet_does_not_matter():
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((5, 5)))
    corner, far = np.zeros((200, 300)), np.zeros((200, 300))
    corner[1:36, 1:46], far[150:185, 240:285] = drawing, drawing
    assert np.array_equal(drawings.centre_digit(corner), drawings.centre_digit(far))


def test_grain_of_a_scan_is_not_ink():
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    rng = np.random.default_rng(0)
    noisy = 220 - 180 * drawing + rng.normal(0, 6, drawing.shape)
    check_centred(drawings.centre_digit(noisy))


def test_mnist_digits_stay_what_they_are():
    digits = data.load("digits", "sample").x_train[:500]
    alike = []
    for digit in digits:
        again = drawings.centre_digit(digit)
        check_centred(again)
        assert likeness_nearby(digit, again) > 0.9
        alike.append(np.corrcoef(digit.ravel(), again.ravel())[0, 1])
    assert np.mean(np.array(alike) > 0.97) > 0.95  # the rest lie on a rounding edge


def test_colour_and_booleans_are_taken():
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((4, 4)))
    check_centred(drawings.centre_digit(np.stack([drawing * 255] * 3, axis=2)))
    check_centred(drawings.centre_digit(drawing.astype(bool)))


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
        drawings.centre_digit(picture)


HEIGHT, WIDTH = 450, 350
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
FALL = 0.7 + 0.3 * COLUMNS / WIDTH
MIDDLE = ((COLUMNS - 175) / 175) ** 2 + ((ROWS - 225) / 225) ** 2
HAND = np.where(COLUMNS + 0.3 * ROWS > 300, 0.65, 1.0)


def written(ink, paper=235.0, pen=40.0):
    """Return a sheet with `ink`, an array of fractions, somewhat left of its middle."""
    height, width = ink.shape
    sheet = np.full((HEIGHT, WIDTH), float(paper))
    sheet[100 : 100 + height, 60 : 60 + width] += (pen - paper) * ink
    return sheet


def grain(picture, strength=15):
    return picture + np.random.default_rng(0).normal(0, strength, picture.shape)


def as_jpeg(picture):
    file = io.BytesIO()
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    Image.fromarray(picture).save(file, "JPEG", quality=85)
    return np.asarray(Image.open(file))


def with_corner(sheet, size):
    sheet[10 : 10 + size, 10 : 10 + size] = 60
    return sheet


def with_strip(sheet, shade=60):
    sheet[:, :30] = shade
    return sheet


def on_table(sheet, shade=90, turn=0):
    around = np.pad(sheet, 80, constant_values=-1)
    if turn:
        around = ndimage.rotate(around, turn, reshape=False, order=0, cval=-1)
    return np.where(around < 0, shade, around)


def in_squares(sheet, shade):
    lines = ((COLUMNS + ROWS // 30) % 25 == 0) | ((ROWS - COLUMNS // 30) % 25 == 0)
    return np.where(lines, np.minimum(sheet, shade), sheet)


FAULTS = {
    "plain": written,
    "light falls": lambda ink: written(ink) * FALL,
    "light falls to a half": lambda ink: as_jpeg(written(ink) * (FALL * 5 - 2) / 3),
    "dark corners": lambda ink: written(ink) * (1 - 0.15 * MIDDLE),
    "shadow of a hand": lambda ink: written(ink) * HAND,
    "dark point": lambda ink: with_corner(written(ink), 1),
    "spot": lambda ink: with_corner(written(ink), 4),
    "grain": lambda ink: as_jpeg(grain(written(ink))),
    "grain in a shadow": lambda ink: as_jpeg(grain(written(ink) * HAND)),
    "strip": lambda ink: with_strip(written(ink)),
    "a third is table": lambda ink: grain(
        np.hstack([np.full((HEIGHT, 150), 70), written(ink)]), 4
    ),
    "corner in shadow": lambda ink: np.where(COLUMNS + ROWS < 200, 70, written(ink)),
    "table": lambda ink: on_table(written(ink)),
    "table, askew": lambda ink: grain(on_table(written(ink), 70, turn=10), 4),
    "table and shadow": lambda ink: as_jpeg(on_table(written(ink) * FALL, 60)),
    "screen, dark theme": lambda ink: on_table(written(ink, 25, 230), 200),
    "chalk": lambda ink: as_jpeg(grain(written(ink, 60, 210) * FALL, 5)),
    "blue pen": lambda ink: as_jpeg(grain(written(ink, pen=100) * FALL, 4)),
    "squared paper": lambda ink: as_jpeg(in_squares(written(ink), 180)),
}


@pytest.fixture(scope="module")
def digits():
    return data.load("digits", "sample")


@pytest.fixture(scope="module")
def neighbours(digits):
    x = digits.x_train.reshape(len(digits.x_train), -1)
    return KNeighborsClassifier(3).fit(x, digits.y_train)


@pytest.fixture(scope="module")
def inks(digits):
    """Return a digit of each class, large, as fractions of ink."""
    found = [digits.x_test[np.flatnonzero(digits.y_test == n)[1]] for n in range(10)]
    big = [
        Image.fromarray(x).resize((210, 210), Image.Resampling.BICUBIC) for x in found
    ]
    return [np.asarray(each, float) / 255 for each in big]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_photograph_does_not_change_the_digit(fault, inks, neighbours):
    found = []
    for ink in inks:
        picture = np.clip(FAULTS[fault](ink), 0, 255).astype(np.uint8)
        found.append(drawings.centre_digit(picture).ravel())
    right = np.sum(neighbours.predict(found) == np.arange(10))
    assert right >= 9


def thin(line, angle=0):
    """Return the ink of a seven, its lines `line` points wide."""
    ink = np.zeros((210, 210))
    ink[30 : 30 + line, 40:170] = 1
    for row in range(30, 190):
        left = 170 - line - (row - 30) // 2
        ink[row, left : left + line] = 1
    return ink


@pytest.mark.parametrize(("line", "pen"), [(3, 40), (3, 150), (6, 120), (22, 40)])
def test_a_thin_line_and_a_bold_one_give_the_same_digit(line, pen, neighbours):
    picture = as_jpeg(grain(written(thin(line), pen=pen) * FALL, 2))
    digit = drawings.centre_digit(picture)
    assert neighbours.predict([digit.ravel()]) == [7]
    strokes = np.mean(digit > 100)
    assert strokes > 0.06  # of a bold seven 0.1


def test_a_digit_of_several_pieces_stays_whole():
    five = np.zeros((210, 210))
    five[20:38, 90:170] = 1  # the roof stands apart
    five[20:100, 50:68] = five[90:108, 50:150] = 1
    five[90:190, 140:158] = five[180:198, 45:158] = 1
    five[5:15, 5:15] = 0
    digit = drawings.centre_digit(written(five) * FALL)
    assert ndimage.label(digit > 60, np.ones((3, 3)))[1] == 2
    seven = thin(20)
    seven[100:106] = 0
    whole = drawings.centre_digit(written(thin(20)) * HAND)
    assert likeness_nearby(drawings.centre_digit(written(seven) * HAND), whole) > 0.8


@pytest.mark.parametrize("light", [1, FALL[:210, :210] + 0.12])
def test_a_crop_to_the_very_ink_keeps_the_digit(light, inks, neighbours):
    right = 0
    for label, ink in enumerate(inks):
        rows, columns = np.nonzero(ink > 0.4)
        place = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max())
        try:
            digit = drawings.centre_digit(((250 - 200 * ink) * light)[place])
        except CourseError as error:  # a bold 8 leaves hardly any paper
            assert "с полями" in error.advice
        else:
            assert neighbours.predict([digit.ravel()]) == [label]
            right += 1
    assert right >= 9


def test_drawings_point_by_point_keep_every_point_and_shade():
    drawing = np.zeros((28, 28))
    drawing[5:20, 14] = 200
    drawing[5, 8:14] = 90  # grey stays grey
    drawing[24, 14] = 200  # a point that a photograph would lose
    digit = drawings.centre_digit(drawing)
    assert np.ptp(np.nonzero(digit)[0]) == 19
    assert {90, 255} & set(digit[digit > 0].tolist())
    assert np.any((digit > 60) & (digit < 180))


EMPTY = np.zeros((210, 210))
NOTHING = {
    "grain": lambda: as_jpeg(grain(written(EMPTY))),
    "grain alone": lambda: grain(np.full((300, 200), 128.0), 40),
    "light falls": lambda: as_jpeg(grain(written(EMPTY) * FALL, 4)),
    "shadow": lambda: written(EMPTY) * HAND,
    "soft shadow": lambda: as_jpeg(
        grain(written(EMPTY) * ndimage.gaussian_filter(HAND, 6), 4)
    ),
    "table": lambda: as_jpeg(grain(on_table(written(EMPTY)), 4)),
    "strip": lambda: with_strip(written(EMPTY)),
    "a third is table": lambda: np.where(COLUMNS < 120, 70, written(EMPTY)),
    "corner in shadow": lambda: np.where(COLUMNS + ROWS < 300, 70, written(EMPTY)),
    "speck": lambda: with_corner(written(EMPTY), 3),
    "board": lambda: as_jpeg(grain(written(EMPTY, paper=60) * FALL, 4)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_an_empty_sheet_is_no_digit(name):
    with pytest.raises(CourseError, match=r"не видно цифры|видно пятно") as caught:
        drawings.centre_digit(np.clip(NOTHING[name](), 0, 255))
    assert "чистом листе" in caught.value.advice


@pytest.mark.parametrize("light", [1, FALL, HAND])
@pytest.mark.parametrize("place", [(120, 0, 100), (0, 130, 100), (0, 90, 80)])
def test_two_digits_are_not_one(place, light, inks):
    down, right, size = place
    both = np.zeros((220, 230))
    for ink, top, left in ((inks[3], 0, 0), (inks[5], down, right)):
        small = ndimage.zoom(ink, size / 210, order=1)
        both[top : top + size, left : left + size] += small
    with pytest.raises(CourseError, match="не одна цифра"):
        drawings.centre_digit(written(both) * light)


def test_paper_whose_lines_are_as_dark_as_the_pen_is_named():
    sheet = np.kron(written(thin(6)), np.ones((2, 2)))
    sheet[::40] = sheet[1::40] = sheet[2::40] = sheet[3::40] = 40
    sheet[:, ::40] = sheet[:, 1::40] = sheet[:, 2::40] = sheet[:, 3::40] = 40
    with pytest.raises(CourseError, match="клетки или линейки"):
        drawings.centre_digit(sheet)


@pytest.mark.parametrize("shape", [(2, 300), (300, 2), (3, 65), (70, 1000), (2, 64)])
def test_a_narrow_picture_gives_a_digit_or_a_line(shape):
    picture = np.zeros(shape)
    picture[shape[0] // 3 : shape[0] // 2 + 1, shape[1] // 3 : shape[1] // 2] = 1
    try:
        assert drawings.centre_digit(picture).max() == 255
    except CourseError as error:
        assert error.advice


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "webp"])
def test_files_are_read(tmp_path, suffix):
    path = tmp_path / f"моя цифра.{suffix}"
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    Image.fromarray((255 - 255 * drawing).astype(np.uint8)).save(path)
    read = drawings.read_grey(path)
    assert read.shape == drawing.shape
    assert read.dtype == np.uint8
    check_centred(drawings.centre_digit(read))


def test_transparent_paper_is_white(tmp_path):
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    layers = np.zeros((*drawing.shape, 4), np.uint8)
    layers[..., 3] = 255 * drawing  # black ink on nothing
    Image.fromarray(layers).save(tmp_path / "a.png")
    read = drawings.read_grey(str(tmp_path / "a.png"))
    assert read[0, 0] == 255
    assert read.min() == 0


@pytest.mark.parametrize("pen", [0, 120, 240, 255])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_the_ground_is_opposite_to_the_pen(tmp_path, pen, mode):
    drawing = np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    layers = np.full((*drawing.shape, len(mode)), pen, np.uint8)
    layers[..., -1] = 255 * drawing
    Image.fromarray(layers).save(tmp_path / "a.png")
    read = drawings.read_grey(tmp_path / "a.png")
    assert read[0, 0] == (0 if pen > 127 else 255)
    plain = drawings.centre_digit(drawing)
    assert np.array_equal(drawings.centre_digit(read), plain)
    if mode == "RGBA":  # the array of such a file
        assert np.array_equal(drawings.centre_digit(layers), plain)
        assert np.array_equal(drawings.centre_digit(layers / 255), plain)


def test_a_sheet_cut_out_of_its_background_keeps_its_paper(tmp_path):
    layers = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    layers[..., :3] = written(thin(20))[..., None]
    layers[MIDDLE > 1.2, 3] = 0  # round corners
    Image.fromarray(layers).save(tmp_path / "a.png")
    read = drawings.read_grey(tmp_path / "a.png")
    assert read[0, 0] == read[225, 20] == 235


@pytest.mark.parametrize("step", [257, 16, 100])
def test_sixteen_bits_are_not_cut_to_eight(tmp_path, step):
    sheet = 235 - 200 * np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    Image.fromarray((sheet * step).astype(np.uint16)).save(tmp_path / "a.png")
    read = drawings.read_grey(tmp_path / "a.png")
    assert read.dtype == np.uint8
    check_centred(drawings.centre_digit(read))
    assert np.array_equal(drawings.centre_digit(read), drawings.centre_digit(sheet))


@pytest.mark.parametrize("mode", ["1", "P", "CMYK"])
def test_other_modes_hold_the_same_digit(tmp_path, mode):
    sheet = 255 - 255 * np.kron(drawings.from_text(SEVEN), np.ones((20, 20)))
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    Image.fromarray(sheet.astype(np.uint8)).convert(mode).save(path)
    read = drawings.centre_digit(drawings.read_grey(path))
    assert np.abs(read - drawings.centre_digit(sheet).astype(int)).max() <= 5


def test_the_first_frame_of_an_animation(tmp_path):
    first, second = np.zeros((2, 40, 60), np.uint8)
    first[10:30, 20], second[20, 10:30] = 255, 255
    frames = [Image.fromarray(first), Image.fromarray(second)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert np.array_equal(drawings.read_grey(tmp_path / "a.gif"), first)


def exif(*entries):
    """Return a block of marks: (tag, kind, bytes), one value each, kind as in TIFF."""
    start, table, values = 8 + 2 + 12 * len(entries) + 4, b"", b""
    for tag, kind, value in entries:
        table += struct.pack("<HHI", tag, kind, 1)
        if len(value) <= 4:
            table += value.ljust(4, b"\0")
        else:
            table += struct.pack("<I", start + len(values))
            values += value
    head = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries))
    return head + table + bytes(4) + values


@pytest.mark.parametrize(
    ("block", "shape"),
    [
        (exif((0x0112, 3, b"\6\0"), (0x011A, 10, struct.pack("<ii", -1, 0))), (40, 20)),
        (exif((0x0112, 3, b"\6\0"), (0x011A, 5, struct.pack("<II", 72, 0))), (40, 20)),
        (exif((0x0112, 3, b"\x63\0")), (20, 40)),
        (b"Exif\0\0", (20, 40)),
        (b"Exif\0\0II*\0\xff\xff", (20, 40)),
        (b"Exif\0\0 no marks at all", (20, 40)),
    ],
)
def test_a_broken_mark_does_not_refuse_the_picture(tmp_path, block, shape):
    Image.new("L", (40, 20), 200).save(tmp_path / "a.jpg", exif=block)
    assert drawings.read_grey(tmp_path / "a.jpg").shape == shape


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_turn_is_undone(tmp_path, turn):
    pixels = np.zeros((16, 32), np.uint8)
    pixels[:8, :8] = 255  # the upper left corner, as the sensor saw it
    mark = Image.Exif()
    mark[0x0112] = turn
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=mark, quality=95)
    read = drawings.read_grey(tmp_path / "a.jpg")
    bottom, right = turn in (3, 4, 7, 8), turn in (2, 3, 6, 7)
    assert read.shape == ((16, 32) if turn < 5 else (32, 16))
    assert read[-1 if bottom else 0, -1 if right else 0] > 200
    assert np.mean(read > 128) == 0.125


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "AVIF"),
        (b"II*\0\x08\0\0\0", "TIFF"),
    ],
)
@pytest.mark.parametrize("name", ["IMG_1.jpg", "IMG_1.HEIC"])
def test_a_kind_that_is_not_read_is_named(tmp_path, content, kind, name):
    (tmp_path / name).write_bytes(content + bytes(300))
    with pytest.raises(CourseError, match=f"картинка {kind}") as caught:
        drawings.read_grey(tmp_path / name)
    assert "JPEG" in caught.value.advice
    assert ("iPhone" in caught.value.advice) == (kind == "HEIC")
    assert "\n" not in str(caught.value)


def test_a_large_photograph_is_made_smaller(tmp_path):
    Image.new("RGB", (4000, 3000), (200, 200, 200)).save(tmp_path / "a.jpg")
    read = drawings.read_grey(tmp_path / "a.jpg")
    assert max(read.shape) <= 2000
    assert read.shape[1] / read.shape[0] == pytest.approx(4 / 3, abs=0.01)


@pytest.mark.parametrize("path", [None, 5, np.zeros((28, 28))])
def test_what_is_no_name_of_a_file(path):
    with pytest.raises(CourseError, match="нужен путь к файлу, а дано: "):
        drawings.read_grey(path)


def test_a_photograph_is_turned_as_its_mark_says(tmp_path):
    picture = Image.new("L", (40, 20))
    mark = picture.getexif()
    mark[0x0112] = 6  # turned by a quarter
    picture.save(tmp_path / "a.jpg", exif=mark)
    assert drawings.read_grey(tmp_path / "a.jpg").shape == (40, 20)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.4"]
)
def test_files_that_are_no_pictures(tmp_path, content):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="это не картинка"):
        drawings.read_grey(path)


def test_a_cut_file(tmp_path):
    path = tmp_path / "a.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (99, 99), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(CourseError, match="повреждён"):
        drawings.read_grey(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(CourseError, match="Проверьте имя; текущая папка"):
        drawings.read_grey(tmp_path / "нет.png")
    with pytest.raises(CourseError, match="нет"):
        drawings.read_grey(tmp_path)


@pytest.mark.parametrize("side", [7100, 20000])
def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path, side):
    path = tmp_path / "huge.png"
    Image.new("1", (side, side)).save(path)
    with pytest.raises(CourseError, match="велика"):
        drawings.read_grey(path)
