"""A fresh Python: what importing and using a helper loads."""

import subprocess
import sys

from helpers.download import ROOT

HEAVY = (
    "tensorflow", "keras", "jax", "torch", "pandas", "matplotlib", "sklearn", "gensim",
    "pymorphy3", "defusedxml",
)  # fmt: skip


def heavy_modules_after(code):
    """Return which of `HEAVY` are loaded once the code has run, as it prints them."""
    code = f"import sys\n{code}\nprint([m for m in {HEAVY} if m in sys.modules])"
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
