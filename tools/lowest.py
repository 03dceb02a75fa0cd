"""Print the lowest versions that pyproject.toml admits, as requirements.

python tools/lowest.py > lowest.txt && pip install -r lowest.txt
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def lowest(project):
    """Return ``name==bound`` for each requirement of a parsed pyproject.toml.

    Raises
    ------
    ValueError
        A requirement has no lower bound.
    """
    section = project["project"]
    pins = []
    for line in section["dependencies"] + section["optional-dependencies"]["test"]:
        found = re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)(,.*)?", line)
        if found is None:
            raise ValueError(f"no lower bound: {line}")
        pins.append(f"{found[1]}=={found[2]}")
    return pins


if __name__ == "__main__":
    print("\n".join(lowest(tomllib.loads(PROJECT.read_text(encoding="utf-8")))))
