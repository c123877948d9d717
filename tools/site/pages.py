"""The generated pages: the schemas, the AsyncAPI document, the list of requirements.

Each function returns Markdown. Links are relative to the page that the function creates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml

from conformance import spec
from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import requirements, schemas
from tools.site.items import SIDES, badges

SOURCE = "asyncapi.yaml"


@cache
def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI document with unresolved references."""
    text = (spec.directory() / SOURCE).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def generated() -> dict[str, str]:
    """Return the Markdown of all generated pages by their paths."""
    found = {
        "requirements.md": requirement_list(),
        "asyncapi.md": asyncapi_page(),
        "schemas/index.md": schema_list(),
    }
    return found | {f"schemas/{name}.md": schema_page(name) for name in schemas()}


def folder_lists() -> dict[str, str]:
    """Return a page with a list of files for each folder without a page, as a link target."""
    root = spec.directory()
    return {
        f"{folder.relative_to(root).as_posix()}/index.md": "\n".join(
            [f"# {folder.name}", "", *(f"- [{f.name}]({f.name})" for f in sorted(folder.iterdir()))]
        )
        for folder in root.rglob("*")
        if folder.is_dir() and folder.name != "schemas" and not (folder / "README.md").exists()
    }


def schema_order() -> list[str]:
    """Return the names of the schemas: events in protocol order, then the others."""
    events = [name for name in SCHEMA_BY_NAME.values() if name in schemas()]
    return [*events, *(name for name in schemas() if name not in events)]


def schema_list() -> str:
    """Return the overview of the schemas."""
    events = set(SCHEMA_BY_NAME.values())
    return "\n".join(
        [
            "# Schemas",
            "",
            "A JSON Schema (2020-12) for each event and for the parts of events. "
            "[`ws-sync.json`](bundle/ws-sync.json) has all of them in one file and "
            "validates any event.",
            "",
            "## Events",
            "",
            *_schema_rows(name for name in schema_order() if name in events),
            "",
            "## Others",
            "",
            *_schema_rows(name for name in schema_order() if name not in events),
        ]
    )


def schema_page(name: str) -> str:
    """Return the page of one schema: description, related schemas, examples and source."""
    schema = schemas()[name]
    users = [other for other in schemas() if f"{name}.json" in references(other)]
    rules = [
        rule
        for message in asyncapi()["components"]["messages"].values()
        if message["payload"] == {"$ref": f"schemas/{name}.json"}
        for rule in message["x-requirements"]
    ]
    facts = [f"- File: [`{name}.json`]({name}.json)", f"- `$id`: `{schema['$id']}`"]
    if "x-senders" in schema:
        facts.insert(0, f"- Sent by: {' and '.join(schema['x-senders'])}")
    if references(name):
        facts.append(f"- Uses: {_schema_links(r.removesuffix('.json') for r in references(name))}")
    if users:
        facts.append(f"- Used by: {_schema_links(users)}")
    if rules:
        facts.append(f"- Requirements: {', '.join(f'`{rule}`' for rule in rules)}")
    text = (spec.directory() / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    return "\n".join(
        [
            f"# {_title(schema)}",
            "",
            schema["description"],
            "",
            *facts,
            "",
            "## Examples" if len(schema["examples"]) > 1 else "## Example",
            *(fenced("json", pretty(example)) for example in schema["examples"]),
            "## Schema",
            fenced("json", text),
        ]
    )


def references(name: str) -> list[str]:
    """Return the files of the other schemas that a schema refers to."""
    found = re.findall(r'"\$ref": "([\w-]+\.json)', json.dumps(schemas()[name]))
    return sorted(set(found) - {f"{name}.json"})


def asyncapi_page() -> str:
    """Return the page of the AsyncAPI document: operations, messages and source."""
    document = asyncapi()
    parts = ["# AsyncAPI", "", document["info"]["description"], ""]
    parts += [f"[`{SOURCE}`]({SOURCE}) is the document for tools.", "", "## Operations"]
    for action, title in (("send", "A server sends"), ("receive", "A server receives")):
        parts += ["", f"### {title}", "", "| event | | reply |", "|---|---|---|"]
        for operation in document["operations"].values():
            if operation["action"] == action:
                reply = operation.get("reply", {}).get("messages", [])
                parts.append(
                    f"| {_messages(operation['messages'])} | {operation['summary']} "
                    f"| {_messages(reply)} |"
                )
    parts += ["", "## Messages"]
    for message in document["components"]["messages"].values():
        payload = message["payload"].get("$ref")
        rules = ", ".join(f"`{rule}`" for rule in message["x-requirements"])
        parts += ["", f"### {_code(message['name'])}", "", message["summary"], ""]
        parts += [message["description"], "", f"- Requirements: {rules}"]
        if payload:
            parts.append(f"- Payload: [`{payload}`]({payload.replace('.json', '.md')})")
    text = (spec.directory() / SOURCE).read_text(encoding="utf-8")
    return "\n".join([*parts, "", "## Document", fenced("yaml", text)])


def requirement_list() -> str:
    """Return the list of all requirements by page, with their numbers."""
    found = requirements().values()
    levels = list(dict.fromkeys(each.level for each in found))
    parts = [
        "---",
        "search: { exclude: true }",
        "---",
        "",
        "# Requirements",
        "",
        f"All {len(found)} requirements by page.",
        "",
    ]
    parts += [f"| side | {' | '.join(levels)} |", "|---" * (len(levels) + 1) + "|"]
    for side, words in SIDES.items():
        counts = [sum(e.side == side and e.level == level for e in found) for level in levels]
        parts.append(f"| {words} | {' | '.join(map(str, counts))} |")
    for page in dict.fromkeys(each.page for each in found):
        parts += ["", f"## {page.removesuffix('.md').capitalize()}", ""]
        parts.append('<ul class="requirement-list">')
        parts += [
            f"<li><code>{each.id}</code> {badges(each.side, each.level)}</li>"
            for each in found
            if each.page == page
        ]
        parts.append("</ul>")
    return "\n".join(parts)


def fenced(language: str, text: str) -> str:
    """Return a block of code."""
    return f"\n```{language}\n{text.rstrip()}\n```\n"


def pretty(value: object) -> str:
    """Format a JSON value, on one line if it is short."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) < 80 else json.dumps(value, indent=2, ensure_ascii=False)


def _schema_rows(names: Iterable[str]) -> list[str]:
    rows = [f"| [{_title(schemas()[n])}]({n}.md) | {schemas()[n]['description']} |" for n in names]
    return ["| schema | |", "|---|---|", *rows]


def _schema_links(names: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`]({name}.md)" for name in names)


def _title(schema: dict[str, Any]) -> str:
    return _code(schema["title"])


def _code(title: str) -> str:
    return f"`{title}`" if title.startswith("_") else title


def _messages(references: list[dict[str, str]]) -> str:
    messages = asyncapi()["components"]["messages"]
    names = [messages[each["$ref"].rpartition("/")[2]]["name"] for each in references]
    return " and ".join(_code(name) for name in names)
