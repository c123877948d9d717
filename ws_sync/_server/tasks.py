"""Running tasks of one object, at most one of each name, started and cancelled by the client.

A task may return, raise, or be cancelled by the client or the application, even before its first
step. One callback handles all of these, so a task leaves nothing behind (tasks-cancel-early,
tasks-again).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ws_sync._binding.arguments import split
from ws_sync._log import Log, log_fields
from ws_sync._server.counters import Counters
from ws_sync._server.inbound_limits import Intake
from ws_sync._server.instrumentation import instrumentation
from ws_sync._server.invoke import Threads
from ws_sync.exceptions import shorten

_NONE: frozenset[str] = frozenset()


class Tasks:
    """The tasks of one object.

    Attributes:
        functions: the functions that can be started, by name.
        cancels: the functions that are called in a cancelled task, by name.
        running: the running tasks by name, in the order of their start.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]],
        cancels: Mapping[str, Callable[..., Any]],
        changed: Callable[[], None],
        log: Log,
        counters: Counters | None = None,
        intake: Intake | None = None,
    ) -> None:
        """Offer tasks.

        Args:
            functions: see above; `start` takes arguments that fit them.
            cancels: see above; they take no arguments.
            changed: called when `names` has changed.
            log: the log of the document.
            counters: the counters of the session.
            intake: limits the running tasks of all objects of the session.
        """
        self.functions = functions
        self.cancels = cancels
        self.running: dict[str, asyncio.Task[None]] = {}
        self._ending = _NONE  # tasks whose cancel function runs
        self._changed = changed
        self._log = log
        self._counters = counters or Counters()
        self._intake = intake
        self._threads = intake.threads if intake is not None else Threads()

    @property
    def names(self) -> list[str]:
        """Names of the running tasks."""
        return list(self.running)

    def start(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Start the task `name`; ignored while it is running (tasks-once).

        Raises:
            Refused: too many tasks are running.
        """
        if name in self.running:
            self._log.warning(
                "the task %r is already running", name,
                extra=log_fields("task-running", "tasks-once", name=name),
            )  # fmt: skip
            return
        if self._intake is not None:
            self._intake.begin_task(name)
        run = partial(self._run, name, arguments)
        hooks = instrumentation.hooks
        running = run() if hooks is None else hooks.running(self._log.key, name, run)
        task = asyncio.get_running_loop().create_task(running, name=name)
        self.running[name] = task
        self._counters.started_tasks += 1
        task.add_done_callback(partial(self._ended, name))
        self._changed()

    def cancel(self, name: str) -> None:
        """Cancel the task `name`; ignored while it is not running (tasks-cancel-idle)."""
        if name not in self.running:
            self._log.warning(
                "the task %s is not running", shorten(repr(name)),
                extra=log_fields("task-idle", "tasks-cancel-idle", name=name),
            )  # fmt: skip
            return
        # The first step of the task is already scheduled; after it, `_run` sees the cancellation.
        asyncio.get_running_loop().call_soon(self._interrupt, name, self.running[name])

    def _interrupt(self, name: str, task: asyncio.Task[None]) -> None:
        if name not in self._ending:  # a second cancellation must not interrupt the cancel function
            task.cancel()

    async def _run(self, name: str, arguments: Mapping[str, Any]) -> None:
        try:
            by_position, named = split(self.functions[name], arguments)
            await self._threads.call(self.functions[name], *by_position, **named)
        except asyncio.CancelledError:
            if name in self.cancels:
                self._ending |= {name}
                await self._threads.call(self.cancels[name])
            raise

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self.running[name]
        if self._intake is not None:
            self._intake.end_task()
        self._ending -= {name}
        if task.cancelled():
            self._counters.cancelled_tasks += 1
        elif (error := task.exception()) is None:
            self._counters.completed_tasks += 1
        else:
            self._counters.broken_tasks += 1
            self._counters.failed_tasks += 1
            self._log.error(
                "the task %r failed", name, exc_info=error,
                extra=log_fields("task-failed", "tasks-error", name=name),
            )  # fmt: skip
        self._changed()
