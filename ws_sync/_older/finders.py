"""The marked methods of a class, as programs for PyPI's `ws-sync` find them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ws_sync._binding.markers import Mark, marked_names


def find_remote_actions(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the actions of a class by their names for the client."""
    return _marked(cls, "remote_action")


def find_remote_tasks(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the tasks of a class by their names for the client."""
    return _marked(cls, "remote_task")


def find_remote_task_cancellers(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the functions that are called in cancelled tasks, by the tasks' names."""
    return _marked(cls, "remote_task_cancel")


def _marked(cls: type, kind: Mark) -> dict[str, Callable[..., Any]]:
    return {wire: getattr(cls, name) for wire, name in marked_names(cls, kind).items()}
