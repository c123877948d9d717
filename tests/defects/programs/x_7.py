"""X-7: the documentation shows how to unpickle what a client sends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ws_sync

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


async def show(stage: Stage) -> None:
    """Search the sources of the package."""
    package = ws_sync.__file__
    if package is None:
        raise stage.missing("the package has no folder")
    files = sorted(Path(package).parent.rglob("*.py"))
    found = [path.name for path in files if "pickle.load" in path.read_text(encoding="utf-8")]
    assert not found, f"pickle.load is in {', '.join(found)}"
