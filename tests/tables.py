"""Tests of tables: one test for all rows.

Collecting and starting a test takes each worker milliseconds, which is more than most rows take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, overload

Row = TypeVar("Row")
Table = Callable[[Callable[[Row], None]], Callable[[], None]]


@overload
def each(rows: Mapping[str, Row]) -> Table[Row]: ...
@overload
def each(rows: Iterable[Row]) -> Table[Row]: ...
def each(rows: Any) -> Table[Any]:
    """Run a test for every row; its failures are raised together and name their rows."""
    named = rows.items() if isinstance(rows, Mapping) else ((repr(row), row) for row in rows)
    table = list(named)

    def decorate(test: Callable[[Any], None]) -> Callable[[], None]:
        def every_row() -> None:
            assert table
            failures = []
            for name, row in table:
                try:
                    test(row)
                except Exception as failure:  # noqa: BLE001
                    failure.add_note(f"row: {name}")
                    failures.append(failure)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(table)} rows", failures)

        every_row.__name__ = test.__name__
        every_row.__doc__ = test.__doc__
        return every_row

    return decorate
