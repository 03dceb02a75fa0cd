"""The one exception that a student meets: a Russian line that says what to do."""

import textwrap

WIDTH = 88  # of what is shown below a cell; JupyterLab breaks longer lines in words


def wrapped(line):
    """Return a line broken between words, for people: no word and no path is cut."""
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)


class CourseError(Exception):
    """A mistake that its reader can mend; notebooks show it as one line.

    ``what`` is wrong, in Russian; its last full stop may be left out when ``advice``
    follows, a sentence.  Both stay as attributes: nobody has to cut the line.
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
        return [wrapped(f"Ошибка: {self}")]
