"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.protocol.wire import JSON


def pointer(*tokens: str) -> str:
    """The pointer of these tokens."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def places(value: JSON, prefix: str = "") -> Iterator[str]:
    """The pointers of everything inside a value, each before those inside it."""
    if isinstance(value, list):
        value = {str(index): element for index, element in enumerate(value)}
    if isinstance(value, dict):
        for name, inner in value.items():
            place = prefix + pointer(name)
            yield place
            yield from places(inner, place)
