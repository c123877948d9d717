"""Tests of `ws_sync._binding.wire_names`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypedDict, TypeVar

import pytest
from pydantic import (
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    computed_field,
)
from pydantic.alias_generators import to_camel, to_pascal
from pydantic.dataclasses import dataclass as pydantic_dataclass

from ws_sync import Session, Sync, Synced, remote_action, sync_all
from ws_sync._binding.wire_names import (
    argument_aliases,
    attribute_name,
    casing_of,
    from_wire,
    wire_names_of,
)
from ws_sync.testing import TestClient

T = TypeVar("T")


class Renamed(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    a: int = Field(default=0, serialization_alias="out", validation_alias="into")

    @computed_field(alias="sum")
    def total(self) -> int:
        return self.a


class Other(BaseModel):
    b: list[Renamed] = []


class Box(BaseModel, Generic[T]):
    content: T


@pydantic_dataclass(config=ConfigDict(serialize_by_alias=True))
class Aliased:
    a: int = Field(default=0, serialization_alias="out")


@dataclass
class Plain:
    a: int


@dataclass
class Holding:
    inner: list[Renamed]


class Dictionary(TypedDict):
    inner: Renamed


@dataclass
class Unknown:
    inner: NoSuchName  # type: ignore[name-defined]  # noqa: F821


class Unshown(BaseModel):
    """A model whose aliases do not go out."""

    a: int = Field(default=0, alias="A")

    @computed_field(alias="sum")
    def total(self) -> int:
        return self.a


OUT, IN = {"out": 1, "sum": 1}, {"a": 1}


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Renamed, OUT, IN),
        (Renamed | None, OUT, IN),
        (Unshown, {"a": 1, "total": 1}, {"a": 1}),
        (Unshown | int, {"A": 1}, {"A": 1}),
        (Annotated[Renamed, "note"] | None, OUT, IN),
        (Other | Renamed, OUT, IN),
        (int | list[Renamed], [OUT], [IN]),
        (str | Mapping[str, Renamed], {"k": OUT}, {"k": IN}),
        (Sequence[Renamed], [OUT, 5], [IN, 5]),
        (tuple[Renamed, int], [OUT, 2, 3], [IN, 2, 3]),
        (tuple[Renamed, ...], [OUT, OUT], [IN, IN]),
        (Other, {"b": [OUT], "more": OUT}, {"b": [IN], "more": OUT}),
        (Box[Renamed], {"content": OUT}, {"content": IN}),
        (Aliased, {"out": 1}, {"a": 1}),
        (Plain, {"a": 1}, {"a": 1}),
        (Holding, {"inner": [OUT]}, {"inner": [IN]}),
        (Dictionary, {"inner": OUT}, {"inner": IN}),
        (Unknown, {"inner": OUT}, {"inner": OUT}),
        (Annotated[Renamed, []], OUT, IN),
        (Any, OUT, OUT),
        (dict, OUT, OUT),
        (list, [OUT], [OUT]),
        (int | str, OUT, OUT),
        (Renamed, "text", "text"),
        (str, ["text"], ["text"]),
        ("not resolved", OUT, OUT),
    ],
)
def test_names_of_the_wire_become_those_that_pydantic_reads(
    annotation: Any, value: Any, expected: Any
) -> None:
    assert from_wire(annotation, value) == expected


def test_names_on_the_wire_are_those_of_serialisation() -> None:
    assert wire_names_of(Renamed) == wire_names_of(Aliased) == {"a": "out"}
    assert wire_names_of(Unshown) == {"a": "a"}
    assert wire_names_of(Plain) == {"a": "a"}
    assert wire_names_of(int) == {}


class Named(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, serialize_by_alias=True)

    first_name: str = ""
    nick: str = Field(default="", alias="nickName")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def full_name(self) -> str:
        return self.first_name

    @property
    def not_computed(self) -> int:
        return 0


class Spelled(Named):
    """The same names in Python, which go out as they are."""

    model_config = ConfigDict(serialize_by_alias=False)


@pytest.mark.parametrize(
    ("cls", "camel", "name", "wire"),
    [
        (Named, False, "first_name", "firstName"),
        (Named, False, "nick", "nickName"),
        (Named, False, "full_name", "fullName"),
        (Named, False, "not_computed", "notComputed"),
        (Spelled, False, "first_name", "first_name"),
        (Spelled, False, "nick", "nick"),
        (Spelled, True, "first_name", "firstName"),
        (Unshown, False, "a", "a"),
        (Unshown, False, "total", "total"),
        (Plain, True, "a_b", "aB"),
        (Plain, True, "URL", "url"),
        (Plain, True, "type_", "type_"),
        (Plain, True, "itemCount", "itemCount"),
        (Plain, False, "a_b", "a_b"),
    ],
)
def test_attribute_has_the_name_that_its_class_serialises(
    cls: type, camel: bool, name: str, wire: str
) -> None:
    assert attribute_name(cls, camel, name) == wire


@pytest.mark.parametrize(
    ("generator", "camel", "wire"),
    [
        (to_pascal, False, "AB"),
        (to_pascal, True, "AB"),
        (AliasGenerator(serialization_alias=str.upper, alias=to_pascal), False, "A_B"),
        (AliasGenerator(alias=to_pascal), False, "AB"),
        (AliasGenerator(validation_alias=to_pascal), True, "aB"),
        (None, True, "aB"),
    ],
)
def test_casing_is_that_of_the_alias_generator(generator: Any, camel: bool, wire: str) -> None:
    cls = type("Made", (BaseModel,), {"model_config": ConfigDict(alias_generator=generator)})
    casing = casing_of(cls, camel)
    assert casing is not None
    assert casing("a_b") == wire
    assert casing_of(int) is casing_of(Unshown) is None


@pytest.mark.parametrize(
    ("annotation", "default", "aliases"),
    [
        (int, ..., ("aB",)),
        (Any, None, ("aB",)),
        (int, Field(alias="x"), ("x",)),
        (Annotated[int, Field(alias="x")], 5, ("x",)),
        (Annotated[int, Field(validation_alias="x")], ..., ("x",)),
        (int, Field(validation_alias=AliasPath("x", 0)), (AliasPath("x", 0),)),
        (int, Field(validation_alias=AliasChoices("x", AliasPath("y"))), ("x", AliasPath("y"))),
    ],
    ids=repr,
)
def test_argument_has_its_explicit_aliases_or_the_cased_name(
    annotation: Any, default: Any, aliases: tuple[Any, ...]
) -> None:
    assert argument_aliases("a_b", annotation, default, to_camel) == aliases


class Line(BaseModel):
    line_count: int = Field(default=0, alias="lineCount")


class Page(Synced, BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    user_name: str = Field(default="", alias="userName")
    shown_as: str = Field(default="", serialization_alias="shownAs")
    lines: list[Line] = []

    @computed_field(alias="lineTotal")  # type: ignore[prop-decorator]
    @property
    def line_total(self) -> int:
        return sum(line.line_count for line in self.lines)


class Typed:
    page: Line
    title: str = None  # type: ignore[assignment]

    def __init__(self) -> None:
        self.page = Line(lineCount=1)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


async def test_alias_is_on_the_wire_only_where_the_model_serialises_it(session: Session) -> None:
    page = sync_all("PAGE")(Page)(userName="a")
    async with TestClient(session) as client:
        assert client.documents["PAGE"] == {
            "user_name": "a", "shown_as": "", "lines": [], "line_total": 0,
        }  # fmt: skip
        await client.set("PAGE", {"user_name": "b", "lines": [{"line_count": 1}]})
        await client.replace("PAGE", "/shown_as", "c")
        await client.replace("PAGE", "/lines/0/line_count", 2)
        assert (page.user_name, page.shown_as, page.lines) == ("b", "c", [Line(lineCount=2)])
        assert client.documents["PAGE"]["line_total"] == 2


async def test_model_in_a_typed_class_goes_out_as_it_serialises_itself(session: Session) -> None:
    typed = Typed()
    sync = Sync.all(typed, "T", include=None, exclude=None, toCamelCase=None)
    async with TestClient(session) as client:
        assert client.documents["T"] == {"page": {"line_count": 1}, "title": None}
        await client.replace("T", "/page/line_count", 2)
        await client.replace("T", "/page", {"lineCount": 3})
        assert typed.page.line_count == 3
        await client.replace("T", "/title", "a")
        await client.replace("T", "/title", None)
        assert typed.title is None
        del sync


async def test_parameters_and_running_tasks_are_cased_as_the_model_is(session: Session) -> None:
    @sync_all("C", expose_running_tasks=True)
    class Cased(Synced, BaseModel):
        model_config = ConfigDict(alias_generator=to_pascal, serialize_by_alias=True)
        a_b: int = 0

        @remote_action("PUT")
        async def put(self, new_value: int, from_: int = Field(alias="from")) -> None:
            self.a_b = new_value + from_

    cased = Cased.model_validate({"AB": 1})
    async with TestClient(session) as client:
        assert client.documents["C"] == {"AB": 1, "RunningTasks": []}
        await client.act("C", "PUT", NewValue=2, **{"from": 3})
        assert cased.a_b == 5


async def test_functions_with_self_get_the_object(session: Session) -> None:
    class Plain:
        def __init__(self) -> None:
            self.calls: list[str] = []

    async def act(self: Plain, word: str) -> None:
        self.calls.append(word)
        await sync()

    plain = Plain()
    sync = Sync.all(plain, "P", actions={"act": act}, tasks={"task": act})
    async with TestClient(session) as client:
        await client.act("P", "act", word="a")
        await client.start("P", "task", word="b")
        await client.until(lambda documents: documents["P"]["calls"] == ["a", "b"])
