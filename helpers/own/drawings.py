"""A student's own picture: read it safely, and put a digit in the place MNIST does."""

import textwrap
import warnings

import numpy as np

from helpers.errors import CourseError
from helpers.own import files, photographs

MAX_PIXELS = 50_000_000  # a phone's photograph passes, a decompression bomb does not
LARGEST_SIDE = 2000  # a file is read no larger than this
SMALLER = "Уменьшите её хотя бы до 2000 точек по стороне."
AS_JPEG = (
    "Откройте её в программе, которая её показывает, и сохраните как JPEG (команда "
    "«Сохранить как» или «Экспортировать»)."
)
IPHONE = (
    " Чтобы iPhone сразу снимал в JPEG: Настройки → Камера → Форматы → "
    "«Наиболее совместимые»."
)


def read_grey(path):
    """Return a picture from a file as shades of grey, uint8, shape (height, width).

    The file is a PNG, JPEG, GIF (its first frame), BMP or WebP of at most 50 million
    pixels; else CourseError.  It is turned as its mark says; a transparent ground
    becomes white, or black under light strokes; what has more than 2000 points a side
    is made smaller.
    """
    from PIL import Image, UnidentifiedImageError

    path = files.existing_file(path)
    formats = ["PNG", "JPEG", "GIF", "BMP", "WEBP"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's: a large one, a broken mark
            with Image.open(path, formats=formats) as image:
                if image.width * image.height > MAX_PIXELS:
                    size = f"{image.width} × {image.height}"
                    what = f"{path.name}: картинка {size} слишком велика"
                    raise CourseError(what, SMALLER)
                return _shades(image)
    except Image.DecompressionBombError as error:
        raise CourseError(f"{path.name}: картинка слишком велика", SMALLER) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        kind = files.kind_of(path)
        if kind.startswith("картинка"):
            what = f"{path.name}: это {kind}, здесь такие не открываются"
            advice = AS_JPEG + IPHONE * kind.endswith("HEIC")
            raise CourseError(what, advice) from error
        what = f"{path.name}: это не картинка или файл повреждён"
        raise CourseError(what, "Подойдут PNG, JPEG, GIF, BMP и WebP.") from error


def _shades(image):
    """Return an opened picture as an array of shades, no larger than the limit."""
    from PIL import Image, ImageOps

    try:
        mark = image.getexif().get(0x0112, 1)
    except Exception:  # a broken block raises anything from struct.error to KeyError
        mark = 1
    if image.mode.startswith("I"):  # a scanner's 16 bits, which convert() would clip
        deep = np.asarray(image).astype(np.float32)
        image = Image.fromarray(np.round(deep * (255 / max(deep.max(), 1))))
    image.draft(None, (LARGEST_SIDE // 2,) * 2)  # a JPEG is then decoded at a half
    image = image.convert("RGBA" if image.has_transparency_data else "L")
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    image = Image.fromarray(np.asarray(image))  # without the block, it may be broken
    image.getexif()[0x0112] = mark
    image = ImageOps.exif_transpose(image)
    if image.mode == "L":
        return np.asarray(image)
    grey, alpha = np.asarray(image.convert("L"), np.float32), image.getchannel("A")
    return np.round(_on_a_ground(grey, np.asarray(alpha))).astype(np.uint8)


def _on_a_ground(grey, alpha):
    """Return shades of grey, float32, in which what is transparent got a ground.

    Strokes get the ground opposite to the pen, since a dark theme draws in white; what
    is cut out of a photograph gets its middle shade, the paper's.
    """
    white = np.float32(alpha.max() or 1)  # 255, or 1 in an array of fractions
    seen = grey[alpha > white / 2]
    if not seen.size:
        return np.full(grey.shape, white)
    low, middle, high = np.percentile(seen, [1, 50, 99])
    if 2 * seen.size < grey.size or high - low < white / 8:
        middle = 0 if seen.mean() > white / 2 else white
    return middle + (grey - middle) * (alpha / white)


def from_text(text):
    """Return a picture drawn with characters: ``#`` is ink, ``.`` or a space is paper.

    Blank lines around the drawing and a common indent are dropped, short lines filled
    up with paper; no ink or another character is a CourseError.

    Returns
    -------
    numpy.ndarray
        uint8, shape (rows, columns), 0 is paper and 1 is ink.
    """
    lines = [line.rstrip() for line in textwrap.dedent(text).splitlines()]
    lines = "\n".join(lines).strip("\n").split("\n")
    strange = sorted(set("".join(lines)) - set("#. "))
    if strange:
        what = f"в рисунке встретился знак {strange[0]!r}"
        advice = "Чернила рисуют решёткой #, бумагу точкой или пробелом."
        raise CourseError(what, advice)
    width = max(map(len, lines))
    drawing = [[mark == "#" for mark in line.ljust(width)] for line in lines]
    drawing = np.array(drawing, np.uint8)
    if not drawing.any():
        raise CourseError("рисунок пуст: в нём нет ни одной решётки #")
    return drawing


def centre_digit(picture):
    """Return a drawn or photographed digit as MNIST would hold it, light on dark.

    The steps are those of Y. LeCun's page on MNIST: crop to the ink, fit into 20 × 20
    keeping proportions, put the centre of mass into the middle of 28 × 28.  In MNIST's
    own files it lies within half a pixel of row 14, column 14 (all 4,000 of the
    sample's training digits).  CourseError: no such array, or not one digit on paper
    that can be told from its ink.

    Parameters
    ----------
    picture : array of shape (height, width), (height, width, 3) or (height, width, 4)
        Any numbers, dark on light or light on dark; the fourth channel is opacity.

    Returns
    -------
    numpy.ndarray
        uint8, shape (28, 28), 0 is paper and 255 is ink.
    """
    from PIL import Image

    ink = photographs.ink_of_digit(_grey(picture))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = Image.fromarray(np.round(ink * 255).astype(np.uint8))
    small = np.asarray(small.resize((width, height), way), np.float32)
    small = small * (255 / small.max())
    mass_row = np.average(np.arange(height), weights=small.sum(axis=1))
    mass_column = np.average(np.arange(width), weights=small.sum(axis=0))
    top = int(np.clip(round(14 - mass_row), 0, 28 - height))
    left = int(np.clip(round(14 - mass_column), 0, 28 - width))
    digit = np.zeros((28, 28), np.uint8)
    digit[top : top + height, left : left + width] = np.round(small)
    return digit


def _grey(picture):
    """Return a picture as shades of grey, float32, after checking it."""
    picture = np.asarray(picture)
    if picture.dtype.kind not in "buif":
        raise CourseError("рисунок должен быть массивом чисел, как np.zeros((28, 28))")
    is_flat = picture.ndim in (2, 3) and picture.shape[2:] in ((), (3,), (4,))
    if not is_flat or min(picture.shape[:2]) < 2:
        needed = "(высота, ширина) хотя бы 2 × 2"
        raise CourseError(f"рисунок имеет форму {picture.shape}, а нужна {needed}")
    height, width = picture.shape[:2]
    if height * width > MAX_PIXELS:
        what = f"рисунок {width} × {height} слишком велик"
        raise CourseError(what, "Уменьшите его хотя бы до 2000 точек по стороне.")
    picture = picture.astype(np.float32)
    if not np.isfinite(picture).all():
        raise CourseError("в рисунке есть NaN или бесконечность: замените их числами")
    grey = picture if picture.ndim == 2 else picture[..., :3].mean(axis=2)
    if picture.shape[2:] == (4,):
        grey = _on_a_ground(grey, picture[..., 3])
    if grey.min() == grey.max():
        raise CourseError("рисунок пуст: все точки одного цвета", "Нарисуйте цифру.")
    return grey
