"""Frames and values as text for people."""

from __future__ import annotations

import pytest

from conformance.protocol.display import (
    SHOWN_BYTES,
    SHOWN_CHARACTERS,
    escape_control_chars,
    show_json,
    show_payload,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße 😀", "Grüße 😀"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnol", "\\u202egnol"),
    ],
    ids=["plain", "line-break", "terminal", "direction"],
)
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert escape_control_chars(text) == shown
    assert show_payload(text) == shown


def test_middle_of_a_long_text_is_left_out() -> None:
    assert show_payload("a" * SHOWN_CHARACTERS) == "a" * SHOWN_CHARACTERS
    half = SHOWN_CHARACTERS // 2
    shown = show_payload("a" * half + "bb" + "c" * half, left_out=5)
    assert shown == f"{'a' * half} …7 characters… {'c' * half}"


def test_bytes_are_shown_in_hexadecimal_with_their_whole_length() -> None:
    assert show_payload(b"") == "0 bytes"
    assert show_payload(b"\x00\xff") == "2 bytes 00ff"
    shown = show_payload(b"\x01" * (SHOWN_BYTES + 1), left_out=4)
    assert shown == f"{SHOWN_BYTES + 5} bytes {'01' * 32}…"


def test_json_is_shown_compact() -> None:
    assert show_json({"a": [1, None], "é": "\n"}) == '{"a":[1,null],"é":"\\n"}'
