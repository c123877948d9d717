"""JSON Patch (RFC 6902), applied to cells."""

from __future__ import annotations

from collections.abc import Callable

from ws_sync._binding.write.cells import NEW, Array, Cell, Object
from ws_sync._binding.write.schemas import ANY
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, is_deeper
from ws_sync._core.json.equality import equal
from ws_sync._core.json.patch import (
    MAX_GROWTH,
    MAX_SHIFTED,
    Operation,
    Tokens,
    apply_each,
    measure,
)
from ws_sync._core.json.pointer import index, parse
from ws_sync.exceptions import Refused


class Overlay:
    """A document of cells to which a patch is applied.

    Attributes:
        roots: the cells of the attributes, by their names on the wire.
        growth: the size added by `copy` operations, in about characters of JSON text.
    """

    def __init__(self, roots: dict[str, Cell]) -> None:
        self.roots = roots
        self.growth = 0
        self.document = Object({})
        self.document.begin(roots)
        self._limit = MAX_GROWTH
        self._shifted = 0

    def apply(self, patch: JSON) -> None:
        """Apply all operations. After a failure, drop the overlay.

        Raises:
            RefusedPatch: the patch is malformed, or one of its operations can't be applied.
        """
        apply_each(patch, self._apply_operation)

    def result(self) -> dict[str, Cell]:
        """Return the cells of the attributes after the patch."""
        return {name: cell for name, cell in self.document.opened.items() if cell is not None}

    def _apply_operation(self, operation: JSON) -> None:
        if type(operation) is not dict:
            raise Refused("an operation must be an object")
        name = operation.get("op")
        apply = _OPERATIONS.get(name) if type(name) is str else None
        if apply is None:
            raise Refused(f"unknown operation {name!r}")
        apply(self, parse(_member(operation, "path")), operation)

    def _add(self, path: Tokens, operation: Operation) -> None:
        self._insert(path, _new(_member(operation, "value")))

    def _remove(self, path: Tokens, _: Operation) -> None:
        self._take(path)

    def _replace(self, path: Tokens, operation: Operation) -> None:
        cell = _new(_member(operation, "value"))
        if path:
            found = _step(self._open(path[:-1]), path[-1])
            if len(path) > 1 and found.is_foreign:
                reason = "the value is not of a JSON type, so it can only be replaced as a whole"
                raise Refused(f"{reason}, with what contains it")
            self._put(path, cell)
        else:
            self._insert(path, cell)

    def _move(self, path: Tokens, operation: Operation) -> None:
        origin = parse(_member(operation, "from"))
        if len(origin) < len(path) and path[: len(origin)] == origin:
            raise Refused("a value can't be moved into itself")  # patch-move-into-itself
        if path == origin:
            self._find(origin)
        else:
            self._insert(path, self._take(origin))

    def _copy(self, path: Tokens, operation: Operation) -> None:
        value = self._find(parse(_member(operation, "from"))).json()
        self.growth += measure(value)
        if self.growth > self._limit:
            whole = 2 * sum(measure(cell.original().json()) for cell in self.roots.values())
            self._limit = max(MAX_GROWTH, whole)
            if self.growth > self._limit:
                raise Refused("the patch copies too much")  # patch-growth
        self._insert(path, _new(value))

    def _test(self, path: Tokens, operation: Operation) -> None:
        if not equal(self._find(path).json(), _member(operation, "value")):  # patch-test
            raise Refused("the value differs")

    def _find(self, path: Tokens) -> Cell:
        if not path:
            document = Cell(ANY)
            document.content = self.document
            return document
        return _step(self._open(path[:-1]), path[-1])

    def _open(self, path: Tokens) -> Array | Object:
        content: Array | Object = self.document
        for token in path:
            content = _step(content, token).open()
        return content

    def _put(self, path: Tokens, cell: Cell) -> None:
        _check_depth(path, cell)
        content = self._open(path[:-1])
        if isinstance(content, Object):
            content.opened[path[-1]] = cell
        else:
            position = index(path[-1], len(content))
            content.take(position)
            content.insert(position, cell)

    def _insert(self, path: Tokens, cell: Cell) -> None:
        if not path:
            self._replace_document(cell.json())
            return
        content = self._open(path[:-1])
        if isinstance(content, Object):
            self._put(path, cell)
            return
        _check_depth(path, cell)
        length = len(content)
        position = length if path[-1] == "-" else index(path[-1], length + 1)  # patch-append
        self._shift(length - position)
        content.insert(position, cell)

    def _replace_document(self, value: JSON) -> None:
        if type(value) is not dict or value.keys() != self.document.opened.keys():
            raise Refused("the result has other attributes than the document")  # patch-attributes
        for name, member in value.items():
            self._put((name,), _new(member))

    def _take(self, path: Tokens) -> Cell:
        if not path:
            raise Refused("the whole document can't be removed")
        content = self._open(path[:-1])
        if isinstance(content, Array):
            position = index(path[-1], len(content))
            self._shift(len(content) - position)
            return content.take(position)
        cell = _step(content, path[-1])
        content.opened[path[-1]] = None
        return cell

    def _shift(self, elements: int) -> None:
        self._shifted += elements
        if self._shifted > MAX_SHIFTED:
            raise Refused(f"the patch shifts more than {MAX_SHIFTED} elements of arrays")


def _step(content: Array | Object, token: str) -> Cell:
    """Return the cell that a token leads to.

    Raises:
        Refused: there is none.
    """
    if isinstance(content, Array):
        return content.cell(index(token, len(content)))
    found = content.get(token)
    if found is None:
        raise Refused(f"no member {token!r}")
    return found


def _new(value: JSON) -> Cell:
    return Cell(ANY, NEW, value)


def _check_depth(path: Tokens, cell: Cell) -> None:
    if is_deeper(cell.json(), max(0, MAX_VALUE_DEPTH - len(path) + 1)):
        raise Refused(f"{path[0]!r} would be nested too deeply")


def _member(operation: Operation, name: str) -> JSON:
    if name not in operation:
        raise Refused(f"the operation has no member {name!r}")
    return operation[name]


_OPERATIONS: dict[str, Callable[[Overlay, Tokens, Operation], None]] = {
    "add": Overlay._add,
    "remove": Overlay._remove,
    "replace": Overlay._replace,
    "move": Overlay._move,
    "copy": Overlay._copy,
    "test": Overlay._test,
}
