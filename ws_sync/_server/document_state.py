"""The document of one key: the attributes of the object, and the snapshot that the peer holds.

A snapshot belongs to a connection. On a newer connection the peer holds nothing yet, and gets the
whole state with `_SET` before any patch. The snapshot advances when a frame is handed to the
connection.

An attribute that can't be read, or has no JSON form, keeps the last value that could be sent; it is
null if there never was one. A write of the client is refused if a derived attribute can't be read
after it: the client would hold a wrong value from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Set, Sized
from contextlib import suppress
from functools import partial

from ws_sync._binding.attributes import Attribute, to_json
from ws_sync._binding.write.write import Write, current_value, state_patch
from ws_sync._core.json.codec import JSON, Text, dump, encode, frame, frame_prefix
from ws_sync._core.protocol.concurrent_edits import ConcurrentEdits
from ws_sync._core.protocol.dialects import STRICT, translate
from ws_sync._core.protocol.events import patch_event, set_event
from ws_sync._core.protocol.round_trip import RoundTrip
from ws_sync._core.snapshot.document import NO_VIEWS, AttributeSnapshot, PeerSnapshot
from ws_sync._core.snapshot.patch_effect import View
from ws_sync._log import Log, log_fields
from ws_sync._server.connection import Connection
from ws_sync._server.counters import Counters
from ws_sync._server.instrumentation import instrumentation
from ws_sync.exceptions import Refused, RefusedState, shorten
from ws_sync.limits import LIMITS, Limits

_NULL = dump(None)
_NONE: Set[str] = frozenset()

_REMEMBERED = 100
"""A value with more elements is not read when an object is created."""


class DocumentState:
    """Sends the changes of an object's attributes, and applies those of the client.

    Attributes:
        key: the key.
        attributes: the attributes by their names on the wire.
        sent_at: when something was last sent, by the clock of the connection's event loop.
        is_current: returns whether no newer object has taken the key; if one has, nothing is sent
            later.
    """

    __slots__ = (
        "__weakref__",
        "_all_readers",
        "_concurrent_edits",
        "_connection",
        "_counters",
        "_dialects",
        "_document",
        "_good",
        "_is_given",
        "_late",
        "_limits",
        "_log",
        "_patch_prefix",
        "_restarted",
        "_timer",
        "_unreadable",
        "attributes",
        "is_current",
        "key",
        "sent_at",
    )

    def __init__(
        self,
        key: str,
        log: Log,
        counters: Counters | None = None,
        limits: Limits = LIMITS,
        dialects: frozenset[str] = STRICT,
    ) -> None:
        self.key = key
        self._counters = counters or Counters()
        self.attributes: dict[str, Attribute] = {}
        self.is_current: Callable[[], bool] = lambda: True
        self.sent_at = float("-inf")
        self._log = log
        self._limits = limits
        self._dialects = dialects
        self._patch_prefix = b""  # the frame of a patch, up to its data
        self._good: dict[str, AttributeSnapshot] = {}  # the last value that could be sent
        self._is_given = False  # whether the application has said what the peer holds
        self._unreadable: Set[str] = _NONE
        self._all_readers: list[tuple[str, Callable[[], object]]] = []
        self._document = PeerSnapshot({})
        self._connection: Connection | None = None  # whose peer holds the document
        self._restarted: Connection | None = None  # whose peer gets the state with the next sync
        self._late: Set[str] = _NONE
        self._concurrent_edits = ConcurrentEdits(RoundTrip())
        self._timer: asyncio.TimerHandle | None = None

    def is_known(self, connection: Connection) -> bool:
        """Return whether `_SET` was sent on this connection."""
        return self._connection is connection

    @property
    def size(self) -> int:
        """Approximate characters of the whole state, as it was last read."""
        return sum(held.size for held in self._good.values())

    def snapshot(self) -> dict[str, JSON]:
        """Return the document that the peer holds; before any peer, the state at construction."""
        held = self._document.value()
        missing = self.attributes.keys() - held.keys()
        if self._connection is None and missing and not self._is_given:
            present = PeerSnapshot(self._read_all()[0]).value()
            held = {wire: held.get(wire, present[wire]) for wire in self.attributes}
        return held

    def announce(self, connection: Connection) -> list[Exception]:
        """Send the whole state as `_SET`.

        Returns:
            The errors of attributes that could not be sent.
        """
        if (hooks := instrumentation.hooks) is None:
            return self._announce(connection)
        with hooks.sending("announce", self.key) as record:
            errors = self._announce(connection)
            record(None, errors)
        return errors

    def _announce(self, connection: Connection) -> list[Exception]:
        texts, errors = self._read_all()  # state-get-current
        make = partial(_state_frame, self.key, {wire: text.text for wire, text in texts.items()})
        connection.counters.sent_states += connection.is_open
        if self.is_known(connection):
            connection.send(make())
        else:
            connection.send_initial(make, sum(each.size for each in texts.values()))
            self._stop_settling()
            is_first = self.key not in connection.announced
            self._concurrent_edits = ConcurrentEdits(connection.round_trip, is_first=is_first)
            connection.announced.add(self.key)
        self.sent_at = connection.loop.time()
        self._concurrent_edits.state_sent(self.sent_at)
        self._connection, self._document = connection, PeerSnapshot(texts)
        return errors

    def remember(self) -> None:
        """Read the present state, for a peer that is taken to hold it; see `assume`.

        A value with many elements is left out, so that it costs nothing to create an object.
        """
        texts = {}
        for wire, attribute in self.attributes.items():
            with suppress(Exception):  # it can't be read yet, or has no JSON form
                value = attribute.plain()
                if not isinstance(value, Sized) or len(value) <= _REMEMBERED:
                    texts[wire] = dump(value, to_json)
        self._document = PeerSnapshot(texts)

    def assume(self, connection: Connection) -> None:
        """Take the peer to hold the state that was last read, without sending it.

        The first patch replaces what was not read.
        """
        self._connection = connection

    def replace(self, connection: Connection | None, document: Mapping[str, JSON]) -> None:
        """Take the peer to hold a document, whatever was sent."""
        known = self.attributes.keys() & document.keys()
        self._document = PeerSnapshot({wire: dump(document[wire], to_json) for wire in known})
        self._connection, self._is_given = connection, True

    def resync(self, connection: Connection) -> None:
        """Send the whole state after a refused write, because the client holds another one."""
        self._document.forget(self.attributes)
        self._counters.resyncs += 1
        self.report(self.announce(connection))  # state-refused-resync

    def publish(
        self,
        connection: Connection,
        names: Collection[str] | None = None,
        whole: bool = False,
        *,
        observed: bool = False,
        views: Mapping[str, View] = NO_VIEWS,
    ) -> tuple[bool, list[Exception]]:
        """Send the difference between the attributes and the peer's snapshot, as one `_PATCH`.

        A congested connection gets it later, together with the changes until then.

        Args:
            connection: a connection on which `_SET` was sent.
            names: the attributes to compare; None for all.
            whole: whether they are sent as whole values, and not as differences.
            observed: whether the hooks of `instrumentation` surround this call already.
            views: of attributes of which only what the client has touched is compared.

        Returns:
            Whether something was sent; and the errors of attributes that could not be sent, of
            which the peer keeps the older values.
        """
        if (hooks := instrumentation.hooks) is not None and not observed:
            with hooks.sending("publish", self.key) as record:
                sent, errors = self.publish(connection, names, whole, observed=True, views=views)
                record(sent, errors)
            return sent, errors
        if connection.is_congested:
            self._late |= set(self.attributes if names is None else names)
            connection.when_drained(self, partial(self._publish_late, connection))
            return False, []
        readers = (names is None and self._all_readers) or self._readers(names)
        found = self._document.advance(readers, to_json, self._good, views)
        if names is not None:
            self._good |= self._document.known(names)
        if found is None:
            return False, self._note({}, names) if self._unreadable else []
        if found.operations:
            self._patch_prefix = self._patch_prefix or frame_prefix(patch_event(self.key))
            operations = b",".join(found.operations)
            connection.send((b"%b[%b]}" % (self._patch_prefix, operations)).decode())
            connection.counters.sent_patches += 1
            self.sent_at = now = connection.loop.time()
            if whole:
                self._concurrent_edits.values_sent(found.changed, now)
            else:
                self._concurrent_edits.patch_sent(found.changed, now)
        if found.errors or self._unreadable:
            return bool(found.operations), self._note(found.errors, names)
        return bool(found.operations), []

    def restart(self) -> None:
        """Send the whole state with the next sync, because there are other attributes now."""
        self._all_readers = []
        self._restarted, self._connection = self._connection or self._restarted, None

    def is_followed(self, connection: Connection) -> bool:
        """Return whether the peer has got the document on this connection, or written to it."""
        return connection in (self._connection, self._restarted)

    def stop(self) -> None:
        """Send nothing later."""
        self._stop_settling()
        self._late = _NONE
        self._connection = None

    def report(self, errors: Iterable[Exception]) -> None:
        """Log the errors of attributes, where there is no caller to raise them to."""
        for error in errors:
            self._log.error(
                "%s: an attribute can't be sent", self.key, exc_info=error,
                extra=log_fields("attribute-failed", key=self.key),
            )  # fmt: skip

    def write(
        self,
        receive: Callable[[Connection | None, JSON], None],
        connection: Connection | None,
        data: JSON,
    ) -> bool:
        """Call `receive_patch` or `receive_state`; log a refusal, and return False after it."""
        try:
            receive(connection, data)
        except Refused as error:
            cause = error.__cause__
            if cause is not None and not isinstance(cause, ValueError | AssertionError):
                self._log_failed_write(cause)  # no validator or setter refuses like that
            else:
                instrumentation.record_outcome("refused")
                self._log.warning(
                    "%s: refused a write: %s", self.key, shorten(error),
                    extra=log_fields("write-refused", "state-refused-resync", error=error),
                )  # fmt: skip
        except Exception as error:  # noqa: BLE001  # the application's; nothing has changed
            self._log_failed_write(error)
        else:
            if connection is not None and not self.is_known(connection):
                self._restarted = connection
            return True
        self._counters.refused_writes += 1
        return False

    def receive_patch(self, connection: Connection | None, patch: JSON) -> None:
        """Apply a patch of the client (patch-atomic), and correct what the client then holds.

        Raises:
            Refused: nothing has changed; the caller must call `resync`.
        """
        if connection is not None and self.is_known(connection):
            self._concurrent_edits.patch_received(connection.loop.time())
        if type(patch) is list and len(patch) > self._limits.operations:
            raise Refused(f"more than {self._limits.operations} operations")
        if self._dialects:
            values = {wire: partial(current_value, each) for wire, each in self.attributes.items()}
            patch = translate(patch, self._dialects, values)
        write = Write(self.attributes, patch)
        self._check_size(write)
        self._document.apply_patch(patch, write)
        self._commit(write)
        self._document.refresh()
        self._correct(connection, write.affected, patch, write.views())

    def receive_state(self, connection: Connection | None, state: JSON) -> None:
        """Apply a state of the client, and correct what the client then holds.

        Raises:
            Refused: nothing has changed; the caller must call `resync`.
        """
        patch = state_patch(self.attributes, state)
        write = Write(self.attributes, patch)
        self._check_size(write)
        self._document.apply_state(state)
        self._commit(write)
        self._correct(connection, {*state, *write.affected}, patch)

    def _log_failed_write(self, error: BaseException) -> None:
        self._counters.failed_writes += 1
        instrumentation.record_failure(error)
        self._log.error(
            "%s: a write failed", self.key, exc_info=error,
            extra=log_fields("write-failed", "state-refused-resync"),
        )  # fmt: skip

    def _check_size(self, write: Write) -> None:
        most = self._limits.document
        if self.size + write.max_growth() <= most:
            return
        others = self._good.keys() - write.touched
        rest = sum(self._good[wire].size for wire in others)
        before, after = write.sizes()
        if rest + after > most and after > before:
            raise Refused(f"the document would exceed {most} characters")

    def _commit(self, write: Write) -> None:
        readable = self._derived() - self._unreadable
        write.commit()
        self._read(readable)
        if broken := readable & self._unreadable:
            write.undo()
            raise RefusedState(min(broken), "it can't be read after the write")

    def _derived(self) -> set[str]:
        return {
            wire
            for wire, attribute in self.attributes.items()
            if attribute.read_only and attribute.computed
        }

    def _correct(
        self,
        connection: Connection | None,
        touched: Iterable[str],
        patch: JSON,
        views: Mapping[str, View] = NO_VIEWS,
    ) -> None:
        """Send what the client wrote differently from its result, and what is derived from it."""
        if connection is None or not self.is_known(connection):
            return
        touched = set(touched)
        self._concurrent_edits.write_received(touched, patch, connection.loop.time())
        self._await_settling(connection)
        names = touched | self._derived()
        if self._unreadable:
            views = NO_VIEWS  # only reading the whole shows whether it can be read again
        self.report(self.publish(connection, names, views=views)[1])  # state-corrected-at-once

    def _read_all(self) -> tuple[dict[str, AttributeSnapshot], list[Exception]]:
        errors = self._read(None)
        return {wire: self._good.get(wire, _NULL) for wire in self.attributes}, errors

    def _readers(self, names: Collection[str] | None) -> list[tuple[str, Callable[[], object]]]:
        """Return the functions that read attributes, always in the same order."""
        if names is None:
            if not self._all_readers:
                self._all_readers = [
                    (wire, each.reader()) for wire, each in self.attributes.items()
                ]
            return self._all_readers
        return [reader for reader in self._readers(None) if reader[0] in names]

    def _read(self, names: Collection[str] | None) -> list[Exception]:
        """Read attributes, and return the errors of those that can't be read."""
        errors: dict[str, Exception] = {}
        for wire, attribute in self.attributes.items():
            if names is not None and wire not in names:
                continue
            try:
                known = self._good.get(wire)
                known = known if isinstance(known, Text) else None
                self._good[wire] = dump(attribute.plain(), to_json, known)
            except Exception as error:  # noqa: BLE001  # a property of the application, or NotJSON
                errors[wire] = error
        return self._note(errors, names)

    def _note(self, errors: dict[str, Exception], names: Collection[str] | None) -> list[Exception]:
        """Note which of the attributes that were read have failed; return their errors."""
        if errors or self._unreadable:
            self._counters.failed_attributes += len(errors)
            for wire, error in errors.items():
                error.add_note(f"while reading the attribute {wire!r} of {self.key!r}")
            read = self.attributes.keys() if names is None else set(names)
            self._unreadable = (self._unreadable - read) | errors.keys()
        return list(errors.values())

    def _publish_late(self, connection: Connection) -> None:
        names, self._late = self._late, _NONE
        if self.is_known(connection) and self.is_current():
            self.report(self.publish(connection, names)[1])

    def _stop_settling(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _await_settling(self, connection: Connection) -> None:
        due = self._concurrent_edits.next_due()
        if due is not None and self._timer is None:
            self._timer = connection.loop.call_at(due, self._settle, connection)

    def _settle(self, connection: Connection) -> None:
        self._timer = None
        if not self.is_known(connection) or not connection.is_open or not self.is_current():
            return
        names = self._concurrent_edits.take_due(connection.loop.time())
        if names:  # state-crossing
            self._document.forget(names)
            self.report(self.publish(connection, names, whole=True)[1])
        self._await_settling(connection)


def _state_frame(key: str, texts: Mapping[str, bytes]) -> str:
    members = [f"{encode(wire)}:{text.decode()}" for wire, text in texts.items()]
    return frame(set_event(key), f"{{{','.join(members)}}}")
