"""Checks whether the server still answers, on a connection of its own."""

from __future__ import annotations

import time
from contextlib import suppress

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from conformance.driver.process import ServerProcess
from conformance.driver.target import PATIENCE, Target
from conformance.protocol.wire import LARGEST, Event, MalformedFrame, decode

GONE = "it no longer listens"
ENDED = "its process has ended"
SILENT = "it listens and does not answer"
CLOSING = 0.5
"""The longest time for a closing handshake, in seconds."""
TRIES = 5
"""The number of attempts: a wrong takeover may close the connection of the check."""


def check_alive(target: Target, process: ServerProcess | None = None) -> str | None:
    """Check the target; a phrase that says what is wrong, or None if it works.

    A server has to answer a `_GET` on a new session (or the only one), and has at least the default
    deadline for it: one that is slow, or closes once, has not died. A client has died when its
    process has ended.
    """
    if target.is_client:
        return ENDED if process is not None and process.ends_within(CLOSING) else None
    end = time.monotonic() + max(target.deadline, PATIENCE)
    for _ in range(TRIES):
        if target.refuses():
            return GONE
        try:
            if _answers(target, end):
                return None
        except InvalidStatus:
            return None  # it has reached its limit of connections
        except (OSError, WebSocketException):
            continue
    return GONE if target.refuses() else SILENT


def _answers(target: Target, end: float) -> bool:
    """Whether a `_GET` is answered before a moment of the monotonic clock.

    Raises:
        OSError: It does not connect; this includes a timeout.
        WebSocketException: The handshake fails, or the server closes.
    """
    key = target.application.fence
    asked = False
    answers = 0
    with connect(
        target.session_url(target.new_session()),
        open_timeout=max(end - time.monotonic(), CLOSING),
        close_timeout=CLOSING,
        compression=None,
        max_size=LARGEST,
        proxy=None,
    ) as socket:
        while (left := end - time.monotonic()) > 0:
            with suppress(MalformedFrame):
                frame = socket.recv(timeout=left)
                answers += isinstance(frame, str) and decode(frame).type == f"_SET:{key}"
            if answers and not asked:
                asked, answers = True, 0
                socket.send(Event(f"_GET:{key}", {}).text())
            elif answers:
                return True
    return False
