"""The members of a value, one by one, with the text that orjson wrote of the whole value.

The members of an array are its elements. The members of an object are pairs of a name and a value.
They come from the value itself if it is a list, a tuple or a dict. Otherwise the value was
converted, and they are read from the text. They are taken from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat
from typing import Any, Protocol

import orjson

from ws_sync._core.json.codec import JSON, OPTIONS, Default


class Members(Protocol):
    """The members of an array or an object."""

    def __len__(self) -> int:
        """Return their number."""

    def take(self, start: int, stop: int) -> list[Any]:
        """Return members; `start` is never less than the last `stop`."""

    def texts(self, members: list[Any]) -> Iterator[bytes]:
        """Return the texts of members as in the text of the whole."""


class Elements:
    """The elements of an array."""

    def __init__(self, values: list[JSON] | tuple[JSON, ...], default: Default | None) -> None:
        self._values = values
        self._default = default

    def __len__(self) -> int:
        return len(self._values)

    def take(self, start: int, stop: int) -> list[JSON]:
        """See `Members`."""
        return list(self._values[start:stop])

    def texts(self, members: list[JSON]) -> Iterator[bytes]:
        """See `Members`."""
        return map(orjson.dumps, members, repeat(self._default), repeat(OPTIONS))


class Pairs:
    """The members of an object; each is a name and a value."""

    def __init__(self, values: dict[str, JSON], default: Default | None) -> None:
        self._size = len(values)
        self._rest = iter(values.items())
        self._taken = 0
        self._default = default

    def __len__(self) -> int:
        return self._size

    def take(self, start: int, stop: int) -> list[tuple[str, JSON]]:
        """See `Members`."""
        found = list(islice(self._rest, start - self._taken, stop - self._taken))
        self._taken = stop
        return found

    def texts(self, members: list[tuple[str, JSON]]) -> Iterator[bytes]:
        """See `Members`."""
        for name, value in members:
            yield b"%b:%b" % (
                orjson.dumps(name),
                orjson.dumps(value, self._default, OPTIONS),
            )


def members_of(value: object, text: bytes, default: Default | None) -> Members:
    """Return the members of an array or an object, of which orjson wrote `text`."""
    if text[:1] == b"[":
        elements = value if isinstance(value, list) or type(value) is tuple else orjson.loads(text)
        return Elements(elements, default)
    return Pairs(value if isinstance(value, dict) else orjson.loads(text), default)
