"""JSON Pointer (RFC 6901): text to tokens and back."""

from __future__ import annotations

import re

from ws_sync.exceptions import Refused

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")  # RFC 6901, section 4: no sign, no leading zero
_BAD_ESCAPE = re.compile(r"~(?![01])")


def parse(pointer: object) -> tuple[str, ...]:
    """Split a pointer into its unescaped tokens; an empty tuple is the whole document.

    Raises:
        Refused: it is not a pointer.
    """
    if type(pointer) is not str:
        raise Refused("a pointer must be a string")
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise Refused(f"the pointer {pointer!r} does not start with '/'")
    if "~" not in pointer:
        return tuple(pointer[1:].split("/"))
    if _BAD_ESCAPE.search(pointer):
        raise Refused(f"the pointer {pointer!r} has a '~' that is neither '~0' nor '~1'")
    # '~1' first, so that '~01' becomes '~1' (RFC 6901, section 4)
    return tuple(t.replace("~1", "/").replace("~0", "~") for t in pointer[1:].split("/"))


def join(*tokens: str) -> str:
    """Return the pointer of some tokens."""
    return "".join(f"/{escape(token)}" for token in tokens)


def escape(token: str) -> str:
    """Return a token as written between two slashes."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def index(token: str, length: int) -> int:
    """Return the index that a token denotes in an array of `length` elements.

    Raises:
        Refused: it is not an index, or is after the last element.
    """
    if not _INDEX.fullmatch(token):
        raise Refused(f"{token!r} is not an array index")
    if (position := int(token)) >= length:
        raise Refused(f"the index {token} is out of range: the array has {length} elements")
    return position
