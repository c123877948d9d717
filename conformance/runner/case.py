"""How a case is written and named.

    @case("patch-atomic", needs="tasks", after="state/get-is-answered")
    async def test_what_the_server_does(peer: Peer) -> None: ...

A case is bound to one requirement, by whose level its verdict is judged. Its id is its section and
its name: `patch/what-the-server-does`; a parameter stands behind it in brackets. A case that makes
no sense where another one is not met names that one; `basics` has what whole groups rest on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.replay.file import Replay
from conformance.runner import basics
from conformance.spec import Requirement, requirements

MARK = "case"


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the kit, as the hooks see it.

    Attributes:
        id: Its permanent name, `section/name` or `section/name[parameter]`.
        requirement: What it is bound to.
        needs: The features without which it is not applicable.
        replay: What its replay file holds, if it is made from one.
        after: The ids of the cases that it rests on.
    """

    id: str
    requirement: Requirement
    needs: frozenset[str]
    replay: Replay | None = None
    after: frozenset[str] = frozenset()

    @property
    def section(self) -> str:
        """The section of the specification that it stands under."""
        return self.id.partition("/")[0]


def case(
    requirement: str, *, needs: str | tuple[str, ...] = (), after: str | tuple[str, ...] = ()
) -> pytest.MarkDecorator:
    """Bind a test function, or one parameter set of it, to a requirement.

    Args:
        requirement: Its id.
        needs: Names of the testee's features without which the case is not applicable.
        after: Ids of cases on which it rests: if one of them is not met, it is blocked.
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
        raise pytest.UsageError(f"{item.nodeid}: {mark.args[0]!r} is no observable requirement")
    needs, named = (
        frozenset[str]().union(*(m.kwargs[name] for m in marks)) for name in ("needs", "after")
    )
    identifier = _identifier(item)
    after = basics.of_case(identifier, needs, named)
    return Case(identifier, requirement, needs, after=after)


def _identifier(item: pytest.Item) -> str:
    section = Path(item.path).stem.removeprefix("test_")
    function, bracket, parameter = item.name.partition("[")
    name = re.sub("_+", "-", function.removeprefix("test_"))
    return re.sub(r"\s", "_", f"{section}/{name}{bracket}{parameter}")
