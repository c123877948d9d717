"""Hints about servers: each is given for a mutant with the fault."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from conformance.runner.hints import HINTS
from tests.conformance.hostile import serving
from tests.conformance.kit import QUICK, TIME_SCALE, run_kit
from tests.mutants.catalogue import kinds, mutants
from tests.mutants.frames import JSON
from tests.mutants.honest import Honest
from tests.mutants.link import Link
from tools.matrix.judging import judge

pytestmark = pytest.mark.io

BY_HINT = {kind.hint: name for name, kind in mutants().items() if kind.hint}
SENTENCES = {one.name: one.sentence for one in HINTS}
SHOWN_BY_OTHERS = {"echo", "poisoned"}
"""Hints without a mutant; the tests at the end have their faults."""


async def said(kind: type[Honest], select: str) -> str:
    """What the kit prints about a testee, on lines that are long enough for any sentence."""
    async with serving(kind) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "--budget=0s", "-k", select,
            env={"COLUMNS": "400"},
        )  # fmt: skip
    return result.output


def hints_of(name: str, folder: Path) -> set[str]:
    """The hints for a mutant, from all cases of the requirement that it breaks."""
    result = judge(name, folder, TIME_SCALE, "--budget=0s", "-k", mutants()[name].breaks)
    assert result.own, f"{name} was not killed: {result.wrong}"
    return {*result.hints}


def test_every_hint_is_tested() -> None:
    assert {*BY_HINT, *SHOWN_BY_OTHERS} == {*SENTENCES}


@pytest.mark.parametrize(("hint", "name"), BY_HINT.items(), ids=BY_HINT)
def test_hint_is_given_for_its_mutant(hint: str, name: str, tmp_path: Path) -> None:
    assert hints_of(name, tmp_path) == {hint}


@pytest.mark.parametrize("name", ["UnescapesInWrongOrder", "ClampsIndexes", "ClosesOnRefusal"])
def test_other_fault_of_the_same_requirement_brings_no_hint(name: str, tmp_path: Path) -> None:
    assert hints_of(name, tmp_path) == set()


async def test_echo_is_told_of_a_snapshot_that_does_not_follow_writes() -> None:
    assert SENTENCES["echo"] in await said(kinds()["Echoes"], "state-no-echo")


class KeepsSurrogates(Honest):
    """It stores a lone surrogate, and sends no frame that has one."""

    def check_string(self, text: str) -> None:
        pass

    def send(self, link: Link, type_: str, data: JSON) -> None:
        with suppress(UnicodeEncodeError):
            self.encode(type_, data).encode()
            super().send(link, type_, data)


async def test_poisoned_is_told_of_a_kept_surrogate() -> None:
    assert SENTENCES["poisoned"] in await said(KeepsSurrogates, "lone_surrogate_is_refused")
