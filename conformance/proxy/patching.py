"""Applies patches to a document where it stands (RFC 6902), all of one or nothing of it.

The kit's oracle makes a new document for every patch. A watcher follows documents of any size for
hours, so it changes them in place, and takes the steps back when one of them can't be made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from conformance.protocol.wire import JSON, same

MOST_COPIED = 1_000_000
"""Values that the `copy` operations of one patch may add; a few of them can double a document again
and again."""

Undo = Callable[[], object]


class Inapplicable(Exception):
    """A patch can't be applied; the text says why.

    Attributes:
        operation: The operation at which it ended.
    """

    def __init__(self, reason: str, operation: JSON) -> None:
        super().__init__(reason)
        self.operation = operation


class TooMuch(Exception):
    """A patch would make more of a document than a watcher keeps."""


def apply(root: list[JSON], operations: list[JSON]) -> None:
    """Apply a patch of the right shape to the one value in `root`.

    Its values become parts of the document.

    Raises:
        Inapplicable: An operation can't be applied; the document is as it was.
        TooMuch: It copies without measure; the document is as it was.
    """
    done: list[Undo] = []
    budget = [MOST_COPIED]
    for number, one in enumerate(operations):
        try:
            _operate(root, one, done, budget)
        except (LookupError, TypeError) as error:
            for undo in reversed(done):
                undo()
            text = f"operation {number}, {one['op']} {one['path']!r}: {error.args[0]}"
            raise Inapplicable(text, one) from error
        except (TooMuch, RecursionError) as error:
            for undo in reversed(done):
                undo()
            raise TooMuch from error


def _operate(root: list[JSON], one: JSON, done: list[Undo], budget: list[int]) -> None:
    path = one["path"]
    match one["op"]:
        case "replace":
            _replace(root, path, one["value"], done)
        case "add":
            _add(root, path, one["value"], done)
        case "remove":
            _remove(root, path, done)
        case "move":
            source = one["from"]
            if source == path:
                _get(root, path)
            elif path.startswith(source + "/"):
                raise LookupError("a value can't be moved into itself")
            else:
                _add(root, path, _remove(root, source, done), done)
        case "copy":
            _add(root, path, _copied(_get(root, one["from"]), budget), done)
        case "test":
            if not same(_get(root, path), one["value"]):
                raise LookupError("the value is another one")


def _parent(root: list[JSON], path: str) -> tuple[JSON, str]:
    """The value that holds the place of a pointer, and the last token; the root is in a list."""
    if not path:
        return root, "0"
    tokens = path.split("/")
    if "~" in path:
        tokens = [token.replace("~1", "/").replace("~0", "~") for token in tokens]
    here = root[0]
    for token in tokens[1:-1]:
        here = _child(here, token)
    return here, tokens[-1]


def _child(here: JSON, token: str) -> JSON:
    if here.__class__ is dict:
        if token in here:
            return here[token]
        raise LookupError(f"there is no {token!r}")
    return here[_index(here, token)]


def _index(here: JSON, token: str, behind: int = 0) -> int:
    """The index that a token is in an array; `behind` is 1 if the place after its end is one."""
    if here.__class__ is not list:
        raise TypeError(f"{token!r} is looked for in what is neither an object nor an array")
    digits = token.isascii() and token.isdigit() and (token == "0" or token[0] != "0")
    # No list is longer than a number of this many digits.
    if not digits or len(token) > 18 or int(token) >= len(here) + behind:
        raise LookupError(f"{token!r} is no place in an array of {len(here)}")
    return int(token)


def _get(root: list[JSON], path: str) -> JSON:
    return _child(*_parent(root, path))


def _add(root: list[JSON], path: str, value: JSON, done: list[Undo]) -> None:
    here, token = _parent(root, path)
    if here is root:
        done.append(partial(root.__setitem__, 0, root[0]))
        root[0] = value
    elif here.__class__ is dict:
        done.append(_restoring(here, token))
        here[token] = value
    else:
        append = token == "-" and here.__class__ is list
        place = len(here) if append else _index(here, token, behind=1)
        here.insert(place, value)
        done.append(partial(here.pop, place))


def _remove(root: list[JSON], path: str, done: list[Undo]) -> JSON:
    here, token = _parent(root, path)
    if here is root:
        raise LookupError("the document itself can't be removed")
    if here.__class__ is dict:
        value = _child(here, token)
        # Later members are not moved back behind it: their order means nothing.
        done.append(partial(here.__setitem__, token, value))
        del here[token]
        return value
    place = _index(here, token)
    value = here.pop(place)
    done.append(partial(here.insert, place, value))
    return value


def _replace(root: list[JSON], path: str, value: JSON, done: list[Undo]) -> None:
    here, token = _parent(root, path)
    place = token if here.__class__ is dict else _index(here, token)
    done.append(partial(here.__setitem__, place, _child(here, token)))
    here[place] = value


def _restoring(here: dict[str, JSON], token: str) -> Undo:
    if token in here:
        return partial(here.__setitem__, token, here[token])
    return partial(here.pop, token)


def _copied(value: JSON, budget: list[int]) -> JSON:
    """A value that shares nothing with another one that can be changed."""
    budget[0] -= 1
    if budget[0] < 0:
        raise TooMuch
    if value.__class__ is dict:
        return {name: _copied(member, budget) for name, member in value.items()}
    if value.__class__ is list:
        return [_copied(member, budget) for member in value]
    return value
