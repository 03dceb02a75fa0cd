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
