"""Tests of `ws_sync.decorators` and `ws_sync._binding.markers`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ws_sync._binding.markers import remote_functions
from ws_sync.decorators import (
    remote_action,
    remote_task,
    remote_task_cancel,
    sync,
    sync_all,
    sync_only,
)
from ws_sync.session import Session
from ws_sync.sync import Sync


@pytest.fixture(autouse=True)
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


class Base:
    sync: Sync

    @sync_all("BASE", toCamelCase=True)
    def __init__(self) -> None:
        self.first_name = 1

    @remote_action
    def zulu(self) -> None: ...

    @remote_action(key="renamed")
    def alpha(self) -> None: ...

    @remote_action()
    def hidden(self) -> None: ...

    @remote_task
    async def work(self) -> None: ...

    @work.cancel
    async def stopped(self) -> None: ...

    @remote_task_cancel("other")
    async def other_stopped(self) -> None: ...


class Inherits(Base):
    def __init__(self) -> None:
        super().__init__()
        self.last_name = 2

    @remote_action
    def mike(self) -> None: ...

    def hidden(self) -> None: ...


class Overrides(Base):
    @sync_only("OVERRIDES", last_name="surname")
    def __init__(self) -> None:
        super().__init__()
        self.last_name = 2


@sync_all()
class Decorated:
    sync: Sync

    def __init__(self) -> None:
        self.value = 1


class Named(Decorated):
    pass


@sync(include=["value"], exclude=[])
class Reconfigured(Decorated):
    def __init_subclass__(cls, mark: Any = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.mark = mark

    mark: Any = None


class Marked(Reconfigured, mark="m"):
    pass


@sync_all("OWN")
class OwnHook:
    sync: Sync
    seen: list[type] = []  # noqa: RUF012  # filled by the hook

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        OwnHook.seen.append(cls)


class BelowOwnHook(OwnHook):
    def __init__(self) -> None:
        self.value = 1


@pytest.mark.parametrize(
    ("cls", "key", "names"),
    [
        (Base, "BASE", {"first_name": "firstName"}),
        (Inherits, "BASE", {"first_name": "firstName", "last_name": "lastName"}),
        (Overrides, "OVERRIDES", {"last_name": "surname"}),
        (Decorated, "Decorated", {"value": "value"}),
        (Named, "Named", {"value": "value"}),
        (Reconfigured, "Reconfigured", {"value": "value"}),
        (Marked, "Marked", {"value": "value"}),
        (BelowOwnHook, "OWN", {"value": "value", "seen": "seen"}),
    ],
)
def test_object_gets_one_sync_as_its_class_says(
    cls: type[Base], key: str, names: dict[str, str], session: Session
) -> None:
    obj = cls()
    assert (obj.sync.key, obj.sync.sync_attributes) == (key, names)
    assert len(session.init_handlers) == 1


def test_hooks_of_the_application_are_kept() -> None:
    assert Marked.mark == "m"
    assert OwnHook.seen == [BelowOwnHook]


def test_failing_init_makes_no_sync(session: Session) -> None:
    @sync_all("FAILS")
    class Fails:
        def __init__(self) -> None:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        Fails()
    assert session.init_handlers == []


def test_remote_functions_come_in_the_order_of_declaration_base_classes_first() -> None:
    obj = Inherits()
    assert list(remote_functions(obj, "remote_action")) == ["zulu", "renamed", "mike"]
    assert remote_functions(obj, "remote_task") == {"work": obj.work}
    cancels = remote_functions(obj, "remote_task_cancel")
    assert cancels == {"work": obj.stopped, "other": obj.other_stopped}


@sync_all("BY_POSITION", {"first": "one"}, ["second"], True, False)
class ByPosition:
    def __init__(self) -> None:
        self.first = 1
        self.second = 2
        self.third_one = 3


def test_options_may_be_given_by_position_as_in_older_versions() -> None:
    with Session():
        made = ByPosition()
        assert made.sync.sync_attributes == {"third_one": "thirdOne", "first": "one"}  # type: ignore[attr-defined]
        assert not made.sync.send_on_init  # type: ignore[attr-defined]
        by_position = Sync(made, "OTHER", True, (), ["first"], False, True, True)
        assert by_position.state_snapshot == {"second": 2, "third_one": 3, "running_tasks": []}


@pytest.mark.parametrize(
    ("args", "options", "error"),
    [
        ((), {"to_camel": True}, "'to_camel'"),
        ((["first"],), {"include": ["second"]}, "'include'"),
        ((), {"actions": {}}, "'actions' is an option of Sync"),
        ((*range(12),), {}, "too many"),
    ],
    ids=["unknown", "twice", "of Sync", "too many"],
)
def test_wrong_option_is_reported_when_the_class_is_decorated(
    args: tuple[Any, ...], options: Any, error: str
) -> None:
    with pytest.raises(TypeError, match=error):
        sync_all("K", *args, **options)
