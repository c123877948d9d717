"""Tests of `ws_sync.decorators` and `ws_sync._binding.markers`."""

from __future__ import annotations

import abc
import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Self, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

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
from ws_sync.synced_model import Synced
from ws_sync.testing import TestClient

V = TypeVar("V")


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
    sync: Sync

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


@pytest.mark.parametrize(
    ("cls", "key", "names"),
    [
        (Base, "BASE", {"first_name": "firstName"}),
        (Inherits, "BASE", {"first_name": "firstName"}),
        (Overrides, "OVERRIDES", {"last_name": "surname"}),
        (Decorated, "Decorated", {"value": "value"}),
        (Named, "Named", {"value": "value"}),
        (Reconfigured, "Reconfigured", {"value": "value"}),
        (Marked, "Marked", {"value": "value"}),
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


def transparent(function: Any) -> Any:
    """Return a function that calls another one."""

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


class OfPostInit(Synced, BaseModel):
    value: int = 1

    @sync_all("U")
    def model_post_init(self, _: Any) -> None: ...


class OfModelInit(Synced, BaseModel):
    value: int = 1

    @sync_all("U")
    def __init__(self, **data: Any) -> None:
        super().__init__(**data)


class MixinLast(BaseModel, Synced):
    value: int = 1

    @sync_all("U")
    def model_post_init(self, _: Any) -> None: ...


@dataclass
class OfDataclass:
    value: int = 1

    @sync_all("U")
    def __post_init__(self) -> None: ...


@sync_all("U")
@dataclass
class DecoratedDataclass:
    value: int = 1


@dataclass(slots=True)
class WithSlots:
    value: int = 1
    sync: Sync = field(init=False, repr=False)

    @sync_all("U")
    def __post_init__(self) -> None: ...


class BelowAnother:
    @transparent
    @sync_all("U")
    def __init__(self) -> None:
        self.value = 1


class Assigned:
    def __init__(self) -> None:
        self.value = 1


class CalledLater:
    def __init__(self) -> None:
        self.value = 1
        self.start()

    @sync_all("U")
    def start(self) -> None: ...


class Abstract(abc.ABC):
    @sync_all("U")
    def __init__(self) -> None:
        self.value = self.first()

    @abc.abstractmethod
    def first(self) -> int: ...


class Concrete(Abstract):
    def first(self) -> int:
        return 1


class Mixin:
    @sync_all("U")
    def begin(self) -> None: ...


class WithMixin(Mixin, Concrete):
    def __init__(self) -> None:
        self.value = 1
        self.begin()


@sync_all("U")
class Box(Generic[V]):
    def __init__(self, value: V) -> None:
        self.value = value


@sync_all("U")
class ByNew:
    value: int

    def __new__(cls, value: int) -> Self:
        made = super().__new__(cls)
        made.value = value
        return made


Assigned.__init__ = sync_all("U")(Assigned.__init__)  # type: ignore[method-assign]

MAKERS: dict[str, Callable[[], Any]] = {
    "model_post_init": OfPostInit,
    "__init__ of a model": OfModelInit,
    "mixin after BaseModel": MixinLast,
    "__post_init__": OfDataclass,
    "class of a dataclass": DecoratedDataclass,
    "slots": WithSlots,
    "below another decorator": BelowAnother,
    "assigned to the class": Assigned,
    "a method": CalledLater,
    "an abstract base": Concrete,
    "a mixin": WithMixin,
    "a generic class": lambda: Box[int](1),
    "__new__ with arguments": lambda: ByNew(1),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
async def test_object_is_synced_when_the_decorated_function_returns(
    make: Callable[[], Any], session: Session
) -> None:
    made = make()
    assert len(session.init_handlers) == 1
    async with TestClient(session) as client:
        assert client.documents == {"U": {"value": 1}}
        made.value = 2
        await made.sync()
        await client.settle()
        assert client.documents == {"U": {"value": 2}}


def test_decorated_function_keeps_its_name_its_parameters_and_its_result() -> None:
    class Named:
        @sync_all()
        def start(self, by: int, /, *, more: int = 0) -> int:
            return by + more

    assert Named.start.__name__ == "start"
    assert list(inspect.signature(Named.start).parameters) == ["self", "by", "more"]
    assert Named().start(1, more=2) == 3


async def test_decorated_coroutine_function_makes_it_after_its_last_step(session: Session) -> None:
    class Loaded:
        @sync_all("L")
        async def load(self) -> int:
            await asyncio.sleep(0)
            self.value = 1
            return 5

        async def grow(self) -> None:
            await asyncio.sleep(0)
            self.more = 2

        grows = sync_all("L")(transparent(grow))

        @sync_all("L")
        async def fail(self) -> None:
            raise RuntimeError

    loaded: Any = Loaded()
    assert inspect.iscoroutinefunction(loaded.load)
    assert await loaded.load() == 5
    assert loaded.sync.state_snapshot == {"value": 1}
    await loaded.grows()
    assert loaded.sync.state_snapshot == {"value": 1, "more": 2}
    with pytest.raises(RuntimeError):
        await Loaded().fail()
    assert len(session.init_handlers) == 1


async def test_function_that_returns_again_syncs_what_the_object_has_by_then(
    session: Session,
) -> None:
    later: Any = CalledLater()
    async with TestClient(session) as client:
        later.more = 2
        later.start()
        await client.settle()
        assert client.documents == {"U": {"value": 1, "more": 2}}
        await client.replace("U", "/more", 3)
        assert later.more == 3
    assert len(session.init_handlers) == 1


async def test_attributes_that_a_subclass_adds_later_are_never_sent(session: Session) -> None:
    @sync_all("CLASS")
    class OfClass:
        def __init__(self) -> None:
            self.name = "n"

    class Account(Base):
        def __init__(self) -> None:
            super().__init__()
            self.seen = self.sync.state_snapshot
            self.password = "hunter2"  # never sent

    class Other(OfClass):
        def __init__(self) -> None:
            super().__init__()
            self.password = "hunter2"  # never sent

    account, other = Account(), Other()
    assert account.seen == {"firstName": 1}
    async with TestClient(session) as client:
        await account.sync()
        await other.sync()  # type: ignore[attr-defined]
        await client.settle()
        assert client.documents == {"BASE": {"firstName": 1}, "CLASS": {"name": "n"}}
        assert not [event for event in client.events if "hunter2" in str(event)]


Call = Literal["first", "last", "never"]


@pytest.mark.parametrize("kind", ["function", "class"])
@given(
    plan=st.lists(
        st.tuples(st.booleans(), st.sampled_from(["first", "last", "never"])),
        min_size=1,
        max_size=4,
    )
)
def test_generated_hierarchies_have_the_sync_of_the_last_decorated_function(
    kind: str, plan: list[tuple[bool, Call]]
) -> None:
    """The oracle walks through the calls: what is decorated, what is set by then."""
    cls: Any = object
    for number, (decorated, call) in enumerate(plan):
        cls = _derive(cls, number, call, kind if decorated else None)
    with Session() as session:
        made = cls()
    returned = _returns(plan, kind)
    if not returned:
        assert "sync" not in vars(made)
        assert session.init_handlers == []
        return
    key, names = returned[-1]
    assert (made.sync.key, set(made.sync.sync_attributes)) == (key, names)
    assert len(session.init_handlers) == 1


def _derive(base: Any, number: int, call: Call, kind: str | None) -> Any:
    """Return a class whose `__init__` sets an attribute and calls that of its base."""

    def init(self: Any) -> None:
        if call == "first" and base is not object:
            base.__init__(self)
        setattr(self, f"a{number}", number)
        if call == "last" and base is not object:
            base.__init__(self)

    decorate = sync_all(f"K{number}")
    cls = type("C", (base,), {"__init__": decorate(init) if kind == "function" else init})
    return decorate(cls) if kind == "class" else cls


def _returns(plan: list[tuple[bool, Call]], kind: str) -> list[tuple[str, set[str]]]:
    """Return the key and the attributes of each `Sync`, in the order of the returns."""
    returned: list[tuple[str, set[str]]] = []
    present: set[str] = set()
    own = max((number for number, (decorated, _) in enumerate(plan) if decorated), default=-1)

    def run(number: int) -> None:
        decorated, call = plan[number]
        if call == "first" and number:
            run(number - 1)
        present.add(f"a{number}")
        if call == "last" and number:
            run(number - 1)
        if decorated and (kind == "function" or number == own):
            returned.append((f"K{number}", set(present)))

    run(len(plan) - 1)
    return returned


async def test_sync_that_a_newer_one_replaces_ends_unless_it_is_kept(session: Session) -> None:
    class Both(Base):
        @sync_all("BOTH")
        def __init__(self, keep: bool) -> None:
            super().__init__()
            self._kept = self.sync if keep else None

    both = Both(keep=False)
    async with TestClient(session) as client:
        assert client.documents == {"BOTH": {"first_name": 1}}
        assert both.sync.key == "BOTH"
    both = Both(keep=True)
    async with TestClient(session) as client:
        assert set(client.documents) == {"BASE", "BOTH"}
        del both


async def test_replaced_sync_of_an_object_that_is_made_while_connected_is_never_announced(
    session: Session,
) -> None:
    class Both(Base):
        @sync_all("BOTH")
        def __init__(self) -> None:
            super().__init__()

    async with TestClient(session) as client:
        both = Both()
        await client.settle()
        assert set(client.documents) == {"BOTH"}
        del both


def test_decorated_class_takes_no_arguments_that_nothing_would_read() -> None:
    @dataclass
    @sync_all()
    class WrongOrder:
        value: int = 1

    with pytest.raises(TypeError, match="argument"):
        WrongOrder(2)


def test_class_calls_the_inits_of_all_its_bases() -> None:
    class Root:
        def __init__(self) -> None:
            self.root = 1

    @sync_all("LEFT")
    class Left(Root): ...

    class Right(Root):
        def __init__(self) -> None:
            super().__init__()
            self.right = 1

    class Bottom(Left, Right): ...

    made: Any = Bottom()
    assert made.sync.state_snapshot == {"root": 1, "right": 1}


def test_decorators_work_without_parentheses_and_with_an_empty_key() -> None:
    @sync
    class Bare:
        def __init__(self) -> None:
            self.value = 1

    @sync_all
    class All(Bare): ...

    class Empty:
        @sync_all("")
        def __init__(self) -> None:
            self.value = 1

        @remote_action("")
        def act(self) -> None: ...

    made: list[Any] = [Bare(), All(), Empty()]
    assert [each.sync.key for each in made] == ["Bare", "All", ""]
    assert [each.sync.state_snapshot for each in made] == [{}, {"value": 1}, {"value": 1}]
    assert list(remote_functions(made[2], "remote_action")) == [""]


def test_model_without_the_mixin_is_refused_when_its_class_is_decorated() -> None:
    class Notes(BaseModel):
        title: str = ""

    with pytest.raises(TypeError, match=r"class Notes\(Synced, BaseModel\)"):
        sync_all()(Notes)


def test_overriding_method_without_a_decorator_is_withdrawn_from_the_client() -> None:
    assert "hidden" in remote_functions(Base(), "remote_action")
    assert "hidden" not in remote_functions(Inherits(), "remote_action")
