"""Known-failing lists: the cases that an implementation is known to fail, each with its reason.

An entry is a line: the id of a case, spaces, and the reason; docs/known-failing.md has the grammar.
An entry fails the run unless every case that it names fails as it says, so a list is never stale.

    session/takeover-leaves-the-newer-connection-open   S-01: the clean-up closes the newer one
    state/get-is-answered-once  ~ "3, received 6"       every answer is sent twice
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

ALL_PARAMETERS = "[*]"
PIN = "~"


class ListError(Exception):
    """A known-failing list is invalid; the text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    Attributes:
        pinned: The text that the failure has to contain, or None for any.
    """

    case: str
    reason: str
    place: str
    pinned: str | None = None

    def holds(self, text: str) -> bool:
        """Whether a failure with this text is the known one."""
        return self.pinned is None or self.pinned in " ".join(text.split())

    def line(self, width: int = 0) -> str:
        """The entry as it is written."""
        pin = (
            "" if self.pinned is None else f"  {PIN} {json.dumps(self.pinned, ensure_ascii=False)}"
        )
        return f"{self.case:<{width}}{pin}  {self.reason}"


@dataclass(frozen=True, slots=True)
class Known:
    """A whole list.

    Attributes:
        entries: Its entries by the ids of their cases, in their order.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    comment: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, case: str) -> Entry | None:
        """The entry of a case, or None if it has none."""
        return self.entries.get(case) or self.entries.get(all_parameters(case))

    def unmatched(self, cases: Iterable[str]) -> Iterator[tuple[Entry, str | None]]:
        """The entries that name no case, each with a similar id if there is one."""
        known = set(cases)
        known |= {all_parameters(case) for case in known if "[" in case}
        for entry in self.entries.values():
            if entry.case not in known:
                near = get_close_matches(entry.case, known, 1, 0.6)
                yield entry, near[0] if near else None


def parse(text: str, name: str) -> Known:
    """The entries of a list.

    Raises:
        ListError: A line is not an entry, or there are two entries for a case.
    """
    entries: dict[str, Entry] = {}
    comment: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            if not entries:
                comment.append(line)
            continue
        entry = _entry(line.strip(), f"{name}:{number}")
        if entry.case in entries:
            first = entries[entry.case].place
            raise ListError(f"{entry.place}: {entry.case!r} already has an entry, at {first}")
        entries[entry.case] = entry
    for entry in entries.values():
        whole = entries.get(all_parameters(entry.case))
        if whole is not None and whole is not entry:
            raise ListError(
                f"{entry.place}: {entry.case!r} is one of {whole.case!r} at {whole.place}: remove "
                "one of them"
            )
    return Known(entries, tuple(comment))


def _entry(line: str, place: str) -> Entry:
    case, _, rest = line.partition(" ")
    rest, pinned = rest.strip(), None
    if rest == PIN or rest.startswith((f"{PIN} ", f'{PIN}"')):
        try:
            pinned, end = json.JSONDecoder().raw_decode(rest := rest[len(PIN) :].lstrip())
        except ValueError as error:
            raise ListError(f'{place}: write {case} {PIN} "part of the message" reason') from error
        if not isinstance(pinned, str) or not pinned.strip():
            raise ListError(f"{place}: the pin must be a non-empty text in double quotes")
        rest, pinned = rest[end:].strip(), " ".join(pinned.split())
    if not rest:
        raise ListError(f"{place}: {case!r} has no reason")
    if "/" not in case:
        raise ListError(f"{place}: {case!r} is not the id of a case, such as state/get-is-answered")
    return Entry(case, rest, place, pinned)


def all_parameters(case: str) -> str:
    """The id of a case with all its parameters."""
    return case.partition("[")[0] + ALL_PARAMETERS


def load(path: Path) -> Known:
    """The entries of a file.

    Raises:
        ListError: It can't be read, or is invalid.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ListError(f"{path} can't be read: {reason}") from error


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that fails in a run.

    Attributes:
        text: The whole text of the failure, which has to contain what an entry pins.
    """

    case: str
    reason: str
    text: str


def written(
    failures: Iterable[Failure], old: Known, passed: Iterable[str], kept: Iterable[str]
) -> str:
    """Return the list of what fails in a run.

    Args:
        failures: The failures, in the order of the run.
        old: The list of the run; its comment stays, and its reasons and pins where they hold.
        passed: The ids of cases that did not fail, which no entry may name.
        kept: The ids of cases that were not judged, whose entries stay.
    """
    split = {all_parameters(case) for case in passed}
    entries: dict[str, Entry] = {}
    for case in kept:
        if (entry := old.of(case)) and entry.case not in split:
            entries[entry.case] = entry
    for failure in failures:
        entry = old.of(failure.case)
        if entry is None or not entry.holds(failure.text):
            entry = Entry(failure.case, " ".join(failure.reason.split()), "")
        elif entry.case in split:
            entry = Entry(failure.case, entry.reason, "", entry.pinned)
        entries[entry.case] = entry
    width = max(map(len, entries), default=0)
    lines = [*old.comment, *(entries[name].line(width) for name in sorted(entries))]
    return "".join(f"{line}\n" for line in lines)
