"""The kit's options, and the server that they name."""

from __future__ import annotations

import random
import re
from argparse import ArgumentError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.client_mode.process import URL, ClientProgram
from conformance.driver.application import Application, BadCall, read_call
from conformance.driver.process import EMBEDDED, ServerProcess, StartFailed, free_port
from conformance.driver.target import SESSION, Target
from conformance.errors import NO_SERVER, NOTHING_RAN, Unusable
from conformance.runner import known_failing, selection
from conformance.runner.known_failing import Known
from conformance.runner.probe import check_url

GROUP = "ws-sync"
"""The heading of the options in the help."""
LOCAL_URL = "ws://127.0.0.1:{port}/ws/{session}"
BUDGET = "2s"
REPLAY_DIR = ".ws-sync/replays"
LISTEN = "3s"
LOCAL_AUTH_URL = "ws://127.0.0.1:{port}/auth"


@dataclass(slots=True)
class Options:
    """What the command line says.

    Attributes:
        target: The server under test.
        process: The process of what is under test if the kit starts it, or None.
        strict: Whether a SHOULD that is not met fails.
        known: The known-failing list.
        report: Where the JSON report goes, or None.
        testee: Whether a testee counts as one, or as an application like any other.
        budget: Seconds for generated sequences.
        examples: How many of them at most, or None.
        seed: Where their search begins.
        replay_dir: Where replay files of failures go, or None for nowhere.
        how: The arguments by which `ws-sync replay` judges the same server.
        write_known: Where the list of what fails in this run goes, or None.
        promised: Whether the user has named an endpoint that begins with the identification.
        reports: The folder where all reports go, or None.
        selection: The options that chose the cases; empty for all.
    """

    target: Target
    process: ServerProcess | None
    strict: bool
    known: Known
    report: Path | None
    testee: bool
    budget: float
    examples: int | None
    seed: int
    replay_dir: Path | None
    how: list[str]
    write_known: Path | None = None
    promised: bool = False
    reports: Path | None = None
    selection: list[str] = field(default_factory=list)

    @property
    def server(self) -> str:
        """What is judged: the command that starts it, or its URL."""
        return self.process.given if self.process is not None else self.target.url

    def start(self) -> None:
        """Start what is under test, if the kit is to.

        Raises:
            Unusable: It does not start.
        """
        if self.process is None:
            return
        try:
            self.process.start()
        except StartFailed as error:
            sentence = f"the {self.target.side} does not start: {error}"
            raise Unusable(NO_SERVER, sentence) from error


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup(GROUP)
    group.addoption(
        "--server-url",
        metavar="URL",
        help="the server under test, such as ws://127.0.0.1:8000/ws/{session}; each name put for "
        "{session} must be a session of its own. Without it and --server-cmd, the kit starts "
        "the reference server.",
    )
    group.addoption(
        "--auth-url", metavar="URL", help="its endpoint that begins with the identification"
    )
    group.addoption(
        "--server-cmd",
        metavar="COMMAND",
        help="a command that starts the server, with {port} for the port; it is started again "
        f"when it dies. The URLs may hold {{port}} too and are {LOCAL_URL} and {LOCAL_AUTH_URL} "
        "if not given.",
    )
    group.addoption(
        "--client-cmd",
        metavar="COMMAND",
        help="test a client: a command that starts it, with {url} for the kit's URL, such as "
        "'node testee.mjs {url}' (spec/testee.md)",
    )
    group.addoption(
        "--listen",
        metavar="ADDRESS",
        help="test a client that connects to this address by itself, such as 127.0.0.1:8765; with "
        "--client-cmd: where the kit is (default: a free port of loopback)",
    )
    group.addoption(
        "--no-testee",
        action="store_true",
        help="judge any application by what needs no testee; so is a server that announces none",
    )
    group.addoption(
        "--allow-writes",
        action="store_true",
        help="without a testee: write to the application's documents, and put back what was there",
    )
    group.addoption(
        "--call",
        action="append",
        default=[],
        metavar='KEY={"type":NAME,…}',
        help="without a testee: an action that the kit may call to see changes, with its "
        "arguments; needs --allow-writes, and is not taken back",
    )
    group.addoption(
        "--listen-for",
        default=LISTEN,
        metavar="TIME",
        help="how long to wait for a change that the application makes by itself (default "
        f"{LISTEN})",
    )
    group.addoption(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="multiply every deadline, for slow servers and machines (default 1)",
    )
    # pytest has a `--strict` of its own, about its configuration; the kit reads the same flag.
    with suppress(ValueError):
        group.addoption("--strict", action="store_true", help="let an unmet SHOULD fail the run")
    group.addoption(
        "--known-failing",
        metavar="FILE",
        help="cases that are known to fail, one a line: its id and the reason. An entry that "
        "does not come true fails the run.",
    )
    group.addoption(
        "--write-known-failing",
        metavar="FILE",
        help="write the list of what fails in this run; the reasons of the list given stay",
    )
    selection.add(group)
    # pytest has declared `--last-failed` for its cache, and the kit reads the same flag.
    with suppress(ValueError, ArgumentError):
        group.addoption(
            "--last-failed", action="store_true", dest="lf", help="only what failed last"
        )
    group.addoption(
        "--list",
        action="store_true",
        help="print the ids of the cases, with level, requirement and features, and run nothing",
    )
    group.addoption(
        "--watch",
        action="append",
        default=[],
        metavar="DIR",
        help="run again whenever files in this folder change; repeatable",
    )
    group.addoption(
        "--budget",
        default=BUDGET,
        metavar="TIME",
        help=f"time for generated sequences, such as 20s, 2m or 1h (default {BUDGET}); 0s: none",
    )
    group.addoption(
        "--max-examples",
        type=int,
        metavar="N",
        help="stop after so many generated sequences, whatever the budget",
    )
    group.addoption("--seed", type=int, metavar="N", help="where the generated sequences begin")
    group.addoption(
        "--full",
        action="store_true",
        help="show the whole dialogue of every failure, and not only the shortest of each "
        "requirement; so does -v",
    )
    group.addoption(
        "--report",
        metavar="DIR",
        help="write the outcome into this folder: an HTML page, JSON, JUnit XML, CTRF JSON, "
        "Markdown, a badge",
    )
    group.addoption("--report-json", metavar="FILE", help="write the outcome as JSON alone")
    group.addoption(
        "--replay-dir",
        default=REPLAY_DIR,
        metavar="DIR",
        help="where each failure is written as a file that `ws-sync replay` runs again (default "
        f"{REPLAY_DIR}); an empty name: nowhere",
    )
    group.addoption(
        "--replays",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of such files, each of which is a case of this run; can be given again",
    )


def read(config: pytest.Config) -> Options:
    """The options of a run.

    Raises:
        Unusable: One of them can't be right.
    """
    url, auth_url, command = (
        config.getoption(name) for name in ("server_url", "auth_url", "server_cmd")
    )
    time_scale = config.getoption("time_scale")
    if not 0 < time_scale < float("inf"):
        raise Unusable(NOTHING_RAN, f"--time-scale {time_scale}: it must be greater than 0")
    process: ServerProcess | None = None
    listen = _listen(config)
    if listen is not None:
        url, auth_url = "ws://{}:{}/".format(*listen), None
        if client_command := config.getoption("client_cmd"):
            process = ClientProgram(client_command, url)
    elif command or not url:
        port = _port_in(url)
        if command and port is None and "{port}" not in command:
            raise Unusable(
                NOTHING_RAN,
                f"--server-cmd {command!r}: it has no {{port}}, nor has --server-url one",
            )
        port = port or free_port()
        process = ServerProcess(command or EMBEDDED, port)
        url, auth_url = (
            given.replace("{port}", str(port))
            for given in (url or LOCAL_URL, auth_url or LOCAL_AUTH_URL)
        )
    check_url("--server-url", url, SESSION)
    if auth_url:
        check_url("--auth-url", auth_url)
    return Options(
        target=Target(
            url,
            auth_url,
            time_scale,
            application=_application(config),
            listen=listen,
            command=command or config.getoption("client_cmd"),
        ),
        process=process,
        strict=bool(config.getoption("strict")),  # pytest has None for its own
        known=_known(config.getoption("known_failing")),
        report=_file(config, "--report-json"),
        reports=_folder("--report", config.getoption("report")),
        selection=_selection(config),
        testee=not config.getoption("no_testee"),
        budget=seconds_in("--budget", config.getoption("budget")),
        examples=_at_least_one("--max-examples", config.getoption("max_examples")),
        seed=random.randrange(2**32) if (seed := config.getoption("seed")) is None else seed,
        replay_dir=_folder("--replay-dir", config.getoption("replay_dir")),
        how=_how(config),
        write_known=_file(config, "--write-known-failing"),
        promised=bool(config.getoption("auth_url")),
    )


def _listen(config: pytest.Config) -> tuple[str, int] | None:
    """Where the kit listens for a client under test; None if a server is."""
    command, address = config.getoption("client_cmd"), config.getoption("listen")
    if not command and not address:
        return None
    for name in ("server-url", "auth-url", "server-cmd", "call"):
        if config.getoption(name.replace("-", "_")):
            raise Unusable(NOTHING_RAN, f"--{name} is about a server, and a client is to be tested")
    if command and URL not in command:
        raise Unusable(NOTHING_RAN, f"--client-cmd {command!r}: it has no {URL}")
    if not address:
        return "127.0.0.1", free_port()
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise Unusable(NOTHING_RAN, f"--listen {address!r}: write an address and a port, a:b")
    return host.strip("[]"), int(port)


def _folder(option: str, path: str | None) -> Path | None:
    if path and Path(path).exists() and not Path(path).is_dir():
        raise Unusable(NOTHING_RAN, f"{option} {path}: it is no folder")
    return Path(path) if path else None


def _selection(config: pytest.Config) -> list[str]:
    """The options that choose cases, as they were given."""
    keyword: str = config.getoption("keyword")
    found = ["-k", keyword] if keyword else []
    for name in selection.NAMES:
        for value in config.getoption(name) or []:
            found += [f"--{name}", value]
    return found + (["--last-failed"] if config.getoption("lf") else [])


def _how(config: pytest.Config) -> list[str]:
    found = [url] if (url := config.getoption("server_url")) else []
    for name in ("auth-url", "server-cmd", "client-cmd", "listen", "time-scale"):
        value = config.getoption(name.replace("-", "_"))
        if value and value != 1:
            found += [f"--{name}", str(value)]
    return found


def _application(config: pytest.Config) -> Application:
    calls = config.getoption("call")
    writes = config.getoption("allow_writes")
    if calls and not writes:
        raise Unusable(NOTHING_RAN, "--call: it needs --allow-writes")
    try:
        named = tuple(map(read_call, calls))
    except BadCall as error:
        raise Unusable(NOTHING_RAN, f"--call: {error}") from error
    listen = seconds_in("--listen-for", config.getoption("listen_for"))
    return Application(allow_writes=writes, calls=named, listen=listen)


def seconds_in(option: str, time: str) -> float:
    """The seconds in what an option says, such as `2m`.

    Raises:
        Unusable: It is not written like that.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", time)
    if match is None:
        raise Unusable(NOTHING_RAN, f"{option} {time!r}: write a number and s, m or h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def _at_least_one(option: str, number: int | None) -> int | None:
    if number is not None and number < 1:
        raise Unusable(NOTHING_RAN, f"{option} {number}: it must be at least 1")
    return number


def _file(config: pytest.Config, option: str) -> Path | None:
    path = config.getoption(option.removeprefix("--").replace("-", "_"))
    if path is None:
        return None
    if not Path(path).parent.is_dir():
        raise Unusable(NOTHING_RAN, f"{option} {path}: its folder does not exist")
    return Path(path)


def _port_in(url: str | None) -> int | None:
    if not url or "{port}" in url:
        return None
    check_url("--server-url", url, SESSION)
    return urlsplit(url).port


def _known(path: str | None) -> Known:
    if path is None:
        return Known()
    try:
        return known_failing.load(Path(path))
    except known_failing.ListError as error:
        raise Unusable(NOTHING_RAN, f"--known-failing: {error}") from error
