"""The server or client under test: where it is, what it offers, how long to wait for it."""

from __future__ import annotations

import itertools
import os
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from conformance.driver.application import Application

SESSION = "{session}"
PATIENCE = 3.0
"""Seconds until something that must come counts as missing, before `--time-scale`."""

_names = itertools.count(1)


@dataclass(slots=True)
class Target:
    """A server or a client under test.

    Attributes:
        url: Its URL, with or without `{session}`; that of the kit, if a client is under test.
        auth_url: The endpoint that identifies its clients, or None.
        time_scale: The factor for every deadline.
        features: What its testee lists; known after the probe.
        round_trip: Seconds from a `_GET` to its answer, measured by the probe.
        testee: Whether what it serves is a testee, and no other application.
        application: What is known of what it serves.
        repeats: Whether it sends the initial state of a document more than once, as the probe saw.
        lacks: The actions of the contract that a client under test does not do.
        listen: The address and the port on which the kit waits for a client under test, or None if
            it is a server that is.
        sets: Whether it sends changes as `_SET`, as the probe saw.
        command: The command line that starts it, if the user gave one.
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
        """Whether the URL names sessions, so that each case can have a fresh one."""
        return SESSION in self.url

    @property
    def is_client(self) -> bool:
        """Whether a client is under test."""
        return self.listen is not None

    @property
    def side(self) -> str:
        """What is under test, for people."""
        return "client" if self.is_client else "server"

    @property
    def name(self) -> str:
        """What is under test, as people know it: a client has no URL of its own."""
        return self.command if self.is_client and self.command else self.url

    @property
    def may_write(self) -> bool:
        """Whether the kit may change documents: a testee is there for that."""
        return self.testee or self.application.allow_writes

    @property
    def deadline(self) -> float:
        """Seconds to wait for an event that must come."""
        return max(PATIENCE, 50 * self.round_trip) * self.time_scale

    def new_session(self) -> str:
        """A session name that this run has not used, nor any other."""
        return f"kit-{self.run}-{next(_names)}"

    def session_url(self, session: str) -> str:
        """The URL of one session."""
        return self.url.replace(SESSION, session)

    def refuses(self) -> bool:
        """Whether nobody listens at the URL's address any more."""
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        try:
            with socket.create_connection((parts.hostname, port), timeout=self.deadline):
                return False
        except OSError:
            return True
