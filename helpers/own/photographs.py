"""What is the digit in a photograph: its ink apart from shadows, a table and specks.

Paper is lit unevenly, so ink is what is darker than its surroundings; of that, the
large pieces away from the rim are the digit.  In doubt a line asks for a better one.
"""

import numpy as np

from helpers.errors import CourseError

DRAWING_SIDE = 64  # what is no larger may be drawn point by point
WORKING_SIDE = 500  # a photograph is looked at no larger than this
AGAIN = "Нужна одна крупная цифра на чистом листе при ровном свете; лишнее обрежьте."


def ink_of_digit(grey):
    """Return the ink of the one digit in a picture; CourseError if it is not seen.

    The picture is of float32, shape (height, width), any numbers, not all the same,
    dark on light or light on dark.  The ink is 0 on paper and 1 in strokes, of the
    picture's shape or smaller.
    """
    from PIL import Image

    if max(grey.shape) <= DRAWING_SIDE:
        ink = _even_ink(grey)
        if ink is not None:  # drawn point by point: each of them counts
            return np.where(ink < 0.2 * ink.max(), 0, ink / ink.max())
    scale = WORKING_SIDE / max(grey.shape)
    if scale < 1 or max(grey.shape) <= DRAWING_SIDE:
        height, width = (max(2, round(side * scale)) for side in grey.shape)
        way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
        grey = np.asarray(Image.fromarray(grey).resize((width, height), way))
    sheet = _sheet(grey)
    errors = []
    for each in [grey] if sheet is None else [sheet, grey]:
        try:  # a bold figure with four corners is no sheet
            return _one_digit(*_ink(each))
        except CourseError as error:
            errors.append(error)
    raise errors[0]


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
    from PIL import Image, ImageDraw
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
    likeness = 0
    for first, second in ((rows + columns, rows - columns), (rows, -columns)):
        corners = [first.argmin(), second.argmin(), first.argmax(), second.argmax()]
        drawing = Image.new("1", grey.shape[::-1])
        points = [(int(columns[i]), int(rows[i])) for i in corners]
        ImageDraw.Draw(drawing).polygon(points, fill=1)
        figure = np.asarray(drawing)
        likeness = max(likeness, np.sum(figure & inside) / np.sum(figure | inside))
    if likeness < 0.9:  # a bold 8 with its holes filled reaches 0.8
        return None
    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    inside = depth > 0.03 * np.sqrt(size)  # the edge is blurred
    _, nearest = ndimage.distance_transform_edt(~inside, return_indices=True)
    return grey[tuple(nearest)][ndimage.find_objects(inside.astype(int))[0]]


def _even_ink(grey):
    """Return ink on a ground of one shade, as a drawing or a scan has; else None."""
    from scipy import ndimage

    ink = np.abs(grey - np.median(_rim(grey)))
    ink /= np.percentile(ink, 99.9) or 1
    if max(grey.shape) <= DRAWING_SIDE:
        strokes, reach, limit = ink, 3, 0.03
    else:  # a grain is dark in points only, never on the average
        strokes = ndimage.uniform_filter(ink, 5)
        reach, limit = max(grey.shape) // 10, 0.01
    near = ndimage.maximum_filter(strokes, reach) > 0.6
    return ink if np.mean((ink > 0.1) & ~near) < limit else None


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
    ground = ndimage.grey_closing(smooth, max(3, side // 3), mode="nearest")
    ink = 1 - smooth / np.maximum(ground, 0.05)
    low, base = np.percentile(ink, [5, 30])  # of the grain: paper is a third at least
    ink -= base
    marks = ink[ink > max(0.08, 5 * (base - low))]
    return ink, 0.8 * _otsu(marks) if marks.size else 2.0


def _one_digit(ink, threshold):
    """Return the ink of the pieces that make one digit, the rest 0."""
    from scipy import ndimage

    labels, count = ndimage.label(ink > threshold, np.ones((3, 3)))
    side = min(ink.shape)
    margin = max(1, side // 8)
    within, rim = labels[margin:-margin, margin:-margin], _rim(labels)
    area, inner, contact = (
        np.bincount(part.ravel(), minlength=count + 1) for part in (labels, within, rim)
    )
    area[0] = 0
    boxes = {n: _box(place) for n, place in enumerate(ndimage.find_objects(labels), 1)}
    around = np.array([1] + [2 * (box[2] + box[3]) for box in boxes.values()])
    largest = (rim == area.argmax()).astype(int)
    touches = ndimage.maximum_filter1d(largest, margin // 4 + 1)
    if np.count_nonzero(np.diff(touches) > 0) > 9:
        what = "клетки или линейки бумаги сливаются с цифрой"
        advice = "Напишите её на листе без клеток и линеек или намного жирнее."
        raise CourseError(what, advice)
    at_rim = contact > 0
    # A strip, a corner in shadow, a finger: along the rim, or hardly inside of it.
    area[at_rim & ((inner < area / 4) | (contact > 0.4 * around))] = 0
    free = area * ~at_rim
    if free.max() > (area * at_rim).max():  # else a digit is cropped to its ink
        area = free
    area[area < 0.05 * area.max()] = 0  # specks
    main = area.argmax()
    if not area[main] or max(boxes[main][2:]) < side / 30:
        raise CourseError("на картинке не видно цифры", AGAIN)
    for other in np.flatnonzero(area):
        if other != main and _apart(boxes[main], boxes[other]):
            if max(boxes[other][2:]) > max(boxes[main][2:]) / 3:
                what = "на картинке не одна цифра, а несколько знаков или линий"
                advice = "Обрежьте её: нужна одна цифра с полями чистой бумаги."
                raise CourseError(what, advice)
            area[other] = 0
    kept = (area > 0)[labels]
    depth = ndimage.distance_transform_edt(kept)
    rows, columns = np.nonzero(kept)
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    if 2 * depth.max() > 0.7 * extent:
        what = "на картинке вместо цифры видно пятно: тень, стол или край листа"
        raise CourseError(what, AGAIN)
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
