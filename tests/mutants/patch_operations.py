"""Mutants of spec/patch.md: operations with a wrong effect."""

from __future__ import annotations

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.patching import Refused


class AppendsAlways(Mutant):
    """It appends a value that should be inserted into an array."""

    breaks = "patch-operations"

    def read_place(self, token: str, array: list[JSON]) -> int:
        super().read_place(token, array)
        return len(array)


class AddsNoMembers(Mutant):
    """It adds no members to objects that are not empty."""

    breaks = "patch-operations"

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        if isinstance(container, dict) and len(path) > 2 and container:
            raise Refused
        super().add(root, path, value)


class KeepsWhatIsThere(Mutant):
    """It does not replace an existing member in an `add`."""

    breaks = "patch-operations"

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        if not isinstance(container, dict) or path[-1] not in container:
            super().add(root, path, value)


class RemovesByNull(Mutant):
    """It puts null where it should remove a member."""

    breaks = "patch-operations"

    def remove(self, root: JSON, path: list[str]) -> JSON:
        value = super().remove(root, path)
        container = self.find(root, path[:-1])
        if isinstance(container, dict) and len(path) > 2:
            container[path[-1]] = None
        return value


class RemovesLast(Mutant):
    """It removes the last element of an array, whatever the index."""

    breaks = "patch-operations"

    def remove(self, root: JSON, path: list[str]) -> JSON:
        container = self.find(root, path[:-1])
        if isinstance(container, list) and container is not root:
            self.locate(container, path[-1])
            return container.pop()
        return super().remove(root, path)


class ReplacesScalarsOnly(Mutant):
    """It does not replace a member of an object with an object."""

    breaks = "patch-operations"

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        if isinstance(value, dict) and len(path) > 2:
            raise Refused
        super().replace(root, path, value)


class ReplacesByNothing(Mutant):
    """It removes an element that should be replaced with null."""

    breaks = "patch-operations"

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        if value is None and isinstance(self.find(root, path[:-1]), list) and len(path) > 2:
            self.remove(root, path)
        else:
            super().replace(root, path, value)


class MovesAway(Mutant):
    """It removes a value that is moved to its own place."""

    breaks = "patch-operations"

    def move(self, root: JSON, origin: list[str], path: list[str]) -> None:
        if origin == path:
            self.remove(root, origin)
        else:
            super().move(root, origin, path)


class GuardsPrototypes(Mutant):
    """It skips operations on members named `__proto__` or `constructor`."""

    breaks = "patch-operations"

    def apply_operation(self, root: list[JSON], operation: JSON) -> None:
        if not {"__proto__", "constructor"} & {*operation["path"].split("/")}:
            super().apply_operation(root, operation)


class KnowsNoTest(Mutant):
    """It refuses the operation `test`."""

    breaks = "patch-operations"

    def check_operation(self, operation: JSON) -> None:
        super().check_operation(operation)
        if operation["op"] == "test":
            raise Refused
