"""How to write a case, and how it is named.

    @case("patch-atomic", needs="tasks", after="state/get-is-answered")
    async def test_what_the_server_does(peer: Peer) -> None: ...

A case is bound to one requirement, whose level decides what a failure means. Its id is its section
and its name: `patch/what-the-server-does`, with a parameter in brackets.

A case that makes no sense without another one names that one with `after`, and is blocked where
that one fails; every case depends on the basic cases below. A server that never answers `_GET`
would fail hundreds of cases for that one reason, each after a deadline. They are blocked instead,
are counted, and name the culprit, which fails the run. A culprit in the known-failing list blocks
nothing: the cases that depend on it are judged, and have to be listed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from conformance.spec import Requirement, requirements

MARK = "case"
BASIC = ("state/get-is-answered", "actions/action-has-an-effect")
"""The cases that every case depends on that drives a testee."""
BASIC_OF_FEATURE = {
    "tasks": "tasks/task-starts",
    "binary": "binary/bytes-of-the-client-have-an-effect",
    "user-session": "session/identification-leads-to-the-state",
}
"""The case that every case depends on that needs a feature."""
INDEPENDENT = ("application", "replays")
"""Sections whose cases depend on no basic case: they need no testee, or are run one by one."""


class Replayed(Protocol):
    """The failure that a case replays: what the kit reads of a replay file."""

    @property
    def case(self) -> str:
        """The id of the case that failed."""

    @property
    def program(self) -> list[dict[str, Any]] | None:
        """The steps of a generated program; None for a scripted case."""

    @property
    def seed(self) -> int | None:
        """The seed of the search that found the program."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the kit, as the hooks see it.

    Attributes:
        needs: The features without which it is not applicable.
        replay: The failure that it replays, if it is made from a replay file.
        after: The ids of the cases that it depends on.
    """

    id: str
    requirement: Requirement
    needs: frozenset[str]
    replay: Replayed | None = None
    after: frozenset[str] = frozenset()

    @property
    def section(self) -> str:
        """The first part of its id: a section of the specification, in most cases."""
        return self.id.partition("/")[0]


def case(
    requirement: str, *, needs: str | tuple[str, ...] = (), after: str | tuple[str, ...] = ()
) -> pytest.MarkDecorator:
    """Bind a test function, or one parameter set of it, to a requirement.

    Args:
        requirement: Its id.
        needs: Names of the testee's features without which the case is not applicable.
        after: Ids of cases that it depends on: if one of them fails, it is blocked.
    """
    mark: pytest.MarkDecorator = getattr(pytest.mark, MARK)
    return mark(requirement, needs=_names(needs), after=_names(after))


def _names(given: str | tuple[str, ...]) -> frozenset[str]:
    return frozenset((given,) if isinstance(given, str) else given)


def of_item(item: pytest.Item) -> Case:
    """The case that a collected test function is.

    Raises:
        pytest.UsageError: It has no `@case`, or one with an unknown requirement.
    """
    marks = [mark for mark in item.own_markers if mark.name == MARK]
    if not marks:
        raise pytest.UsageError(f"{item.nodeid} has no @case(…)")
    mark = marks[-1]  # that of a parameter set comes after that of the function
    requirement = requirements().get(mark.args[0])
    if requirement is None or requirement.not_observable:
        raise pytest.UsageError(f"{item.nodeid}: {mark.args[0]!r} is not an observable requirement")
    needs, named = (
        frozenset[str]().union(*(m.kwargs[name] for m in marks)) for name in ("needs", "after")
    )
    identifier = _identifier(item)
    return Case(identifier, requirement, needs, after=_after(identifier, needs, named))


def _after(case: str, needs: Iterable[str], named: Iterable[str]) -> frozenset[str]:
    """The ids of the cases that a case depends on: those that it names, and the basic ones."""
    if case.partition("/")[0] in INDEPENDENT or case in BASIC:
        return frozenset(named)
    of_features = (BASIC_OF_FEATURE[name] for name in needs if name in BASIC_OF_FEATURE)
    return frozenset({*BASIC, *named, *of_features} - {case})


def _identifier(item: pytest.Item) -> str:
    section = Path(item.path).stem.removeprefix("test_")
    function, bracket, parameter = item.name.partition("[")
    name = re.sub("_+", "-", function.removeprefix("test_"))
    return re.sub(r"\s", "_", f"{section}/{name}{bracket}{parameter}")
