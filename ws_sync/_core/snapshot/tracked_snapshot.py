"""The snapshot of a tracked container, member by member.

Only members that the container has recorded as changed are compared. A large member that is tracked
itself has a tracked snapshot of its own. All others are kept as their texts. A difference is
committed only after it is complete: if a value has no JSON form, the snapshot is unchanged.

Other threads may change the containers at any time. The changes of a container and the members that
they name are copied together, under its lock, with the time of that moment. Whatever changes later
has a later time, so the next comparison finds it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import orjson

from ws_sync._core.hunk import Hunk
from ws_sync._core.json.codec import OPTIONS, Default, compact
from ws_sync._core.json.pointer import escape
from ws_sync._core.snapshot.member_offsets import ChangedMembers
from ws_sync._core.snapshot.text_diff import (
    SMALL,
    Operations,
    Pair,
    TextDiff,
    Unfaithful,
    add_operation,
    check_faithful,
    remove_operation,
)
from ws_sync._core.tracked.change_log import MISSING
from ws_sync._core.tracked.containers import LOCK, TRACKED, Container, change_log
from ws_sync.exceptions import UnrecordedChange

Part: TypeAlias = "bytes | TrackedSnapshot"
"""The snapshot of a member."""


class TrackedSnapshot:
    """What the peer is known to hold of a tracked container.

    Attributes:
        source: the container.
        log: its change log.
        members: the snapshots of its members, in a list or a dict.
        size: the sum of their sizes in bytes.
    """

    __slots__ = ("_seen", "log", "members", "size", "source")

    native = True
    """As of `Text`: orjson wrote it."""

    def __init__(self, source: Container, default: Default | None) -> None:
        """Take a snapshot of a container that orjson can write."""
        self.source = source
        self.log = change_log(source)
        with LOCK:
            self._seen = self.log.last_change
            members = source.copy()
        self.members: Any
        if isinstance(members, dict):
            self.members = {name: _part_of(each, default)[1] for name, each in members.items()}
            self.size = sum(map(_size, self.members.values()))
        else:
            self.members = [_part_of(each, default)[1] for each in members]
            self.size = sum(map(_size, self.members))

    @property
    def text(self) -> bytes:
        """The text of the whole container."""
        if isinstance(self.members, dict):
            members = [
                b"%b:%b" % (orjson.dumps(name), _text(part)) for name, part in self.members.items()
            ]
            return b"{%b}" % b",".join(members)
        return b"[%b]" % b",".join(map(_text, self.members))

    @property
    def is_current(self) -> bool:
        """Whether the container is unchanged."""
        return self.log.last_change <= self._seen

    def changes(self, path: str) -> tuple[int, list[tuple[Any, Any]]]:
        """Return the time of the container's last change, and its changes since the snapshot.

        Each change is a hunk with the newer elements, or a name with the newer value or `MISSING`.

        Args:
            path: JSON Pointer of the container.

        Raises:
            UnrecordedChange: the container has a different number of members after these changes.
        """
        source, members = self.source, self.members
        size, found = len(members), []
        with LOCK:
            seen, changes = self.log.last_change, self.log.since(self._seen)
            if isinstance(source, dict):
                for name in dict.fromkeys([*members, *source]) if changes is None else changes:
                    value = source.get(name, MISSING)
                    size += (value is not MISSING) - (name in members)
                    found.append((name, value))
            else:
                for hunk in [Hunk(0, size, 0, len(source))] if changes is None else changes:
                    values = source[hunk.new_start : hunk.new_stop]
                    size += len(values) - hunk.stop + hunk.start
                    found.append((hunk, values))
            if size != len(source):
                raise UnrecordedChange(path, len(source), size)
        return seen, found

    def advance(self, seen: int, size: int) -> None:
        """Set the time and the size of the present members."""
        self._seen, self.size = seen, size


class TrackedDiff:
    """A comparison of tracked snapshots with their containers, which is committed or dropped."""

    def __init__(self, default: Default | None) -> None:
        self._default = default
        self._texts = TextDiff(default)
        self._seen: list[tuple[TrackedSnapshot, int, int]] = []
        self._names: list[tuple[dict[str, Part], str, Part | None]] = []
        self._hunks: list[tuple[list[Part], Hunk, list[Part]]] = []

    def compare(
        self, operations: Operations, snapshot: TrackedSnapshot, path: str, depth: int = 0
    ) -> int:
        """Append the operations that turn a snapshot into the present container.

        Args:
            operations: the list to append to.
            snapshot: the snapshot.
            path: JSON Pointer of the container.
            depth: number of arrays and objects around it.

        Returns:
            The bytes by which the snapshot will grow.

        Raises:
            TooLong: the operations exceed their limit.
            Unfaithful: see `check_faithful`.
            UnrecordedChange: a container was changed past its own methods.
            TypeError: orjson can't write a value.
        """
        if snapshot.is_current:
            return 0
        seen, changes = snapshot.changes(path)
        compare = self._compare_dict if isinstance(snapshot.source, dict) else self._compare_list
        growth = compare(operations, snapshot.members, changes, path, depth + 1)
        self._seen.append((snapshot, seen, snapshot.size + growth))
        return growth

    def commit(self) -> None:
        """Set the snapshots to the present containers."""
        for members, name, part in self._names:
            if part is None:
                members.pop(name, None)
            else:
                members[name] = part
        for parts, hunk, added in reversed(self._hunks):
            parts[hunk.start : hunk.stop] = added
        for snapshot, seen, size in self._seen:
            snapshot.advance(seen, size)

    def _compare_dict(
        self,
        operations: Operations,
        members: dict[str, Part],
        changes: list[tuple[Any, Any]],
        path: str,
        depth: int,
    ) -> int:
        growth = 0
        for name, value in changes:
            if type(name) is not str:
                raise Unfaithful
            pointer, part = f"{path}/{escape(name)}", members.get(name)
            if value is not MISSING:
                newer, more = self._compare_part(operations, part, value, pointer, depth)
                self._names.append((members, name, newer))
                growth += more
            elif part is not None:
                operations.add(remove_operation(pointer))
                self._names.append((members, name, None))
                growth -= _size(part)
        return growth

    def _compare_list(
        self,
        operations: Operations,
        parts: list[Part],
        changes: list[tuple[Hunk, list[Any]]],
        path: str,
        depth: int,
    ) -> int:
        growth = 0
        for hunk, values in changes:
            before = parts[hunk.start : hunk.stop]
            if len(before) == len(values) == 1:
                pointer = f"{path}/{hunk.new_start}"
                newer, more = self._compare_part(operations, before[0], values[0], pointer, depth)
                self._hunks.append((parts, hunk, [newer]))
                growth += more
                continue
            written = [_part_of(each, self._default) for each in values]
            old, new = list(map(_text, before)), [text for text, _ in written]
            change = ChangedMembers(hunk.start, hunk.stop, old, hunk.new_start, new, values)
            self._texts.compare_elements(operations, change, path, depth, ({}, {}))
            added = [part for _, part in written]
            self._hunks.append((parts, hunk, added))
            growth += sum(map(_size, added)) - sum(map(_size, before))
        return growth

    def _compare_part(
        self, operations: Operations, part: Part | None, value: Any, path: str, depth: int
    ) -> tuple[Part, int]:
        """Compare a member; return its new snapshot, and the bytes by which that is larger."""
        if isinstance(part, TrackedSnapshot) and part.source is value:
            return part, self.compare(operations, part, path, depth)
        text, newer = _part_of(value, self._default)
        if part is None:
            check_faithful(text, value, self._default, depth)
            operations.add(add_operation(path, text))
        elif (old := _text(part)) != text:
            self._texts.compare(operations, Pair(old, text, value, path, depth))
        return newer, _size(newer) - (0 if part is None else _size(part))


def snapshot_since(source: Container, default: Default | None, then: int) -> TrackedSnapshot | None:
    """Return a snapshot; None if the container has changed since a time, maybe by a thread."""
    snapshot = TrackedSnapshot(source, default)
    with LOCK:  # no change is being made
        return snapshot if snapshot.log.last_change <= then else None


def _part_of(value: Any, default: Default | None) -> tuple[bytes, Part]:
    """Return the text of a value, and the snapshot that has this text."""
    if type(value) not in TRACKED:
        text = orjson.dumps(value, default, OPTIONS)
        return text, compact(text)
    then = change_log(value).last_change
    text = orjson.dumps(value, default, OPTIONS)
    large = snapshot_since(value, default, then) if len(text) >= SMALL else None
    return text, large or compact(text)


def _text(part: Part) -> bytes:
    return part if isinstance(part, bytes) else part.text


def _size(part: Part) -> int:
    return len(part) if isinstance(part, bytes) else part.size
