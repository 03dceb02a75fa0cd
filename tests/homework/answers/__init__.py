"""Answers of made-up students, right and wrong, to the exercises of each lesson.

A module ``lesson_NN`` holds three dictionaries by number of the exercise:

RIGHT
    Answers that have to pass, each a tuple: other code, dtypes, shapes than ours.
WRONG
    Typical mistakes, each a tuple of a part of the line that names it and the answers.
UNFORESEEN
    The same for answers that no author foresaw: their line has to compare.

A function that returns the tuple stands where making the answers takes long.
"""

import importlib

import pytest

from tools import exercises

NUMBERS = sorted(path.stem[:2] for path in exercises.SOLUTIONS.glob("*.ipynb"))


def answers_of(number):
    return importlib.import_module(f"tests.homework.answers.lesson_{number}")


def exercises_of(number):
    return importlib.import_module(f"lessons.checks.lesson_{number}").EXERCISES


def made(answers):
    return answers() if callable(answers) else answers


def cases(kind):
    """Return a pytest parameter for each answer: lesson, exercise, line, answers."""
    found = []
    for number in NUMBERS:
        for exercise, answers in getattr(answers_of(number), kind).items():
            for place, answer in enumerate(answers):
                line, given = ("", answer) if kind == "RIGHT" else answer
                found.append(
                    pytest.param(
                        number, exercise, line, given, id=f"{exercise}-{place}"
                    )
                )
    return found
