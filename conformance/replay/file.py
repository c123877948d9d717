"""What a replay file holds, and how it is named; its form is `spec/schemas/replay.json`.

Everything here is about the file: nothing is run.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.spec import deviation, requirements

FORMAT = "ws-sync-replay"
VERSION = 1
LONGEST_NAME = 100
"""Characters of a file's name before the number and the ending; file systems take about 250."""


class ReplayError(Exception):
    """A file that can't be replayed; the text says why, and leaves out which file it is."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A failure.

    Attributes:
        case: The id of the case that failed.
        requirement: The id of the requirement that was not met.
        expected: What it had to do.
        received: What it did.
        needs: The features that the testee has to list.
        program: The steps of a generated program, or None for a scripted case.
        seed: Where the search began that found the program, or None.
        url: The URL that was judged; the kit's own, if it was a client.
        dialogue: What passed, in the form of `spec/schemas/trace.json`.
        side: What failed, `server` or `client`.
    """

    case: str
    requirement: str
    expected: str
    received: str
    needs: frozenset[str]
    program: list[dict[str, Any]] | None
    seed: int | None
    url: str
    dialogue: list[dict[str, Any]]
    side: str = "server"

    def text(self) -> str:
        """The file's content."""
        document = {
            "format": FORMAT,
            "version": VERSION,
            "side": self.side,
            "case": self.case,
            "requirement": self.requirement,
            "expected": self.expected,
            "received": self.received,
            "needs": sorted(self.needs),
            "program": self.program,
            "seed": self.seed,
            "url": self.url,
            "dialogue": self.dialogue,
        }
        return json.dumps(document, indent=1) + "\n"


def load(path: Path) -> Replay:
    """Read a file.

    Raises:
        ReplayError: It can't be read, is of another format or version, or names an observable
            requirement that does not exist.
    """
    document = _read(path)
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT:
        said = "it has no format" if found is None else f"its format is {found!r}"
        raise ReplayError(f"{said}, where {FORMAT!r} has to stand")
    if document.get("version") != VERSION:
        raise ReplayError(f"its version is {document.get('version')!r}; this kit reads {VERSION}")
    wrong = deviation("replay", document)
    if wrong:
        raise ReplayError(f"it is not as the schema replay.json has it: {wrong}")
    requirement = requirements().get(document["requirement"])
    if requirement is None or requirement.not_observable:
        raise ReplayError(f"{document['requirement']!r} is no observable requirement")
    members = {name: document[name] for name in document if name not in ("format", "version")}
    return Replay(**members | {"needs": frozenset(document["needs"])})


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(f"it can't be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, or no JSON
        raise ReplayError(f"it is no JSON: {error}") from error


def in_folder(folder: Path) -> list[Path]:
    """The replay files of a folder, by name; not those of folders in it."""
    return sorted(folder.glob("*.json"))


def name(case: str, number: int = 1) -> str:
    """The name of the file of a case: the same each time, and another one for each case.

    Only small letters, digits, hyphens and dots stand in it. Where that changes more of the id than
    its slash, or cuts it, a part of the id's hash tells it from others that look like it.

    Args:
        case: The id of the case.
        number: Which of the findings of the case it is, from 1 on.
    """
    plain = case.replace("/", ".", 1)
    stem = re.sub(r"[^a-z0-9.]+", "-", plain.lower())[:LONGEST_NAME].strip("-.")
    if stem != plain:
        stem += "-" + hashlib.sha256(case.encode()).hexdigest()[:8]
    return f"{stem}.json" if number == 1 else f"{stem}.{number}.json"
