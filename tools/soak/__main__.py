"""Soak the library: `python -m tools.soak --events 20000000`, `--sessions 10000`.

Through one session, or many, in this process and without a network; `--server NAME` lets the events
through one connection after another on a real socket, to a server in a process of its own. Prints
what memory is used along the way; exit status 1 when it does not stay as it is.
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
    """Run what is asked for; 0 if memory is flat."""
    parser = argparse.ArgumentParser(prog="tools.soak", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--events", type=int, metavar="N", help="through one session")
    what.add_argument("--sessions", type=int, metavar="N", help="opened and closed")
    parser.add_argument("--server", choices=SERVERS, help="let the events through a real one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--trace", action="store_true", help="say which lines hold more than at the beginning"
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
    """Let events through one session; whether memory is flat."""
    soak, watch = Soak(seed), Watch("events", trace)
    await soak.run(events, watch)
    print(f"{soak.lives:,} connections, {soak.compared:,} of them followed by a client and equal")
    _print_sent(soak.sent)
    return watch.verdict()


async def sessions(number: int, seed: int, trace: bool) -> bool:
    """Open and close sessions; whether memory is flat."""
    sent: Counter[str] = Counter()
    watch = Watch("sessions", trace)
    await many_sessions.run(number, seed, watch, sent)
    _print_sent(sent)
    return watch.verdict()


def _print_sent(sent: Counter[str]) -> None:
    print("sent:", ", ".join(f"{number:,} {name}" for name, number in sent.most_common()))


if __name__ == "__main__":
    sys.exit(main())
