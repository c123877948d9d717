"""Draws of numbers: random ones from a seed, or recorded ones, so that a case can be made smaller.

The number 0 always means the simplest alternative. A case is a function of its draws, so a shorter
list of smaller draws is a simpler case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Draws, and the list of those that were made.

    Attributes:
        made: the draws so far.
    """

    def __init__(self, source: int | Sequence[int]) -> None:
        """Begin with a seed, or with draws to repeat; after those, each draw is 0."""
        self.made: list[int] = []
        self._given = None if isinstance(source, int) else source
        self._random = Random(source).random if isinstance(source, int) else None

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1."""
        if self._random is not None:
            drawn = int(self._random() * bound)
        else:
            assert self._given is not None
            number = len(self.made)
            drawn = self._given[number] % bound if number < len(self._given) else 0
        self.made.append(drawn)
        return drawn

    def one_in(self, times: int) -> bool:
        """Return True once in N times."""
        return self.below(times) == times - 1

    def pick(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return values[self.below(len(values))]


def minimised(
    draws: list[int], fails: Callable[[list[int]], bool], budget: int = 3000
) -> list[int]:
    """Return fewer or smaller draws with which something still fails."""
    best, left = draws, budget
    improved = True
    while improved and left > 0:
        improved = False
        for smaller in _smaller(best):
            left -= 1
            if left <= 0:
                break
            if fails(smaller):
                best, improved = smaller, True
                break
    return best


def _smaller(draws: list[int]) -> Iterator[list[int]]:
    size = len(draws)
    while size:
        for start in range(0, len(draws), size):
            yield draws[:start] + draws[start + size :]
        size //= 2
    for number, drawn in enumerate(draws):
        for lower in dict.fromkeys((0, drawn // 2, drawn - 1)):
            if 0 <= lower < drawn:
                yield [*draws[:number], lower, *draws[number + 1 :]]
