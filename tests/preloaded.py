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
COMMANDS = (
    "conformance.__main__",
    "conformance.differ",
    "conformance.proxy.__main__",
    "conformance.replay.__main__",
    "ws_sync.cli.app_loader",
    "ws_sync.cli.logs",
    "ws_sync.cli.pages",
    "ws_sync.cli.transports",
)
TESTEES = (
    "tests.mutants.serve",
    "tests.mutants.clients.catalogue",
    "tools.matrix.outcomes",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "ws_sync._apps.demo",
    "ws_sync._apps.picows",
    "ws_sync._apps.testee",
)
BLACKBOX = [
    f"conformance.blackbox.{path.stem}" for path in sorted((CONFORMANCE / "blackbox").glob("*.py"))
]

STANDARD = ("encodings.idna", "encodings.unicode_escape", "faulthandler", "pdb", "readline")

for name in (*STANDARD, *COMMANDS, "conformance.conftest", *PLUGINS, *BLACKBOX, *TESTEES, *CASES):
    import_module(name)
for name in ("_pytest", "xdist"):
    for module in iter_modules(import_module(name).__path__, f"{name}."):
        import_module(module.name)
for plugin in entry_points(group="pytest11"):
    if plugin.name != "hypothesispytest":  # from its import to the session's start, it warns of use
        plugin.load()
gc.freeze()  # else the first collection of a forked process copies all of it
