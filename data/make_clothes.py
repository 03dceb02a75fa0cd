"""Draw the 2,500 pictures of clothes that lie in ``data/clothes.npz``.

    python data/make_clothes.py           # write the file
    python data/make_clothes.py --check   # compare it with what stands there

The ten classes and the look (28 x 28, light on black) are those of Fashion-MNIST, of
which nothing is copied.  A garment is polygons and lines of random measures, painted on
points four times as fine as the pixels; the ranges of related classes overlap.
"""

import io
import sys
from functools import partial
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("clothes.npz")
SIDE, FINE, LEVELS = 28, 4, 32
TRAIN, TEST = 200, 50  # pictures of each class
# By label: least and greatest length, chest (pixels), waist and hem (shares of the
# chest); chances of no, short and long sleeves; chances of details.
TOPS = {
    0: ((17, 5.5, 0.88, 0.92), (23, 8, 1.03, 1.12), (0.1, 0.75, 0.15),
        dict(collar=0.12, buttons=0.06, ribs=0.12, print=0.4)),  # T-shirt
    2: ((17, 5.5, 0.88, 0.85), (22, 7.5, 1.05, 1.08), (0.02, 0.08, 0.9),
        dict(neck=0.35, ribs=0.7, print=0.2, front=0.12, lapels=0.1)),  # sweater
    3: ((22, 3.6, 0.68, 0.95), (26, 5.8, 0.98, 1.9), (0.5, 0.28, 0.22),
        dict(belt=0.4, print=0.05, front=0.06, buttons=0.1, collar=0.1)),  # dress
    4: ((19, 5, 0.8, 0.95), (25, 7.5, 1.03, 1.3), (0.02, 0.04, 0.94),
        dict(lapels=0.6, front=0.85, pockets=0.6, belt=0.25, buttons=0.6, neck=0.2,
             collar=0.25)),  # coat
    6: ((18, 5, 0.8, 0.9), (24, 7.5, 1.03, 1.2), (0.08, 0.32, 0.6),
        dict(collar=0.75, front=0.45, pockets=0.25, buttons=0.7, ribs=0.2)),  # shirt
}  # fmt: skip
# By label: least and greatest height of heel, sole, toe and shaft; chance of laces.
SHOES = {
    5: ((0, 0.8, 2, 4.5), (8, 2.4, 3.6, 11), 0.05),  # sandal
    7: ((0, 1.3, 2.8, 5.5), (1, 2.8, 4.4, 12), 0.85),  # sneaker
    9: ((0, 0.7, 2.6, 9), (6, 2.3, 4.2, 18), 0.3),  # ankle boot
}


class Sheet:
    """Fine points, slightly shifted, turned and scaled; y points down from the middle.

    ``ink`` is their grey, 0 where there is nothing.  On a folded sheet x is the
    distance from the axis: what is drawn on the right appears on the left as well.
    """

    def __init__(self, rng, folded=True):
        self.rng = rng
        step = (np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2
        across, down = np.meshgrid(step, step)
        turn, scale = rng.uniform((-0.08, 0.92), (0.08, 1.03))
        self.x = (across + turn * down - rng.uniform(-1, 1)) / scale
        self.y = (down - turn * across - rng.uniform(-1, 1)) / scale
        self.x = np.abs(self.x) if folded else self.x
        self.ink = np.zeros_like(across)
        self.shade = rng.uniform(0.3, 0.88)  # of the cloth
        darker = self.shade > 0.6 or rng.random() < 0.4
        self.accent = self.shade * (rng.uniform(0.45, 0.8) if darker else 1.45)

    def inside(self, *points):
        """Return the fine points inside a closed polygon (even-odd rule)."""
        mask = np.zeros(self.x.shape, bool)
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            slope = (x1 - x0) / (y1 - y0 or 1)
            left = self.x < x0 + (self.y - y0) * slope
            mask ^= left & ((self.y < y0) != (self.y < y1))
        return mask

    def near(self, *points, width=0.8):
        """Return the fine points of a line of this width; one point gives a disc."""
        mask = np.zeros(self.x.shape, bool)
        for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
            dx, dy = x1 - x0, y1 - y0
            along = (self.x - x0) * dx + (self.y - y0) * dy
            along = np.clip(along / (dx * dx + dy * dy or 1), 0, 1)
            gap = (self.x - x0 - along * dx) ** 2 + (self.y - y0 - along * dy) ** 2
            mask |= gap < width * width / 4
        return mask

    def paint(self, mask, tone=1.0):
        """Cover a mask with the shade of the cloth times a tone."""
        self.ink[mask] = self.shade * tone

    def mark(self, mask, chance=1.0):
        """With this chance cover with the accent what is painted of a mask."""
        if self.rng.random() < chance:
            self.ink[mask & (self.ink > 0)] = self.accent

    def weave(self):
        """Lay a pattern on all that is painted: plain, stripes, checks or dots."""
        step, phase, part = self.rng.uniform((2.2, 0, 0.25), (5, 5, 0.55))
        rows = np.mod(self.y + phase, step) < step * part
        columns = np.mod(self.x + phase, step) < step * part
        patterns = (rows & False, rows, columns, rows ^ columns, rows & columns)
        self.mark(patterns[self.rng.choice(5, p=(0.68, 0.13, 0.06, 0.08, 0.05))])

    def pixels(self):
        """Return the picture: folds of the cloth, averaging, noise, rounding."""
        light = 1 + self.rng.uniform(-0.012, 0.012) * self.y
        for _ in range(3):
            a, b, c, height = self.rng.uniform((-0.6, -0.3, 0, 0), (0.6, 0.3, 6, 0.08))
            light += height * np.sin(a * self.x + b * self.y + c)
        grey = (self.ink * light).reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
        grey *= self.rng.normal(1, self.rng.uniform(0.01, 0.07), grey.shape)
        grey = np.round(np.clip(grey, 0, 1) * (LEVELS - 1)) * 255 / (LEVELS - 1)
        return np.round(grey).astype(np.uint8)


def draw_top(rng, label):
    """Return a T-shirt, a sweater, a dress, a coat or a shirt."""
    sheet, (low, high, sleeves, chances) = Sheet(rng), TOPS[label]
    length, chest, waist, hem = rng.uniform(low, high)
    neck, depth, drop, pit, cut = rng.uniform((1.5, 0.8, 0.6, 4, 0), (3, 3.2, 2, 6, 1))
    top, bottom = -length / 2, length / 2
    middle, pit = top + length * rng.uniform(0.42, 0.55), (chest, top + pit)
    shoulder = (chest * (0.98 - 0.13 * cut), top + drop)
    kind = rng.choice(3, p=sleeves)
    if kind == 0:  # the straps of a sleeveless top
        shoulder = (neck + 0.6 + 0.3 * chest * cut, top + drop / 2)
    side = (shoulder, pit, (chest * waist, middle), (chest * hem, bottom))
    body = sheet.inside((-1, top), (neck, top), *side, (-1, bottom + cut - 0.4))
    sheet.paint(body)
    if kind:
        draw_sleeves(sheet, shoulder, pit, kind == 2, chances.get("ribs", 0.2))
    else:
        sheet.weave()
    hole = ((-1, top - 1), (neck, top - 1), (neck * 0.8, top + depth * cut))
    hole = sheet.inside(*hole, (0, top + depth), (-1, top + depth))
    sheet.paint(hole, rng.choice((0, 0.4)))
    draw_details(sheet, chances, body, (chest, middle, bottom), (neck, top, depth))
    return sheet.pixels()


def draw_sleeves(sheet, shoulder, pit, is_long, cuffs):
    """Draw the sleeves with their seams and shadows, and by chance cuffs."""
    ranges = ((11, 60, 2), (18, 84, 3.4)) if is_long else ((2.5, 25, 3), (8, 75, 4.8))
    reach, slope, width = sheet.rng.uniform(*ranges)
    right, down = np.cos(np.deg2rad(slope)), np.sin(np.deg2rad(slope))
    tip = (shoulder[0] + reach * right, shoulder[1] + reach * down)
    inner = (tip[0] - width * down, tip[1] + width * right)
    sheet.paint(sheet.inside(shoulder, tip, inner, pit), 0.92)
    sheet.weave()
    sheet.mark(sheet.near(shoulder, pit, width=0.7), 0.5)
    sheet.mark(sheet.near(tip, inner, width=2.4), cuffs)
    sheet.paint(sheet.near(pit, inner, width=0.8) & (sheet.ink > 0), 0.45)


def draw_details(sheet, chances, body, sizes, neckline):
    """Add by chance belt, pockets, buttons and so on, then high neck and collar."""
    (chest, middle, bottom), (x, y, depth) = sizes, neckline
    wide, fall, thick, gap, up = sheet.rng.uniform((0.6, 2, 2, 2, -4), (2, 4, 6, 4, 4))
    throat = y + depth
    line = sheet.near((0, throat + 1), (0, bottom - 1), width=1.2)
    marks = {
        "belt": body & (np.abs(sheet.y - middle) < thick / 6),
        "ribs": body & (sheet.y > bottom - thick / 3),
        "print": sheet.near((0, middle - 2), (fall / 3, middle - 2), width=thick),
        "pockets": sheet.near((chest * 0.35, middle + up), (chest * 0.75, middle + up)),
        "front": sheet.near((0, throat), (0, bottom + 1), width=0.6),
        "lapels": sheet.near((x, y), (x + wide, y + 2 * fall), (0, y + 3 * fall)),
        "buttons": line & (np.mod(sheet.y, gap) < 1.2),
    }
    for name, mask in marks.items():
        sheet.mark(mask, chances.get(name, 0))
    if sheet.rng.random() < chances.get("neck", 0):
        high = ((-1, y - fall / 1.5), (x, y - fall / 1.5), (x, y + 1), (-1, y + 1))
        sheet.paint(sheet.inside(*high))
        sheet.mark(sheet.near(*high[2:]))
    if sheet.rng.random() < chances.get("collar", 0):
        wing = ((x, y - 0.7), (x + wide, y + fall), (0, throat + 0.5))
        sheet.paint(sheet.inside(*wing), 1.15)
        sheet.mark(sheet.near(*wing[1:], width=0.9))


def draw_trousers(rng):
    """Return trousers, now and then short; their legs may nearly touch."""
    sheet = Sheet(rng)
    length = rng.uniform(*rng.choice(((21, 26), (13, 20)), p=(0.88, 0.12)))
    waist, hip, fork, gap, width = rng.uniform((3, 4, 5.5, 0.2, 2), (4.6, 5, 8, 2, 4))
    top, bottom, fork = -length / 2, length / 2, fork - length / 2
    leg = ((waist, top), (hip, fork - 2), (gap + width, bottom), (gap, bottom))
    sheet.paint(sheet.inside((-1, top), *leg, (0, fork), (-1, fork)))
    sheet.weave()
    sheet.mark(sheet.y < top + rng.uniform(0.8, 1.8), 0.6)
    sheet.mark(sheet.near((0, top), (0, fork)), 0.5)
    sheet.mark(sheet.near((waist * 0.5, top + 1.2), (hip, top + 3.4)), 0.4)
    sheet.mark(sheet.near((hip / 2, fork), (gap + width / 2, bottom)), 0.25)
    return sheet.pixels()


def draw_shoe(rng, label):
    """Return a sandal, a sneaker or an ankle boot, its toe on the left."""
    sheet, (low, high, laces) = Sheet(rng, folded=False), SHOES[label]
    heel, sole, toe, shaft = rng.uniform(low, high)
    half, vamp, dip, thick = rng.uniform((10.5, -3, 0, 1.5), (12.8, 2, 2.5, 5))
    step, part, lean = rng.uniform((4, 0.3, -0.7), (9, 0.65, 0.8))  # of straps, stripes
    ground = (shaft + heel) / 2
    floor = ground - sole  # under the toes; under the heel it lies higher
    seat, ankle = floor - heel, floor - heel - shaft
    base = ((half, seat), (half * 0.55, seat), (-3, floor), (-half, floor))
    toes = ((-half, floor - toe * 0.6), (-half + 2, floor - toe))
    bend = (vamp, min(floor - toe - 0.5, seat - min(toe + 2.5, shaft * 0.7)))
    instep = (toes[1], bend, (vamp + 2, ankle))
    rear = ((half * (1 - part / 4), ankle + dip / 3), (half * 0.92, seat - 3))
    upper = sheet.inside(toes[0], *instep, (vamp + 5, ankle + dip), *rear, *base)
    bands = np.mod(sheet.x + lean * sheet.y + thick, step) < step * part
    if label == 5:  # slanted straps, by chance along the foot and round the ankle
        bands |= sheet.near(*instep[: rng.choice((0, 2, 3, 3))], width=2.4)
        bands |= (np.abs(sheet.y - ankle - 1.5) < 0.8) & (dip < 2)
        upper &= bands | sheet.near(*rear, base[0], width=3)
    sheet.paint(upper)
    sheet.weave()
    sheet.mark(upper & bands & (np.abs(sheet.x) < step * 0.6), 0.4)
    sheet.mark(upper & (sheet.x < thick - 11), 0.3)
    sheet.mark(upper & (sheet.y < ankle + thick / 2), 0.3)
    lacing = np.mod(sheet.x - sheet.y, 2.8) < 1.4
    sheet.mark(sheet.near(*instep, width=4.5) & lacing & (sheet.x > vamp - 4), laces)
    tone = rng.uniform(0.5, 1) / sheet.shade
    sheet.paint(sheet.inside(*base, *((x, y + sole) for x, y in base[::-1])), tone)
    width = thick + rng.choice((0, 5), p=(0.7, 0.3))  # of the heel; 5 makes a wedge
    block = ((half - width, seat + sole / 2), (half, seat + sole / 2))
    block += ((half - part, ground), (half - width * 0.8, ground))
    sheet.paint(sheet.inside(*block), tone)
    return sheet.pixels()


def draw_bag(rng):
    """Return a bag: a box or a trapezium, mostly with a handle, a flap, a clasp."""
    sheet = Sheet(rng)
    wide, edge, tall, rise = rng.uniform((6, 0.85, 8, 2), (10.5, 1.2, 16, 10))
    grip, thick, flap, cut = rng.uniform((0.35, 0.9, 0.2, 0.3), (0.95, 2, 0.6, 3))
    rise *= rng.random() < 0.88
    top, bottom, peak = (rise - tall) / 2, (rise + tall) / 2, -(rise + tall) / 2
    grip, edge, flap = grip * wide, edge * wide, top + tall * flap
    arch = ((grip, top + 1), (grip * 0.85, top - rise * 0.7), (grip * 0.5, peak))
    sheet.paint(sheet.near(*arch, (0, peak), width=thick), rng.uniform(0.6, 1))
    corners = ((wide - cut, top), (wide, top + cut), (edge, bottom - cut))
    corners += ((edge - cut, bottom), (-1, bottom), (-1, top))
    sheet.paint(sheet.inside(*corners))
    sheet.weave()
    sheet.mark(sheet.near((0, flap), (wide * cut / 2, flap - cut)), 0.6)
    sheet.mark(sheet.near(*corners[:2], corners[2], width=1.6), 0.3)
    sheet.mark(sheet.near((0, flap), width=thick + 0.5), 0.4)
    return sheet.pixels()


def make_part(rng, count):
    """Return pictures and labels, this many of each class, in random order."""
    draw = {1: draw_trousers, 8: draw_bag}
    draw |= {label: partial(draw_top, label=label) for label in TOPS}
    draw |= {label: partial(draw_shoe, label=label) for label in SHOES}
    labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), count))
    return np.array([draw[label](rng) for label in labels]), labels


def make_bytes():
    """Return the bytes of the .npz file."""
    rng = np.random.default_rng(20261124)
    x_train, y_train = make_part(rng, TRAIN)
    x_test, y_test = make_part(rng, TEST)
    arrays = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
