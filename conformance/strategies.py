"""What sequences are made of: Hypothesis strategies for values, edits and whole programs.

A program is a list of steps, each a JSON object that names what to do. It is drawn beside a model,
so that an edit points at something that is there; what a step does is in `sequence`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from conformance.model import ASSIGNABLE, Model
from conformance.peer import INITIAL
from conformance.wire import JSON

Step = dict[str, Any]

LONGEST = 25

NAMES = ["a", "b", "", "/", "~", "a/b", "m~n", "~1", "0", "-", "é", "😀", "__proto__", "\x00"]
SCALARS: list[JSON] = [
    0, 1, True, False, None, "", "a", 1.5, -1, 2**53 - 1, -(2**53 - 1), 1e-7, 1e300, "1", "0",
    "é😀", "\x00\u2028", "a/b~c", '"\\',
]  # fmt: skip
MALFORMED = [
    "{", "", "null", "[]", '"x"', '{"type":5}', "{}", '{"type":"_SET:TESTEE","data":{"text":NaN}}',
    '{"type":"_ACTION:TESTEE","data":{"type":"assign","name":"text","value":"\\ud800"}}',
]  # fmt: skip
REFUSED: list[tuple[str, JSON]] = [
    ("_PATCH:TESTEE", {}),
    ("_PATCH:TESTEE", [{"op": "replace", "path": "/text", "value": 1}, {"op": "remove"}]),
    ("_PATCH:TESTEE", [{"op": "replace", "path": "/items/01", "value": 1}]),
    ("_PATCH:TESTEE", [{"op": "add", "path": "text", "value": 1}]),
    ("_PATCH:TESTEE", None),
    ("_SET:TESTEE", []),
    ("_SET:TESTEE", {"text": "lost", "nothing": 1}),
    ("_SET:TESTEE", {"text": "lost", "__class__": 1}),
    ("_ACTION:TESTEE", None),
    ("_ACTION:TESTEE", {"type": 5}),
    ("_ACTION:TESTEE", {"type": "assign", "name": "text"}),
]

scalars = st.sampled_from(SCALARS)
names = st.sampled_from(NAMES)
values: SearchStrategy[JSON] = st.one_of(
    scalars,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    ),
)
arrays = st.lists(st.one_of(scalars, values), max_size=5)


@st.composite
def programs(draw: DrawFn, features: frozenset[str], leave_out: frozenset[str]) -> list[Step]:
    """Programs for a testee with these features, without the kinds of steps to leave out."""
    model = Model({"TESTEE": {**INITIAL, "features": []}, "SECOND": {"value": 0}})
    kinds = st.sampled_from([k for k in kinds_for(features) if k not in leave_out])
    length = draw(st.integers(1, LONGEST))
    return [draw_step(draw, draw(kinds), model) for _ in range(length)]


def kinds_for(features: frozenset[str]) -> list[str]:
    """The kinds of steps that a testee with these features can take; frequent ones repeated."""
    kinds = [
        *["assign"] * 6, *["patch"] * 6, *["set"] * 2, *["quietly"] * 2, "publish", "burst",
        "second", "second-patch", "refused", "malformed", "unknown", "get", "close", "cut",
        "cut-inside", "take-over", "reset", "crossing", "later",
    ]  # fmt: skip
    for feature, more in [
        ("tasks", ["count", "crash", "wait", "cancel", "flash"]),
        ("binary", ["bytes-in", "bytes-out", "half-pair"]),
        ("errors", ["fail"]),
        ("toast", ["notify"]),
        ("client-actions", ["call-back"]),
        ("typed-arguments", ["typed"]),
    ]:
        kinds += more if feature in features else []
    return kinds


def draw_step(draw: DrawFn, kind: str, model: Model) -> Step:
    """One step of a kind; the model is moved on as far as later edits need it."""
    step: Step = {"do": kind}
    match kind:
        case "assign" | "quietly":
            name = draw(st.sampled_from(ASSIGNABLE))
            step["values"] = {name: draw(arrays if name == "items" else values)}
            model.assign(step["values"], quietly=kind == "quietly")
        case "later":
            step["values"] = {"anything": draw(values)}
            model.assign(step["values"])
        case "patch" | "crossing":
            step["operations"] = draw(edits(model))
            if kind == "crossing":
                step["items"] = draw(arrays)
                model.assign({"items": step["items"]})
            model.patched("TESTEE", step["operations"])
        case "set":
            free = [name for name in ASSIGNABLE if name not in model.quiet]
            chosen = draw(st.lists(st.sampled_from(free), max_size=2)) if free else []
            step["members"] = {n: draw(arrays if n == "items" else values) for n in chosen}
            model.set("TESTEE", step["members"])
        case "publish" | "reset":
            model.synced()
        case "second" | "second-patch":
            step["value"] = draw(values)
        case "burst" | "count":
            step["count"] = draw(st.integers(1, 4))
        case "refused":
            step["type"], step["data"] = draw(st.sampled_from(REFUSED))
        case "malformed":
            step["text"] = draw(st.sampled_from(MALFORMED))
        case "bytes-in" | "bytes-out":
            step["content"] = draw(st.binary(max_size=8)).hex()
            step["label"] = draw(scalars)
        case "typed":
            step["arguments"] = draw(
                st.sampled_from([{"count": 1}, {"count": 2, "label": "x"}, {}, {"count": "three"}])
            )
    return step


@st.composite
def edits(draw: DrawFn, model: Model) -> list[JSON]:
    """A patch of the client: mostly valid, of attributes that hold nothing unsynced."""
    free = {n: v for n, v in model.state.items() if n in ASSIGNABLE and n not in model.quiet}
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


def places(value: JSON, prefix: str = "") -> Iterator[str]:
    """The pointers of everything inside a value."""
    if isinstance(value, dict):
        members = ((name.replace("~", "~0").replace("/", "~1"), v) for name, v in value.items())
    elif isinstance(value, list):
        members = ((str(index), v) for index, v in enumerate(value))
    else:
        return
    for token, inner in members:
        yield f"{prefix}/{token}"
        yield from places(inner, f"{prefix}/{token}")


def keeps_items_an_array(operations: list[JSON]) -> bool:
    """Whether no operation moves or copies something over `items`, which stays an array."""
    return not any(
        operation["path"] == "/items" and operation["op"] in ("move", "copy")
        for operation in operations
    )
