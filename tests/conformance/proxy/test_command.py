"""The command as a user runs it: its output, its files, its exit status."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from conformance.proxy.options import read
from conformance.proxy.terminal import Terminal
from conformance.proxy.watcher import Watcher
from conformance.reports import reader
from conformance.spec import deviation
from tests import forked
from tests.conformance.hostile import serving
from tests.conformance.kit import run
from tests.deadlines import DEADLINE
from tests.mutants.catalogue import kinds
from tests.mutants.honest import Honest

pytestmark = pytest.mark.io

NOTIFY = '{"type":"_ACTION:TESTEE","data":{"type":"sendFile","filename":"a","content":"eA=="}}'


PROXY = ("conformance.proxy",)
WS_SYNC_PROXY = ("ws_sync.cli", "proxy")
"""The command of users, which starts the other one."""


def command(*options: str, module: tuple[str, ...] = PROXY) -> list[str]:
    """A command that runs the proxy."""
    return forked.python("-m", *module, *options)


class Proxy:
    """A running command."""

    def __init__(self, process: asyncio.subprocess.Process, target: str) -> None:
        self.process = process
        self.target = target
        self.url = ""

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), DEADLINE)).decode().rstrip()

    async def until(self, text: str) -> str:
        """Return the first line that contains a text."""
        while text not in (line := await self.line()):
            assert line or self.process.returncode is None, f"it ended without {text!r}"
        return line

    async def end(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit status and the rest of the output."""
        self.process.send_signal(signal.SIGINT)
        output, _ = await asyncio.wait_for(self.process.communicate(), DEADLINE)
        assert self.process.returncode is not None
        return self.process.returncode, output.decode()


@asynccontextmanager
async def proxy(name: str, *options: str, module: tuple[str, ...] = PROXY) -> AsyncIterator[Proxy]:
    """Run the command before a testee of `tests/mutants`."""
    async with serving(kinds()[name]) as url:
        target = url.removesuffix("/ws/{session}")
        process = await asyncio.create_subprocess_exec(
            *command("--listen", "127.0.0.1:0", "--target", target, *options, module=module),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        found = Proxy(process, target)
        try:
            found.url = (await found.line()).split()[2]
            yield found
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def work(url: str) -> None:
    """Be a client that receives a file."""
    async with connect(f"{url}/ws/x") as ws:
        await ws.send(NOTIFY)
        while "_DOWNLOAD" not in str(await asyncio.wait_for(ws.recv(), DEADLINE)):
            pass


async def test_right_server_is_status_0_with_a_summary() -> None:
    async with proxy("Honest", "--fail", module=WS_SYNC_PROXY) as watched:
        assert re.fullmatch(r"ws-sync: live at http://127\.0\.0\.1:\d+/", await watched.line())
        await work(watched.url)
        await watched.until("A   connects to /ws/x")
        await watched.until("closed by the client with code 1000")
        status, output = await watched.end()
    assert status == 0
    assert "1 connection, " in output
    assert "3 documents (SECOND, TESTEE, scope/NESTED)" in output
    assert output.rstrip().endswith("no findings")
    assert "\x1b" not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_before_it_has_said_that_it_listens_ends_it_with_a_summary(
    number: signal.Signals,
) -> None:
    reader, writing = os.pipe()
    room = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1)
    os.write(writing, b" " * room)  # its first line has to wait
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--listen", f"127.0.0.1:{port}", "--target", "ws://127.0.0.1:1")
    with os.fdopen(reader, "rb") as output, subprocess.Popen(
        command(*options, module=WS_SYNC_PROXY), stdout=writing, stderr=subprocess.PIPE
    ) as process:  # fmt: skip
        os.close(writing)
        try:
            until_it_listens(port)
            process.send_signal(number)
            printed = output.read().decode()
            assert process.wait(DEADLINE) == 0
        finally:
            process.kill()
    assert printed.rstrip().endswith("no findings")


def until_it_listens(port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
    raise TimeoutError


async def test_summary_comes_behind_the_ends_of_what_is_open() -> None:
    async with proxy("Honest", "--no-page") as watched, connect(f"{watched.url}/ws/x") as ws:
        await ws.recv()
        status, output = await watched.end()
    assert status == 0
    assert "ended without a close frame by the proxy" in output
    assert output.rstrip().endswith("no findings")


async def test_question_for_files_without_a_folder_is_answered() -> None:
    async with proxy("Honest", "--no-page") as watched:
        watched.process.send_signal(signal.SIGUSR1)
        await watched.until("nothing is written: start the proxy with --report DIR")
        status, _ = await watched.end()
    assert status == 0


@pytest.mark.parametrize("output", ["ascii", "full"])
def test_what_can_not_be_printed_ends_no_connection(
    output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that can't encode a name, and a full disk."""
    device = Path("/dev/full" if output == "full" else os.devnull)
    stream = device.open("w", encoding="ascii")  # closing it may fail
    monkeypatch.setattr(sys, "stdout", stream)
    terminal = Terminal()
    watcher = Watcher(terminal, 5)
    watched = watcher.open("/", "", "")
    watched.server(b"\x81\x13" + '{"type":"_SET:中"}'.encode())
    assert not watched.unwatched
    assert len(watcher.findings) == 1
    watched.end("client")
    terminal.summary(watcher)
    with suppress(OSError):
        stream.close()


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--fail"], 1)])
async def test_wrong_server_is_told_at_once(options: list[str], status: int) -> None:
    async with proxy("ForgetsPadding", "--no-page", *options) as watched:
        await work(watched.url)
        line = await watched.until("the server breaks")
        assert "notices-download (MUST), spec/notices.md#notices-download" in line
        assert "in Base64 with padding" in await watched.until("Base64")
        await watched.until("received  at /data/data: ")
        ended, output = await watched.end()
    assert ended == status
    assert "1 findings about a MUST" in output


async def test_report_and_replay_are_written_and_run_again(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    async with proxy("ForgetsPadding", "--no-page", "--report", str(folder)) as watched:
        await work(watched.url)
        await watched.until("closed by the client")
        watched.process.send_signal(signal.SIGUSR1)
        await watched.until("wrote")
        _, output = await watched.end()
        assert f"wrote {folder / 'report.html'} and 1 replay files" in output
        document = json.loads((folder / "report.json").read_text())
        assert deviation("report", document) is None
        (case,) = document["cases"]
        assert (case["id"], case["verdict"], case["broken"]) == (
            "watched/A", "failed", "notices-download",
        )  # fmt: skip
        report = reader.load(folder / "report.json")
        assert report.damage is None
        assert "notices-download" in (folder / "report.html").read_text()
        (file,) = folder.glob("watched.notices-download.*json")
        replay = ("conformance.replay", str(file))
        again = await run(*replay, f"{watched.target}/ws/y")
        assert f"{file}: still failing (notices-download)" in again.output
        assert again.status == 1
    async with serving(Honest) as url:
        fixed = await run(*replay, url)
    assert f"{file}: fixed" in fixed.output
    assert fixed.status == 0


LISTEN = ("--listen", "127.0.0.1:0")
TARGET = ("--target", "ws://127.0.0.1:9")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "--listen"),
        (LISTEN, "--target"),
        (("--listen", "9000", *TARGET), "'9000': write an address and a port: 127.0.0.1:9000"),
        ((*LISTEN, "--target", "http://x"), "ws://"),
        ((*LISTEN, "--target", "ws://x?y=1"), "omit the query and the fragment"),
        ((*LISTEN, *TARGET, "--deadline", "soon"), "'soon' is not a positive number of seconds"),
        ((*LISTEN, *TARGET, "--report", os.devnull), "this is not a directory"),
    ],
)
def test_wrong_use_is_told(
    options: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read(options)
    assert complaint in capsys.readouterr().err
    assert ended.value.code == 2


def test_address_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for options in (("--listen", address), (*LISTEN, "--page", address)):
            result = subprocess.run(
                command(*options, *TARGET),
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
            )
            assert f"ws-sync: can't listen on {address}: " in result.stderr
            assert result.returncode == 2
