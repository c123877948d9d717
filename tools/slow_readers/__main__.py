"""Latency beside slow readers: `python -m tools.slow_readers`.

Normal clients call an action at a fixed rate: first alone; then beside clients that get large
states and read them promptly; then beside clients that read 1 kB a second or nothing. The
difference of the last two phases is the cost of slow readers, in latency and memory. The exit
status is 1 if the memory exceeds what the limits of the connections allow. Needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from tools.slow_readers.clients import connect, measure, reading
from tools.slow_readers.server import LARGE
from tools.soak.flatness import resident
from ws_sync.limits import LIMITS

SERVERS = ("uvicorn", "picows")
EACH = LIMITS.congested_size + 4 * LARGE
"""Bytes that a slow reader may cost more than a prompt one: an outbox up to congestion, the
state that makes it congested, and the state being sent, as text, encoded, and in the server's
buffer."""
FIXED = 16 << 20
"""Bytes of memory that the server may allocate for other reasons."""


@dataclass(frozen=True)
class Phase:
    """The measurements of one phase.

    Attributes:
        latencies: seconds, sorted.
        memory: resident bytes of the server at the end.
    """

    latencies: list[float]
    memory: int

    @property
    def median(self) -> float:
        """The median latency."""
        return statistics.median(self.latencies)

    @property
    def worst(self) -> float:
        """The 99th percentile of the latencies."""
        return self.latencies[len(self.latencies) * 99 // 100]


def main() -> int:
    """Measure, and return the exit status: 0 if memory is bounded."""
    parser = argparse.ArgumentParser(prog="tools.slow_readers", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SERVERS, []], metavar="SERVER")
    parser.add_argument("--clients", type=int, default=1000, help="number of normal clients")
    parser.add_argument(
        "--readers", type=int, default=40, help="number of slow readers, half of them stalled"
    )
    parser.add_argument("--rate", type=float, default=0.5, help="calls a second of each client")
    parser.add_argument(
        "--seconds",
        type=float,
        default=8,
        help="of each of the three phases, after the same time to settle",
    )
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    print(
        f"{chosen.clients:,} clients, {chosen.rate:g} calls a second each; {chosen.readers} readers"
    )
    return max(asyncio.run(_judge(name, chosen)) for name in chosen.names or SERVERS)


async def _judge(name: str, chosen: argparse.Namespace) -> int:
    half = chosen.readers // 2
    bad = chosen.readers - half
    kinds = {"alone": (0, 0, 0), "prompt": (chosen.readers, 0, 0), "slow": (0, half, bad)}
    grown: list[int] = []
    with _serving(name) as (address, process):
        clients = await connect(f"ws://{address[0]}:{address[1]}/", chosen.clients)
        for _ in range(chosen.rounds):
            found: dict[str, Phase] = {}
            for kind, numbers in kinds.items():
                with reading(address, *numbers) if any(numbers) else nullcontext():
                    await measure(clients, chosen.seconds, chosen.rate)  # until outboxes are full
                    latencies = await measure(clients, chosen.seconds, chosen.rate)
                    found[kind] = Phase(latencies, resident(process))
            grown.append(found["slow"].memory - found["prompt"].memory)
            _print(name, found, chosen)
        for client in clients:
            client.close()
    most = chosen.readers * EACH + FIXED
    is_bounded = max(grown) <= most
    verdict = "bounded" if is_bounded else "NOT BOUNDED"
    print(
        f"{name}: memory grows by {max(grown) / (1 << 20):.0f} MiB beside {chosen.readers} slow"
        f" readers, at most {most / (1 << 20):.0f}: {verdict}",
        flush=True,
    )
    return 0 if is_bounded else 1


def _print(name: str, found: dict[str, Phase], chosen: argparse.Namespace) -> None:
    expected = chosen.clients * chosen.rate * chosen.seconds
    for kind, phase in found.items():
        print(
            f"{name:<8} {kind:<7} p50 {phase.median * 1e3:>7.2f} ms"
            f"  p99 {phase.worst * 1e3:>7.2f} ms"
            f"  {len(phase.latencies) / expected:>4.0%} of the calls"
            f"  RSS {phase.memory / (1 << 20):>5.0f} MiB"
        )
    slow = found["slow"]
    for kind in ("prompt", "alone"):
        other = found[kind]
        print(
            f"{name:<8} slow/{kind}: p50 {slow.median / other.median:.2f},"
            f" p99 {slow.worst / other.worst:.2f}",
            flush=True,
        )


@contextmanager
def _serving(name: str) -> Iterator[tuple[tuple[str, int], int]]:
    """Run a server on a free port of this machine; yield its address and process."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        # A large buffer of the system would hide for long that a peer does not read.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "tools.slow_readers.server", name, str(descriptor)]
        with subprocess.Popen(command, pass_fds=[descriptor]) as process:
            try:
                yield listener.getsockname(), process.pid
            finally:
                process.kill()


if __name__ == "__main__":
    sys.exit(main())
