"""A student's own picture: read it safely, and put a digit in the place MNIST does."""

import textwrap
import warnings
from pathlib import Path

import numpy as np

from helpers.errors import CourseError

MAX_PIXELS = 50_000_000  # a phone's photograph passes, a decompression bomb does not
LARGEST_SIDE = 2000  # a file is read no larger than this
DRAWING_SIDE = 64  # what is no larger may be drawn point by point
WORKING_SIDE = 500  # a photograph is looked at no larger than this
SMALLER = "Уменьшите её хотя бы до 2000 точек по стороне."
AGAIN = "Снимите одну крупную цифру на чистом листе при ровном свете, без полей стола."


def _kind_by_first_bytes(path):
    """Return the name of a kind of picture that is common but not read, or ""."""
    with path.open("rb") as file:
        first = file.read(12)
    if first[4:8] == b"ftyp":
        return "AVIF" if first[8:11] == b"avi" else "HEIC"
    return "TIFF" if first[:4] in (b"II*\0", b"MM\0*") else ""


def _turn(image):
    """Return how to turn a photograph as its mark says; a broken mark is no mark."""
    from PIL.Image import Transpose

    try:
        mark = image.getexif().get(0x0112)
    except Exception:  # a broken block raises anything from struct.error to KeyError
        return None
    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(mark)


def _on_a_ground(grey, alpha):
    """Return shades of grey, float32, in which what is transparent got a ground.

    Strokes get the ground opposite to the pen, since a dark theme draws in white; what
    is cut out of a photograph gets its middle shade, the paper's.
    """
    white = np.float32(alpha.max() or 1)  # 255, or 1 in an array of fractions
    seen = grey[alpha > white / 2]
    if not seen.size:
        return np.full(grey.shape, white)
    low, middle, high = np.percentile(seen, [5, 50, 95])
    if 2 * seen.size < grey.size or high - low < white / 8:
        middle = 0 if seen.mean() > white / 2 else white
    return middle + (grey - middle) * (alpha / white)


def read_grey(path):
    """Return a picture from a file as shades of grey.

    Parameters
    ----------
    path : str or pathlib.Path
        PNG, JPEG, GIF (its first frame), BMP or WebP.  It is turned as its mark says; a
        transparent ground becomes white, or black under light strokes.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width), at most 2000 points a side: what is larger is
        made smaller.

    Raises
    ------
    CourseError
        No such file, not a picture, or more than 50 million pixels.
    """
    from PIL import Image, UnidentifiedImageError

    if not isinstance(path, str | Path):
        raise CourseError(
            f"вместо имени файла передано {type(path).__name__}",
            'Напишите имя в кавычках: read_grey("моя_цифра.png").',
        )
    path = Path(path)
    if not path.is_file():
        raise CourseError(
            f"файла {path} нет", f"Проверьте имя; текущая папка: {Path.cwd()}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's: a large one, a broken mark
            with Image.open(
                path, formats=["PNG", "JPEG", "GIF", "BMP", "WEBP"]
            ) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise CourseError(
                        f"{path.name}: картинка {image.width} × {image.height} слишком "
                        "велика",
                        SMALLER,
                    )
                return _shades(image)
    except Image.DecompressionBombError as error:
        raise CourseError(f"{path.name}: картинка слишком велика", SMALLER) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        kind = _kind_by_first_bytes(path)
        if kind:
            raise CourseError(
                f"{path.name}: это картинка {kind}, здесь такие не открываются",
                "Откройте её на телефоне или компьютере и сохраните как JPEG "
                "(«Экспортировать» или «Сохранить как»); iPhone сразу снимает в JPEG "
                "так: Настройки → Камера → Форматы → «Наиболее совместимые».",
            ) from error
        raise CourseError(
            f"{path.name}: это не картинка или файл повреждён",
            "Подойдут PNG, JPEG, GIF, BMP и WebP.",
        ) from error


def _shades(image):
    """Return an opened picture as an array of shades, no larger than the limit."""
    from PIL import Image

    limit = (LARGEST_SIDE, LARGEST_SIDE)
    turn = _turn(image)
    if image.mode.startswith("I"):  # a scanner's 16 bits, which convert() would clip
        deep = np.asarray(image).astype(np.float32)
        image = Image.fromarray(np.round(deep * (255 / max(deep.max(), 1))))
    image.draft("L", limit)  # a JPEG is then decoded at a half or a quarter of its size
    image = image.convert("RGBA" if image.has_transparency_data else "L")
    image.thumbnail(limit)
    if turn is not None:
        image = image.transpose(turn)
    if image.mode == "L":
        return np.asarray(image)
    grey, alpha = np.asarray(image.convert("L"), np.float32), image.getchannel("A")
    return np.round(_on_a_ground(grey, np.asarray(alpha))).astype(np.uint8)


def from_text(text):
    """Return a picture drawn with characters: ``#`` is ink, ``.`` or a space is paper.

    Parameters
    ----------
    text : str
        One line a row; blank lines around the drawing and a common indent are dropped,
        short lines are filled up with paper.

    Returns
    -------
    numpy.ndarray
        uint8, shape (rows, columns), 0 is paper and 1 is ink.

    Raises
    ------
    CourseError
        Another character, or no ink at all.
    """
    lines = [line.rstrip() for line in textwrap.dedent(text).splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    strange = sorted(set("".join(lines)) - set("#. "))
    if strange:
        raise CourseError(
            f"в рисунке встретился знак {strange[0]!r}",
            "Чернила рисуют решёткой #, бумагу точкой или пробелом.",
        )
    width = max(map(len, lines), default=0)
    rows = [[mark == "#" for mark in line.ljust(width)] for line in lines]
    drawing = np.array(rows, np.uint8).reshape(len(lines), width)
    if not drawing.any():
        raise CourseError("рисунок пуст: в нём нет ни одной решётки #")
    return drawing


def centre_digit(picture):
    """Return a drawn or photographed digit as MNIST would hold it, light on dark.

    The steps are those of Y. LeCun's page on MNIST: crop to the ink, fit into 20 × 20
    keeping proportions, put the centre of mass into the middle of 28 × 28.  In MNIST's
    own files it lies within half a pixel of row 14, column 14 (all 4,000 of the
    sample's training digits).  What tells ink from paper in a photograph (a shadow, a
    table, specks) stands in ``_digit_of_photograph``.

    Parameters
    ----------
    picture : array of shape (height, width), (height, width, 3) or (height, width, 4)
        Any numbers, dark on light or light on dark; the fourth channel is opacity.

    Returns
    -------
    numpy.ndarray
        uint8, shape (28, 28), 0 is paper and 255 is ink.

    Raises
    ------
    CourseError
        Wrong shape, NaN, too large, nothing is drawn, more than one digit, or a
        photograph in which ink cannot be told from paper.
    """
    from PIL import Image

    picture = np.asarray(picture)
    if picture.dtype == object or picture.dtype.kind not in "buif":
        raise CourseError("рисунок должен быть массивом чисел, как np.zeros((28, 28))")
    if picture.ndim not in (2, 3) or picture.shape[2:] not in ((), (3,), (4,)) or (
        min(picture.shape[:2]) < 2
    ):
        raise CourseError(
            f"рисунок имеет форму {picture.shape}, а нужна (высота, ширина) хотя бы "
            "2 × 2"
        )
    if picture.shape[0] * picture.shape[1] > MAX_PIXELS:
        raise CourseError(
            f"рисунок {picture.shape[1]} × {picture.shape[0]} слишком велик",
            "Уменьшите его хотя бы до 2000 точек по стороне.",
        )
    picture = picture.astype(np.float32)
    if not np.isfinite(picture).all():
        raise CourseError("в рисунке есть NaN или бесконечность: замените их числами")
    grey = picture if picture.ndim == 2 else picture[..., :3].mean(axis=2)
    if picture.shape[2:] == (4,):
        grey = _on_a_ground(grey, picture[..., 3])
    if grey.min() == grey.max():
        raise CourseError("рисунок пуст: все точки одного цвета", "Нарисуйте цифру.")
    ink = _even_ink(grey) if max(grey.shape) <= DRAWING_SIDE else None
    if ink is not None:  # drawn point by point: each of them counts
        ink /= ink.max()
        ink[ink < 0.2] = 0
    else:
        ink = _digit_of_photograph(grey)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    small = Image.fromarray(np.round(ink * 255).astype(np.uint8)).resize(
        (width, height), Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    )
    small = np.asarray(small, np.float32)
    small = small * (255 / small.max())
    mass_row, mass_column = (
        np.average(np.arange(side), weights=small.sum(axis=axis))
        for side, axis in ((height, 1), (width, 0))
    )
    top = int(np.clip(round(14 - mass_row), 0, 28 - height))
    left = int(np.clip(round(14 - mass_column), 0, 28 - width))
    digit = np.zeros((28, 28), np.uint8)
    digit[top : top + height, left : left + width] = np.round(small)
    return digit


def _digit_of_photograph(grey):
    """Return the ink of one digit from 0 to 1, all else 0; raise when in doubt."""
    from PIL import Image

    scale = WORKING_SIDE / max(grey.shape)
    if scale < 1 or max(grey.shape) <= DRAWING_SIDE:
        height, width = (max(2, round(side * scale)) for side in grey.shape)
        way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
        grey = np.asarray(Image.fromarray(grey).resize((width, height), way))
    sheet = _sheet(grey)
    if sheet is None:
        return _one_digit(*_ink(grey))
    try:
        return _one_digit(*_ink(sheet))
    except CourseError as error:
        try:  # a bold figure with four corners is no sheet
            return _one_digit(*_ink(grey))
        except CourseError:
            raise error from None


def _rim(array):
    return np.concatenate([array[0], array[-1], array[:, 0], array[:, -1]])


def _otsu(values):
    """Return N. Otsu's threshold: it parts the values into two narrow classes."""
    counts, edges = np.histogram(values, 256)
    middles = (edges[1:] + edges[:-1]) / 2
    below, mass = np.cumsum(counts), np.cumsum(counts * middles)
    between = (mass[-1] * below - mass * below[-1]) ** 2
    weights = below * (below[-1] - below)
    return middles[np.argmax(between[:-1] / np.maximum(weights[:-1], 1))]


def _sheet(grey):
    """Return a sheet on a table, or a screen in its frame, cut out; None without one.

    It is a solid region with four corners and something drawn in it, and nearly all of
    the rim is of the other class.  The lit part of a sheet in shadow reaches the rim.
    """
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(grey, 2)
    bright = smooth > _otsu(smooth)
    labels, _ = ndimage.label(bright != (np.median(_rim(bright)) > 0.5))
    area = np.bincount(labels.ravel())
    area[0] = 0
    inside = ndimage.binary_fill_holes(labels == area.argmax())
    size = inside.sum()
    drawn = 1 - area.max() / size
    if size < 0.15 * grey.size or not 0.002 < drawn < 0.4 or _rim(inside).mean() > 0.2:
        return None
    rows, columns = np.nonzero(inside)
    found = 0
    for first, second in ((rows + columns, rows - columns), (rows, -columns)):
        corners = [first.argmin(), second.argmin(), first.argmax(), second.argmax()]
        y, x = rows[corners], columns[corners]
        found = max(found, abs(np.sum(y * np.roll(x, 1) - x * np.roll(y, 1))) / 2)
    if not 0.85 < found / size < 1.1:  # an ellipse reaches 0.64, a 2 is above 1.5
        return None
    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    inside = depth > 0.03 * np.sqrt(size)  # the edge is blurred
    nearest = ndimage.distance_transform_edt(
        ~inside, return_distances=False, return_indices=True
    )
    return grey[tuple(nearest)][ndimage.find_objects(inside.astype(int))[0]]


def _even_ink(grey):
    """Return ink on a ground of one shade, as a drawing or a scan has; else None."""
    from scipy import ndimage

    ink = np.abs(grey - np.median(_rim(grey)))
    ink /= np.percentile(ink, 99.9) or 1
    small = max(grey.shape) <= DRAWING_SIDE
    near = ndimage.maximum_filter(ink, 3 if small else min(grey.shape) // 25 + 2) > 0.6
    return ink if np.mean((ink > 0.1) & ~near) < (0.03 if small else 0.01) else None


def _ink(grey):
    """Return ink, about 0 on paper and 1 in strokes, and the threshold between."""
    from scipy import ndimage

    side = min(grey.shape)
    ink = _even_ink(grey)
    if ink is not None and np.mean(ink > 0.6) < 0.5:
        return ink, 0.2
    smooth = ndimage.gaussian_filter(grey, 1)
    low, middle, high = np.percentile(smooth, [0.1, 50, 99.9])
    smooth = (smooth - min(low, 0)) / (high - min(low, 0) or 1)
    if middle < low + 0.4 * (high - low):  # chalk; paper in shadow is nearer to white
        smooth = 1 - smooth
    # Closing keeps the edge of a shadow as it is; a blur would draw it as ink.
    ground = ndimage.grey_closing(smooth, side // 3, mode="nearest")
    ink = 1 - smooth / np.maximum(ground, 0.05)
    ink -= np.median(ink)
    marks = ink[ink > max(0.08, 7 * np.median(np.abs(ink)))]
    return ink, 0.8 * _otsu(marks) if marks.size else 2.0


def _one_digit(ink, threshold):
    """Return the ink of the pieces that make one digit, the rest 0."""
    from scipy import ndimage

    labels, count = ndimage.label(ink > threshold, np.ones((3, 3)))
    side = min(ink.shape)
    margin = side // 8
    area, inner = (
        np.bincount(part.ravel(), minlength=count + 1)
        for part in (labels, labels[margin:-margin, margin:-margin])
    )
    area[0] = 0
    at_rim = np.zeros(count + 1, bool)
    at_rim[_rim(labels)] = True
    area[at_rim & (inner < area / 4)] = 0  # a strip, a corner, a finger
    free = area * ~at_rim
    if free.max() > (area * at_rim).max():  # else a digit is cropped to its ink
        area = free
    area[area < 0.05 * area.max()] = 0  # specks
    boxes = {n: _box(place) for n, place in enumerate(ndimage.find_objects(labels), 1)}
    main = area.argmax()
    if not area[main] or max(boxes[main][2:]) < side / 30:
        raise CourseError("на снимке не видно цифры", AGAIN)
    if np.count_nonzero(np.diff((_rim(labels) == main).astype(int)) > 0) > 9:
        raise CourseError(
            "клетки или линейки бумаги сливаются с цифрой",
            "Напишите её на белом листе или намного жирнее.",
        )
    for other in np.flatnonzero(area):
        if other != main and _apart(boxes[main], boxes[other]):
            if max(boxes[other][2:]) > max(boxes[main][2:]) / 3:
                raise CourseError(
                    "на снимке не одна цифра", "Обрежьте его так, чтобы осталась одна."
                )
            area[other] = 0
    kept = (area > 0)[labels]
    depth = ndimage.distance_transform_edt(kept)
    rows, columns = np.nonzero(kept)
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    if 2 * depth.max() > 0.7 * extent:
        raise CourseError("на снимке пятно, а не цифра", AGAIN)
    ink = np.clip(ink * kept / np.percentile(ink[kept], 90), 0, 1)
    width = 4 * depth[kept].mean()
    if width < extent / 14:  # a pen's line is thinner than any stroke of MNIST
        ink = ndimage.grey_dilation(ink, round(extent / 9 - width))
    return ink


def _box(place):
    """Return the middle and the size of a piece: row, column, height, width."""
    (top, bottom), (left, right) = ((part.start, part.stop) for part in place)
    return (top + bottom) / 2, (left + right) / 2, bottom - top, right - left


def _apart(first, second):
    """Tell whether two pieces are too far from each other to be parts of a digit."""
    down, right = (
        abs(first[i] - second[i]) - (first[i + 2] + second[i + 2]) / 2 for i in (0, 1)
    )
    beside = 2 * min(first[2], second[2]) > max(first[2], second[2])
    return max(down, right) > max(first[2:]) / 4 or (beside and right > first[2] / 10)
