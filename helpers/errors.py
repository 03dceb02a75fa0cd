"""The one exception that a student meets: a Russian line that says what to do."""


class CourseError(Exception):
    """A mistake that its reader can mend; notebooks show it as one line.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it, in Russian.
    """

    def _render_traceback_(self):
        """Return what IPython prints in place of a traceback: a list of lines."""
        return [f"Ошибка: {self}"]
