"""Mutants of spec/patch.md: accepted and refused patches."""

from __future__ import annotations

import json
from urllib.parse import unquote

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.patching import INDEX, Refused

# What it accepts


class AppliesHalf(Mutant):
    """It keeps the operations of a patch before the one that fails."""

    breaks = "patch-atomic"
    hint = "half-applied"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        root = [self.clone(state)]
        self.check_operations(operations)
        for operation in operations:
            try:
                self.apply_operation(root, operation)
            except Refused:
                break
        return root[0]


class KnowsNoCopy(Mutant):
    """It refuses the operation `copy`."""

    breaks = "patch-operations"

    def check_operation(self, operation: JSON) -> None:
        super().check_operation(operation)
        if operation["op"] == "copy":
            raise Refused


class MovesBeforeRemoving(Mutant):
    """It inserts a moved value before it removes it, and so uses a wrong index."""

    breaks = "patch-operations"

    def move(self, root: JSON, origin: list[str], path: list[str]) -> None:
        if origin[:-1] != path[:-1] or not path[-1].isdigit():
            return super().move(root, origin, path)
        self.add(root, path, self.find(root, origin))
        self.remove(root, origin)
        return None


class TestsFirst(Mutant):
    """It tests all `test` operations of a patch before it applies any other."""

    breaks = "patch-sequence"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        self.check_operations(operations)
        return super().apply_patch(state, sorted(operations, key=lambda o: o["op"] != "test"))


class ClosesOnEmpty(Mutant):
    """It closes the connection at an empty patch."""

    breaks = "patch-empty"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        if operations == [] and self.link is not None:
            self.link.close(1008)
        return super().apply_patch(state, operations)


class DemandsKnownMembers(Mutant):
    """It refuses an operation with a member that it does not know."""

    breaks = "patch-extra-members"

    def check_operation(self, operation: JSON) -> None:
        super().check_operation(operation)
        if not operation.keys() <= {"op", "path", "value", "from"}:
            raise Refused


class UnescapesInWrongOrder(Mutant):
    """It decodes `~0` first and then `~1`."""

    breaks = "patch-unescape"

    def unescape(self, token: str) -> str:
        return token.replace("~0", "~").replace("~1", "/")


class DecodesPercent(Mutant):
    """It decodes percent signs in pointers."""

    breaks = "patch-unescape"

    def unescape(self, token: str) -> str:
        return unquote(super().unescape(token))


class AppendsBeforeLast(Mutant):
    """It reads `-` as the place before the last element."""

    breaks = "patch-append"
    hint = "hyphen-append"

    def read_place(self, token: str, array: list[JSON]) -> int:
        place = super().read_place(token, array)
        return max(place - 1, 0) if token == "-" else place


class ComparesLoosely(Mutant):
    """It treats 1 and `true` as equal in a `test`."""

    breaks = "patch-test"

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        if self.find(root, path) != value:
            raise Refused


class ComparesTypes(Mutant):
    """It treats 1 and 1.0 as different in a `test`."""

    breaks = "patch-test"

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        super().test(root, path, value)
        if json.dumps(self.find(root, path)) != json.dumps(value):
            raise Refused


class TakesMissingAsNull(Mutant):
    """It treats a member that does not exist as null in a `test`."""

    breaks = "patch-missing-target"

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        missing = isinstance(container, dict) and path[-1] not in container
        if not (missing and value is None):
            super().test(root, path, value)


class ReplacesAnything(Mutant):
    """It adds a member that a `replace` names and that does not exist."""

    breaks = "patch-missing-target"

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        if isinstance(container, dict) and len(path) > 2:
            container[path[-1]] = value
        else:
            super().replace(root, path, value)


class ReadsIndexesLoosely(Mutant):
    """It reads indexes as its language reads integers."""

    breaks = "patch-index"
    hint = "loose-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        try:
            array[int(token)]
        except (ValueError, IndexError):
            raise Refused from None
        return int(token)


class TakesHyphenAsLast(Mutant):
    """It reads `-` as the last element in operations other than `add`."""

    breaks = "patch-index"
    hint = "hyphen-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        return super().read_index(str(len(array) - 1) if token == "-" else token, array)


class AppendsAnywhere(Mutant):
    """It appends the value of an `add` beyond the end of an array."""

    breaks = "patch-index"

    def read_place(self, token: str, array: list[JSON]) -> int:
        if INDEX.fullmatch(token) and len(token) < 9:
            return min(int(token), len(array))
        return super().read_place(token, array)


class NeedsNoSlash(Mutant):
    """It accepts a pointer without its first slash."""

    breaks = "patch-pointer-syntax"

    def read_pointer(self, pointer: JSON) -> list[str]:
        bare = isinstance(pointer, str) and pointer[:1] not in ("", "/")
        return super().read_pointer("/" + pointer if bare else pointer)


class KeepsLoneTildes(Mutant):
    """It reads a `~` that does not precede 0 or 1 as a plain `~`."""

    breaks = "patch-pointer-syntax"

    def read_pointer(self, pointer: JSON) -> list[str]:
        if not isinstance(pointer, str) or pointer[:1] not in ("", "/"):
            raise Refused
        return ["0", *map(self.unescape, pointer.split("/")[1:])]


class TakesOneOperation(Mutant):
    """It accepts a single operation as a patch."""

    breaks = "patch-malformed"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        return super().apply_patch(
            state, [operations] if isinstance(operations, dict) else operations
        )


class ReadsTextAsPatch(Mutant):
    """It reads a string as the JSON text of a patch."""

    breaks = "patch-malformed"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        if isinstance(operations, str) and operations.startswith("["):
            operations = json.loads(operations)
        return super().apply_patch(state, operations)


class SkipsUnknownOperations(Mutant):
    """It leaves out operations that it does not know and applies the others."""

    breaks = "patch-malformed"

    def apply_patch(self, state: JSON, operations: JSON) -> JSON:
        if isinstance(operations, list):
            operations = [o for o in operations if isinstance(o, dict) and "op" in o]
        return super().apply_patch(state, operations)


class MovesIntoItself(Mutant):
    """It removes a value that is to be moved into itself."""

    breaks = "patch-move-into-itself"

    def move(self, root: JSON, origin: list[str], path: list[str]) -> None:
        if path[: len(origin)] == origin and len(path) > len(origin):
            self.remove(root, origin)
        else:
            super().move(root, origin, path)


class TakesFewOperations(Mutant):
    """It refuses a patch of more than 500 operations."""

    breaks = "patch-many-operations"
    most_operations = 500


class TakesMissingValueAsNull(Mutant):
    """It has the dialect `missing-value` turned on."""

    breaks = "patch-dialects-off"

    def check_operation(self, operation: JSON) -> None:
        if isinstance(operation, dict) and operation.get("op") == "replace":
            operation.setdefault("value", None)
        super().check_operation(operation)


class TakesSlashAsRoot(Mutant):
    """It has the dialect `slash-root` turned on."""

    breaks = "patch-dialects-off"

    def read_pointer(self, pointer: JSON) -> list[str]:
        return super().read_pointer("" if pointer == "/" else pointer)


class CutsArrays(Mutant):
    """It has the dialect `array-length` turned on."""

    breaks = "patch-dialects-off"

    def replace(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        if isinstance(container, list) and path[-1] == "length" and isinstance(value, int):
            del container[value:]
        else:
            super().replace(root, path, value)


# What the result may be


class MergesRoot(Mutant):
    """It keeps the attributes that a replaced document leaves out."""

    breaks = "patch-attributes"

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        if isinstance(result, dict) and result.keys() < state.keys():
            for name in state:
                result.setdefault(name, state[name])
        super().check_result(key, state, result)


class EmptiesAttributes(Mutant):
    """It handles the removal of an attribute as the assignment of null."""

    breaks = "patch-attributes"

    def remove(self, root: JSON, path: list[str]) -> JSON:
        value = super().remove(root, path)
        if len(path) == 2:
            root[0][path[1]] = None
        return value


class SkipsReadOnly(Mutant):
    """It applies a patch without its changes of read-only attributes."""

    breaks = "patch-read-only"

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        if isinstance(result, dict) and result.keys() == state.keys():
            result |= {name: state[name] for name in state.keys() - self.documents[key].keys()}
        super().check_result(key, state, result)


class RefusesRoot(Mutant):
    """It refuses operations on the whole document."""

    breaks = "patch-root"

    def read_pointer(self, pointer: JSON) -> list[str]:
        if pointer == "":
            raise Refused
        return super().read_pointer(pointer)
