"""What passed on Colab's versions: results/colab.json, and docs/colab.md made from it.

python -m tools.colab_table     # writes docs/colab.md anew
"""

import datetime
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "colab.json"
PAGE = ROOT / "docs" / "colab.md"
SHOWN = ("tensorflow", "keras", "numpy", "pandas", "scikit-learn", "matplotlib")
HEAD = """\
# На каких версиях Colab проверен курс

Страницу пишет `make test-colab`, руками её не правят. Тетрадь лежит одна в пустой
папке; ячейка подготовки выполняется дважды, затем урок или решение целиком, на
встроенных выборках, и вывод каждой ячейки сравнивается с сохранённым. Пакеты взяты тех
версий, что названы в [списках Colab](https://github.com/googlecolab/backend-info); сам
Colab при этом не открывался. Текущая среда включается в Colab сама, прежние выбирают
в меню Runtime, Change runtime type.
"""


def read():
    """Return what has been recorded, by runtime; empty before the first run."""
    if not RESULTS.is_file():
        return {}
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def record(colab, python, commit, rows, today=None):
    """Merge the rows of a run into the results, and write the page anew.

    A run on a newer list, or under another Python, replaces what was known of its
    runtime; one on the same list replaces the rows of its notebooks.

    Parameters
    ----------
    colab : tools.renew_colab.ColabList
    python : str
        Version of the Python on which it was tried, ``"3.13.0"``.
    commit : str
        Of the course, that was tried.
    rows : dict of str to dict
        As `tools.colab.try_notebook` returns them, by notebook.
    today : datetime.date, optional
    """
    facts = {
        "python": python,
        "list": colab.commit,
        "list_date": colab.date,
        "versions": {name: colab.pins[name] for name in SHOWN},
    }
    results = read()
    known = results.get(colab.runtime, {})
    if {key: known.get(key) for key in facts} != facts:
        known = {**facts, "notebooks": {}}
    tried = (today or datetime.date.today()).isoformat()
    for name, row in rows.items():
        known["notebooks"][name] = {**row, "tried": tried, "commit": commit}
    known["notebooks"] = dict(sorted(known["notebooks"].items()))
    results[colab.runtime] = known
    text = json.dumps(dict(sorted(results.items(), reverse=True)), indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


def page(results):
    """Return the page docs/colab.md."""
    runtimes = sorted(results, reverse=True)
    titles = ["текущая" if name == "current" else name for name in runtimes]
    lines = [HEAD, "| | " + " | ".join(titles) + " |"]
    lines.append("| --- |" + " --- |" * len(runtimes))
    for title, key in [("Python", "python"), ("список от", "list_date")]:
        lines.append(_row(title, [results[name][key] for name in runtimes]))
    for package in SHOWN:
        lines.append(_row(package, [results[r]["versions"][package] for r in runtimes]))
    lines += [
        "",
        "«Да»: прошла целиком; в скобках число ячеек, за ними дата и версия курса.",
        "«Подготовка: да»: выполнена только ячейка подготовки.",
    ]
    lines += ["", "| тетрадь | " + " | ".join(titles) + " |"]
    lines.append("| --- |" + " --- |" * len(runtimes))
    names = sorted({name for each in results.values() for name in each["notebooks"]})
    for name in names:
        cells = [_cell(results[each]["notebooks"].get(name)) for each in runtimes]
        lines.append(_row(name.removeprefix("lessons/").removesuffix(".ipynb"), cells))
    return "\n".join(lines) + "\n"


def _row(title, cells):
    return f"| {title} | " + " | ".join(cells) + " |"


def _cell(row):
    if row is None:
        return "не проверялась"
    if row["set_up"] == "FAILED" or row["whole"] == "FAILED":
        said = "**нет**"
    elif row["whole"] == "-":
        said = "подготовка: да"
    else:
        said = f"да ({row['cells']})"
    return f"{said}, {row['tried']}, `{row['commit']}`"


if __name__ == "__main__":
    PAGE.write_text(page(read()), encoding="utf-8")
    sys.exit(0)
