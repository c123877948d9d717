"""Tests of `ws_sync._server.sync_options`: the two forms of `Sync(…)`."""

from __future__ import annotations

from typing import Any

import pytest

from ws_sync._server.sync_options import configure

OBJ = object()


@pytest.mark.parametrize(
    ("args", "kwargs", "everything"),
    [
        (("K", OBJ), {}, True),
        (("K",), {"obj": OBJ}, True),
        ((), {"key": "K", "obj": OBJ}, True),
        ((OBJ, "K"), {}, False),
        ((OBJ,), {"key": "K"}, False),
        ((), {"obj": OBJ, "key": "K"}, False),
    ],
    ids=["key", "key, obj=", "key=, obj=", "object", "object, key=", "obj=, key="],
)
def test_what_comes_first_tells_the_way(
    args: tuple[Any, ...], kwargs: dict[str, Any], everything: bool
) -> None:
    config = configure(args, kwargs)
    assert (config.key, config.obj, config.everything) == ("K", OBJ, everything)


def test_running_tasks_are_named_as_each_generation_does() -> None:
    exposed = {"expose_running_tasks": True}
    assert configure(("K", OBJ), exposed).running_tasks == "runningTasks"
    assert configure((OBJ, "K"), exposed).running_tasks == "running_tasks"
    assert configure((OBJ, "K"), exposed | {"toCamelCase": True}).running_tasks == "runningTasks"
    assert configure((OBJ, "K"), {}).running_tasks is None


@pytest.mark.parametrize(
    ("args", "kwargs", "error"),
    [
        (("K", OBJ), {"on_actions": {"x": print}}, "'on_actions' is not an option"),
        ((OBJ, "K"), {"on_action": {}}, r"Sync\(\): got an unexpected .* 'on_action'"),
        ((OBJ,), {}, r"Sync\(\): missing .* 'key'"),
        ((OBJ, "K"), {"include": {"a": 1}}, "'a' is not an option"),
    ],
    ids=["key first", "object first", "missing", "name"],
)
def test_error_names_the_argument(
    args: tuple[Any, ...], kwargs: dict[str, Any], error: str
) -> None:
    with pytest.raises(TypeError, match=error) as raised:
        configure(args, kwargs)
    assert "_first" not in str(raised.value)
