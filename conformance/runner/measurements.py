"""Figures: what cases measure of a server besides their verdict.

Figures have no verdict. The summary prints all of them; they are `limits` in the JSON report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["bytes", "levels", "operations", "connections", "seconds"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured, a noun phrase such as "largest frame taken".
        at_least: Whether the kit stopped there, so that the limit may be higher.
    """

    name: str
    value: float
    unit: Unit
    at_least: bool = False

    def __str__(self) -> str:
        more = " or more" if self.at_least else ""
        return f"{self.name} {self._amount()}{more}"

    def _amount(self) -> str:
        match self.unit:
            case "seconds":
                return f"{self.value * 1000:.1f} ms"
            case "bytes" if self.value >= 1 << 20:
                return f"{self.value / (1 << 20):g} MiB"
            case "levels" | "operations" | "bytes":
                return f"{self.value:,.0f} {self.unit}"
            case "connections":
                return f"{self.value:,.0f}"

    def as_json(self, case: str) -> dict[str, object]:
        """The figure of a case in the form of the JSON report."""
        return {
            "name": self.name,
            "value": round(self.value, 6),
            "unit": self.unit,
            "atLeast": self.at_least,
            "case": case,
        }
