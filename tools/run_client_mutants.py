"""Test the kit's client mode: run it against the clients of `tests/mutants/clients/`.

    python -m tools.run_client_mutants [NAME …] [--write DIR | --check DIR] [--json FILE]

Every mutant must be killed by a case that names the requirement that it breaks and gives the hint
that fits, or no hint if none fits; an odd but legal client must pass.

`--write` runs all cases of its requirement against each mutant and all cases against each legal
client, and writes the page. `--check` runs the case that the page names against each mutant, and
two sections against each legal client.
"""

import sys

from tools.matrix.command import main

if __name__ == "__main__":
    sys.exit(main("client", __doc__))
