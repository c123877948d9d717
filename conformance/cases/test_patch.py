"""Cases for spec/patch.md: patches that a server sends, accepts and refuses."""

from __future__ import annotations

import pytest

from conformance.cases.patches import (
    ACCEPTED,
    ATTRIBUTES,
    EQUAL,
    INDEXES,
    ITEMS,
    MALFORMED,
    MISSING,
    POINTERS,
    READ_ONLY,
    START,
    TOKENS,
    TYPE_CHANGES,
    UNEQUAL,
    add,
    copy,
    ensure,
    move,
    named_params,
    normalize_numbers,
    remove,
    replace,
)
from conformance.driver import expect
from conformance.driver.dialogue import Dialogue
from conformance.driver.peer import Peer
from conformance.protocol.wire import JSON, compact
from conformance.runner.case import case


async def prepare(peer: Peer) -> None:
    """Assign the state to which the patches of this module are applied."""
    await peer.action("assignMany", values=START)
    await peer.fence()


# Patches that a server sends


@case("patch-shape")
async def test_patches_of_all_changes_are_well_formed(peer: Peer) -> None:
    for value in ([1, 2], [2, 1, 3], {"a": [1]}, {"a": [], "b": {"": 1}}, "text", None, 5):
        await peer.assign("anything", value)
    await peer.in_sync()  # every patch is judged when it arrives


@case("patch-applicable")
async def test_every_patch_fits_the_copy_of_the_client(peer: Peer) -> None:
    for round_ in range(20):
        value = [[n, {"k": n * round_ % 3}] for n in range(round_ % 5)]
        await peer.action("assignMany", values={"items": value, "table": {str(round_): value}})
        await peer.fence()
        await peer.patch(replace("/text", str(round_)))
    await peer.in_sync()  # every patch is applied when it arrives


@case("patch-applicable")
async def test_removals_of_one_patch_fit_the_copy_of_the_client(peer: Peer) -> None:
    items = [f"{number:040}" for number in range(30)]  # so that a replace of the whole is longer
    for left in (items, items[:-3], items[:12] + items[15:-3], items[:5]):
        await peer.assign("items", left)
    await peer.in_sync()


@case("patch-escaping")
@pytest.mark.parametrize("name", ["a/b", "m~n", "~1", "~01", "/", "~", "a//b~~c"])
async def test_pointer_to_a_special_name_is_escaped(peer: Peer, name: str) -> None:
    bulk = {str(n): "padding" * 3 for n in range(20)}  # so that a replace of the whole is longer
    await peer.assign("table", {**bulk, name: 1, "keep": 0})
    await peer.assign("table", {**bulk, name: 2, "keep": 0})
    await peer.assign("table", {**bulk, "keep": 0})
    expect.equal((await peer.in_sync())["table"], {**bulk, "keep": 0}, "the attribute table")


@case("patch-escaping")
@pytest.mark.parametrize(
    ("name", "twin"),
    [
        pytest.param("a/b", {"a": {"b": 0}}, id="slash"),
        pytest.param("~1", {"/": 0}, id="tilde"),
        pytest.param("~0", {"~": 0}, id="tilde-of-a-tilde"),
        pytest.param("/", {"~1": 0}, id="slash-escaped-twice"),
    ],
)
async def test_pointer_does_not_hit_the_twin_of_a_name(peer: Peer, name: str, twin: JSON) -> None:
    bulk = {str(n): "padding" * 3 for n in range(20)}  # so that a replace of the whole is longer
    for value in (1, 2):
        await peer.assign("table", {**bulk, **twin, name: value})
    expect.equal((await peer.in_sync())["table"], {**bulk, **twin, name: 2}, "the attribute table")


@case("patch-plain-operations")
async def test_patches_hold_only_plain_operations(peer: Peer) -> None:
    mark = peer.mark()
    for value in ([1, 2, 3, 4], [4, 1, 2, 3], [1, 2, 3, 4, 1], {"a": [9], "b": 1}, {"c": [9]}):
        await peer.assign("anything", value)
    await peer.fence()
    sent = {o["op"] for patch in peer.events("_PATCH:TESTEE", mark) for o in patch}
    expect.equal(sorted(sent - {"add", "remove", "replace"}), [], "operations of other kinds")


@case("patch-type-changes")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(before, after, id=f"{compact(before)}-{compact(after)}")
        for before, after in TYPE_CHANGES
    ],
)  # fmt: skip
async def test_change_of_type_is_sent(peer: Peer, before: JSON, after: JSON) -> None:
    await peer.assign("anything", before)
    await peer.assign("anything", after)
    await peer.fence()
    expect.equal(peer.mirror()["anything"], after, "anything in the client's copy")


@case("patch-size")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([{"n": n} for n in range(300)], [], id="clear"),
        pytest.param(list(range(300)), list(range(300, 600)), id="replace-all"),
        pytest.param({str(n): n for n in range(200)}, {"only": 1}, id="clear-object"),
    ],
)
async def test_patch_is_not_larger_than_a_replace(peer: Peer, before: JSON, after: JSON) -> None:
    await peer.assign("anything", before)
    await peer.fence()
    mark = peer.mark()
    await peer.assign("anything", after)
    await peer.fence()
    whole = len(compact([replace("/anything", after)]))
    sizes = [len(compact(normalize_numbers(patch))) for patch in peer.events("_PATCH:TESTEE", mark)]
    expect.true(
        sum(sizes) <= whole,
        expected=f"at most {whole} characters",
        received=f"{sum(sizes)} characters in {len(sizes)} patches",
    )


# Patches that a server accepts


@case("patch-operations")
@pytest.mark.parametrize("operations", ACCEPTED)
async def test_operation_is_applied(peer: Peer, operations: list[JSON]) -> None:
    await prepare(peer)
    await peer.patch(*operations)
    expected = peer.mirror()  # the kit's oracle has applied the client's edit
    state = await peer.get()
    names = ("text", "items", "table", "anything")
    expect.equal(
        {name: state[name] for name in names},
        {name: expected[name] for name in names},
        "the attributes after the patch",
    )


@case("patch-sequence")
async def test_operations_build_on_each_other(peer: Peer) -> None:
    await peer.patch(
        add("/table/list", []),
        add("/table/list/-", 1),
        add("/table/list/0", 0),
        copy("/table/list", "/items"),
        remove("/table/list/1"),
        ensure("/items", [0, 1]),
        add("/table/list/1", 2),
    )
    state = await peer.get()
    expect.equal([state["table"], state["items"]], [{"list": [0, 2]}, [0, 1]], "table and items")


@case("patch-empty")
async def test_empty_patch_is_accepted(peer: Peer) -> None:
    before = await peer.get()
    await peer.patch()
    await peer.alive()
    expect.equal(await peer.get(), before, "the state")


@case("patch-extra-members")
async def test_unknown_members_of_an_operation_are_ignored(peer: Peer) -> None:
    await peer.patch({**replace("/text", "taken"), "from": 5, "comment": "?", "id": None})
    expect.equal((await peer.get())["text"], "taken", "the attribute text")


@case("patch-unescape")
@pytest.mark.parametrize(("token", "name"), TOKENS)
async def test_token_is_decoded(peer: Peer, token: str, name: str) -> None:
    await peer.patch(add(f"/table/{token}", {"in": 1}), replace(f"/table/{token}/in", 2))
    expect.equal((await peer.get())["table"], {name: {"in": 2}}, "the attribute table")


@case("patch-append")
async def test_hyphen_appends(peer: Peer) -> None:
    await prepare(peer)
    await peer.patch(add("/items/-", "d"), add("/items/-", "e"))
    expect.equal((await peer.get())["items"], [*ITEMS, "d", "e"], "the attribute items")


@case("patch-append")
@pytest.mark.parametrize("op", ["move", "copy"])
async def test_hyphen_is_a_target_of_move_and_copy(peer: Peer, op: str) -> None:
    await prepare(peer)
    await peer.patch({"op": op, "from": "/items/0", "path": "/items/-"})
    rest = ITEMS[1:] if op == "move" else ITEMS
    expect.equal((await peer.get())["items"], [*rest, "a"], "the attribute items")


@case("patch-append")
async def test_index_of_the_length_appends(peer: Peer) -> None:
    await prepare(peer)
    await peer.patch(add("/items/3", "d"))
    expect.equal((await peer.get())["items"], [*ITEMS, "d"], "the attribute items")


@case("patch-test")
@pytest.mark.parametrize(("path", "value"), EQUAL)
async def test_equal_value_passes(peer: Peer, path: str, value: JSON) -> None:
    await prepare(peer)
    await peer.patch(ensure(path, value), replace("/text", "passed"))
    expect.equal((await peer.get())["text"], "passed", "the attribute text")


# Patches that a server refuses


@case("patch-test")
@pytest.mark.parametrize(
    ("path", "value"), UNEQUAL, ids=[f"{path}={compact(value)}" for path, value in UNEQUAL]
)
async def test_unequal_value_fails_the_patch(
    dialogue: Dialogue, peer: Peer, path: str, value: JSON
) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.patch(ensure(path, value), replace("/text", "lost")))


@case("patch-atomic")
@pytest.mark.parametrize(
    "last",
    [
        pytest.param(ensure("/text", "other"), id="failed-test"),
        pytest.param(remove("/table/nothing"), id="missing-target"),
        pytest.param(replace("/items/9", 1), id="index"),
        pytest.param({"op": "unknown", "path": "/text"}, id="unknown-op"),
    ],
)
async def test_half_of_a_patch_is_not_applied(dialogue: Dialogue, peer: Peer, last: JSON) -> None:
    await prepare(peer)
    first = [replace("/text", "lost"), add("/items/-", "lost"), remove("/table/x")]
    again = await dialogue.unchanged(peer, peer.patch(*first, last))
    await again.patch(*first)  # the same patch without the last operation is accepted
    state = await again.get()
    expect.equal([state["text"], state["items"][-1]], ["lost", "lost"], "text and the last item")


@case("patch-missing-target")
@pytest.mark.parametrize("operations", named_params(MISSING))
async def test_operation_on_nothing_is_refused(
    dialogue: Dialogue, peer: Peer, operations: list[JSON]
) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.patch(*operations, replace("/text", "lost")))


@case("patch-index")
@pytest.mark.parametrize("operations", named_params(INDEXES))
async def test_bad_index_is_refused(dialogue: Dialogue, peer: Peer, operations: list[JSON]) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.patch(*operations))


@case("patch-pointer-syntax")
@pytest.mark.parametrize("operations", named_params(POINTERS))
async def test_bad_pointer_is_refused(
    dialogue: Dialogue, peer: Peer, operations: list[JSON]
) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.send_illegal("_PATCH:TESTEE", operations))


@case("patch-malformed")
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
async def test_patch_of_wrong_shape_is_refused(dialogue: Dialogue, peer: Peer, data: JSON) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.send_illegal("_PATCH:TESTEE", data))


@case("patch-move-into-itself")
async def test_move_into_itself_is_refused(dialogue: Dialogue, peer: Peer) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.patch(move("/table/x", "/table/x/deep")))


@case("patch-move-into-itself")
async def test_move_of_an_element_into_itself_is_refused(dialogue: Dialogue, peer: Peer) -> None:
    await peer.assign("items", [{"a": 1}, {"b": 2}])
    await peer.fence()
    await dialogue.unchanged(peer, peer.patch(move("/items/0", "/items/0/x")))


@case("patch-many-operations")
async def test_thousand_operations_are_accepted(peer: Peer) -> None:
    await peer.patch(*(add("/items/-", n) for n in range(999)), replace("/number", 999))
    state = await peer.get()
    expect.equal([len(state["items"]), state["number"]], [999, 999], "number of items and number")
    await peer.action("publish")
    await peer.in_sync(requirement="state-converges")


@case("patch-dialects-off")
@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(replace("/", "the whole document"), id="slash-root"),
        pytest.param({"op": "replace", "path": "/text"}, id="missing-value"),
        pytest.param(replace("/items/length", 1), id="array-length"),
        pytest.param(replace("/table/~x", 1), id="unescaped"),
    ],
)
async def test_dialect_that_is_not_turned_on_is_refused(
    dialogue: Dialogue, peer: Peer, operation: JSON
) -> None:
    await prepare(peer)
    if operation["path"] == "/":  # a dialect would take it for the whole document
        operation = replace("/", {**peer.mirror(), "text": "lost"})
    await dialogue.unchanged(peer, peer.send_illegal("_PATCH:TESTEE", [operation]))


@case("patch-growth")
async def test_growth_by_copying_is_refused(dialogue: Dialogue, peer: Peer) -> None:
    doubling = [copy("/table", f"/table/copy{n}") for n in range(17)]
    bomb = [replace("/table", {"seed": "0123456789" * 3}), *doubling]
    await dialogue.unchanged(peer, peer.connection.send("_PATCH:TESTEE", bomb))


@case("patch-attributes")
@pytest.mark.parametrize("operations", ATTRIBUTES.values(), ids=ATTRIBUTES)
async def test_change_of_the_attributes_is_refused(
    dialogue: Dialogue, peer: Peer, operations: list[JSON]
) -> None:
    await prepare(peer)
    attempt = peer.connection.send("_PATCH:TESTEE", operations)
    again = await dialogue.unchanged(peer, attempt)
    await again.action("publish")
    await again.in_sync(requirement="state-converges")


@case("patch-read-only")
@pytest.mark.parametrize("operations", READ_ONLY.values(), ids=READ_ONLY)
async def test_change_of_a_read_only_attribute_is_refused(
    dialogue: Dialogue, peer: Peer, operations: list[JSON]
) -> None:
    await prepare(peer)
    await dialogue.unchanged(peer, peer.patch(*operations))


@case("patch-read-only")
async def test_change_of_a_read_only_attribute_to_true_is_refused(
    dialogue: Dialogue, peer: Peer
) -> None:
    await peer.assign("items", ["one"])
    await peer.fence()
    attempt = peer.patch(replace("/itemCount", True), replace("/text", "lost"))
    await dialogue.unchanged(peer, attempt)


@case("patch-root")
@pytest.mark.parametrize("op", ["replace", "add"])
async def test_whole_document_can_be_replaced(peer: Peer, op: str) -> None:
    await prepare(peer)
    whole = {**peer.mirror(), "text": "whole", "flag": True}
    await peer.patch({"op": op, "path": "", "value": whole})
    state = await peer.get()
    expect.equal(state, whole, "the state")


@case("patch-root")
async def test_whole_document_can_be_tested(peer: Peer) -> None:
    await prepare(peer)
    await peer.patch(ensure("", peer.mirror()), replace("/text", "tested"))
    expect.equal((await peer.get())["text"], "tested", "the attribute text")
