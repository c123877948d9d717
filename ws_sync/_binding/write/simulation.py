"""The edits of one write, and the copies on which validators see them.

Validators of the application never see a live object. A copy is made for the first validator that
needs one; edits that were planned before are repeated on it. What a validator changes in a copy
becomes an edit of the live object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ws_sync._binding.write.copies import Copies
from ws_sync._binding.write.edits import Edit, Undo, same


class Simulation:
    """Edits that are planned, and simulated where code of the application has to see them.

    Attributes:
        edits: the edits, in the order in which they are to be applied.
    """

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self._copies = Copies()
        self._waiting: dict[int, list[Edit]] = {}  # edits of objects that have no copy, by their id

    def fresh(self, value: Any) -> Any:
        """Note that a value is new; return it."""
        self._copies.keep(value)
        return value

    def add(self, edit: Edit) -> None:
        """Plan an edit."""
        self.edits.append(edit)
        if edit.target in self._copies:
            edit.apply(self._copies.of(edit.target), self._copies.of)
            self._repeat()
        else:
            self._waiting.setdefault(id(edit.target), []).append(edit)

    def copy(self, live: Any) -> Any:
        """Return a copy of a live object, with the edits so far."""
        copy = self._copies.of(live)
        self._repeat()
        return copy

    def run(self, live: Any, function: Callable[[Any], Any]) -> Any:
        """Call code of the application with a copy, and plan what it changes.

        Returns:
            The live object of what the code returned.

        Raises:
            Exception: as the code does.
        """
        copy = self.copy(live)
        before = self._copies.contents(copy)
        result = function(copy)
        self.edits += self._copies.edits(before)
        return self._copies.live(result)

    def detached(self, live: Any, plan: Callable[[], Any]) -> Any:
        """Return a copy of a live value with the edits that `plan` makes; `live` stays as it is.

        The value that `plan` returns is used instead of the copy if it is another object.
        """
        first = len(self.edits)
        result = plan()
        planned = self.edits[first:]
        del self.edits[first:]
        if result is live and not planned:
            return live
        copies = Copies()
        for edit in planned:
            for value in edit.values():
                if self._copies.is_fresh(value):
                    copies.keep(value)
        if self._copies.is_fresh(result):
            copies.keep(result)
        copy = copies.of(result)
        for edit in planned:
            if edit.target in copies:
                edit.apply(copies.of(edit.target), copies.of)
            self._waiting.pop(id(edit.target), None)
        return self.fresh(copy)

    def _repeat(self) -> None:
        """Apply edits to the copies of their targets."""
        made = self._copies.made
        while made:
            for edit in self._waiting.pop(made.pop(), ()):
                edit.apply(self._copies.of(edit.target), self._copies.of)


class Journal:
    """Edits of live objects that can be undone."""

    def __init__(self) -> None:
        self._undo: list[Undo] = []

    def apply(self, edit: Edit) -> None:
        """Apply an edit to its live target."""
        self._undo.append(edit.apply(edit.target, same))

    def undo(self) -> None:
        """Undo all edits, the last one first."""
        while self._undo:
            self._undo.pop()()
