"""Mutants of spec/patch.md: invalid patches that are accepted."""

from __future__ import annotations

import json
from contextlib import suppress

from tests.mutants.contract import initial
from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.patching import Refused

# Operations that are malformed


class RepairsOperations(Mutant):
    """It guesses the meaning of a malformed operation."""

    breaks = "patch-malformed"

    def check_operations(self, operations: JSON) -> None:
        if isinstance(operations, list):
            while operations and isinstance(operations[0], list):
                operations[:] = operations[0]
            objects = [operation for operation in operations if isinstance(operation, dict)]
            operations[:] = [repaired(operation) for operation in objects]
        super().check_operations(operations)


def repaired(operation: JSON) -> JSON:
    """An operation that can be applied, instead of one that is malformed."""
    op, path = operation.get("op"), operation.get("path", "/text")
    op = op[0] if isinstance(op, list) else str(op or "replace").lower()
    found = {**operation, "op": "replace" if op == "upsert" else op}
    found["path"] = "/" + "/".join(path) if isinstance(path, list) else path
    found.setdefault("value", "lost")
    found["from"] = operation.get("from") or "/items"
    return found if op != "test" or "value" in operation else {**found, "op": "replace"}


class CountsMalformed(Mutant):
    """It counts malformed patches in the attribute number."""

    breaks = "patch-malformed"

    def check_operations(self, operations: JSON) -> None:
        try:
            super().check_operations(operations)
        except Refused:
            self.documents["TESTEE"]["number"] += 1
            raise


# Pointers and targets


class TakesUriFragments(Mutant):
    """It accepts a pointer that begins with `#`."""

    breaks = "patch-pointer-syntax"

    def read_pointer(self, pointer: JSON) -> list[str]:
        fragment = isinstance(pointer, str) and pointer.startswith("#")
        return super().read_pointer(pointer[1:] if fragment else pointer)


class NeverUnescapes(Mutant):
    """It does not decode the tokens of a pointer."""

    breaks = "patch-unescape"
    hint = "never-unescaped"

    def unescape(self, token: str) -> str:
        return token


class DropsEmptyTokens(Mutant):
    """It drops empty tokens of a pointer."""

    breaks = "patch-unescape"

    def read_pointer(self, pointer: JSON) -> list[str]:
        tokens = super().read_pointer(pointer)
        return [token for token in tokens if token] if pointer != "/" else tokens


class CountsMembers(Mutant):
    """It reads digits and hyphens as indexes in objects too."""

    breaks = "patch-unescape"

    def unescape(self, token: str) -> str:
        return str(int(token)) if token.isdecimal() else super().unescape(token)

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        container = self.find(root, path[:-1])
        if isinstance(container, dict) and path[-1] == "-":
            path = [*path[:-1], str(len(container))]
        super().add(root, path, value)


class Missing(Refused):
    """A target that does not exist."""


class SkipsMissing(Mutant):
    """It skips operations on members that do not exist, and applies the others."""

    breaks = "patch-missing-target"

    def locate(self, container: JSON, token: str) -> JSON:
        if isinstance(container, list) or (isinstance(container, dict) and token in container):
            return super().locate(container, token)
        raise Missing

    def add(self, root: JSON, path: list[str], value: JSON) -> None:
        if not isinstance(self.find(root, path[:-1]), dict | list):
            raise Missing
        super().add(root, path, value)

    def apply_operation(self, root: list[JSON], operation: JSON) -> None:
        with suppress(Missing):
            super().apply_operation(root, operation)


# Indexes


class ClampsIndexes(Mutant):
    """It reads an index beyond the end of an array as the last one."""

    breaks = "patch-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        beyond = token.isascii() and token.isdecimal() and int(token) >= len(array)
        return super().read_index(str(len(array) - 1) if beyond else token, array)


class ReadsIndexesAsNumbers(Mutant):
    """It accepts any notation of a number as an index, and reads an empty one as 0."""

    breaks = "patch-index"
    hint = "loose-index"

    def read_index(self, token: str, array: list[JSON]) -> int:
        with suppress(ValueError, OverflowError):
            hexadecimal = token.startswith("0x")
            token = str(int(token, 16) if hexadecimal else int(float(token or "0")))
        return super().read_index(token, array)


class KnowsLength(Mutant):
    """It has a member `length` in every array, which can be copied."""

    breaks = "patch-index"

    def find(self, root: JSON, path: list[str]) -> JSON:
        if path[-1:] == ["length"]:
            array = super().find(root, path[:-1])
            if isinstance(array, list):
                return len(array)
        return super().find(root, path)


class RefusesLength(Mutant):
    """It refuses the length of an array as an index to add at."""

    breaks = "patch-append"

    def read_place(self, token: str, array: list[JSON]) -> int:
        if token == str(len(array)):
            raise Refused
        return super().read_place(token, array)


# Tests


class TestsNoNull(Mutant):
    """It fails every test for null."""

    breaks = "patch-test"

    def test(self, root: JSON, path: list[str], value: JSON) -> None:
        if value is None:
            raise Refused
        super().test(root, path, value)


class ComparesAsText(Mutant):
    """It compares the lower-case text of two scalars in a `test`."""

    breaks = "patch-test"

    def equal(self, left: JSON, right: JSON) -> bool:
        scalars = not isinstance(left, dict | list) and not isinstance(right, dict | list)
        alike = str(left).lower() == str(right).lower()
        return super().equal(left, right) or (scalars and alike)


class ComparesNothing(Mutant):
    """It treats null, false and zero as equal in a `test`."""

    breaks = "patch-test"

    def equal(self, left: JSON, right: JSON) -> bool:
        return super().equal(left, right) or not (left or right)


class ComparesPartly(Mutant):
    """It passes a `test` if a container has the given members or elements, among others."""

    breaks = "patch-test"

    def equal(self, left: JSON, right: JSON) -> bool:
        if isinstance(left, dict) and isinstance(right, dict):
            return all(name in left and super(ComparesPartly, self).equal(left[name], value)
                       for name, value in right.items())  # fmt: skip
        if isinstance(left, list) and isinstance(right, list):
            written = [json.dumps(element) for element in left]
            return all(json.dumps(element) in written for element in right)
        return super().equal(left, right)


# What the result may be


class GrowsByPatch(Mutant):
    """It accepts an attribute that a patch adds, and stores null for one that it removes."""

    breaks = "patch-attributes"

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        if isinstance(result, dict) and not result.keys() <= state.keys():
            added = result.keys() - state.keys()
            self.documents[key] |= {name: result[name] for name in added}
            state = {**state, **{name: result[name] for name in added}}
            result |= dict.fromkeys(state.keys() - result.keys())
        super().check_result(key, state, result)


class TakesAnyRoot(Mutant):
    """It handles a document that is not an object as the initial values."""

    breaks = "patch-attributes"

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        result = self.apply_patch(self.state(key), operations)
        if not isinstance(result, dict):
            return {**self.state(key), **initial()[key]}
        return super().patched(key, operations)


class PatchesReadOnly(Mutant):
    """It lets a patch write read-only attributes."""

    breaks = "patch-read-only"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.forged: dict[str, JSON] = {}

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        if isinstance(result, dict) and result.keys() == state.keys():
            derived = state.keys() - self.documents[key].keys()
            self.forged = {n: result[n] for n in derived if not self.equal(state[n], result[n])}
            state = {**state, **self.forged}
        super().check_result(key, state, result)

    def read_only(self) -> dict[str, JSON]:
        return {**super().read_only(), **self.forged}
