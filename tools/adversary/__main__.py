"""Measure attacks on a server: `python -m tools.adversary decoding`.

`decoding` prints what frames cost in every spelling, as a ratio to `orjson.loads`; `memory` prints
what a server takes at its peak, and needs Linux. The exit status is 1 if a documented bound is
exceeded.
"""

from __future__ import annotations

import argparse
import sys

from tools.adversary import decoding, memory


def main() -> int:
    """Measure, and return the exit status: 0 if the documented bounds hold."""
    parser = argparse.ArgumentParser(prog="tools.adversary", description=__doc__)
    attacks = parser.add_subparsers(dest="attack", required=True)
    spelled = attacks.add_parser("decoding", help="texts in every spelling")
    spelled.add_argument("--size", type=int, default=4 << 20, help="characters of each text")
    attacks.add_parser("memory", help="clients that make a server hold much")
    chosen = parser.parse_args()
    if chosen.attack == "memory":
        return memory.measure()
    return decoding.measure(chosen.size)


if __name__ == "__main__":
    sys.exit(main())
