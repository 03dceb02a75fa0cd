"""Numbers and nouns as a Russian reader writes them: a plural, a comma, a minus."""

import math


def noun(n, one, few, many):
    """Return the form of a noun that goes with a whole number: число, числа, чисел."""
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many


def count(n, one, few, many):
    """Return a whole number with its noun: 1 число, 3 числа, 5 чисел."""
    return f"{n} {noun(n, one, few, many)}"


def comma(text):
    """Return a written number with a decimal comma and a minus: −0,25."""
    return text.replace(".", ",").replace("-", "−")


def number(value, digits=4):
    """Return a number with so many digits that count, but never without whole ones.

    As 0,3333; 12346; −3; 1e−07 where zeros would hide the digits.  Infinity and NaN are
    written as Python does.
    """
    value = float(value) or 0.0  # not −0
    size = abs(value)
    if not math.isfinite(value) or (size and not 1e-4 <= size < 1e9):
        return comma(f"{value:.{digits}g}")
    whole = math.floor(math.log10(size)) + 1 if size else 1
    text = f"{value:.{max(0, digits - whole)}f}"
    return comma(text.rstrip("0").rstrip(".") if "." in text else text)
