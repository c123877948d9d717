"""Writes into elements of typed lists and dicts: only what is written is validated."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, TypedDict

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    field_validator,
    model_validator,
)

from ws_sync import Session, Sync, SyncedAsCamelCase, SyncedList, sync_all
from ws_sync._binding.annotations import attribute_adapter
from ws_sync._binding.attribute_types import attribute_of, serialise
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.write.schemas import as_json
from ws_sync._binding.write.write import Write
from ws_sync._core.json.codec import JSON, MAX_VALUE_DEPTH, dump
from ws_sync._core.json.patch import apply
from ws_sync.exceptions import Refused
from ws_sync.testing import TestClient

read: list[object] = []
"""The values that were validated since the test began."""


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    read.clear()


def note(value: Any) -> Any:
    read.append(value)
    return value


Noted = Annotated[int, BeforeValidator(note)]


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Row(BaseModel):
    number: Noted = 0
    title: str = Field(default="", max_length=9)
    color: Color = Color.RED
    tags: list[str] = []


class Node(BaseModel):
    name: str = ""
    children: list[Node] = []


class Typed(TypedDict):
    number: int


@dataclass
class Record:
    number: int = 0
    tags: list[str] = field(default_factory=list)


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: int = 0


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: int = 0


Shape = Annotated[Circle | Square, Field(discriminator="kind")]


class Inner(BaseModel):
    model_config = ConfigDict(validate_assignment=True)

    rows: list[Row] = []
    others: dict[str, list[Row]] = {}
    hidden: list[Row] = Field(default=[], exclude=True)


class Odd(BaseModel):
    """A model whose fields are validated together."""

    rows: list[Row] = []

    @model_validator(mode="after")
    def few(self) -> Odd:
        if sum(row.number for row in self.rows) > 10:
            raise ValueError("too much")
        return self


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)

    rows: list[Row] = []


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    words: list[str] = []


def little(rows: list[Row]) -> list[Row]:
    if sum(row.number for row in rows) > 10:
        raise ValueError("too much")
    return rows


def rows() -> list[Row]:
    return [Row(number=1), Row(number=2, tags=["a"]), Row(number=3)]


class Thing:
    rows: list[Row]
    few: Annotated[list[Row], Field(min_length=3, max_length=3)]
    maybe: list[Row] | None
    named: dict[str, Row]
    numbered: dict[int, Row]
    grid: list[list[int]]
    records: list[Record]
    typed: list[Typed]
    shapes: list[Shape]
    tree: list[Node]
    anything: list[Any]
    loose: list[dict[str, Any]]
    little: Annotated[list[Row], AfterValidator(little)]
    shown: Annotated[list[Row], PlainSerializer(lambda value: [each.number for each in value])]
    inner: Inner
    odd: Odd
    frozen: Frozen
    stripped: Stripped
    colors: list[Color]
    maybes: list[Row | None]
    both: list[int] | list[str]

    def __init__(self) -> None:
        self.rows, self.few, self.maybe, self.little, self.shown = (rows() for _ in range(5))
        self.named = dict(zip("abc", rows(), strict=True))
        self.numbered = dict(enumerate(rows()))
        self.grid = [[1, 2], [3]]
        self.records = [Record(1, ["a"]), Record(2)]
        self.typed = [{"number": 1}, {"number": 2}]
        self.shapes = [Circle(radius=1), Square(side=2)]
        self.tree = [Node(name="a", children=[Node(name="b", children=[Node(name="c")])])]
        self.anything = [1, {"a": [1]}, None]
        self.loose = [{"a": {"b": 1}}, {"a": 2}]
        self.inner = Inner(rows=rows(), others={"x": rows()}, hidden=rows())
        self.odd, self.frozen = Odd(rows=rows()), Frozen(rows=rows())
        self.stripped = Stripped(words=["a"])
        self.colors = [Color.RED, Color.BLUE]
        self.maybes = [None, Row(number=1)]
        self.both = [1, 2]


class Holder(BaseModel):
    rows: Annotated[list[Row], Field(max_length=4)] = []
    unique: list[int] = []
    plain: dict[str, Any] = {}

    @field_validator("unique")
    @classmethod
    def all_different(cls, value: list[int]) -> list[int]:
        if len(set(value)) < len(value):
            raise ValueError("twice")
        return value


def holder() -> Holder:
    return Holder(rows=rows(), unique=[1, 2], plain={"a": {"b": 1}})


def attributes(owner: object, names: list[str]) -> dict[str, Attribute]:
    return {name: attribute_of(owner, name, name) for name in names}


def attributes_of(owner: object) -> dict[str, Attribute]:
    names = [*Holder.model_fields] if isinstance(owner, Holder) else [*Thing.__annotations__]
    return attributes(owner, names)


VALUES: list[JSON] = [
    *(0, 1, 7, -1, True, None, "", "5", "x", "blue", " spaced ", "far too long a title"),
    *([], ["t"], {}, {"number": 4}, {"number": "no"}, {"kind": "circle", "radius": 3}, [1]),
]

PATHS = [
    *("/rows/0/number", "/rows/1/title", "/rows/1/tags/0", "/rows/1/tags/-", "/rows/2", "/rows/3"),
    *("/rows/-", "/rows/00/number", "/rows/0", "/rows/1/unknown", "/rows", "/rows/2/color"),
    *("/few/0/number", "/few/0", "/few/-", "/maybe/1/number", "/named/a/number", "/named/a"),
    *("/named/z", "/named/z/number", "/numbered/1/number", "/grid/0/1", "/grid/0/-", "/grid/1"),
    *("/grid/0/0/0", "/records/0/number", "/records/0/tags/0", "/typed/1/number", "/typed/0"),
    *("/shapes/0/radius", "/shapes/0/kind", "/shapes/1", "/tree/0/children/0/name"),
    *("/tree/0/children/0/children/0/children/-", "/anything/1/a/0", "/anything/0", "/anything/1"),
    *(
        "/loose/0/a/b",
        "/loose/0/a",
        "/loose/1/z",
        "/little/0/number",
        "/shown/0",
        "/shown/0/number",
    ),
    *("/inner/rows/1/number", "/inner/others/x/0/title", "/inner/others/x/-", "/inner/rows"),
    "/inner/hidden/0/number",
    *("/odd/rows/0/number", "/frozen/rows/0/number", "/stripped/words/0", "/colors/0"),
    *("/maybes/0", "/maybes/1/number", "/maybes/1", "/both/0", "/", "", "rows/0", "/rows/0/~2"),
]

HOLDER_PATHS = [
    *("/rows/0/number", "/rows/0", "/rows/-", "/rows/3/number", "/unique/0", "/unique/-"),
    *("/plain/a/b", "/plain/a", "/plain/c"),
]


@pytest.mark.parametrize("operation", ["add", "remove", "replace"])
@pytest.mark.parametrize("path", [*PATHS, *HOLDER_PATHS])
def test_write_is_refused_or_has_the_result_that_the_patch_says(path: str, operation: str) -> None:
    """What goes out differs from the patched document only by what types make of new values."""
    for value in VALUES if operation != "remove" else [None]:
        for owner in (Thing(), model := holder()):
            known = attributes_of(owner)
            before = document(known)
            patch = [{"op": operation, "path": path, "value": value}]
            try:
                Write(known, patch).commit()
            except Refused:
                assert document(known) == before
                continue
            name = path.split("/")[1]
            after = document(known)
            assert {**after, name: None} == {**before, name: None}
            result = apply(before, patch)[name]
            if after[name] != result:  # a type has converted the new value
                assert attribute_of(owner, name, name).typed
                annotation: Any = Holder.model_fields[name].annotation if owner is model else None
                adapter = attribute_adapter(type(owner), name) or TypeAdapter(annotation)
                assert serialise(adapter, adapter.validate_json(dump(result).text)) == after[name]


def document(known: dict[str, Attribute]) -> dict[str, JSON]:
    return {wire: as_json(attribute.plain()) for wire, attribute in known.items()}


NARROW = [
    *("/rows/0/number", "/few/1/number", "/maybe/1/number", "/named/a/number"),
    *("/inner/rows/1/number", "/inner/others/x/0/number", "/maybes/1/number"),
]

WIDE = [
    *("/numbered/1/number", "/little/0/number", "/odd/rows/0/number"),
]


def replace(path: str, value: JSON) -> JSON:
    return [{"op": "replace", "path": path, "value": value}]


@pytest.mark.parametrize("path", NARROW)
def test_only_the_element_is_read_and_everything_keeps_its_identity(path: str) -> None:
    thing = Thing()
    before = dict(vars(thing))
    read.clear()
    Write(attributes_of(thing), replace(path, 5)).commit()
    assert read == [5]
    assert all(value is before[name] for name, value in vars(thing).items())


@pytest.mark.parametrize("path", WIDE)
def test_validators_of_what_contains_an_element_do_not_read_the_others(path: str) -> None:
    thing = Thing()
    read.clear()
    Write(attributes_of(thing), replace(path, 4)).commit()
    assert read == [4]
    with pytest.raises(Refused):
        Write(attributes_of(thing), replace(path, "no number"))


@pytest.mark.parametrize("path", ["/little/0/number", "/odd/rows/0/number"])
def test_validators_of_what_contains_an_element_see_it(path: str) -> None:
    thing = Thing()
    with pytest.raises(Refused, match="too much"):
        Write(attributes_of(thing), replace(path, 9))


def test_part_of_a_frozen_object_is_read_only() -> None:
    thing = Thing()
    with pytest.raises(Refused, match="frozen"):
        Write(attributes_of(thing), replace("/frozen/rows/0/number", 4))


def test_element_of_a_model_is_read_alone() -> None:
    model = holder()
    first, second, _ = model.rows
    read.clear()
    Write(attributes_of(model), replace("/rows/1/number", 5)).commit()
    assert read == [5]
    assert model.rows[0] is first
    assert model.rows[1] is second
    assert second.number == 5


def test_number_of_elements_is_judged_as_before() -> None:
    thing = Thing()
    full = attributes_of(thing)
    with pytest.raises(Refused, match="at most 3"):
        Write(full, [{"op": "add", "path": "/few/-", "value": {}}])
    thing.few.append(Row())  # by the application: the whole value is invalid
    with pytest.raises(Refused, match="at most 3"):
        Write(full, replace("/few/0/number", 5))


def test_undo_brings_an_element_back() -> None:
    thing = Thing()
    first, before = thing.rows[0], deepcopy(thing.rows)
    for path, value in (("/rows/0/number", 5), ("/rows/0", {"number": 9})):
        write = Write(attributes_of(thing), replace(path, value))
        write.commit()
        assert thing.rows[0].number == value if isinstance(value, int) else value["number"]
        write.undo()
        assert thing.rows == before
        assert thing.rows[0] is first


def test_element_that_stands_twice_is_written_once() -> None:
    thing = Thing()
    thing.rows = [(twice := Row(number=1)), twice]
    thing.named = {"a": (other := Row(number=1)), "b": other}
    for path in ("/rows/0/number", "/named/b/number"):
        Write(attributes_of(thing), replace(path, 5)).commit()
    assert [row.number for row in thing.rows] == [5, 1]
    assert [row.number for row in thing.named.values()] == [1, 5]


def test_value_that_a_class_holds_is_not_written_into() -> None:
    class Shared:
        rows: ClassVar[list[Row]] = rows()

    class Typed(Shared):
        rows: list[Row]  # type: ignore[misc]  # annotates the attribute of the base class

    one = Typed()
    Write(attributes(one, ["rows"]), replace("/rows/0/number", 5)).commit()
    assert Shared.rows[0].number == 1
    assert one.rows[0].number == 5


def test_tracked_list_notes_what_a_client_writes() -> None:
    thing = Thing()
    thing.loose = SyncedList([{"a": 1}, {"a": 2}])
    Write(attributes_of(thing), replace("/loose/0/a", 5)).commit()
    assert isinstance(thing.loose, SyncedList)
    assert thing.loose == [{"a": 5}, {"a": 2}]


def test_value_may_be_nested_as_deep_as_anywhere() -> None:
    def nested(levels: int) -> JSON:
        value: JSON = []
        for _ in range(levels - 1):
            value = [value]
        return value

    thing = Thing()
    known = attributes_of(thing)
    room = MAX_VALUE_DEPTH - 2  # the list, and the object in it
    Write(known, replace("/loose/0/a", nested(room)))
    with pytest.raises(Refused, match="too deep"):
        Write(known, replace("/loose/0/a", nested(room + 1)))


def session_of(owner: object) -> Session:
    with Session() as session:
        Sync(owner, "T", sync_all=True)
    return session


async def test_client_and_server_agree_after_writes_into_elements() -> None:
    thing = Thing()
    async with TestClient(session_of(thing)) as client:
        for path, value in (("/rows/0/number", 5), ("/inner/rows/1/title", "x"), ("/grid/0/0", 7)):
            sent = len(client.events)
            await client.replace("T", path, value)
            assert len(client.events) == sent  # nothing to correct
        await client.replace("T", "/rows/1/number", "12")
        assert client.documents["T"]["rows"][1]["number"] == 12
        await client.replace("T", "/rows/1", {"number": 3})
        assert client.documents["T"]["rows"][1]["title"] == ""
        assert client.documents["T"] == await client.get("T")


async def test_client_that_holds_something_else_is_corrected() -> None:
    thing = Thing()
    async with TestClient(session_of(thing)) as client:
        thing.grid = [[]]  # not synced yet: the client still has the old value
        await client.patch("T", {"op": "add", "path": "/grid/0/0", "value": 9})
        assert client.documents["T"]["grid"] == thing.grid == [[9]]
        thing.grid = [[], [4]]
        await client.patch("T", {"op": "replace", "path": "/grid/0", "value": [8]})
        assert client.documents["T"]["grid"] == thing.grid == [[8], [4]]


async def test_refused_write_into_an_element_changes_nothing_and_says_where() -> None:
    thing = Thing()
    before = deepcopy(thing.rows)
    async with TestClient(session_of(thing)) as client:
        await client.replace("T", "/rows/1/title", "far too long a title")
        assert thing.rows == before
        assert client.documents["T"] == await client.get("T")
    with pytest.raises(Refused, match=r"'rows': its type rejects it: 1\.title"):
        Write(attributes_of(thing), replace("/rows/1/title", "far too long a title"))


async def test_write_after_which_a_derived_attribute_fails_is_taken_back() -> None:
    class Counted(Thing):
        @property
        def share(self) -> float:
            return 1 / self.rows[0].number

    thing = Counted()
    first = thing.rows[0]
    async with TestClient(session_of(thing)) as client:
        await client.replace("T", "/rows/0/number", 0)
        assert thing.rows[0] is first
        assert first.number == 1
        await client.replace("T", "/rows/0/number", 4)
        assert client.documents["T"]["share"] == 0.25


class Person(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    full_name: str = Field(default="", alias="fullName", max_length=5)


@sync_all()
class People(SyncedAsCamelCase, BaseModel):
    all_people: list[Person] = []
    by_name: dict[str, Person] = {}


async def test_names_on_the_wire_are_those_of_the_types() -> None:
    with Session() as session:
        people = People(all_people=[Person(fullName="Ann")], by_name={"a": Person(fullName="B")})
    first = people.all_people[0]
    async with TestClient(session) as client:
        sent = len(client.events)
        await client.replace("People", "/allPeople/0/fullName", "Eve")
        await client.replace("People", "/byName/a/fullName", "Ada")
        assert len(client.events) == sent
        await client.replace("People", "/byName/a/fullName", "too long")
    assert people.all_people[0] is first
    assert (first.full_name, people.by_name["a"].full_name) == ("Eve", "Ada")
