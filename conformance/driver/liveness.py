"""Is the server still there? A round trip on a connection of its own."""

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
"""Seconds for an orderly end, at most."""
TRIES = 5
"""A wrong takeover of a connection of the case may close the one that is asked on."""


def check_alive(target: Target, process: ServerProcess | None = None) -> str | None:
    """What ails a server, a phrase; None if it answers as it did before the first case.

    It is asked on a fresh session, where the URL names sessions, and never has less than the
    default deadline to answer: a server that is slow, or closes once, has not died. A client is
    asked nothing; it has died when its process has ended.

    Args:
        target: The server or client.
        process: Its process, if the kit has started it.
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
            return None  # it has no place for one more, and says so
        except (OSError, WebSocketException):
            continue
    return GONE if target.refuses() else SILENT


def _answers(target: Target, end: float) -> bool:
    """Whether a `_GET` is answered before a moment of the monotonic clock.

    Raises:
        OSError: There is no connection; a timeout is one too.
        WebSocketException: It does not open, or is closed.
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
