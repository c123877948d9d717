"""Soak the library: `python -m tools.soak --events 20000000`, `--sessions 10000`.

Sends events through one session, or opens many, in this process and without a network. With
`--server NAME` the events go over real sockets, one connection after another, to a server in a
process of its own. Prints samples of the memory use; the exit status is 1 if it grows.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
import tracemalloc
from collections import Counter

from tools.soak import many_sessions, over_sockets
from tools.soak.flatness import Watch
from tools.soak.one_session import Soak
from tools.soak.over_sockets import SERVERS


def main() -> int:
    """Run, and return the exit status: 0 if memory is flat."""
    parser = argparse.ArgumentParser(prog="tools.soak", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--events", type=int, metavar="N", help="send N events through one session")
    what.add_argument("--sessions", type=int, metavar="N", help="open and close N sessions")
    parser.add_argument("--server", choices=SERVERS, help="send the events to this server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--trace",
        action="store_true",
        help="print the lines that hold more memory than at the beginning",
    )
    chosen = parser.parse_args()
    logging.getLogger("ws_sync").setLevel(logging.CRITICAL + 1)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    if chosen.trace:
        tracemalloc.start()
    began = time.monotonic(), time.process_time()
    if chosen.events and chosen.server:
        is_flat = asyncio.run(over_sockets.run(chosen.server, chosen.events, chosen.seed))
    elif chosen.events:
        is_flat = asyncio.run(one_session(chosen.events, chosen.seed, chosen.trace))
    else:
        is_flat = asyncio.run(sessions(chosen.sessions, chosen.seed, chosen.trace))
    passed, computed = time.monotonic() - began[0], time.process_time() - began[1]
    done = chosen.events or chosen.sessions
    print(
        f"{passed:.0f} s, {computed:.0f} s of processor time, {computed / done * 1e6:.1f} µs each"
    )
    return 0 if is_flat else 1


async def one_session(events: int, seed: int, trace: bool) -> bool:
    """Send events through one session; return whether memory is flat."""
    soak, watch = Soak(seed), Watch("events", trace)
    await soak.run(events, watch)
    print(f"{soak.lives:,} connections; {soak.compared:,} mirrors compared, all equal")
    _print_sent(soak.sent)
    return watch.verdict()


async def sessions(number: int, seed: int, trace: bool) -> bool:
    """Open and close sessions; return whether memory is flat."""
    sent: Counter[str] = Counter()
    watch = Watch("sessions", trace)
    await many_sessions.run(number, seed, watch, sent)
    _print_sent(sent)
    return watch.verdict()


def _print_sent(sent: Counter[str]) -> None:
    print("sent:", ", ".join(f"{number:,} {name}" for name, number in sent.most_common()))


if __name__ == "__main__":
    sys.exit(main())
