"""Lines for a terminal or a file: as wide as that is, and marked.

What is wrapped here is plain text. Marks are added to whole lines afterwards, so that they never
count as columns.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from conformance.protocol.display import escape_control_chars

BREAK = 24
"""Columns at the end of a line that are searched for a place to break it."""
AFTER = " ,:;}]/-"
"""Characters after which a line may be broken: a frame has few spaces."""
SENTENCES = 96
"""The maximum width of a sentence, however wide the terminal is."""


class Paint(Protocol):
    """Marks a text as one of a kind, such as `label`, `bad` or `hint`."""

    def __call__(self, text: str, kind: str, /) -> str: ...  # noqa: D102 - above


def plain(text: str, kind: str, /) -> str:  # noqa: ARG001 - a Paint
    """Return the text without a mark."""
    return text


@dataclass(frozen=True, slots=True)
class Console:
    """The layout of lines.

    Attributes:
        width: The number of columns, or None to break only sentences.
        paint: Marks a line.
    """

    width: int | None = None
    paint: Paint = plain

    def wrap(self, text: str, first: str = "", others: str | None = None) -> list[str]:
        """Break a text into lines, with a prefix for the first line and one for the others."""
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
        """Break a sentence into lines."""
        columns = min(self.width or SENTENCES, SENTENCES)
        return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent)

    def shorten(self, text: str, first: str = "", others: str | None = None) -> list[str]:
        """Break a text into at most two lines, without the middle of a longer one."""
        if self.width is None:
            return self.wrap(text, first, others)
        room = max(2 * self.width - len(first) - len(others or first) - BREAK, BREAK)
        text = escape_control_chars(text)
        if len(text) > room:
            text = f"{text[: room * 2 // 3]} … {text[len(text) - room // 3 + 3 :]}"
        return self.wrap(text, first, others)

    def heading(self, text: str, kind: str = "heading") -> Iterator[str]:
        """The heading of a part, on more than one line if it is long."""
        columns = min(self.width or SENTENCES, SENTENCES)
        lines = textwrap.wrap(text, columns, initial_indent="── ", subsequent_indent="   ")
        *more, last = lines
        yield from (self.paint(line, kind) for line in more)
        yield self.paint(last if len(last) >= columns - 1 else f"{last} ".ljust(columns, "─"), kind)


def _cut(text: str, room: int) -> int:
    """Where to break a text that does not fit: after a word or a member, or else at the end."""
    places = range(room, max(room - BREAK, 0), -1)
    between = next((place for place in places if " " in text[place - 1 : place + 1]), None)
    inside = next((place for place in places if text[place - 1] in AFTER), room)
    return between or inside
