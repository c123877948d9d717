"""What goes back to the client after a write into a large array: only what it touched is read."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, computed_field, field_validator

from tests.ws_sync._binding.write.test_only_what_is_named import op, serve
from ws_sync import SyncedDict, SyncedList
from ws_sync._binding.write.schemas import Type
from ws_sync._binding.write.views import View
from ws_sync.testing import TestClient

ROWS = 200


class Row(BaseModel):
    n: int = 0
    rounded: Annotated[float, BeforeValidator(round)] = 0
    text: str = "x" * 50

    @computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        reads.append(self.n)
        return 2 * self.n


reads: list[int] = []


class Typed:
    rows: list[Row]
    groups: dict[str, list[Row]]

    def __init__(self, text: str) -> None:
        self.rows = [Row(n=n, text=text) for n in range(ROWS)]
        self.groups = {"a": [Row(n=n, text=text) for n in range(ROWS)], "b": []}


@pytest.mark.parametrize("place", ["/rows", "/groups/a"])
@pytest.mark.parametrize("length", [50, 2000])
async def test_only_rows_that_were_touched_are_read_and_sent(place: str, length: int) -> None:
    """What was converted or derived goes back; another change of the server waits for a sync."""
    owner = Typed("x" * length)
    rows = owner.rows if place == "/rows" else owner.groups["a"]
    async with TestClient(serve(owner)) as client:
        await client.patch("T", op("replace", f"{place}/7/n", 70))  # divides the text
        reads.clear()
        rows[8].n = 80  # not synced yet
        await client.patch("T", op("replace", f"{place}/9/n", 90))
        await client.patch("T", op("replace", f"{place}/9/rounded", 1.4))
        await client.patch("T", op("add", f"{place}/10", {"n": 100}))
        assert set(reads) <= {9, 90, 100}
        held: Any = client.documents["T"]
        held = held["rows"] if place == "/rows" else held["groups"]["a"]
        assert held[9] == {"n": 90, "rounded": 1, "text": "x" * length, "double": 180}
        assert held[10] == {"n": 100, "rounded": 0, "text": "x" * 50, "double": 200}
        assert held[8]["n"] == 8
        await client.patch("T", op("remove", f"{place}/0"))
        assert len(rows) == ROWS
        assert rows[7].n == 80


class Model(BaseModel):
    rows: list[Row] = []
    most: int = 1000

    @field_validator("most")
    @classmethod
    def _even(cls, value: int) -> int:
        return value + value % 2


async def test_fields_of_a_model_are_read_by_member_too() -> None:
    owner = Model(rows=[Row(n=n) for n in range(ROWS)])
    async with TestClient(serve(owner)) as client:
        await client.patch("T", op("replace", "/rows/7/n", 70))
        reads.clear()
        await client.patch("T", op("replace", "/rows/9/n", 90), op("replace", "/most", 5))
        assert client.documents["T"]["most"] == 6
        assert client.documents["T"]["rows"][9]["double"] == 180
        assert client.documents["T"] == await client.get("T")


class Chained:
    """An object whose setter changes rows elsewhere."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self._title = ""

    @property
    def title(self) -> str:
        return self._title

    @title.setter
    def title(self, value: str) -> None:
        self._title = value
        self.rows[0]["n"] = value


@pytest.mark.parametrize("kind", [list, SyncedList])
async def test_what_a_setter_changed_elsewhere_goes_back_too(kind: Any) -> None:
    owner = Chained(kind([{"n": n, "text": "x" * 50} for n in range(ROWS)]))
    async with TestClient(serve(owner)) as client:
        await client.patch("T", op("replace", "/rows/5/n", -5))
        await client.patch("T", op("replace", "/rows/6/n", -6), op("replace", "/title", "new"))
        assert client.documents["T"]["rows"][0]["n"] == "new"


class Sorted:
    rows: Annotated[list[int], BeforeValidator(sorted)]

    def __init__(self) -> None:
        self.rows = list(range(1000, 1000 + 4 * ROWS, 2))


async def test_array_with_validators_is_compared_as_a_whole() -> None:
    owner = Sorted()
    async with TestClient(serve(owner)) as client:
        await client.patch("T", op("add", "/rows/-", 1001))
        assert client.documents["T"]["rows"][:2] == [1000, 1001]
        assert client.documents["T"] == await client.get("T")


async def test_element_that_is_there_twice_stays_where_the_client_did_not_write() -> None:
    row = {"n": 1, "text": "x" * 50}
    owner = Chained([row, *({"n": n, "text": "y" * 50} for n in range(ROWS)), row])
    async with TestClient(serve(owner)) as client:
        await client.patch("T", op("replace", "/rows/0/n", 2))
        assert client.documents["T"] == await client.get("T")
        assert owner.rows[0]["n"] == 2
        assert owner.rows[-1]["n"] == 1


async def test_members_of_a_large_object_are_read_alone_too() -> None:
    owner = Chained({f"name {n}": {"n": n, "text": "x" * 50} for n in range(ROWS)})
    async with TestClient(serve(owner)) as client:
        for patch in (
            op("replace", "/rows/name 5/n", -5),
            op("add", "/rows/new", {"n": 1}),
            op("remove", "/rows/name 7"),
            {"op": "move", "from": "/rows/name 8", "path": "/rows/moved"},
            op("replace", "/rows/moved/n", SyncedDict()),
        ):
            await client.patch("T", patch)
            assert client.documents["T"] == await client.get("T")
    assert owner.rows["moved"]["n"] == {}


@pytest.mark.parametrize("token", ["text", "-", "-1", "200"])
def test_place_in_an_object_that_is_an_array_now_is_not_found(token: str) -> None:
    found = View(Type({"type": "any"}, {}), {"rows": [[n] for n in range(ROWS)]})
    with pytest.raises(LookupError):
        found.read(("rows", token), ROWS)
