"""What the peer holds under one key: the snapshot that patches are made against.

Each attribute is kept as its JSON text: comparing an attribute with its new value is comparing two
texts, and only what differs in them is decoded. Beside the text of a large attribute its layout is
kept, so that the place of a difference is found without reading what stands in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import orjson

from ws_sync.codec import (
    JSON,
    OPTIONS,
    Default,
    Text,
    dump,
    dump_exactly,
    kept,
    read_own,
    write_own,
)
from ws_sync.comparison import (
    Comparison,
    Operations,
    Unfaithful,
    addition,
    changed_scalar,
    is_plain_scalar,
    replacement,
    replacement_size,
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
        operations: those of the patch, as JSON texts; empty when there is nothing to send.
        changed: names of the attributes that it changes.
        texts: the texts that are new, also of attributes that are only written otherwise.
        errors: what went wrong with attributes, by their names; they stay as they were.
    """

    operations: list[bytes]
    changed: list[str]
    texts: dict[str, Text]
    errors: dict[str, Exception]

    @property
    def patch(self) -> str:
        """The patch as JSON text."""
        return f"[{b','.join(self.operations).decode()}]"


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
    ) -> Difference | None:
        """Read attributes, and take over the changes, which the caller sends.

        Args:
            readers: the attributes to look at, as their names and what returns their values.
            default: as for `dump`.

        Returns:
            What is new; None when nothing is.
        """
        found: Difference | None = None
        texts = self._texts
        for name, read in readers:
            try:
                value = read()
                held = texts.get(name)
                text = b"" if held is None else _dumped(value, default)
                if held is not None and text == held.text:
                    continue
                found = found or Difference([], [], {}, {})
                operations, newer = self._compare(name, value, held, text, default)
            except Exception as error:  # noqa: BLE001  # a property's own, or NotJSON
                found = found or Difference([], [], {}, {})
                found.errors[name] = error
                self._layouts.pop(name, None)
                continue
            texts[name] = found.texts[name] = newer
            if operations:
                found.operations.extend(operations)
                found.changed.append(name)
        return found

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

    def _compare(
        self, name: str, value: object, held: Text | None, text: bytes, default: Default | None
    ) -> tuple[list[bytes], Text]:
        """Return the operations that lead to a value, maybe none, and its text.

        Args:
            name: the attribute.
            value: its value.
            held: what the peer holds; None when that is not known.
            text: what orjson makes of the value; empty when that is not known.
            default: as for `dump`.

        Raises:
            NotJSON: the value has no JSON form.
        """
        path = _pointer(name)
        if held is None:
            newer = dump(value, default)
            write = replacement if name in self._texts else addition
            return [write(path, newer.text)], newer
        if text and held.native:
            if is_plain_scalar(text, value):
                return changed_scalar(held.text, text, path), kept(text)
            try:
                return self._divide(name, held.text, text, value, default), kept(text)
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
        operations = Operations(replacement_size(path, new))  # patch-size
        layout = Comparison(default).compare(
            operations, old, new, value, path, self._layouts.pop(name, None)
        )
        if layout is not None:
            self._layouts[name] = layout
        return operations.texts


@lru_cache(1024)
def _pointer(name: str) -> str:
    return join(name)


def _dumped(value: object, default: Default | None) -> bytes:
    """Return what orjson makes of a value; nothing when that is up to the exact path."""
    try:
        return orjson.dumps(value, default, OPTIONS)
    except TypeError:
        return b""


def _text_or_none(value: JSON) -> Text | None:
    try:
        return dump(value)
    except NotJSON:  # not in the peer's copy any more, or too deep
        return None
