"""The directions of imports (`.importlinter`), and the drawing that is made from them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import architecture

pytestmark = pytest.mark.io

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

PLANTED = {
    "core-knows-the-log": ("ws_sync/_core/json/codec.py", "import ws_sync._log", "The library"),
    "core-reads-a-clock": ("ws_sync/_core/json/diff.py", "import time", "The core"),
    "binding-knows-the-server": (
        "ws_sync/_binding/arguments.py",
        "import ws_sync._server.tasks",
        "The library",
    ),
    "server-knows-the-session": (
        "ws_sync/_server/connection.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ws_sync.session",
        "The library",
    ),
    "session-knows-an-application": (
        "ws_sync/session.py",
        "import ws_sync._apps.demo",
        "The library",
    ),
    "client-knows-the-server": (
        "ws_sync/client/backoff.py",
        "import ws_sync._server.throttle",
        "The library",
    ),
    "kit-knows-the-reference": ("conformance/spec.py", "import ws_sync", "The kit never"),
    "reference-knows-the-kit": ("ws_sync/limits.py", "import conformance.spec", "The kit never"),
    "protocol-knows-the-driver": (
        "conformance/protocol/wire.py",
        "import conformance.driver.trace",
        "The kit:",
    ),
    "driver-knows-the-runner": (
        "conformance/driver/peer.py",
        "import conformance.runner.case",
        "The kit:",
    ),
    "runner-knows-the-reports": (
        "conformance/runner/verdict.py",
        "import conformance.reports.wording",
        "The kit:",
    ),
    "circle-for-types-only": (
        "ws_sync/_core/json/pointer.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ws_sync._core.json.patch",
        "No circle",
    ),
}
"""A file, what is planted at its end, and the beginning of the contract that must break."""


def lint(folder: Path) -> str:
    """Run the linter in a folder; return what it prints."""
    command = [sys.executable, "-c", LINT, "--no-cache", ".importlinter"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def broken(printed: str) -> list[str]:
    """The names of the contracts that an output reports as broken."""
    return [line.removesuffix(" BROKEN") for line in printed.splitlines() if " BROKEN" in line]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the two packages, to plant imports in."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copy(ROOT / ".importlinter", folder)
    for package in architecture.PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "*.js", "node_modules")
        shutil.copytree(ROOT / package, folder / package, ignore=ignore)
    return folder


def test_every_import_goes_down() -> None:
    printed = lint(ROOT)
    assert broken(printed) == [], printed


@pytest.mark.parametrize(("file", "planted", "contract"), PLANTED.values(), ids=PLANTED)
def test_planted_import_is_found(copy: Path, file: str, planted: str, contract: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{planted}\n", encoding="utf-8")
    try:
        printed = lint(copy)
    finally:
        path.write_text(before, encoding="utf-8")
    assert any(name.startswith(contract) for name in broken(printed)), printed


def test_drawing_is_made_from_the_imports() -> None:
    assert architecture.render() in architecture.PAGE.read_text(encoding="utf-8"), (
        "run `python -m tools.architecture`"
    )
