"""Lines for a terminal, or for what stands in its place: so wide, and so marked.

What is wrapped here is plain text; marks are put on whole lines afterwards, so that they never
count as columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Protocol

from conformance.protocol.display import escape_control_chars

BREAK = 24
"""Columns at the end of a line within which a place is looked for to break it."""
AFTER = " ,:;}]/-"
"""Characters after which a line may be broken: a frame has few spaces."""
SENTENCES = 96
"""Columns beyond which no sentence goes, however wide the terminal is."""


class Paint(Protocol):
    """Marks a text as being of a kind, such as `label`, `bad` or `hint`."""

    def __call__(self, text: str, kind: str, /) -> str: ...  # noqa: D102 - above


def plain(text: str, kind: str, /) -> str:  # noqa: ARG001 - a Paint
    """Mark nothing."""
    return text


@dataclass(frozen=True, slots=True)
class Console:
    """Where lines go.

    Attributes:
        width: The columns that there are, or None to break nothing but sentences.
        paint: Marks a line.
    """

    width: int | None = None
    paint: Paint = plain

    def wrapped(self, text: str, first: str = "", others: str | None = None) -> list[str]:
        """A text in lines, with what stands in front of the first and of the others."""
        text = escape_control_chars(text)
        if self.width is None:
            return [f"{first}{text}"]
        indent = " " * len(first) if others is None else others
        lines, rest, start = [], text, first
        while len(start) + len(rest) > self.width:
            cut = _cut(rest, max(self.width - len(start), 1))
            lines.append(f"{start}{rest[:cut]}".rstrip())
            rest, start = rest[cut:].lstrip(), indent
        return [*lines, f"{start}{rest}".rstrip()]

    def sentence(self, text: str, indent: str = "") -> list[str]:
        """A sentence in lines."""
        columns = min(self.width or SENTENCES, SENTENCES)
        return wrap(text, columns, initial_indent=indent, subsequent_indent=indent)

    def brief(self, text: str, first: str = "", others: str | None = None) -> list[str]:
        """The same on two lines at most, with the middle left out of what is longer."""
        if self.width is None:
            return self.wrapped(text, first, others)
        room = max(2 * self.width - len(first) - len(others or first) - BREAK, BREAK)
        text = escape_control_chars(text)
        if len(text) > room:
            text = f"{text[: room * 2 // 3]} … {text[len(text) - room // 3 + 3 :]}"
        return self.wrapped(text, first, others)

    def told(self, head: str, items: list[str], separator: str = "; ") -> Iterator[str]:
        """Several things behind a head, broken between them where that is possible."""
        yield from self.wrapped(separator.join(items), f"{head}: ", "  ")

    def heading(self, text: str, kind: str = "heading") -> Iterator[str]:
        """What begins a part: a line, or more where it is long."""
        columns = min(self.width or SENTENCES, SENTENCES)
        *more, last = wrap(text, columns, initial_indent="── ", subsequent_indent="   ")
        yield from (self.paint(line, kind) for line in more)
        yield self.paint(last if len(last) >= columns - 1 else f"{last} ".ljust(columns, "─"), kind)


def _cut(text: str, room: int) -> int:
    """Where to break a text that does not fit: behind a word or a member, or else at the end."""
    places = range(room, max(room - BREAK, 0), -1)
    between = next((place for place in places if " " in text[place - 1 : place + 1]), None)
    inside = next((place for place in places if text[place - 1] in AFTER), room)
    return between or inside
