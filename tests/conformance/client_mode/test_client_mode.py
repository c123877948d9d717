"""Client mode, as a user runs it: what it prints, its exit status, its reports and replay files."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from conformance.client_mode import generators
from conformance.client_mode import search as search_module
from conformance.client_mode.backoff_check import grow, is_enough, vary
from conformance.client_mode.client_under_test import STARTING
from conformance.client_mode.search import Search
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.protocol.contract import ASSIGNABLE
from conformance.protocol.legality import ClientLegality
from conformance.protocol.mirror import Mirror
from conformance.protocol.wire import Event
from conformance.sequences.finding import LEAST, Finding
from conformance.sequences.steps import Step
from conformance.spec import deviation
from tests import forked
from tests.conformance.kit import QUICK, run, run_kit
from tests.conformance.replay.test_replay import SCRIPTED, written
from tests.tables import each

OF_A_CLIENT = "it was a client that failed: give --client-cmd COMMAND, or --listen ADDRESS"


def client(name: str, module: str = "tests.mutants.clients") -> str:
    """The option that judges a client of `tests/mutants/clients`, or of another module."""
    command = shlex.join(forked.python("-m", module, name))
    return f"--client-cmd={command} {{url}}"


def unfinished(name: str) -> str:
    """The option that judges a client of `unfinished`."""
    return client(name, "tests.conformance.unfinished")


def contents_of(folder: Path) -> list[dict[str, Any]]:
    """The JSON files of a folder."""
    return [json.loads(file.read_text()) for file in folder.iterdir()]


@pytest.mark.io
async def test_honest_client_passes_and_only_client_cases_are_run(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    chosen = ("-k", "test_state.py or test_notices.py", f"--report-json={report}")
    result = await run_kit(client("Honest"), *chosen)
    assert result.status == 0, result.output
    document = json.loads(report.read_text())
    assert deviation("report", document) is None
    assert document["target"]["side"] == "client"
    assert {case["verdict"] for case in document["cases"]} == {"passed"}
    assert all("client" in c["id"] or "notices/" in c["id"] for c in document["cases"])
    assert "client MUST" in result.output
    assert "server MUST" not in result.output


@pytest.mark.io
async def test_client_that_patches_naively_is_found_out() -> None:
    result = await run_kit(client("NaivePatches"), "-k", "patch-unescape or patch-escaping")
    assert result.status == 1
    assert "patch-unescape (both, MUST)" in result.output
    assert "patch-escaping (both, MUST)" in result.output
    assert "hint         this looks like pointers whose tokens are not unescaped" in result.output
    assert "-m tests.mutants.clients NaivePatches {url}" in " ".join(result.output.split())


@pytest.mark.io
async def test_client_that_dies_is_started_again_and_judged_further() -> None:
    result = await run_kit(client("EndsWithAnAction"), "-k", "test_actions.py", *QUICK)
    assert result.status == 1
    assert "The client has died: its process has ended" in result.output
    assert "1 client died" in result.output
    assert "server" not in result.output.lower()
    assert "actions-error (both, MUST NOT)" in result.output


@pytest.mark.io
async def test_end_of_a_client_is_blamed_on_the_case_in_which_it_ends() -> None:
    chosen = ("-k", "malformed_frame_changes_nothing and (words or half)", *QUICK)
    result = await run_kit(unfinished("EndsWithNonsense"), *chosen)
    assert result.status == 1
    assert result.output.count("received     the end of its process") == 1  # the shortest
    assert "(MUST NOT): 2 cases" in result.output
    assert "not testable" not in result.output
    assert "before this case" not in result.output
    assert result.output.count("what is that") == 1


@pytest.mark.io
async def test_client_that_ends_at_once_is_told_at_once() -> None:
    began = time.monotonic()
    command = shlex.join([sys.executable, "-c", "raise SystemExit('no such thing')"])
    result = await run_kit(f"--client-cmd={command} {{url}}", "-k", "test_state.py")
    assert result.status == 3
    assert "no such thing" in result.output
    assert time.monotonic() - began < STARTING / 2


@pytest.mark.io
async def test_client_that_lacks_an_action_fails_once_and_not_case_by_case() -> None:
    result = await run_kit(unfinished("StartsNoTasks"), "-k", "test_tasks.py or test_actions.py")
    assert result.status == 1
    assert "problem: the client lacks `startTask` of spec/testee.md" in result.output
    assert "needs `startTask`, which the client does not do" in result.output
    assert " failed" not in result.output.splitlines()[-2]


@pytest.mark.io
async def test_client_that_calls_nothing_is_told_what_it_was_asked() -> None:
    result = await run_kit(unfinished("CallsNothing"), *QUICK)
    assert result.status == 1
    wanted = '{"type":"_ACTION:TESTEE","data":{"type":"call","name":"fence-1","arguments":{}}}'
    assert f"expected that it answers {wanted} with" in result.output


@pytest.mark.io
async def test_failure_of_a_sequence_is_kept_and_replayed(tmp_path: Path) -> None:
    kept = (
        "--replay-dir",
        str(tmp_path),
        "--budget=20s",
        "--max-examples=9",
        "--seed=5",
        "-k",
        "sequences",
    )
    result = await run_kit(client("NaivePatches"), *kept)
    assert result.status == 1
    file = tmp_path / "sequences.client-agrees-after-every-step.json"
    assert deviation("replay", json.loads(file.read_text())) is None
    again = await run("conformance.replay", str(file), client("NaivePatches"))
    assert again.status == 1
    assert "still failing" in again.output
    fixed = await run("conformance.replay", str(file), client("Honest"))
    assert fixed.status == 0, fixed.output
    assert "fixed" in fixed.output
    without = await run("conformance.replay", str(file))
    assert without.output == f"{file}: could not run: {OF_A_CLIENT}\n"
    assert without.status == 2


@pytest.mark.io
@pytest.mark.parametrize(
    "case",
    ["state/client-replaces-its-whole-copy", "actions/call-of-wrong-shape-is-refused[array]"],
    ids=["a-case-of-clients", "a-case-that-servers-have-too"],
)
async def test_file_of_a_client_is_not_replayed_against_a_server(case: str, tmp_path: Path) -> None:
    file = written(tmp_path, SCRIPTED | {"side": "client", "case": case})
    result = await run("conformance.replay", file)
    assert result.output == f"{file}: could not run: {OF_A_CLIENT}\n"
    assert result.status == 2


@pytest.mark.io
async def test_file_of_a_server_is_not_replayed_against_a_client(tmp_path: Path) -> None:
    case = "actions/call-of-wrong-shape-is-refused[array]"
    document = SCRIPTED | {"case": case}
    del document["side"]  # as in older files
    file = written(tmp_path, document)
    result = await run("conformance.replay", file, client("Honest"))
    assert result.output.startswith(f"{file}: could not run: it was a server that failed")
    assert result.status == 2


@pytest.mark.io
async def test_case_of_the_other_side_is_no_case_of_a_run(tmp_path: Path) -> None:
    written(tmp_path / "kept", SCRIPTED | {"side": "client", "case": "state/client-asks"})
    result = await run_kit(f"--replays={tmp_path / 'kept'}", "-k", "nothing")
    assert OF_A_CLIENT in result.output
    assert result.status == 2


@pytest.mark.io
async def test_search_goes_on_behind_a_finding(tmp_path: Path) -> None:
    kept = ("--replay-dir", str(tmp_path), "--budget=60s", "--max-examples=10", "--seed=3")
    result = await run_kit(client("NaivePatches"), *kept, "-k", "sequences")
    assert result.status == 1
    replays = contents_of(tmp_path)
    faults = {(replay["requirement"], replay["program"][-1]["do"]) for replay in replays}
    assert len(faults) == len(replays) > 1


class FailsOnce(Search):
    """A search whose client fails once."""

    async def _judged(self, program: list[Step]) -> Finding | None:
        if self.tally.programs:
            return None
        self.tally.programs = 1
        wrong = Violation(requirement="state-get", expected="this", received="that")
        return Finding(program, wrong, Trace())


async def test_what_fails_once_and_not_again_is_counted_and_not_told() -> None:
    search = FailsOnce(fresh=None, link=None, seed=1, budget=60.0, examples=3)  # type: ignore[arg-type]
    assert await search.findings() == []
    assert search.tally.unconfirmed == ["state-get"]
    assert str(search.tally).endswith("1 failed once and not again (state-get)")


FIRST_TWICE_THEN_ANOTHER = ["state-get", "state-get", "state-set-replaces", "state-get"]


class FailsElsewhere(Search):
    """A search whose second program fails like the first one when it is confirmed."""

    async def _judged(self, _: list[Step]) -> Finding | None:
        wrong = Violation(requirement=FIRST_TWICE_THEN_ANOTHER[self.seed], received="that")
        self.seed += 1
        return Finding([{"do": "assign"}], wrong, Trace())


async def test_fault_that_a_confirmation_meets_again_is_reported_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def as_it_is(found: Finding, _: object) -> Finding:
        return found

    monkeypatch.setattr(search_module, "shrunk", as_it_is)
    search = FailsElsewhere(fresh=None, link=None, seed=0, budget=60.0, examples=2)  # type: ignore[arg-type]
    found = await search.findings()
    assert [finding.violation.requirement for finding in found] == ["state-get"]


class Passes(Search):
    """A search whose client never fails."""

    async def _judged(self, _: list[Step]) -> Finding | None:
        return None


async def test_machine_too_busy_for_the_budget_runs_some_programs() -> None:
    search = Passes(fresh=None, link=None, seed=1, budget=0.0, examples=None)  # type: ignore[arg-type]
    assert await search.findings() == []
    assert search.tally.programs == LEAST


@pytest.mark.io
async def test_known_failing_list_holds_for_clients(tmp_path: Path) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("state/client-replaces-its-whole-copy   it merges\n")
    options = ("-k", "client-replaces-its-whole-copy", f"--known-failing={listed}")
    assert (await run_kit(client("MergesStates"), *options)).status == 0
    assert (await run_kit(client("Honest"), *options)).status == 1


@pytest.mark.io
@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["--client-cmd=true"], 2, "write {url} where the command takes its URL"),
        (
            ["--client-cmd=true {url}", "--server-url=ws://127.0.0.1:1/"],
            2,
            "is for judging a server",
        ),
        (["--listen=8765"], 2, "write an address and a port"),
        (["--client-cmd=/nowhere/at/all {url}"], 3, "the client does not start"),
    ],
    ids=["no-url", "both-sides", "no-address", "no-program"],
)
async def test_option_that_can_not_be_right_is_told(
    options: list[str], status: int, sentence: str
) -> None:
    result = await run_kit(*options)
    assert result.status == status
    assert sentence in result.output


@pytest.mark.io
async def test_client_that_ends_at_once_is_told_with_what_it_printed() -> None:
    program = shlex.join([sys.executable, "-c", "import sys; sys.exit('no luck')"])
    result = await run_kit(f"--client-cmd={program} {{url}}")
    assert result.status == 3
    assert "no client connected" in result.output
    assert "no luck" in result.output


def text(type_: str, data: object) -> str:
    return Event(type_, data).text()


REPLACE = [{"op": "replace", "path": "/a", "value": 2}]


@pytest.mark.parametrize(
    ("requirement", "frames"),
    [
        ("state-client-base", [text("_PATCH:B", REPLACE)]),
        ("state-client-patch", [text("_PATCH:A", [{"op": "remove", "path": "/b"}])]),
        ("patch-shape", [text("_PATCH:A", [{"op": "add", "path": "/a"}])]),
        ("actions-shape", [text("_ACTION:A", {"name": "x"})]),
        ("events-envelope", [text("_TOAST", {"message": "x", "type": "info"})]),
        ("binary-pair", [b"alone"]),
        ("versioning-hello-late", [text("_HELLO", {"extensions": []})]),
        ("events-strict-json", ['{"type":"_SET:A","data":{"a":NaN}}']),
    ],
)
def test_illegal_frame_of_a_client_is_blamed(requirement: str, frames: list[str | bytes]) -> None:
    legality = ClientLegality()
    legality.mirror.set("A", {"a": 1})
    for frame in frames:
        legality.binary(frame) if isinstance(frame, bytes) else legality.text(frame)
    assert [violation.requirement for violation in legality.violations] == [requirement]


def test_state_that_a_client_sends_is_the_base_of_its_next_patch() -> None:
    legality = ClientLegality()
    legality.mirror.set("A", {"a": 1, "b": 1})
    legality.text(text("_SET:A", {"a": 5}))
    legality.text(text("_PATCH:A", [{"op": "test", "path": "/a", "value": 5}]))
    assert not legality.violations
    assert legality.mirror["A"] == {"a": 5, "b": 1}


@each(range(50))
def test_drawn_patch_can_be_applied_and_keeps_the_attributes(seed: int) -> None:
    before = {name: [] if name == "items" else {"a": [1]} for name in ASSIGNABLE}
    operations = generators.patch(Random(seed), before, 5)
    mirror = Mirror()
    mirror.set("", before)
    mirror.patch("", operations)
    assert mirror[""].keys() == before.keys()
    assert isinstance(mirror[""]["items"], list)


def rows(wait: Callable[[int, Random], float], seed: int) -> list[list[float]]:
    """Three rows of waits, each from 0 on, with what a clock adds to them."""
    random = Random(seed)
    return [[wait(at, random) + random.uniform(0, 0.002) for at in range(8)] for _ in range(3)]


HALF: dict[str, Callable[[int, Random], float]] = {
    "doubled": lambda at, random: min(10, 0.25 * 2**at) * random.uniform(0.5, 1),
    "near-its-limit": lambda at, random: min(0.2, 0.15 * 2**at) * random.uniform(0.5, 1),
    "a-tenth-of-it": lambda at, random: min(0.2, 0.05 * 2**at) * random.uniform(0.9, 1),
    "full": lambda at, random: min(0.2, 0.03 * 1.5**at) * random.uniform(0, 1),
}


@each(HALF)
def test_waits_that_grow_and_have_a_random_part_are_never_taken_for_others(
    wait: Callable[[int, Random], float],
) -> None:
    for seed in range(100):
        found = rows(wait, seed)
        assert grow(found), seed
        assert vary(found), seed


@each(range(100))
def test_other_waits_are_told(seed: int) -> None:
    assert not grow(rows(lambda _, __: 0.1, seed))
    assert not vary(rows(lambda _, __: 0.1, seed))
    assert not vary(rows(lambda at, _: 0.1 * 2**at, seed))


@each(range(100))
def test_a_busy_machine_makes_no_wait_grow_or_vary(seed: int) -> None:
    found = rows(lambda _, __: 0.015, seed)
    found[0][3], found[1][7] = 0.09, 0.04
    assert not grow(found)
    assert not vary(found)


def test_row_of_long_waits_ends_sooner() -> None:
    assert not is_enough([0.1] * 7)
    assert is_enough([0.1] * 8)
    assert not is_enough([0.25, 0.5, 1, 4])
    assert is_enough([0.25, 0.5, 1, 2, 4])
