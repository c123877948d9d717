"""Crossing edits: when to repeat an attribute so that both sides agree again.

The protocol has no revisions. A client's write that arrives shortly after a change of the server
may have been made before the client saw that change; then each side has applied the two in
another order, and they may differ without anyone noticing. Repeating the server's value at once
would take away what the user types next, so it is repeated when the attribute has been quiet for
a moment (state-crossing). Times are seconds of one clock that never goes back; the caller reads it.
"""

from __future__ import annotations

from collections.abc import Iterable

WINDOW = 5.0
"""How long after a change of the server a client's write may have crossed it."""

SETTLE = 0.25
"""How long an attribute must be quiet before its value is repeated."""


class Crossings:
    """The attributes of one document on one connection that may have been changed crosswise."""

    def __init__(self, window: float = WINDOW, settle: float = SETTLE) -> None:
        self.window = window
        self.settle = settle
        self._sent: dict[str, float] = {}  # when the server last changed an attribute
        self._quiet: dict[str, float] = {}  # when a crossed attribute will have been quiet

    def sent(self, names: Iterable[str], now: float) -> None:
        """Note that a change of these attributes went to the client."""
        for name in names:
            self._sent[name] = now
            if name in self._quiet:
                self._quiet[name] = now + self.settle

    def written(self, names: Iterable[str], now: float) -> None:
        """Note that a write of the client to these attributes arrived."""
        for name in names:
            if name in self._quiet or now - self._sent.get(name, -self.window) < self.window:
                self._quiet[name] = now + self.settle

    def due(self, now: float) -> list[str]:
        """Return the attributes to repeat now, and forget that they were crossed."""
        names = [name for name, quiet in self._quiet.items() if quiet <= now]
        for name in names:
            del self._quiet[name]
        return names

    def next_due(self) -> float | None:
        """Return when to ask again; None when nothing is crossed."""
        return min(self._quiet.values(), default=None)
