"""Collects replay files as cases: a program is run step by step, a scripted case by its id.

pytest comes by the files of the kit's own folder; those that the command line names are added to
what it has collected, so that it does not load a `conftest.py` that stands near them.
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
from conformance.proxy.rerun import PREFIX, Rerun
from conformance.replay.file import Replay, ReplayError, in_folder, load
from conformance.replay.write import keep
from conformance.runner.case import Case, of_item
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
"""Why a file can't be run where the other side is judged: cases of both have the same ids."""
CONVERGES = "state-converges"
"""What a program breaks where the violation names no requirement; as cases/test_sequences.py."""

SHIPPED = pytest.StashKey[dict[Path, Replay]]()
NAMED = pytest.StashKey[dict[Path, Replay]]()
"""The files that the command line names, by their paths."""


class UntakenStep(Exception):
    """A step of a program that this kit can't take; the text names it."""


class ReplayFile(pytest.File):
    """The collector of one file, which is one case.

    Attributes:
        replay: What the file holds.
    """

    def __init__(self, *, replay: Replay, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.replay = replay

    def collect(self) -> Iterable[pytest.Item]:
        """The item that runs it.

        Raises:
            CollectError: The kit has no case of that id, or it is one of the other side.
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
    """Takes the steps of a generated program."""

    parent: ReplayFile

    def runtest(self) -> None:
        """Take all steps.

        Raises:
            Violation: The server did not do what it had to.
            UntakenStep: The kit can't take one of them.
        """
        asyncio.run(self._take(self.parent.replay.program or []))

    async def _take(self, program: list[dict[str, Any]]) -> None:
        dialogue = self.stash[DIALOGUE] = Dialogue(self.config.stash[OPTIONS].target)
        sequence: Sequence | Rerun
        try:
            if program and str(program[0]["do"]).startswith(PREFIX):
                sequence = Rerun(dialogue.target, dialogue.trace)
                await sequence.run(program, self.parent.replay.requirement)
            else:
                sequence = Sequence(dialogue)
                await sequence.run(program)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # A step of another edition of the kit, or one that lacks something it needs.
            number = sequence.position
            raise UntakenStep(
                f"step {number + 1} of its program, {compact(program[number])}, is none that this "
                f"kit can take ({type(error).__name__}: {error})"
            ) from error
        finally:
            await dialogue.release()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any) -> Any:
        """The sentence alone where it says all."""
        if isinstance(excinfo.value, UntakenStep):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *arguments)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The file and the case's id."""
        return self.path, None, f"{SECTION}/{self.name}"


def pytest_conformance_case(item: pytest.Item) -> Case | None:
    """The case that a replay file is, or None for another item."""
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
    """Read all files first, so that a wrong one is a wrong option and no case."""
    named = config.stash.setdefault(NAMED, {})
    shipped = config.stash[SHIPPED] = {}
    for folder, found in [(CASES / SECTION, shipped)] + [
        (Path(given), named) for given in config.getoption("replays")
    ]:
        if not folder.is_dir():
            raise pytest.UsageError(f"--replays {folder}: it is no folder")
        for path in in_folder(folder):
            try:
                found[path.resolve()] = load(path)
            except ReplayError as error:
                raise pytest.UsageError(f"{path} is no replay file: {error}") from error
    if config.getoption("replays"):
        _demand_different_names([*shipped, *named])


def _demand_different_names(paths: list[Path]) -> None:
    by_id: dict[str, Path] = {}
    for path in paths:
        other = by_id.setdefault(_identifier(path), path)
        if other != path:
            raise pytest.UsageError(f"{other} and {path} would be one case, {_identifier(path)}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ReplayFile | None:
    """Collect the files of the kit's own folder."""
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
    """Blame what names no requirement on what the case that failed is bound to.

    Not on what its file is bound to: a case can fail by a requirement that is not its own.
    """
    try:
        return (yield)
    except Violation as violation:
        if violation.requirement is None and item.getparent(ReplayFile) is not None:
            scripted = not isinstance(item, Program)
            violation.requirement = of_item(item).requirement.id if scripted else CONVERGES
        raise
