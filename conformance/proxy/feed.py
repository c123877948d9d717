"""The updates of the live page: what has changed since the last one, as JSON.

A slow or late reader gets the latest state and not every change, so that nothing is queued for it.
"""

from __future__ import annotations

import json

import orjson

from conformance.protocol.display import escape_control_chars
from conformance.proxy.copies import DocumentCopy
from conformance.proxy.record import Passed
from conformance.proxy.watcher import Watched, Watcher

MOST_ENTRIES = 300
"""The most entries in an update; the last ones, if there are more."""
MOST_DOCUMENTS = 40
"""The most documents in an update; the others are in the next one."""
SHOWN_CHARACTERS = 600
"""Characters of a message in an update; the page asks for the rest."""
SHOWN_STATE = 200_000
"""The largest state in an update, in bytes."""


class Reader:
    """One reader of the page, and what it has received."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._entry = max(watcher.record.last - MOST_ENTRIES, 0)
        self._connections: dict[str, tuple[object, ...]] = {}
        self._documents: dict[tuple[str, str], tuple[object, ...]] = {}
        self._findings: dict[int, int] = {}

    def news(self) -> bytes:
        """Return the next update, a JSON object."""
        watcher, record = self._watcher, self._watcher.record
        entries = record.since(self._entry, MOST_ENTRIES)
        skipped = record.last - self._entry - len(entries)
        self._entry = record.last
        frames, size = watcher.totals()
        return orjson.dumps(
            {
                "now": watcher.now(),
                "opened": watcher.opened,
                "frames": frames,
                "bytes": size,
                "entries": [entry(passed) for passed in entries],
                "skipped": skipped,
                "connections": self._changed_connections(),
                "documents": self._changed_documents(),
                "findings": self._changed_findings(),
                "gone": self._gone(),
            }
        )

    def _changed_connections(self) -> list[dict[str, object]]:
        found = []
        for name, watched in self._watcher.connections.items():
            state = (watched.frames, watched.ending is None, watched.ended)
            if self._connections.get(name) != state:
                self._connections[name] = state
                found.append(connection(watched))
        return found

    def _gone(self) -> list[str]:
        gone = [name for name in self._connections if name not in self._watcher.connections]
        for name in gone:
            del self._connections[name]
        self._documents = {
            known: state for known, state in self._documents.items() if known[0] not in gone
        }
        return gone

    def _changed_documents(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for watched in self._watcher.connections.values():
            for key, copy in watched.judge.documents.copies.items():
                state = (copy.changes, copy.followed, watched.ended is None)
                known = (watched.label, key)
                if self._documents.get(known) != state:
                    if len(found) == MOST_DOCUMENTS:
                        return found
                    self._documents[known] = state
                    found.append(document(watched, copy))
        return found

    def _changed_findings(self) -> list[dict[str, object]]:
        changed = [f for f in self._watcher.findings if self._findings.get(f.number) != f.count]
        self._findings |= {found.number: found.count for found in changed}
        return [found.as_json() for found in changed]


def connection(watched: Watched) -> dict[str, object]:
    """Return a connection for the page."""
    return {
        "label": watched.label,
        "path": escape_control_chars(watched.path)[:500],
        "origin": escape_control_chars(watched.origin)[:200],
        "agent": escape_control_chars(watched.agent)[:200],
        "opened": watched.opened,
        "ended": watched.ended,
        "ending": escape_control_chars(str(watched.ending)) if watched.ending else "",
        "sent": watched.judge.client.frames,
        "received": watched.judge.server.frames,
        "bytes": sum(watched.bytes.values()),
    }


def document(watched: Watched, copy: DocumentCopy) -> dict[str, object]:
    """Return a document for the page."""
    return {
        "connection": watched.label,
        "key": copy.key,
        "open": watched.ended is None,
        "followed": copy.followed,
        "by": copy.by,
        "at": copy.changed_at,
        "changes": copy.changes,
        **_state(copy),
    }


def _state(copy: DocumentCopy) -> dict[str, object]:
    if not copy.followed:
        return {"why": "not followed until the next _SET"}
    try:
        text = _encoded(copy.root[0])
    except (ValueError, RecursionError):
        return {"why": "too deeply nested to be shown"}
    if len(text) > SHOWN_STATE:
        return {"why": f"{len(text)} bytes, too large to be shown"}
    return {"state": orjson.Fragment(text)}


def _encoded(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # integers beyond 64 bits, or more than 254 levels
        return json.dumps(value).encode()


def entry(passed: Passed, characters: int = SHOWN_CHARACTERS) -> dict[str, object]:
    """Return a message or a note for the page."""
    size = len(passed.payload) + passed.left_out
    if passed.is_text:
        text = escape_control_chars(passed.payload[: 4 * characters].decode(errors="replace"))[
            :characters
        ]
    else:
        text = passed.payload[: characters // 2].hex()
    return {
        "number": passed.number,
        "at": passed.at,
        "connection": passed.connection,
        "direction": passed.direction,
        "type": escape_control_chars(passed.type)[:200],
        "binary": not passed.is_text,
        "text": text,
        "size": size,
        "findings": passed.findings,
    }
