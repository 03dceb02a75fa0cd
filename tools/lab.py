"""A student's own copy of the notebooks, and JupyterLab opened on it.

    python -m tools.lab             # makes or renews the copy, opens JupyterLab
    python -m tools.lab --copy      # the copy alone

The copy lies in the folder `FOLDER`, which git ignores, so that whatever JupyterLab or
a student writes there never stands in the way of an update.  What a student has changed
is kept: when the course changes the same notebook, the new one is laid beside it.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "мои_уроки"
# Where notebooks come from, where they go, and what is added to their names: a lesson,
# its homework and its solution are three tabs that have to be told apart.
SOURCES = (
    ("lessons", ".", ""),
    ("lessons/exercises", "exercises", "_задание"),
    ("lessons/solutions", "solutions", "_решение"),
)
LINK = re.compile(r"(?<!lessons/)\b(exercises|solutions)/(\d\d_\w+)\.ipynb")
KNOWN = ".course.json"  # what each notebook was when it was copied
SETTINGS = ROOT / "tools" / "jupyter"
FIRST = "01_perceptron.ipynb"
NEW = " (новая версия)"


def text_of(path):
    """Return the text of the course's notebook as its copy holds it: links renamed."""
    ends = {place: end for _, place, end in SOURCES}
    return LINK.sub(
        lambda link: f"{link[1]}/{link[2]}{ends[link[1]]}.ipynb",
        path.read_text(encoding="utf-8"),
    )


def fingerprint(text):
    """Return a sum of what a notebook's cells say, whatever became of its outputs.

    JupyterLab writes other metadata, and outputs, when a notebook is but looked at.
    None stands for a text that is no notebook.
    """
    try:
        book = json.loads(text)
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in book["cells"]]
    except (ValueError, LookupError, TypeError):
        return None
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def beside(path):
    """Return where the new version of a changed notebook is laid."""
    return path.with_name(f"{path.stem}{NEW}{path.suffix}")


def renew(root=ROOT, folder=None):
    """Make or renew the copy; nothing that a student wrote is lost.

    Parameters
    ----------
    root : pathlib.Path
        Of the course.
    folder : pathlib.Path, optional
        Of the copy; `FOLDER` in the course.

    Returns
    -------
    list of str
        A Russian line for each notebook that is new, renewed, or laid beside.
    """
    folder = folder or root / FOLDER
    said, known = [], _read_known(folder / KNOWN)
    for source, place, end in SOURCES:
        for path in sorted((root / source).glob("[0-9][0-9]_*.ipynb")):
            own = folder / place / f"{path.stem}{end}.ipynb"
            name, text = own.relative_to(folder).as_posix(), text_of(path)
            said += _renew_one(text, own, name, known.get(name))
            known[name] = fingerprint(text)
    _write(folder / KNOWN, json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    return said


def _renew_one(text, own, name, copied):
    """Bring one notebook up to date; return what to say, a list of no or one line."""
    now = fingerprint(text)
    if not own.is_file():
        _write(own, text)
        return [f"новая тетрадь: {name}"]
    if now == copied:
        return []
    theirs = fingerprint(own.read_text(encoding="utf-8", errors="replace"))
    if theirs == now:
        return []
    if theirs is not None and theirs == copied:  # looked at or executed, not changed
        _write(own, text)
        return [f"обновлена: {name}"]
    _write(beside(own), text)
    return [
        f"ваша тетрадь {name} не тронута, новая версия лежит рядом: {beside(own).name}"
    ]


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def _read_known(path):
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def environment(variables):
    """Return the variables of JupyterLab: its own settings come before the user's."""
    paths = [str(SETTINGS), variables.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **variables,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths)),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONUTF8": "1",
    }


def main(arguments=None):
    """Run as the module's docstring says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--copy", action="store_true")
    options, others = parser.parse_known_args(arguments)
    first = not (ROOT / FOLDER).is_dir()
    try:
        said = renew()
    except OSError as error:
        free = shutil.disk_usage(ROOT).free // 2**20
        print(
            f"Не могу записать в папку {ROOT / FOLDER}: {error.strerror}. Свободно "
            f"{free} МБ; проверьте место и права.",
            file=sys.stderr,
        )
        return 2
    if first:
        print(
            f"Ваши тетради лежат в папке {FOLDER}: работайте в ней, курс её не тронет."
        )
    else:
        print(
            "\n".join(said)
            or f"Новых версий тетрадей нет; ваши лежат в папке {FOLDER}."
        )
    if options.copy:
        return 0
    print(
        "Открываю JupyterLab. Остановить его: Ctrl+C в этом окне, дважды.", flush=True
    )
    command = [sys.executable, "-m", "jupyterlab", f"{FOLDER}/{FIRST}", *others]
    command.append(f"--ServerApp.root_dir={ROOT}")
    try:
        return subprocess.run(command, cwd=ROOT, env=environment(os.environ)).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
