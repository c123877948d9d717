"""Tests of `ws_sync.synced_model`: pydantic models, from construction to client writes."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, Generic, Self, TypeVar, cast

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    computed_field,
    create_model,
    field_serializer,
    field_validator,
    model_validator,
)

from ws_sync import Session, Sync, Synced, SyncedAsCamelCase, remote_action, sync_all, sync_only
from ws_sync.exceptions import NoSession
from ws_sync.synced_model import registered_synced_models
from ws_sync.testing import TestClient

V = TypeVar("V")


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


class Item(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    n: int = 0
    label: str = Field(default="", serialization_alias="itemLabel")
    _seen: int = PrivateAttr(0)


@sync_all("NOTES")
class Notes(Synced, BaseModel):
    title: str = Field(default="My Notes", min_length=1)
    items: list[Item] = []
    low: int = Field(default=0, ge=0)
    high: int = 10
    day: date | None = None
    words: set[str] = set()
    constant: int = Field(default=7, frozen=True)
    hidden: int = Field(default=1, exclude=True)
    _private: int = PrivateAttr(3)

    @field_validator("title")
    @classmethod
    def strip(cls, value: str) -> str:
        return value.strip()

    @model_validator(mode="after")
    def order(self) -> Self:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def count(self) -> int:
        return len(self.items)

    @computed_field
    def last(self) -> int:
        return self.items[-1].n if self.items else -1

    @remote_action("ADD")
    async def add(self, item: Item) -> None:
        self.items.append(item)
        await self.sync()


BUILT: dict[str, Callable[[], Notes]] = {
    "keywords": lambda: Notes(title="x"),
    "model_validate": lambda: Notes.model_validate({"title": "x"}),
    "model_validate_json": lambda: Notes.model_validate_json('{"title":"x"}'),
    "model_construct": lambda: Notes.model_construct(title="x"),
}


@pytest.mark.parametrize("build", BUILT.values(), ids=BUILT.keys())
async def test_every_way_to_build_a_model_yields_a_working_sync(
    build: Callable[[], Notes], session: Session
) -> None:
    notes = build()
    assert notes.sync.obj is notes
    async with TestClient(session) as client:
        assert client.documents["NOTES"]["title"] == "x"
        notes.items = [Item(n=4)]
        await notes.sync()
        await client.settle()
        assert client.documents["NOTES"]["last"] == 4


def test_state_has_fields_and_computed_fields_only(session: Session) -> None:
    notes = Notes()
    assert notes.sync.session is session
    assert list(notes.sync.state_snapshot) == [
        *("title", "items", "low", "high", "day", "words", "constant", "count", "last")
    ]
    assert "sync" not in Notes.model_fields
    assert notes == Notes()


def test_sync_of_a_decorated_class_is_made_after_its_model_post_init(session: Session) -> None:
    @sync_all()
    class Base(Synced, BaseModel):
        value: int = 1

        def model_post_init(self, context: Any) -> None:
            assert context is None
            assert not session.init_handlers
            self.value += 1

    class Derived(Base):
        _made: int = PrivateAttr(0)

        def model_post_init(self, context: Any) -> None:
            super().model_post_init(context)
            self._made = 1
            assert self.sync.state_snapshot == {"value": 2}

    derived = Derived()
    assert len(session.init_handlers) == 1
    assert (derived.sync.key, derived.sync.state_snapshot) == ("Derived", {"value": 2})


def test_model_made_outside_of_a_session_says_so() -> None:
    with pytest.raises(NoSession):
        Notes()


def test_decorators_choose_attributes_and_subclasses_inherit_or_override(session: Session) -> None:
    @sync_only("SOME", title="heading")
    class Some(Notes):
        pass

    class Same(Some):
        pass

    class ByInit(Notes):
        @sync_all("INIT", include={"title": "t"}, exclude=["items", "day", "words"])
        def __init__(self) -> None:
            super().__init__(title="x")

    for cls, key in ((Some, "SOME"), (Same, "SOME")):
        sync = cls().sync
        assert (sync.key, sync.state_snapshot) == (key, {"heading": "My Notes"})
    assert ByInit().sync.state_snapshot["t"] == "x"
    assert {handler.partition(":")[2] for handler in session.event_handlers} == {"SOME", "INIT"}


REFUSED: list[tuple[str, Any]] = [
    ("title", ""),
    ("title", 5),
    ("low", -1),
    ("low", 11),
    ("items", [{"n": "x"}]),
    ("items", {}),
    ("day", "tomorrow"),
    ("constant", 8),
    ("count", 1),
]


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=[f"{n}-{v!r}" for n, v in REFUSED])
async def test_constraints_and_validators_refuse_writes_of_the_client(
    name: str, value: Any, session: Session
) -> None:
    notes = Notes()
    before = notes.model_dump()
    async with TestClient(session) as client:
        state = client.documents["NOTES"]
        await client.replace("NOTES", f"/{name}", value)
        assert client.documents["NOTES"] == state  # the server has sent the whole state
    assert notes.model_dump() == before


async def test_what_validators_make_of_a_value_is_sent_back(session: Session) -> None:
    notes = Notes()
    async with TestClient(session) as client:
        await client.set(
            "NOTES", {"title": "  x ", "low": "7", "day": "2026-02-03", "words": ["a", "a"]}
        )
        assert (notes.title, notes.low, notes.day, notes.words) == (
            *("x", 7, date(2026, 2, 3), {"a"}),
        )
        assert client.documents["NOTES"]["title"] == "x"
        assert client.documents["NOTES"]["low"] == 7
        assert client.documents["NOTES"]["words"] == ["a"]
        assert notes.model_fields_set == {"title", "low", "day", "words"}


async def test_model_validators_see_all_fields_of_one_write(session: Session) -> None:
    notes = Notes()
    async with TestClient(session) as client:
        await client.set("NOTES", {"low": 20, "high": 30})
        assert (notes.low, notes.high) == (20, 30)
        await client.set("NOTES", {"low": 31, "title": "x"})
        assert (notes.low, notes.title) == (20, "My Notes")
        assert client.documents["NOTES"]["low"] == 20


async def test_fields_that_a_model_validator_changes_are_sent(session: Session) -> None:
    @sync_all()
    class Sums(Synced, BaseModel):
        a: int = 1
        b: int = 2
        total: int = 3

        @model_validator(mode="after")
        def add(self) -> Self:
            self.total = self.a + self.b
            return self

    sums = Sums()
    async with TestClient(session) as client:
        await client.replace("Sums", "/a", 5)
        assert sums.total == client.documents["Sums"]["total"] == 7


async def test_nested_models_are_patched_in_place(session: Session) -> None:
    notes = Notes(items=[Item(n=1), Item(n=2), Item(n=3)])
    items, (first, second, third) = notes.items, notes.items
    third._seen = 9
    async with TestClient(session) as client:
        second.n = 777  # not synced yet
        await client.patch(
            "NOTES",
            {"op": "remove", "path": "/items/0"},
            {"op": "replace", "path": "/items/1/n", "value": 30},
            {"op": "replace", "path": "/items/1/itemLabel", "value": "third"},
            {"op": "add", "path": "/items/-", "value": {"n": 4, "itemLabel": "new"}},
        )
        assert notes.items is items
        assert [notes.items[0], notes.items[1]] == [second, third]
        assert notes.items[1] is third
        assert (third.n, third.label, third._seen) == (30, "third", 9)
        assert (notes.items[2].label, first.n, second.n) == ("new", 1, 777)
        assert client.documents["NOTES"]["items"][0]["n"] == 777  # the touched attribute
        assert client.documents["NOTES"]["count"] == 3
        await client.replace("NOTES", "/items/1/n", "no number")
        assert third.n == client.documents["NOTES"]["items"][1]["n"] == 30


async def test_moved_models_keep_their_identity_and_copies_do_not_share(session: Session) -> None:
    notes = Notes(items=[Item(n=1), Item(n=2)])
    first, second = notes.items
    async with TestClient(session) as client:
        await client.patch("NOTES", {"op": "move", "from": "/items/0", "path": "/items/1"})
        assert notes.items[0] is second
        assert notes.items[1] is first
        await client.patch("NOTES", {"op": "copy", "from": "/items/0", "path": "/items/2"})
        assert notes.items[2] == second
        assert notes.items[2] is not second
        notes.items = [first, first]
        await notes.sync()
        await client.replace("NOTES", "/items/0/n", 5)  # S-18
        assert [item.n for item in notes.items] == [5, 1]


async def test_names_on_the_wire_are_one_map() -> None:
    """S-13: every document can be sent back as it was received, however its names are made."""

    class Inner(BaseModel):
        model_config = ConfigDict(extra="forbid", serialize_by_alias=True)
        a_b: int = Field(default=1, serialization_alias="x", validation_alias="y")

        @computed_field
        def twice(self) -> int:
            return 2 * self.a_b

    @sync_all()
    class Aliased(Synced, BaseModel):
        model_config = ConfigDict(alias_generator=lambda name: f"{name}_", serialize_by_alias=True)
        generated: int = 0
        plain: int = Field(default=0, alias="anAlias")
        outgoing: int = Field(default=0, serialization_alias="Out")
        incoming: int = Field(default=0, validation_alias=AliasChoices("in1", "in2"))
        inner: Inner = Inner.model_validate({"y": 1})
        tree: dict[str, list[Inner | None]] = {"k": [Inner.model_validate({"y": 2}), None]}

    with Session() as session:
        model = Aliased()
    async with TestClient(session) as client:
        state = client.documents["Aliased"]
        assert list(state) == ["generated_", "anAlias", "Out", "incoming_", "inner_", "tree_"]
        changed: dict[str, Any] = {name: 5 for name in state if type(state[name]) is int}
        changed["inner_"] = {"x": 6, "twice": 12}
        changed["tree_"] = {"k": [None, {"x": 7, "twice": 14}]}
        await client.set("Aliased", changed)
        assert (model.generated, model.plain, model.outgoing, model.incoming) == (5, 5, 5, 5)
        assert (model.inner.a_b, model.tree["k"][1]) == (6, Inner.model_validate({"y": 7}))
        await client.replace("Aliased", "/inner_/x", 8)
        assert model.inner.a_b == 8
        assert await client.get("Aliased") == client.documents["Aliased"]


async def test_camel_case_goes_for_attributes_arguments_and_tasks() -> None:
    @sync_all(expose_running_tasks=True)
    class Person(SyncedAsCamelCase, BaseModel):
        first_name: str = "a"

        @computed_field  # type: ignore[prop-decorator]
        @property
        def name_length(self) -> int:
            return len(self.first_name)

        @remote_action
        async def rename(self, new_name: str) -> None:
            self.first_name = new_name
            await self.sync()

    with Session() as session:
        person = Person(first_name="b")
        assert Person(firstName="c").first_name == "c"  # type: ignore[call-arg]
        del person
        person = Person()
    async with TestClient(session) as client:
        state = {"firstName": "a", "nameLength": 1, "runningTasks": []}
        assert client.documents["Person"] == state
        await client.act("Person", "rename", newName="abc")
        assert client.documents["Person"]["nameLength"] == 3
        await client.replace("Person", "/firstName", "d")
        assert person.first_name == "d"


async def test_serialisers_of_the_model_make_what_is_sent(session: Session) -> None:
    @sync_all()
    class Price(Synced, BaseModel):
        value: float = 1.5
        day: date = date(2026, 1, 2)

        @field_serializer("value")
        def two_digits(self, value: float) -> str:
            return f"{value:.2f}"

    price = Price()
    async with TestClient(session) as client:
        assert client.documents["Price"] == {"value": "1.50", "day": "2026-01-02"}
        await client.replace("Price", "/value", "2.5")
        assert (price.value, client.documents["Price"]["value"]) == (2.5, "2.50")
        await client.replace("Price", "/value", "Infinity")
        assert price.value == 2.5


async def test_strict_model_reads_what_json_stands_for(session: Session) -> None:
    @sync_all()
    class Strict(Synced, BaseModel):
        model_config = ConfigDict(strict=True)
        day: date = date(2026, 1, 2)
        number: Annotated[int, Field(le=5)] = 1

    strict = Strict()
    async with TestClient(session) as client:
        await client.replace("Strict", "/day", "2026-03-04")
        assert strict.day == date(2026, 3, 4)
        for refused in ("2", 6):
            await client.replace("Strict", "/number", refused)
            assert strict.number == client.documents["Strict"]["number"] == 1


async def test_computed_field_with_a_setter_can_be_written_and_frozen_models_can_not(
    session: Session,
) -> None:
    @sync_all()
    class Half(Synced, BaseModel):
        value: int = 4

        @computed_field  # type: ignore[prop-decorator]
        @property
        def half(self) -> int:
            return self.value // 2

        @half.setter
        def half(self, half: int) -> None:
            self.value = 2 * half

    @sync_all()
    class Frozen(Synced, BaseModel):
        model_config = ConfigDict(frozen=True)
        value: int = 1

    half, frozen = Half(), Frozen()
    async with TestClient(session) as client:
        await client.replace("Half", "/half", 5)
        assert half.value == 10
        await client.replace("Frozen", "/value", 2)
        assert frozen.value == client.documents["Frozen"]["value"] == 1


async def test_instances_of_one_class_are_validated_each_by_its_own_configuration(
    session: Session,
) -> None:
    """S-11: the checks of one instance are not used for another."""

    class Plain:
        a: int
        b: int

        def __init__(self) -> None:
            self.a = self.b = 1

    first, second = Plain(), Plain()
    Sync(first, "FIRST", include=["a"], actions={"put": lambda value: setattr(first, "a", value)})

    async def put(value: str, more: int) -> None:
        second.b = more if value == "text" else 0

    Sync(second, "SECOND", include=["b"], actions={"put": put})
    async with TestClient(session) as client:
        await client.act("SECOND", "put", value="text", more="3")
        await client.act("FIRST", "put", value=[1])
        assert (vars(first)["a"], second.b) == ([1], 3)
        await client.replace("SECOND", "/b", "no number")
        assert second.b == 3


def test_models_that_go_away_leave_nothing_behind(session: Session) -> None:
    notes = Notes(items=[Item()])
    alive = weakref.ref(notes)
    del notes
    gc.collect()
    assert alive() is None
    assert (session.event_handlers, session.init_handlers) == ({}, [])


def test_concrete_models_are_registered() -> None:
    assert registered_synced_models["Notes"] is Notes
    assert not {Synced, SyncedAsCamelCase} & set(registered_synced_models.values())


class User(Synced, BaseModel):
    name: str = "ann"
    password_hash: str = "secret"


UNDECORATED: dict[str, Callable[[], Any]] = {
    "the constructor": User,
    "model_validate": lambda: User.model_validate({"name": "ann"}),
    "model_validate_json": lambda: User.model_validate_json("{}"),
    "model_construct": lambda: User.model_construct(name="ann"),
    "model_copy": lambda: User().model_copy(update={"name": "ann"}),
    "a deep model_copy": lambda: User().model_copy(deep=True),
    "copy": lambda: copy.copy(User()),
    "deepcopy": lambda: copy.deepcopy(User()),
    "pickle": lambda: pickle.loads(pickle.dumps(User())),
    "a type adapter": lambda: TypeAdapter(list[User]).validate_python([{}])[0],
    "a field of a model": lambda: cast("Any", create_model("M", user=(User, ...)))(user={}).user,
    "a subclass": type("Admin", (User,), {"__module__": __name__}),
}


@pytest.mark.parametrize("build", UNDECORATED.values(), ids=UNDECORATED.keys())
def test_model_without_a_decorator_has_no_sync_and_needs_no_session(
    build: Callable[[], User], caplog: pytest.LogCaptureFixture
) -> None:
    user = build()
    assert not hasattr(user, "sync")
    assert vars(user) == {"name": "ann", "password_hash": "secret"}
    with pytest.raises(AttributeError, match=r"@sync_all\(\)"):
        _ = user.sync
    with Session() as session:
        build()
    assert session.init_handlers == []
    assert caplog.records == []


async def test_nested_models_without_a_decorator_send_nothing_of_their_own(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    class Team(Synced, BaseModel):
        users: list[User] = []

        @computed_field
        def names(self) -> list[str]:
            return [user.name for user in self.users]

        @sync_only("TEAM", names=...)
        def model_post_init(self, _: Any) -> None: ...

        @remote_action
        async def add(self, user: User) -> None:
            before = self.model_copy()
            self.users = [*before.users, user]
            await self.sync()

    team = Team(users=[User() for _ in range(50)])
    async with TestClient(session) as client:
        await client.act("TEAM", "add", user={"name": "ben"})
        assert client.documents == {"TEAM": {"names": [*50 * ["ann"], "ben"]}}
        assert team.users[-1].name == "ben"
        assert not [event for event in client.events if "secret" in str(event)]
    assert caplog.records == []


COPIES: dict[str, Callable[[Notes], Notes]] = {
    "model_copy": lambda notes: notes.model_copy(update={"title": "x"}),
    "a deep model_copy": lambda notes: notes.model_copy(deep=True, update={"title": "x"}),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
async def test_copy_leaves_the_original_in_its_place(
    copied: Callable[[Notes], Notes], session: Session
) -> None:
    notes = Notes()
    before = copied(notes)
    assert before.sync is notes.sync
    assert len(session.init_handlers) == 1
    async with TestClient(session) as client:
        notes.title = "new"
        before.title = "other"
        await before.sync()
        await client.settle()
        assert client.documents["NOTES"]["title"] == "new"
        await client.replace("NOTES", "/title", "newer")
    assert (notes.title, before.title) == ("newer", "other")


class Manual(Synced, BaseModel):
    value: int = 1

    def model_post_init(self, _: Any) -> None:
        self.sync = Sync.all(self, key="X", exclude=[])


class FromOutside(Synced, BaseModel):
    value: int = 1


def from_outside() -> FromOutside:
    made = FromOutside()
    made.sync = Sync.all(made, "X")
    return made


@pytest.mark.parametrize("make", [Manual, from_outside])
async def test_sync_may_be_assigned(make: Callable[[], Manual], session: Session) -> None:
    made = make()
    async with TestClient(session) as client:
        made.value = 2
        await made.sync()
        await client.replace("X", "/value", 3)
        assert client.documents == {"X": {"value": 3}}
    assert made == make().model_copy(update={"value": 3})
    assert made.model_dump() == dict(made) == {"value": 3}
    assert repr(made) == f"{type(made).__name__}(value=3)"
    assert made.sync.state_snapshot == {"value": 3}


def test_unpickled_models_get_their_own_sync_when_it_is_used(session: Session) -> None:
    class_decorated = pickle.dumps(Notes(title="x"))
    function_decorated = pickle.dumps(Counter())
    manual = pickle.dumps(Manual())
    gc.collect()
    assert session.init_handlers == []
    notes, counter = pickle.loads(class_decorated), pickle.loads(function_decorated)
    assert session.init_handlers == []
    assert (notes.sync.key, counter.sync.key) == ("NOTES", "COUNTER")
    assert notes.sync.obj is notes
    assert not hasattr(pickle.loads(manual), "sync")


class Counter(Synced, BaseModel):
    value: int = 0

    @sync_all("COUNTER")
    def model_post_init(self, _: Any) -> None: ...


@sync_all()
class Frame(Synced, BaseModel):
    counter: Counter | None


async def test_nested_decorated_models_have_a_sync_of_their_own(session: Session) -> None:
    frame = Frame.model_validate({"counter": {"value": 1}})
    async with TestClient(session) as client:
        assert client.documents == {
            "COUNTER": {"value": 1},
            "Frame": {"counter": {"value": 1}},
        }
        await client.replace("Frame", "/counter", None)
        await client.replace("Frame", "/counter", {"value": 2})
        assert frame.counter is not None
        frame.counter.value = 3
        await frame.counter.sync()
        await client.settle()
        assert client.documents["COUNTER"] == {"value": 3}


async def test_refused_write_leaves_no_sync_of_the_models_that_it_made(session: Session) -> None:
    @sync_all()
    class Shelf(Synced, BaseModel):
        counter: Counter
        size: int = Field(default=1, ge=0)

    shelf = Shelf.model_validate({"counter": {}})
    async with TestClient(session) as client:
        registered = dict(session.event_handlers)
        await client.set("Shelf", {"counter": {"value": 7}, "size": -1})
        assert session.event_handlers == registered
        await client.replace("COUNTER", "/value", 5)
        assert shelf.counter.value == 5


def test_abstract_models_and_mixins_are_not_registered() -> None:
    class Base(Synced, BaseModel, is_abstract=True):
        value: int = 1

    class Part(Synced, is_abstract=True): ...

    class Whole(Part, Base):
        pass

    class Camel(SyncedAsCamelCase, BaseModel, is_abstract=True):
        value: int = 1

    assert registered_synced_models["Whole"] is Whole
    assert not {Base, Part, Camel} & set(registered_synced_models.values())


class PlainSynced(Synced):
    def __init__(self) -> None:
        self.value = 1


def test_mixin_works_without_a_model(session: Session) -> None:
    plain = PlainSynced()
    assert not hasattr(plain, "sync")
    assert vars(pickle.loads(pickle.dumps(plain))) == {"value": 1}
    decorated = sync_all("P")(type("Decorated", (PlainSynced,), {}))()
    assert decorated.sync.session is session
    assert decorated.sync.state_snapshot == {"value": 1}


async def test_generic_models_are_synced(session: Session) -> None:
    @sync_all("BOX")
    class Box(Synced, BaseModel, Generic[V]):
        value: V

    box = Box[int](value=1)
    async with TestClient(session) as client:
        await client.replace("BOX", "/value", 2)
        await client.replace("BOX", "/value", "x")
        assert client.documents == {"BOX": {"value": 2}}
    assert box.value == 2


def test_frozen_model_gets_its_sync_from_a_decorator(session: Session) -> None:
    class Frozen(Synced, BaseModel):
        model_config = ConfigDict(frozen=True)
        value: int = 1

        @sync_all("F")
        def model_post_init(self, _: Any) -> None: ...

    assert Frozen().sync.session is session
