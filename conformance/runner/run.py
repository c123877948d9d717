"""Runs pytest on the cases, with the kit's plugins registered from the start.

If pytest found them only in the folder's `conftest.py`, it would take the value of one of their
options for a path until then.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

import pytest

from conformance.runner.option_table import GROUP
from conformance.runner.watch_mode import FIXED

PLUGINS = (
    "conformance.runner.plugin",
    "conformance.replay.collect",
    "conformance.proxy.rerun",
    "conformance.runner.client_plugin",
    "conformance.reports.bundle",
    "conformance.terminal.reporter",
)


def plugins() -> list[ModuleType]:
    """Import the kit's plugins; by name, as they import the runner."""
    return [import_module(name) for name in PLUGINS]


def run(arguments: Sequence[str], *watching: object) -> int:
    """Run the cases.

    Returns:
        The exit status: one of `conformance.errors`, or one of pytest's own.
    """
    options = _Options()
    found = [*plugins(), *watching, options]
    status = int(pytest.main([*FIXED, *arguments], plugins=found))
    if status == pytest.ExitCode.USAGE_ERROR:
        for given, meant in options.mistyped(arguments):
            print(f"ws-sync: {given}: unknown option; nearest: {meant}", file=sys.stderr)  # noqa: T201
    return status


class _Options:
    """Knows the kit's options, as the plugins before it have declared them."""

    names: Sequence[str] = ()

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Note what was declared."""
        declared = parser.getgroup(GROUP).options
        self.names = [name for option in declared for name in option.names()]

    def mistyped(self, arguments: Sequence[str]) -> list[tuple[str, str]]:
        """The arguments that nearly are an option, each with that option."""
        given = [argument.partition("=")[0] for argument in arguments if argument[:2] == "--"]
        near = [(one, get_close_matches(one, self.names, 1)) for one in given]
        return [(one, found[0]) for one, found in near if found and found[0] != one]
