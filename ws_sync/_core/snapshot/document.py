"""The snapshot of one document: what the peer holds under a key, the base of the next patch.

Each attribute is kept as its JSON text. Comparing an attribute with its new value is comparing two
texts, and only the parts that differ are decoded. For a large attribute the offsets of its members
are kept too, so that a difference is found without reading the text before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

import orjson

from ws_sync._core.json.codec import (
    JSON,
    OPTIONS,
    Default,
    Text,
    compact,
    dump,
    dump_exactly,
    read_own,
    write_own,
)
from ws_sync._core.json.diff import Operation, diff
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import join
from ws_sync._core.snapshot.division import divide
from ws_sync._core.snapshot.member_offsets import MemberOffsets, Unstable
from ws_sync._core.snapshot.patch_effect import (
    AppliedPatch,
    View,
    any_moves,
    is_effect,
    operations_by_name,
)
from ws_sync._core.snapshot.spliced_text import SplicedText, Splicer, can_splice, outermost
from ws_sync._core.snapshot.text_diff import (
    DIVISIBLE,
    SMALL,
    Operations,
    Pair,
    TextDiff,
    TooLong,
    Unfaithful,
    add_operation,
    check_faithful,
    diff_scalar,
    replace_operation,
    replace_prefix,
    replace_size,
)
from ws_sync._core.snapshot.tracked_snapshot import TrackedDiff, TrackedSnapshot, snapshot_since
from ws_sync._core.tracked.containers import TRACKED, Container, change_log
from ws_sync.exceptions import NotJSON, Refused, RefusedPatch, UnrecordedChange

MAX_FOLLOWED = 1 << 24
"""Bytes of operations up to which a tracked snapshot follows a patch of the peer."""

NO_VIEWS: Mapping[str, View] = MappingProxyType({})
"""Every attribute is compared as a whole."""

_UNTOUCHED = object()
"""Marks an attribute that a patch does not concern."""

_NO_SCALAR = object()
"""Marks an attribute whose snapshot was not made from a scalar."""

_INCOMPARABLE = (Unfaithful, Unstable, TooLong, TypeError, RuntimeError, LookupError)
"""Raised where parts can't be compared; the last two by values that a thread changes."""

AttributeSnapshot: TypeAlias = Text | SplicedText | TrackedSnapshot
"""What the peer is known to hold of an attribute."""

Reader: TypeAlias = tuple[str, Callable[[], object]]
"""The name of an attribute, and a function that returns its present value."""

Change: TypeAlias = tuple[list[bytes], AttributeSnapshot]
"""Operations, and the snapshot after them. Without operations, only the text has changed."""


class SnapshotDiff:
    """The difference between the attributes and their snapshots.

    Attributes:
        operations: the operations of the patch, as JSON texts; empty if there is nothing to send.
        changed: names of the attributes that the patch changes.
        errors: by name, the errors of attributes that could not be read or have no JSON form.
            Their snapshots are unchanged.
    """

    __slots__ = ("changed", "errors", "operations")

    def __init__(self) -> None:
        self.operations: list[bytes] = []
        self.changed: list[str] = []
        self.errors: dict[str, Exception] = {}

    def add(self, name: str, operations: list[bytes]) -> None:
        """Add the operations that change an attribute."""
        self.operations += operations
        self.changed.append(name)

    @property
    def patch(self) -> bytes:
        """The patch as JSON text."""
        return b"[%b]" % b",".join(self.operations)


class PeerSnapshot:
    """The snapshot of one document.

    An attribute is unknown after the peer changed it in a way that could not be followed. The next
    patch replaces the whole value of an unknown attribute.

    Scalars have a shortcut. `_scalars` obeys this invariant: if `_scalars[name]` is a scalar, the
    snapshot of `name` is known, and is the text of that scalar. A scalar can't change. So while the
    attribute is the same object, it needs no comparison. Every change of a snapshot from outside of
    `advance` therefore removes the name from `_scalars`.
    """

    __slots__ = ("_offsets", "_scalars", "_snapshots", "_stale")

    def __init__(self, snapshots: Mapping[str, AttributeSnapshot]) -> None:
        self._snapshots: dict[str, AttributeSnapshot | None] = dict(snapshots)  # None: unknown
        self._scalars: dict[str, object] = {}
        self._offsets: dict[str, MemberOffsets] = {}
        self._stale: list[tuple[str, list[Operation]]] = []  # for `refresh`: names, and patches

    def value(self) -> dict[str, JSON]:
        """Decode what the peer holds, without unknown attributes."""
        return {name: _decode(held) for name, held in self._snapshots.items() if held}

    def known(self, names: Iterable[str]) -> dict[str, AttributeSnapshot]:
        """Return the snapshots of those of the attributes that are known."""
        return {name: held for name in names if (held := self._snapshots.get(name)) is not None}

    def advance(
        self,
        readers: Iterable[Reader],
        default: Default | None,
        latest: dict[str, AttributeSnapshot],
        views: Mapping[str, View] = NO_VIEWS,
    ) -> SnapshotDiff | None:
        """Read attributes and bring their snapshots up to date. The caller sends the difference.

        Args:
            readers: names of attributes, each with a function that returns the present value.
            default: as for `dump`.
            latest: receives the snapshots of attributes that were compared.
            views: of attributes of which only the members that a patch of the peer has touched are
                compared, if this is possible.

        Returns:
            The difference; None if there are no operations and no errors.
        """
        found: SnapshotDiff | None = None
        if views:
            found, readers = self._look_at(readers, views, default)
        snapshots, scalars, other = self._snapshots, self._scalars, PeerSnapshot._compare_other
        for name, read in readers:
            try:
                value = read()
                if scalars.get(name, _NO_SCALAR) is value:
                    continue
                kind = value.__class__
                compare = _COMPARE.get(kind, other)
                change = compare(self, name, value, snapshots.get(name), default)
            except Exception as error:  # noqa: BLE001  # a property's own, or NotJSON
                found = found or SnapshotDiff()
                found.errors[name] = error
                self._offsets.pop(name, None)
                continue
            if kind in _SCALARS:
                scalars[name] = value
            elif change is not None:
                scalars.pop(name, None)
            if change is None:
                continue
            operations, newer = change
            snapshots[name] = latest[name] = newer
            if operations:
                found = found or SnapshotDiff()
                found.add(name, operations)
        return found

    def _look_at(
        self, readers: Iterable[Reader], views: Mapping[str, View], default: Default | None
    ) -> tuple[SnapshotDiff | None, list[Reader]]:
        """Compare what can be compared by views; return the readers of what can't be."""
        found, rest = SnapshotDiff(), []
        for reader in readers:
            name = reader[0]
            seen = self._look(name, views[name], default) if name in views else None
            if seen is None:
                rest.append(reader)
            elif seen:
                found.add(name, seen)
        return found if found.operations else None, rest

    def _look(self, name: str, view: View, default: Default | None) -> list[bytes] | None:
        """Compare the members that the peer has touched; None if the whole has to be compared."""
        held, offsets = self._snapshots.get(name), self._offsets.get(name)
        if not isinstance(held, SplicedText) or offsets is None:
            return None
        operations, splicer, changed = Operations(held.size), Splicer(held, offsets), {}
        try:
            for place in outermost(map(view.reach, held.touched)):
                value = view.read(place, splicer.length(place))
                newer, old = dump(value, default), splicer.find(place)
                if not newer.native:
                    return None
                if old != newer.text:
                    path = join(name, *place)
                    pair = Pair(old, newer.text, orjson.loads(newer.text), path, len(place))
                    TextDiff(None).compare(operations, pair)
                    changed[place] = newer.text
        except (*_INCOMPARABLE, Refused, NotJSON):
            return None  # compared as a whole
        for place, text in changed.items():
            splicer.put(place, text)
        return operations.texts

    def forget(self, names: Iterable[str]) -> None:
        """Mark attributes as unknown."""
        for name in self._snapshots.keys() & set(names):
            self._set(name, None)

    def apply_patch(self, patch: JSON, write: AppliedPatch) -> None:
        """Follow a patch that the peer has applied to what it holds.

        The snapshot becomes the older one with exactly this patch applied. Whatever else changes in
        the attributes is a difference. The caller then applies the patch to the attributes, and
        calls `refresh`.

        Args:
            patch: the patch.
            write: its effect on the attributes.
        """
        own = operations_by_name(patch)
        if own is None:  # between attributes
            self._follow(self._snapshots.keys() & write.touched, patch)
            return
        for name in self._snapshots.keys() & own:
            held, operations = self._snapshots[name], own[name]
            if isinstance(held, TrackedSnapshot):
                is_source = write.container(name) is held.source and held.is_current
                if is_source and not any_moves(operations):
                    changes = [each for each in operations if each["op"] != "test"]
                    self._stale.append((name, changes))
                    continue
            elif held is not None and _is_divisible(held) and can_splice(operations):
                self._splice(name, held, operations)
                continue
            self._follow([name], operations)

    def _splice(self, name: str, held: Text | SplicedText, operations: list[Operation]) -> None:
        text = held if isinstance(held, SplicedText) else SplicedText(held.text)
        offsets = self._offsets.get(name) or divide(text.text)
        text.touched = []
        try:
            Splicer(text, offsets).apply(operations)
        except Refused:
            self._set(name, None)
        else:
            self._snapshots[name], self._offsets[name] = text, offsets

    def _follow(self, names: Iterable[str], patch: JSON) -> None:
        """Apply a patch to the decoded snapshots of attributes."""
        result = self._applied(names, patch)
        for name in names:
            self._set(name, _text_or_none(result.get(name, _UNTOUCHED)))

    def refresh(self) -> None:
        """Bring the tracked snapshots up to date that `apply_patch` has left for this.

        Their containers were changed in place. A snapshot follows its container if nothing but the
        patch has changed that. Otherwise the container is in several places, or code of the
        application has changed it too: then the patch is applied to the text of the snapshot.
        """
        for name, patch in self._stale:
            snapshot = self._snapshots[name]
            assert isinstance(snapshot, TrackedSnapshot)
            changes, path = TrackedDiff(None), _pointer(name)
            operations = Operations(snapshot.size + MAX_FOLLOWED)
            try:
                changes.compare(operations, snapshot, path)
                if is_effect(operations.texts, patch, {name: snapshot.source}):
                    changes.commit()
                    continue
            except (*_INCOMPARABLE, UnrecordedChange):
                pass
            self._follow([name], patch)
        self._stale.clear()

    def _applied(self, names: Iterable[str], patch: JSON) -> dict[str, JSON]:
        """Return what a patch makes of the snapshots of attributes; empty if it is refused."""
        members: dict[str, JSON] = dict.fromkeys(self._snapshots, _UNTOUCHED)
        members |= {name: _decode(held) for name, held in self.known(names).items()}
        try:
            result = apply(members, patch)
        except RefusedPatch:
            return {}
        return result if type(result) is dict else {}

    def apply_state(self, state: Mapping[str, JSON]) -> None:
        """Set snapshots to the values that the peer reports."""
        for name, value in state.items():
            self._set(name, _text_or_none(value))

    def _set(self, name: str, text: Text | None) -> None:
        self._snapshots[name] = text
        self._scalars.pop(name, None)
        self._offsets.pop(name, None)

    def _compare_scalar(
        self, name: str, value: object, held: AttributeSnapshot | None, default: Default | None
    ) -> Change | None:
        text = _dump_fast(value, default)
        if held is None or not text or not held.native:
            return self._compare(name, value, held, text, default)
        if text == held.text:
            return None
        return diff_scalar(held.text, text, _replace_prefix(name)), Text(compact(text), True)

    def _compare_other(
        self, name: str, value: object, held: AttributeSnapshot | None, default: Default | None
    ) -> Change | None:
        text = b"" if held is None else _dump_fast(value, default)
        if held is not None and text == held.text:
            return None
        return self._compare(name, value, held, text, default)

    def _compare_tracked(
        self, name: str, value: Container, held: AttributeSnapshot | None, default: Default | None
    ) -> Change | None:
        if isinstance(held, TrackedSnapshot) and held.source is value:
            if held.is_current:
                return None
            path = _pointer(name)
            changes = TrackedDiff(default)
            around = replace_size(path, b"")
            operations = Operations(around + held.size)
            try:
                growth = changes.compare(operations, held, path)
            except _INCOMPARABLE:
                pass  # compared as a whole, below
            except UnrecordedChange:
                self._set(name, None)
                raise
            else:
                if operations.size <= around + held.size + growth:  # patch-size
                    changes.commit()
                    return operations.texts, held
        then = change_log(value).last_change
        text = _dump_fast(value, default)
        copy: object = value
        if text and held is not None:  # a thread may change the value: only its text is compared
            try:
                check_faithful(text, value, default, 0)
                copy = orjson.loads(text)
            except Unfaithful:
                text = b""  # written exactly, and decoded from that
        texts, newer = self._compare(name, copy, held, text, default)
        snapshot = snapshot_since(value, default, then) if newer.text == text else None
        return texts, snapshot or newer

    def _compare(
        self,
        name: str,
        value: object,
        held: AttributeSnapshot | None,
        text: bytes,
        default: Default | None,
    ) -> tuple[list[bytes], Text]:
        """Compare a whole value with its snapshot.

        Args:
            name: the attribute.
            value: its value.
            held: the snapshot; None if it is unknown.
            text: the text of the value, see `_dump_fast`.
            default: as for `dump`.

        Raises:
            NotJSON: the value has no JSON form.
        """
        path = _pointer(name)
        if held is None:
            newer = dump(value, default)
            write = replace_operation if name in self._snapshots else add_operation
            return [write(path, newer.text)], newer
        if text and held.native:
            try:
                texts = self._divide(name, held.text, text, value, default)
                return texts, Text(compact(text), True)
            except _INCOMPARABLE:
                self._offsets.pop(name, None)
        newer = dump_exactly(value, default)
        read = read_own(newer.text, newer.native)
        if newer.native and held.native:
            return self._divide(name, held.text, newer.text, read, None), newer
        self._offsets.pop(name, None)
        texts = [write_own(each) for each in diff(_decode(held), read, path)]
        whole = replace_operation(path, newer.text)
        return texts if sum(map(len, texts)) + len(texts) - 1 < len(whole) else [whole], newer

    def _divide(
        self, name: str, old: bytes, new: bytes, value: object, default: Default | None
    ) -> list[bytes]:
        if old == new:
            return []
        path = _pointer(name)
        operations = Operations(replace_size(path, new))  # patch-size
        offsets = TextDiff(default).compare(
            operations, Pair(old, new, value, path), self._offsets.pop(name, None)
        )
        if offsets is not None:
            self._offsets[name] = offsets
        return operations.texts


_SCALARS: frozenset[type] = frozenset({str, int, bool, float, type(None)})

_COMPARE: dict[type, Callable[..., Change | None]] = {
    **dict.fromkeys(_SCALARS, PeerSnapshot._compare_scalar),
    **dict.fromkeys(TRACKED, PeerSnapshot._compare_tracked),
}
"""How values of a type are compared with their snapshots; others use `_compare_other`.

Each returns None if the snapshot is the present value.
"""


def _is_divisible(held: Text | SplicedText) -> bool:
    if isinstance(held, SplicedText):
        return True
    return held.native and held.size >= SMALL and held.text[:1] in DIVISIBLE


def _decode(held: AttributeSnapshot) -> JSON:
    return read_own(held.text, held.native)


@lru_cache(1024)
def _pointer(name: str) -> str:
    return join(name)


@lru_cache(1024)
def _replace_prefix(name: str) -> bytes:
    return replace_prefix(_pointer(name))


def _dump_fast(value: object, default: Default | None) -> bytes:
    """Return orjson's text of a value; empty if only the exact path can write it."""
    try:
        text = orjson.dumps(value, default, OPTIONS)
    except TypeError:
        return b""
    return b"" if text == b"null" and value is not None else text  # NaN has no JSON form


def _text_or_none(value: JSON) -> Text | None:
    try:
        return dump(value)
    except NotJSON:  # no longer in the peer's copy, or nested too deep
        return None
