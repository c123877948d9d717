"""Tests of `ws_sync._core.protocol.events`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ws_sync._core.protocol import events


@pytest.mark.parametrize(
    ("event", "parts"),
    [
        ("_SET:NOTES", ("_SET", "NOTES")),
        ("_SET:", ("_SET", "")),
        ("_SET:ChatRoom:7", ("_SET", "ChatRoom:7")),
        ("_SET:user1/NOTES", ("_SET", "user1/NOTES")),
        ("_TOAST", ("_TOAST", None)),
    ],
)
def test_split_event_takes_all_behind_the_first_colon(
    event: str, parts: tuple[str, str | None]
) -> None:
    assert events.split_event(event) == parts


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (events.set_event, "_SET"),
        (events.get_event, "_GET"),
        (events.patch_event, "_PATCH"),
        (events.action_event, "_ACTION"),
        (events.task_start_event, "_TASK_START"),
        (events.task_cancel_event, "_TASK_CANCEL"),
    ],
)
def test_keyed_event_is_the_name_and_the_key(make: Callable[[str], str], name: str) -> None:
    assert make("a:b") == f"{name}:a:b"


def test_notices_have_no_key() -> None:
    assert (events.toast_event(), events.download_event()) == ("_TOAST", "_DOWNLOAD")
