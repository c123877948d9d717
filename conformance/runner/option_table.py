"""The kit's options as tables, with what pytest has to know of each."""

from __future__ import annotations

from argparse import ArgumentError
from contextlib import suppress
from typing import Any

import pytest

from conformance.runner import selection

GROUP = "ws-sync"
"""The heading of the options in the help."""
LOCAL_URL = "ws://127.0.0.1:{port}/ws/{session}"
LOCAL_AUTH_URL = "ws://127.0.0.1:{port}/auth"
BUDGET = "2s"
REPLAY_DIR = ".ws-sync/replays"
LISTEN_FOR = "3s"

Table = dict[str, dict[str, Any]]

TARGET: Table = {
    "--server-url": {
        "metavar": "URL",
        "help": "the server under test, such as ws://127.0.0.1:8000/ws/{session}. The kit replaces "
        "{session} with names, and each name must select a session of its own. Without this and "
        "--server-cmd, the kit starts the reference server.",
    },
    "--auth-url": {
        "metavar": "URL",
        "help": "the server's endpoint that begins with the identification; without it, some cases "
        "are not testable",
    },
    "--server-cmd": {
        "metavar": "COMMAND",
        "help": "a command that starts the server; the kit replaces {port} with a free port, and "
        "restarts the server if it dies. --server-url and --auth-url may contain {port} too; their "
        f"defaults are {LOCAL_URL} and {LOCAL_AUTH_URL}.",
    },
    "--client-cmd": {
        "metavar": "COMMAND",
        "help": "test a client instead of a server: a command that starts it, such as 'node "
        "testee.mjs {url}'; the kit replaces {url} with its own URL (spec/testee.md)",
    },
    "--listen": {
        "metavar": "ADDRESS",
        "help": "test a client that the kit does not start: the address on which the kit listens "
        "for it, such as 127.0.0.1:8765. With --client-cmd, the default is a free port on "
        "loopback.",
    },
    "--time-scale": {
        "type": float,
        "default": 1.0,
        "metavar": "FACTOR",
        "help": "multiply every deadline, for slow servers and machines (default 1)",
    },
}
"""What is under test, a server or a client."""

APPLICATION: Table = {
    "--no-testee": {
        "action": "store_true",
        "help": "run only the cases that work with any application; the default for a server that "
        "announces no document TESTEE",
    },
    "--allow-writes": {
        "action": "store_true",
        "help": "without a testee: write to the application's documents, and restore their values",
    },
    "--call": {
        "action": "append",
        "default": [],
        "metavar": 'KEY={"type":NAME,…}',
        "help": "without a testee: an action that the kit may call to cause a change, with its "
        "arguments; may be repeated. Needs --allow-writes; the effect is not undone.",
    },
    "--listen-for": {
        "default": LISTEN_FOR,
        "metavar": "TIME",
        "help": "how long to wait for a change that the application makes on its own (default "
        f"{LISTEN_FOR})",
    },
}
"""How to judge an application without a testee."""

JUDGEMENT: Table = {
    "--strict": {"action": "store_true", "help": "fail the run if a SHOULD is not met"},
    "--known-failing": {
        "metavar": "FILE",
        "help": "the list of cases that are known to fail, one per line: the id and the reason. A "
        "stale entry fails the run.",
    },
    "--write-known-failing": {
        "metavar": "FILE",
        "help": "write the list of the cases that fail in this run, with the reasons of "
        "--known-failing",
    },
}
"""What failures mean."""

RUN: Table = {
    "--last-failed": {
        "action": "store_true",
        "dest": "lf",
        "help": "run only the cases that failed in the last run",
    },
    "--list": {
        "action": "store_true",
        "help": "print the ids of the cases, with level, requirement and features, without "
        "connecting to a server",
    },
    "--watch": {
        "action": "append",
        "default": [],
        "metavar": "DIR",
        "help": "run again when files in this directory change; may be repeated",
    },
}
"""Which cases run, and when; `selection` has more."""

SEQUENCES: Table = {
    "--budget": {
        "default": BUDGET,
        "metavar": "TIME",
        "help": "the time to spend on generated sequences, such as 20s, 2m or 1h (default "
        f"{BUDGET}); at least ten run; 0s for none",
    },
    "--max-examples": {
        "type": int,
        "metavar": "N",
        "help": "stop after N generated sequences, even if the budget is not used up",
    },
    "--seed": {"type": int, "metavar": "N", "help": "the seed of the generated sequences"},
}
"""Generated sequences."""

OUTPUT: Table = {
    "--full": {
        "action": "store_true",
        "help": "print the whole dialogue of every failure, instead of the shortest of each "
        "requirement; -v does so too",
    },
    "--report": {
        "metavar": "DIR",
        "help": "write reports to this directory: an HTML page, JSON, JUnit XML, CTRF JSON, "
        "Markdown, a badge",
    },
    "--report-json": {"metavar": "FILE", "help": "write only the JSON report, to this file"},
    "--replay-dir": {
        "default": REPLAY_DIR,
        "metavar": "DIR",
        "help": "the directory to which the kit writes each failure as a file for `ws-sync replay` "
        f"(default {REPLAY_DIR}); empty for none",
    },
    "--replays": {
        "action": "append",
        "default": [],
        "metavar": "DIR",
        "help": "a directory of such files; each file is a case of this run; may be repeated",
    },
}
"""What a run prints and writes, and what it runs again."""

GROUPS = (TARGET, APPLICATION, JUDGEMENT, selection.TABLE, RUN, SEQUENCES, OUTPUT)
OF_PYTEST = {"--strict", "--last-failed"}
"""pytest may have these flags, about its configuration and its cache: the kit reads the same."""


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup(GROUP)
    for table in GROUPS:
        for name, declaration in table.items():
            taken = (ValueError, ArgumentError) if name in OF_PYTEST else ()
            with suppress(*taken):
                group.addoption(name, **declaration)
