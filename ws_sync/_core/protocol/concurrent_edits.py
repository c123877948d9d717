"""Concurrent edits: when to repeat an attribute so that both sides agree again (state-crossing).

The protocol has no revisions. A write of the client that arrives shortly after the server has sent
a value may have been made before the client saw that value. Then the two sides have applied both
changes in different order, and may hold different values without noticing. So the server repeats
its value. If it did so at once, it would remove what the user types next. It therefore waits until
the attribute has been at rest for a moment.

On one connection, each attribute is in one of three states:

    SEEN        the client has seen every value that was sent
    IN_FLIGHT   the client may not have seen the latest value yet
    CROSSED     a write may have crossed a value: repeat the value when the attribute is at rest

Three events move it:

    SENT        the server sent a value, in a patch or whole
    WRITTEN     a write of the client arrived that read or wrote the attribute
    AFFECTED    a crossing write concerns the attribute through others: the write may have copied
                the value of a crossed attribute to it, or the client could not apply a patch of a
                crossed attribute, and has lost the whole patch, which changed this attribute too

                SENT        WRITTEN     AFFECTED
    SEEN        IN_FLIGHT   SEEN        CROSSED
    IN_FLIGHT   IN_FLIGHT   CROSSED     CROSSED
    CROSSED     CROSSED     CROSSED     CROSSED

Two timers complete the table. SENT starts the first timer: when it ends, IN_FLIGHT becomes SEEN.
Entering CROSSED, also from CROSSED, restarts the second timer: when it ends, the value is due, and
the caller sends it. The first timer continues in CROSSED, so that the attribute is IN_FLIGHT or
SEEN after that. Only the times at which the timers end are stored, because every write and every
patch comes through here: an attribute is CROSSED while it has a second timer, and otherwise
IN_FLIGHT until its first timer ends. Times are seconds of one monotonic clock, which the caller
reads.
"""

from __future__ import annotations

from collections.abc import Iterable

WINDOW = 5.0
"""Seconds after a patch of the server in which a write of the client may have crossed it."""

STATE_WINDOW = 2.0
"""The same after values that were sent whole, as a state or as a repetition.

They too remove what the client wrote before it read them. But most clients hold these values
already, or have just asked for them, and often write right after that. It is repeated once.
"""

SETTLE = 0.25
"""Seconds for which an attribute must be at rest before its value is repeated."""


class ConcurrentEdits:
    """The states of the attributes of one document on one connection."""

    __slots__ = (
        "_all_seen_at",
        "_due_at",
        "_newest",
        "_newest_at",
        "_patches",
        "_seen_at",
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
        self._seen_at: dict[str, float] = {}  # end of the first timer, by attribute
        self._all_seen_at = float("-inf")  # the same, of all attributes
        self._due_at: dict[str, float] = {}  # end of the second timer, of crossed attributes
        self._patches: dict[frozenset[str], float] = {}  # end of the first timer, by attributes
        self._newest: list[str] = []  # the attributes of the latest patch, if it is not recorded
        self._newest_at = 0.0  # when it was sent

    def patch_sent(self, names: list[str], now: float) -> None:
        """Record that one patch of these attributes, each named once, was sent.

        Most patches are followed by a patch of the same attributes, and only the latest of these
        counts. So a patch is fully recorded when a different one follows, or before any other call.
        """
        if names != self._newest:
            self._record_newest()
            self._newest = names
        self._newest_at = now

    def state_sent(self, now: float) -> None:
        """Record that the whole values of all attributes were sent."""
        self._record_newest()
        self._all_seen_at = now + self.state_window
        self._due_at = dict.fromkeys(self._due_at, now + self.settle)

    def values_sent(self, names: Iterable[str], now: float) -> None:
        """Record that the whole values of these attributes were sent."""
        self._record_newest()
        self._record_sent(names, now, now + self.state_window)

    def write_received(self, names: Iterable[str], now: float) -> None:
        """Record that one write arrived that read or wrote these attributes."""
        self._record_newest()
        names = set(names)
        if now >= self._all_seen_at and not any(
            name in self._due_at or now < self._seen_at.get(name, now) for name in names
        ):
            return  # all of them are SEEN
        for together, seen_at in self._patches.items():
            if now < seen_at and together & names:
                names |= together
        self._due_at |= dict.fromkeys(names, now + self.settle)

    def take_due(self, now: float) -> list[str]:
        """Return the attributes to repeat now. The caller sends them."""
        self._record_newest()
        names = [name for name, due_at in self._due_at.items() if due_at <= now]
        for name in names:
            del self._due_at[name]
        return names

    def next_due(self) -> float | None:
        """Return when to call `take_due`; None if no attribute is crossed."""
        self._record_newest()
        return min(self._due_at.values(), default=None)

    def _record_newest(self) -> None:
        if not self._newest:
            return
        names, now, self._newest = self._newest, self._newest_at, []
        while self._patches and self._patches[oldest := next(iter(self._patches))] <= now:
            del self._patches[oldest]
        together = frozenset(names)
        self._patches.pop(together, None)  # only the latest patch of the same attributes counts
        self._patches[together] = seen_at = now + self.window
        self._record_sent(names, now, seen_at)

    def _record_sent(self, names: Iterable[str], now: float, seen_at: float) -> None:
        for name in names:
            if self._seen_at.get(name, seen_at) <= seen_at:
                self._seen_at[name] = seen_at
            if name in self._due_at:
                self._due_at[name] = now + self.settle
