"""The specification's pages, requirements and schemas agree with each other."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from conformance import spec
from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import SECTIONS, SpecError, deviation, parse, requirements, schemas
from tests.tables import each

GOOD = '- <a id="x-y"></a>`x-y` **server**: A server MUST do it\n  at once.\n'


def test_requirement_is_parsed_from_its_item() -> None:
    (found,) = parse("x.md", GOOD)
    assert (found.id, found.side, found.level) == ("x-y", "server", "MUST")
    assert found.sentence == "A server MUST do it at once."
    assert found.place == "spec/x.md#x-y"
    assert found.binding
    assert found.not_observable is None


def test_exclusion_is_parsed_with_its_reason() -> None:
    (found,) = parse("x.md", GOOD.replace("once.", "once. *(not observable: too\n  fast)*"))
    assert found.sentence == "A server MUST do it at once."
    assert found.not_observable == "too fast"


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('id="x-y"', 'id="other"'),
        GOOD.replace("MUST", "has to"),
        GOOD.replace("at once", "and MAY do more"),
    ],
    ids=["other-anchor", "no-keyword", "two-keywords"],
)
def test_item_against_the_rules_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        parse("x.md", text)


def test_every_id_begins_with_its_section() -> None:
    assert all(
        found.id.startswith(found.page.removesuffix(".md")) for found in requirements().values()
    )


def test_no_keyword_stands_outside_requirements() -> None:
    for section in SECTIONS:
        text = (spec.directory() / f"{section}.md").read_text(encoding="utf-8")
        loose = re.findall(r"\b(?:MUST|SHOULD|MAY)\b", re.sub(spec._ITEM, "", text))
        assert not loose, section


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in spec.directory().glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for file, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
            target = page if not file else page.parent / file
            assert target.exists(), f"{page.name}: {file}"
            if anchor:
                there = target.read_text(encoding="utf-8")
                titles = re.findall(r"^#+ (.+)$", there, re.MULTILINE)
                headings = [title.lower().replace(" ", "-") for title in titles]
                assert f'id="{anchor}"' in there or anchor in headings, f"{page.name}: #{anchor}"


@each(schemas().keys())
def test_schema_is_valid_and_described(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{name}.json")
    assert schema["title"]
    assert schema["description"]
    assert schema["examples"]


@each((name, example) for name, schema in schemas().items() for example in schema["examples"])
def test_example_is_valid(example: tuple[str, object]) -> None:
    assert deviation(*example) is None


def test_every_event_of_the_grammar_has_a_schema() -> None:
    text = (spec.directory() / "events.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`_[^|]+) \| ([\w, ]+) \|", text, re.MULTILINE)
    senders = {
        name.partition(":")[0]: sorted(who.split(", "))
        for names, who in rows
        for name in re.findall(r"`(_[A-Z_]+)", names)
    }
    found = {name: sorted(schemas()[file]["x-senders"]) for name, file in SCHEMA_BY_NAME.items()}
    assert senders == found


def test_every_event_is_on_the_reference_page() -> None:
    text = (spec.directory() / "reference.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## `(_[A-Z_]+)", text, re.MULTILINE)
    assert sorted(headings) == sorted(SCHEMA_BY_NAME)
    for name, schema in SCHEMA_BY_NAME.items():
        part = text.partition(f"## `{name}")[2].partition("\n## ")[0]
        assert f"schemas/{schema}.json" in part
        for sender in schemas()[schema]["x-senders"]:
            assert f"{sender} →" in part


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("patch", {"type": "_PATCH:A", "data": {"op": "add"}}),
        ("patch", {"type": "_PATCH:A", "data": [{"op": "add", "path": "a", "value": 1}]}),
        ("patch", {"type": "_PATCH:A", "data": [{"op": "add", "path": "/~2", "value": 1}]}),
        ("patch", {"type": "_PATCH:A", "data": [{"op": "add", "path": "/a"}]}),
        ("patch", {"type": "_PATCH:A", "data": [{"op": "move", "path": "/a"}]}),
        ("set", {"type": "_SET:A", "data": []}),
        ("set", {"type": "_SET", "data": {}}),
        ("toast", {"type": "_TOAST", "data": {"type": "loud", "message": ""}}),
        ("download", {"type": "_DOWNLOAD", "data": {"filename": "a", "data": "YQ"}}),
        ("bin-meta", {"type": "_BIN_META", "data": {"type": "a", "metadata": {"data": 1}}}),
        ("user-session", {"type": "_USER_SESSION", "data": {"user": "", "session": "s"}}),
        ("action", {"type": "_ACTION:A", "data": {"name": "x"}}),
    ],
)  # fmt: skip
def test_schema_refuses(name: str, instance: object) -> None:
    assert deviation(name, instance) is not None
