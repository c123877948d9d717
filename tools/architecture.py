"""Draw the rooms of the code and their imports: `python -m tools.architecture`.

The drawing stands in `ARCHITECTURE.md`, between two marks, and is made from the imports themselves.
`--check` writes nothing and fails when the page is stale. An arrow that follows from two others is
left out: `a --> c` where `a --> b --> c`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

from tools.generated import generate

PAGE = Path(__file__).resolve().parents[1] / "ARCHITECTURE.md"
BEGIN, END = "<!-- imports -->\n", "<!-- /imports -->\n"
PACKAGES = ("ws_sync", "conformance")

Arrows = dict[str, set[str]]
"""For each room the rooms that it imports."""


def rooms(package: str) -> Arrows:
    """The imports between the rooms of a package: its folders, and its modules at the top."""
    graph = grimp.build_graph(package, cache_dir=None)
    children = graph.find_children(package)
    for child in children:
        graph.squash_module(child)
    return {
        room: (graph.find_modules_directly_imported_by(room) & children) - {room}
        for room in children
    }


def reduced(arrows: Mapping[str, set[str]]) -> Arrows:
    """Leave out each arrow that follows from others.

    Raises:
        CycleError: The rooms import each other in a circle.
    """
    below: Arrows = {}
    for room in TopologicalSorter(arrows).static_order():
        direct = arrows.get(room, set())
        below[room] = direct.union(*(below[each] for each in direct))
    return {
        room: direct - set().union(*(below[each] for each in direct))
        for room, direct in arrows.items()
    }


def diagram(package: str) -> Iterator[str]:
    """The lines of one package as a Mermaid subgraph."""
    yield f"  subgraph {package}"
    found = reduced(rooms(package))
    for room in sorted(found):
        yield f"    {room}[{room.removeprefix(package + '.')}]"
    for room in sorted(found):
        for other in sorted(found[room]):
            yield f"    {room} --> {other}"
    yield "  end"


def render() -> str:
    """The drawing as Markdown."""
    lines = ["```mermaid", "flowchart TD"]
    for package in PACKAGES:
        lines += diagram(package)
    return "\n".join([*lines, "```", ""])


def main() -> int:
    """Write the drawing, or with `--check` compare it; return the exit status."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}{render()}{END}{after}"
    return generate(PAGE, text, "python -m tools.architecture")


if __name__ == "__main__":
    sys.exit(main())
