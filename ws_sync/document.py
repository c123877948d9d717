"""What the peer holds under one key: the snapshot that patches are made against.

Each attribute is kept as its JSON text: comparing an attribute with its new value is comparing two
strings, and only an attribute that differs is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ws_sync.codec import JSON, encode, read_own, write_own
from ws_sync.diff import diff
from ws_sync.exceptions import NotJSON, RefusedPatch
from ws_sync.patch import apply
from ws_sync.pointer import join

_UNTOUCHED = object()
"""Stands for an attribute that a patch does not concern."""


class Document:
    """The snapshot of one document.

    An attribute whose value is not known (the peer changed it in a way that can't be followed) is
    sent whole with the next difference.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts: dict[str, str | None] = dict(texts)

    def value(self) -> dict[str, JSON]:
        """Decode what the peer holds, without the attributes that are not known."""
        return {name: read_own(text) for name, text in self._texts.items() if text}

    def difference(self, texts: Mapping[str, str]) -> tuple[str, list[str]]:
        """Compare the snapshot with newer values of some or all attributes.

        The caller sends the patch and then calls `advance` with the same values.

        Returns:
            The patch as JSON text, empty when there is nothing to send; and the names of the
            attributes that it changes.
        """
        parts: list[str] = []
        changed: list[str] = []
        for name, text in texts.items():
            known = self._texts.get(name, "")
            if known != text and (operations := _attribute_difference(name, known, text)):
                parts.append(operations)
                changed.append(name)
        return f"[{','.join(parts)}]" if parts else "", changed

    def differing(self, texts: Mapping[str, str]) -> list[str]:
        """Return the names of the attributes whose text is not the known one."""
        return [name for name, text in texts.items() if self._texts.get(name) != text]

    def advance(self, texts: Mapping[str, str]) -> None:
        """Take over the values that were handed to the connection."""
        self._texts.update(texts)

    def forget(self, names: Iterable[str]) -> None:
        """Declare attributes as not known."""
        for name in self._texts.keys() & set(names):
            self._texts[name] = None

    def follow(self, patch: JSON, touched: Iterable[str]) -> None:
        """Take over a patch of the peer, which it has applied to what it holds.

        Args:
            patch: the patch.
            touched: names of all attributes that its operations read or write.
        """
        names = self._texts.keys() & set(touched)
        members: dict[str, JSON] = dict.fromkeys(self._texts, _UNTOUCHED)
        for name in names:
            text = self._texts[name]
            members[name] = _UNTOUCHED if text is None else read_own(text)
        try:
            result = apply(members, patch)
        except RefusedPatch:
            self.forget(names)
            return
        for name in names:
            value = result.get(name, _UNTOUCHED) if type(result) is dict else _UNTOUCHED
            self._texts[name] = _text_or_none(value)

    def follow_state(self, state: Mapping[str, JSON]) -> None:
        """Take over attributes that the peer says it holds."""
        self._texts.update({name: _text_or_none(value) for name, value in state.items()})


def _text_or_none(value: JSON) -> str | None:
    try:
        return encode(value)
    except NotJSON:  # not in the peer's copy any more, or too deep
        return None


def _attribute_difference(name: str, known: str | None, text: str) -> str:
    """Return operations, joined with commas, that make `text` of what is known; maybe none."""
    path = encode(join(name))
    if known == "":
        return f'{{"op":"add","path":{path},"value":{text}}}'
    replacement = f'{{"op":"replace","path":{path},"value":{text}}}'
    if known is None:
        return replacement
    operations = diff(read_own(known), read_own(text), join(name))
    patch = ",".join(map(write_own, operations))
    return patch if len(patch) < len(replacement) else replacement  # patch-size
