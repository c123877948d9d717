"""Cases for spec/patch.md: patches that a client applies, refuses and sends.

It applies those of spec/vectors/patches.json, whose documents are put into an attribute.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.client_mode.client_under_test import KEY, START, ClientUnderTest
from conformance.driver import expect
from conformance.errors import Kind
from conformance.protocol.wire import JSON, Event, compact
from conformance.runner.case import case
from conformance.spec import directory

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACE = "/anything"
"""The pointer of the documents of the vectors."""

VECTORS: list[dict[str, Any]] = json.loads(
    (directory() / "vectors" / "patches.json").read_text(encoding="utf-8")
)["vectors"]

OF_SERVERS = {"patch-root", "patch-dialects-off", "patch-growth"}
"""The requirements whose vectors bind only servers, or lose their meaning inside an attribute."""

SPECIAL = ["a/b", "~", "~1", "~01", "", "/", "é", "__proto__", "length", "0", "-", '"', "a.b"]
"""Names of members that are special in pointers."""

LONG = [f"{number:040}" for number in range(30)]
"""Elements so long that a replace of the whole array is larger than a patch of some."""


def patch_of(vector: dict[str, Any]) -> JSON:
    """The patch of a vector, with generated operations written out."""
    if "patch" in vector:
        return vector["patch"]
    return [o for part in vector["generated"] for _ in range(part["times"]) for o in part["repeat"]]


def movable(patch: JSON) -> bool:
    """Whether a patch keeps its meaning in an attribute: it does not remove or move the root."""
    operations = patch if isinstance(patch, list) else []
    return not any(
        (isinstance(o, dict) and (o.get("op"), o.get("path")) == ("remove", ""))
        or o.get("from") == ""
        for o in operations
        if isinstance(o, dict)
    )


def moved(patch: JSON) -> JSON:
    """The patch with its pointers moved to PLACE."""
    if not isinstance(patch, list):
        return patch
    return [_moved(each) if isinstance(each, dict) else each for each in patch]


def _moved(operation: dict[str, JSON]) -> dict[str, JSON]:
    def place(value: JSON) -> JSON:
        is_pointer = isinstance(value, str) and (not value or value[0] == "/")
        return PLACE + value if is_pointer else value

    return {n: place(v) if n in ("path", "from") else v for n, v in operation.items()}


async def apply(client: ClientUnderTest, vector: dict[str, Any]) -> None:
    """Send the patch of a vector, and demand its result."""
    await client.set(anything=vector["document"], text="kept")
    event = Event(f"_PATCH:{KEY}", moved(patch_of(vector)))
    if "result" in vector:
        await client.connection.send_text(event.text())
        client.connection.stimulate()
        await client.holds({**START, "text": "kept", "anything": vector["result"]})
    else:
        client.answers = False
        await client.connection.send_text(event.text())
        client.connection.stimulate()
        await client.fence()
        await client.holds({**START, "text": "kept", "anything": vector["document"]})
        expect.true(
            client.asked,
            expected="_GET:TESTEE after a patch that can't be applied",
            received="none before the answer to a later event",
            kind=Kind.MISSING_EVENT,
            event=f"_GET:{KEY}",
        )


def vector_case(requirement: str, vectors: list[dict[str, Any]]) -> Any:
    """The case that sends the patch of each of these vectors."""

    @case(requirement)
    @pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["id"])
    async def test(client: ClientUnderTest, vector: dict[str, Any]) -> None:
        await apply(client, vector)

    return test


BY_REQUIREMENT: dict[str, list[dict[str, Any]]] = {}
for _vector in VECTORS:
    if movable(patch_of(_vector)) and _vector["requirements"][0] not in OF_SERVERS:
        BY_REQUIREMENT.setdefault(_vector["requirements"][0], []).append(_vector)
for _requirement, _vectors in BY_REQUIREMENT.items():
    _name = f"test_client_does_as_the_vector_of_{_requirement.replace('-', '_')}_says"
    globals()[_name] = vector_case(_requirement, _vectors)


@case("patch-empty")
async def test_client_accepts_an_empty_patch(client: ClientUnderTest) -> None:
    await client.patch()
    await client.holds()
    expect.equal(client.asked, 0, "the number of _GET:TESTEE that the client sends")


@case("patch-many-operations")
async def test_client_accepts_a_thousand_operations(client: ClientUnderTest) -> None:
    await client.patch(*({"op": "add", "path": "/items/-", "value": n} for n in range(1000)))
    await client.holds(items=list(range(1000)))


@case("patch-operations")
async def test_client_accepts_a_patch_of_the_whole_document(client: ClientUnderTest) -> None:
    whole = {**START, "text": "whole", "items": [1]}
    await client.patch({"op": "replace", "path": "", "value": whole})
    await client.holds(whole)
    await client.patch({"op": "test", "path": "", "value": whole})
    await client.holds(whole)


# What a client sends


@case("patch-shape")
async def test_client_sends_one_well_formed_patch_for_an_edit(client: ClientUnderTest) -> None:
    values: list[JSON] = [[1, 2], [2, 1, 3], {"a": [1]}, {"a": [], "b": {"": 1}}, "text", None, 5]
    for value in values:
        since = await client.assign("anything", value)
        expect.equal(len(client.patches(since)), 1, "the number of patches for one edit")
        expect.equal(client.attribute("anything"), value, "the attribute after the client's patch")
    await client.agrees()


@case("patch-shape")
async def test_client_sends_all_edits_of_one_action_as_one_patch(client: ClientUnderTest) -> None:
    await client.set(items=["a", "b", "c"], table={"x": 1, "y": {"z": 2}})
    operations = [
        {"op": "remove", "path": "/items/0"},
        {"op": "replace", "path": "/table/y/z", "value": 3},
        {"op": "remove", "path": "/table/x"},
        {"op": "replace", "path": "/text", "value": "edited"},
    ]
    since = await client.act("edit", operations=operations)
    expect.equal(len(client.patches(since)), 1, "the number of patches for one edit")
    await client.agrees()
    await client.holds(items=["b", "c"], table={"y": {"z": 3}}, text="edited")


@case("patch-escaping")
@pytest.mark.parametrize("name", SPECIAL, ids=[f"{n!r}" for n in range(len(SPECIAL))])
async def test_client_escapes_the_names_of_members(client: ClientUnderTest, name: str) -> None:
    # An unescaped pointer to one member is the pointer to another one.
    table: dict[str, JSON] = {other: {"deep": 1, "": {"deep": 1}} for other in SPECIAL}
    table |= {"a": {"b": {"deep": 1, "": {}}}}
    await client.set(table=table)
    table = {**table, name: {"deep": 2, "": {"deep": 1}}}
    await client.assign("table", table)
    expect.equal(client.attribute("table"), table, "the table after the client's patch")
    table = {other: value for other, value in table.items() if other != name}
    await client.assign("table", table)
    expect.equal(client.attribute("table"), table, "the table after the client's patch")
    await client.agrees()


@case("state-client-patch")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b", "c"], ["a", "c"]),
        (["a", "b", "c"], []),
        (["a"], ["a", "b", "c"]),
        (["a", "b"], ["x", "a", "b"]),
        ([1, 2, 3, 4], [4, 3, 2, 1]),
        ([{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 2}, {"n": 3}, {"n": 4}]),
        ([[1, 2], [3]], [[1], [3, 4], []]),
        ([1, 1, 1], [1, 1]),
        (["a", "b", "c", "d", "e"], ["b", "e", "f"]),
        (LONG, LONG[:3] + LONG[9:20] + LONG[25:]),
        (LONG, LONG[:-3]),
        (LONG[9:20], ["new", *LONG[:12], *LONG[15:]]),
    ],
    ids=[
        "middle",
        "all",
        "grown",
        "front",
        "reversed",
        "shifted",
        "nested",
        "equal",
        "mixed",
        "long-shorter",
        "long-end",
        "long-longer",
    ],
)
async def test_client_sends_what_became_of_an_array(
    client: ClientUnderTest, before: list[JSON], after: list[JSON]
) -> None:
    await client.set(items=before)
    await client.assign("items", after)
    expect.equal(client.attribute("items"), after, "the items after the client's patch")
    await client.agrees()


@case("patch-type-changes")
@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (0, False), ("1", 1), (None, False), ([], {}), ({"a": 0}, {"a": False}), (0, "")],
    ids=[
        "one-true",
        "zero-false",
        "text-number",
        "null-false",
        "array-object",
        "deep",
        "zero-text",
    ],
)
async def test_client_sends_a_change_of_type(
    client: ClientUnderTest, before: JSON, after: JSON
) -> None:
    await client.set(anything=before)
    await client.assign("anything", after)
    expect.equal(client.attribute("anything"), after, "the attribute after the client's patch")
    await client.agrees()


@case("patch-plain-operations")
async def test_client_sends_only_plain_operations(client: ClientUnderTest) -> None:
    await client.set(items=[1, 2, 3], table={"a": {"b": [1]}})
    await client.assign("items", [3, 1, 2])
    await client.assign("table", {"c": {"b": [1]}})
    operations = {o["op"] for patch in client.patches() for o in patch}
    unusual = sorted(operations - {"add", "remove", "replace"})
    expect.equal(unusual, [], "operations other than add, remove and replace")


@case("patch-size")
async def test_client_sends_nothing_when_nothing_changed(client: ClientUnderTest) -> None:
    await client.set(items=[{"a": 1}], text="same")
    since = await client.assign("items", [{"a": 1}])
    await client.act("publish")
    expect.equal([p for p in client.patches(since) if p], [], "patches that change nothing")


@case("patch-size")
async def test_client_sends_no_patch_that_is_larger_than_the_attribute(
    client: ClientUnderTest,
) -> None:
    await client.set(items=[*range(40)])
    for items in ([*range(39, -1, -1)], [0], []):
        since = await client.assign("items", items)
        whole = compact([{"op": "replace", "path": "/items", "value": items}])
        for patch in client.patches(since):
            expect.true(
                len(compact(patch)) <= len(whole),
                expected=f"at most the {len(whole)} characters of a replace",
                received=f"{len(compact(patch))} characters",
            )


@case("patch-atomic")
async def test_client_takes_all_of_a_patch_or_nothing(client: ClientUnderTest) -> None:
    await client.set(items=[1])
    operations = [
        {"op": "add", "path": "/items/-", "value": 2},
        {"op": "replace", "path": "/number", "value": 5},
        {"op": "remove", "path": "/table/nothing"},
    ]
    client.answers = False
    await client.illegal(f"_PATCH:{KEY}", operations)
    await client.fence()
    await client.holds()
