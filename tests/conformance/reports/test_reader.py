"""Reports are read completely, or up to a cut; other files are rejected with a reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.reports.model import MEMBERS
from conformance.reports.reader import ReportError, load, parse
from conformance.runner.verdict import Verdict
from conformance.spec import deviation
from tests.conformance.reports.made import BREAKING, case, content, document, every_verdict, hostile

CASES = [case(f"state/a[{number}]") for number in range(5)]
FEW = document()["requirements"][:3]
WHOLE = content(*CASES, requirements=FEW)


def test_members_stand_in_their_order() -> None:
    assert tuple(json.loads(WHOLE)) == MEMBERS
    assert deviation("report", json.loads(WHOLE)) is None


def test_whole_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content(*every_verdict()))
    found = load(path)
    assert found.damage is None
    assert found.name == "mine"
    assert len(found.cases) == len(every_verdict())
    assert found.counts[Verdict.PASS] == 2
    assert found.status == 1


def test_report_of_a_folder_is_called_like_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "of-mine"
    folder.mkdir()
    (folder / "report.json").write_bytes(WHOLE)
    assert load(folder / "report.json").name == "of-mine"
    assert load(folder / "report.json", "other").name == "other"


@pytest.mark.parametrize("layout", ["lines", "indented", "one line"])
def test_report_that_is_cut_off_anywhere_is_read_as_far_as_it_goes(layout: str) -> None:
    whole = {
        "lines": WHOLE,
        "indented": json.dumps(json.loads(WHOLE), indent=1).encode(),
        "one line": json.dumps(json.loads(WHOLE), ensure_ascii=False).encode(),
    }[layout].rstrip()
    begin = whole.index(b'"cases"')
    said = set()
    refused = {}
    for cut in sorted(
        {
            *range(0, begin, 997),
            *range(begin - 9, begin + 20),
            *range(begin, len(whole), 29),
            *ends(whole),
        }
    ):
        try:
            found = parse(whole[:cut])
        except ReportError as error:
            refused[cut] = str(error)
            continue
        assert found.damage is not None
        assert [each.id for each in found.cases] == [each["id"] for each in CASES][
            : len(found.cases)
        ]
        said.add(found.damage)
        assert (f"case {len(found.cases) + 1} of 5" in found.damage) or (
            f"after case {len(found.cases)} of 5" in found.damage
        )
    assert len(said) == 11
    assert max(refused) < begin
    assert all("its header" in text for text in refused.values())
    assert parse(whole).damage is None


def ends(whole: bytes) -> set[int]:
    """Return the positions at which cases end, and those around them."""
    found = re.finditer(rb'1000"\s*\}\s*\]\s*\}', whole)
    return {match.end() + more for match in found for more in (-1, 0, 1, 2)}


def test_cut_inside_hostile_text_is_told() -> None:
    whole = content(*hostile(), CASES[0], requirements=FEW)
    begin = whole.index(b'"cases"') + 20
    for cut in range(begin, len(whole) - 10, len(whole) // 50):
        assert parse(whole[:cut]).damage is not None


def test_report_with_another_number_of_cases_than_its_end_says_is_not_whole() -> None:
    found = parse(content(*CASES, end={"cases": 7}))
    assert found.damage == "it has 5 cases, but its footer says 7"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "it ends before its header"),
        (b"{", "it ends before its header"),
        (b"[]", "it is not a JSON object"),
        (b"nonsense", "it is not JSON"),
        (b'{"format": "ws-sync-report"} {}', "it is not JSON: Extra data"),
        (b"{}", "it has no member 'format'"),
        (b'{"format": "ws-sync-replay"}', "its format is 'ws-sync-replay'"),
        (b'{"format": "ws-sync-report", "version": 1}', "its version is 1; this kit reads 2"),
        (b"\xff\xfe{}", "it is not UTF-8"),
        (b'{"format": ' + b"[" * 100_000, "it is not JSON"),
        (
            b'{"format": 1' + b"0" * 400 + b"}",
            "10000000000000000000… is not a readable number",
        ),
        (b'{"format": 1' + b"0" * 9000 + b"}", "it is not JSON"),
        (b'{"format": -1e999}', "-1e999 is not a readable number"),
        (b'{"format": NaN}', "NaN is not a readable number"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_is_no_report_is_refused_with_a_reason(given: bytes, said: str) -> None:
    with pytest.raises(ReportError) as caught:
        parse(given)
    assert said in str(caught.value)


@pytest.mark.parametrize("footer", [{"limits": [{}]}, {"warnings": "none"}, {"slowest": [1]}])
def test_footer_that_is_cut_off_has_to_be_as_the_schema_has_it(footer: dict[str, Any]) -> None:
    whole = content(*CASES, requirements=FEW, **footer)
    with pytest.raises(ReportError, match=r"invalid by the schema report\.json"):
        parse(whole[: whole.rindex(b'"exitStatus"')])


@pytest.mark.parametrize(
    "members",
    [
        {"seconds": -1},
        {"cases": [case(verdict=Verdict.PASS) | {"verdict": "splendid"}]},
        {"unknown": 1},
        {"options": {}},
    ],
)
def test_report_that_breaks_its_schema_is_refused(members: dict[str, Any]) -> None:
    wrong = json.dumps(document(*CASES) | members).encode()
    with pytest.raises(ReportError, match=r"invalid by the schema report\.json"):
        parse(wrong)


def test_file_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="can't be read"):
        load(tmp_path / "none.json")


def test_halves_of_pairs_survive_the_file() -> None:
    assert parse(content(*hostile())).cases[0].findings[0]["sent"] == BREAKING
