"""Render `spec/dialogues.md` from `spec/vectors/dialogues/`: `python -m tools.render_dialogues`.

`--check` writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.spec import requirements
from tools.generated import generate

SPEC = Path(__file__).resolve().parents[1] / "spec"
SOURCES, PAGE = SPEC / "vectors" / "dialogues", SPEC / "dialogues.md"
WIDTH = 120

HEAD = """\
# Dialogues

The ten most common exchanges, complete and frame by frame, with the documents of the
[testee](testee.md). This page is informative; the requirements are on the pages that each dialogue
links. It is rendered from [`vectors/dialogues/`](vectors/README.md#dialogues), which has the same
dialogues as JSON, with the whole state of both sides. The tests replay them against the reference.

How to read them:

- `S → C` is a frame from the server to the client, `C → S` one from the client to the server. Where
  there are two connections, `A` and `B` are their clients. A line with `--` is not a frame, but for
  example the opening or closing of a connection.
- A text frame is shown as its JSON text, a long one on several lines; a binary frame as its bytes
  in hexadecimal. `features`, which differs between testees, is shortened to `[…]`; everything else
  is as it is on the wire.
- The table after a dialogue shows the state of the server and the copy of the client of that step,
  after the receiver has handled the step. It lists only the attributes that differ from
  [their initial values](testee.md#documents). Where the two sides differ, the following steps make
  them equal again.
"""


def page() -> str:
    """The page as Markdown."""
    sources = sorted(SOURCES.glob("*.json"))
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sources]
    lines = (line for number, part in enumerate(parts, 1) for line in section(number, part))
    return "\n".join([HEAD, *lines])


def section(number: int, dialogue: Any) -> Iterator[str]:
    """The lines of one dialogue: its situation, a diagram, its frames, its states."""
    rules = ", ".join(map(link, dialogue["requirements"]))
    yield from (f"## {number}. {dialogue['title']}", "", paragraph(dialogue["situation"]), "")
    yield from (paragraph(f"Rules: {rules}."), "", *diagram(dialogue), "")
    yield from ("```text", *steps(dialogue), "```", "")
    yield from ("| after step | server | client |", "|---|---|---|", *states(dialogue), "")


def paragraph(text: str) -> str:
    """A text, broken into lines as on the other pages."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def link(requirement: str) -> str:
    """A link to the sentence of a requirement."""
    return f"[`{requirement}`]({requirements()[requirement].page}#{requirement})"


def diagram(dialogue: Any) -> Iterator[str]:
    """The lines of a Mermaid sequence diagram: only the types of the frames."""
    labels = connections(dialogue)
    yield from ("```mermaid", "sequenceDiagram", "    participant S as server")
    yield from (f"    participant {label} as {client(labels, label)}" for label in labels)
    for step in dialogue["steps"]:
        label = step.get("connection", "S")
        if "from" in step:
            arrow = f"S->>{label}" if step["from"] == "server" else f"{label}->>S"
            yield f"    {arrow}: {escape(summary(step))}"
        elif "opens" in step:
            yield f"    {label}-->S: connects"
        elif "closes" in step:
            yield (
                f"    S--x{label}: closes" if step["closes"] == "server" else f"{label}--xS: closes"
            )
        elif "lost" in step:
            yield f"    S--x{label}: connection lost"
        else:
            yield f"    Note over S: {escape(step['passes'])}"
    yield "```"


def escape(text: str) -> str:
    """Return a text in which Mermaid reads no end of a line and no entity."""
    return re.sub("[#;]", lambda found: f"#{ord(found[0])};", text)


def connections(dialogue: Any) -> list[str]:
    """The labels of the connections, in the order of their opening."""
    return [step["connection"] for step in dialogue["steps"] if "opens" in step]


def client(labels: list[str], label: str) -> str:
    """What a client is called in the diagram."""
    return "client" if len(labels) == 1 else f"client {label}"


def summary(step: Any) -> str:
    """A frame in a few words, without what Mermaid would read as its own."""
    if "binary" in step:
        return "the bytes"
    kind, data = step["frame"]["type"], step["frame"].get("data")
    if kind.startswith(("_ACTION:", "_TASK")):
        return f"{kind} {data['type']}"
    if kind.startswith("_PATCH:"):
        return f"{kind} {', '.join(operation['path'] for operation in data)}"
    return str(kind)


def steps(dialogue: Any) -> Iterator[str]:
    """The lines of the fenced block: numbered steps, each with its note behind it."""
    several = len(connections(dialogue)) > 1
    for number, step in enumerate(dialogue["steps"], 1):
        label = step["connection"] if several and "connection" in step else "C"
        if "from" in step:
            arrow = f"S → {label}" if step["from"] == "server" else f"{label} → S"
            yield from wrapped(f"{number:2}  {arrow}  ", content(step))
        else:
            yield f"{number:2}  --     {happening(step, label)}"
        if "note" in step:
            yield f"           # {step['note']}"


def happening(step: Any, label: str) -> str:
    """What a step without a frame is."""
    who = "the client" if label == "C" else label
    if "opens" in step:
        return f"{who} connects" + (
            " to an endpoint that identifies its clients" if step["opens"] == "identifying" else ""
        )
    if "closes" in step:
        code = f" with the code {step['code']}" if "code" in step else ""
        whose = "the connection" if label == "C" else f"the connection of {label}"
        return f"the {step['closes']} closes {whose}{code}"
    if "lost" in step:
        return "the connection is lost" if label == "C" else f"the connection of {label} is lost"
    return str(step["passes"])


def content(step: Any) -> str:
    """A frame for people."""
    if "binary" in step:
        content = base64.b64decode(step["binary"])
        return f"({len(content)} bytes) {content.hex(' ')}"
    return json.dumps(step["frame"], ensure_ascii=False)


def wrapped(lead: str, text: str) -> Iterator[str]:
    """The lines of a frame, broken at white space between JSON's tokens."""
    text = re.sub(r'("features": )\[[^]]*\]', r"\1[…]", text)
    line = lead
    for piece in re.findall(r'(?:"(?:\\.|[^"\\])*"|: |[^\s"])+', text):
        if len(line) + len(piece) > WIDTH and line != lead:
            yield line.rstrip()
            line = " " * (len(lead) + 2)
        line += piece + " "
    yield line.rstrip()


def states(dialogue: Any) -> Iterator[str]:
    """The rows of the table: after which step, and what each side holds then."""
    for number, step in enumerate(dialogue["steps"], 1):
        if "server" in step or "client" in step:
            server, client = cell(step.get("server")), cell(step.get("client"))
            yield f"| {number} | {server} | {'the same' if client == server else client} |"


def cell(documents: Any) -> str:
    """Return one side's states: the attributes that differ from their initial values."""
    if documents is None:
        return "—"
    return "; ".join(f"`{key}`: {changes(state)}" for key, state in documents.items())


def changes(state: Any) -> str:
    """Return the attributes of a state that differ from their initial values."""
    schema = json.loads((SPEC / "schemas" / "testee.json").read_text(encoding="utf-8"))
    initial = {**schema["examples"][0], "value": 0}
    found = [
        f"`{name}` = `{json.dumps(value, ensure_ascii=False)}`"
        for name, value in state.items()
        if name != "features" and value != initial[name]
    ]
    return ", ".join(found) or "initial values"


if __name__ == "__main__":
    sys.exit(generate(PAGE, page(), "python -m tools.render_dialogues"))
