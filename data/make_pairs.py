"""Make data/pairs.csv: the same words in another order, the opposite verdict.

    python data/make_pairs.py            # writes data/pairs.csv
    python data/make_pairs.py --check    # makes it again and compares the bytes

A pair is two sentences: a way of saying of pairs.toml with two adjectives, and the same
with the adjectives exchanged.  The first is for the film, the second against it.

There are no parts.  Each of four groups of ways meets each of four groups of adjectives
in 168 pairs, so a lesson that holds back one group of each has 1,512 pairs to learn
from, 504 with new adjectives only, 504 with new ways only, 168 with both new.  In each
of these 16 meetings the adjective that stands first decides in half of the pairs.
"""

import csv
import io
import random
import sys
import tomllib
from itertools import product
from pathlib import Path

import sample_file

TARGET = Path(__file__).with_name("pairs.csv")
SEED = 1957  # the year of Firth's "You shall know a word by the company it keeps"
COUNT = 84  # pairs of a meeting in which one verdict stands first, or last
COLUMNS = "pair way way_group adjective_group verdict good bad label text".split()


def read():
    """Return the ways of saying and the adjectives, each by their groups."""
    text = TARGET.with_suffix(".toml").read_text(encoding="utf-8")
    banks = tomllib.loads(text)
    adjectives = {
        group: [bank[side].split() for side in ("good", "bad")]
        for group, bank in banks["adjectives"].items()
    }
    return banks["ways"], adjectives


def pairs(ways, adjectives, count, rng):
    """Draw pairs, equally many of each way and none of them twice.

    Parameters
    ----------
    ways : list of str
        Each with ``{good}`` and ``{bad}``; their number divides `count`.
    adjectives : list of two lists of str
        The good ones, the bad ones.
    count : int
    rng : random.Random

    Yields
    ------
    tuple of (str, str, str)
        The way, the good adjective and the bad one.
    """
    for way in ways:
        for good, bad in rng.sample(list(product(*adjectives)), count // len(ways)):
            yield way, good, bad


def meetings(rng):
    """Yield all pairs: group of ways, of adjectives, verdict; way, good, bad."""
    banks, adjectives = read()
    for group, words in product(banks, adjectives):
        for verdict, ways in banks[group].items():
            for drawn in pairs(ways, adjectives[words], COUNT, rng):
                yield group, words, verdict, *drawn


def rows():
    """Yield the rows of the table, two of each pair."""
    banks, _ = read()
    order = [way for bank in banks.values() for ways in bank.values() for way in ways]
    for number, (*groups, way, good, bad) in enumerate(meetings(random.Random(SEED))):
        known = number, order.index(way), *groups, good, bad
        yield *known, 1, way.format(good=good, bad=bad)
        yield *known, 0, way.format(good=bad, bad=good)


def make_bytes():
    """Return the bytes of the table."""
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(rows())
    return table.getvalue().encode()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
