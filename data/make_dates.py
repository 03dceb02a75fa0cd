"""Make data/dates.csv: dates as Russians write them, one, two and three to a line.

    python data/make_dates.py            # writes data/dates.csv
    python data/make_dates.py --check    # makes it again and compares the bytes

A line holds dates from 1930 to 2030, each in one of twelve ways of writing, and joins
them as people do.  Beside it stands what it means, year, month, day of each date in
turn.  A year of two digits has one rule: 00 to 29 are of this century, 30 to 99 of the
last; 2030 is always written in full.

The exam has dates that no training line has.  Half of its lines are written in the ten
ways of training, half hold one of two ways that training never shows.
"""

import datetime
import sys
from pathlib import Path

import numpy as np
import sample_file

TARGET = Path(__file__).with_name("dates.csv")
SEED = 1582  # the year of the Gregorian calendar
FIRST, LAST = datetime.date(1930, 1, 1), datetime.date(2030, 12, 31)
TRAIN = {1: 4000, 2: 4000, 3: 3000}  # lines by the number of dates in them
TEST = 300  # lines of each number, of known ways and of kept ones
EXAM = 0.15  # share of the dates that only the exam has

MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
).split()
SHORT = "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.".split()
ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
WEEKDAYS = {  # when?, from when?, until when?
    "when": "понедельник вторник среду четверг пятницу субботу воскресенье".split(),
    "from": "понедельника вторника среды четверга пятницы субботы воскресенья".split(),
}
WEEKDAYS["until"] = WEEKDAYS["when"]
UNITS = "перв втор трет четверт пят шест седьм восьм девят".split()
TEENS = (
    "десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат "
    "восемнадцат девятнадцат"
).split()
TENS = ("", "", "двадцат", "тридцат")
TENS_BEFORE = ("", "", "двадцать ", "тридцать ")
ENDINGS = {"when": "ое", "from": "ого", "until": "ое"}  # of «первое», «первого»
NUMERAL = {"when": "е", "from": "го", "until": "е"}  # 3-е, 3-го
NUMBER = {"when": "е число", "from": "го числа", "until": "е число"}


def ordinal(number, form):
    """Return a day of the month in words: третье, двадцать первого."""
    tens, unit = divmod(number, 10)
    if number < 10:
        stem, before = UNITS[unit - 1], ""
    elif number < 20:
        stem, before = TEENS[unit], ""
    elif unit == 0:
        stem, before = TENS[tens], ""
    else:
        stem, before = UNITS[unit - 1], TENS_BEFORE[tens]
    if stem == "трет":
        return before + {"ое": "третье", "ого": "третьего"}[ENDINGS[form]]
    return before + stem + ENDINGS[form]


def weekday(date, form):
    """Return the day of the week with its preposition: в пятницу, во вторник."""
    name = WEEKDAYS[form][date.weekday()]
    if form != "when":
        return name
    return ("во " if name.startswith("вт") else "в ") + name


def short_year(date):
    """Return the last two digits of a year, or all four where they would mislead."""
    return f"{date:%y}" if date.year < 2030 else str(date.year)


# A way of writing takes a date and a form: when?, from when?, until when?
WAYS = {
    "a": lambda d, f: f"{d.day} {MONTHS[d.month - 1]} {d.year} года",
    "b": lambda d, f: f"{ordinal(d.day, f)} {MONTHS[d.month - 1]} {d.year} года",
    "c": lambda d, f: f"{d.day}.{d.month:02d}.{short_year(d)}",
    "d": lambda d, f: f"{d:%d.%m.}{d.year}",
    "e": lambda d, f: f"{weekday(d, f)} {d.day} {MONTHS[d.month - 1]} {d.year}",
    "f": lambda d, f: f"{d.day} {SHORT[d.month - 1]} {d.year} г.",
    "g": lambda d, f: f"{d.day}/{d.month}/{d.year}",
    "h": lambda d, f: f"{d.day} {MONTHS[d.month - 1]} {short_year(d)}-го",
    "i": lambda d, f: f"{d.day}.{ROMAN[d.month - 1]}.{d.year}",
    "j": lambda d, f: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "k": lambda d, f: f"{d.day}-{NUMERAL[f]} {MONTHS[d.month - 1]} {short_year(d)} г.",
    "l": lambda d, f: f"{d.day}-{NUMBER[f]} {MONTHS[d.month - 1]} {d.year}",
}
KEPT = "kl"  # ways that only the exam has
KNOWN = "".join(way for way in WAYS if way not in KEPT)
# How lines join dates: a pattern, and the form of each date in it.
JOINS = {
    1: [("{}", "when")],
    2: [
        ("{} и {}", "when when"),
        ("{}, {}", "when when"),
        ("с {} по {}", "from until"),
        ("от {} до {}", "from from"),
        ("{}, а потом {}", "when when"),
    ],
    3: [
        ("{}, {} и {}", "when when when"),
        ("{}; {}; {}", "when when when"),
        ("с {} по {}, затем {}", "from until when"),
        ("{}, и ещё от {} до {}", "when from from"),
    ],
}


def line(dates, ways, rng):
    """Return dates written in ways, a letter each, and joined in a line."""
    pattern, forms = JOINS[len(dates)][rng.integers(len(JOINS[len(dates)]))]
    written = zip(dates, ways, forms.split(), strict=True)
    return pattern.format(*(WAYS[way](date, form) for date, way, form in written))


def make_bytes(seed=SEED):
    """Return the bytes of the table."""
    rng = np.random.default_rng(seed)
    days = rng.permutation((LAST - FIRST).days + 1)
    exam, learned = np.split(days, [round(EXAM * len(days))])
    plan = [("train", count, lines, 0) for count, lines in TRAIN.items()]
    plan += [("test", count, TEST, kept) for kept in (0, 1) for count in TRAIN]
    rows = ["part,count,kept,ways,iso,text"]
    for part, count, lines, kept in plan:
        for _ in range(lines):
            drawn = rng.choice(
                learned if part == "train" else exam, count, replace=False
            )
            dates = [FIRST + datetime.timedelta(int(day)) for day in drawn]
            ways = list(rng.choice(list(KNOWN), count))
            if kept:
                ways[rng.integers(count)] = KEPT[rng.integers(len(KEPT))]
            text, iso = line(dates, ways, rng), " ".join(map(str, dates))
            rows.append(f'{part},{count},{kept},{"".join(ways)},{iso},"{text}"')
    return ("\n".join(rows) + "\n").encode()


if __name__ == "__main__":
    sys.exit(sample_file.main(TARGET, make_bytes))
