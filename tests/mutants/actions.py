"""Mutants of spec/actions.md: calls in both directions."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

from itertools import count

from tests.mutants.contract import Reader, anything
from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class BindsByPosition(Mutant):
    """It passes arguments to an action by their order and not by name."""

    breaks = "actions-call"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        values = [value for member, value in data.items() if member != "type"]
        if len(values) == len(readers):
            data = dict(zip(readers, values, strict=True))
        return super().bind(name, readers, data)


class SharesActions(Mutant):
    """It runs `assign` on TESTEE whatever the key."""

    breaks = "actions-call"

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        super().run_action(link, "TESTEE", data)


class RunsEveryFifthTwice(Mutant):
    """It runs every fifth action of a session twice."""

    breaks = "actions-once"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.calls = count(1)

    def call_action(self, key: str, name: str, data: JSON) -> None:
        super().call_action(key, name, data)
        if not next(self.calls) % 5:
            super().call_action(key, name, data)


class SkipsRepetitions(Mutant):
    """It ignores a call that equals the previous one."""

    breaks = "actions-once"
    last: JSON = None

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        last, self.last = self.last, data
        if last != data:
            super().run_action(link, key, data)


class ClosesOnUnknownAction(Mutant):
    """It closes the connection when an action is called that it does not have."""

    breaks = "actions-unknown"

    def unknown_action(self, key: str, name: str) -> None:
        if self.link is not None:
            self.link.close(1008)


class ClosesOnBadCall(Mutant):
    """It closes the connection on a call without a name."""

    breaks = "actions-malformed"

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            link.close(1008)
        else:
            super().run_action(link, key, data)


class CallsByName(Mutant):
    """It handles a string as a call of the action of that name, without arguments."""

    breaks = "actions-malformed"

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        super().run_action(link, key, {"type": data} if isinstance(data, str) else data)


class RunsMethods(Mutant):
    """It runs any method of its object that needs no other argument than a key."""

    breaks = "actions-private"

    def unknown_action(self, key: str, name: str) -> None:
        method = getattr(self, name, None)
        if name and not name.startswith("_") and callable(method):
            method(key)


class FillsInNull(Mutant):
    """It passes null for a missing argument."""

    breaks = "actions-arguments"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        given = {**self.defaults(name), **data}
        return {k: read(given[k]) if k in given else None for k, read in readers.items()}


class RoundsArguments(Mutant):
    """It rounds a fraction if an argument is an integer."""

    breaks = "actions-arguments"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        if isinstance(data.get("count"), float):
            data = {**data, "count": round(data["count"])}
        return super().bind(name, readers, data)


class HasNoDefaults(Mutant):
    """It refuses a call that leaves out an argument with a default value."""

    breaks = "actions-default"

    def defaults(self, name: str) -> dict[str, JSON]:
        return {}


class ClosesOnFailure(Mutant):
    """It closes the connection when an action fails."""

    breaks = "actions-error"

    def call_failed(self, link: Link, error: Exception) -> None:
        link.close(1011)


class TellsFailures(Mutant):
    """It shows the text of a failure as a toast."""

    breaks = "actions-error-private"

    def call_failed(self, link: Link, error: Exception) -> None:
        self.send(link, "_TOAST", {"type": "error", "message": str(error)})


class WrapsArguments(Mutant):
    """It calls the client with the arguments as one object."""

    breaks = "actions-to-client"

    def do_callBack(self, name: str, arguments: JSON) -> None:  # noqa: N802 - the contract's
        self.tell("_ACTION:TESTEE", {"type": name, "arguments": arguments})


class NamesCallsOtherwise(Mutant):
    """It calls the client with the name of the action as `name`."""

    breaks = "actions-shape"

    def do_callBack(self, name: str, arguments: JSON) -> None:  # noqa: N802
        self.tell("_ACTION:TESTEE", {"name": name, **arguments})


class KeepsScalars(Mutant):
    """It passes only the strings and numbers of an argument that is an object."""

    breaks = "actions-call"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        bound = super().bind(name, readers, data)
        value = bound.get("value")
        if isinstance(value, dict):
            bound["value"] = {n: v for n, v in value.items() if isinstance(v, str | int)}
        return bound


class ReadsArgumentsLoosely(Mutant):
    """It uses 0 for an integer that it can't read."""

    breaks = "actions-arguments"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        if "count" in data and not isinstance(data["count"], int | float):
            data = {**data, "count": 0}
        return super().bind(name, readers, data)


class ReadsFirstArgument(Mutant):
    """It validates only the first argument."""

    breaks = "actions-arguments"

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        checked = {**readers, "label": anything} if name == "typed" else readers
        return super().bind(name, checked, data)
