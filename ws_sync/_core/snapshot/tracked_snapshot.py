"""The snapshot of a tracked container, member by member.

Only members that the container has recorded as changed are compared. A large member that is tracked
itself has a tracked snapshot of its own. All others are kept as their texts. A difference is
committed only after it is complete: if a value has no JSON form, the snapshot is unchanged.
"""

from __future__ import annotations

from functools import partial
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
from ws_sync._core.tracked.containers import TRACKED, Container, change_log

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
        """Take a snapshot of a container that orjson has just written."""
        self.source = source
        self.log = change_log(source)
        self._seen = self.log.last_change
        self.members: Any
        write = partial(orjson.dumps, default=default, option=OPTIONS)
        if isinstance(source, dict):
            self.members = {
                name: _part(each, write(each), default) for name, each in source.items()
            }
            self.size = sum(map(_size, self.members.values()))
        else:
            self.members = [_part(each, write(each), default) for each in source]
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

    def changes(self) -> Any:
        """Return the changes since the snapshot was taken or advanced."""
        return self.log.since(self._seen)

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
            TypeError: orjson can't write a value.
        """
        if snapshot.is_current:
            return 0
        compare = self._compare_dict if isinstance(snapshot.source, dict) else self._compare_list
        growth = compare(operations, snapshot, path, depth + 1)
        self._seen.append((snapshot, snapshot.log.last_change, snapshot.size + growth))
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
        self, operations: Operations, snapshot: TrackedSnapshot, path: str, depth: int
    ) -> int:
        members: dict[str, Part] = snapshot.members
        source: dict[Any, Any] = snapshot.source  # type: ignore[assignment]  # it is a dict
        names, growth = snapshot.changes(), 0
        for name in dict.fromkeys([*members, *source]) if names is None else names:
            if type(name) is not str:
                raise Unfaithful
            value, pointer = source.get(name, MISSING), f"{path}/{escape(name)}"
            part = members.get(name)
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
        self, operations: Operations, snapshot: TrackedSnapshot, path: str, depth: int
    ) -> int:
        parts: list[Part] = snapshot.members
        source: list[Any] = snapshot.source  # type: ignore[assignment]  # it is a list
        hunks, growth = snapshot.changes(), 0
        for hunk in [Hunk(0, len(parts), 0, len(source))] if hunks is None else hunks:
            values = source[hunk.new_start : hunk.new_stop]
            before = parts[hunk.start : hunk.stop]
            if len(before) == len(values) == 1:
                pointer = f"{path}/{hunk.new_start}"
                newer, more = self._compare_part(operations, before[0], values[0], pointer, depth)
                self._hunks.append((parts, hunk, [newer]))
                growth += more
                continue
            old = list(map(_text, before))
            new = [orjson.dumps(each, self._default, OPTIONS) for each in values]
            change = ChangedMembers(hunk.start, hunk.stop, old, hunk.new_start, new, values)
            self._texts.compare_elements(operations, change, path, depth, ({}, {}))
            added = [_part(*each, self._default) for each in zip(values, new, strict=True)]
            self._hunks.append((parts, hunk, added))
            growth += sum(map(_size, added)) - sum(map(_size, before))
        return growth

    def _compare_part(
        self, operations: Operations, part: Part | None, value: Any, path: str, depth: int
    ) -> tuple[Part, int]:
        """Compare a member; return its new snapshot, and the bytes by which that is larger."""
        if isinstance(part, TrackedSnapshot) and part.source is value:
            return part, self.compare(operations, part, path, depth)
        text = orjson.dumps(value, self._default, OPTIONS)
        if part is None:
            check_faithful(text, value, self._default, depth)
            operations.add(add_operation(path, text))
        elif (old := _text(part)) != text:
            self._texts.compare(operations, Pair(old, text, value, path, depth))
        newer = _part(value, text, self._default)
        return newer, _size(newer) - (0 if part is None else _size(part))


def _part(value: Any, text: bytes, default: Default | None) -> Part:
    """Return the snapshot of a value whose text is given."""
    if len(text) >= SMALL and type(value) in TRACKED:
        return TrackedSnapshot(value, default)
    return compact(text)


def _text(part: Part) -> bytes:
    return part if isinstance(part, bytes) else part.text


def _size(part: Part) -> int:
    return len(part) if isinstance(part, bytes) else part.size
