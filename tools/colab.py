"""Try the lessons as a student meets them in Google Colab: a notebook, nothing around.

    python -m tools.colab            # every set-up cell; lesson 1 whole
    python -m tools.colab 04 06      # these lessons whole, too

What is tried is the last commit.  .venv-colab holds Colab's versions, and github.com is
a local clone, reached through git's own ``insteadOf``.  Each notebook lies alone in a
folder, and its set-up cell runs twice in one kernel that, as Colab's does, has already
imported ``google.colab``, NumPy and pandas; then whole lessons run, on the embedded
samples, or on the full sets when COURSE_DATA_DIR names a folder that holds them.
Neither may change a version that Colab ships, or write to stderr.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from packaging.utils import canonicalize_name

from helpers import training
from tools import backends, run_lessons, set_slug
from tools.backends import ROOT
from tools.run_lessons import LessonError

# Runtime 2026.01 (January 2026): https://github.com/googlecolab/backend-info, commit
# bd8aaa4, pip-freeze.txt (pip-freeze.gpu.txt says the same of these): what the lessons
# import, the kernel, pip, and all that they depend on.  Colab has no gensim and no
# pymorphy3; nor has it jedi, which IPython asks for.  To renew: README.md there names
# each runtime's commit.
COLAB = dict(
    pin.split("==")
    for pin in """
absl-py==1.4.0 astunparse==1.6.3 backcall==0.2.0 certifi==2026.1.4
charset-normalizer==3.4.4 contourpy==1.3.3 cycler==0.12.1 debugpy==1.8.15
decorator==4.4.2 defusedxml==0.7.1 entrypoints==0.4 flatbuffers==25.12.19
fonttools==4.61.1 gast==0.7.0 google-pasta==0.2.0 grpcio==1.76.0 h5py==3.15.1
idna==3.11 ipykernel==6.17.1
ipython==7.34.0 joblib==1.5.3 jupyter-client==7.4.9 jupyter-core==5.9.1 keras==3.10.0
kiwisolver==1.4.9 libclang==18.1.1 markdown==3.10 markdown-it-py==4.0.0
markupsafe==3.0.3 matplotlib==3.10.0 matplotlib-inline==0.2.1 mdurl==0.1.2
ml-dtypes==0.5.4 namex==0.1.0 nest-asyncio==1.6.0 numpy==2.0.2 opt-einsum==3.4.0
optree==0.18.0 packaging==25.0 pandas==2.2.2 parso==0.8.5 pexpect==4.9.0
pickleshare==0.7.5 pillow==11.3.0 pip==24.1.2 platformdirs==4.5.1 pooch==1.8.2
prompt-toolkit==3.0.52 protobuf==5.29.5 psutil==5.9.5 ptyprocess==0.7.0
pygments==2.19.2 pyparsing==3.3.1 python-dateutil==2.9.0.post0 pytz==2025.2
pyzmq==26.2.1 requests==2.32.4 rich==13.9.4 scikit-learn==1.6.1 scipy==1.16.3
seaborn==0.13.2 setuptools==75.2.0 six==1.17.0 smart-open==7.5.0 tensorboard==2.19.0
tensorboard-data-server==0.7.2 tensorflow==2.19.0 termcolor==3.3.0
threadpoolctl==3.6.0 tornado==6.5.1 tqdm==4.67.1 traitlets==5.7.1
typing-extensions==4.15.0 tzdata==2025.3 urllib3==2.5.0 wcwidth==0.2.14
werkzeug==3.1.5 wheel==0.45.1 wrapt==2.0.1
""".split()
)
ENVIRONMENT = ROOT / ".venv-colab"
WATCH = """\
# tools.colab: what is there before the set-up cell runs again
_path, _beside, _started = list(sys.path), sorted(here.iterdir()), []
_events = ("subprocess.Popen", "os.system", "os.posix_spawn", "pty.spawn")
sys.addaudithook(lambda event, what: event in _events and _started.append(what[:2]))
"""
AGAIN = "# tools.colab: the set-up cell, a second time\n"
CHECK = """\
# tools.colab: is the course the clone, and did the second run leave all as it was?
import importlib.metadata
import keras, numpy, pandas
from helpers.data import default_mode
_clone, _holds = here / "neural-networks-ru", Path(training.__file__).parents[1]
_facts = {
    f"the course is not the clone: {_holds}": _holds == course == _clone,
    "google.colab does not make the data full": default_mode() == "full",
    f"the second run started {_started}": not _started,
    "the second run changed sys.path": sys.path == _path,
    "the second run left a new file": sorted(here.iterdir()) == _beside,
}
for _module in (keras, numpy, pandas):
    _now = importlib.metadata.version(_module.__name__)
    _facts[f"{_module.__name__} {_now} needs a restart"] = _module.__version__ == _now
_wrong = [text for text, holds in _facts.items() if not holds]
assert not _wrong, "; ".join(_wrong)
"""


def quietly(*command):
    """Return what a command prints; CalledProcessError holds its stderr."""
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return done.stdout


def git(*arguments):
    """Return what git prints in the checkout."""
    return quietly("git", "-C", str(ROOT), *map(str, arguments))


def find_python():
    """Return a Python 3.12 that can make environments, or None.

    ``COURSE_PYTHON312`` when it is set, else ``python3.12``, else this very Python.
    """
    named = os.environ.get("COURSE_PYTHON312")
    code = "import ensurepip, sys; assert sys.version_info[:2] == (3, 12)"
    for path in [named] if named else [shutil.which("python3.12"), sys.executable]:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            if path:
                quietly(path, "-c", code)
                return path
    return None


def versions(python):
    """Return the version of each package that an interpreter sees, by name."""
    code = "import importlib.metadata as m, json; print(json.dumps("
    code += "[(d.name, d.version) for d in m.distributions()]))"
    found = json.loads(quietly(python, "-I", "-c", code))
    return {canonicalize_name(name): version for name, version in found}


def difference(before, after):
    """Return a phrase for each package of `before` that `after` lacks or changes."""
    return [
        f"{name} {version} -> {after.get(name, 'none')}"
        for name, version in before.items()
        if after.get(name) != version
    ]


def make_environment(base):
    """Make or mend .venv-colab with a Python 3.12, `base`; return its interpreter.

    It then holds Colab's packages and no other: what an earlier run installed is gone,
    so that the set-up cell has to install it.
    """
    python, listed = backends.python_of(ENVIRONMENT), ENVIRONMENT / "requirements.txt"
    if not Path(python).exists():
        quietly(base, "-m", "venv", "--clear", str(ENVIRONMENT))
    pip, now = [python, "-m", "pip", "--disable-pip-version-check"], versions(python)
    extra = sorted(now.keys() - COLAB.keys())
    if extra:
        quietly(*pip, "uninstall", "--quiet", "--yes", *extra)
    if difference(COLAB, now):
        print("== installing Colab's versions into .venv-colab", flush=True)
        pins = "".join(f"{name}=={version}\n" for name, version in COLAB.items())
        listed.write_text(pins, encoding="utf-8")
        quietly(*pip, "install", "--quiet", "--no-deps", "-r", str(listed))
    return python


def publish(folder, slug, ref):
    """Clone the last commit, as `ref`; return what makes git take it for github.com."""
    bare = folder / "github" / f"{slug}.git"
    git("clone", "--bare", "--quiet", ROOT, bare)
    kind = "tags" if re.match(r"v?\d", ref) else "heads"
    git("--git-dir", bare, "update-ref", f"refs/{kind}/{ref}", "HEAD")
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'github').as_uri()}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }


def make_kernel(folder, python):
    """Write a kernel that starts as Colab's does; return the variables it needs."""
    spec = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    imported = "--IPKernelApp.exec_lines=import google.colab, numpy, pandas"
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", imported]
    colab = folder / "path" / "google" / "colab" / "__init__.py"
    for path, text in [
        (spec, json.dumps({"argv": argv, "display_name": "", "language": "python"})),
        (colab, '"""Nothing but its name."""\n'),
    ]:
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    os.environ["JUPYTER_PATH"] = str(folder / "jupyter")  # searched first
    return {"PYTHONPATH": str(folder / "path"), "IPYTHONDIR": str(folder / "ipython")}


def data_mode(folder):
    """Return the variables that choose a whole lesson's data, by COURSE_DATA_DIR."""
    if not folder:
        return {"COURSE_DATA": "sample"}
    return {"COURSE_DATA": "", "COURSE_DATA_DIR": str(Path(folder).resolve())}


def set_up_twice(notebook):
    """Return a notebook cut after its set-up cell, which runs again and is checked."""
    code = [cell.cell_type == "code" for cell in notebook.cells]
    kept = notebook.cells[: code.index(True) + 1]
    added = map(nbformat.v4.new_code_cell, [WATCH, AGAIN + kept[-1].source, CHECK])
    return nbformat.v4.new_notebook(cells=[*kept, *added])


def run(path, text, environment, python):
    """Run one notebook; LessonError says what failed, or what versions it changed."""
    path.write_text(text, encoding="utf-8")
    run_lessons.execute(path, environment)
    now = versions(python)
    changed = difference(COLAB, now)
    if changed:
        raise LessonError(f"{path.name} changed Colab's versions: {', '.join(changed)}")
    lacking = [name for name in training.NEEDED if name not in now]
    if lacking:
        raise LessonError(f"{path.name} did not install {', '.join(lacking)}")


def try_lesson(name, folder, environment, python, whole):
    """Run a lesson's set-up cell twice, then all of it; return its row, its failure."""
    folder.mkdir()
    text = git("show", f"HEAD:lessons/{name}")
    runs = [(nbformat.writes(set_up_twice(nbformat.reads(text, 4))), {})]
    if whole:
        runs.append((text, data_mode(os.environ.get("COURSE_DATA_DIR"))))
    said, failure, began = [], [], time.perf_counter()
    for source, variables in runs:
        try:
            run(folder / name, source, environment | variables, python)
            said.append("passed")
        except LessonError as error:
            said.append("FAILED")
            failure.append(str(error))
            break
    said += ["-"] * (2 - len(said))
    return [name, *said, f"{time.perf_counter() - began:.1f}"], failure


def try_lessons(names, wanted, base, folder):
    """Try the lessons in a temporary folder; return the exit status."""
    python = make_environment(base)
    before = versions(python)
    address = set_slug.read_address(git("show", "HEAD:pyproject.toml"))
    environment = publish(folder, *address) | make_kernel(folder, python)
    environment |= {"KERAS_BACKEND": "tensorflow", "COURSE_SEED": "", "COURSE_DATA": ""}
    rows, failures = [["lesson", "set-up cell", "whole", "seconds"]], []
    for name in names:
        print(f"== {name}", flush=True)
        place = folder / f"{name[:2]} Мой диск"
        row, failure = try_lesson(name, place, environment, python, name[:2] in wanted)
        rows.append(row)
        failures += failure
        after = versions(python)
        if difference(COLAB, after):
            make_environment(base)  # as it was, for the next lesson
    print()
    for package in [*training.KEPT, *sorted(after.keys() - before.keys())]:
        was = before.get(package, "none")
        print(f"{package:<18} before {was:<8} after {after.get(package, 'none')}")
    print()
    for row in rows:
        print("{:<24} {:<12} {:<8} {:>8}".format(*row))
    for failure in failures:
        print(f"\nFAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


def main(arguments):
    """Try every set-up cell, and lesson 1 and the named ones whole; return the status.

    0 is a pass, 1 a lesson that failed, 2 nothing tried.
    """
    try:
        base = find_python()
        if sys.platform != "linux" or base is None:
            raise LessonError(
                "Colab is Linux with Python 3.12, and no such Python with its venv was "
                "found: install one, or name it: COURSE_PYTHON312=/path/to/python3.12"
            )
        listed = git("ls-tree", "--name-only", "HEAD:lessons").splitlines()
        names = [name for name in listed if re.fullmatch(r"\d\d_\w+\.ipynb", name)]
        unknown = set(arguments) - {name[:2] for name in names}
        if unknown or not names:
            said = ", ".join(sorted(unknown)) or "any lesson"
            raise LessonError(f"not in the last commit: {said}")
        if git("status", "--porcelain"):
            print("== git status: what is not committed is not tried", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            return try_lessons(names, {"01", *arguments}, base, Path(folder))
    except LessonError as error:
        print(error, file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd}: {error.stderr.strip()[-800:]}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
