"""The server process: it ends with the kit, and the number of its starts is limited."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import socket
import sys
from pathlib import Path

import pytest

from conformance.driver.process import MOST_STARTS, SHOWN_LINES, ServerProcess, free_port
from tests import forked
from tests.conformance.kit import QUICK, run_kit
from tests.deadlines import DEADLINE

pytestmark = pytest.mark.io


async def test_signal_that_ends_the_kit_ends_its_server(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = (
        f"echo $$ > {shlex.quote(str(pid))}; exec {sys.executable} -m tests.mutants.serve Honest"
    )
    kit = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "conformance", "-v", "--replay-dir=",
        "--server-cmd", f"sh -c {shlex.quote(script + ' --port {port}')}",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert kit.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE):
            await kit.stdout.readuntil(b"passed")
            server = int(pid.read_text())
            os.kill(server, 0)
            kit.send_signal(signal.SIGTERM)
            await kit.stdout.read()
            assert await kit.wait() == -signal.SIGTERM
    finally:
        if kit.returncode is None:
            kit.terminate()  # it stops its server
            await kit.wait()
    assert not is_there(server)


def is_there(process: int) -> bool:
    """Whether a process exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_server_that_dies_again_and_again_is_given_up() -> None:
    command = f"{shlex.join(forked.python('-m', 'tests.conformance.dying'))} {{port}}"
    result = await run_kit("--server-cmd", command, "--section=state", *QUICK)
    assert f"the server died {MOST_STARTS} times; the run ended early" in result.output
    assert f"{MOST_STARTS} server died" in result.output
    assert result.status == 1


PRINTS = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
for number in range(1000):
    peer, _ = listener.accept()
    said = peer.recv(100)
    for line in range(20):
        print(f"{said.decode()} {line}", file=sys.stderr, flush=True)
    if said:
        peer.sendall(b"done")
"""


def test_what_a_server_prints_is_told_from_the_mark_on() -> None:
    port = free_port()
    program = f"{shlex.quote(sys.executable)} -c {shlex.quote(PRINTS)} {{port}}"
    process = ServerProcess(program, port)
    process.start()
    try:
        said(port, b"before")
        process.mark()
        assert process.printed_since_mark() == ""
        said(port, b"behind")
        lines = process.printed_since_mark().splitlines()
        first, last = range(SHOWN_LINES), range(20 - SHOWN_LINES, 20)
        assert lines[:SHOWN_LINES] == [f"behind {line}" for line in first]
        assert lines[SHOWN_LINES:-SHOWN_LINES] == [f"… {20 - 2 * SHOWN_LINES} lines …"]
        assert lines[-SHOWN_LINES:] == [f"behind {line}" for line in last]
    finally:
        process.stop()
    assert process.printed_since_mark() == ""


def said(port: int, text: bytes) -> None:
    """Send a text to the server, and wait for its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as peer:
        peer.sendall(text)
        assert peer.recv(100) == b"done"
