"""Replay files: their content, by `spec/schemas/replay.json`, and their names."""

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
"""The longest name before the number and the ending; file systems allow about 250 characters."""


class ReplayError(Exception):
    """A file can't be replayed; the text says why, without the name of the file."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A failure.

    Attributes:
        needs: The features that the testee needs.
        program: The steps of a program, or None for a scripted case.
        seed: The seed of the search that found the program, or None.
        dialogue: The frames, in the form of `spec/schemas/trace.json`.
        side: The side that failed, `server` or `client`.
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
        """Return the content of the file."""
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
        problem = "it has no member 'format'" if found is None else f"its format is {found!r}"
        raise ReplayError(f"{problem}; expected {FORMAT!r}")
    if document.get("version") != VERSION:
        raise ReplayError(f"its version is {document.get('version')!r}; this kit reads {VERSION}")
    wrong = deviation("replay", document)
    if wrong:
        raise ReplayError(f"it is invalid by the schema replay.json: {wrong}")
    requirement = requirements().get(document["requirement"])
    if requirement is None or requirement.not_observable:
        raise ReplayError(f"{document['requirement']!r} is not an observable requirement")
    members = {name: document[name] for name in document if name not in ("format", "version")}
    return Replay(**members | {"needs": frozenset(document["needs"])})


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(f"it can't be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, or not JSON
        raise ReplayError(f"it is not JSON: {error}") from error


def in_folder(folder: Path) -> list[Path]:
    """Return the replay files of a folder, by name, without those of subfolders."""
    return sorted(folder.glob("*.json"))


def name(case: str, number: int = 1) -> str:
    """Return the name of a case's file, which is the same in each run and unique.

    It has only lower-case letters, digits, hyphens and dots. If that changes or cuts the id, except
    for its slash, a part of the id's hash makes the name unique.
    """
    plain = case.replace("/", ".", 1)
    stem = re.sub(r"[^a-z0-9.]+", "-", plain.lower())[:LONGEST_NAME].strip("-.")
    if stem != plain:
        stem += "-" + hashlib.sha256(case.encode()).hexdigest()[:8]
    return f"{stem}.json" if number == 1 else f"{stem}.{number}.json"
