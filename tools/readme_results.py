"""Write the table of results into the READMEs from results/full.json.

    python -m tools.readme_results

The table stands between two marks; a test holds it to the file.
"""

import json
import sys
from pathlib import Path

from helpers.russian import noun

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "full.json"
BEGIN, END = "<!-- results -->", "<!-- /results -->"
WORDS = {
    "README.md": {
        "head": "lesson,model,metric,value,parameters,seconds,bar".split(","),
        "metric": {"accuracy": "accuracy"},
        "seeds": "mean ± standard deviation of {count} {noun}",
        "once": "one run of the lesson, one seed",
        "inside": "one run of the lesson; ± is over the trainings inside it",
        "nouns": ("seed", "seeds", "seeds"),
        "where": "{device}, Python {python}, Keras {keras}, {backend}, {date}.",
        "solved": "homework {number}",
    },
    "README.ru.md": {
        "head": (
            "урок",
            "модель",
            "мера",
            "значение",
            "параметров",
            "секунд",
            "планка",
        ),
        "metric": {"accuracy": "доля верных"},
        "seeds": "среднее ± стандартное отклонение, {count} {noun} генератора",
        "once": "один прогон урока, одно зерно генератора",
        "inside": "один прогон урока; ± посчитано по обучениям внутри него",
        "nouns": ("зерно", "зерна", "зёрен"),
        "where": "{device}, Python {python}, Keras {keras}, {backend}, {date}.",
        "solved": "домашнее {number}",
    },
}


def table(results, words):
    """Return the Markdown table of a results file, without ablations and trials.

    Parameters
    ----------
    results : dict
        Parsed ``results/full.json``.
    words : dict
        One of the values of `WORDS`.
    """
    lines = [_row(words["head"]), _row(["---"] * len(words["head"]))]
    notes = []
    for name, entry in results["lessons"].items():
        folder, _, notebook = name.rpartition("/")
        lesson = notebook[:2]
        if folder:
            lesson = words["solved"].format(number=lesson)
        for row in entry["models"]:
            if row["role"] in ("ablation", "trial"):  # these stand in the lesson
                continue
            spread = f" ± {row['deviation']:.4f}" if row["deviation"] else ""
            lines.append(
                _row(
                    [
                        lesson,
                        row["model"],
                        words["metric"].get(row["metric"], row["metric"]),
                        f"{row['value']:.4f}{spread}",
                        "" if row["parameters"] is None else f"{row['parameters']:,}",
                        _seconds(row["seconds"]),
                        "" if row["bar"] is None else f"{row['bar']:g}",
                    ]
                )
            )
        place = dict(entry, **entry["versions"])
        count = entry["seeds"]
        seeds = words["seeds"].format(count=count, noun=noun(count, *words["nouns"]))
        if count == 1:
            spread = any(row["deviation"] for row in entry["models"])
            seeds = words["inside" if spread else "once"]
        notes.append(f"{lesson}: {seeds}. " + words["where"].format(**place))
    return "\n".join([*lines, "", *notes])


def _seconds(value):
    if value is None:
        return ""
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _row(cells):
    return f"| {' | '.join(cells)} |"


def fill(text, block):
    """Return a README with what stands between the marks replaced.

    Raises
    ------
    ValueError
        The marks are missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def main():
    """Write both READMEs; return the exit status."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for name, words in WORDS.items():
        path = ROOT / name
        text = fill(path.read_text(encoding="utf-8"), table(results, words))
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
