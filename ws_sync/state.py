"""The state of one key, between the live attributes and the document that the peer holds.

The snapshot belongs to a connection: on a newer one the peer holds nothing yet, and gets
everything with `_SET` before any patch. It advances when a frame was handed to the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from logging import Logger

from ws_sync.attributes import Attribute
from ws_sync.calling import to_json
from ws_sync.codec import JSON, encode, frame
from ws_sync.connection import Connection
from ws_sync.crossing import Crossings
from ws_sync.document import Document
from ws_sync.events import patch_event, set_event
from ws_sync.writes import Write, state_patch


class State:
    """The attributes under one key, and what the peer knows of them.

    Attributes:
        key: the key.
        attributes: the attributes, by their names on the wire.
    """

    def __init__(self, key: str, log: Logger) -> None:
        self.key = key
        self.attributes: dict[str, Attribute] = {}
        self._log = log
        self._document = Document({})
        self._connection: Connection | None = None  # the one whose peer holds the document
        self._late: set[str] = set()
        self._crossings = Crossings()
        self._timer: asyncio.TimerHandle | None = None

    def is_known(self, connection: Connection) -> bool:
        """Tell whether `_SET` was sent on this connection."""
        return self._connection is connection

    def snapshot(self) -> dict[str, JSON]:
        """Return what the peer holds, or would get if it connected now."""
        if self._connection is None:
            return Document(self._read(self.attributes)[0]).value()
        return self._document.value()

    def announce(self, connection: Connection) -> list[Exception]:
        """Send everything as `_SET`.

        Returns:
            What went wrong with single attributes, which are left out.
        """
        texts, errors = self._read(self.attributes)  # state-get-current
        members = ",".join(f"{encode(wire)}:{text}" for wire, text in texts.items())
        connection.send(frame(set_event(self.key), f"{{{members}}}"))
        if self.is_known(connection):
            self._crossings.sent(self._document.differing(texts), connection.loop.time())
        else:
            self._crossings = Crossings()
        self._connection, self._document = connection, Document(texts)
        return errors

    def resync(self, connection: Connection) -> None:
        """Answer a refused write: the client holds something else, so send everything."""
        self._document.forget(self.attributes)
        self.report(self.announce(connection))  # state-refused-resync

    def publish(
        self, connection: Connection, names: Iterable[str] | None = None
    ) -> tuple[bool, list[Exception]]:
        """Send the difference between the attributes and what the peer holds, as one `_PATCH`.

        A congested connection gets it later, together with what changes until then.

        Args:
            connection: one on which the state is known.
            names: the attributes to look at; None for all.

        Returns:
            Whether something was sent; and what went wrong with single attributes, which stay at
            the peer as they were.
        """
        chosen = self.attributes.keys() if names is None else set(names)
        names = [wire for wire in self.attributes if wire in chosen]  # always in the same order
        if connection.is_congested:
            self._late.update(names)
            connection.when_drained(self, partial(self._publish_late, connection))
            return False, []
        texts, errors = self._read(names)
        patch, changed = self._document.difference(texts)
        if patch:
            connection.send(frame(patch_event(self.key), patch))
            self._crossings.sent(changed, connection.loop.time())
        self._document.advance(texts)
        return bool(patch), errors

    def restart(self) -> None:
        """Declare that no peer knows this state: its attributes have changed."""
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
        self._document.follow(patch, write.touched)
        write.commit()
        self._correct(connection, write.touched)

    def receive_state(self, connection: Connection, state: JSON) -> None:
        """Apply a state of the client, and correct what the client then holds.

        Raises:
            Refused: nothing has changed; the caller calls `resync`.
        """
        write = Write(self.attributes, state_patch(self.attributes, state))
        self._document.follow_state(state)
        write.commit()
        self._correct(connection, state)

    def _correct(self, connection: Connection, touched: Iterable[str]) -> None:
        """Send where the client is wrong in what it wrote, and what is derived from that."""
        if not self.is_known(connection):
            return
        touched = set(touched)
        self._crossings.written(touched, connection.loop.time())
        self._await_settling(connection)
        derived = {wire for wire, attribute in self.attributes.items() if attribute.read_only}
        self.report(self.publish(connection, touched | derived)[1])  # state-corrected-at-once

    def _read(self, names: Iterable[str]) -> tuple[dict[str, str], list[Exception]]:
        texts: dict[str, str] = {}
        errors: list[Exception] = []
        for wire in names:
            try:
                texts[wire] = encode(self.attributes[wire].read(), to_json)
            except Exception as error:  # noqa: BLE001  # a property of the application, or NotJSON
                error.add_note(f"while reading the attribute {wire!r} of {self.key!r}")
                errors.append(error)
        return texts, errors

    def _publish_late(self, connection: Connection) -> None:
        names, self._late = self._late, set()
        if self.is_known(connection):
            self.report(self.publish(connection, names)[1])

    def _await_settling(self, connection: Connection) -> None:
        due = self._crossings.next_due()
        if due is not None and self._timer is None:
            self._timer = connection.loop.call_at(due, self._settle, connection)

    def _settle(self, connection: Connection) -> None:
        self._timer = None
        if not self.is_known(connection) or not connection.is_open:
            return
        names = self._crossings.due(connection.loop.time())
        if names:  # state-crossing
            self._document.forget(names)
            self.report(self.publish(connection, names)[1])
        self._await_settling(connection)
