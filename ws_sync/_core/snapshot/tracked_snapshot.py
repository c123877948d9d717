"""What the peer holds of a tracked container, member by member.

Only members that the container has noted as changed are looked at. A member that is tracked and
large is mirrored in the same way, everything else is kept as its text. Nothing is taken over before
all of a difference is worked out: when a value has no JSON form, the mirror stays as it is.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

import orjson

from ws_sync._core.json.codec import OPTIONS, Default, compact
from ws_sync._core.json.pointer import escape
from ws_sync._core.snapshot.member_offsets import Stretch
from ws_sync._core.snapshot.text_diff import (
    SMALL,
    Comparison,
    Operations,
    Unfaithful,
    addition,
    judge,
    removal,
)
from ws_sync._core.tracked.change_log import MISSING, Span
from ws_sync._core.tracked.containers import TRACKED, Container, journal, last_change

Part: TypeAlias = "bytes | TrackedSnapshot"


class TrackedSnapshot:
    """The copy that the peer holds of a tracked container.

    Attributes:
        source: the container.
        members: what the peer holds of each of its members, in a list or a dict.
        size: the sum of the sizes of their texts.
    """

    __slots__ = ("_seen", "members", "size", "source")

    native = True
    """What `Text` says: orjson has made it."""

    def __init__(self, source: Container, default: Default | None) -> None:
        """Mirror a container as it is now; its text was judged before.

        Raises:
            Unfaithful: orjson can't write it.
        """
        self.source = source
        self._seen = last_change(source)
        self.members: Any
        write = partial(orjson.dumps, default=default, option=OPTIONS)
        if not isinstance(source, dict):
            self.members = [_part(each, write(each), default) for each in source]
            self.size = sum(map(_size, self.members))
        elif all(type(name) is str for name in source):
            self.members = {
                name: _part(each, write(each), default) for name, each in source.items()
            }
            self.size = sum(map(_size, self.members.values()))
        else:
            raise Unfaithful

    @property
    def text(self) -> bytes:
        """The text of the whole."""
        if isinstance(self.members, dict):
            members = [
                b"%b:%b" % (orjson.dumps(name), _text(part)) for name, part in self.members.items()
            ]
            return b"{%b}" % b",".join(members)
        return b"[%b]" % b",".join(map(_text, self.members))

    @property
    def is_current(self) -> bool:
        """Whether nothing has changed."""
        return last_change(self.source) <= self._seen

    def changes(self) -> Any:
        """Return what the container has noted since the mirror was made or advanced."""
        return journal(self.source).since(self._seen)

    def advance(self, seen: int, size: int) -> None:
        """Note that the mirror is now what the container was at a time."""
        self._seen, self.size = seen, size


class Changes:
    """One comparison of mirrors with their containers; taken over at the end, or not at all."""

    def __init__(self, default: Default | None) -> None:
        self._default = default
        self._comparison = Comparison(default)
        self._seen: list[tuple[TrackedSnapshot, int, int]] = []
        self._names: list[tuple[dict[str, Part], str, Part | None]] = []
        self._spans: list[tuple[list[Part], Span, list[Part]]] = []

    def compare(
        self, operations: Operations, mirror: TrackedSnapshot, path: str, depth: int = 0
    ) -> int:
        """Append the operations that lead from a mirror to its container.

        Args:
            operations: where.
            mirror: what the peer holds.
            path: its pointer.
            depth: how many arrays and objects it stands in.

        Returns:
            By how much the mirror will grow.

        Raises:
            TooLong: they don't fit in.
            Unfaithful: see `judge`.
            TypeError: orjson can't write a value.
        """
        if mirror.is_current:
            return 0
        compare = self._compare_dict if isinstance(mirror.source, dict) else self._compare_list
        growth = compare(operations, mirror, path, depth + 1)
        self._seen.append((mirror, last_change(mirror.source), mirror.size + growth))
        return growth

    def take_over(self) -> None:
        """Let the mirrors be what their containers are."""
        for members, name, part in self._names:
            if part is None:
                members.pop(name, None)
            else:
                members[name] = part
        for parts, span, added in reversed(self._spans):
            parts[span.start : span.stop] = added
        for mirror, seen, size in self._seen:
            mirror.advance(seen, size)

    def _compare_dict(
        self, operations: Operations, mirror: TrackedSnapshot, path: str, depth: int
    ) -> int:
        members: dict[str, Part] = mirror.members
        source: dict[Any, Any] = mirror.source  # type: ignore[assignment]  # it is a dict
        names, growth = mirror.changes(), 0
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
                operations.add(removal(pointer))
                self._names.append((members, name, None))
                growth -= _size(part)
        return growth

    def _compare_list(
        self, operations: Operations, mirror: TrackedSnapshot, path: str, depth: int
    ) -> int:
        parts: list[Part] = mirror.members
        source: list[Any] = mirror.source  # type: ignore[assignment]  # it is a list
        spans, growth = mirror.changes(), 0
        for span in [Span(0, len(parts), 0, len(source))] if spans is None else spans:
            values = source[span.place : span.end]
            if span.stop - span.start == len(values) == 1:
                part, pointer = parts[span.start], f"{path}/{span.place}"
                newer, more = self._compare_part(operations, part, values[0], pointer, depth)
                self._spans.append((parts, span, [newer]))
                growth += more
                continue
            before = parts[span.start : span.stop]
            old = list(map(_text, before))
            new = [compact(orjson.dumps(each, self._default, OPTIONS)).text for each in values]
            stretch = Stretch(span.start, span.stop, old, span.place, new, values)
            self._comparison.compare_elements(operations, stretch, path, ({}, {}), depth)
            added = [_part(*each, self._default) for each in zip(values, new, strict=True)]
            self._spans.append((parts, span, added))
            growth += sum(map(_size, added)) - sum(map(_size, before))
        return growth

    def _compare_part(
        self, operations: Operations, part: Part | None, value: Any, path: str, depth: int
    ) -> tuple[Part, int]:
        """Compare one member; return what mirrors it then, and by how much that is larger."""
        if isinstance(part, TrackedSnapshot) and part.source is value:
            return part, self.compare(operations, part, path, depth)
        text = orjson.dumps(value, self._default, OPTIONS)
        if part is None:
            judge(text, value, self._default, depth)
            operations.add(addition(path, text))
        elif (old := _text(part)) != text:
            self._comparison.compare(operations, old, text, value, path, None, depth)
        newer = _part(value, text, self._default)
        return newer, _size(newer) - (0 if part is None else _size(part))


def _part(value: Any, text: bytes, default: Default | None) -> Part:
    """Mirror a value of which the text is given."""
    if len(text) >= SMALL and type(value) in TRACKED:
        return TrackedSnapshot(value, default)
    return compact(text).text


def _text(part: Part) -> bytes:
    return part if isinstance(part, bytes) else part.text


def _size(part: Part) -> int:
    return len(part) if isinstance(part, bytes) else part.size
