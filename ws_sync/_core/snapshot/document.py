"""What the peer holds under one key: the snapshot that patches are made against.

Each attribute is kept as its JSON text: comparing an attribute with its new value is comparing two
texts, and only what differs in them is decoded. Beside the text of a large attribute its layout is
kept, so that the place of a difference is found without reading what stands in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Protocol, TypeAlias

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
from ws_sync._core.json.diff import diff
from ws_sync._core.json.patch import apply
from ws_sync._core.json.pointer import join
from ws_sync._core.snapshot.member_offsets import Layout, Unstable
from ws_sync._core.snapshot.text_diff import (
    Comparison,
    Operations,
    TooLong,
    Unfaithful,
    addition,
    changed_scalar,
    is_plain_scalar,
    replacement,
    replacement_size,
    replacing,
)
from ws_sync._core.snapshot.tracked_snapshot import Changes, TrackedSnapshot
from ws_sync._core.tracked.containers import TRACKED, Container
from ws_sync.exceptions import NotJSON, RefusedPatch

MAX_FOLLOWED = 1 << 24
"""Bytes of operations up to which a mirror follows what the peer has written."""

_UNTOUCHED = object()
"""Stands for an attribute that a patch does not concern."""

_UNSEEN = object()
"""Stands for a value that may have another text when it is looked at again."""

_SCALARS = frozenset({str, int, bool, float, type(None)})
"""Types of values that have the same text for as long as they are the same object."""

AttributeSnapshot: TypeAlias = Text | TrackedSnapshot
"""What is known of an attribute."""


class Applied(Protocol):
    """What a patch of the peer does to attributes.

    Attributes:
        touched: names of those that it reads or writes.
    """

    touched: set[str]

    def before(self, wire: str) -> JSON:
        """Return the value of an attribute as it was."""

    def after(self, wire: str) -> JSON:
        """Return the value of an attribute as it will be."""

    def is_grafted(self, wire: str) -> bool:
        """Tell whether the change is made inside the list or dict that the attribute is."""


class SnapshotDiff:
    """What has changed in a document.

    Attributes:
        operations: those of the patch, as JSON texts; empty when there is nothing to send.
        changed: names of the attributes that it changes.
        errors: what went wrong with attributes, by their names; they stay as they were.
    """

    __slots__ = ("changed", "errors", "operations")

    def __init__(self) -> None:
        self.operations: list[bytes] = []
        self.changed: list[str] = []
        self.errors: dict[str, Exception] = {}

    @property
    def patch(self) -> bytes:
        """The patch as JSON text."""
        return b"[%b]" % b",".join(self.operations)


class PeerSnapshot:
    """The snapshot of one document.

    An attribute whose value is not known (the peer changed it in a way that can't be followed) is
    sent whole with the next difference.
    """

    __slots__ = ("_following", "_layouts", "_seen", "_texts")

    def __init__(self, texts: Mapping[str, AttributeSnapshot]) -> None:
        self._texts: dict[str, AttributeSnapshot | None] = dict(texts)
        self._layouts: dict[str, Layout] = {}
        self._following: list[TrackedSnapshot] = []
        self._seen: dict[str, object] = {}  # scalars, of which the texts are those that are held

    def value(self) -> dict[str, JSON]:
        """Decode what the peer holds, without the attributes that are not known."""
        return {name: _value(held) for name, held in self._texts.items() if held}

    def texts(self, names: Iterable[str]) -> dict[str, AttributeSnapshot]:
        """Return the texts of those of the attributes that are known."""
        return {name: text for name in names if (text := self._texts.get(name)) is not None}

    def advance(
        self,
        readers: Iterable[tuple[str, Callable[[], object]]],
        default: Default | None,
        texts: dict[str, AttributeSnapshot],
    ) -> SnapshotDiff | None:
        """Read attributes, and take over the changes, which the caller sends.

        Args:
            readers: the attributes to look at, as their names and what returns their values.
            default: as for `dump`.
            texts: where to put texts that are new, also of attributes that are only written
                otherwise.

        Returns:
            What is new; None when nothing is.
        """
        found: SnapshotDiff | None = None
        known, seen = self._texts, self._seen
        for name, read in readers:
            try:
                value = read()
                if seen.get(name, _UNSEEN) is value:
                    continue
                held = known.get(name)
                kind = value.__class__
                newer: AttributeSnapshot
                if value.__class__ in TRACKED:
                    if (
                        isinstance(held, TrackedSnapshot)
                        and held.source is value
                        and held.is_current
                    ):
                        continue
                    operations, newer = self._compare_tracked(name, value, held, default)
                else:
                    text = b"" if held is None else _dumped(value, default)
                    if held is not None and text == held.text:
                        seen[name] = value if kind in _SCALARS else _UNSEEN
                        continue
                    if kind in _SCALARS and text and held is not None and held.native:
                        operations = changed_scalar(held.text, text, _replacing(name))
                        newer = compact(text)
                    else:
                        operations, newer = self._compare(name, value, held, text, default)
                seen[name] = value if kind in _SCALARS else _UNSEEN
            except Exception as error:  # noqa: BLE001  # a property's own, or NotJSON
                found = found or SnapshotDiff()
                found.errors[name] = error
                self._layouts.pop(name, None)
                continue
            known[name] = texts[name] = newer
            if operations:
                if found is None:
                    found = SnapshotDiff()
                found.operations += operations
                found.changed.append(name)
        return found

    def forget(self, names: Iterable[str]) -> None:
        """Declare attributes as not known."""
        for name in self._texts.keys() & set(names):
            self._hold(name, None)

    def apply_patch(self, patch: JSON, write: Applied) -> None:
        """Take over a patch of the peer, which it has applied to what it holds.

        The caller then applies it to the attributes, and calls `refresh`.

        Args:
            patch: the patch.
            write: what it does to the attributes.
        """
        names = self._texts.keys() & write.touched
        if self._follow_along(names, write):
            return
        members: dict[str, JSON] = dict.fromkeys(self._texts, _UNTOUCHED)
        for name in names:
            text = self._texts[name]
            members[name] = _UNTOUCHED if text is None else _value(text)
        try:
            result = apply(members, patch)
        except RefusedPatch:
            self.forget(names)
            return
        for name in names:
            value = result.get(name, _UNTOUCHED) if type(result) is dict else _UNTOUCHED
            self._hold(name, _text_or_none(value))

    def refresh(self) -> None:
        """Look at the attributes whose mirrors were not advanced by `apply_patch`: they are now."""
        for mirror in self._following:
            changes = Changes(None)
            try:
                changes.compare(Operations(mirror.size + MAX_FOLLOWED), mirror, "")
            except (Unfaithful, TooLong, TypeError):
                self.forget([name for name, held in self._texts.items() if held is mirror])
            else:
                changes.take_over()
        self._following.clear()

    def _follow_along(self, names: Iterable[str], write: Applied) -> bool:
        """Where the peer holds just what the attributes are, it will hold what they will be."""
        for name in names:
            held, before = self._texts[name], write.before(name)
            if isinstance(held, TrackedSnapshot):
                if held.source is not before or not held.is_current:
                    return False
            elif held is None or not held.native or _dumped(before, None) != held.text:
                return False
        for name in names:
            held, after = self._texts[name], write.after(name)
            if isinstance(held, TrackedSnapshot) and write.is_grafted(name):
                self._following.append(held)
            elif after is not write.before(name):
                try:
                    _, newer = self._compare(name, after, held, _dumped(after, None), None)
                except NotJSON:  # not in the peer's copy any more, or too deep
                    self._hold(name, None)
                else:
                    self._texts[name] = newer
                    self._seen.pop(name, None)
        return True

    def apply_state(self, state: Mapping[str, JSON]) -> None:
        """Take over attributes that the peer says it holds."""
        for name, value in state.items():
            self._hold(name, _text_or_none(value))

    def _hold(self, name: str, text: Text | None) -> None:
        self._texts[name] = text
        self._seen.pop(name, None)
        self._layouts.pop(name, None)

    def _compare(
        self,
        name: str,
        value: object,
        held: AttributeSnapshot | None,
        text: bytes,
        default: Default | None,
    ) -> tuple[list[bytes], Text]:
        """Return the operations that lead to a value, maybe none, and its text.

        Args:
            name: the attribute.
            value: its value.
            held: what the peer holds; None when that is not known.
            text: what orjson makes of the value; empty when that is not known.
            default: as for `dump`.

        Raises:
            NotJSON: the value has no JSON form.
        """
        path = _pointer(name)
        if held is None:
            newer = dump(value, default)
            write = replacement if name in self._texts else addition
            return [write(path, newer.text)], newer
        if text and held.native:
            if is_plain_scalar(text, value):
                return changed_scalar(held.text, text, _replacing(name)), compact(text)
            try:
                return self._divide(name, held.text, text, value, default), compact(text)
            except (Unfaithful, Unstable):
                self._layouts.pop(name, None)
        newer = dump_exactly(value, default)
        read = read_own(*newer)
        if newer.native and held.native:
            return self._divide(name, held.text, newer.text, read, None), newer
        self._layouts.pop(name, None)
        texts = [write_own(each) for each in diff(_value(held), read, path)]
        replaced = replacement(path, newer.text)
        return texts if sum(map(len, texts)) + len(texts) - 1 < len(replaced) else [replaced], newer

    def _compare_tracked(
        self, name: str, value: Container, held: AttributeSnapshot | None, default: Default | None
    ) -> tuple[list[bytes], AttributeSnapshot]:
        """Do what `_compare` does, for a container that knows what has changed in it."""
        path = _pointer(name)
        if isinstance(held, TrackedSnapshot) and held.source is value:
            changes = Changes(default)
            around = replacement_size(path, b"")
            operations = Operations(around + held.size)
            try:
                growth = changes.compare(operations, held, path)
            except (Unfaithful, TooLong, TypeError):
                pass  # compared as a whole, below
            else:
                if operations.size <= around + held.size + growth:
                    changes.take_over()
                    return operations.texts, held
        text = _dumped(value, default)
        texts, newer = self._compare(name, value, held, text, default)
        try:
            return texts, TrackedSnapshot(value, default) if newer.text == text else newer
        except (Unfaithful, TypeError):
            return texts, newer

    def _divide(
        self, name: str, old: bytes, new: bytes, value: object, default: Default | None
    ) -> list[bytes]:
        if old == new:
            return []
        path = _pointer(name)
        operations = Operations(replacement_size(path, new))  # patch-size
        layout = Comparison(default).compare(
            operations, old, new, value, path, self._layouts.pop(name, None)
        )
        if layout is not None:
            self._layouts[name] = layout
        return operations.texts


def _value(held: AttributeSnapshot) -> JSON:
    return read_own(held.text, held.native)


@lru_cache(1024)
def _pointer(name: str) -> str:
    return join(name)


@lru_cache(1024)
def _replacing(name: str) -> bytes:
    return replacing(_pointer(name))


def _dumped(value: object, default: Default | None) -> bytes:
    """Return what orjson makes of a value; nothing when that is up to the exact path."""
    try:
        text = orjson.dumps(value, default, OPTIONS)
    except TypeError:
        return b""
    return b"" if text == b"null" and value is not None else text  # NaN has no JSON form


def _text_or_none(value: JSON) -> Text | None:
    try:
        return dump(value)
    except NotJSON:  # not in the peer's copy any more, or too deep
        return None
