"""The unit in which changes of arrays are described."""

from __future__ import annotations

from typing import NamedTuple


class Hunk(NamedTuple):
    """A range of an array, and the range that replaces it in a newer array.

    Attributes:
        start: index of the first replaced element.
        stop: index after the last replaced element.
        new_start: index of the first element of the replacement, in the newer array.
        new_stop: index after the last element of the replacement.
    """

    start: int
    stop: int
    new_start: int
    new_stop: int
