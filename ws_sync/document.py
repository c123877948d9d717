"""What the peer holds under one key: the snapshot that patches are made against.

Each attribute is kept as its JSON text: comparing an attribute with its new value is comparing two
texts, and only what differs in them is decoded. Beside the text of a large attribute its layout is
kept, so that the place of a difference is found without reading what stands in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import orjson

from ws_sync.codec import (
    JSON,
    OPTIONS,
    Default,
    Text,
    dump,
    dump_exactly,
    read_own,
    write_own,
)
from ws_sync.comparison import (
    Comparison,
    Operations,
    Unfaithful,
    addition,
    replacement,
)
from ws_sync.diff import diff
from ws_sync.exceptions import NotJSON, RefusedPatch
from ws_sync.layout import Layout, Unstable
from ws_sync.patch import apply
from ws_sync.pointer import join

_UNTOUCHED = object()
"""Stands for an attribute that a patch does not concern."""


class Difference(NamedTuple):
    """What has changed in a document.

    Attributes:
        patch: the patch as JSON text; empty when there is nothing to send.
        changed: names of the attributes that it changes.
        texts: the texts that are new, also of attributes that are only written otherwise.
        errors: what went wrong with attributes, by their names; they stay as they were.
    """

    patch: bytes
    changed: list[str]
    texts: dict[str, Text]
    errors: dict[str, Exception]


class Document:
    """The snapshot of one document.

    An attribute whose value is not known (the peer changed it in a way that can't be followed) is
    sent whole with the next difference.
    """

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts: dict[str, Text | None] = dict(texts)
        self._layouts: dict[str, Layout] = {}

    def value(self) -> dict[str, JSON]:
        """Decode what the peer holds, without the attributes that are not known."""
        return {name: read_own(*text) for name, text in self._texts.items() if text}

    def texts(self, names: Iterable[str]) -> dict[str, Text]:
        """Return the texts of those of the attributes that are known."""
        return {name: text for name in names if (text := self._texts.get(name)) is not None}

    def advance(
        self, readers: Iterable[tuple[str, Callable[[], object]]], default: Default | None = None
    ) -> Difference:
        """Read attributes, and take over the changes, which the caller sends.

        Args:
            readers: the attributes to look at, as their names and what returns their values.
            default: as for `dump`.
        """
        operations: list[bytes] = []
        found = Difference(b"", [], {}, {})
        known = self._texts.get
        for name, read in readers:
            held = known(name)
            try:
                value = read()
                if held is not None:
                    text = self._dumped(value, default)
                    if text == held.text:
                        continue
                else:
                    text = b""
                part, newer = self._compare(name, value, text, default)
            except Exception as error:  # noqa: BLE001  # a property's own, or NotJSON
                found.errors[name] = error
                self._layouts.pop(name, None)
                continue
            self._texts[name] = found.texts[name] = newer
            if part:
                operations += part
                found.changed.append(name)
        return found._replace(patch=b"[%b]" % b",".join(operations)) if operations else found

    def forget(self, names: Iterable[str]) -> None:
        """Declare attributes as not known."""
        for name in self._texts.keys() & set(names):
            self._hold(name, None)

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
            members[name] = _UNTOUCHED if text is None else read_own(*text)
        try:
            result = apply(members, patch)
        except RefusedPatch:
            self.forget(names)
            return
        for name in names:
            value = result.get(name, _UNTOUCHED) if type(result) is dict else _UNTOUCHED
            self._hold(name, _text_or_none(value))

    def follow_state(self, state: Mapping[str, JSON]) -> None:
        """Take over attributes that the peer says it holds."""
        for name, value in state.items():
            self._hold(name, _text_or_none(value))

    def _hold(self, name: str, text: Text | None) -> None:
        self._texts[name] = text
        self._layouts.pop(name, None)

    def _dumped(self, value: object, default: Default | None) -> bytes:
        try:
            return orjson.dumps(value, default, OPTIONS)
        except TypeError:
            return b""  # the exact path will say

    def _compare(
        self, name: str, value: object, text: bytes, default: Default | None
    ) -> tuple[list[bytes], Text]:
        """Return the operations that lead to a value, maybe none, and its text.

        Args:
            name: the attribute.
            value: its value.
            text: what orjson makes of that; empty when it is not worth while, or can't.
            default: as for `dump`.

        Raises:
            NotJSON: the value has no JSON form.
        """
        path = join(name)
        held = self._texts.get(name)
        if held is None:
            newer = dump(value, default)
            write = replacement if name in self._texts else addition
            return [write(path, newer.text)], newer
        if text and held.native:
            try:
                return self._divide(name, held.text, text, value, default), _kept(text)
            except (Unfaithful, Unstable):
                self._layouts.pop(name, None)
        newer = dump_exactly(value, default)
        read = read_own(*newer)
        if newer.native and held.native:
            return self._divide(name, held.text, newer.text, read, None), newer
        self._layouts.pop(name, None)
        texts = [write_own(each) for each in diff(read_own(*held), read, path)]
        replaced = replacement(path, newer.text)
        return texts if sum(map(len, texts)) + len(texts) - 1 < len(replaced) else [replaced], newer

    def _divide(
        self, name: str, old: bytes, new: bytes, value: object, default: Default | None
    ) -> list[bytes]:
        path = join(name)
        operations = Operations(len(replacement(path, new)) + 1)  # patch-size
        layout = Comparison(default).compare(
            operations, old, new, value, path, self._layouts.pop(name, None)
        )
        if layout is not None:
            self._layouts[name] = layout
        return operations.texts


def _kept(text: bytes) -> Text:
    """Copy a text that is to be kept: orjson leaves a buffer of kilobytes around it."""
    return Text(bytes(memoryview(text)), True)


def _text_or_none(value: JSON) -> Text | None:
    try:
        return dump(value)
    except NotJSON:  # not in the peer's copy any more, or too deep
        return None
