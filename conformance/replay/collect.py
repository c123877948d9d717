"""Collects replay files as cases: generated programs, and scripted cases by their ids.

pytest collects the files of the kit's own directory. The files that the command line names are
added afterwards, so that pytest does not load a `conftest.py` next to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from conformance.driver.dialogue import Dialogue
from conformance.errors import Violation
from conformance.protocol.wire import compact
from conformance.replay.file import Replay, ReplayError, in_folder, load
from conformance.replay.write import keep
from conformance.runner.case import Case, of_item
from conformance.runner.hooks import ProgramRun
from conformance.runner.keys import DIALOGUE, OPTIONS
from conformance.runner.options import Options
from conformance.runner.verdict import Finding, Outcome
from conformance.sequences.program_run import Sequence
from conformance.spec import requirements

SECTION = "replays"
CASES = Path(__file__).resolve().parents[1] / "cases"
CLIENT_CASES = CASES.parent / "client_cases"
OTHER_SIDE = {
    "client": "it was a client that failed: give --client-cmd COMMAND, or --listen ADDRESS",
    "server": "it was a server that failed: give its URL, and neither --client-cmd nor --listen",
}
"""Why a file of one side can't run against the other side: cases of both have the same ids."""
CONVERGES = "state-converges"
"""The requirement of programs whose violation names none, as in cases/test_sequences.py."""

SHIPPED = pytest.StashKey[dict[Path, Replay]]()
NAMED = pytest.StashKey[dict[Path, Replay]]()
"""The files that the command line names, by their paths."""


class UnknownStep(Exception):
    """A step of a program that this kit can't run; the text names it."""


class ReplayFile(pytest.File):
    """The collector of one file, which is one case."""

    def __init__(self, *, replay: Replay, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.replay = replay

    def collect(self) -> Iterable[pytest.Item]:
        """Return the item that runs it.

        Raises:
            CollectError: The kit has no case of that id, or the file is about the other side.
        """
        chosen = self.config.stash.get(OPTIONS, None)
        is_client = chosen is not None and chosen.target.is_client
        if (self.replay.side == "client") is not is_client:
            raise self.CollectError(f"{self.path}: {OTHER_SIDE[self.replay.side]}")
        if self.replay.program is not None:
            if not is_client:
                return [Program.from_parent(self, name=self.path.stem)]
            replayed = pytest.Module.from_parent(self, path=CLIENT_CASES / "replayed.py")
            return list(self.session.genitems(replayed))
        section = self.replay.case.partition("/")[0]
        module = (CLIENT_CASES if is_client else CASES) / f"test_{section}.py"
        if module.is_file():
            for item in self.session.genitems(pytest.Module.from_parent(self, path=module)):
                if of_item(item).id == self.replay.case:
                    return [item]
        raise self.CollectError(f"{self.path}: this kit has no case {self.replay.case!r}")


class Program(pytest.Item):
    """Runs a program against a server."""

    parent: ReplayFile

    def runtest(self) -> None:
        """Run all steps.

        Raises:
            UnknownStep: The kit can't run one of the steps.
        """
        asyncio.run(self._run(self.parent.replay.program or []))

    async def _run(self, program: list[dict[str, Any]]) -> None:
        dialogue = self.stash[DIALOGUE] = Dialogue(self.config.stash[OPTIONS].target)
        requirement = self.parent.replay.requirement
        other: ProgramRun | None = self.config.hook.pytest_conformance_program(
            program=program, requirement=requirement, dialogue=dialogue
        )
        sequence = other or Sequence(dialogue)
        try:
            await sequence.run(program)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # Another version of the kit has written the step, or it lacks a member.
            number = sequence.position
            raise UnknownStep(
                f"this kit can't run step {number + 1} of the program, "
                f"{compact(program[number])} ({type(error).__name__}: {error})"
            ) from error
        finally:
            await dialogue.release()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any) -> Any:
        """Return the sentence of an `UnknownStep`, without a traceback."""
        if isinstance(excinfo.value, UnknownStep):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *arguments)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the file and the case's id."""
        return self.path, None, f"{SECTION}/{self.name}"


def pytest_conformance_case(item: pytest.Item) -> Case | None:
    """Return the case of a replay file."""
    collector = item.getparent(ReplayFile)
    if collector is None:
        return None
    replay = collector.replay
    needs = replay.needs if isinstance(item, Program) else replay.needs | of_item(item).needs
    return Case(_identifier(collector.path), requirements()[replay.requirement], needs, replay)


def pytest_conformance_keep(outcome: Outcome, finding: Finding, chosen: Options) -> str | None:
    """Write the replay file of a failure."""
    return keep(outcome, finding, chosen)


def _identifier(path: Path) -> str:
    return f"{SECTION}/{'_'.join(path.stem.split())}"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Read all files first: an invalid file is a wrong option, not a case."""
    named = config.stash.setdefault(NAMED, {})
    shipped = config.stash[SHIPPED] = {}
    for folder, found in [(CASES / SECTION, shipped)] + [
        (Path(given), named) for given in config.getoption("replays")
    ]:
        if not folder.is_dir():
            raise pytest.UsageError(f"--replays {folder}: this is not a directory")
        for path in in_folder(folder):
            try:
                found[path.resolve()] = load(path)
            except ReplayError as error:
                raise pytest.UsageError(f"{path} is not a replay file: {error}") from error
    if config.getoption("replays"):
        _demand_different_names([*shipped, *named])


def _demand_different_names(paths: list[Path]) -> None:
    by_id: dict[str, Path] = {}
    for path in paths:
        other = by_id.setdefault(_identifier(path), path)
        if other != path:
            raise pytest.UsageError(f"{other} and {path} would be one case, {_identifier(path)}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ReplayFile | None:
    """Collect a file of the kit's own folder."""
    replay = parent.config.stash[SHIPPED].get(file_path.resolve())
    return None if replay is None else _collector(parent, file_path, replay)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the files that the command line names."""
    for path, replay in config.stash[NAMED].items():
        items += session.genitems(_collector(session, path, replay))


def _collector(parent: pytest.Collector, path: Path, replay: Replay) -> ReplayFile:
    found: ReplayFile = ReplayFile.from_parent(parent, path=path, replay=replay)
    return found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Give a violation without a requirement that of the case, not that of the file.

    The requirement of the file is the one that the case broke, which need not be its own.
    """
    try:
        return (yield)
    except Violation as violation:
        if violation.requirement is None and item.getparent(ReplayFile) is not None:
            scripted = not isinstance(item, Program)
            violation.requirement = of_item(item).requirement.id if scripted else CONVERGES
        raise
