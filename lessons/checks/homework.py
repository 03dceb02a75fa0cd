"""The homework of a lesson: its exercises, the verdicts, the student's progress.

A verdict is one line for the student and a `Record` in the metadata of that line's
output, which the table of a class and the runner read; nobody parses the line.
"""

import importlib
import inspect
import re
import sys
import traceback
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from helpers.errors import CourseError, wrapped
from helpers.russian import count
from lessons.checks.judge import NotStarted, WrongAnswer

RIGHT, WRONG, UNTOUCHED = "верно", "пока нет", "не начато"
BROKEN = "ошибка проверки"  # the judge failed, whatever the answer is worth
STUB = (
    "в ячейке осталось многоточие ... Замените его своим кодом, запустите ту ячейку "
    "и потом эту."
)
METADATA_KEY = "course_homework"  # "course" has the rows of a lesson's closing table
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
    """What a judge said: `state` is one of the module's four, `line` says why."""

    state: str
    line: str = ""


@dataclass(frozen=True)
class Record:
    """What an output of a homework says besides its text.

    Parameters
    ----------
    lesson : str
        As the notebook calls it: ``"01_perceptron"``.
    student : str
        Empty where the notebook names nobody.
    done, total : int
        Exercises whose last verdict is right, and all of them.
    exercise, state, why : str
        Number, state and line of a verdict; empty in the record of the head.

    Raises
    ------
    TypeError
        A field is missing, unknown or of another type: somebody wrote it by hand.
    """

    lesson: str
    student: str
    done: int
    total: int
    exercise: str = ""
    state: str = ""
    why: str = ""

    def __post_init__(self):
        for each in fields(self):
            if type(getattr(self, each.name)) is not each.type:
                raise TypeError(f"{each.name} is no {each.type.__name__}")


def records_of(notebook):
    """Return the records of an executed notebook in the order of its cells.

    Parameters
    ----------
    notebook : dict
        As ``json`` or ``nbformat`` reads it.

    Returns
    -------
    list of Record

    Raises
    ------
    CourseError
        A record is not as `Homework` wrote it.
    LookupError, TypeError, AttributeError
        It is not a notebook.
    """
    found = [
        output["metadata"][METADATA_KEY]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]
    try:
        return [Record(**each) for each in found]
    except TypeError as error:
        raise CourseError(
            "запись проверки испорчена", "Попросите ученика выполнить тетрадь заново."
        ) from error


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
        module = importlib.import_module(f"lessons.checks.lesson_{number}")
    except ModuleNotFoundError as error:
        if error.name != f"lessons.checks.lesson_{number}":
            raise
        raise CourseError(
            f"урока «{lesson}» нет", "Назовите его тетрадь, например «01_perceptron»."
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
        `RIGHT`, `WRONG` or `UNTOUCHED`.

    Raises
    ------
    CourseError
        There is no such exercise, or it takes another number of answers.
    Exception
        Whatever the judge itself failed with; `Homework.check` says it in a line.
    """
    return _judged(_judge_of(lesson, number, answers), answers)


def _judge_of(lesson, number, answers):
    """Return the judge of an exercise, which can take that many answers."""
    known = exercises_of(lesson)
    if number not in known:
        raise CourseError(
            f"упражнения {number} в этом уроке нет; есть {', '.join(known)}."
        )
    judge = known[number].judge
    try:
        inspect.signature(judge).bind(*answers)
    except TypeError as error:
        wanted = len(inspect.signature(judge).parameters)
        raise CourseError(
            f"проверка {number} ждёт ответов: {wanted}, а получила {len(answers)}.",
            "Верните в ячейку проверки её первоначальную строку.",
        ) from error
    return judge


def _judged(judge, answers):
    if any(answer is ... for answer in answers):
        return Verdict(UNTOUCHED, STUB)
    try:
        judge(*answers)
    except NotStarted:
        return Verdict(UNTOUCHED, STUB)
    except WrongAnswer as wrong:
        return Verdict(WRONG, " ".join(str(wrong).split()))
    return Verdict(RIGHT)


def _failure(error):
    """Return the verdict for a judge that failed: what happened, and where in it."""
    own = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    place = [each for each in frames if Path(each.filename).parent == own][-1]
    cause = " ".join(f"{type(error).__name__}: {error}".split())[:160]
    return Verdict(
        BROKEN,
        f"сбой в самой проверке, ответ она не оценила: {cause} "
        f"({Path(place.filename).name}, строка {place.lineno}). Ничего в ответе не "
        "меняйте, покажите эту строку преподавателю или авторам курса.",
    )


def _shell():
    """Return the IPython in which this runs, or None."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _before():
    """Return a sentence if the cell that was run before this one failed, or "".

    Then a function in memory may be an older one than the student sees: a cell with an
    error of syntax defines nothing.
    """
    last = getattr(_shell(), "last_execution_result", None)
    error = last and (last.error_before_exec or last.error_in_exec)
    if not error or isinstance(error, CourseError):
        return ""
    return (
        " Осторожно: ячейка, которую вы выполнили перед этой, остановилась на ошибке "
        f"{type(error).__name__}. Если в ней было решение, проверено прежнее: "
        "исправьте ячейку, выполните её и потом эту."
    )


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
        self._show(f"Домашнее задание {number}: {total}.{who}")

    @property
    def done(self):
        """The number of exercises whose last verdict is right."""
        return sum(each.state == RIGHT for each in self.verdicts.values())

    def check(self, number, *answers):
        """Check the answers to an exercise and show one line.

        Parameters
        ----------
        number : str
            ``"1.2"``.
        answers : object
            What the exercise asks for; any names, dtypes, backends.
        """
        judge = _judge_of(self.lesson, number, answers)
        try:
            self.verdicts[number] = _judged(judge, answers)
        except Exception as error:
            self.verdicts[number] = _failure(error)
        last = self.verdicts[number]
        line = self._line(number) + _before()
        self._show(line, exercise=number, state=last.state, why=last.line)

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
        """Print a line for each exercise; it is stale after the next check."""
        for number in self.exercises:
            print(self._line(number, short=True))
        print(f"Сделано {self.done} из {len(self.exercises)}.")

    def _show(self, line, **verdict):
        """Show a line; in a notebook its record goes with it.

        There it is an output of its own, whatever a student's code left unfinished.
        """
        line = wrapped(line)
        if _shell() is None:
            print(line)
            return
        from IPython.display import display

        known = (str(self.lesson), self.student, self.done, len(self.exercises))
        record = asdict(Record(*known, **verdict))
        display({"text/plain": line}, metadata={METADATA_KEY: record}, raw=True)

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
