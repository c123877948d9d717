"""JSON Patch (RFC 6902), applied without changing the document.

A `Draft` copies a container before it first writes to it, and all containers around it. It shares
the rest with the original document. So a patch that fails half-way has changed nothing
(patch-atomic), and an object that is the same before and after was not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import compress, count
from operator import is_not
from typing import Any, TypeAlias

from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, is_deeper, kind_of
from ws_sync._core.json.equality import equal
from ws_sync._core.json.pointer import index, parse
from ws_sync.exceptions import Refused, RefusedPatch

MAX_OPERATIONS = 10_000
MAX_GROWTH = 1_000_000
"""The size that all `copy` operations of a patch may add, in about characters of JSON text.

In a larger document they may add twice its size.
"""

MAX_SHIFTED = 1_000_000_000
"""Array elements that all operations of a patch may shift: about one second of work.

An insertion at the start of an array shifts all elements, and a short patch has thousands.
"""

Container: TypeAlias = dict[str, JSON] | list[JSON]
Operation: TypeAlias = dict[str, JSON]
Tokens: TypeAlias = Sequence[str]


def apply(document: JSON, patch: JSON) -> JSON:
    """Return the patched document. The document itself is not changed.

    Raises:
        RefusedPatch: the patch is malformed, or one of its operations can't be applied.
    """
    draft = Draft(document)
    draft.apply(patch)
    return draft.document


def find(value: JSON, path: Tokens) -> JSON:
    """Return the value at a path.

    Raises:
        Refused: there is none.
    """
    for token in path:
        value = _lookup(value, token)
    return value


def apply_each(patch: JSON, apply_operation: Callable[[JSON], None]) -> None:
    """Apply the operations of a patch in order, and name the operation that fails.

    Raises:
        RefusedPatch: the patch is malformed, or one of its operations can't be applied.
    """
    if type(patch) is not list:
        raise RefusedPatch(None, patch, "a patch must be an array")  # patch-malformed
    if len(patch) > MAX_OPERATIONS:
        raise RefusedPatch(None, patch, f"more than {MAX_OPERATIONS} operations")
    for position, operation in enumerate(patch):
        try:
            apply_operation(operation)
        except Refused as error:
            raise RefusedPatch(position, operation, error.reason) from None
        except RecursionError:  # from moving copies of a value into it repeatedly
            raise RefusedPatch(position, operation, "a value is nested too deeply") from None


def may_be_deep(patch: list[dict[str, JSON]]) -> bool:
    """Return whether an applied patch may have nested the value of an attribute too deeply."""
    return not all(
        each["op"] in ("remove", "test")
        or (each["op"] in ("add", "replace") and _fits(each["value"], parse(each["path"])))
        for each in patch
    )


def _fits(value: JSON, path: Tokens) -> bool:
    return bool(path) and not is_deeper(value, max(0, MAX_VALUE_DEPTH - len(path) + 1))


class Draft:
    """A document to which patches are applied.

    Attributes:
        document: the document after the operations so far.
        growth: the size added by `copy` operations, in about characters of JSON text.
    """

    def __init__(self, document: JSON) -> None:
        self.document = document
        self._copies: dict[int, tuple[Container, Container]] = {}  # id: (copy, its original)
        self.growth = 0
        self._shifted = 0
        self._original = document
        self._written: list[tuple[Container, Container]] = []  # originals, and their old contents

    def apply(self, patch: JSON) -> None:
        """Apply all operations. After a failure, drop the draft.

        Raises:
            RefusedPatch: the patch is malformed, or one of its operations can't be applied.
        """
        apply_each(patch, self._apply_operation)

    def original(self, value: JSON) -> JSON:
        """Return the container that `value` was copied from; `value` if it is not a copy."""
        known = self._copies.get(id(value))
        return value if known is None else known[1]

    def write_back(self, value: JSON) -> JSON:
        """Write the changes of `value` back into the containers that it was copied from.

        Every container of the original document that still exists keeps its identity.

        Returns:
            The object to use instead of `value`.
        """
        original = self.original(value)
        if original is value:
            return value  # nothing inside of it was written to either
        copies = self._copies
        if isinstance(original, dict):
            self._written.append((original, dict(original)))
            members = {
                name: self.write_back(each) if id(each) in copies else each
                for name, each in value.items()
            }
            rewrite_dict(original, members)
        else:
            self._written.append((original, list(original)))
            elements = [self.write_back(each) if id(each) in copies else each for each in value]
            rewrite_list(original, elements)
        return original

    def revert(self) -> None:
        """Undo all changes by `write_back`."""
        for container, before in reversed(self._written):
            container.clear()
            if isinstance(container, dict):
                container.update(before)
            else:
                container.extend(before)
        self._written.clear()

    @cached_property
    def _twice_the_original(self) -> int:
        return 2 * measure(self._original)

    def _apply_operation(self, operation: JSON) -> None:
        if type(operation) is not dict:
            raise Refused("an operation must be an object")
        name = operation.get("op")
        run = _OPERATIONS.get(name) if type(name) is str else None
        if run is None:
            raise Refused(f"unknown operation {name!r}")
        run(self, parse(_member(operation, "path")), operation)

    def _add(self, path: Tokens, operation: Operation) -> None:
        self._insert(path, _member(operation, "value"))

    def _remove(self, path: Tokens, _operation: Operation) -> None:
        self._take(path)

    def _replace(self, path: Tokens, operation: Operation) -> None:
        value = _member(operation, "value")
        if not path:
            self.document = value
            return
        container = self._open(path[:-1])
        if isinstance(container, list):
            container[index(path[-1], len(container))] = value
        else:
            _lookup(container, path[-1])
            container[path[-1]] = value

    def _move(self, path: Tokens, operation: Operation) -> None:
        origin = parse(_member(operation, "from"))
        if len(path) > len(origin) and path[: len(origin)] == origin:
            raise Refused("a value can't be moved into itself")  # patch-move-into-itself
        if path == origin:
            self._find(origin)
        else:
            self._insert(path, self._take(origin))

    def _copy(self, path: Tokens, operation: Operation) -> None:
        self._insert(path, self._clone(self._find(parse(_member(operation, "from")))))

    def _test(self, path: Tokens, operation: Operation) -> None:
        if not equal(self._find(path), _member(operation, "value")):  # patch-test
            raise Refused("the value differs")

    def _find(self, path: Tokens) -> JSON:
        return find(self.document, path)

    def _insert(self, path: Tokens, value: JSON) -> None:
        if not path:
            self.document = value
            return
        container = self._open(path[:-1])
        if isinstance(container, dict):
            container[path[-1]] = value
        elif path[-1] == "-":
            container.append(value)  # patch-append
        else:
            position = index(path[-1], len(container) + 1)
            self._shift(len(container) - position)
            container.insert(position, value)

    def _take(self, path: Tokens) -> JSON:
        if not path:
            raise Refused("the whole document can't be removed")
        container = self._open(path[:-1])
        if isinstance(container, list):
            position = index(path[-1], len(container))
            self._shift(len(container) - position)
            return container.pop(position)
        value = _lookup(container, path[-1])
        del container[path[-1]]
        return value

    def _shift(self, elements: int) -> None:
        self._shifted += elements
        if self._shifted > MAX_SHIFTED:
            raise Refused(f"the patch shifts more than {MAX_SHIFTED} elements of arrays")

    def _open(self, path: Tokens) -> Container:
        """Return the container at `path`, copied for writing."""
        self.document = container = self._own(self.document)
        for token in path:
            child = _lookup(container, token)
            own = self._own(child)
            if own is not child:
                container[_key(container, token)] = own
            container = own
        return container

    def _own(self, value: JSON) -> Container:
        if id(value) in self._copies:
            return value  # type: ignore[no-any-return]  # only containers are copied
        own: Container
        if isinstance(value, dict):
            own = dict(value)
        elif isinstance(value, list):
            own = list(value)
        else:
            raise Refused(f"the path goes through {kind_of(value)}, which has no members")
        self._copies[id(own)] = own, value
        return own

    def _clone(self, value: JSON) -> JSON:
        self.growth += _own_size(value)
        if self.growth > MAX_GROWTH and self.growth > self._twice_the_original:
            raise Refused("the patch copies too much")  # patch-growth
        if isinstance(value, dict):
            return {name: self._clone(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._clone(element) for element in value]
        return value


def rewrite_dict(target: dict[Any, Any], members: dict[Any, Any]) -> None:
    """Set the members of a dict, in their order, without writing to those that stay."""
    if [name for name in target if name in members] != list(members)[: len(target)]:
        target.clear()
    for name in target.keys() - members.keys():
        del target[name]
    for name, member in members.items():
        if name not in target or target[name] is not member:
            target[name] = member


def rewrite_list(target: list[Any], elements: list[Any]) -> None:
    """Set the elements of a list, without writing to those that stay at both ends."""
    room = min(len(target), len(elements))
    start = next(compress(count(), map(is_not, target, elements)), room)
    room -= start
    backwards = map(is_not, reversed(target), reversed(elements))
    end = min(room, next(compress(count(), backwards), room))
    if start < max(len(target), len(elements)) - end:
        target[start : len(target) - end] = elements[start : len(elements) - end]


def measure(value: JSON) -> int:
    """Return the size of a value in about characters of JSON text."""
    size = _own_size(value)
    if isinstance(value, dict):
        return size + sum(map(measure, value.values()))
    if isinstance(value, list):
        return size + sum(map(measure, value))
    return size


def _own_size(value: JSON) -> int:
    """Return the size of a value without its elements or the values of its members."""
    kind = type(value)
    if kind is str:
        return len(value) + 3
    if kind is int:
        return int(value).bit_length() * 3 // 10 + 2
    if kind is float:
        return 20
    return 3 + sum(len(name) + 3 for name in value) if isinstance(value, dict) else 5


_OPERATIONS: dict[str, Callable[[Draft, Tokens, Operation], None]] = {
    "add": Draft._add,
    "remove": Draft._remove,
    "replace": Draft._replace,
    "move": Draft._move,
    "copy": Draft._copy,
    "test": Draft._test,
}


def _member(operation: Operation, name: str) -> JSON:
    if name not in operation:
        raise Refused(f"the operation has no member {name!r}")
    return operation[name]


def _key(container: Container, token: str) -> JSON:
    return index(token, len(container)) if isinstance(container, list) else token


def _lookup(container: JSON, token: str) -> JSON:
    if isinstance(container, list):
        return container[index(token, len(container))]
    if not isinstance(container, dict):
        raise Refused(f"the path goes through {kind_of(container)}, which has no members")
    if token not in container:
        raise Refused(f"no member {token!r}")
    return container[token]
