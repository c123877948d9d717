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
        "{session} by names, each of which must be a session of its own. Without this and "
        "--server-cmd, the kit starts the reference server.",
    },
    "--auth-url": {"metavar": "URL", "help": "an endpoint of the server that asks who the user is"},
    "--server-cmd": {
        "metavar": "COMMAND",
        "help": "a command that starts the server, with {port} for the port; the kit starts it "
        f"again if it dies. The URLs may have {{port}} too; their defaults are {LOCAL_URL} and "
        f"{LOCAL_AUTH_URL}.",
    },
    "--client-cmd": {
        "metavar": "COMMAND",
        "help": "test a client: a command that starts it, with {url} for the kit's URL, such as "
        "'node testee.mjs {url}' (spec/testee.md)",
    },
    "--listen": {
        "metavar": "ADDRESS",
        "help": "test a client that the kit does not start: the address that it connects to, such "
        "as 127.0.0.1:8765. With --client-cmd: the kit's address (default: a free port of the "
        "loopback interface).",
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
        "help": "judge any application, by the cases that need no testee; the default for a server "
        "without a testee",
    },
    "--allow-writes": {
        "action": "store_true",
        "help": "without a testee: write to the application's documents, and restore their values",
    },
    "--call": {
        "action": "append",
        "default": [],
        "metavar": 'KEY={"type":NAME,…}',
        "help": "without a testee: an action that the kit may call to see changes, with its "
        "arguments. Needs --allow-writes; its effect is not undone.",
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
    "--strict": {"action": "store_true", "help": "fail the run for an unmet SHOULD"},
    "--known-failing": {
        "metavar": "FILE",
        "help": "cases that are known to fail, one a line: the id and the reason. An entry that is "
        "not true fails the run.",
    },
    "--write-known-failing": {
        "metavar": "FILE",
        "help": "write the list of the cases that fail in this run, with the reasons of "
        "--known-failing",
    },
}
"""What failures mean."""

RUN: Table = {
    "--last-failed": {"action": "store_true", "dest": "lf", "help": "only what failed last"},
    "--list": {
        "action": "store_true",
        "help": "print the ids of the cases, with level, requirement and features; run nothing",
    },
    "--watch": {
        "action": "append",
        "default": [],
        "metavar": "DIR",
        "help": "run again whenever files in this folder change; repeatable",
    },
}
"""Which cases run, and when; `selection` has more."""

SEQUENCES: Table = {
    "--budget": {
        "default": BUDGET,
        "metavar": "TIME",
        "help": f"time for generated sequences, such as 20s, 2m or 1h (default {BUDGET}); 0s: none",
    },
    "--max-examples": {
        "type": int,
        "metavar": "N",
        "help": "stop after this many generated sequences, whatever the budget",
    },
    "--seed": {"type": int, "metavar": "N", "help": "the seed of the generated sequences"},
}
"""Generated sequences."""

OUTPUT: Table = {
    "--full": {
        "action": "store_true",
        "help": "print the whole dialogue of every failure, and not only the shortest of each "
        "requirement; so does -v",
    },
    "--report": {
        "metavar": "DIR",
        "help": "write the outcome to this folder: an HTML page, JSON, JUnit XML, CTRF JSON, "
        "Markdown, a badge",
    },
    "--report-json": {"metavar": "FILE", "help": "write the outcome as JSON alone"},
    "--replay-dir": {
        "default": REPLAY_DIR,
        "metavar": "DIR",
        "help": "where each failure is written as a file that `ws-sync replay` runs again (default "
        f"{REPLAY_DIR}); an empty name: nowhere",
    },
    "--replays": {
        "action": "append",
        "default": [],
        "metavar": "DIR",
        "help": "a folder of such files, each of which is a case of this run; repeatable",
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
