"""Write the repository's address into every badge and set-up cell.

    python -m tools.set_slug                       # from pyproject.toml as it stands
    python -m tools.set_slug OWNER/NAME            # a fork
    python -m tools.set_slug OWNER/NAME --ref v1.0 # a release

The address stands in pyproject.toml, [tool.course]; a test holds the notebooks to it.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
SLUG = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
REF = r"[A-Za-z0-9_./-]+"


def read_address(text):
    """Return slug and ref from the text of pyproject.toml."""
    course = tomllib.loads(text)["tool"]["course"]
    return course["slug"], course["ref"]


def rewrite(text, slug, ref, old=None):
    """Return the source of a notebook or README with its addresses replaced.

    Parameters
    ----------
    text : str
        JSON of a notebook, or Markdown.
    slug : str
        ``OWNER/NAME``.
    ref : str
        Branch or tag.
    old : str, optional
        The repository whose clone, workflow and issue links change too.  Links to other
        repositories stay as they are, and so do all of them when it is left out.
    """
    text = re.sub(
        rf"(colab\.research\.google\.com/github)/{SLUG}/blob/{REF}?/lessons/",
        rf"\1/{slug}/blob/{ref}/lessons/",
        text,
    )
    if old is not None:
        text = re.sub(
            rf"github\.com/{re.escape(old)}(?=\.git\b|/actions\b|/issues\b)",
            f"github.com/{slug}",
            text,
        )
    return re.sub(
        rf'SLUG, REF = (\\?"){SLUG}\\?", \\?"{REF}\\?"',
        lambda found: (
            f"SLUG, REF = {found[1]}{slug}{found[1]}, {found[1]}{ref}{found[1]}"
        ),
        text,
    )


def targets():
    """Return the files that hold an address."""
    return sorted([*ROOT.glob("lessons/**/*.ipynb"), *ROOT.glob("README*.md")])


def main(arguments=None):
    """Rewrite the files; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    project = PROJECT.read_text(encoding="utf-8")
    slug, ref = read_address(project)
    parser.add_argument("slug", nargs="?", default=slug)
    parser.add_argument("--ref", default=ref)
    new = parser.parse_args(arguments)
    if not re.fullmatch(SLUG, new.slug) or not re.fullmatch(REF, new.ref):
        print(
            f"not OWNER/NAME and a branch or tag: {new.slug} {new.ref}", file=sys.stderr
        )
        return 2
    project = project.replace(f'slug = "{slug}"', f'slug = "{new.slug}"')
    project = project.replace(f'ref = "{ref}"', f'ref = "{new.ref}"')
    PROJECT.write_text(project, encoding="utf-8", newline="\n")
    for path in targets():
        text = path.read_text(encoding="utf-8")
        changed = rewrite(text, new.slug, new.ref, old=slug)
        if changed != text:
            path.write_text(changed, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
