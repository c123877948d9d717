"""The selection of cases for a run.

A case is selected if it matches all the options that were given. Of an option that was given
several times, any value may match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

import pytest

from conformance.runner.case import Case

NEAREST = 3

Names = Callable[[Case], Iterable[str]]
NAMES: dict[str, Names] = {
    "section": lambda case: [case.section],
    "requirement": lambda case: [case.requirement.id],
    "level": lambda case: [case.requirement.level.partition(" ")[0]],
    "feature": lambda case: case.needs,
    "case": lambda case: [case.id],
}
"""The names of a case that the values of each option are compared with."""
REPEATABLE: dict[str, Any] = {"action": "append", "default": []}
TABLE: dict[str, dict[str, Any]] = {
    f"--{option}": {
        "action": "append",
        "default": [],
        "metavar": metavar,
        "help": f"{text}; may be repeated",
    }
    for option, metavar, text in (
        ("section", "NAME", "run only the cases of this section, such as state"),
        ("requirement", "ID", "run only the cases that are bound to this requirement"),
        ("level", "LEVEL", "run only the cases of requirements of this level, MUST or SHOULD"),
        ("feature", "NAME", "run only the cases that need this feature of the testee"),
        (
            "case",
            "GLOB",
            "run only the cases whose ids match; * matches any text, and [ and ] match themselves",
        ),
    )
}
"""The options, for `option_table`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The options that select cases.

    Attributes:
        last_failed: The ids of the cases that failed in the last run, with --last-failed.
    """

    given: Mapping[str, Sequence[str]]
    last_failed: frozenset[str] | None = None

    def takes(self, case: Case) -> bool:
        """Whether a case is selected."""
        if self.last_failed is not None and case.id not in self.last_failed:
            return False
        return all(
            any(matches(pattern, name) for pattern in patterns for name in NAMES[option](case))
            for option, patterns in self.given.items()
        )

    def nothing(self, cases: Sequence[Case]) -> str | None:
        """Why no case is selected, a sentence that suggests similar names; None if one is."""
        for option, patterns in self.given.items():
            known = sorted({name for case in cases for name in NAMES[option](case)})
            for pattern in patterns:
                if not any(matches(pattern, name) for name in known):
                    return f"--{option} {pattern}: no case matches; {_nearest(pattern, known)}"
        if any(map(self.takes, cases)):
            return None
        if self.last_failed is not None and not self.given:
            return "--last-failed: nothing failed in the last run"
        return "no case matches all of " + ", ".join(
            [f"--{option} {pattern}" for option, found in self.given.items() for pattern in found]
            + (["--last-failed"] if self.last_failed is not None else [])
        )


def _nearest(pattern: str, known: Sequence[str]) -> str:
    near = _near(pattern, known)
    named = ", ".join(near or known[: NEAREST * 5])
    if near:
        return f"nearest: {named}"
    return f"choose from {named}" + (", …" if known[NEAREST * 5 :] else "")


def _near(pattern: str, known: Sequence[str]) -> Sequence[str]:
    section, slash, rest = pattern.partition("/")
    sections = {name.partition("/")[0] for name in known}
    if slash and section not in sections:  # the rest may be right, whatever it matches elsewhere
        for meant in get_close_matches(section, sections, 1):
            if any(matches(f"{meant}/{rest}", name) for name in known):
                return [f"{meant}/{rest}"]
    near = get_close_matches(pattern.replace("*", ""), known, NEAREST, 0.4)
    return near or [n for n in known if pattern.strip("*").lower() in n.lower()][:NEAREST]


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a name; only `*` and `?` are special in it."""
    return pattern == name or fnmatchcase(name, pattern.replace("[", "[[]"))


def read(config: pytest.Config, last_failed: frozenset[str] | None) -> Selection:
    """Read the selection from the command line."""
    given = {option: config.getoption(option) for option in NAMES}
    if given["level"]:
        given["level"] = [level.upper() for level in given["level"]]
    return Selection({option: found for option, found in given.items() if found}, last_failed)
