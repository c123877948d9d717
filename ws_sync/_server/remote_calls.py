"""The functions of one object that its client calls: actions and tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ws_sync._binding.arguments import bind, bound, fit, read_call
from ws_sync._binding.markers import remote_functions
from ws_sync._core.json.codec import JSON
from ws_sync._log import Log, log_fields
from ws_sync._server.counters import Counters
from ws_sync._server.inbound_limits import Intake
from ws_sync._server.instrumentation import instrumentation
from ws_sync._server.sync_options import Configuration, Functions
from ws_sync._server.tasks import Tasks
from ws_sync.exceptions import shorten


def _bound(functions: Functions, owner: object) -> dict[str, Callable[..., Any]]:
    return {name: bound(function, owner) for name, function in functions.items()}


class RemoteCalls:
    """Calls the functions that a configuration names, and those that the object marks.

    Attributes:
        actions: the actions by name.
        tasks: the tasks of the object.
    """

    __slots__ = (
        "_any_action",
        "_any_task",
        "_casing",
        "_counters",
        "_log",
        "_threads",
        "actions",
        "tasks",
    )

    def __init__(
        self,
        config: Configuration,
        changed: Callable[[], None],
        log: Log,
        counters: Counters,
        intake: Intake,
    ) -> None:
        """Find the functions.

        Args:
            config: how the object is synced.
            changed: called when the running tasks have changed.
            log: the log of the document.
            counters: the counters of the session.
            intake: the limits of the session.
        """
        actions, tasks = config.actions, config.tasks
        self._any_action = actions if callable(actions) else None
        self._any_task = tasks if isinstance(tasks, tuple) else None
        self.actions = remote_functions(config.obj, "remote_action")
        self.actions |= {} if callable(actions) else _bound(actions, config.obj)
        functions = remote_functions(config.obj, "remote_task")
        functions |= {} if isinstance(tasks, tuple) else _bound(tasks, config.obj)
        cancels = remote_functions(config.obj, "remote_task_cancel")
        cancels |= _bound(config.task_cancels, config.obj)
        self.tasks = Tasks(functions, cancels, changed, log, counters, intake)
        self._casing = config.casing
        self._counters = counters
        self._threads = intake.threads
        self._log = log

    @property
    def has_actions(self) -> bool:
        """Whether the client can call anything."""
        return bool(self.actions or self._any_action)

    @property
    def has_tasks(self) -> bool:
        """Whether the client can start anything."""
        return bool(self.tasks.functions or self._any_task)

    async def act(self, data: JSON) -> None:
        """Handle `_ACTION`."""
        self._counters.received_actions += 1
        name, arguments = read_call(data)
        if (action := self.actions.get(name)) is not None:
            by_position, named = bind(action, name, arguments, self._casing)
            await self._threads.call(action, *by_position, **named)
        elif self._any_action is not None:
            await self._threads.call(self._any_action, data)
        else:
            self._log_unknown(
                "action", name, log_fields("action-unknown", "actions-unknown", name=name)
            )

    async def start(self, data: JSON) -> None:
        """Handle `_TASK_START`."""
        self._counters.received_starts += 1
        name, arguments = read_call(data)
        if (task := self.tasks.functions.get(name)) is not None:
            self.tasks.start(name, fit(task, name, arguments, self._casing))
        elif self._any_task is not None:
            await self._threads.call(self._any_task[0], data)
        else:
            self._log_unknown("task", name, log_fields("task-unknown", "tasks-unknown", name=name))

    async def cancel(self, data: JSON) -> None:
        """Handle `_TASK_CANCEL`."""
        self._counters.received_cancels += 1
        name, _ = read_call(data)
        if self._any_task is not None and name not in self.tasks.functions:
            await self._threads.call(self._any_task[1], data)
        else:
            self.tasks.cancel(name)

    def _log_unknown(self, what: str, name: object, extra: dict[str, Any]) -> None:
        instrumentation.record_outcome("unknown")
        self._log.warning("%s has no %s %s", self._log.key, what, shorten(repr(name)), extra=extra)
