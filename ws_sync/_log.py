"""Structured logging: what each record says besides its sentence.

Every record of this library has an attribute `ws_sync`, a dict of these members:

    record        the record's name, which stays when the sentence is changed
    requirement   id of the requirement of the specification that is obeyed; or None
    key           key of the document concerned; or None
    session       identity of the session, as text or a list of texts; or None
    connection    number of the connection, counted in the process; or None
    peer          who is at its other end, as text; or None

and of others that belong to some records (`event`, `name`, `error`, `code`, …). They are texts,
numbers, lists of these, or None, so any formatter can write them. What a peer has chosen is cut and
escaped before it comes into a record: a line of the log is one line.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ws_sync.exceptions import shorten

if TYPE_CHECKING:
    from ws_sync._server.connection import Connection
    from ws_sync.session import Session

ATTRIBUTE = "ws_sync"
"""Name of the attribute of a record, and of the logger where none is given."""

AnyLog: TypeAlias = "logging.Logger | Log"


def log_fields(record: str, requirement: str | None = None, **facts: object) -> dict[str, Any]:
    """Return the `extra` of a record.

    Args:
        record: the record's name.
        requirement: the requirement that is the reason for it.
        facts: members that belong to this record.
    """
    said = {"record": record, "requirement": requirement}
    return {ATTRIBUTE: said | {name: _plain(fact) for name, fact in facts.items()}}


class Log(logging.LoggerAdapter[logging.Logger]):
    """A logger that knows whom its records are about."""

    def __init__(
        self,
        logger: AnyLog | None = None,
        session: Session | None = None,
        connection: Connection | None = None,
        key: str | None = None,
    ) -> None:
        """Write to a logger.

        Args:
            logger: where to; None for the one of this library.
            session: the session that records are about.
            connection: the connection; None for the one that the session has at the time.
            key: the key of the document.
        """
        known: Any = logger or logging.getLogger(ATTRIBUTE)
        super().__init__(known)
        self._session = session
        self._connection = connection
        self.key = key

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, Any]:
        """Put into a record whom it is about."""
        extra = dict(kwargs["extra"])
        extra[ATTRIBUTE] = {**self._who(), **extra[ATTRIBUTE]}
        kwargs["extra"] = extra
        return msg, kwargs

    def _who(self) -> dict[str, Any]:
        session = self._session
        connection = self._connection or (session.connection if session is not None else None)
        return {
            "record": None,
            "requirement": None,
            "key": _plain(self.key),
            "session": _plain(session.identity) if session is not None else None,
            "connection": connection.number if connection is not None else None,
            "peer": peer_of(connection.ws) if connection is not None else None,
        }


def peer_of(ws: Any) -> str | None:
    """Return who is at the other end of a WebSocket."""
    client = ws.client
    if not isinstance(client, tuple | list) or len(client) < 2:  # of a Unix socket, for instance
        return None if client is None else shorten(client)
    host, port = map(str, client[:2])
    return shorten(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def _plain(fact: object) -> Any:
    """Return a fact as something that every formatter can write, in one line."""
    if fact is None or isinstance(fact, bool | int | float):
        return fact
    if isinstance(fact, tuple | list):
        return [_plain(each) for each in fact[:10]]
    return shorten(fact)
