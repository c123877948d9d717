"""Hypothesis strategies for values, for changes of a value, and for patches of a client."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from conformance.protocol.contract import ASSIGNABLE
from conformance.protocol.model import Model
from conformance.protocol.pointers import places
from conformance.protocol.wire import JSON

NAMES = ["a", "b", "", "/", "~", "a/b", "m~n", "~1", "0", "-", "é", "😀", "__proto__", "\x00"]
SCALARS: list[JSON] = [
    0, 1, True, False, None, "", "a", 1.0, 1.5, -1, 2**53 - 1, -(2**53 - 1), 1e-7, 1e300, "1", "0",
    "é😀", "\x00\u2028", "a/b~c", '"\\',
]  # fmt: skip
DEPTH = 30
"""The levels of a deep value; the documents add some."""


def deep(value: JSON) -> JSON:
    """Nest a value in many arrays and objects."""
    for level in range(DEPTH):
        value = [value] if level % 2 else {"a": value}
    return value


scalars = st.sampled_from(SCALARS)
leaves = st.sampled_from([*SCALARS, deep(0), deep("a")])
names = st.sampled_from(NAMES)


values: SearchStrategy[JSON] = st.one_of(
    leaves,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    ),
)
long_arrays = st.integers(6, 16).map(
    lambda length: [f"element {number} of many" for number in range(length)]
)
arrays: SearchStrategy[list[JSON]] = st.one_of(
    st.lists(st.one_of(scalars, values), max_size=5), long_arrays
)


@st.composite
def rearranged(draw: DrawFn, array: list[JSON]) -> list[JSON]:
    """Draw an array with one or two elements changed."""
    result = list(array)
    for _ in range(draw(st.integers(1, 2))):
        if not result:
            return [draw(scalars)]
        index = draw(st.integers(0, len(result) - 1))
        match draw(st.sampled_from(["remove", "insert", "move", "repeat", "replace"])):
            case "remove":
                del result[index]
            case "insert":
                result.insert(index, draw(scalars))
            case "move":
                result.insert(draw(st.integers(0, len(result) - 1)), result.pop(index))
            case "repeat":
                result.insert(index, result[index])
            case _:
                result[index] = draw(st.one_of(scalars, altered(result[index])))
    return result


@st.composite
def altered(draw: DrawFn, value: JSON) -> JSON:
    """Draw a value with a change inside it, or another value if nothing is inside it."""
    if isinstance(value, dict) and value:
        name = draw(st.sampled_from(sorted(value)))
        others = {other: inner for other, inner in value.items() if other != name}
        match draw(st.sampled_from(["change", "remove", "add"])):
            case "change":
                return {**value, name: draw(altered(value[name]))}
            case "remove":
                return others
            case _:
                return {**value, draw(names): draw(scalars)}
    if isinstance(value, list) and value:
        return draw(rearranged(value))
    return draw(values)


@st.composite
def edits(draw: DrawFn, model: Model) -> list[JSON]:
    """Draw a patch of the client, mostly valid, for attributes without unsynced changes."""
    free = {n: v for n, v in model.state.items() if n in ASSIGNABLE and n not in model.unsynced}
    if not free:
        return []
    pointers = st.sampled_from(list(places(free)))
    operations: list[JSON] = []
    for _ in range(draw(st.integers(1, 3))):
        op = draw(st.sampled_from(["replace", "add", "remove", "test", "move", "copy"]))
        operation: JSON = {"op": op, "path": draw(pointers)}
        if op == "add" and draw(st.booleans()):
            operation["path"] += draw(st.sampled_from(["/-", "/0", "/new"]))
        if op in ("move", "copy"):
            operation["from"] = draw(pointers)
        elif op != "remove":
            whole_items = operation["path"] == "/items"
            operation["value"] = draw(arrays if whole_items else values)
        operations.append(operation)
    return operations if keeps_items_an_array(operations) else []


SPOILERS: list[JSON] = [
    {"op": "remove", "path": "/text/no-such-member"},
    {"op": "remove", "path": "/table/no-such-member"},
    {"op": "replace", "path": "/no-such-attribute", "value": 1},
    {"op": "add", "path": "/no-such-attribute", "value": 1},
    {"op": "remove", "path": "/itemCount"},
    {"op": "test", "path": "/flag", "value": "not its value"},
    {"op": "add", "path": "/items/99", "value": 1},
    {"op": "add", "path": "/items/00", "value": 1},
    {"op": "add", "path": "/items/+1", "value": 1},
    {"op": "remove", "path": "/items/-"},
    {"op": "replace", "path": "/items/-1", "value": 1},
    {"op": "replace", "path": "/table~2", "value": 1},
    {"op": "replace", "path": "text", "value": 1},
    {"op": "replace", "path": "/text"},
    {"op": "copy", "path": "/text"},
    {"op": "move", "path": "/table/inside", "from": "/table"},
    {"op": "spin", "path": "/text", "value": 1},
    {"path": "/text", "value": 1},
    {"op": "replace", "path": "/itemCount", "value": 77},
    {"op": "replace", "path": "", "value": []},
    5,
]
"""Operations for each of which a patch must be refused, whatever its other operations are."""

spoilers = st.sampled_from(SPOILERS)


def keeps_items_an_array(operations: list[JSON]) -> bool:
    """Whether no operation moves or copies a value over `items`, which must stay an array."""
    return not any(
        operation["path"] == "/items" and operation["op"] in ("move", "copy")
        for operation in operations
    )
