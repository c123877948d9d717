"""Names of events.

The name of an event is `_NAME`, or `_NAME:KEY` for an event of one object. The key is everything
after the first colon. It may be empty, and may contain colons and slashes. Names that do not start
with an underscore belong to the application.
"""

from __future__ import annotations

from sys import intern

BIN_META = "_BIN_META"
DISCONNECT = "_DISCONNECT"
REQUEST_USER_SESSION = "_REQUEST_USER_SESSION"
USER_SESSION = "_USER_SESSION"


def split_event(event: str) -> tuple[str, str | None]:
    """Return the name and the key of an event; the key is None if there is no colon."""
    name, colon, key = event.partition(":")
    return name, key if colon else None


def set_event(key: str) -> str:
    """Return the name of the event that carries the whole state."""
    return intern(f"_SET:{key}")


def get_event(key: str) -> str:
    """Return the name of the event that asks for the whole state."""
    return intern(f"_GET:{key}")


def patch_event(key: str) -> str:
    """Return the name of the event that carries a change of the state."""
    return intern(f"_PATCH:{key}")


def action_event(key: str) -> str:
    """Return the name of the event that calls an action."""
    return intern(f"_ACTION:{key}")


def task_start_event(key: str) -> str:
    """Return the name of the event that starts a task."""
    return intern(f"_TASK_START:{key}")


def task_cancel_event(key: str) -> str:
    """Return the name of the event that cancels a task."""
    return intern(f"_TASK_CANCEL:{key}")


def toast_event() -> str:
    """Return the name of the notice that shows a short message."""
    return "_TOAST"


def download_event() -> str:
    """Return the name of the notice that offers a file for download."""
    return "_DOWNLOAD"
