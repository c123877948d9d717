"""What the kit says of applications that know nothing of the testee contract, and does to them."""

from __future__ import annotations

import json
import re
import shlex
import socket
from pathlib import Path

import pytest

from conformance.driver.process import free_port
from conformance.spec import deviation
from tests import forked
from tests.conformance import strangers
from tests.conformance.kit import QUICK, run_kit
from tests.conformance.strangers import Stranger, events, serving
from tests.mutants import legal, patch, session, state
from tests.mutants.contract import initial
from tests.mutants.honest import Honest

pytestmark = pytest.mark.io

BRIEFLY = ("--no-testee", "--listen-for", "0.2s")
AS_APPLICATION = (*BRIEFLY, "-k", "application/")
CALLING = ("-k", "patches_lead or fall_back")
REFUSED = ("--no-testee", "--allow-writes", "-k", "refused_patch_changes")
APART = "application/ and (takeover or fall_back or get_is)"
ACTIONS = {
    *("reset", "assign", "assignMany", "assignQuietly", "publish", "burst", "assignLater"),
    *("callBack", "notify", "sendFile", "sendBytes", "receiveBytes", "typed", "fail"),
    *("count", "wait", "crash"),
}


def serve_notes() -> str:
    """The command that serves the applications of `notes.py`."""
    served = ("-m", "ws_sync.cli", "serve", "tests.conformance.notes:app", "--port")
    return f"{shlex.join(forked.python(*served))} {{port}}"


async def judge_notes(path: str, *options: str) -> str:
    """What the kit prints of an application of `notes.py`, which it must find conformant."""
    url = f"ws://127.0.0.1:{{port}}/{path}"
    result = await run_kit("--server-cmd", serve_notes(), "--server-url", url, *options)
    assert "NOT conformant" not in result.output
    assert result.status == 0
    return result.output


async def test_application_is_judged_without_a_testee(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    output = await judge_notes("notes", "--listen-for", "0.2s", "--report-json", str(report))
    assert "cases (needs a testee, the small application of spec/testee.md" in output
    assert "without a testee, with the documents NOTES" in output
    assert "not testable: 1 case (no patch arrived within 0.2 s: change something" in output
    assert "cases (needs --allow-writes: it writes to the documents, and restores" in output
    document = json.loads(report.read_text())
    assert deviation("report", document) is None
    assert document["target"]["testee"] is False
    assert document["target"]["documents"] == ["NOTES"]
    verdicts = {case["verdict"] for case in document["cases"] if "application/" in case["id"]}
    assert verdicts == {"passed", "not testable"}
    others = {case["verdict"] for case in document["cases"] if "application/" not in case["id"]}
    assert others == {"not testable"}


async def test_application_that_may_be_written_to_passes_everything() -> None:
    output = await judge_notes(
        "notes", "--listen-for", "0.2s", "--allow-writes", "-k", "application/"
    )
    assert re.search(r"^application +(\d+) +·$", output, re.MULTILINE)
    assert "be restored" not in output


async def test_named_action_makes_patches_to_judge() -> None:
    call = 'NOTES={"type":"ADD","note":"of the kit"}'
    output = await judge_notes("notes", "--allow-writes", "--call", call, *CALLING)
    assert re.search(r"^application +2 +·$", output, re.MULTILINE)
    assert "had no effect" not in output


@pytest.mark.parametrize("path", ["notes", "clock"])
async def test_named_action_that_changes_nothing_is_told(path: str) -> None:
    document = path.upper()
    calls = [f'{document}={{"type":"AD","note":"of the kit"}}', f'{document}={{"type":"DROP"}}']
    options = [word for call in calls for word in ("--call", call)]
    output = await judge_notes(path, "--allow-writes", "--listen-for", "0.2s", *options, *CALLING)
    for call in calls:
        told = f"warning: --call {call} had no effect: no patch arrived within 0.2 s"
        assert output.count(told) == 1


async def test_action_is_told_from_those_that_change_something() -> None:
    calls = ('NOTES={"type":"DROP"}', 'NOTES={"type":"ADD","note":"of the kit"}')
    options = [word for call in calls for word in ("--call", call)]
    output = await judge_notes(
        "notes", "--allow-writes", "--listen-for", "0.2s", *options, *CALLING
    )
    assert f"warning: --call {calls[0]} had no effect" in output
    assert output.count("had no effect") == 1


async def test_action_of_a_document_that_is_not_announced_is_a_wrong_option() -> None:
    call = 'NOTE={"type":"ADD"}'
    port = free_port()
    url = f"ws://127.0.0.1:{port}/notes"
    options = ("--server-cmd", serve_notes(), "--server-url", url, "--allow-writes", "--call", call)
    result = await run_kit(*options)
    said = f"ws-sync: --call {call}: the server announces no document 'NOTE'; it announces NOTES\n"
    assert result.output == said
    assert result.status == 2
    with pytest.raises(ConnectionRefusedError):  # the kit has not left its server behind
        socket.create_connection(("127.0.0.1", port))


async def test_patches_of_a_clock_are_judged_and_its_quiet_changes_are_not_blamed() -> None:
    output = await judge_notes("clock", "-k", "application/ and not (write or written or refused)")
    assert re.search(r"^application +(\d+) +·$", output, re.MULTILINE)


async def test_application_with_a_session_for_each_connection_is_not_blamed() -> None:
    output = await judge_notes("apart", "--listen-for", "0.2s", "-k", APART)
    said = "not testable: 3 cases (needs connections to one URL that share a session"
    assert said in output


@pytest.mark.parametrize("writes", [False, True], ids=["read-only", "allow-writes"])
async def test_nothing_is_written_or_called_without_leave(writes: bool) -> None:
    async with serving(Stranger) as (url, server):
        leave = ["--allow-writes"] if writes else []
        result = await run_kit("--server-url", url, *AS_APPLICATION, *leave)
        sent = events(server)
        frames = strangers.frames(server)
        states = [session.documents for session in server.sessions.values()]
    assert result.status == 0
    assert {type_ for type_, _ in sent} >= {"_GET:TESTEE"}
    writing = [type_ for type_, _ in sent if type_.startswith(("_SET", "_PATCH"))]
    assert bool(writing) is writes
    assert any(word in str(frame) for frame in frames for word in ("_PATCH", "_SET")) is writes
    called = {
        data.get("type")
        for type_, data in sent
        if type_.startswith(("_ACTION", "_TASK")) and isinstance(data, dict)
    }
    assert len(called) > 1
    assert called.isdisjoint(ACTIONS)
    assert all(documents == initial() for documents in states)


@pytest.mark.parametrize(
    ("kind", "requirement"),
    [
        (strangers.Miscounts, "state-converges"),
        (strangers.SaysYes, "actions-unknown"),
        (strangers.FallsBack, "session-resumes"),
        (session.CleansUpNewer, "session-takeover"),
        (session.JustCloses, "session-takeover-disconnect"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
async def test_wrong_application_is_found_without_writing(
    kind: type[Honest], requirement: str
) -> None:
    async with serving(kind) as (url, _):
        select = f"application/ and {requirement}"
        result = await run_kit("--server-url", url, *BRIEFLY, "-k", select)
    assert f"  requirement  {requirement} (" in result.output
    assert "an error of the kit" not in result.output
    assert result.status == 1


@pytest.mark.parametrize(
    ("kind", "requirement"),
    [
        (patch.AppliesHalf, "patch-atomic"),
        (state.RefusesSilently, "state-refused-resync"),
        (session.ForgetsOnClose, "session-persistent"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
async def test_wrong_application_is_found_by_writing_and_is_left_as_it_was(
    kind: type[Honest], requirement: str
) -> None:
    async with serving(kind) as (url, server):
        options = ("--allow-writes", *QUICK, "-k", f"application/ and {requirement}")
        result = await run_kit("--server-url", url, *BRIEFLY, *options)
        states = [session.documents for session in server.sessions.values()]
    assert f"  requirement  {requirement} (" in result.output
    assert result.status == 1
    assert all(documents == initial() for documents in states)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (strangers.AppliesHalfElsewhere, "second-half-fails"),
        (strangers.CopiesShallowly, "second-half-fails"),
        (strangers.IgnoresTests, "test-fails"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else value,
)
async def test_refused_patch_that_was_taken_is_found(kind: type[Honest], wrong: str) -> None:
    async with serving(kind) as (url, _):
        result = await run_kit("--server-url", url, *REFUSED)
    assert f"application/refused-patch-changes-nothing[{wrong}]\n" in result.output
    assert "could not be restored" not in result.output
    assert result.status == 1


@pytest.mark.parametrize("kind", [strangers.CountsRefusals, legal.Strict], ids=lambda k: k.__name__)
async def test_application_that_changes_at_a_refusal_is_not_blamed(kind: type[Honest]) -> None:
    async with serving(kind) as (url, _):
        result = await run_kit("--server-url", url, *REFUSED)
    assert re.search(r"^application +3 +·$", result.output, re.MULTILINE)
    assert result.status == 0


async def test_what_could_not_be_put_back_is_told(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    async with serving(strangers.OneWay) as (url, _):
        result = await run_kit(
            "--server-url", url, *AS_APPLICATION, "--allow-writes", "--report-json", str(report)
        )
    told = "TESTEE: 'number' could not be restored: it was 0 and is 1"
    assert f"warning: {told}" in result.output
    assert told in json.loads(report.read_text())["warnings"]
    assert result.status == 0


@pytest.mark.parametrize(
    "kind",
    [legal.SetsInsteadOfPatches, legal.MovesAndTests, legal.CorrectsLater, legal.Strict],
    ids=lambda kind: kind.__name__,
)
async def test_odd_application_is_not_blamed(kind: type[Honest]) -> None:
    async with serving(kind) as (url, _):
        result = await run_kit("--server-url", url, *AS_APPLICATION, "--allow-writes")
    assert "FAILURES" not in result.output
    assert "WARNINGS" not in result.output
    assert result.status == 0


async def test_names_that_mean_nothing_differ_from_run_to_run() -> None:
    called = set()
    for _ in range(2):
        async with serving(Stranger) as (url, server):
            await run_kit("--server-url", url, "--no-testee", "-k", "unknown-action")
            called |= {d["type"] for type_, d in events(server) if type_ == "_ACTION:TESTEE"}
    assert len(called) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--call", 'NOTES={"type":"ADD"}'], "give --allow-writes too"),
        (["--allow-writes", "--call", "NOTES:ADD"], 'write KEY={"type":"NAME",…}'),
        (["--allow-writes", "--call", 'NOTES={"note":1}'], 'write KEY={"type":"NAME",…}'),
        (["--listen-for", "soon"], "--listen-for 'soon': write a number and s, m or h"),
    ],
    ids=["no-leave", "no-json", "no-name", "listen"],
)
async def test_wrong_option_is_named(options: list[str], said: str) -> None:
    result = await run_kit(*options)
    assert said in result.output
    assert result.status == 2


async def test_application_that_announces_nothing_leaves_nothing_to_judge() -> None:
    async with serving(strangers.Silent) as (url, _):
        result = await run_kit("--server-url", url, "--no-testee", *QUICK)
    assert "so there is nothing to judge" in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 2
