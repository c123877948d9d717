"""The options of a run, read and checked: a function for each table of `option_table`."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.client_mode.process import URL, ClientProgram
from conformance.driver.application import Application, BadCall, read_call
from conformance.driver.process import EMBEDDED, ServerProcess, StartFailed, free_port
from conformance.driver.target import SESSION, Target
from conformance.errors import NO_SERVER, NOTHING_RAN, Unusable
from conformance.runner import known_failing, selection
from conformance.runner.known_failing import Known
from conformance.runner.option_table import LOCAL_AUTH_URL, LOCAL_URL
from conformance.runner.probe import check_url

ONLY_SERVERS = ("server-url", "auth-url", "server-cmd", "call")
"""Options that apply only to a server under test."""
SAME_TARGET = ("auth-url", "server-cmd", "client-cmd", "listen", "time-scale")
"""Options besides the URL that `ws-sync replay` needs to judge the same target."""


@dataclass(slots=True)
class Options:
    """The options of a run.

    Attributes:
        strict: Whether an unmet SHOULD fails.
            testee: Whether to look for a testee; False judges a testee like any other application.
        budget: Seconds for generated sequences.
        examples: The maximum number of generated sequences, or None.
        replay_dir: The directory for replay files of failures, or None for no files.
            how: The arguments with which `ws-sync replay` judges the same target.
        write_known: The path for the list of the cases that fail in this run, or None.
        promised: Whether the user gave `--auth-url`.
        reports: The directory for all reports, or None.
        selection: The options that select cases; empty for all cases.
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
        """Start the server or client under test, if the kit was given its command.

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


def read(config: pytest.Config) -> Options:
    """Read and check the options of a run.

    Raises:
        Unusable: One of them is invalid.
    """
    target, process = _target(config)
    seed = config.getoption("seed")
    return Options(
        target=target,
        process=process,
        testee=not config.getoption("no_testee"),
        promised=bool(config.getoption("auth_url")),
        how=_how(config),
        strict=bool(config.getoption("strict")),  # pytest's own flag is None if not given
        known=_known(config.getoption("known_failing")),
        write_known=_file(config, "--write-known-failing"),
        selection=_selection(config),
        budget=seconds_in("--budget", config.getoption("budget")),
        examples=_at_least_one("--max-examples", config.getoption("max_examples")),
        seed=random.randrange(2**32) if seed is None else seed,
        report=_file(config, "--report-json"),
        reports=_folder(config, "--report"),
        replay_dir=_folder(config, "--replay-dir"),
    )


def _given(config: pytest.Config, option: str) -> Any:
    return config.getoption(option.removeprefix("--").replace("-", "_"))


# The target


def _target(config: pytest.Config) -> tuple[Target, ServerProcess | None]:
    time_scale = config.getoption("time_scale")
    if not 0 < time_scale < float("inf"):
        raise Unusable(NOTHING_RAN, f"--time-scale {time_scale}: write a number greater than 0")
    listen = _listen(config)
    url, auth_url, process = _server(config) if listen is None else _client(config, listen)
    check_url("--server-url", url, SESSION)
    if auth_url:
        check_url("--auth-url", auth_url)
    target = Target(
        url,
        auth_url,
        time_scale,
        application=_application(config),
        listen=listen,
        command=config.getoption("server_cmd") or config.getoption("client_cmd"),
    )
    return target, process


def _server(config: pytest.Config) -> tuple[str, str | None, ServerProcess | None]:
    """The URLs of the server under test, and its process if the kit starts it."""
    url, auth_url, command = (
        config.getoption(name) for name in ("server_url", "auth_url", "server_cmd")
    )
    if url and not command:
        return url, auth_url, None
    port = _port_in(url)
    if command and port is None and "{port}" not in command:
        raise Unusable(
            NOTHING_RAN,
            f"--server-cmd {command!r}: write {{port}} where the command takes its port, or give "
            "the port in --server-url",
        )
    port = port or free_port()
    url, auth_url = (
        given.replace("{port}", str(port))
        for given in (url or LOCAL_URL, auth_url or LOCAL_AUTH_URL)
    )
    return url, auth_url, ServerProcess(command or EMBEDDED, port)


def _client(
    config: pytest.Config, listen: tuple[str, int]
) -> tuple[str, None, ClientProgram | None]:
    """The kit's URL for the client under test, and its process if the kit starts it."""
    url = "ws://{}:{}/".format(*listen)
    command = config.getoption("client_cmd")
    return url, None, ClientProgram(command, url) if command else None


def _listen(config: pytest.Config) -> tuple[str, int] | None:
    command, address = config.getoption("client_cmd"), config.getoption("listen")
    if not command and not address:
        return None
    for name in ONLY_SERVERS:
        if _given(config, name):
            raise Unusable(
                NOTHING_RAN,
                f"--{name} is for judging a server: omit it, or omit --client-cmd and --listen",
            )
    if command and URL not in command:
        raise Unusable(
            NOTHING_RAN, f"--client-cmd {command!r}: write {URL} where the command takes its URL"
        )
    if not address:
        return "127.0.0.1", free_port()
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise Unusable(
            NOTHING_RAN, f"--listen {address!r}: write an address and a port: 127.0.0.1:8765"
        )
    return host.strip("[]"), int(port)


def _port_in(url: str | None) -> int | None:
    if not url or "{port}" in url:
        return None
    check_url("--server-url", url, SESSION)
    return urlsplit(url).port


def _how(config: pytest.Config) -> list[str]:
    found = [url] if (url := config.getoption("server_url")) else []
    for name in SAME_TARGET:
        value = _given(config, name)
        if value and value != 1:
            found += [f"--{name}", str(value)]
    return found


def _application(config: pytest.Config) -> Application:
    calls = config.getoption("call")
    writes = config.getoption("allow_writes")
    if calls and not writes:
        raise Unusable(NOTHING_RAN, "--call changes the application: give --allow-writes too")
    try:
        named = tuple(map(read_call, calls))
    except BadCall as error:
        raise Unusable(NOTHING_RAN, f"--call: {error}") from error
    listen = seconds_in("--listen-for", config.getoption("listen_for"))
    return Application(allow_writes=writes, calls=named, listen=listen)


# The run


def _known(path: str | None) -> Known:
    if path is None:
        return Known()
    try:
        return known_failing.load(Path(path))
    except known_failing.ListError as error:
        raise Unusable(NOTHING_RAN, f"--known-failing: {error}") from error


def _selection(config: pytest.Config) -> list[str]:
    keyword: str = config.getoption("keyword")
    found = ["-k", keyword] if keyword else []
    for name in selection.NAMES:
        for value in config.getoption(name) or []:
            found += [f"--{name}", value]
    return found + (["--last-failed"] if config.getoption("lf") else [])


def seconds_in(option: str, time: str) -> float:
    """The seconds in the value of an option, such as `2m`.

    Raises:
        Unusable: It is not a number with a unit.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", time)
    if match is None:
        raise Unusable(NOTHING_RAN, f"{option} {time!r}: write a number and s, m or h, as in 20s")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def _at_least_one(option: str, number: int | None) -> int | None:
    if number is not None and number < 1:
        raise Unusable(NOTHING_RAN, f"{option} {number}: write a number of at least 1")
    return number


# Files


def _folder(config: pytest.Config, option: str) -> Path | None:
    path = _given(config, option)
    if path and Path(path).exists() and not Path(path).is_dir():
        raise Unusable(NOTHING_RAN, f"{option} {path}: this is not a directory")
    return Path(path) if path else None


def _file(config: pytest.Config, option: str) -> Path | None:
    path = _given(config, option)
    if path is None:
        return None
    if not Path(path).parent.is_dir():
        raise Unusable(
            NOTHING_RAN, f"{option} {path}: the directory {Path(path).parent} does not exist"
        )
    return Path(path)
