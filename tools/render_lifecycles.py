"""Render `spec/lifecycle.md` from `spec/lifecycles.json`: `python -m tools.render_lifecycles`.

The tables and the diagrams have this one source. `--check` writes nothing and fails when the page
is stale.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.spec import requirements
from tools.generated import generate

SPEC = Path(__file__).resolve().parents[1] / "spec"
SOURCE, PAGE = SPEC / "lifecycles.json", SPEC / "lifecycle.md"

HEAD = """# Lifecycle

The states of a connection, of a session and of a client, and the requirements for each transition.
This page is informative. It is rendered from [`lifecycles.json`](lifecycles.json).
"""


def render(source: dict[str, Any]) -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *(line for part in source["lifecycles"] for line in section(part))])


def section(lifecycle: dict[str, Any]) -> Iterator[str]:
    """The lines of one lifecycle: its states, its transitions, its diagram."""
    yield from (f"## {lifecycle['title']}", "", lifecycle["text"], "")
    yield from ("| state | meaning |", "|---|---|")
    yield from (f"| *{name}* | {meaning} |" for name, meaning in lifecycle["states"].items())
    yield from ("", "| from | to | when | effect | rules |", "|---|---|---|---|---|")
    for origin, target, event, effect, rules in lifecycle["transitions"]:
        links = ", ".join(link(rule) for rule in rules)
        yield f"| *{origin}* | *{target}* | {event} | {effect} | {links} |"
    yield from ("", *diagram(lifecycle), "")


def diagram(lifecycle: dict[str, Any]) -> Iterator[str]:
    """The lines of a Mermaid state diagram."""
    yield from ("```mermaid", "stateDiagram-v2", f"    [*] --> {lifecycle['initial']}")
    for origin, target, event, _, _ in lifecycle["transitions"]:
        if origin == target:
            continue  # what changes no state is in the table
        yield f"    {origin} --> {target}: {re.sub('[`:]', '', event)}"
    yield "```"


def link(rule: str) -> str:
    """A link to a requirement.

    Raises:
        KeyError: There is none of that id.
    """
    return f"[{rule}]({requirements()[rule].page}#{rule})"


if __name__ == "__main__":
    page = render(json.loads(SOURCE.read_text(encoding="utf-8")))
    sys.exit(generate(PAGE, page, "python -m tools.render_lifecycles"))
