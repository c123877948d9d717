"""The state of one key, between the live attributes and the document that the peer holds.

The snapshot belongs to a connection: on a newer one the peer holds nothing yet, and gets
everything with `_SET` before any patch. It advances when a frame was handed to the connection.

An attribute that can't be read, or has no JSON form, keeps the last value that could be sent; one
that never had any is null. A write of the client after which a derived attribute can't be read any
more is refused: it would stay behind for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from functools import partial
from logging import Logger

from ws_sync.attributes import Attribute
from ws_sync.calling import to_json
from ws_sync.codec import JSON, encode, encode_object, frame
from ws_sync.connection import Connection
from ws_sync.crossing import Crossings
from ws_sync.document import Document
from ws_sync.events import patch_event, set_event
from ws_sync.exceptions import Refused, RefusedState
from ws_sync.writes import Write, state_patch

MAX_DOCUMENT = 32 << 20
"""No write of a client makes a document larger than this, in about the characters of its text."""


class State:
    """The attributes under one key, and what the peer knows of them.

    Attributes:
        key: the key.
        attributes: the attributes, by their names on the wire.
        is_current: tells whether the key is still this state's own; what was to be sent later is
            dropped when it is not.
    """

    def __init__(self, key: str, log: Logger) -> None:
        self.key = key
        self.attributes: dict[str, Attribute] = {}
        self.is_current: Callable[[], bool] = lambda: True
        self._log = log
        self._good: dict[str, str] = {}  # of each attribute, the last text that could be sent
        self._unreadable: set[str] = set()
        self._document = Document({})
        self._connection: Connection | None = None  # the one whose peer holds the document
        self._restarted: Connection | None = None  # the one whose peer holds another document
        self._late: set[str] = set()
        self._crossings = Crossings()
        self._timer: asyncio.TimerHandle | None = None

    def is_known(self, connection: Connection) -> bool:
        """Tell whether `_SET` was sent on this connection."""
        return self._connection is connection

    def snapshot(self) -> dict[str, JSON]:
        """Return what the peer holds, or would get if it connected now."""
        if self._connection is None:
            return Document(self._read_all()[0]).value()
        return self._document.value()

    def announce(self, connection: Connection) -> list[Exception]:
        """Send everything as `_SET`.

        Returns:
            What went wrong with single attributes.
        """
        texts, errors = self._read_all()  # state-get-current
        members = ",".join(f"{encode(wire)}:{text}" for wire, text in texts.items())
        text = frame(set_event(self.key), f"{{{members}}}")
        if self.is_known(connection):
            connection.send(text)
        else:
            connection.begin_with(text)
            self._stop_settling()
        self._crossings.replaced(texts, connection.loop.time())
        self._connection, self._document = connection, Document(texts)
        return errors

    def resync(self, connection: Connection) -> None:
        """Answer a refused write: the client holds something else, so send everything."""
        self._document.forget(self.attributes)
        self.report(self.announce(connection))  # state-refused-resync

    def publish(
        self,
        connection: Connection,
        names: Iterable[str] | None = None,
        whole: bool = False,
    ) -> tuple[bool, list[Exception]]:
        """Send the difference between the attributes and what the peer holds, as one `_PATCH`.

        A congested connection gets it later, together with what changes until then.

        Args:
            connection: one on which the state is known.
            names: the attributes to look at; None for all.
            whole: whether it is known that they are sent as a whole, and not as a difference.

        Returns:
            Whether something was sent; and what went wrong with single attributes, which stay at
            the peer as they were.
        """
        chosen = self.attributes.keys() if names is None else set(names)
        if connection.is_congested:
            self._late.update(chosen)
            connection.when_drained(self, partial(self._publish_late, connection))
            return False, []
        texts, errors = self._read(chosen)
        patch, changed = self._document.difference(texts)
        if patch:
            connection.send(frame(patch_event(self.key), patch))
            note = self._crossings.replaced if whole else self._crossings.patched
            note(changed, connection.loop.time())
        self._document.advance(texts)
        return bool(patch), errors

    def restart(self) -> None:
        """Declare that no peer knows this state: its attributes have changed."""
        self._restarted, self._connection = self._connection or self._restarted, None

    def is_followed(self, connection: Connection) -> bool:
        """Tell whether `_SET` was sent on this connection, maybe of older attributes."""
        return connection in (self._connection, self._restarted)

    def stop(self) -> None:
        """Forget what was to be sent later."""
        self._stop_settling()
        self._late.clear()
        self._connection = None

    def report(self, errors: Iterable[Exception]) -> None:
        """Log what went wrong with single attributes, where there is no caller to tell."""
        for error in errors:
            self._log.error("%s: an attribute can't be sent", self.key, exc_info=error)

    def receive_patch(self, connection: Connection, patch: JSON) -> None:
        """Apply a patch of the client (patch-atomic), and correct what the client then holds.

        Raises:
            Refused: nothing has changed; the caller calls `resync`.
        """
        write = Write(self.attributes, patch)
        self._check_size(write)
        self._document.follow(patch, write.touched)
        self._commit(write)
        self._correct(connection, write.touched)

    def receive_state(self, connection: Connection, state: JSON) -> None:
        """Apply a state of the client, and correct what the client then holds.

        Raises:
            Refused: nothing has changed; the caller calls `resync`.
        """
        write = Write(self.attributes, state_patch(self.attributes, state))
        self._check_size(write)
        self._document.follow_state(state)
        self._commit(write)
        self._correct(connection, {*state, *write.touched})

    def _check_size(self, write: Write) -> None:
        others = sum(len(text) for wire, text in self._good.items() if wire not in write.touched)
        before, after = write.sizes()
        if others + after > MAX_DOCUMENT and after > before:
            raise Refused(f"the document would be larger than {MAX_DOCUMENT}")

    def _commit(self, write: Write) -> None:
        readable = self._derived() - self._unreadable
        write.commit()
        self._read(readable)
        if broken := readable & self._unreadable:
            write.undo()
            raise RefusedState(min(broken), "it could not be read any more")

    def _derived(self) -> set[str]:
        return {
            wire
            for wire, attribute in self.attributes.items()
            if attribute.read_only and attribute.computed
        }

    def _correct(self, connection: Connection, touched: Iterable[str]) -> None:
        """Send where the client is wrong in what it wrote, and what is derived from that."""
        if not self.is_known(connection):
            return
        touched = set(touched)
        self._crossings.written(touched, connection.loop.time())
        self._await_settling(connection)
        names = touched | self._derived()
        self.report(self.publish(connection, names)[1])  # state-corrected-at-once

    def _read_all(self) -> tuple[dict[str, str], list[Exception]]:
        texts, errors = self._read(self.attributes.keys())
        return {wire: self._good.get(wire, "null") for wire in self.attributes} | texts, errors

    def _read(self, names: Collection[str]) -> tuple[dict[str, str], list[Exception]]:
        """Encode attributes, always in the same order; return what went wrong with others."""
        texts: dict[str, str] = {}
        errors: list[Exception] = []
        for wire, attribute in self.attributes.items():
            if wire not in names:
                continue
            try:
                known = self._good.get(wire, "")
                texts[wire] = encode_object(attribute.plain(), to_json, known)
            except Exception as error:  # noqa: BLE001  # a property of the application, or NotJSON
                error.add_note(f"while reading the attribute {wire!r} of {self.key!r}")
                errors.append(error)
                self._unreadable.add(wire)
        self._good |= texts
        self._unreadable -= texts.keys()
        return texts, errors

    def _publish_late(self, connection: Connection) -> None:
        names, self._late = self._late, set()
        if self.is_known(connection) and self.is_current():
            self.report(self.publish(connection, names)[1])

    def _stop_settling(self) -> None:
        self._crossings = Crossings()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _await_settling(self, connection: Connection) -> None:
        due = self._crossings.next_due()
        if due is not None and self._timer is None:
            self._timer = connection.loop.call_at(due, self._settle, connection)

    def _settle(self, connection: Connection) -> None:
        self._timer = None
        if not self.is_known(connection) or not connection.is_open or not self.is_current():
            return
        names = self._crossings.due(connection.loop.time())
        if names:  # state-crossing
            self._document.forget(names)
            self.report(self.publish(connection, names, whole=True)[1])
        self._await_settling(connection)
