"""Build the web page of the specification: `python -m tools.build_site [--out DIR]`.

Needs the extra `docs`, and npm for mermaid. Fails on any warning of MkDocs, such as a broken link
or anchor, and on what `tools/site/check.py` finds in the result.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.site.check import problems
from tools.testees.run import prepare_node

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "tools" / "site"


def main() -> int:
    """Build the site; 0 if it is as it should be."""
    parser = argparse.ArgumentParser(prog="tools.build_site", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", metavar="DIR")
    out = parser.parse_args().out.resolve()
    prepare_node()
    status = build(out)
    found = problems(out) if status == 0 else []
    for problem in found:
        print(problem)
    if status == 0:
        print(f"{len(list(out.rglob('*.html')))} pages, {len(found)} problems")
    return status or bool(found)


def build(out: Path) -> int:
    """Run MkDocs; its exit status."""
    command = [
        sys.executable, "-m", "mkdocs", "build", "--strict", "--clean",
        "--config-file", str(SITE / "mkdocs.yml"), "--site-dir", str(out),
    ]  # fmt: skip
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
