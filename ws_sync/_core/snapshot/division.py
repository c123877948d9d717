"""Dividing the text of a large array or object into its members, without another text of it.

Decoding a text and writing each member again takes many times as long as writing the whole. So the
text of an array of objects is searched, if its brackets show that this is exact.
"""

from __future__ import annotations

import orjson

from ws_sync._core.snapshot.member_offsets import MemberOffsets, members_of

_BETWEEN = b"},{"
"""Between two objects of an array, and nowhere else if no object is in an array inside of them."""

_NESTED = 3
"""How often the innermost brackets are left out, until only those of the elements remain."""

_NO_BRACKETS = bytes(set(range(256)) - set(b'[]{}"'))


def divide(text: bytes) -> MemberOffsets:
    """Compute the offsets of a text that orjson wrote."""
    strides = _search(text)
    if strides is None:
        members = members_of(orjson.loads(text), text, None)
        strides = [len(each) + 1 for each in members.texts(members.take(0, len(members)))]
    return MemberOffsets(strides)


def _search(text: bytes) -> list[int] | None:
    """Return the strides of an array of objects; None if a search may not be exact."""
    if not (text.startswith(b"[{") and text.endswith(b"}]")):
        return None
    if b"\\" in text:  # with escaped quotes, a quote may be inside of a string
        text = text.replace(rb"\\", b"__").replace(rb"\"", b"__")
    brackets = text.translate(None, _NO_BRACKETS)[1:-1]
    # without a pair of quotes, a bracket is in no string, or the quotes around it are left over
    brackets = brackets.replace(b'""', b"")
    for _ in range(_NESTED):
        brackets = brackets.replace(b"[]", b"").replace(b"{{}", b"{")
    objects = len(brackets) // 2
    if brackets != b"{}" * objects:
        return None
    found = text[2:-2].split(_BETWEEN)
    return [len(each) + 3 for each in found] if len(found) == objects else None
