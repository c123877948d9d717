"""Imports everything that a run of the kit needs; the fork server imports this module."""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules

from conformance.runner.run import PLUGINS

CONFORMANCE = Path(__file__).parents[1] / "conformance"
CASES = [
    f"conformance.{folder}.{path.stem}"
    for folder in ("cases", "client_cases")
    for path in sorted((CONFORMANCE / folder).glob("test_*.py"))
    if path.stem != "test_application"  # each run draws its names when it imports the module
]
COMMANDS = ("conformance.__main__", "conformance.differ", "conformance.replay.__main__")
TESTEES = ("tests.mutants.serve", "tests.mutants.clients", "tools.matrix.outcomes")
BLACKBOX = [
    f"conformance.blackbox.{path.stem}" for path in sorted((CONFORMANCE / "blackbox").glob("*.py"))
]

for name in (*COMMANDS, "conformance.conftest", *PLUGINS, *BLACKBOX, *TESTEES, *CASES):
    import_module(name)
for name in ("_pytest", "xdist"):
    for module in iter_modules(import_module(name).__path__, f"{name}."):
        import_module(module.name)
for plugin in entry_points(group="pytest11"):
    if plugin.name != "hypothesispytest":  # from its import to the session's start, it warns of use
        plugin.load()
gc.freeze()  # else the first collection of a forked process copies all of it
