"""What a client of this folder can be besides honest: wrong in one rule, or odd."""

from __future__ import annotations

from typing import ClassVar

from tests.mutants.clients.honest import Honest


class Mutant(Honest):
    """A client that is wrong.

    Attributes:
        breaks: The id of the requirement that it breaks.
        hint: The name of the kit's hint that fits it (runner/client_hints.py), or None where
            the kit has to keep silent.
    """

    breaks: ClassVar[str]
    hint: ClassVar[str | None] = None


class Legal(Honest):
    """A client that is odd and has to pass."""
