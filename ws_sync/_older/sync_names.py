"""The names of a `Sync` that programs for PyPI's `ws-sync` read; new programs need none of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from ws_sync._binding.annotations import attribute_adapter
from ws_sync._binding.call_models import call_models
from ws_sync._binding.wire_names import Casing
from ws_sync._server.synced_object import SyncedObject

Handler: TypeAlias = Callable[[Any], Awaitable[None]]
"""Handles the data of an event: `{"type": name, …arguments}`."""


class SyncNames:
    """The older names; `Sync` inherits them."""

    _synced: SyncedObject

    @property
    def actions(self) -> Handler:
        """Calls an action, as an event of the client does; raises ValueError for bad arguments."""
        return self._synced.on_action

    @property
    def tasks(self) -> Handler:
        """Starts a task, as an event of the client does."""
        return self._synced.on_task_start

    @property
    def task_cancels(self) -> Handler:
        """Cancels a task, as an event of the client does."""
        return self._synced.on_task_cancel

    @property
    def on_action(self) -> Handler | None:
        """As `actions`; None if there is none (0.5.1)."""
        return self.actions if self._synced.calls.has_actions else None

    @property
    def on_task_start(self) -> Handler | None:
        """As `tasks`; None if there is none (0.5.1)."""
        return self.tasks if self._synced.calls.has_tasks else None

    @property
    def on_task_cancel(self) -> Handler | None:
        """As `task_cancels`; None if there is no task (0.5.1)."""
        return self.task_cancels if self._synced.calls.has_tasks else None

    @property
    def logger(self) -> Any:
        """The logger that was given; None otherwise."""
        return self._synced.config.logger

    @property
    def key_to_attr(self) -> dict[str, str]:
        """The attributes by their names on the wire."""
        return {wire: name for name, wire in self._synced.names.items()}

    @property
    def expose_running_tasks(self) -> bool:
        """Whether the running tasks are part of the state (0.5.1)."""
        return self._synced.config.running_tasks is not None

    @property
    def task_exposure(self) -> str | None:
        """The name of the running tasks on the wire; None if they are not part of the state."""
        return self._synced.config.running_tasks

    @property
    def camelize(self) -> bool:
        """Whether names are in camel case (0.6.9)."""
        return self._synced.config.camel

    @property
    def casing_func(self) -> Casing | None:
        """The function that makes names on the wire; None if they stay as they are."""
        return self._synced.config.casing

    def casing(self, attr: str) -> str:
        """Return the name on the wire of a name in Python."""
        return attr if self.casing_func is None else self.casing_func(attr)

    @property
    def action_validators(self) -> dict[str, TypeAdapter[Any]]:
        """Validators of the arguments of each action, as models."""
        return self._validators("Action", self._synced.calls.actions)

    @property
    def task_validators(self) -> dict[str, TypeAdapter[Any]]:
        """Validators of the arguments of each task, as models."""
        return self._validators("Task", self._synced.calls.tasks.functions)

    @property
    def type_adapters(self) -> dict[str, TypeAdapter[Any]]:
        """Validators of the attributes that have a type."""
        cls = type(self._synced.config.obj)
        found = {name: attribute_adapter(cls, name) for name in self._synced.names}
        return {name: adapter for name, adapter in found.items() if adapter is not None}

    def _validators(self, kind: str, functions: Any) -> dict[str, TypeAdapter[Any]]:
        models = call_models(type(self._synced.config.obj), kind, functions, self.casing_func)
        return {name: TypeAdapter(model) for name, model in models.items()}
