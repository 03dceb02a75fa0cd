"""Simulated oil wells, month by month: of them the sample is made.

`simulate` follows J. J. Arps, "Analysis of Decline Curves", Transactions of the AIME
160 (1945), 228-247: once a well flows freely, its rate falls as

    q(t) = q_0 / (1 + b D t) ** (1 / b),

the hyperbolic decline, where D is the decline at the beginning and b says how soon it
slackens (0 is the exponential, 1 the harmonic law).

Units are those of the United States, as in the course's real file: ``Liquid`` and
``Water`` in barrels a month, ``Gas`` in thousands of cubic feet a month.  All figures
below were set by quantiles and medians of that file (data/README.md shows how near
they come); no row of it is here, and no network was looked at.
"""

from dataclasses import dataclass

import numpy as np

from helpers.data.wells import TITLE, Wells
from helpers.errors import CourseError
from helpers.own.wells import COLUMNS, MONTHS


@dataclass(frozen=True)
class Basin:
    """Wells of one region are alike; the regions differ.

    The five regions follow the real file's wells, which stand sorted by state, ten by
    ten: gas, water, dry and mute are rounded medians and shares of such a ten; the rest
    was set so that the median peak and the median decline of a simulated basin, and the
    quantiles of all peaks, come near the real ones.
    """

    start: float  # median of q_0, barrels in thirty days if there were no ramp-up
    spread: float  # deviation of its logarithm
    decline: float  # median of D, 1 / month
    bend: float  # mean of b
    ramp: float  # median time constant of the ramp-up, days
    noise: float  # median deviation of the logarithm of a month's ``Liquid``
    gas: float  # median gas factor after a year, thousands of cubic feet a barrel
    water: float  # median of ``Water`` over ``Liquid``
    dry: float  # share of the wells whose water nobody records
    mute: float  # share of the wells whose days nobody records


BASINS = (
    Basin(13_000, 0.5, 0.52, 1.2, 4, 0.05, 5.2, 0.15, 0.0, 0.0),
    Basin(31_000, 0.5, 0.55, 0.9, 15, 0.06, 1.7, 0.5, 0.0, 0.0),
    Basin(31_000, 0.45, 0.75, 1.2, 8, 0.08, 2.0, 0.65, 0.0, 0.0),
    Basin(34_000, 0.55, 0.5, 0.7, 40, 0.08, 3.2, 1.5, 0.3, 0.5),
    Basin(22_000, 0.45, 0.52, 1.1, 7, 0.06, 5.0, 2.0, 0.0, 0.9),
)
# Set by quantiles of all peaks and of the second year's sum over the first's:
SIZE_LIMIT = 2.0  # deviations from its basin's median that no well exceeds
DECLINE_SPREAD = 0.4  # deviation of the logarithm of D within a basin
BEND_SPREAD = 0.3  # deviation of b
BEND_RANGE = (0.3, 2.0)  # a b above 1 is usual in the first years of a shale well
# By the months of the peaks and the quartiles of rate over peak in months 0 to 3:
RAMP_SPREAD = 1.0  # deviation of the logarithm of the ramp's time constant
WHOLE = 0.45  # share of the wells that begin on the first day of a month
# By the quantiles of DaysOn, where it is recorded, and the share of months without oil:
EARLY = 4  # months in which a new well is still being tested and fitted out
STOP = (0.6, 0.25)  # chance that days are lost in a month: in those, and later
STOP_DAYS = (15.0, 7.0)  # mean length of such a stop, days: in those, and later
SHUT = 0.011  # chance that a well is shut in for whole months from a month on
SHUT_AGAIN = 0.5  # chance that a shut well stays shut for one month more
# By the quantiles of month-to-month changes of the logarithm of Liquid:
NOISE_SPREAD = 0.4  # deviation of the logarithm of a well's noise
# By the quantiles of RatioGasOil, of all wells and around a well's own median by month:
GAS_SPREAD = 0.85  # deviation of the logarithm of the gas factor within a basin
GAS_GROWTH = 0.25  # the gas factor grows as this power of the month's number
GAS_NOISE = 0.2  # deviation of the logarithm of a month's gas factor
# By those of PercentWater, and the share of months without water:
WATER_SPREAD = 0.7  # deviation of the logarithm of the water ratio within a basin
FLOWBACK = 0.4  # logarithm by which the first month's water exceeds the usual
FLOWBACK_MONTHS = 1.5  # the excess falls by the factor e in so many months
WATER_NOISE = 0.35  # deviation of the logarithm of a month's water ratio
NO_WATER = 0.035  # chance that a month has no water
FIRST_MONTHS = ("2013-04", "2015-10")  # between which production begins, as in the file
MONTH_DAYS = 365.25 / 12


def simulate(count, rng):
    """Return invented wells, sorted by basin, with 24 months each.

    A well belongs to one of the five `BASINS`.  It starts on some day of its first
    month; its rate rises as ``1 - exp(-t / ramp)`` while it falls by Arps's law; the
    sum over the days of a calendar month is ``truth``.  Days are lost to stops, whole
    months to shut-ins, in which nothing is produced; each month is multiplied by noise
    whose median is 1 and which knows nothing of the month before.  What is lost in a
    stop does not come back.  Gas and water are ``Liquid`` times ratios of their own.
    ``DaysOn`` is 0 in all months of a well whose days nobody records.

    ``count`` is that of the wells, an int, 1 or more; a fifth of them, in order, is
    from each basin.  ``rng``, a numpy.random.Generator, is the only source of chance.
    The value is `Wells` with ``truth`` and mode ``"simulated"``.
    """
    import pandas as pd

    if count < 1:
        raise CourseError(f"simulate({count}): нужна хотя бы одна скважина.")
    basin = np.arange(count) * len(BASINS) // count
    number, alive = _calendar(count, rng)
    truth = _decline(basin, alive, rng)
    on, shut = _days_on(alive, rng)
    noisy = _of(basin, "noise") * np.exp(NOISE_SPREAD * rng.normal(size=count))
    noise = np.exp(noisy[:, None] * rng.normal(size=truth.shape))
    liquid = np.where(shut, 0, np.round(truth * on / alive * noise))
    columns = {
        "API": np.repeat(_numbers(basin, rng), MONTHS),
        "Year": (number // 12 + 1970).ravel(),
        "Month": (number % 12 + 1).ravel(),
        "Liquid": liquid.astype(np.int64).ravel(),
        "Gas": _gas(liquid, basin, rng).ravel(),
        "Water": _water(liquid, basin, rng).ravel(),
        "DaysOn": np.where(shut | _some(basin, "mute", rng), 0, on).ravel(),
        "_LastUpdate": np.repeat(_stamps(number[:, -1], rng), MONTHS),
    }
    table = pd.DataFrame(columns)
    barrels = table["Liquid"].clip(lower=1)  # without oil both ratios are 0
    table["RatioGasOil"] = table["Gas"] / barrels
    table["PercentWater"] = table["Water"] / barrels
    return Wells(table[list(COLUMNS)], truth, TITLE, "simulated")


def _of(basin, name):
    return np.array([getattr(each, name) for each in BASINS])[basin]


def _some(basin, share, rng):
    """Draw which wells belong to a share of their basins: bool, shape (wells, 1)."""
    return (rng.random(len(basin)) < _of(basin, share))[:, None]


def _calendar(count, rng):
    """Return the number of each month from 1970, and how many days of it a well has."""
    earliest, latest = np.array(FIRST_MONTHS, "datetime64[M]").astype(np.int64)
    start = rng.integers(earliest, latest + 1, count)
    number = start[:, None] + np.arange(MONTHS)
    edges = (start[:, None] + np.arange(MONTHS + 1)).astype("datetime64[M]")
    days = np.diff(edges.astype("datetime64[D]").astype(np.int64), axis=1)
    late = rng.random(count) >= WHOLE
    days[late, 0] = rng.integers(1, days[late, 0] + 1)
    return number, days


def _decline(basin, alive, rng):
    """Return the noiseless barrels of each month."""
    count = len(basin)
    size = np.clip(rng.normal(size=count), -SIZE_LIMIT, SIZE_LIMIT)
    start = _of(basin, "start") * np.exp(_of(basin, "spread") * size)
    decline = _of(basin, "decline") * np.exp(DECLINE_SPREAD * rng.normal(size=count))
    bend = np.clip(rng.normal(_of(basin, "bend"), BEND_SPREAD), *BEND_RANGE)
    ramp = _of(basin, "ramp") * np.exp(RAMP_SPREAD * rng.normal(size=count))
    truth = np.empty(alive.shape)
    for well in range(count):
        day = np.arange(alive[well].sum()) + 0.5
        fall = (1 + bend[well] * decline[well] * day / MONTH_DAYS) ** (-1 / bend[well])
        rate = start[well] / 30 * (1 - np.exp(-day / ramp[well])) * fall
        edges = np.cumsum(alive[well]) - alive[well]
        truth[well] = np.add.reduceat(rate, edges)
    return truth


def _days_on(alive, rng):
    """Return the days of production in each month, and which months are shut in."""
    early = np.arange(MONTHS) < EARLY
    chance, length = np.where(early, *STOP), np.where(early, *STOP_DAYS)
    lost = np.ceil(rng.exponential(length, alive.shape))
    lost = np.where(rng.random(alive.shape) < chance, lost, 0)
    on = np.maximum(alive - lost, 1).astype(np.int64)
    draws = rng.random(alive.shape)
    shut = np.zeros(alive.shape, bool)
    for month in range(1, MONTHS):
        chance = np.where(shut[:, month - 1], SHUT_AGAIN, SHUT)
        shut[:, month] = draws[:, month] < chance
    return on, shut


def _gas(liquid, basin, rng):
    factor = np.log(_of(basin, "gas")) + GAS_SPREAD * rng.normal(size=len(basin))
    growth = GAS_GROWTH * np.log((np.arange(MONTHS) + 1) / 12)
    noise = GAS_NOISE * rng.normal(size=liquid.shape)
    return np.round(liquid * np.exp(factor[:, None] + growth + noise)).astype(np.int64)


def _water(liquid, basin, rng):
    ratio = np.log(_of(basin, "water")) + WATER_SPREAD * rng.normal(size=len(basin))
    flowback = FLOWBACK * np.exp(-np.arange(MONTHS) / FLOWBACK_MONTHS)
    noise = WATER_NOISE * rng.normal(size=liquid.shape)
    water = np.round(liquid * np.exp(ratio[:, None] + flowback + noise))
    water[rng.random(liquid.shape) < NO_WATER] = 0
    return np.where(_some(basin, "dry", rng), 0, water).astype(np.int64)


def _numbers(basin, rng):
    """Return numbers like those of the API that no well can have.

    They begin with 91 to 95, and the American states end with 51; numbers of waters
    off the coast with 61.
    """
    own = 10_000_000 + np.cumsum(rng.integers(1, 10_000, len(basin)))
    return [f"{91 + b}{n:08d}0000" for b, n in zip(basin, own, strict=True)]


def _stamps(last, rng):
    """Return when somebody is said to have written the rows of each well."""
    moment = (last + 2).astype("datetime64[M]").astype("datetime64[ms]")
    moment = moment + rng.integers(0, 90 * 86_400_000, len(last))
    return [str(each).replace("T", " ") for each in moment]
