"""Documents that change at random, and the patches that a peer receives.

The values are plain or tracked. `jsonpatch` applies each patch to what the peer holds. The result
must be the new value, and no patch may be longer than replacing the attributes that it changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import jsonpatch
from hypothesis import strategies as st

from conformance.protocol.wire import same
from tests.ws_sync.strategies import texts, values
from tools.fuzz.target import Finding, Target
from ws_sync._core.json.codec import dump, encode
from ws_sync._core.json.diff import diff
from ws_sync._core.json.pointer import join
from ws_sync._core.snapshot.document import PeerSnapshot
from ws_sync._core.snapshot.text_diff import replace_operation
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import NotJSON

ATTRIBUTES = ("a", "b/~", "")
UNSENDABLE = (float("nan"), float("inf"), "\ud800", object(), {1, 2}, 10**400, {None: 1}, 1j)

Step = tuple[int, int, int, Any]
"""A kind of change, an attribute, a place in it, and a value."""


def check(drawn: tuple[list[Any], list[bool], list[Step]]) -> None:
    """After each change, a patch that is not too long brings the peer up to date."""
    first, tracked, steps = drawn
    live = {name: _large(value) for name, value in zip(ATTRIBUTES, first, strict=True)}
    for name, tracks in zip(ATTRIBUTES, tracked, strict=True):
        live[name] = _track(live[name]) if tracks else live[name]
    document = PeerSnapshot({name: dump(value) for name, value in live.items()})
    held = json.loads(encode(live))
    for step in steps:
        _change(live, step)
        held = _advance(document, live, held)


def check_diff(drawn: tuple[Any, Any]) -> None:
    """The difference turns one value into the other; it is empty for equal values."""
    old, new = drawn
    before = repr(drawn)
    operations = diff(old, new)
    if repr(drawn) != before:
        raise Finding("a value was changed")
    if not same(jsonpatch.apply_patch(old, operations), new):
        raise Finding(f"{operations!r} does not turn the old value into the new one")
    if same(old, new) and operations:
        raise Finding(f"{operations!r} between equal values")


def _advance(document: PeerSnapshot, live: dict[str, Any], held: Any) -> Any:
    """Compare, and return what the peer holds after that."""
    expected, unsendable = dict(held), set()
    for name, value in live.items():
        try:
            expected[name] = json.loads(encode(value))
        except NotJSON:
            unsendable.add(name)
    found = document.advance([(name, partial(live.get, name)) for name in live], None, {})
    errors = set() if found is None else found.errors.keys()
    if errors != unsendable:
        raise Finding(f"errors for {errors}, but {unsendable} have no JSON form")
    if found is not None and found.operations:
        most = sum(
            len(replace_operation(join(name), encode(live[name]).encode())) + 1
            for name in found.changed
        )
        if len(found.patch) - 1 > most:
            raise Finding(f"{found.patch!r} is longer than the replacement of {most} bytes")
        held = jsonpatch.apply_patch(held, json.loads(found.patch))
    for what, value in (("the peer", held), ("the document", document.value())):
        if not same(value, expected):
            raise Finding(f"{what} holds {value!r} instead of {expected!r}")
    return held


def _change(live: dict[str, Any], step: Step) -> None:
    kind, which, place, value = step
    name = ATTRIBUTES[which]
    if kind == 0:
        live[name] = value
        return
    if kind == 1:
        live[name] = _track(_large(value))
        return
    container = _container(live[name], place)
    change = _CHANGES[kind % len(_CHANGES)]
    if container is not None:
        change(container, place, value)


def _container(value: Any, place: int) -> Any:
    """Return a container somewhere in a value, or None."""
    random, found = Random(place), None
    while isinstance(value, list | dict):
        found = value
        members = list(value.values()) if isinstance(value, dict) else value
        if not members or random.random() < 0.3:
            break
        value = members[random.randrange(len(members))]
    return found


def _set(container: Any, place: int, value: Any) -> None:
    if isinstance(container, dict):
        names = [*container, "new", "~", 'quo"te']
        container[names[place % len(names)]] = value
    elif container:
        container[place % len(container)] = value


def _insert(container: Any, place: int, value: Any) -> None:
    if isinstance(container, dict):
        container[str(place % 5)] = value
    else:
        container.insert(place % (len(container) + 1), value)


def _delete(container: Any, place: int, _: Any) -> None:
    if isinstance(container, dict) and container:
        del container[[*container][place % len(container)]]
    elif container:
        del container[place % len(container)]


def _move(container: Any, place: int, _: Any) -> None:
    if isinstance(container, dict):
        for name in list(container)[: place % 3]:
            container[name] = container.pop(name)  # the order of members makes no difference
    elif container:
        container.insert(place // 7 % len(container), container.pop(place % len(container)))


def _reorder(container: Any, place: int, _: Any) -> None:
    if isinstance(container, list) and place % 2:
        container.reverse()
    elif isinstance(container, list):
        container.sort(key=repr)


def _splice(container: Any, place: int, value: Any) -> None:
    if isinstance(container, list):
        at = place % (len(container) + 1)
        container[at : at + place // 11 % 4] = [value] * (place % 3)
    else:
        container.update({"a": value, "b": place})


def _alias(container: Any, place: int, _: Any) -> None:
    """Insert a member a second time."""
    inner = list(container.values()) if isinstance(container, dict) else container
    if inner:
        _insert(container, place, inner[place % len(inner)])


def _insert_unsendable(container: Any, place: int, _: Any) -> None:
    """Insert a value that has no JSON form."""
    _insert(container, place, UNSENDABLE[place % len(UNSENDABLE)])


_CHANGES: list[Callable[[Any, int, Any], None]] = [
    _set,
    _set,
    _insert,
    _delete,
    _move,
    _reorder,
    _splice,
    _alias,
    _insert_unsendable,
]


def _large(value: Any) -> Any:
    """Repeat the members of a value, so that its text is divided."""
    if isinstance(value, list) and len(value) > 2:
        return [json.loads(json.dumps(value[at % len(value)])) for at in range(len(value) * 40)]
    if isinstance(value, dict) and len(value) > 2:
        return value | {f"{name}{at}": member for name, member in value.items() for at in range(30)}
    return value


def _track(value: Any) -> Any:
    if isinstance(value, dict):
        return SyncedDict(value)
    return SyncedList(value) if isinstance(value, list) else value


numbers = st.sampled_from(
    [0, 1, -0.0, 0.0, 1.0, True, False, 2**53, 2**53 + 1, 2**64, 1e22, 10**22]
)
members = st.one_of(
    values,
    values,
    numbers,
    st.lists(texts, min_size=3, max_size=6),
    numbers.map(lambda n: [n, {"n": n}]),
)
steps = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(0, 1 << 20), members), max_size=8
)

TARGETS = {
    "document": Target(
        "after each change, a patch brings the peer up to date",
        st.tuples(
            st.lists(members, min_size=3, max_size=3),
            st.lists(st.booleans(), min_size=3, max_size=3),
            steps,
        ),
        check,
        2,
    ),
    "diff": Target(
        "a difference turns one value into the other", st.tuples(members, members), check_diff
    ),
}
