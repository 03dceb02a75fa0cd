"""The one exception that a student meets: a Russian line that says what to do."""


class CourseError(Exception):
    """A mistake that its reader can mend; notebooks show it as one line.

    Parameters
    ----------
    what : str
        What is wrong, in Russian; its last full stop may be left out when advice
        follows.
    advice : str, optional
        What to do about it, a sentence.

    Attributes
    ----------
    what, advice : str
        As given: who wants one of them reads it here and never cuts the line.
    """

    def __init__(self, what, advice=""):
        super().__init__(what, advice)
        self.what, self.advice = what, advice

    def __str__(self):
        if not self.advice:
            return self.what
        stop = "" if self.what.endswith((".", "!", "?", "…")) else "."
        return f"{self.what}{stop} {self.advice}"

    def _render_traceback_(self):
        """Return what IPython prints in place of a traceback: a list of lines."""
        return [f"Ошибка: {self}"]
