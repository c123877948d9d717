"""The matrix of mutants: what its page says, what is compared, how outcomes are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.spec import directory, requirements
from tests.conformance.test_cases import MODULES
from tests.mutants.catalogue import kinds, legals, mutants
from tools.matrix.page import PAGE, differences, facts, page
from tools.matrix.result import Result, breaks, read

COMMITTED = (directory() / PAGE).read_text(encoding="utf-8").splitlines()


def results() -> list[Result]:
    """Every testee as it should be."""
    return [
        Result(
            name,
            breaks(name),
            own=["patch/half[a]", "patch/half[b]"] if breaks(name) else [],
            warned={f"state/{w}": w for w in getattr(kind, "warns", ())},
            cases=["patch/half[a]", "patch/half[b]", "patch/other[a|b]"],
            reason="expected *this*, received that | `it`",
        )
        for name, kind in kinds().items()
    ]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with the page of these results."""
    (tmp_path / PAGE).write_text("\n".join(page(results())), encoding="utf-8")
    return tmp_path


def changed(name: str, **members: object) -> list[Result]:
    """The results, but one of them has other members."""
    found = results()
    for result in found:
        if result.name == name:
            for member, value in members.items():
                setattr(result, member, value)
    return found


def test_page_is_as_its_own_results_say(written: Path) -> None:
    assert list(differences(written, results(), whole=True)) == []


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("AppliesHalf", {"wrong": "SURVIVED"}, "SURVIVED"),
        ("AppliesHalf", {"own": ["probe"]}, "killed by the probe"),
        ("Slow", {"wrong": "FAILED state-get in state/x"}, "FAILED state-get"),
        ("Slow", {"warned": {"state/x": "state-quiet"}}, "warned: `state-quiet`"),
    ],
)
def test_page_differs_from_another_verdict(
    written: Path, name: str, members: dict[str, object], said: str
) -> None:
    (found,) = differences(written, changed(name, **members), whole=True)
    assert name in found
    assert said in found


def test_page_differs_where_a_testee_is_missing(written: Path) -> None:
    left = [result for result in results() if result.name not in ("Slow", "AppliesHalf")]
    assert len(list(differences(written, left, whole=True))) == 2
    assert list(differences(written, left, whole=False)) == []


def test_page_does_not_depend_on_the_cases_that_kill(written: Path) -> None:
    other = changed("AppliesHalf", own=["state/x"], reason="another", cases=[])
    assert list(differences(written, other, whole=True)) == []


def test_case_that_is_listed_as_killing_nothing_must_not_kill(written: Path) -> None:
    other = changed("AppliesHalf", own=["patch/other[a|b]"])
    (found,) = differences(written, other, whole=True)
    assert "patch/other[a|b] is listed" in found


def test_committed_page_has_every_testee_with_its_requirement() -> None:
    found = facts(COMMITTED)
    assert len(found) == len(kinds())
    for (shown, cells), result in zip(found.items(), sorted_as_page(), strict=True):
        assert shown.startswith(f"**{result}**: ")
        broken = breaks(result)
        place = f"[`{broken}`]({requirements()[broken].page}#{broken})" if broken else "passed"
        assert cells[0].startswith(place)


def sorted_as_page() -> list[str]:
    """All testees, the mutants first."""
    return [*mutants(), "Honest", *legals()]


def test_cases_that_are_listed_exist() -> None:
    names = {path.stem.removeprefix("test_"): path.read_text("utf-8") for path in MODULES}
    for line in COMMITTED:
        if line.startswith("- `"):
            section, _, name = line[3:].partition("`")[0].partition("[")[0].partition("/")
            if section == "replays":
                assert (MODULES[0].parent / "replays" / f"{name}.json").is_file()
            else:
                assert f"def test_{name.replace('-', '_')}(" in names[section]


def test_outcomes_are_read_by_whether_the_own_requirement_is_named(tmp_path: Path) -> None:
    reason = (
        "a/b\n  expected     x at ws://127.0.0.1:77/ws/kit-1\n  received     nothing within 3 s"
    )
    outcomes = [
        {"id": "a/b", "verdict": "failed", "broken": "patch-atomic", "reason": reason},
        {"id": "a/c", "verdict": "server died", "broken": "patch-test", "reason": "…"},
        {"id": "a/d", "verdict": "passed", "broken": None, "reason": ""},
    ]
    (tmp_path / "x").write_text(json.dumps(outcomes), encoding="utf-8")
    found = read("AppliesHalf", tmp_path / "x", "")
    assert (found.own, found.others, found.wrong) == (["a/b"], {"a/c": "patch-test"}, None)
    assert found.reason == "expected x at the server, received nothing within some time"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("passed", "SURVIVED"),
        ("kit error", "kit error in a/b"),
        ("failed", "killed for patch-test (1) only"),
    ],
)
def test_mutant_that_is_not_killed_for_its_requirement_is_wrong(
    tmp_path: Path, verdict: str, said: str
) -> None:
    outcome = {"id": "a/b", "verdict": verdict, "broken": "patch-test", "reason": ""}
    (tmp_path / "x").write_text(json.dumps([outcome]), encoding="utf-8")
    assert read("AppliesHalf", tmp_path / "x", "").wrong == said


def test_probe_has_to_name_the_requirement(tmp_path: Path) -> None:
    said = "ws-sync: it sends nothing (connection-initial-state); see spec/testee.md"
    assert read("NeverAnswers", tmp_path / "no", said).wrong is None
    assert str(read("AppliesHalf", tmp_path / "no", said).wrong).startswith("refused by the probe")
