"""What the pages show as Python runs as it stands: the blocks of a page are one program."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from types import CodeType

import pytest

from tests.deadlines import DEADLINE

DOCS = Path(__file__).parents[2] / "docs"


def program_of(page: str) -> CodeType:
    """The blocks of a page behind one another, on the lines that they have there."""
    text = (DOCS / page).read_text(encoding="utf-8")
    lines = [""] * len(text.splitlines())
    for block in re.finditer(r"^```python\n(.+?)^```$", text, re.MULTILINE | re.DOTALL):
        first = text.count("\n", 0, block.start(1))
        lines[first : first + block[1].count("\n")] = block[1].splitlines()
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    program: CodeType = compile("\n".join(lines), page, "exec", flags=flags, dont_inherit=True)
    return program


@pytest.mark.parametrize("page", ["library.md"])
async def test_program_of_a_page_runs(page: str) -> None:
    program = program_of(page)
    assert program.co_flags & inspect.CO_COROUTINE  # it has something to await
    async with asyncio.timeout(DEADLINE):
        await eval(program, {"__name__": "program"})
