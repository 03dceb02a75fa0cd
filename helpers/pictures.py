"""A student's own picture: read it safely, and put a digit in the place MNIST does."""

import textwrap
import warnings
from pathlib import Path

import numpy as np

from helpers.errors import CourseError

MAX_PIXELS = 50_000_000  # a phone's photograph passes, a decompression bomb does not


def read_grey(path):
    """Return a picture from a file as shades of grey.

    Parameters
    ----------
    path : str or pathlib.Path
        PNG, JPEG, GIF, BMP or WebP; a transparent background becomes white.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width).

    Raises
    ------
    CourseError
        No such file, not a picture, or more than 50 million pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        raise CourseError(
            f"файла {path} нет. Проверьте имя; текущая папка: {Path.cwd()}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(
                path, formats=["PNG", "JPEG", "GIF", "BMP", "WEBP"]
            ) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise CourseError(
                        f"{path.name}: картинка {image.width} × {image.height} слишком "
                        "велика. Уменьшите её хотя бы до 2000 точек по стороне."
                    )
                image = ImageOps.exif_transpose(image).convert("RGBA")
                paper = Image.new("RGBA", image.size, "white")
                return np.asarray(Image.alpha_composite(paper, image).convert("L"))
    except Image.DecompressionBombError as error:
        raise CourseError(
            f"{path.name}: картинка слишком велика. Уменьшите её хотя бы до 2000 точек "
            "по стороне."
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise CourseError(
            f"{path.name}: это не картинка или файл повреждён. Подойдут PNG, JPEG, "
            "GIF, BMP и WebP."
        ) from error


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
            f"в рисунке встретился знак {strange[0]!r}. Чернила рисуют решёткой #, "
            "бумагу точкой или пробелом."
        )
    width = max(map(len, lines), default=0)
    rows = [[mark == "#" for mark in line.ljust(width)] for line in lines]
    drawing = np.array(rows, np.uint8).reshape(len(lines), width)
    if not drawing.any():
        raise CourseError("рисунок пуст: в нём нет ни одной решётки #")
    return drawing


def centre_digit(picture):
    """Return a drawn digit as MNIST would hold it, light on dark.

    The steps are those of Y. LeCun's page on MNIST: crop to the ink, fit into 20 × 20
    keeping proportions, put the centre of mass into the middle of 28 × 28.  In MNIST's
    own files it lies within half a pixel of row 14, column 14 (all 4,000 of the
    sample's training digits).

    Parameters
    ----------
    picture : array of shape (height, width) or (height, width, 3), any numbers
        Dark on light or light on dark: the rim of the picture tells which.

    Returns
    -------
    numpy.ndarray
        uint8, shape (28, 28), 0 is paper and 255 is ink.

    Raises
    ------
    CourseError
        Wrong shape, NaN, too large, or nothing is drawn.
    """
    from PIL import Image

    picture = np.asarray(picture)
    if picture.dtype == object or picture.dtype.kind not in "buif":
        raise CourseError("рисунок должен быть массивом чисел, как np.zeros((28, 28))")
    if picture.ndim == 3 and picture.shape[2] in (3, 4):
        picture = picture[..., :3].mean(axis=2)
    if picture.ndim != 2 or min(picture.shape) < 2:
        raise CourseError(
            f"рисунок имеет форму {picture.shape}, а нужна (высота, ширина) хотя бы "
            "2 × 2"
        )
    if picture.size > MAX_PIXELS:
        raise CourseError(
            f"рисунок {picture.shape[1]} × {picture.shape[0]} слишком велик. Уменьшите "
            "его хотя бы до 2000 точек по стороне."
        )
    ink = picture.astype(np.float32)
    if not np.isfinite(ink).all():
        raise CourseError("в рисунке есть NaN или бесконечность: замените их числами")
    rim = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    paper = np.median(rim)
    ink = np.abs(ink - paper)
    if ink.max() == 0:
        raise CourseError("рисунок пуст: все точки одного цвета. Нарисуйте цифру.")
    ink /= ink.max()
    ink[ink < 0.2] = 0  # the grain of a scan and the shade of paper
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
