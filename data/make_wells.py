"""Make data/wells.csv, fifty invented oil wells, and data/wells_truth.csv.

    python data/make_wells.py            # writes both files
    python data/make_wells.py --check    # makes them again and compares the bytes

`helpers.data.simulator` does the work, and says how; it is there because lesson 6 calls
it too.  ``wells.csv`` has the columns of the real file; ``wells_truth.csv`` has
``Liquid`` of the same rows without noise and stoppages, which only a simulator knows.
"""

import functools
import sys
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("wells.csv")
TRUTH = Path(__file__).with_name("wells_truth.csv")
COUNT = 50  # as in the real file
# Of 1 to 200 the seed whose wells come nearest to the real quantiles that the data card
# lists; no forecast was looked at.
SEED = 178


@functools.cache
def make_wells():
    """Return the wells."""
    folder = str(TARGET.parent.parent)
    if folder not in sys.path:  # run as a script, this file sees its own folder alone
        sys.path.append(folder)
    from helpers.data.simulator import simulate

    return simulate(COUNT, np.random.default_rng(SEED))


def make_bytes():
    """Return the bytes of the table."""
    table = make_wells().table
    lines = [",".join(table.columns)]
    lines += [",".join(map(written, row)) for row in table.itertuples(index=False)]
    return ("\n".join(lines) + "\n").encode()


def make_truth_bytes():
    """Return the bytes of the noiseless table, in tenths of a barrel."""
    wells = make_wells()
    months = wells.table[["API", "Year", "Month"]].itertuples(index=False)
    lines = ["API,Year,Month,Liquid"]
    lines += [
        f"{api},{year},{month},{liquid:.1f}"
        for (api, year, month), liquid in zip(months, wells.truth.flat, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()


def written(cell):
    """Return a cell as the real file has it: fifteen figures of a fraction."""
    return str(float(f"{cell:.15g}")) if isinstance(cell, float) else str(cell)


if __name__ == "__main__":
    failed = sample_file.main(TARGET, make_bytes)
    sys.exit(sample_file.main(TRUTH, make_truth_bytes) or failed)
