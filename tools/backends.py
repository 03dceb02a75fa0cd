"""Run strict nbval on the other backends of Keras, each in an environment of its own.

    python -m tools.backends             # JAX, and PyTorch where it can be had
    python -m tools.backends jax         # one of them

The environments hold the lock without TensorFlow.  PyTorch is taken only as a CPU
build: on Linux the registry's own build brings gigabytes of CUDA, so it is skipped
unless COURSE_TORCH=1 is set.
"""

import json
import os
import re
import subprocess
import sys

from tools.run_tests import NBVAL, ROOT

LOCK = ROOT / "requirements.txt"
BACKENDS = {"jax": "jax==0.10.2", "torch": "torch==2.13.0"}


def without_tensorflow(lock):
    """Return the lines of a lock file that do not belong to TensorFlow alone."""
    alone = r"(tensorflow|tensorboard|libclang)"
    return [line for line in lock.splitlines() if not re.match(alone, line)]


def reason_to_skip(backend, python):
    """Return why a backend cannot be had here, or None."""
    if backend != "torch" or os.environ.get("COURSE_TORCH") == "1":
        return None
    command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    command += ["--ignore-installed", "--report", "-", BACKENDS["torch"]]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        return f"pip finds no {BACKENDS['torch']} for this Python"
    report = json.loads(found.stdout)
    address = report["install"][0]["download_info"]["url"]
    if sys.platform == "linux" and "cpu" not in address:
        return "pip offers only the CUDA build; set COURSE_TORCH=1 to take it"
    return None


def python_of(environment):
    """Return the interpreter of a virtual environment."""
    windows = environment / "Scripts" / "python.exe"
    return str(windows if os.name == "nt" else environment / "bin" / "python")


def make_environment(name, wanted, base=sys.executable):
    """Make ``.venv-NAME``, unless it is there with these very packages.

    Parameters
    ----------
    name : str
    wanted : list of str
        Requirements.
    base : str, optional
        The Python that makes it, this one by default.

    Returns
    -------
    str
        The interpreter.
    """
    environment, text = ROOT / f".venv-{name}", "\n".join([*wanted, ""])
    ready = environment / "ready"
    if ready.is_file() and ready.read_text(encoding="utf-8") == text:
        return python_of(environment)
    subprocess.run([base, "-m", "venv", "--clear", environment], check=True)
    python, listed = python_of(environment), environment / "requirements.txt"
    listed.write_text(text, encoding="utf-8")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", listed], check=True)
    ready.write_text(text, encoding="utf-8")
    return python


def main(arguments):
    """Run the named backends, or all; return the exit status."""
    unknown = [name for name in arguments if name not in BACKENDS]
    if unknown:
        print(f"no backend {unknown[0]}: {', '.join(BACKENDS)}", file=sys.stderr)
        return 2
    outcome = {}
    for backend in arguments or BACKENDS:
        skip = reason_to_skip(backend, sys.executable)
        if skip:
            outcome[backend] = f"SKIPPED: {skip}"
            continue
        print(f"== {backend}", flush=True)
        lock = without_tensorflow(LOCK.read_text(encoding="utf-8"))
        python = make_environment(backend, [*lock, BACKENDS[backend]])
        environment = {**os.environ, "KERAS_BACKEND": backend}
        done = subprocess.run([python, *NBVAL, "lessons"], cwd=ROOT, env=environment)
        outcome[backend] = "passed" if done.returncode == 0 else "FAILED"
    for backend, said in outcome.items():
        print(f"{backend}: {said}")
    return 1 if "FAILED" in outcome.values() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
