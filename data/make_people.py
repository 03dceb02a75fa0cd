"""Make data/people.csv: visitors of an invented diving centre, simulated.

    python data/make_people.py            # writes data/people.csv
    python data/make_people.py --check    # makes it again and compares the bytes

Each row is one visitor: height and weight, the shoe size (the number to predict), and
whether a wetsuit of the middle size fits (the class to predict).  A suit fits those who
are near its own height and weight, from all sides, with a doubtful belt around them: no
straight line parts the classes.  The figures below were set before any network saw the
table.
"""

import sys
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("people.csv")
SEED = 1943  # the year of McCulloch and Pitts
COUNT = 400  # visitors in each part
HEIGHT = (172.0, 11.0)  # mean and standard deviation, cm
WEIGHT = (69.0, 9.0)  # mean at the mean height, deviation around the trend, kg
WEIGHT_PER_CM = 0.8  # kg
SHOE = (41.0, 0.19, 0.9)  # size at the mean height, sizes per cm, deviation
SUIT = (172.0, 69.0)  # whom the suit was cut for, cm and kg
ROOM = (10.0, 11.0)  # how far from that it still fits, cm and kg
FIRMNESS = 8.0  # how sharply "fits" turns into "does not"


def make_bytes():
    """Return the bytes of the table."""
    rng = np.random.default_rng(SEED)
    lines = ["part,height_cm,weight_kg,shoe_size,suit_fits"]
    for part in ("train", "test"):
        height = np.round(rng.normal(*HEIGHT, COUNT))
        tall = height - HEIGHT[0]
        weight = np.round(rng.normal(WEIGHT[0] + WEIGHT_PER_CM * tall, WEIGHT[1]), 1)
        shoe = np.round(rng.normal(SHOE[0] + SHOE[1] * tall, SHOE[2]))
        far = np.hypot((height - SUIT[0]) / ROOM[0], (weight - SUIT[1]) / ROOM[1])
        fits = rng.random(COUNT) < 1 / (1 + np.exp(FIRMNESS * (far - 1)))
        lines += [
            f"{part},{h:.0f},{w:.1f},{s:.0f},{int(f)}"
            for h, w, s, f in zip(height, weight, shoe, fits, strict=True)
        ]
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
