"""Mutants of spec/tasks.md: running, cancellable calls."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio

from tests.mutants.calls import Calls
from tests.mutants.contract import TASKS
from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class CountsOneLess(Mutant):
    """It runs one step too few of the task `count`."""

    breaks = "tasks-start"

    async def task_count(self, steps: int, intervalMs: float) -> None:  # noqa: N803 - the contract's
        await super().task_count(steps - 1, intervalMs)


class CountsOneMore(Mutant):
    """It runs one step too many of the task `count`."""

    breaks = "tasks-start"

    async def task_count(self, steps: int, intervalMs: float) -> None:  # noqa: N803
        await super().task_count(steps + 1, intervalMs)


class WaitsForTasks(Mutant):
    """It handles only cancellations and `_GET` while the task `wait` runs."""

    breaks = "tasks-concurrent"

    def handle_keyed(self, link: Link, name: str, key: str, data: JSON) -> None:
        if "wait" not in self.tasks or name in ("_GET", "_TASK_START", "_TASK_CANCEL"):
            super().handle_keyed(link, name, key, data)


class OneAtATime(Mutant):
    """It ignores the start of a task while another one runs."""

    breaks = "tasks-parallel"

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        if not self.tasks:
            super().start_task(link, key, data)


class StartsAnew(Mutant):
    """It restarts a running task."""

    breaks = "tasks-once"

    def already_running(self, name: str, arguments: dict[str, JSON]) -> None:
        assert self.link is not None
        self.tasks[name].cancel()
        self.tasks[name] = asyncio.create_task(self.run_task(self.link, name, arguments))


class RunsBeside(Mutant):
    """It runs a second instance of a task that is already running."""

    breaks = "tasks-once"

    def already_running(self, name: str, arguments: dict[str, JSON]) -> None:
        self.besides = asyncio.create_task(getattr(self, f"task_{name}")(**arguments))


class StopsOnSecondStart(Mutant):
    """It ends a running task that is started again."""

    breaks = "tasks-once"

    def already_running(self, name: str, arguments: dict[str, JSON]) -> None:
        self.end_cancelled(name)


class CancelsAll(Mutant):
    """It ends all tasks when one is cancelled."""

    breaks = "tasks-cancel"

    def end_cancelled(self, name: str) -> None:
        for other in [*self.tasks]:
            super().end_cancelled(other)


class OnlyHides(Mutant):
    """It removes a cancelled `wait` from the list, but does not end it."""

    breaks = "tasks-cancel"

    def end_cancelled(self, name: str) -> None:
        if name == "wait":
            self.end_task(name)
        else:
            super().end_cancelled(name)


class CancelsIdle(Mutant):
    """It ends a task that is not running as if it were."""

    breaks = "tasks-cancel-idle"

    def idle_task(self, link: Link, name: str) -> None:
        if name == "wait":
            self.do_assign("text", "cancelled")


class ClosesOnIdle(Mutant):
    """It closes the connection when a task is cancelled that is not running."""

    breaks = "tasks-cancel-idle"

    def idle_task(self, link: Link, name: str) -> None:
        if name in TASKS:
            link.close(1008)


class ListsForEver(Mutant):
    """It lists a task for ever if it is cancelled before its first step."""

    breaks = "tasks-cancel-early"
    hint = "cancelled-early"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.began: set[str] = set()

    async def run_task(self, link: Link, name: str, arguments: dict[str, JSON]) -> None:
        self.began.add(name)
        await super().run_task(link, name, arguments)

    def end_cancelled(self, name: str) -> None:
        if name in self.began:
            super().end_cancelled(name)
        else:
            self.tasks[name].cancel()


class RunsOnce(Mutant):
    """It never starts a task again that has failed."""

    breaks = "tasks-again"
    crashed = False

    def task_failed(self, link: Link, name: str, error: Exception) -> None:
        super().task_failed(link, name, error)
        self.crashed = True

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        if not (self.crashed and data == {"type": "crash"}):
            super().start_task(link, key, data)


class StartsActions(Mutant):
    """It runs an action when it is asked to start a task of that name."""

    breaks = "tasks-unknown"

    def unknown_task(self, link: Link, name: str, data: JSON) -> None:
        self.run_action(link, "TESTEE", data)


class ClosesOnUnknownTask(Mutant):
    """It closes the connection when a task is started that it does not have."""

    breaks = "tasks-unknown"

    def unknown_task(self, link: Link, name: str, data: JSON) -> None:
        link.close(1008)


class ClosesOnBadStart(Mutant):
    """It closes the connection when a task is started without a name."""

    breaks = "tasks-malformed"

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        if not isinstance(data, dict):
            link.close(1008)
        super().start_task(link, key, data)


class StartsByName(Mutant):
    """It takes a string for the name of the task to start."""

    breaks = "tasks-malformed"

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        super().start_task(link, key, {"type": data} if isinstance(data, str) else data)


class ClosesOnTaskFailure(Mutant):
    """It closes the connection when a task fails."""

    breaks = "tasks-error"

    def task_failed(self, link: Link, name: str, error: Exception) -> None:
        super().task_failed(link, name, error)
        link.close(1011)


class CancelsOnLeave(Mutant):
    """It cancels all tasks when the connection ends."""

    breaks = "tasks-survive"

    def leave(self, link: Link) -> None:
        super().leave(link)
        if self.link is None:
            for name in [*self.tasks]:
                self.end_cancelled(name)


class StartsSilently(Mutant):
    """It does not sync when a task starts."""

    breaks = "tasks-exposed"
    starting = False

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        self.starting = True
        Calls.start_task(self, link, key, data)
        self.starting = False

    def sync(self, key: str) -> None:
        if not self.starting:
            super().sync(key)


class CrashesSilently(Mutant):
    """It does not sync when a task ends by a failure."""

    breaks = "tasks-exposed"

    def task_failed(self, link: Link, name: str, error: Exception) -> None:
        del self.tasks[name]


class FinishesSilently(Mutant):
    """It does not sync when a task completes."""

    breaks = "tasks-exposed"
    finishing = False

    async def run_task(self, link: Link, name: str, arguments: dict[str, JSON]) -> None:
        await super().run_task(link, name, arguments)
        self.finishing = False

    async def task_count(self, steps: int, intervalMs: float) -> None:  # noqa: N803
        await super().task_count(steps, intervalMs)
        self.finishing = True

    def sync(self, key: str) -> None:
        if not self.finishing:
            super().sync(key)


class ClosesOnUnknownCancel(Mutant):
    """It closes the connection when a task is cancelled that it does not have."""

    breaks = "tasks-unknown"

    def idle_task(self, link: Link, name: str) -> None:
        if name not in TASKS:
            link.close(1008)


class ClosesOnBadTaskEvent(Mutant):
    """It closes the connection when a task is started or cancelled without a name."""

    breaks = "tasks-malformed"

    def call_refused(self, link: Link) -> None:
        link.close(1008)
