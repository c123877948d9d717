"""Structured logging: the fields of each record, in addition to its message.

Every record of this library has an attribute `ws_sync`, a dict of these members:

    record        name of the record, which stays the same when the message changes
    requirement   id of the requirement that is the reason for the record; or None
    key           key of the document; or None
    session       identity of the session, as text or a list of texts; or None
    connection    number of the connection, counted in the process; or None
    peer          address of the peer, as text; or None

Some records have further members (`event`, `name`, `error`, `code`, …). Values are texts, numbers,
lists of these, or None, so any formatter can write them. A text that a peer has chosen is cut and
escaped before it gets into a record, so each record is one line.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from ws_sync.exceptions import shorten

ATTRIBUTE = "ws_sync"
"""Name of the attribute of a record, and of the default logger."""


def log_fields(record: str, requirement: str | None = None, **facts: object) -> dict[str, Any]:
    """Return the `extra` of a record.

    Args:
        record: the name of the record.
        requirement: id of the requirement that the record reports on.
        facts: further members.
    """
    fields = {"record": record, "requirement": requirement}
    return {ATTRIBUTE: fields | {name: _plain(fact) for name, fact in facts.items()}}


@dataclass(slots=True)
class LogContext:
    """The session, connection and peer of records; the owner updates it when one changes.

    Attributes:
        session: identity of the session.
        connection: number of the connection.
        peer: address of the peer, see `peer_of`.
    """

    session: Hashable | None = None
    connection: int | None = None
    peer: str | None = None


class Log(logging.LoggerAdapter[logging.Logger]):
    """A logger that adds its context and a key to each record."""

    def __init__(
        self,
        logger: logging.Logger | None = None,
        context: LogContext | None = None,
        key: str | None = None,
    ) -> None:
        """Log to `logger`.

        Args:
            logger: None for the logger of this library.
            context: shared with its owner, so records have its current values.
            key: key of the document that records are about.
        """
        super().__init__(logger or logging.getLogger(ATTRIBUTE))
        self.context = context or LogContext()
        self.key = key

    def about_connection(self, number: int, peer: str | None) -> Log:
        """Return a log of one connection, whatever connection its session has by then."""
        return Log(self.logger, replace(self.context, connection=number, peer=peer), self.key)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, Any]:
        """Add the context to a record; its own members win."""
        members = {
            "record": None,
            "requirement": None,
            "key": _plain(self.key),
            "session": _plain(self.context.session),
            "connection": self.context.connection,
            "peer": self.context.peer,
        }
        kwargs["extra"] = {**kwargs["extra"], ATTRIBUTE: members | kwargs["extra"][ATTRIBUTE]}
        return msg, kwargs


def peer_of(ws: Any) -> str | None:
    """Return the address of a WebSocket's peer; None if it is unknown."""
    client = ws.client
    if not isinstance(client, tuple | list) or len(client) < 2:  # a Unix socket, for instance
        return None if client is None else shorten(client)
    host, port = map(str, client[:2])
    return shorten(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def _plain(fact: object) -> Any:
    """Return a value that every formatter can write, in one line."""
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    if isinstance(fact, tuple | list):
        return [_plain(each) for each in fact[:10]]
    return shorten(fact)
