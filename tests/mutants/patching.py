"""The honest testee's patches: what spec/patch.md rules, one rule a method.

It is written out instead of built on the `jsonpatch` library, since that is the oracle of the kit:
a mistake of the library would be in both and show in neither.
"""

from __future__ import annotations

import copy
import json
import re

from tests.mutants.frames import JSON


class Refused(Exception):
    """A well-formed event that has no effect."""


POINTER = re.compile(r"(/([^~/]|~[01])*)*")
INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)
REQUIRED = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "path",
}


class Patching:
    """Patches of the client applied, and patches for the client made."""

    most_operations = 10_000
    most_growth = 100_000
    """Characters that the `copy` operations of one patch may add to a document."""

    # What a receiver does

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        """The state after a patch; the one given is left as it is (patch-atomic).

        Raises:
            Refused: It can't be applied as a whole.
        """
        root = [self.clone(state)]
        self.check_operations(operations)
        self.check_growth(state, operations)
        for operation in operations:
            self.apply_operation(root, operation)
        return root[0]

    def clone(self, value: JSON) -> JSON:
        """A copy that shares nothing with the value."""
        return copy.deepcopy(value)

    def check_operations(self, operations: JSON) -> None:
        """patch-malformed, patch-many-operations."""
        if not isinstance(operations, list) or len(operations) > self.most_operations:
            raise Refused
        for operation in operations:
            self.check_operation(operation)

    def check_operation(self, operation: JSON) -> None:
        """patch-malformed; unknown members are not looked at (patch-extra-members)."""
        if not isinstance(operation, dict) or not isinstance(operation.get("op"), str):
            raise Refused
        if REQUIRED.get(operation["op"]) not in operation or "path" not in operation:
            raise Refused

    def check_growth(self, state: JSON, operations: list[JSON]) -> None:
        """patch-growth: a copy may double the document at worst."""
        copies = sum(operation["op"] == "copy" for operation in operations)
        if copies > 4:
            size = len(json.dumps([state, operations]))
            if size * 2 ** min(copies, 40) > self.most_growth:
                raise Refused

    def apply_operation(self, root: list[JSON], operation: JSON) -> None:
        """patch-operations; `root` is an array around the document, so that it has a parent too."""
        op, path = operation["op"], self.read_pointer(operation["path"])
        match op:
            case "add":
                self.add(root, path, self.clone(operation["value"]))
            case "remove":
                self.remove(root, path)
            case "replace":
                self.replace(root, path, self.clone(operation["value"]))
            case "test":
                self.test(root, path, operation["value"])
            case "move":
                self.move(root, self.read_pointer(operation["from"]), path)
            case "copy":
                value = self.find(root, self.read_pointer(operation["from"]))
                self.add(root, path, self.clone(value))

    def read_pointer(self, pointer: JSON) -> list[str]:
        """The tokens from the array around the document on (patch-pointer-syntax, patch-root)."""
        if not isinstance(pointer, str) or not POINTER.fullmatch(pointer):
            raise Refused
        return ["0", *map(self.unescape, pointer.split("/")[1:])]

    def unescape(self, token: str) -> str:
        """patch-unescape."""
        return token.replace("~1", "/").replace("~0", "~")

    def read_index(self, token: str, array: list[JSON]) -> int:
        """The index of an element that exists (patch-index)."""
        if not INDEX.fullmatch(token) or len(token) > 9 or int(token) >= len(array):
            raise Refused
        return int(token)

    def read_place(self, token: str, array: list[JSON]) -> int:
        """The index at which an element is inserted (patch-append, patch-index)."""
        if token in ("-", str(len(array))):
            return len(array)
        return self.read_index(token, array)

    def locate(self, container: JSON, token: str) -> JSON:
        """The key of an existing member or element (patch-missing-target)."""
        if isinstance(container, list):
            return self.read_index(token, container)
        if not isinstance(container, dict) or token not in container:
            raise Refused
        return token

    def find(self, root: JSON, path: list[str]) -> JSON:
        """The value at a place."""
        value = root
        for token in path:
            value = value[self.locate(value, token)]
        return value

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        """The operation `add`."""
        container = self.find(root, path[:-1])
        if container is root:
            root[0] = value
        elif isinstance(container, list):
            container.insert(self.read_place(path[-1], container), value)
        elif isinstance(container, dict):
            container[path[-1]] = value
        else:
            raise Refused

    def remove(self, root: JSON, path: list[str]) -> JSON:
        """The operation `remove`; what was there."""
        container = self.find(root, path[:-1])
        place = self.locate(container, path[-1])
        return container.pop(place)

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        """The operation `replace`."""
        container = self.find(root, path[:-1])
        container[self.locate(container, path[-1])] = value

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        """patch-test."""
        if not self.equal(self.find(root, path), value):
            raise Refused

    def move(self, root: JSON, origin: list[str], path: list[str]) -> None:
        """patch-move-into-itself."""
        if path[: len(origin)] == origin and len(path) > len(origin):
            raise Refused
        if origin == ["0"]:
            raise Refused
        self.add(root, path, self.remove(root, origin))

    def equal(self, left: JSON, right: JSON) -> bool:
        """Whether two values are equal by JSON's types (patch-test)."""
        return same(left, right)

    # What a sender sends

    def make_patch(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[JSON]:
        """The operations from one state to another."""
        return [
            operation
            for name in after
            if self.differs(before[name], after[name])
            for operation in self.change_attribute(name, before[name], after[name])
        ]

    def differs(self, before: JSON, after: JSON) -> bool:
        """patch-type-changes."""
        return not same(before, after)

    def change_attribute(self, name: str, before: JSON, after: JSON) -> list[JSON]:
        """patch-size: leaf by leaf, or as a whole if that is shorter."""
        path = self.pointer("", name)
        whole = [{"op": "replace", "path": path, "value": after}]
        leaves = self.change(path, before, after)
        return min(whole, leaves, key=lambda operations: len(json.dumps(operations)))

    def change(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        """The operations for one value: additions and removals by member, or at an array's end."""
        if not self.differs(before, after):
            return []
        if isinstance(before, dict) and isinstance(after, dict):
            return self.change_object(path, before, after)
        if isinstance(before, list) and isinstance(after, list):
            return self.change_array(path, before, after)
        return [{"op": "replace", "path": path, "value": after}]

    def change_object(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        """patch-applicable, for the members of an object."""
        operations = [
            {"op": "remove", "path": self.pointer(path, name)}
            for name in before
            if name not in after
        ]
        for name, value in after.items():
            place = self.pointer(path, name)
            if name in before:
                operations += self.change(place, before[name], value)
            else:
                operations.append({"op": "add", "path": place, "value": value})
        return operations

    def change_array(self, path: str, before: JSON, after: JSON) -> list[JSON]:
        """patch-applicable, for the elements of an array."""
        operations = [
            operation
            for index, (old, new) in enumerate(zip(before, after, strict=False))
            for operation in self.change(f"{path}/{index}", old, new)
        ]
        operations += [
            {"op": "remove", "path": f"{path}/{index}"}
            for index in range(len(before) - 1, len(after) - 1, -1)
        ]
        operations += [
            {"op": "add", "path": f"{path}/{index}", "value": after[index]}
            for index in range(len(before), len(after))
        ]
        return operations

    def pointer(self, path: str, name: str) -> str:
        """patch-escaping."""
        return f"{path}/{self.escape(name)}"

    def escape(self, name: str) -> str:
        """patch-escaping."""
        return name.replace("~", "~0").replace("/", "~1")


def same(left: JSON, right: JSON) -> bool:
    """Whether two JSON values are equal: numbers by value, and no number is a boolean."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)
