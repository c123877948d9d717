"""Frames and JSON values as one line of text for people.

What a peer sends must neither steer a terminal nor fill it: control characters are escaped, and the
middle of a long text is left out.
"""

from __future__ import annotations

from conformance.protocol.wire import JSON, compact

SHOWN_CHARACTERS = 300
SHOWN_BYTES = 75


def escape_control_chars(text: str) -> str:
    """The text on one line, with every character escaped that is not printable."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def show_payload(payload: str | bytes, left_out: int = 0) -> str:
    """The payload of a frame, of which `left_out` characters or bytes are missing in the middle."""
    if isinstance(payload, bytes):
        if len(payload) <= SHOWN_BYTES:
            return f"{len(payload)} bytes {payload.hex()}".rstrip()
        return f"{len(payload) + left_out} bytes {payload[:32].hex()}…"
    text = escape_control_chars(payload)
    if len(text) <= SHOWN_CHARACTERS:
        return text
    half = SHOWN_CHARACTERS // 2
    return f"{text[:half]} …{len(text) - 2 * half + left_out} characters… {text[-half:]}"


def show_json(value: JSON) -> str:
    """A JSON value as compact JSON."""
    return show_payload(compact(value))
