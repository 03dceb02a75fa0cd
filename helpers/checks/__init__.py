"""Checks of the homework: one call an exercise, a line for each mistake, progress.

    from helpers import checks

    homework = checks.Homework("01_perceptron", student="Анна Иванова")
    homework.check("1.2", softplus, softplus_slope)

``python -m helpers.checks FOLDER`` makes one table of a class from its notebooks.
Exercises and their judges stand in the modules ``lesson_NN``; nothing here trains.
"""

from helpers.checks.homework import Homework, verdict

__all__ = ["Homework", "verdict"]
