"""The mutants have the declared faults, and the kit finds some of them; the tool runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.spec import requirements
from tests.mutants import legal
from tests.mutants.catalogue import SECTIONS, legals, mutants
from tests.mutants.kinds import Legal, Mutant
from tests.tables import each
from tools.matrix.command import TIME_SCALES
from tools.matrix.judging import judge


def test_there_are_enough_to_prove_something() -> None:
    assert len(mutants()) >= 60
    assert len(legals()) >= 10


def test_no_two_have_one_name() -> None:
    names = [
        name
        for module in (*SECTIONS, legal)
        for name, found in vars(module).items()
        if isinstance(found, type) and found.__module__ == module.__name__
    ]
    assert len(names) == len({*names})


@each(mutants())
def test_mutant_says_how_it_lies_and_which_rule_it_breaks(mutant: type[Mutant]) -> None:
    broken = requirements()[mutant.breaks]
    assert broken.binding
    assert broken.not_observable is None
    assert broken.side != "client"
    assert mutant.__doc__
    assert mutant.__doc__.startswith("It ")
    assert mutant.__doc__.endswith(".")


@each(legals())
def test_odd_server_says_what_is_odd_and_breaks_no_must(odd: type[Legal]) -> None:
    assert odd.__doc__
    assert odd.__doc__.startswith("It ")
    assert not any(requirements()[warned].binding for warned in odd.warns)


def test_every_must_of_servers_that_can_be_observed_has_a_mutant() -> None:
    must = {
        requirement.id
        for requirement in requirements().values()
        if requirement.binding and not requirement.not_observable and requirement.side != "client"
    }
    assert must == {mutant.breaks for mutant in mutants().values()}


@pytest.mark.io
@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("AppliesHalf", "half_of_a_patch"),
        ("SendsOtherBytes", "bytes_of_the_server"),
        ("CleansUpNewer", "leaves_the_newer"),
        ("RefusesSilently", "answered_with_the_state"),
        ("SkipsLastOfBurst", "replays/burst-then-quiet-change-then-patch"),
        ("InsertsOneBefore", "replays/edits-across-takeover-and-loss"),
    ],
)
def test_kit_kills_a_mutant_through_its_requirement(name: str, cases: str, tmp_path: Path) -> None:
    result = judge(name, tmp_path, TIME_SCALES["server"], "-k", cases)
    assert result.wrong is None
    assert result.own


@pytest.mark.io
def test_probe_refuses_a_silent_server_with_the_requirement(tmp_path: Path) -> None:
    result = judge("NeverAnswers", tmp_path, TIME_SCALES["server"])
    assert result.verdict() == "killed by the probe"


@pytest.mark.io
def test_kit_lets_the_honest_testee_pass(tmp_path: Path) -> None:
    result = judge("Honest", tmp_path, TIME_SCALES["server"], "--strict", "-k", "test_tasks.py")
    assert result.verdict() == "passed"
