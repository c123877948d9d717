"""Every defect is in the release of the catalogue, and not in this library."""

from __future__ import annotations

import pytest

from tests.defects.catalogue import DEFECTS, PROGRAMS, Defect
from tests.defects.evidence import ROOT, Result, judge
from tools.defects import PAGE, expected_page

TESTED = [defect for defect in DEFECTS if defect.is_tested]
NUMBERS = [*(f"S-{number:02}" for number in range(1, 21)), *(f"X-{n}" for n in range(1, 9))]


@pytest.fixture(scope="module")
def there() -> dict[str, Result]:
    """The results in the releases."""
    return judge(TESTED, here=False)


@pytest.fixture(scope="module")
def here() -> dict[str, Result]:
    """The results in this library."""
    return judge(TESTED, here=True)


def test_catalogue_is_complete() -> None:
    assert [defect.number for defect in DEFECTS] == NUMBERS
    programs = {path.stem for path in PROGRAMS.glob("[sx]_*.py")}
    assert programs == {defect.program for defect in DEFECTS} - {None}


def test_every_defect_is_tested() -> None:
    assert TESTED == DEFECTS


def test_page_says_what_is_tested_here() -> None:
    path = ROOT / "docs" / PAGE
    assert path.read_text(encoding="utf-8") == expected_page(), (
        "python -m tools.defects --write docs"
    )


@pytest.mark.io
@pytest.mark.parametrize("defect", TESTED, ids=lambda defect: defect.number)
def test_release_has_the_defect(defect: Defect, there: dict[str, Result]) -> None:
    assert there[defect.number].verdict == defect.there, there[defect.number].reason


@pytest.mark.io
@pytest.mark.parametrize("defect", TESTED, ids=lambda defect: defect.number)
def test_this_library_has_not(defect: Defect, here: dict[str, Result]) -> None:
    assert here[defect.number].verdict == "right", here[defect.number].reason
