"""Failures as files: they are written, replayed, and collected as cases."""

from __future__ import annotations

import asyncio
import json
import shlex
import socket
from pathlib import Path
from typing import Any

import pytest

from conformance.driver.target import Target
from conformance.driver.trace import Trace
from conformance.errors import Violation
from conformance.replay.write import keep
from conformance.runner.case import Case
from conformance.runner.known_failing import Known
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome, Verdict
from conformance.spec import deviation, requirements, schemas
from tests.conformance import liars
from tests.conformance.hostile import serving
from tests.conformance.kit import QUICK, Result, run
from tests.conformance.liars import lying
from tests.deadlines import DEADLINE
from tests.mutants.honest import Honest
from tests.mutants.state import SkipsLastOfBurst

pytestmark = pytest.mark.io

GENERATED, SCRIPTED = schemas()["replay"]["examples"]
DEADLY = "test_actions.py and burst"
REPLAYS = Path(".ws-sync", "replays")
TOAST = "notices/toast-arrives-with-its-level[info]"
EMBEDDED = "no URL is given: the kit judges the reference server"
SEARCH = (
    "-k",
    "sequences",
    "--budget",
    "20s",
    "--max-examples",
    "40",
    "--seed",
    "1",
    *QUICK,
)


async def kit(cwd: Path, *options: str) -> Result:
    """Run the kit in a folder."""
    return await run("conformance", *options, cwd=cwd)


async def replay(cwd: Path, *arguments: str) -> Result:
    """Run `python -m conformance.replay` in a folder."""
    return await run("conformance.replay", *arguments, cwd=cwd)


async def failed_toast(cwd: Path, url: str, *options: str) -> Result:
    """Run a failing case against a wrong testee."""
    return await kit(cwd, "--server-url", url, *QUICK, "-k", "its_level and info", *options)


def files(folder: Path) -> dict[str, Any]:
    """Return the replay files of a folder by name, after validating each."""
    found = {path.name: json.loads(path.read_text()) for path in sorted(folder.iterdir())}
    assert [deviation("replay", document) for document in found.values()] == [None] * len(found)
    return found


def everything(folder: Path) -> list[str]:
    """Return the files of a folder and of its subfolders, and the empty subfolders."""
    found = [path for path in folder.rglob("*") if path.is_file() or not any(path.iterdir())]
    return [path.relative_to(folder).as_posix() for path in found]


def commands(output: str) -> list[list[str]]:
    """Return the arguments of the commands at the end of failures."""
    lines = [line for line in output.splitlines() if line.startswith("  replay  ")]
    found = [shlex.split(line) for line in lines]
    assert all(words[:3] == ["replay", "ws-sync", "replay"] for words in found)
    return [words[3:] for words in found]


def written(folder: Path, document: dict[str, Any], name: str = "one.json") -> str:
    """Write a replay file; return its path."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(document))
    return str(folder / name)


# A failure becomes a file


async def test_scripted_failure_is_replayed_by_the_command_that_it_ends_with(
    tmp_path: Path,
) -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await failed_toast(tmp_path, url, "--auth-url", url.replace("{session}", "x"))
        (document,) = files(tmp_path / REPLAYS).values()
        (command,) = commands(result.output)
        again = await run("ws_sync.cli", "replay", *command, cwd=tmp_path)
    assert document["case"] == TOAST
    assert document["requirement"] == "notices-toast"
    assert document["expected"] == "the event _TOAST"
    assert document["needs"] == ["toast"]
    assert document["program"] is document["seed"] is None
    assert document["url"] == url
    assert any(entry["direction"] == "sent" for entry in document["dialogue"])
    assert command[1:3] == [url, "--auth-url"]
    assert f"replay files: 1 in {REPLAYS}" in result.output
    assert "expected     the event _TOAST" in again.output
    assert again.output.endswith(f"{command[0]}: still failing (notices-toast)\n")
    assert again.status == 1


async def test_generated_failure_is_replayed_by_its_program(tmp_path: Path) -> None:
    async with serving(SkipsLastOfBurst) as url:
        result = await kit(tmp_path, "--server-url", url, *SEARCH)
        found = files(tmp_path / REPLAYS)
        command = commands(result.output)[0]
        again = await replay(tmp_path, *command)
        left = files(tmp_path / REPLAYS)
    assert len(found) == len(commands(result.output))
    document = found["sequences.server-and-client-agree-after-every-step.json"]
    assert "burst" in {step["do"] for step in document["program"]}
    assert document["seed"] == 1
    assert command[0] in {str(REPLAYS / name) for name in found}
    assert command[1:] == [url, *QUICK]
    assert again.output.endswith(f"{command[0]}: still failing (state-converges)\n")
    assert again.status == 1
    assert left == found
    fixed = await replay(tmp_path, str(REPLAYS))
    verdicts = [f"{REPLAYS / name}: fixed" for name in sorted(found)]
    total = [f"{len(found)} fixed"] if len(found) > 1 else []
    assert fixed.output.splitlines() == [EMBEDDED, *verdicts, *total]
    assert fixed.status == 0


def test_findings_of_one_case_are_files_of_their_own(tmp_path: Path) -> None:
    chosen = Options(
        Target("ws://h/{session}"),
        None,
        False,
        Known(),
        None,
        True,
        1.0,
        None,
        5,
        tmp_path,
        ["ws://h/{session}"],
    )
    bound = Case("sequences/a", requirements()["state-converges"], frozenset())
    outcome = Outcome(bound, Verdict.FAIL, trace=Trace())
    for kind in ("burst", "publish"):
        finding = Finding("state-converges", Violation(), "", Trace(), steps=[{"do": kind}], seed=5)
        text = keep(outcome, finding, chosen)
        assert text == f"ws-sync replay {outcome.replays[-1]} 'ws://h/{{session}}'"
    assert {name: document["program"] for name, document in files(tmp_path).items()} == {
        "sequences.a.json": [{"do": "burst"}],
        "sequences.a.2.json": [{"do": "publish"}],
    }


def test_file_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.a.json").mkdir()
    chosen = Options(
        Target("ws://h"), None, False, Known(), None, True, 1.0, None, 5, tmp_path, ["ws://h"]
    )
    bound = Case("state/a", requirements()["state-get"], frozenset())
    outcome = Outcome(bound, Verdict.FAIL)
    text = keep(outcome, Finding("state-get", Violation(), "", Trace()), chosen)
    assert text is not None
    assert text.endswith("state.a.json can't be written: Is a directory")
    assert outcome.replays == []


async def test_second_run_overwrites_the_file_of_the_same_case(tmp_path: Path) -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        await failed_toast(tmp_path, url)
        ((name, first),) = files(tmp_path / REPLAYS).items()
        await failed_toast(tmp_path, url)
    ((same_name, second),) = files(tmp_path / REPLAYS).items()
    assert same_name == name
    assert first["dialogue"] != second["dialogue"]


async def test_warning_is_a_file_too(tmp_path: Path) -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await kit(
            tmp_path, "--server-url", url, *QUICK, "-k", "crossing_writes", "--replay-dir", "mine"
        )
        ((name, document),) = files(tmp_path / "mine").items()
        again = await replay(tmp_path, f"mine/{name}", url, *QUICK)
    assert result.status == 0
    assert document["requirement"] == "state-crossing"
    assert again.output.endswith(f"mine/{name}: still failing (state-crossing)\n")
    assert again.status == 1


async def test_death_of_the_server_is_a_file_too(tmp_path: Path) -> None:
    gone = asyncio.Event()
    async with lying(liars.dies_with_its_second_action(gone)) as url:
        running = asyncio.create_task(kit(tmp_path, "--server-url", url, *QUICK, "-k", DEADLY))
        await asyncio.wait_for(gone.wait(), DEADLINE)
    result = await running
    assert "The server has died: it no longer listens; it died during this case" in result.output
    (document,) = files(tmp_path / REPLAYS).values()
    assert document["case"].startswith("actions/")


async def test_known_failure_is_a_file_that_is_not_named(tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text(f"{TOAST}  it has none\n")
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await failed_toast(tmp_path, url, "--known-failing", str(known))
    assert result.status == 0
    assert len(files(tmp_path / REPLAYS)) == 1
    assert "replay" not in result.output


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("-k", "unknown_action_is"), [".ws-sync/last-run.json"]),
        ((*QUICK, "-k", "its_level and info", "--replay-dir="), []),
    ],
)
async def test_folder_is_made_only_for_files(
    options: tuple[str, ...], left: list[str], tmp_path: Path
) -> None:
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await kit(tmp_path, "--server-url", url, *options)
    assert "ws-sync replay" not in result.output
    assert everything(tmp_path) == left


async def test_folder_that_is_none_is_a_wrong_option(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for option in ("--replay-dir", "--replays"):
        result = await kit(tmp_path, option, "file")
        assert f"{option} file: this is not a directory" in result.output
        assert result.status == 2


# A file is replayed


async def test_other_requirement_fails_differently(tmp_path: Path) -> None:
    path = written(tmp_path, SCRIPTED | {"case": TOAST, "requirement": "state-get"})
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await replay(tmp_path, path, url, *QUICK)
    assert f"{path}: fails differently (notices-toast instead of state-get)\n" in result.output
    assert result.status == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (GENERATED | {"format": "other"}, "its format is 'other'"),
        (SCRIPTED | {"case": "state/no-such-case"}, "this kit has no case 'state/no-such-case'"),
        (SCRIPTED | {"case": "nowhere/case"}, "this kit has no case 'nowhere/case'"),
        (SCRIPTED | {"needs": ["tasks"]}, "the testee does not list `tasks`"),
        (GENERATED | {"needs": ["binary"]}, "the testee does not list `binary`"),
        (
            GENERATED | {"program": [{"do": "publish"}, {"do": "fly", "where": 1}]},
            'this kit can\'t run step 2 of the program, {"do":"fly","where":1} (',
        ),
        (GENERATED | {"program": [{"do": "burst"}]}, 'step 1 of the program, {"do":"burst"}'),
    ],
    ids=["file", "case", "section", "needs", "generated", "step", "argument"],
)
async def test_what_could_not_run_says_why(
    document: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, document)
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await replay(tmp_path, path, url, *QUICK)
    assert result.output.startswith(f"{path}: could not run: ")
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert result.status == 2


async def test_option_that_is_missing_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, SCRIPTED | {"case": "session/identification-is-asked-for-first"})
    async with serving(Honest) as url:
        result = await replay(tmp_path, path, url)
    assert result.output == f"{path}: could not run: needs --auth-url\n"
    assert result.status == 2


async def test_each_of_several_files_has_its_verdict(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    written(folder, SCRIPTED, "a.json")
    written(folder, SCRIPTED | {"version": 0}, "b.json")
    (tmp_path / "empty").mkdir()
    async with serving(Honest) as url:
        result = await replay(tmp_path, "nothing.json", "folder", url, "empty")
    assert result.output.splitlines() == [
        "nothing.json: could not run: it can't be read: No such file or directory",
        "folder/a.json: fixed",
        "folder/b.json: could not run: its version is 0; this kit reads 1",
        "empty: could not run: the directory has no *.json file",
        "1 fixed, 3 could not run",
    ]
    assert result.status == 2


async def test_several_files_are_summed_up(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    written(folder, SCRIPTED | {"case": TOAST, "requirement": "notices-toast"}, "a.json")
    written(folder, SCRIPTED | {"case": TOAST, "requirement": "state-get"}, "b.json")
    written(folder, SCRIPTED | {"needs": ["tasks"]}, "c.json")
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await replay(tmp_path, "folder", url, *QUICK)
    total = "1 still failing, 1 fails differently, 1 could not run"
    assert result.output.splitlines()[-1] == total
    assert result.status == 1


async def test_server_is_named_where_no_url_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, SCRIPTED)
    result = await replay(tmp_path, path)
    assert result.output.splitlines() == [EMBEDDED, f"{path}: fixed"]
    assert result.status == 0


async def test_server_that_is_not_there_is_status_3(tmp_path: Path) -> None:
    path = written(tmp_path, GENERATED)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}/ws"
        result = await replay(tmp_path, path, url)
    assert f"{path}: could not run: no server listens at {url}" in result.output
    assert result.status == 3


@pytest.mark.parametrize(
    "arguments", [(), ("ws://127.0.0.1:1/ws",), ("a.json", "ws://h/a", "ws://h/b"), ("--nonsense",)]
)
async def test_wrong_arguments_are_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = await replay(tmp_path, *arguments)
    assert "usage: ws-sync replay" in result.output
    assert result.status == 2


async def test_command_that_starts_the_server_is_used_again(tmp_path: Path) -> None:
    command = "python-that-is-not-there {port}"
    path = written(tmp_path, GENERATED)
    result = await replay(tmp_path, path, "--server-cmd", command)
    assert "could not run: the server does not start: 'python-that-is-not-there" in result.output
    assert result.status == 3


# A file is a case


async def test_moved_file_is_a_case(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    written(kept, GENERATED, "found 0.json")
    written(kept, GENERATED, "found-1.json")
    (kept / "conftest.py").write_text("raise RuntimeError('this is not for the kit')\n")
    (tmp_path / "known.txt").write_text("replays/found_0  it is not repaired yet\n")
    options = ("--replays", "kept", "-k", "replays/found")
    async with serving(SkipsLastOfBurst) as url:
        failed = await kit(
            tmp_path, "--server-url", url, *QUICK, *options,
            "--known-failing", "known.txt",
        )  # fmt: skip
    assert "replays/found-1\n  requirement  state-converges" in failed.output
    assert "1 known failing" in failed.output
    assert failed.status == 1
    passed = await kit(tmp_path, *options)
    assert "2 passed" in passed.output
    assert passed.status == 0


async def test_failed_case_of_a_file_is_written_as_what_it_was(tmp_path: Path) -> None:
    written(tmp_path / "kept", GENERATED, "burst.json")
    async with serving(SkipsLastOfBurst) as url:
        options = ("--server-url", url, *QUICK, "--replays", "kept")
        await kit(tmp_path, *options, "-k", "replays/burst and not then")
    (found,) = files(tmp_path / REPLAYS).values()
    for member in ("case", "requirement", "program", "seed"):
        assert found[member] == GENERATED[member]


async def test_scripted_file_is_a_case_that_needs_its_features(tmp_path: Path) -> None:
    written(tmp_path / "kept", SCRIPTED, "toast.json")
    written(tmp_path / "more", SCRIPTED | {"needs": ["tasks"]}, "other.json")
    report = tmp_path / "report.json"
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await kit(
            tmp_path, "--server-url", url, *QUICK, "-k", "replays/toast or replays/other",
            "--replays", "kept", "--replays", "more", "--report-json", str(report),
        )  # fmt: skip
    assert result.status == 1
    cases = json.loads(report.read_text())["cases"]
    assert [(c["id"], c["verdict"], c["requirement"], c["needs"]) for c in cases] == [
        ("replays/toast", "failed", "notices-toast", ["toast"]),
        ("replays/other", "not applicable", "notices-toast", ["tasks", "toast"]),
    ]


async def test_violation_is_blamed_on_the_case_and_not_on_its_file(tmp_path: Path) -> None:
    written(tmp_path / "kept", SCRIPTED | {"requirement": "state-get"}, "toast.json")
    async with lying(liars.lists_toast_and_has_none) as url:
        options = ("--replays", "kept", "-k", "replays/toast")
        result = await kit(tmp_path, "--server-url", url, *QUICK, *options)
    assert "  requirement  notices-toast (server, MUST)" in result.output
    assert "  in a case of state-get, spec/state.md#state-get" in result.output


@pytest.mark.parametrize(
    ("document", "name", "said"),
    [
        (
            GENERATED | {"format": "other"},
            "bad.json",
            "bad.json is not a replay file: its format is",
        ),
        (GENERATED | {"version": 2}, "bad.json", "bad.json is not a replay file: its version is 2"),
        (SCRIPTED | {"case": "state/none"}, "bad.json", "bad.json: this kit has no case 'state/no"),
        (GENERATED, "edits-across-takeover-and-loss.json", "would be one case, replays/edits"),
    ],
    ids=["format", "version", "case", "name"],
)
async def test_wrong_file_among_cases_is_named(
    document: dict[str, Any], name: str, said: str, tmp_path: Path
) -> None:
    written(tmp_path / "kept", document, name)
    async with serving(Honest) as url:
        result = await kit(tmp_path, "--server-url", url, "--replays", "kept")
    assert said in result.output
    assert "Traceback" not in result.output
    assert result.status == 2


async def test_untaken_step_of_a_case_is_no_fault_of_the_server(tmp_path: Path) -> None:
    written(tmp_path / "kept", GENERATED | {"program": [{"do": "fly"}]}, "fly.json")
    async with serving(Honest) as url:
        options = ("--replays", "kept", "-k", "replays/fly")
        result = await kit(tmp_path, "--server-url", url, *options)
    assert "an error of the kit, not of the server" in result.output
    assert 'step 1 of the program, {"do":"fly"}' in result.output
    assert result.status == 1
    assert not (tmp_path / REPLAYS).exists()
