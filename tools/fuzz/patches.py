"""The patch module against `jsonpatch`, and the documents that it must leave alone.

`jsonpatch` is no judge where the specification says more than RFC 6902 or the library reads the RFC
in its own way; `tests/vectors/differences.json` names these places, and `_is_explained` knows them.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonpatch
from hypothesis import strategies as st
from jsonpointer import JsonPointerException

from conformance.wire import same
from tests.ws_sync.strategies import names, values
from tools.fuzz.target import Finding, Target
from ws_sync.exceptions import RefusedPatch
from ws_sync.patch import apply
from ws_sync.pointer import escape

OPERATIONS = ["add", "remove", "replace", "move", "copy", "test"]
UNUSABLE = object()


def check(drawn: tuple[Any, Any]) -> None:
    """A patch makes what `jsonpatch` makes, or is refused where that fails; nothing else changes."""
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
    if _is_explained(document, patch, expected, result):
        return
    if result is UNUSABLE or expected is UNUSABLE:
        if result is not expected:
            told = "refused" if result is UNUSABLE else f"applied, to {result!r}"
            raise Finding(f"{told}; jsonpatch: {'refuses' if expected is UNUSABLE else expected!r}")
    elif not same(result, expected):
        raise Finding(f"makes {result!r}; jsonpatch: {expected!r}")


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


def _is_explained(document: Any, patch: Any, expected: Any, result: Any) -> bool:
    """Tell whether `jsonpatch` is no judge here."""
    return False


def pointers(value: Any, path: str = "") -> list[str]:
    """Return the pointers of a value and everything in it, and of the places behind arrays."""
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
    ["", "~", "~2", "~01", "-", "-1", "+1", "00", "01", "1e0", " 1", "1 ", "٣", "10000000000000000", "a", "b", "é", "/"]
) | names.map(escape)  # fmt: skip
odd_pointers = st.lists(odd_tokens, max_size=3).map(lambda tokens: "".join(f"/{t}" for t in tokens))
no_pointers = st.one_of(st.sampled_from(["a", "a/b", " /a", "#/a"]), values)
no_operations: st.SearchStrategy[Any] = st.one_of(
    values,
    st.dictionaries(
        st.sampled_from(["op", "path", "from", "value", "x"]),
        st.one_of(values, st.sampled_from([*OPERATIONS, "Add", "_get", "", "/a", "/b"])),
    ),
)


@st.composite
def operations(draw: st.DrawFn, known: list[str]) -> Any:
    """Draw one operation, most often one that fits."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(no_operations)
    place = st.sampled_from(known)
    if kind < 5:
        place = st.one_of(
            odd_pointers,
            st.builds(lambda base, more: base + more, place, odd_pointers),
            no_pointers if kind == 1 else place,
        )
    operation = {"op": draw(st.sampled_from(OPERATIONS)), "path": draw(place)}
    if operation["op"] in ("move", "copy"):
        operation["from"] = draw(place)
    elif operation["op"] != "remove" or kind == 2:
        operation["value"] = draw(values)
    return operation


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Any]:
    """Draw a document and a patch for it."""
    members = st.dictionaries(names, values, max_size=5)
    document = draw(st.one_of(members, members, members, values))
    if draw(st.integers(0, 30)) == 0:
        return document, draw(values)
    known = pointers(document)
    if isinstance(document, dict) and draw(st.integers(0, 3)) == 0:
        # most tests fail, and then nothing behind them is reached: begin with one that holds
        where = draw(st.sampled_from(known))
        found = _lookup(document, where)
        if found is not UNUSABLE:
            first = {"op": "test", "path": where, "value": copy.deepcopy(found)}
            return document, [first, *draw(st.lists(operations(known), max_size=6))]
    return document, draw(st.lists(operations(known), max_size=6))


def _lookup(document: Any, pointer: str) -> Any:
    try:
        return apply([document, None], [{"op": "copy", "from": f"/0{pointer}", "path": "/1"},
                                        {"op": "remove", "path": "/2"}])[1]  # fmt: skip
    except RefusedPatch:
        return UNUSABLE


TARGETS = {
    "patch": Target(
        "patches make what jsonpatch makes, or are refused and change nothing", cases(), check, 2
    )
}


def as_json(value: Any) -> Any:
    """Return a copy as it comes out of JSON."""
    return json.loads(json.dumps(value))
