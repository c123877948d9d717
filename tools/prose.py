"""Check the prose of all tracked files for phrases to replace: `python -m tools.prose [FILE …]`.

It prints `FILE:LINE: PHRASE -> BETTER` for each, and returns 1 if there are any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUFFIXES = {".css", ".html", ".js", ".jsx", ".md", ".mjs", ".py", ".toml", ".ts", ".yaml", ".yml"}
ALLOWED = (
    "CONTRIBUTING.md",  # quotes them
    "tools/prose.py",
    "tests/conformance/reports/schemas/",  # a licence
    "tests/programs/",  # data
    "tests/web/",  # titles of tests keep their words
    "tools/testees/pypi_",  # of others
)
BETTER = {
    r"[Aa]new": "again",
    r"[Ww]hoever": "the noun: the client, the caller, anyone who",
    r"[Nn]obody": "no one, or the noun: no client, no caller",
    r"[Ss]hall": "must, or the present tense",
    r"[Ww]hom": "the noun",
    r"[Ii]n front of": "before",
    r"[Rr]ests? on": "depends on",
    r"[Ss]uch as (read|are|have|do)": "those that",
    r"[Ss]o many": "at most N, or N",
    r"(?<!there )(?<!There )is no(?! longer| more| such)(?= \w)": "is not a",
}


def main(files: Sequence[str]) -> int:
    """Print what is found in these files, or in all tracked ones; return 1 if anything is."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    names = files or listed.stdout.splitlines()
    found = [line for name in names if is_checked(name) for line in offences(name)]
    print("\n".join(found) or f"{len(names)} files: no phrase to replace")
    return int(bool(found))


def is_checked(name: str) -> bool:
    """Return whether a file has prose of this project."""
    return Path(name).suffix in SUFFIXES and not name.startswith(ALLOWED)


def offences(name: str) -> Iterator[str]:
    """Yield a line of output for each phrase in a file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        for pattern, better in BETTER.items():
            for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", line):
                yield f"{name}:{number}: {match[0].strip()} -> {better}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
