"""The server or client under test: its address, its features, and the deadlines for it."""

from __future__ import annotations

import itertools
import os
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from conformance.driver.application import Application

SESSION = "{session}"
PATIENCE = 3.0
"""The deadline for a required event, in seconds, before `--time-scale`."""

_names = itertools.count(1)


@dataclass(slots=True)
class Target:
    """A server or a client under test.

    Attributes:
        url: The server's URL, with or without `{session}`; the kit's own, if a client is tested.
        auth_url: The URL of the endpoint that asks for an identification, or None.
        time_scale: The factor for every deadline.
        features: The features of the testee; known after the probe.
        round_trip: Seconds from a `_GET` to its answer; known after the probe.
        testee: Whether it serves a testee, and not another application.
        application: What the run knows of the application.
        repeats: Whether it sends the initial state of a document twice; known after the probe.
        listen: The address and the port on which the kit waits for a client under test; None if a
            server is tested.
        sets: Whether it sends changes as `_SET`; known after the probe.
        lacks: The actions of the contract that a client under test does not have.
        command: The command line that starts it, or None.
        run: A random part of the names of sessions.
    """

    url: str
    auth_url: str | None = None
    time_scale: float = 1.0
    features: frozenset[str] = frozenset()
    round_trip: float = 0.0
    testee: bool = True
    application: Application = field(default_factory=Application)
    repeats: bool = False
    listen: tuple[str, int] | None = None
    sets: bool = False
    lacks: list[str] = field(default_factory=list)
    command: str | None = None
    run: str = field(default_factory=lambda: f"{os.getpid():x}-{os.urandom(3).hex()}")

    @property
    def has_sessions(self) -> bool:
        """Whether the URL has a place for a session, so that each case can have its own."""
        return SESSION in self.url

    @property
    def is_client(self) -> bool:
        """Whether a client is under test."""
        return self.listen is not None

    @property
    def side(self) -> str:
        """The side that is tested, `server` or `client`."""
        return "client" if self.is_client else "server"

    @property
    def name(self) -> str:
        """The name of the target in reports: a client's command, or the URL."""
        return self.command if self.is_client and self.command else self.url

    @property
    def may_write(self) -> bool:
        """Whether the kit may change documents; those of a testee exist for that."""
        return self.testee or self.application.allow_writes

    @property
    def deadline(self) -> float:
        """Seconds to wait for a required event."""
        return max(PATIENCE, 50 * self.round_trip) * self.time_scale

    def new_session(self) -> str:
        """A session name that no run has used."""
        return f"kit-{self.run}-{next(_names)}"

    def session_url(self, session: str) -> str:
        """The URL of one session."""
        return self.url.replace(SESSION, session)

    def refuses(self) -> bool:
        """Whether the URL's address accepts no connection."""
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        try:
            with socket.create_connection((parts.hostname, port), timeout=self.deadline):
                return False
        except OSError:
            return True
