"""The patch module compared with `jsonpatch`. Documents must not change.

Inputs for which `jsonpatch` is known to differ are not drawn, for example patches that copy a
megabyte: see `tests/vectors/differences.json`.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
from hypothesis import strategies as st
from jsonpointer import JsonPointerException

from conformance.protocol.wire import same
from tests.ws_sync.strategies import names, scalars, values
from tools.fuzz.target import Finding, Target, often
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import escape
from ws_sync.exceptions import RefusedPatch

OPERATIONS = ["add", "remove", "replace", "move", "copy", "test"]
UNUSABLE = object()


def check(drawn: tuple[Any, Any]) -> None:
    """A patch has the same result as with `jsonpatch`, or is refused by both."""
    document, patch = drawn
    before = repr(document), repr(patch)
    try:
        result = apply(document, patch)
    except RefusedPatch as error:
        str(error)
        result = UNUSABLE
    if (repr(document), repr(patch)) != before:
        raise Finding("the document or the patch was changed")
    expected = _by_jsonpatch(document, patch)
    if result is UNUSABLE or expected is UNUSABLE:
        if result is not expected:
            results = ["refused" if each is UNUSABLE else repr(each) for each in (result, expected)]
            raise Finding("{}; jsonpatch: {}".format(*results))
    elif not same(result, expected):
        raise Finding(f"{result!r}; jsonpatch: {expected!r}")


def _by_jsonpatch(document: Any, patch: Any) -> Any:
    try:
        return jsonpatch.apply_patch(copy.deepcopy(document), copy.deepcopy(patch))
    except (
        jsonpatch.JsonPatchException,
        JsonPointerException,
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        RecursionError,
    ):
        return UNUSABLE


def pointers(value: Any, path: str = "") -> list[str]:
    """Return the pointers of a value and all its parts, and those after the end of arrays."""
    found = [path]
    if isinstance(value, dict):
        for name, member in value.items():
            found += pointers(member, f"{path}/{escape(name)}")
    elif isinstance(value, list):
        found += [f"{path}/-", f"{path}/{len(value)}"]
        for index, element in enumerate(value):
            found += pointers(element, f"{path}/{index}")
    return found


odd_tokens = st.sampled_from(
    [
        "",
        "~",
        "~2",
        "~01",
        "-",
        "-1",
        "+1",
        "00",
        "01",
        "1e0",
        " 1",
        "1 ",
        "٣",
        "10000000000000000",
        "a",
        "b",
        "é",
        "/",
    ]
) | names.map(escape)
odd_pointers = st.lists(odd_tokens, max_size=3).map(lambda tokens: "".join(f"/{t}" for t in tokens))
no_pointers = st.one_of(st.sampled_from(["a", "a/b", " /a", "#/a"]), values)
no_operations: st.SearchStrategy[Any] = st.one_of(
    values,
    st.dictionaries(
        st.sampled_from(["op", "path", "from", "value", "x"]),
        st.one_of(values, st.sampled_from([*OPERATIONS, "Add", "_get", "", "/a", "/b"])),
    ),
)
indices = st.integers(0, 1 << 16)
places = st.one_of(
    *often(indices, 9),
    odd_pointers,
    st.tuples(indices, odd_pointers),
    no_pointers.map(lambda p: [p]),
)
small = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(names, scalars, max_size=3)
)
contents = st.one_of(*often(small, 3), values)
fitting = st.tuples(st.integers(0, 9), st.sampled_from(OPERATIONS), places, places, contents)
drafts = st.one_of(*often(fitting, 15), no_operations.map(lambda operation: (operation,)))
members = st.dictionaries(names, contents, max_size=5)


def operation(draft: Any, document: Any, known: list[str]) -> Any:
    """Return an operation, most often one that fits the document."""
    if len(draft) == 1:
        return draft[0]
    kind, name, path, origin, value = draft
    made = {"op": name, "path": _pointer(path, known)}
    if name in ("move", "copy"):
        made["from"] = _pointer(origin, known)
    elif name == "test" and kind % 2 and type(made["path"]) is str:
        # most other tests fail, and no later operation is reached
        made["value"] = _copied(_lookup(document, made["path"]), twisted=kind % 4 == 1)
    elif name != "remove" or kind == 1:
        made["value"] = value
    return made


def _copied(value: Any, twisted: bool) -> Any:
    """Copy a value; if twisted, with numbers and booleans that are equal only by other rules."""
    if isinstance(value, dict):
        return {name: _copied(member, twisted) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(element, twisted) for element in value]
    if twisted and isinstance(value, int | float) and value in (0, 1):
        return int(value) if isinstance(value, bool) else value == 1
    return float(value) if twisted and isinstance(value, int) else value


def _pointer(place: Any, known: list[str]) -> Any:
    if isinstance(place, int):
        return known[place % len(known)]
    if isinstance(place, tuple):
        return known[place[0] % len(known)] + place[1]
    return place[0] if isinstance(place, list) else place


def case(document: Any, drawn: list[Any], other: Any, kind: int) -> tuple[Any, Any]:
    """Return a document and a patch for it, rarely one that is not a list."""
    if kind == 0:
        return document, other
    known = pointers(document)
    return document, [operation(draft, document, known) for draft in drawn]


cases = st.builds(
    case,
    st.one_of(*often(members, 5), values),
    st.lists(drafts, min_size=1, max_size=6),
    contents,
    st.integers(0, 40),
)


def _lookup(document: Any, pointer: str) -> Any:
    try:
        return apply(
            [document, None],
            [{"op": "copy", "from": f"/0{pointer}", "path": "/1"}, {"op": "remove", "path": "/2"}],
        )[1]
    except RefusedPatch:
        return None


TARGETS = {
    "patch": Target(
        "patches have the same result as with jsonpatch, or are refused",
        cases,
        check,
        2,
    )
}
