"""Checks of the homework: one call an exercise, a line for each mistake, progress.

    from lessons import checks

    homework = checks.Homework("01_perceptron", student="Анна Иванова")
    homework.check("1.3", softplus, softplus_derivative)

``python -m lessons.checks.collect FOLDER`` makes one table of a class's notebooks.
Exercises and their judges stand in the modules ``lesson_NN``; nothing here trains.
"""

from lessons.checks.homework import Homework, verdict

__all__ = ["Homework", "verdict"]
