"""A client's write changes what it names and nothing else: one test for each known fault."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NamedTuple, Self, TypedDict, TypeVar

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    RootModel,
    SecretStr,
    computed_field,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic import dataclasses as pydantic_dataclasses

from ws_sync import Session, Sync, Synced, sync_all
from ws_sync._binding.attribute_types import attribute_of
from ws_sync._binding.write.write import Write
from ws_sync._core.json.codec import JSON
from ws_sync.exceptions import Refused, RefusedPatch
from ws_sync.testing import TestClient

T = TypeVar("T")


def op(name: str, path: str, *value: JSON, **members: JSON) -> JSON:
    return {"op": name, "path": path, **({"value": value[0]} if value else {}), **members}


def serve(owner: Any) -> Session:
    with Session() as session:
        Sync(owner, "T", sync_all=True)
    return session


async def write(owner: Any, *patch: JSON) -> JSON:
    """Apply a patch of a client; both sides hold the same after it. Return the document."""
    async with TestClient(serve(owner)) as client:
        try:
            await client.patch("T", *patch)
        except RefusedPatch:  # not possible in the copy of a client that obeys the rules
            await client.send("_PATCH:T", list(patch))
            await client.settle()
        assert client.documents["T"] == await client.get("T")
        return client.documents["T"]


async def write_state(owner: Any, **state: JSON) -> JSON:
    async with TestClient(serve(owner)) as client:
        await client.set("T", state)
        assert client.documents["T"] == await client.get("T")
        return client.documents["T"]


class Row(BaseModel):
    t: str = ""
    owner: str = Field("unowned", exclude=True)
    _seen: int = PrivateAttr(0)


@dataclass
class Record:
    t: str = ""
    rows: list[Row] = field(default_factory=list)


def rows() -> list[Row]:
    return [Row(t="b", owner="bob"), Row(t="c", owner="carol")]


class Model(BaseModel):
    rows: list[Row] = Field(default_factory=rows)
    row: Row = Row(t="r", owner="rita")
    groups: dict[str, list[Row]] = Field(default_factory=lambda: {"g": rows()})


class Plain:
    rows: list[Row]
    row: Row
    groups: dict[str, list[Row]]

    def __init__(self) -> None:
        self.rows, self.row, self.groups = rows(), Row(t="r", owner="rita"), {"g": rows()}


KINDS = pytest.mark.parametrize("kind", [Model, Plain])


def owners(found: list[Row]) -> list[str]:
    return [row.owner for row in found]


@KINDS
@pytest.mark.parametrize("place", ["/rows", "/groups/g"])
@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ([op("replace", "/0/t", "x")], ["bob", "carol"]),
        ([op("add", "/0", {"t": "new"})], ["unowned", "bob", "carol"]),
        ([op("remove", "/0")], ["carol"]),
        ([op("move", "/1", **{"from": "/0"})], ["carol", "bob"]),
        ([op("replace", "/0", {"t": "x"})], ["bob", "carol"]),
        ([op("replace", "", [{"t": "new"}, {"t": "b"}, {"t": "c"}])], ["unowned", "bob", "carol"]),
    ],
    ids=["replace", "add", "remove", "move", "whole", "list"],
)
async def test_hidden_values_stay(kind: Any, place: str, patch: JSON, expected: list[str]) -> None:
    owner = kind()
    found = owner.rows if place == "/rows" else owner.groups["g"]
    for each in patch:
        each = {**each, "path": place + each["path"]}
        await write(owner, {**each, "from": place + each["from"]} if "from" in each else each)
    assert owners(found) == expected


@KINDS
async def test_hidden_values_stay_after_a_state(kind: Any) -> None:
    owner = kind()
    await write_state(owner, rows=[{"t": "b"}, {"t": "x"}], row={"t": "y"}, groups={"g": []})
    assert owners(owner.rows) == ["bob", "carol"]
    assert (owner.row.t, owner.row.owner, owner.groups) == ("y", "rita", {"g": []})


@KINDS
@pytest.mark.parametrize(
    "patch",
    [
        [op("add", "/rows/0/owner", "attacker")],
        [op("replace", "/rows/0/owner", "attacker")],
        [op("add", "/row/owner", "attacker")],
        [op("add", "/rows/-", {"t": "x", "owner": "attacker"})],
        [op("replace", "/rows/0", {"t": "x", "owner": "attacker"})],
        [op("replace", "/rows", [{"t": "x", "owner": "attacker"}])],
        [op("replace", "/row", {"t": "x", "owner": "attacker"})],
        [op("add", "/groups/h", [{"owner": "attacker"}])],
        [op("add", "/rows/0/_seen", 5)],
        [op("add", "/rows/0/unknown", 5)],
    ],
    ids=lambda patch: patch[0]["op"] + patch[0]["path"].replace("/", "."),
)
async def test_hidden_names_are_refused(kind: Any, patch: JSON) -> None:
    owner = kind()
    await write(owner, *patch)
    assert (owners(owner.rows), owners(owner.groups["g"])) == (["bob", "carol"],) * 2
    assert (owner.row.owner, [row._seen for row in owner.rows]) == ("rita", [0, 0])


@KINDS
async def test_hidden_names_in_a_state_are_refused(kind: Any) -> None:
    owner = kind()
    await write_state(owner, rows=[{"t": "x", "owner": "attacker"}])
    assert (owners(owner.rows), owner.rows[0].t) == (["bob", "carol"], "b")


class Required(BaseModel):
    t: str = ""
    owner: str = Field(exclude=True)


class Requiring:
    rows: list[Required]

    def __init__(self) -> None:
        self.rows = [Required(t="b", owner="bob")]


async def test_required_hidden_field_comes_from_the_element(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner = Requiring()
    await write(owner, op("replace", "/rows/0/t", "x"))
    assert owner.rows == [Required(t="x", owner="bob")]
    await write(owner, op("replace", "/rows/0", {"t": "y"}))
    assert owner.rows == [Required(t="y", owner="bob")]
    await write(owner, op("add", "/rows/-", {"t": "z"}))
    assert len(owner.rows) == 1
    assert "owner" in caplog.text


def two_digits(value: Decimal) -> str:
    return f"{value:.2f}"


PASSWORD = SecretStr("hunter2")


class Lossy(BaseModel):
    name: str = ""
    password: SecretStr = SecretStr("hunter2")
    price: Annotated[Decimal, PlainSerializer(two_digits)] = Decimal("1.23456")
    at: Annotated[datetime, PlainSerializer(lambda value: value.date().isoformat())] = datetime(
        2026, 1, 2, 3, 4, tzinfo=UTC
    )
    card: Annotated[str, PlainSerializer(lambda value: "*" * 4 + value[-4:])] = "1234567890"


@dataclass
class LossyRecord:
    name: str = ""
    password: SecretStr = PASSWORD
    price: Annotated[Decimal, PlainSerializer(two_digits)] = Decimal("1.23456")


@pydantic_dataclasses.dataclass
class LossyPydantic:
    name: str = ""
    password: SecretStr = PASSWORD


class Holding:
    user: Lossy
    users: list[Lossy]
    named: dict[str, Lossy]
    records: list[LossyRecord]
    record: LossyRecord
    pydantics: list[LossyPydantic]

    def __init__(self) -> None:
        self.user, self.users, self.named = Lossy(), [Lossy()], {"a": Lossy()}
        self.records, self.record, self.pydantics = (
            [LossyRecord()],
            LossyRecord(),
            [LossyPydantic()],
        )

    def all(self) -> list[Any]:
        found: list[Any] = [self.user, *self.users, *self.named.values(), *self.records]
        return [*found, self.record, *self.pydantics]


class HoldingModel(BaseModel):
    user: Lossy = Lossy()
    users: list[Lossy] = [Lossy()]
    named: dict[str, Lossy] = {"a": Lossy()}
    records: list[LossyRecord] = [LossyRecord()]
    record: LossyRecord = LossyRecord()
    pydantics: list[LossyPydantic] = [LossyPydantic()]

    def all(self) -> list[Any]:
        return Holding.all(self)  # type: ignore[arg-type]  # it has the same attributes


@pytest.mark.parametrize("kind", [Holding, HoldingModel])
@pytest.mark.parametrize(
    "patch",
    [
        *([op("replace", f"/{place}/name", "x")] for place in ("user", "users/0", "named/a")),
        *([op("replace", f"/{place}/name", "x")] for place in ("records/0", "record")),
        [op("replace", "/pydantics/0/name", "x")],
        [op("add", "/users/0", {"name": "new", "password": "p"})],
        [op("add", "/records/0", {"name": "new", "password": "p"})],
    ],
    ids=lambda patch: patch[0]["op"] + patch[0]["path"].replace("/", "."),
)
async def test_lossy_values_stay(kind: Any, patch: JSON) -> None:
    owner = kind()
    before = {id(each): dict(vars(each)) for each in owner.all()}
    document = await write(owner, *patch)
    held = {id(each): each for each in owner.all()}
    assert before.keys() <= held.keys()
    for key, values in before.items():
        assert {**vars(held[key]), "name": ""} == {**values, "name": ""}
    assert "new" in str(document) or "'x'" in str(document)


class Bag(BaseModel):
    model_config = ConfigDict(extra="allow")

    n: int = 0


async def test_extra_members_are_visible_members() -> None:
    class Owner(BaseModel):
        bag: Bag = Bag(n=1, x=2)  # type: ignore[call-arg]  # an extra member

    owner = Owner()
    bag = owner.bag
    await write(owner, op("replace", "/bag/x", 5), op("add", "/bag/y", [1]))
    assert owner.bag is bag
    assert bag.__pydantic_extra__ == {"x": 5, "y": [1]}
    await write(owner, op("remove", "/bag/x"))
    await write(owner, op("add", "/bag/_private", 1))
    assert bag.__pydantic_extra__ == {"y": [1]}


class Names(RootModel[list[Row]]):
    _seen: int = PrivateAttr(0)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)

    n: int = 0
    secret: str = Field("s", exclude=True)


class Containers:
    names: Names
    recent: deque[str]
    fixed: list[Frozen]

    def __init__(self) -> None:
        self.names = Names(rows())
        self.names._seen = 3
        self.recent = deque(["a", "b"], maxlen=3)
        self.fixed = [Frozen(n=1, secret="one"), Frozen(n=2, secret="two")]


async def test_root_models_deques_and_frozen_models_stay() -> None:
    owner = Containers()
    names, recent = owner.names, owner.recent
    await write(owner, op("replace", "/names/0/t", "x"), op("add", "/names/-", {"t": "new"}))
    assert (owner.names is names, names._seen, owners(names.root)) == (
        True, 3, ["bob", "carol", "unowned"],
    )  # fmt: skip
    await write(owner, op("replace", "/recent/0", "x"), op("add", "/recent/-", "c"))
    assert (owner.recent is recent, recent.maxlen, [*recent]) == (True, 3, ["x", "b", "c"])
    await write(owner, op("add", "/recent/-", "d"))
    assert [*recent] == ["x", "b", "c"]
    await write(owner, op("add", "/fixed/0", {"n": 0}))
    assert [each.secret for each in owner.fixed] == ["s", "one", "two"]
    await write(owner, op("replace", "/fixed/1/n", 5))
    assert [each.n for each in owner.fixed] == [0, 1, 2]


class Base(BaseModel):
    n: int = Field(0, ge=-10)


class Positive(Base):
    n: int = Field(0, ge=0)
    more: int = 0

    @field_validator("n")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


@dataclass
class BaseRecord:
    n: int = 0


@dataclass
class Checked(BaseRecord):
    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError("negative")


class Identified(BaseModel):
    id: int = Field(1, frozen=True)
    t: str = ""


class Constrained:
    items: list[Base]
    item: Base
    records: list[BaseRecord]
    rows: list[Identified]

    def __init__(self) -> None:
        self.items, self.item = [Positive(n=0)], Positive(n=0)
        self.records, self.rows = [Checked()], [Identified(id=1)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/items/0/more", 5),
        ("/item/more", 5),
        ("/items/0/n", -5),
        ("/item/n", -2),
        ("/items/0/n", 3),
        ("/items/0", {"n": -2}),
        ("/records/0/n", -5),
        ("/rows/0/id", 5),
    ],
)
async def test_constraints_hold_where_the_object_is(
    path: str, value: JSON, caplog: pytest.LogCaptureFixture
) -> None:
    owner = Constrained()
    items: list[Any] = [*owner.items, owner.item, *owner.records, *owner.rows]
    before = [dict(vars(item)) for item in items]
    await write(owner, op("replace" if isinstance(value, dict) else "add", path, value))
    assert [dict(vars(item)) for item in items] == before
    assert "refused a write" in caplog.text
    await write(owner, op("replace", "/items/0/n", 4), op("replace", "/rows/0/t", "x"))
    assert (items[0].n, items[3].t) == (4, "x")


@sync_all()
class Masked(Synced, BaseModel):
    name: str = ""
    secret: str = "hunter2"

    @model_serializer
    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "secret": "***"}


async def test_serialiser_of_the_synced_model_masks_its_fields() -> None:
    with Session() as session:
        masked = Masked()
    async with TestClient(session) as client:
        assert client.documents["Masked"] == {"name": "", "secret": "***"}
        await client.replace("Masked", "/name", "x")
        assert (masked.name, masked.secret) == ("x", "hunter2")


async def test_value_that_a_serialiser_masks_is_not_revealed_where_it_moves() -> None:
    with Session() as session:
        masked = Masked()
    patch = op("move", "/name", **{"from": "/secret"}), op("add", "/secret", "")
    async with TestClient(session) as client:
        await client.patch("Masked", *patch)
        assert "hunter2" not in str(client.documents)
    assert masked.name == "***"


@pytest.mark.parametrize(("mode", "shown"), [("null", None), ("strings", "NaN")])
async def test_ser_json_inf_nan_is_honoured(mode: Any, shown: JSON) -> None:
    class Measured(BaseModel):
        model_config = ConfigDict(ser_json_inf_nan=mode)
        x: float = math.nan
        t: str = ""

    class Outer(BaseModel):
        inner: Measured = Measured()

    owner = Measured()
    assert await write(owner, op("replace", "/t", "a")) == {"x": shown, "t": "a"}
    assert math.isnan(owner.x)
    outer = Outer()
    assert (await write(outer, op("replace", "/inner/t", "a")))["inner"]["x"] == shown
    assert math.isnan(outer.inner.x)


async def test_entry_that_a_setter_adds_beside_a_write_stays() -> None:
    class Logging:
        def __init__(self) -> None:
            self.log = [{"read": False}]
            self._title = ""

        @property
        def title(self) -> str:
            return self._title

        @title.setter
        def title(self, value: str) -> None:
            self._title = value
            self.log.append({"read": False})

    owner = Logging()
    await write(owner, op("replace", "/title", "x"), op("replace", "/log/0/read", True))
    assert owner.log == [{"read": True}, {"read": False}]


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
async def test_setter_that_raises_leaves_no_trace(error: type[BaseException]) -> None:
    class Strict:
        def __init__(self) -> None:
            self.a, self._z, self.items = 1, 1, [1]

        @property
        def z(self) -> int:
            return self._z

        @z.setter
        def z(self, value: int) -> None:
            raise error(value)

    owner = Strict()
    changes = op("replace", "/a", 2), op("add", "/items/-", 2), op("replace", "/z", 2)
    document = await write(owner, *changes)
    assert (owner.a, owner._z, owner.items) == (1, 1, [1])
    assert document == {"a": 1, "items": [1], "z": 1}


class Sorted(BaseModel):
    tags: list[str] = ["b", "a"]
    n: int = 0
    _count: int = PrivateAttr(0)
    _seen: list[int] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def check(self) -> Self:
        self.tags.sort()
        self._count += 1
        self._seen.append(self.n)
        if self.n > 5:
            raise ValueError("too much")
        return self


class HoldsSorted:
    inner: Sorted

    def __init__(self) -> None:
        self.inner = Sorted()


@pytest.mark.parametrize("kind", [Sorted, HoldsSorted])
async def test_validator_that_raises_leaves_no_trace(kind: Any) -> None:
    owner = kind()
    inner, path = (owner, "/n") if kind is Sorted else (owner.inner, "/inner/n")
    inner.tags = tags = ["b", "a"]
    before = inner._count, list(inner._seen)
    await write(owner, op("replace", path, 6))
    assert (inner.tags, inner.tags is tags) == (["b", "a"], True)
    assert (inner._count, inner._seen) == before
    await write(owner, op("replace", path, 4))
    assert (inner.tags, inner.tags is tags) == (["a", "b"], True)
    assert (inner._count, inner._seen) == (before[0] + 1, [*before[1], 4])


async def test_setters_are_called_once_in_order_and_undone_in_reverse() -> None:
    class History:
        def __init__(self) -> None:
            self.calls: Any = []
            self._a, self._b = 1, 1

        def _set(self, name: str, value: int) -> None:
            self.calls.append((name, value))
            if value == 5:
                raise ValueError("five")
            setattr(self, name, value)

        a = property(lambda self: self._a, lambda self, value: self._set("_a", value))
        b = property(lambda self: self._b, lambda self, value: self._set("_b", value))

    owner = History()
    with Session() as session:
        Sync(owner, "T", include=["a", "b"])
    async with TestClient(session) as client:
        await client.patch("T", op("replace", "/b", 2), op("replace", "/a", 2))
        assert owner.calls == [("_a", 2), ("_b", 2)]
        owner.calls.clear()
        await client.patch("T", op("replace", "/b", 5), op("replace", "/a", 3))
    assert owner.calls == [("_a", 3), ("_b", 5), ("_a", 2)]
    assert (owner.a, owner.b) == (2, 2)


class Box(BaseModel, Generic[T]):
    inner: T
    hidden: int = Field(7, exclude=True)


async def test_generics_and_unions_keep_what_is_hidden() -> None:
    class Owner:
        boxes: list[Box[Row]]
        either: list[Row | Record]

        def __init__(self) -> None:
            self.boxes = [Box(inner=Row(owner="bob"), hidden=8)]
            self.either = [Row(t="a", owner="bob"), Record(t="r", rows=rows())]

    owner = Owner()
    await write(
        owner,
        op("replace", "/boxes/0/inner/t", "x"),
        op("replace", "/either/0/t", "x"),
        op("replace", "/either/1/rows/1/t", "y"),
    )
    assert (owner.boxes[0].hidden, owner.boxes[0].inner) == (8, Row(t="x", owner="bob"))
    assert owner.either[0] == Row(t="x", owner="bob")
    assert owners(owner.either[1].rows) == ["bob", "carol"]  # type: ignore[union-attr]


async def test_date_in_a_member_that_is_not_written_stays() -> None:
    class Owner:
        days: dict[str, date | None]
        tags: set[str]
        pair: tuple[Row, int]

        def __init__(self) -> None:
            self.days = {"a": date(2026, 1, 1), "b": None}
            self.tags, self.pair = {"a"}, (Row(owner="bob"), 1)

    owner = Owner()
    tags, row = owner.tags, owner.pair[0]
    await write(owner, op("replace", "/days/b", "2026-01-02"), op("add", "/tags/-", "b"))
    assert owner.days == {"a": date(2026, 1, 1), "b": date(2026, 1, 2)}
    assert (owner.tags, owner.tags is tags) == ({"a", "b"}, True)
    await write(owner, op("replace", "/pair/0/t", "x"), op("replace", "/pair/1", 2))
    assert (owner.pair[0] is row, owner.pair) == (True, (Row(t="x", owner="bob"), 2))


class HasSecrets(BaseModel):
    secrets: list[SecretStr] = []


async def test_secret_that_moves_to_another_class_stays() -> None:
    class Owner:
        first: dict[str, SecretStr]
        second: HasSecrets

        def __init__(self) -> None:
            self.first, self.second = {"a": PASSWORD}, HasSecrets()

    owner = Owner()
    await write(owner, op("move", "/second/secrets/0", **{"from": "/first/a"}))
    assert owner.first == {}
    assert owner.second.secrets[0] is PASSWORD


class FrozenRoot(RootModel[list[int]]):
    model_config = ConfigDict(frozen=True)


async def test_part_of_a_frozen_root_model_is_read_only() -> None:
    class Owner:
        root: FrozenRoot

        def __init__(self) -> None:
            self.root = FrozenRoot([1, 2])

    owner = Owner()
    before = owner.root
    await write(owner, op("replace", "/root/0", 5))
    assert (owner.root is before, before.root) == (True, [1, 2])
    await write(owner, op("replace", "/root", [5]))
    assert (owner.root.root, before.root) == ([5], [1, 2])


class Pair(NamedTuple):
    row: Row
    n: int = 0


class Shown(BaseModel):
    t: str = ""
    owner: str = "shown"


ROW = {"t": "x"}

ROWS: list[tuple[Any, Any, JSON]] = [
    (Sequence[Row], [Row(owner="bob")], [{"t": "x"}]),
    (Iterable[Row], [Row(owner="bob")], [{"t": "x"}]),
    (Mapping[str, Row], {"a": Row(owner="bob")}, {"a": {"t": "x"}}),
    (OrderedDict[str, Row], OrderedDict(a=Row(owner="bob")), {"a": {"t": "x"}}),
    (
        defaultdict[str, list[Row]],
        defaultdict(list, a=[Row(owner="bob")]),
        {"a": [{"t": "x"}]},
    ),
    (Pair, Pair(Row(owner="bob"), 1), [{"t": "x"}, 2]),
    (Pair, Pair(Row(owner="bob"), 1), {"row": ROW, "n": 2}),
    (list[int] | list[Row], [Row(owner="bob")], [{"t": "x"}]),
    (dict[str, int] | dict[str, Row], {"a": Row(owner="bob")}, {"a": {"t": "x"}}),
    (Row | Shown, Row(owner="bob"), {"t": "x"}),
    (list[Row | Shown], [Row(owner="bob")], [{"t": "x"}]),
]


def with_owner(value: JSON) -> JSON:
    """Return a value whose rows have the hidden member too."""
    if isinstance(value, list):
        return [with_owner(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: with_owner(each) for name, each in value.items()}
    return {**found, "owner": "attacker"} if "t" in value else found


@pytest.mark.parametrize(("kind", "value", "json"), ROWS, ids=lambda each: str(each)[:40])
def test_no_type_lets_a_hidden_name_in(kind: Any, value: Any, json: JSON) -> None:
    owner = type("Owner", (), {"__annotations__": {"v": kind}, "__module__": __name__})()
    owner.v = value
    known = {"v": attribute_of(owner, "v", "v")}
    with pytest.raises(Refused, match=r"goes out|read-only|rejects"):
        Write(known, [op("replace", "/v", with_owner(json))])
    assert (owner.v is value, "attacker" in repr(value)) == (True, False)


KEEPING = [each for each in ROWS if each[0] != Iterable[Row] and each[2] != {"row": ROW, "n": 2}]


@pytest.mark.parametrize(("kind", "value", "json"), KEEPING, ids=lambda each: str(each)[:40])
def test_every_container_keeps_what_is_hidden(kind: Any, value: Any, json: JSON) -> None:
    owner = type("Owner", (), {"__annotations__": {"v": kind}, "__module__": __name__})()
    owner.v = value
    Write({"v": attribute_of(owner, "v", "v")}, [op("replace", "/v", json)]).commit()
    assert type(owner.v) is type(value)
    assert "t='x', owner='bob'" in repr(owner.v)


class Keyed(BaseModel):
    id: int = Field(frozen=True)
    t: str = ""
    owner: str = Field("unowned", exclude=True)


class Aligned:
    rows: list[Row]
    keyed: list[Keyed]
    named: dict[str, Keyed]

    def __init__(self) -> None:
        self.rows = [Row(t=t, owner=f"owner {t}") for t in "abc"]
        self.keyed = [Keyed(id=n, t=str(n), owner=f"owner {n}") for n in (1, 2, 3)]
        self.named = {"a": Keyed(id=1, owner="owner 1")}


def aligned(place: str, *patch: JSON) -> Any:
    owner = Aligned()
    Write({place: attribute_of(owner, place, place)}, [*patch]).commit()
    return getattr(owner, place)


def texts(*found: str) -> list[JSON]:
    return [{"t": each} for each in found]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("cba", "cba"),
        ("bca", "bca"),
        ("xabc", "-abc"),
        ("axbc", "a-bc"),
        ("abcx", "abc-"),
        ("axc", "abc"),
        ("xaxc", "-abc"),
        ("ca", "ca"),
        ("x", "a"),
        ("aab", "a-b"),
        ("cxba", "c-ba"),
    ],
)
def test_elements_of_a_replaced_array_stay(new: str, expected: str) -> None:
    """Equal ones stay, wherever they are; others are compared between those in their order."""
    found = aligned("rows", op("replace", "/rows", texts(*new)))
    assert [each.t for each in found] == [*new]
    owned = [f"owner {each}" if each != "-" else "unowned" for each in expected]
    assert owners(found) == owned


class Keeper:
    pw: SecretStr
    n: Annotated[int, Field(ge=0)]
    rows: list[int]

    def __init__(self) -> None:
        self.pw = SecretStr("old")
        self.n = 1
        self.rows = [1]


@pytest.mark.parametrize(
    "patch",
    [
        [op("replace", "/pw", "s3cret"), op("replace", "/n", -1)],
        [op("replace", "/pw", {"s3cret": "s3cret"})],
        [op("replace", "/n", "s3cret")],
        [op("add", "/rows/-", "s3cret")],
        [op("test", "/pw", "s3cret")],
        [op("replace", "/unknown", "s3cret")],
        [op("add", "", {"pw": "s3cret"})],
        [{"op": "replace", "value": "s3cret"}],
        "s3cret",
    ],
    ids=repr,
)
async def test_log_of_a_refused_patch_has_no_value_of_it(
    patch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    owner = Keeper()
    async with TestClient(serve(owner)) as client:
        await client.send("_PATCH:T", patch)
        await client.get("T")
    assert "refused" in caplog.text
    assert "s3cret" not in caplog.text
    assert owner.pw.get_secret_value() == "old"


class Places:
    rows: list[Any]
    empty: Any
    default: Any = 5

    def __init__(self) -> None:
        self.rows = [["x"]]
        self.empty = None


@pytest.mark.parametrize("name", ["empty", "default"])
async def test_element_that_moves_into_an_attribute_stays_the_object(name: str) -> None:
    owner = Places()
    moved = owner.rows[0]
    await write(owner, op("move", f"/{name}", **{"from": "/rows/0"}))
    assert getattr(owner, name) is moved
    assert owner.rows == []


def test_element_that_moves_is_not_used_again_for_a_new_one() -> None:
    class Owner:
        one: list[Row]
        other: list[Row]

        def __init__(self) -> None:
            self.one, self.other = [Row(t="a", owner="bob")], []

    owner = Owner()
    known = {name: attribute_of(owner, name, name) for name in ("one", "other")}
    moved = op("move", "/other/0", **{"from": "/one/0"})
    Write(known, [moved, op("replace", "/one", texts("a"))]).commit()
    assert (owners(owner.one), owners(owner.other)) == (["unowned"], ["bob"])


def test_element_that_is_removed_and_added_again_stays() -> None:
    """As clients say it that have only add, remove and replace."""
    patch = op("remove", "/rows/0"), op("add", "/rows/-", {"t": "a"})
    assert owners(aligned("rows", *patch)) == ["owner b", "owner c", "owner a"]


def keyed(*ids: int) -> JSON:
    return [{"id": each, "t": "new"} for each in ids]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ([op("replace", "/keyed", keyed(3, 1, 2))], [3, 1, 2]),
        ([op("replace", "/keyed", keyed(2))], [2]),
        ([op("replace", "/keyed", keyed(5, 3))], [None, 3]),
        ([op("replace", "/keyed/0", keyed(5)[0])], [None, 2, 3]),
        ([op("remove", "/keyed/0"), op("add", "/keyed/0", keyed(5)[0])], [None, 2, 3]),
        ([op("remove", "/keyed/0"), op("add", "/keyed/-", keyed(1)[0])], [2, 3, 1]),
    ],
)
def test_frozen_members_say_which_element_it_is(patch: JSON, expected: list[int | None]) -> None:
    owned = [f"owner {each}" if each else "unowned" for each in expected]
    assert owners(aligned("keyed", *patch)) == owned


def test_entry_with_other_frozen_members_is_another_object() -> None:
    found = aligned("named", op("replace", "/named/a", {"id": 5}))
    assert (found["a"].id, found["a"].owner) == (5, "unowned")
    found = aligned("named", op("replace", "/named/a", {"id": 1, "t": "x"}))
    assert (found["a"].t, found["a"].owner) == ("x", "owner 1")


def written(kind: Any, value: Any, *patch: JSON) -> Any:
    owner = type("Owner", (), {"__annotations__": {"v": kind}, "__module__": __name__})()
    owner.v = value
    Write({"v": attribute_of(owner, "v", "v")}, [*patch]).commit()
    return owner.v


def test_element_of_a_tuple_that_shifts_is_read_by_its_new_place() -> None:
    shifting = op("remove", "/v/0"), op("add", "/v/-", "x")
    with pytest.raises(Refused, match="valid string"):
        written(tuple[str, int], ("a", 1), *shifting)
    with pytest.raises(Refused, match="valid integer"):
        written(tuple[str, int], ("a", 1), op("replace", "/v", ["b", "a"]))
    again = op("remove", "/v/0"), op("add", "/v/-", {"t": "a"})
    one, other = written(tuple[Row, Row], (Row(t="a", owner=""), Row(t="b", owner="")), *again)
    assert (one.t, other.t) == ("b", "a")
    pair = PASSWORD, "b"
    assert written(tuple[SecretStr, str], pair, op("replace", "/v/1", "c")) == (PASSWORD, "c")
    assert written(tuple[SecretStr, str], pair, op("replace", "/v/1", "b")) is pair


class Counting(BaseModel):
    n: int = 1
    label: Annotated[list[int], Field(frozen=True)] = [0, 0]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        return 2 * self.n


def test_derived_member_can_be_tested_copied_and_written_with_its_own_value() -> None:
    value = {"n": 1, "twice": 2, "label": [0, 0]}
    patch = op("test", "/v/twice", 2), op("replace", "/v/twice", 2), op("test", "/v", value)
    found = written(Counting, Counting(), *patch, op("copy", "/v/n", **{"from": "/v/twice"}))
    assert found.n == 2
    for each in (op("replace", "/v/twice", 3), op("remove", "/v/twice")):
        with pytest.raises(Refused, match="derived"):
            written(Counting, Counting(), each)


def test_frozen_member_that_looks_the_same_keeps_its_value() -> None:
    counting = Counting()
    label = counting.label
    patch = op("remove", "/v/label/0"), op("add", "/v/label/-", 0), op("replace", "/v/n", 2)
    assert written(Counting, counting, *patch).label is label


class Hiding(Bag):
    secret: int = Field(1, exclude=True)


def test_values_that_move_into_extra_and_optional_members_stay() -> None:
    bag = Hiding(n=1, e=1, f=(moved := [1]))  # type: ignore[call-arg]  # extra members
    assert written(Hiding, bag, op("move", "/v/e", **{"from": "/v/f"})) is bag
    assert bag.__pydantic_extra__ == {"e": [1]}
    assert bag.__pydantic_extra__["e"] is moved
    rows_of: Any = TypedDict("rows_of", {"a": Row, "b": Row}, total=False)
    row = Row(owner="bob")
    assert written(rows_of, {"a": row}, op("move", "/v/b", **{"from": "/v/a"}))["b"] is row
    assert written(rows_of, {"a": row}, op("add", "/v/b", {"t": "x"}))["a"] is row


def test_name_within_the_word_none_is_an_extra_member() -> None:
    assert written(list[Hiding], [], op("add", "/v/0", {"n": 1, "o": 2}))[0].o == 2


@dataclass
class Dated:
    n: int = 0


class BagOfRecords(BaseModel):
    model_config = ConfigDict(extra="allow")

    record: Dated = Field(default_factory=Dated)


def test_dataclass_in_a_model_with_extra_members_has_none() -> None:
    with pytest.raises(Refused, match="no member 'x'"):
        written(BagOfRecords, BagOfRecords(), op("add", "/v/record/x", 1))


class Tagged(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: Literal["a"] = "a"


class Aliased(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    kind: Literal["b"] = "b"
    x: int = Field(0, serialization_alias="xWire")


def test_union_is_read_by_the_member_that_accepts_the_value() -> None:
    new = {"kind": "b", "xWire": 5}
    assert written(Tagged | Aliased, Tagged(), op("replace", "/v", new)) == Aliased(x=5)
    with pytest.raises(Refused, match=r"goes out|rejects"):  # neither has both members
        written(Aliased | Tagged, Tagged(), op("replace", "/v", {**new, "y": 1}))
    with pytest.raises(Refused, match="again"):
        written(list[Aliased], [], op("add", "/v/0", {"x": 1, "xWire": 2}))


async def test_set_that_is_written_with_an_element_twice_stays() -> None:
    class Owner(BaseModel):
        v: set[int] = {1}

    owner = Owner()
    await write_state(owner, v=[1, 1])
    assert owner.v == {1}


def test_validator_of_a_model_does_not_disturb_tuples() -> None:
    class Checked(BaseModel):
        n: int = 0
        rows: list[tuple[int, int]] = [(1, 2)]

        @model_validator(mode="after")
        def check(self) -> Self:
            return self

    checked = Checked()
    row = checked.rows[0]
    assert written(Checked, checked, op("replace", "/v/n", 5)).rows[0] is row


def test_object_of_a_container_with_a_default_moves() -> None:
    class Owner:
        many: defaultdict[str, Annotated[Row, Field(default_factory=Row)]]
        one: Row

        def __init__(self) -> None:
            self.many, self.one = defaultdict(None, a=Row(owner="bob")), Row(owner="")

    owner = Owner()
    known = {name: attribute_of(owner, name, name) for name in ("many", "one")}
    Write(known, [op("move", "/one", **{"from": "/many/a"})]).commit()
    assert (owner.one.owner, owner.many) == ("bob", {})
