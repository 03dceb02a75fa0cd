"""The closing table of a lesson: models beside their floors, for people and programs.

The rows travel in the metadata of the table's output, where the runner reads them.
Which models are compared, and on what, is the lesson's business.
"""

import html
import math
import tomllib

from helpers import ROOT
from helpers.errors import CourseError
from helpers.russian import comma

BARS = ROOT / "lessons" / "bars.toml"
METADATA_KEY = "course"
ROLES = {
    "floor": "базовая",
    "source": "исходная",
    "ablation": "без одной части",
    "ours": "наша",
    "oracle": "оракул",
    "trial": "опыт",
}
LOWER_IS_BETTER = frozenset({"mae", "loss", "perplexity"})
METRICS = {
    "accuracy": "доля верных ответов",
    "f1": "F-мера",
    "mae": "средняя абсолютная ошибка",
    "skill": "выигрыш у базовой модели",
    "loss": "потери",
    "perplexity": "перплексия",
    "exact": "ответ совпал целиком",
    "chrf": "chrF",
    "purity": "чистота соседей",
    "words_per_second": "слов в секунду",
}


def read_bars(lesson, mode, path=BARS):
    """Return the bars of a lesson, as ``"04_mnist_cnn"``, in a data mode.

    They are a dict from a role (``"ours"``, ``"source"``) to the value it has to reach,
    a float; other keys are conditions that the runner checks.  Empty when none is set.
    """
    if not path.is_file():
        return {}
    bars = tomllib.loads(path.read_text(encoding="utf-8"))
    return bars.get(lesson, {}).get(mode, {})


def reaches(metric, value, bar):
    """Tell whether `value` is at least as good as `bar`; NaN never is."""
    return value <= bar if metric in LOWER_IS_BETTER else value >= bar


def wilson_interval(share, count):
    """Return both ends, floats, of the 95 % Wilson interval of a share from 0 to 1.

    It was seen on `count` examples, 1 or more.
    """
    from scipy.stats import binomtest

    if count < 1 or not 0 <= share <= 1:
        raise ValueError(f"a share from 0 to 1 of at least one: {share} of {count}")
    found = binomtest(round(share * count), count)
    low, high = found.proportion_ci(0.95, method="wilson")
    return float(low), float(high)


class Scores:
    """Collect the models of a lesson and show them as its closing table.

    Parameters
    ----------
    lesson : str
        Name of the notebook without its suffix.
    data : {"sample", "full"}
    metric : str
        A key of `METRICS`, the same for all rows.
    count : int, optional
        Number of held-out examples; with it a share gets its 95 % interval.
    """

    def __init__(self, lesson, data, metric="accuracy", count=None):
        if metric not in METRICS:
            raise ValueError(f"metric {metric!r} is none of {', '.join(METRICS)}")
        self.lesson, self.data, self.metric, self.count = lesson, data, metric, count
        self.bars = read_bars(lesson, data)
        self.rows = []

    def add(
        self, name, role, value, *, model=None, watch=None, parameters=None,
        seconds=None, deviation=None,
    ):  # fmt: skip
        """Add a row.

        Parameters
        ----------
        name : str
            What the reader calls the model, in Russian; each name once.
        role : str
            One of `ROLES`: an oracle knows too much, a trial has other data.
        value : float
            The metric on the held-out part.
        model : keras.Model, optional
            Its ``count_params()`` are the parameters, trained or not.
        watch : helpers.training.Stopwatch, optional
            Its seconds are those of training.
        parameters : int, optional
            Of a model that is not of Keras.
        seconds : float, optional
            Wall time of training.  Kept in the metadata, never shown.
        deviation : float, optional
            Standard deviation over repeated trainings.

        Raises
        ------
        CourseError
            The value is not finite.
        ValueError
            An unknown role, a name twice, the same fact given in two ways.
        """
        if role not in ROLES:
            raise ValueError(f"role {role!r} is none of {', '.join(ROLES)}")
        if not (math.isfinite(value) and math.isfinite(deviation or 0)):
            raise CourseError(
                f"«{name}»: вместо числа получилось {value}",
                "Проверьте скорость обучения и входные данные: в них могли попасть "
                "NaN.",
            )
        if any(row["model"] == name for row in self.rows):
            raise ValueError(f"two rows named {name!r}")
        if None not in (model, parameters) or None not in (watch, seconds):
            raise ValueError("a model gives parameters, a watch seconds: not both")
        parameters = parameters if model is None else model.count_params()
        seconds = seconds if watch is None else watch.seconds
        self.rows.append(
            {
                "model": name,
                "role": role,
                "metric": self.metric,
                "value": float(value),
                "deviation": None if deviation is None else float(deviation),
                "bar": self.bars.get(role),
                "parameters": None if parameters is None else int(parameters),
                "seconds": None if seconds is None else round(float(seconds), 2),
            }
        )

    def value(self, name):
        """Return the metric of the row called `name`, or CourseError when none is."""
        values = {row["model"]: row["value"] for row in self.rows}
        if name not in values:
            there = ", ".join(f"«{each}»" for each in values)
            raise CourseError(
                f"в итоговой таблице нет модели «{name}»",
                f"Есть: {there}." if there else "Сначала добавьте строки: add(...).",
            )
        return values[name]

    def passed(self):
        """Tell whether every row of role "ours" that has a bar reaches it."""
        return all(
            reaches(self.metric, row["value"], row["bar"])
            for row in self.rows
            if row["role"] == "ours" and row["bar"] is not None
        )

    def show(self):
        """Display the table; its rows go into the metadata of the output."""
        from IPython.display import display

        cells = self._cells()
        data = {"text/plain": _as_text(*cells), "text/html": _as_html(*cells)}
        metadata = {METADATA_KEY: {"data": self.data, "models": self.rows}}
        display(data, metadata=metadata, raw=True)

    def _cells(self):
        header = ["модель", "роль", "параметров", METRICS[self.metric]]
        intervals = self.count and self.metric in ("accuracy", "exact")
        if intervals:
            header.append("95 %-й интервал")
        header.append("планка")
        lines = []
        for row in self.rows:
            line = [row["model"], ROLES[row["role"]]]
            size = "" if row["parameters"] is None else f"{row['parameters']:,}"
            line.append(size.replace(",", "\u202f"))  # a narrow space, never a break
            spread = "" if row["deviation"] is None else f" ± {row['deviation']:.4f}"
            line.append(comma(f"{row['value']:.4f}{spread}"))
            if intervals:
                low, high = wilson_interval(row["value"], self.count)
                shown = comma(f"{low:.3f} … {high:.3f}")
                line.append("" if row["role"] == "trial" else shown)
            line.append("" if row["bar"] is None else comma(f"{row['bar']:g}"))
            lines.append(line)
        return header, lines


def _as_text(header, lines):
    widths = [max(map(len, column)) for column in zip(header, *lines, strict=True)]
    form = "  ".join(f"{{:{width}}}" for width in widths)
    return "\n".join(form.format(*line).rstrip() for line in [header, *lines])


def _as_html(header, lines):
    def row(cells, tag):
        sides = ["left", "left"] + ["right"] * (len(cells) - 2)
        return "".join(
            f'<{tag} align="{side}" style="text-align: {side}">'
            f"{html.escape(cell)}</{tag}>"
            for side, cell in zip(sides, cells, strict=True)
        )

    head = row(header, "th")
    body = "".join(f"<tr>{row(line, 'td')}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
