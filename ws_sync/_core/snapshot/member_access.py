"""The members of a value, one by one, beside the text that orjson has made of the whole.

An array's members are its elements, an object's are its pairs of a name and a value. They come from
the value itself where that is a list or a dict, and are read from the text where it is something
that was converted. They are asked for from left to right.
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
        """Return members; `start` is never lower than the last `stop`."""

    def texts(self, members: list[Any]) -> Iterator[bytes]:
        """Return the texts of some members as they stand in the text of the whole."""


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
        self._left = iter(values.items())
        self._taken = 0
        self._default = default

    def __len__(self) -> int:
        return self._size

    def take(self, start: int, stop: int) -> list[tuple[str, JSON]]:
        """See `Members`."""
        found = list(islice(self._left, start - self._taken, stop - self._taken))
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
    """Return the members of `value`, of which orjson has made `text`, an array or an object."""
    if text[:1] == b"[":
        elements = value if isinstance(value, list) or type(value) is tuple else orjson.loads(text)
        return Elements(elements, default)
    return Pairs(value if isinstance(value, dict) else orjson.loads(text), default)
