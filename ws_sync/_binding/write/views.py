"""Present values of members, read alone and not with the whole attribute."""

from __future__ import annotations

from typing import Any

from ws_sync._binding.write.schemas import Type
from ws_sync._core.json.pointer import index
from ws_sync._core.tracked.containers import SyncedDict, SyncedList
from ws_sync.exceptions import Refused

Place = tuple[str, ...]


class View:
    """A live list or dict, of which single members are read."""

    def __init__(self, type_: Type, live: Any) -> None:
        self._type, self._live = type_, live

    def reach(self, place: Place) -> Place:
        """Return the deepest place on the way to a place whose value can be read alone.

        Raises:
            LookupError: there is none.
        """
        type_, live = self._type, self._live
        for depth, token in enumerate(place):
            try:
                type_, live = _member(type_, live, token)
            except LookupError:
                if depth:
                    return place[:depth]
                raise
        return place

    def read(self, place: Place, length: int) -> object:
        """Return a member as it goes out: JSON, or objects that the encoder converts.

        Args:
            place: a path that `reach` has returned.
            length: the number of members that what contains it should have.

        Raises:
            LookupError: it is not there, or there is another number of members.
        """
        type_, live, size = self._type, self._live, length
        for token in place:
            size, (type_, live) = len(live), _member(type_, live, token)
        if size != length:
            raise LookupError(length)
        try:
            return type_.shown(live)
        except Exception as error:  # a serialiser of the application
            raise LookupError(place) from error


def _member(type_: Type, live: Any, token: str) -> tuple[Type, Any]:
    """Return a member whose JSON is part of that of the container, and depends on nothing else."""
    found = type_.for_value(live)
    if found is None or found.functions or found.is_custom or type_.is_serialised_by_class:
        raise LookupError(token)
    if type(live) in (list, SyncedList) and found.kind in ("list", "any"):
        try:
            at = index(token, len(live))
        except Refused:  # there was an object before
            raise LookupError(token) from None
        return found.element(at), live[at]
    if type(live) in (dict, SyncedDict) and found.kind in ("dict", "any"):
        return found.values(), live[token]
    raise LookupError(token)
