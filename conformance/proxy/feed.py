"""What has changed since a reader was told last, as JSON: how the page is kept up to date.

A reader that is slow or joins late gets the last of everything and not all of it, so that nothing
is kept for it here.
"""

from __future__ import annotations

import json

import orjson

from conformance.protocol.display import escape_control_chars
from conformance.proxy.copies import DocumentCopy
from conformance.proxy.record import Passed
from conformance.proxy.watcher import Watched, Watcher

MOST_ENTRIES = 300
"""Entries that are told at once; of more than these, the last."""
MOST_DOCUMENTS = 40
"""Documents that are told at once; the others come next time."""
SHOWN_CHARACTERS = 600
"""Characters of a message that are told before somebody asks for it."""
SHOWN_STATE = 200_000
"""Bytes of a state that are told."""


class Reader:
    """One reader and what it knows."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._entry = max(watcher.record.last - MOST_ENTRIES, 0)
        self._connections: dict[str, tuple[object, ...]] = {}
        self._documents: dict[tuple[str, str], tuple[object, ...]] = {}
        self._findings: dict[int, int] = {}

    def news(self) -> bytes:
        """What it does not know yet, as the JSON text of one object."""
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
        """The connections that are not told of any more."""
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
    """A connection as the page has it."""
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
    """A document as the page has it."""
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
        return {"why": "not followed: the next _SET tells what it is"}
    try:
        text = _encoded(copy.root[0])
    except (ValueError, RecursionError):
        return {"why": "nested too deeply to be shown"}
    if len(text) > SHOWN_STATE:
        return {"why": f"{len(text)} bytes, too large to be shown"}
    return {"state": orjson.Fragment(text)}


def _encoded(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # integers beyond 64 bits, or more than 254 levels
        return json.dumps(value).encode()


def entry(passed: Passed, characters: int = SHOWN_CHARACTERS) -> dict[str, object]:
    """A message or a note as the page has it."""
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
