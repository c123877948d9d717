"""Crossing edits: when to repeat an attribute so that both sides agree again.

The protocol has no revisions. A client's write that arrives shortly after a change of the server
may have been made before the client saw that change; then each side has applied the two in
another order, and they may differ without anyone noticing. Repeating the server's value at once
would take away what the user types next, so it is repeated when the attribute has been quiet for
a moment (state-crossing). Times are seconds of one clock that never goes back; the caller reads it.

What one crossed attribute spoils: a write may have copied its value to the write's other
attributes; and a client that could not apply a patch because of it has lost the whole patch.
"""

from __future__ import annotations

from collections.abc import Iterable

WINDOW = 5.0
"""How long after a change of the server a client's write may have crossed it."""

STATE_WINDOW = 2.0
"""The same after values that were sent whole: a state, or a repetition.

They too take away what the client wrote before it read them. But most clients hold these values
already, or have just asked for them, and a write right behind them is usual. It is repeated once.
"""

SETTLE = 0.25
"""How long an attribute must be quiet before its value is repeated."""


class ConcurrentEdits:
    """The attributes of one document on one connection that may have been changed crosswise."""

    __slots__ = (
        "_all_until",
        "_newest",
        "_newest_at",
        "_patches",
        "_quiet",
        "_until",
        "settle",
        "state_window",
        "window",
    )

    def __init__(
        self, window: float = WINDOW, state_window: float = STATE_WINDOW, settle: float = SETTLE
    ) -> None:
        self.window = window
        self.state_window = state_window
        self.settle = settle
        self._until: dict[str, float] = {}  # when the client will have seen an attribute's change
        self._all_until = float("-inf")  # the same, of all attributes
        self._patches: dict[frozenset[str], float] = {}  # their attributes, and until when
        self._newest: list[str] = []  # the attributes of the latest patch, which is not yet noted
        self._newest_at = 0.0  # when it went out
        self._quiet: dict[str, float] = {}  # when a crossed attribute will have been quiet

    def patch_sent(self, names: list[str], now: float) -> None:
        """Note that one patch of these attributes, each named once, went to the client.

        Most patches are followed by one of the same attributes, and only the latest of these
        counts: so it is noted in full when another one follows, or when somebody asks.
        """
        if names != self._newest:
            self._note_newest()
            self._newest = names
        self._newest_at = now

    def state_sent(self, now: float) -> None:
        """Note that the whole values of all attributes went to the client."""
        self._note_newest()
        self._all_until = now + self.state_window
        self._quiet = dict.fromkeys(self._quiet, now + self.settle)

    def values_sent(self, names: Iterable[str], now: float) -> None:
        """Note that whole values of these attributes went to the client."""
        self._note_newest()
        self._sent(names, now, now + self.state_window)

    def write_received(self, names: Iterable[str], now: float) -> None:
        """Note that one write of the client arrived, which read or wrote these attributes."""
        self._note_newest()
        names = set(names)
        if now >= self._all_until and not any(
            name in self._quiet or now < self._until.get(name, now) for name in names
        ):
            return
        for together, until in self._patches.items():
            if now < until and together & names:
                names |= together
        self._quiet |= dict.fromkeys(names, now + self.settle)

    def take_due(self, now: float) -> list[str]:
        """Return the attributes to repeat now, and forget that they were crossed."""
        self._note_newest()
        names = [name for name, quiet in self._quiet.items() if quiet <= now]
        for name in names:
            del self._quiet[name]
        return names

    def next_due(self) -> float | None:
        """Return when to ask again; None when nothing is crossed."""
        self._note_newest()
        return min(self._quiet.values(), default=None)

    def _note_newest(self) -> None:
        if not self._newest:
            return
        names, now, self._newest = self._newest, self._newest_at, []
        until = now + self.window
        while self._patches and self._patches[oldest := next(iter(self._patches))] <= now:
            del self._patches[oldest]
        together = frozenset(names)
        self._patches.pop(together, None)  # the latest of the same is all that counts
        self._patches[together] = until
        self._sent(names, now, until)

    def _sent(self, names: Iterable[str], now: float, until: float) -> None:
        for name in names:
            if self._until.get(name, until) <= until:
                self._until[name] = until
            if name in self._quiet:
                self._quiet[name] = now + self.settle
