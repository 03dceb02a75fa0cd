"""The homework of a lesson: its exercises, the verdicts, the student's progress.

A verdict is one printed line, and the table of a class is read back from such lines.
"""

import importlib
import inspect
import re
from dataclasses import dataclass

from helpers.checks.judge import NotStarted, WrongAnswer, count
from helpers.errors import CourseError

RIGHT, WRONG, UNTOUCHED = "верно", "пока нет", "не начато"
STUB = (
    "в ячейке осталось многоточие ... Замените его своим кодом, запустите ту ячейку "
    "и потом эту."
)
EXERCISES = ("упражнение", "упражнения", "упражнений")


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lesson.

    Parameters
    ----------
    number : str
        ``"1.2"``: lesson and exercise.
    title : str
        Its name, in Russian.
    judge : callable
        Takes the answers; raises `NotStarted` or `WrongAnswer`, or returns.
    """

    number: str
    title: str
    judge: object


class Exercises(dict):
    """The exercises of one lesson, by number, in the order of their definition."""

    def add(self, number, title):
        """Return a decorator that registers a judge as exercise `number`."""

        def register(judge):
            if number in self:
                raise ValueError(f"two exercises {number}")
            self[number] = Exercise(number, title, judge)
            return judge

        return register


@dataclass(frozen=True)
class Verdict:
    """What a judge said: `state` is one of the module's three, `line` says why."""

    state: str
    line: str = ""


def exercises_of(lesson):
    """Return the exercises of a lesson.

    Parameters
    ----------
    lesson : str
        Name of the notebook, ``"01_perceptron"``; its number alone will do.

    Raises
    ------
    CourseError
        There is no such lesson.
    """
    digits = re.match(r"\d+", str(lesson))
    number = digits[0].zfill(2) if digits else ""
    try:
        module = importlib.import_module(f"helpers.checks.lesson_{number}")
    except ModuleNotFoundError as error:
        if error.name != f"helpers.checks.lesson_{number}":
            raise
        raise CourseError(
            f"урока «{lesson}» нет. Назовите его тетрадь, например «01_perceptron»."
        ) from error
    return module.EXERCISES


def verdict(lesson, number, *answers):
    """Judge the answers to an exercise; never raises on a wrong answer.

    Parameters
    ----------
    lesson : str
    number : str
        ``"1.2"``.
    answers : object
        What the exercise asks for.

    Returns
    -------
    Verdict

    Raises
    ------
    CourseError
        There is no such exercise, or it takes another number of answers.
    """
    known = exercises_of(lesson)
    if number not in known:
        raise CourseError(
            f"упражнения {number} в этом уроке нет; есть {', '.join(known)}."
        )
    exercise = known[number]
    try:
        inspect.signature(exercise.judge).bind(*answers)
    except TypeError as error:
        wanted = len(inspect.signature(exercise.judge).parameters)
        raise CourseError(
            f"проверка {number} ждёт ответов: {wanted}, а получила {len(answers)}. "
            "Верните в ячейку проверки её первоначальную строку."
        ) from error
    if any(answer is ... for answer in answers):
        return Verdict(UNTOUCHED, STUB)
    try:
        exercise.judge(*answers)
    except NotStarted:
        return Verdict(UNTOUCHED, STUB)
    except WrongAnswer as wrong:
        return Verdict(WRONG, " ".join(str(wrong).split()))
    except Exception as error:
        cause = (str(error).strip().splitlines() or [""])[0][:160]
        return Verdict(
            WRONG,
            "проверка не смогла прочитать ответ; скорее всего, он другого вида, чем "
            f"просит задание ({type(error).__name__}: {cause}).",
        )
    return Verdict(RIGHT)


class Homework:
    """One student's homework of one lesson: checks exercises and shows progress.

    Parameters
    ----------
    lesson : str
        Name of the notebook, ``"01_perceptron"``.
    student : str, optional
        Name for the table of the class.
    """

    def __init__(self, lesson, student=""):
        self.lesson, self.student = lesson, " ".join(str(student).split())
        self.exercises = exercises_of(lesson)
        self.verdicts = {}
        number = next(iter(self.exercises)).partition(".")[0]
        total = count(len(self.exercises), *EXERCISES)
        who = f" Ученик: {self.student}." if self.student else ""
        print(f"Домашнее задание {number}: {total}.{who}")

    @property
    def done(self):
        """The number of exercises whose last verdict is right."""
        return sum(each.state == RIGHT for each in self.verdicts.values())

    def check(self, number, *answers):
        """Check the answers to an exercise and print one line.

        Parameters
        ----------
        number : str
            ``"1.2"``.
        answers : object
            What the exercise asks for; any names, dtypes, backends.
        """
        self.verdicts[number] = verdict(self.lesson, number, *answers)
        print(self._line(number))

    def need(self, number):
        """Stop a cell that makes no sense before an exercise is done.

        Raises
        ------
        CourseError
            The last verdict of that exercise is not right; one line says so.
        """
        last = self.verdicts.get(number)
        if last is None or last.state != RIGHT:
            raise CourseError(
                f"этой ячейке нужен ответ упражнения {number}: сначала пройдите его "
                "проверку."
            )

    def summary(self):
        """Print a line for each exercise."""
        for number in self.exercises:
            print(self._line(number, short=True))
        print(f"Сделано {self.done} из {len(self.exercises)}.")

    def _line(self, number, short=False):
        last = self.verdicts.get(number, Verdict(UNTOUCHED, STUB))
        line = f"Упражнение {number} ({self.exercises[number].title}): {last.state}."
        if short:
            return line
        if last.line:
            first = last.line[0]
            russian = re.match("[а-яё]", first)  # a name of code keeps its small letter
            line += " " + (first.upper() if russian else first) + last.line[1:]
        return line + f" Сделано {self.done} из {len(self.exercises)}."
