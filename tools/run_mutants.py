"""Test the kit: run it against every mutant and every legal server of `tests/mutants/`.

    python -m tools.run_mutants [NAME …] [--whole] [--write DIR | --check DIR] [--json FILE]

Every mutant must be killed by a case that names the requirement that it breaks, or by the probe
with a sentence that names it; an odd but legal server must not fail, and must be warned of the
SHOULDs that it does not meet.

A mutant runs the cases of its requirement up to the first kill; if none kills it, the cases of the
section, and then all. `--write` begins with the section, to find the cases that kill nothing. A
legal server runs all cases; with `--check`, without the few that look for limits, which take as
long as all others, unless it is odd in its limits. A wrong verdict is checked again with longer
deadlines, because a busy machine proves nothing.
"""

import sys

from tools.matrix.command import main

if __name__ == "__main__":
    sys.exit(main("server", __doc__))
