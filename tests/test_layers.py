"""The directions of imports: the kit never sees the reference, and the core does no I/O."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NO_CORE = {"asyncio", "logging", "time", "socket", "threading", "random", "datetime"}


def imported(path: Path) -> set[str]:
    """The absolute names of all modules that a file imports."""
    found: set[str] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            found.add(".".join([*base, *filter(None, [node.module])]))
    return found


def roots(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "conformance").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_kit_never_imports_the_reference(path: Path) -> None:
    assert "ws_sync" not in roots(path)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "ws_sync").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_reference_never_imports_the_kit(path: Path) -> None:
    assert not roots(path) & {"conformance", "tests", "tools", "jsonpatch", "pytest"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "ws_sync/_core").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_core_uses_only_the_standard_library_and_orjson_and_does_no_io(path: Path) -> None:
    names = imported(path)
    foreign = roots(path) - set(sys.stdlib_module_names) - {"ws_sync", "orjson"}
    assert not foreign
    assert not {n.partition(".")[0] for n in names} & NO_CORE
    own = {n for n in names if n.startswith("ws_sync")}
    assert all(n == "ws_sync.exceptions" or n.startswith("ws_sync._core") for n in own), own
