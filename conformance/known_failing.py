"""Known-failing lists: the cases that an implementation is known to fail, each with its reason.

One entry a line: the id of a case, spaces, and a sentence that says why; an id that ends in `[*]`
stands for a case with all its parameters. Empty lines and lines that begin with `#` are left out.
An entry that does not come true, for each case that it stands for, fails the run, so that a list
can only be current.

    session/takeover-leaves-the-newer-connection-open   S-01: the clean-up closes the newer one
"""

from __future__ import annotations

from pathlib import Path

ALL_PARAMETERS = "[*]"


class ListError(Exception):
    """A known-failing list that can't be read; the text names file and line."""


def parse(text: str, name: str) -> dict[str, str]:
    """The reasons by case id.

    Raises:
        ListError: An entry has no reason, or a case has two entries.
    """
    entries: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        case, _, reason = line.strip().partition(" ")
        if not reason.strip():
            raise ListError(f"{name}:{number}: {case!r} has no reason")
        if case in entries:
            raise ListError(f"{name}:{number}: {case!r} has an entry already")
        entries[case] = reason.strip()
    return entries


def reason(entries: dict[str, str], case: str) -> str | None:
    """Why a case is known to fail, or None if it is not."""
    return entries.get(case) or entries.get(_all_parameters(case))


def unmatched(entries: dict[str, str], cases: set[str]) -> list[str]:
    """The entries that stand for no case."""
    known = cases | {_all_parameters(case) for case in cases if "[" in case}
    return [entry for entry in entries if entry not in known]


def _all_parameters(case: str) -> str:
    return case.partition("[")[0] + ALL_PARAMETERS


def load(path: Path) -> dict[str, str]:
    """The entries of a file.

    Raises:
        ListError: It can't be read.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ListError(f"{path} can't be read: {error}") from error
