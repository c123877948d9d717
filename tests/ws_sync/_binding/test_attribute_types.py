"""Tests of attribute types of plain classes and dataclasses; `test_synced_model` has models."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pytest
from pydantic import BaseModel, Field, PlainSerializer, TypeAdapter, ValidationError

from ws_sync import Session, Sync, SyncedDict, SyncedList, sync_all, sync_only
from ws_sync.testing import TestClient

if TYPE_CHECKING:
    from fractions import Fraction  # not imported at run time


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: int = 0
    seen: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Fixed:
    x: int


class Model(BaseModel):
    n: int = 0
    point: Point = Point(1)


class Shape:
    sync: Sync
    kinds: ClassVar[list[str]] = ["a"]
    name: str
    size: Annotated[int, Field(ge=0)]
    colour: Colour
    points: list[Point]
    model: Model
    fixed: list[Fixed]
    day: date | None
    price: Annotated[float, PlainSerializer(lambda value: f"{value:.1f}")]
    later: list[Fraction]
    by_name: dict[str, Point]
    pair: tuple[Point, int]

    @sync_all("SHAPE", exclude=["kinds"])
    def __init__(self) -> None:
        self.name = "s"
        self.size = 1
        self.colour = Colour.RED
        self.points = [Point(1), Point(2)]
        self.model = Model()
        self.fixed = [Fixed(1)]
        self.day = None
        self.price = 1.25
        self.later = []
        self.by_name = {"a": Point(5)}
        self.pair = (Point(1), 2)
        self.untyped: Any = Point(3)


REFUSED = [
    ("/name", 1),
    ("/size", -1),
    ("/size", "many"),
    ("/colour", "green"),
    ("/points/0/x", "x"),
    ("/points", None),
    ("/model/point", {"y": 1}),
    ("/fixed/0", {}),
    ("/day", "no day"),
    ("/by_name/a", 1),
    ("/price", "NaN"),
    ("/untyped/x", 4),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=[f"{p}-{v!r}" for p, v in REFUSED])
async def test_value_that_an_annotation_refuses_is_not_applied(
    path: str, value: Any, session: Session
) -> None:
    shape = Shape()
    before = shape.sync.state_snapshot
    async with TestClient(session) as client:
        await client.replace("SHAPE", path, value)
        assert client.documents["SHAPE"] == await client.get("SHAPE") == before


async def test_values_are_read_by_their_annotations(session: Session) -> None:
    shape = Shape()
    async with TestClient(session) as client:
        values = {"size": "4", "colour": "blue", "day": "2026-01-02", "price": "2.75", "later": [1]}
        await client.set("SHAPE", values)
        assert (shape.size, shape.colour, shape.day) == (4, Colour.BLUE, date(2026, 1, 2))
        assert (shape.price, list[Any](shape.later)) == (2.75, [1])
        assert client.documents["SHAPE"]["price"] == "2.8"
        await client.replace("SHAPE", "/untyped", {"any": "thing"})
        assert shape.untyped == {"any": "thing"}


async def test_objects_are_patched_in_place(session: Session) -> None:
    shape = Shape()
    points, (first, second) = shape.points, shape.points
    model, inner, named = shape.model, shape.model.point, shape.by_name["a"]
    first.seen.append("kept")
    async with TestClient(session) as client:
        await client.patch(
            "SHAPE",
            {"op": "replace", "path": "/points/0/y", "value": 5},
            {"op": "add", "path": "/points/1", "value": {"x": 9}},
            {"op": "replace", "path": "/model/point/x", "value": 6},
            {"op": "replace", "path": "/by_name/a/x", "value": 7},
            {"op": "replace", "path": "/fixed/0", "value": {"x": 8}},
            {"op": "replace", "path": "/pair/0/x", "value": 3},
        )
        assert client.documents["SHAPE"] == await client.get("SHAPE")
    assert shape.points is points
    assert [id(point) for point in points] == [id(first), id(points[1]), id(second)]
    assert (first, points[1], first.seen) == (Point(1, 5), Point(9), ["kept"])
    assert (shape.model, shape.model.point, shape.by_name["a"]) == (model, inner, named)
    assert (shape.model.point is inner, shape.by_name["a"] is named) == (True, True)
    assert (inner.x, named.x, shape.fixed) == (6, 7, [Fixed(8)])
    assert shape.pair == (Point(3), 2)


async def test_write_that_fails_late_leaves_every_object_as_it_was(session: Session) -> None:
    class Failing:
        points: list[Point]
        model: Model
        table: dict[str, int]

        def __init__(self) -> None:
            self.points = [Point(1), Point(2)]
            self.model = Model()
            self.table = {"a": 1}

        @property
        def total(self) -> int:
            if len(self.points) > 2:
                raise ValueError("too many")
            return len(self.points)

    failing = Failing()
    Sync.all(failing, "F")
    before = repr(vars(failing)["points"]), failing.model.model_dump(), dict(failing.table)
    async with TestClient(session) as client:
        await client.patch(
            "F",
            {"op": "replace", "path": "/points/0/x", "value": 5},
            {"op": "replace", "path": "/model/n", "value": 5},
            {"op": "add", "path": "/table/b", "value": 5},
            {"op": "add", "path": "/points/-", "value": {"x": 3}},
        )
        after = repr(vars(failing)["points"]), failing.model.model_dump(), dict(failing.table)
        assert after == before
        assert client.documents["F"]["points"][0]["x"] == 1


async def test_dataclass_is_synced_by_a_decorator(session: Session) -> None:
    @sync_all("D")
    @dataclass
    class Data:
        number: int = 1
        when: datetime | None = None
        tags: list[str] = field(default_factory=list)

    data = Data(number=2)
    tags = data.tags
    async with TestClient(session) as client:
        assert client.documents["D"] == {"number": 2, "when": None, "tags": []}
        await client.patch("D", {"op": "add", "path": "/tags/-", "value": "x"})
        assert (data.tags, data.tags is tags) == (["x"], True)
        await client.patch("D", {"op": "add", "path": "/tags/-", "value": 1})
        assert data.tags == ["x"]
        await client.replace("D", "/number", "3")
        assert data.number == client.documents["D"]["number"] == 3


async def test_declared_read_only_attributes_are_the_servers(session: Session) -> None:
    """X-4: an attribute can be declared read-only without a property."""

    class Account:
        sync: Sync

        @sync_only("A", _read_only=["balance"], balance=..., note=...)
        def __init__(self) -> None:
            self.balance = 5
            self.note = ""

    account = Account()
    async with TestClient(session) as client:
        await client.replace("A", "/balance", 1_000_000)
        assert account.balance == client.documents["A"]["balance"] == 5
        await client.set("A", {"balance": 7, "note": "x"})
        assert (account.balance, account.note) == (5, "x")
        account.balance = 6
        await client.replace("A", "/note", "y")
        assert client.documents["A"]["balance"] == 5  # it was not synced
        await account.sync()
        await client.settle()
        assert client.documents["A"]["balance"] == 6


class Sheet:
    sync: Sync
    rows: list[dict[str, int]]
    cells: SyncedList
    names: SyncedDict
    points: list[Point]

    @sync_all("SHEET")
    def __init__(self) -> None:
        self.rows = SyncedList([{"n": 1}, {"n": 2}])
        self.cells = SyncedList([1, [2]])
        self.names = SyncedDict(first={"n": 1})
        self.points = SyncedList([Point(1), Point(2)])


class SheetModel(BaseModel):
    sync: ClassVar[Sync]
    rows: list[dict[str, int]] = Field(default_factory=lambda: SyncedList([{"n": 1}, {"n": 2}]))
    cells: SyncedList = Field(default_factory=lambda: SyncedList([1, [2]]))
    names: SyncedDict = Field(default_factory=lambda: SyncedDict(first={"n": 1}))
    points: list[Point] = Field(default_factory=lambda: SyncedList([Point(1), Point(2)]))


@pytest.mark.parametrize("kind", [Sheet, SheetModel])
async def test_tracked_values_stay_tracked_through_writes_by_their_types(
    session: Session, kind: type[Any]
) -> None:
    sheet = kind()
    sync = sheet.sync if kind is Sheet else Sync(sheet, "SHEET", sync_all=True)
    values = {name: getattr(sheet, name) for name in ("rows", "cells", "names", "points")}
    row, point = sheet.rows[1], sheet.points[0]
    async with TestClient(session) as client:
        await client.replace("SHEET", "/rows/1/n", "5")
        await client.replace("SHEET", "/rows/0/n", "no number")
        await client.replace("SHEET", "/cells/1/0", {"any": "value"})
        await client.replace("SHEET", "/names/first", {"n": 2})
        await client.replace("SHEET", "/points/1/x", "7")
        assert all(getattr(sheet, name) is value for name, value in values.items())
        assert (sheet.rows[1] is row, sheet.points[0] is point) == (True, True)
        assert (sheet.rows, sheet.points[1].x) == ([{"n": 1}, {"n": 5}], 7)
        row["n"] = 6
        sheet.cells[1][0]["any"] = "other"
        sheet.names["first"]["n"] = 3
        before = len(client.events)
        await sync()
        await client.settle()
        assert [operation["path"] for operation in client.events[before].data] == [
            "/rows/1/n", "/cells/1/0/any", "/names/first/n"
        ]  # fmt: skip
        await client.set("SHEET", {"rows": [{"n": 9}], "names": {"x": [1]}, "cells": []})
        sheet.names["x"].append(2)
        await sync()
        await client.settle()
    assert client.documents["SHEET"] == state_of(sheet)
    assert [type(getattr(sheet, name)) for name in ("rows", "cells", "names")] == [
        SyncedList, SyncedList, SyncedDict
    ]  # fmt: skip


def state_of(sheet: Any) -> dict[str, Any]:
    return {
        "rows": [dict(row) for row in sheet.rows],
        "cells": list(sheet.cells),
        "names": {name: list(value) for name, value in sheet.names.items()},
        "points": [{"x": point.x, "y": point.y, "seen": point.seen} for point in sheet.points],
    }


async def test_names_of_members_that_are_no_strings_are_converted(session: Session) -> None:
    class Prices:
        sync: Sync
        by_day: dict  # type: ignore[type-arg]  # as users often write it

        @sync_all("PRICES")
        def __init__(self) -> None:
            self.by_day = {date(2024, 1, 31): [1], 2: date(2024, 2, 1)}
            self.untyped = {Colour.RED: 1}

    prices = Prices()
    async with TestClient(session) as client:
        prices.by_day[date(2024, 1, 31)].append(2)
        await prices.sync()
        await client.settle()
        assert client.documents["PRICES"] == {
            "by_day": {"2024-01-31": [1, 2], "2": "2024-02-01"},
            "untyped": {"red": 1},
        }


def test_pydantic_makes_tracked_containers_where_they_are_annotated() -> None:
    made = SheetModel.model_validate({"cells": [[1]], "names": {"a": {"b": 1}}})
    assert (type(made.cells), type(made.cells[0])) == (SyncedList, SyncedList)
    assert (type(made.names), type(made.names["a"])) == (SyncedDict, SyncedDict)
    assert made.model_dump(include={"cells", "names"}) == {"cells": [[1]], "names": {"a": {"b": 1}}}
    with pytest.raises(ValidationError):
        TypeAdapter(SyncedList[int]).validate_python(["no number"])  # type: ignore[misc]


def test_annotation_that_can_not_be_resolved_takes_any_value(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    shape = Shape()
    assert shape.sync.session is session
    Shape.__annotations__["odd"] = "list[NoSuchName]"
    vars(shape)["odd"] = 1
    Sync(shape, "ODD", include=["odd"])
    assert "cannot resolve the type of Shape.odd; any value is accepted" in caplog.text


class Panics:
    """A serializer adds a member to a dict, as a thread may do meanwhile."""

    outer: dict[str, Annotated[int, PlainSerializer(lambda n: grow(n))]]
    inner: dict[str, dict[str, Annotated[int, PlainSerializer(lambda n: grow(n))]]]
    n: int

    @sync_all("PANICS")
    def __init__(self, outer: dict[str, int], inner: dict[str, int]) -> None:
        self.outer = outer
        self.inner = {"a": inner}
        self.n = 1


growing: list[dict[str, int]] = []


def grow(n: int) -> int:
    for each in growing:
        each[f"{len(each)}"] = 0
    return n


@pytest.mark.parametrize("kind", [dict, SyncedDict])
async def test_dict_that_grows_while_it_is_read_ends_no_connection(
    session: Session, kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL + 1):
        owner = Panics(kind(a=1, b=2), {"a": 1, "b": 2})
        async with TestClient(session) as client:
            growing[:] = [owner.outer, owner.inner["a"]]
            owner.n = 2
            with pytest.raises(RuntimeError, match="attribute 'inner'"):
                await owner.sync()  # type: ignore[attr-defined]
            await client.send("_GET:PANICS", {})
            await client.patch("PANICS", {"op": "replace", "path": "/n", "value": 3})
            growing.clear()
            await owner.sync()  # type: ignore[attr-defined]
            await client.get("PANICS")
            assert client.documents["PANICS"]["n"] == owner.n
            assert client.documents["PANICS"]["inner"] == owner.inner
            assert client.documents["PANICS"]["outer"] == dict(owner.outer)
