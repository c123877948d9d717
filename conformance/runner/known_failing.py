"""Known-failing lists: the cases that an implementation is known to fail, each with its reason.

One entry a line: the id of a case, spaces, and a sentence that says why; docs/known-failing.md has
the grammar. An entry that does not come true, for each case that it stands for, fails the run, so
that a list can only be current.

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
    """A known-failing list that can't be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    Attributes:
        case: The id of a case, or one that ends in `[*]` for all its parameters.
        reason: Why it fails.
        place: File and line.
        pinned: What the text of the failure has to hold, or None for any.
    """

    case: str
    reason: str
    place: str
    pinned: str | None = None

    def holds(self, text: str) -> bool:
        """Whether a failure is the one that is known."""
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
        comment: The lines of comment in front of the first entry.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    comment: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, case: str) -> Entry | None:
        """The entry of a case, or None if it has none."""
        return self.entries.get(case) or self.entries.get(all_parameters(case))

    def unmatched(self, cases: Iterable[str]) -> Iterator[tuple[Entry, str | None]]:
        """The entries that stand for no case, each with the id that may be meant."""
        known = set(cases)
        known |= {all_parameters(case) for case in known if "[" in case}
        for entry in self.entries.values():
            if entry.case not in known:
                near = get_close_matches(entry.case, known, 1, 0.6)
                yield entry, near[0] if near else None


def parse(text: str, name: str) -> Known:
    """The entries of a list.

    Raises:
        ListError: A line is no entry, or contradicts another one.
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
            raise ListError(f"{entry.place}: {entry.case!r} has an entry already, at {first}")
        entries[entry.case] = entry
    for entry in entries.values():
        whole = entries.get(all_parameters(entry.case))
        if whole is not None and whole is not entry:
            raise ListError(
                f"{entry.place}: {entry.case!r} is one of {whole.case!r} at {whole.place}: leave "
                "one of them out"
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
            raise ListError(f"{place}: what is pinned has to be a text in double quotes, not empty")
        rest, pinned = rest[end:].strip(), " ".join(pinned.split())
    if not rest:
        raise ListError(f"{place}: {case!r} has no reason")
    if "/" not in case:
        raise ListError(f"{place}: {case!r} is no id of a case, such as state/get-is-answered")
    return Entry(case, rest, place, pinned)


def all_parameters(case: str) -> str:
    """The id that stands for a case with all its parameters."""
    return case.partition("[")[0] + ALL_PARAMETERS


def load(path: Path) -> Known:
    """The entries of a file.

    Raises:
        ListError: It can't be read.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ListError(f"{path} can't be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Failure:
    """What a run says of a case that fails.

    Attributes:
        case: Its id.
        reason: Why, on one line, for a list that has no reason for it yet.
        text: All that was said of it, which has to hold what an entry pins.
    """

    case: str
    reason: str
    text: str


def written(
    failures: Iterable[Failure], old: Known, passed: Iterable[str], kept: Iterable[str]
) -> str:
    """The list of what fails in a run.

    Args:
        failures: The failures, in the order of the run.
        old: The list of the run: its comment, its reasons and what it pins stay where they hold.
        passed: The ids of cases that did not fail, which no entry may stand for.
        kept: The ids of cases of which the run says nothing, so that their entries stay.
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
