"""The base classes of the testees of this directory: mutants, and legal testees."""

from __future__ import annotations

from typing import ClassVar

from tests.mutants.honest import Honest


class Mutant(Honest):
    """A testee that is wrong.

    Attributes:
        breaks: The id of the requirement that it breaks.
        hint: The name of the kit's hint that fits it (runner/hints.py), or None where the kit
            has to keep silent.
    """

    breaks: ClassVar[str]
    hint: ClassVar[str | None] = None


class Legal(Honest):
    """A testee that is odd and has to pass.

    Attributes:
        warns: The ids of the SHOULDs that it does not meet, for which it has to be warned.
    """

    warns: ClassVar[frozenset[str]] = frozenset()
