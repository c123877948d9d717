"""Tests of `ws_sync._binding.json_schema`."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, Field, computed_field

from ws_sync import (
    Session,
    Synced,
    SyncedAsCamelCase,
    remote_action,
    remote_task,
    sync_all,
    sync_only,
)


class Item(BaseModel):
    n: int = 0


@sync_all("LIST", exclude=["quiet"], expose_running_tasks=True)
class ShoppingList(SyncedAsCamelCase, BaseModel):
    list_title: str = Field(default="x", max_length=5)
    items: list[Item] = []
    quiet: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def item_count(self) -> int:
        return len(self.items)

    @remote_action("ADD")
    def add(self, new_item: Item, times: int = Field(default=1, ge=1), **more: Any) -> None: ...

    @remote_action("CLEAR")
    async def clear(self) -> None: ...

    @remote_task
    async def order(self, shop: str, /, where: Any, quick: bool = False) -> None: ...


@sync_only("SOME", title="heading", size=...)
class Some(Synced, BaseModel):
    title: str
    other: int = 0

    @property
    def size(self) -> int:
        return len(self.title)


class Tree(Synced, BaseModel):
    children: list[Item] = []

    @remote_action
    def graft(self, other: Tree) -> None: ...


def part(cls: type[Synced], name: str) -> dict[str, Any]:
    """Return the schema of one definition, with the definitions that it refers to."""
    schema = cls.ws_sync_json_schema()
    return {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}


def is_valid(schema: dict[str, Any], instance: Any) -> bool:
    return jsonschema.Draft202012Validator(schema).is_valid(instance)


@pytest.mark.parametrize("cls", [ShoppingList, Some, Tree])
def test_schema_is_valid_and_complete(cls: type[Synced]) -> None:
    schema = cls.ws_sync_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["state", "actions", "tasks", "actionNames", "taskNames"]
    for reference in schema["properties"].values():
        assert reference["$ref"].removeprefix("#/$defs/") in schema["$defs"]


def test_state_is_what_is_sent() -> None:
    with Session():
        state = ShoppingList().sync.state_snapshot
        some = Some(title="t").sync.state_snapshot
    schema = part(ShoppingList, "ShoppingList")
    assert is_valid(schema, state)
    definition = schema["$defs"]["ShoppingList"]
    assert definition["required"] == list(definition["properties"]) == list(state)
    assert not is_valid(schema, {**state, "listTitle": "too long"})
    assert not is_valid(schema, {})
    assert is_valid(part(Some, "Some"), some)
    assert list(part(Some, "Some")["$defs"]["Some"]["properties"]) == list(some)


def test_arguments_are_what_is_read() -> None:
    actions = part(ShoppingList, "ShoppingListActions")
    calls: dict[str, Any] = {"ADD": {"newItem": {"n": 1}}, "CLEAR": {}}
    assert is_valid(actions, calls)
    assert not is_valid(actions, {**calls, "ADD": {}})
    assert not is_valid(actions, {**calls, "ADD": {"newItem": {}, "times": 0}})
    tasks = part(ShoppingList, "ShoppingListTasks")
    assert is_valid(tasks, {"order": {"shop": "s", "where": None}})
    assert not is_valid(tasks, {"order": {"shop": "s"}})


def test_names_are_enumerations() -> None:
    definitions = ShoppingList.ws_sync_json_schema()["$defs"]
    assert definitions["ShoppingListActionNames"]["enum"] == ["ADD", "CLEAR"]
    assert definitions["ShoppingListTaskNames"]["enum"] == ["order"]
    assert definitions["Item"]["properties"]["n"]["type"] == "integer"


def test_openapi_document_gets_the_definitions() -> None:
    openapi: dict[str, Any] = {"openapi": "3.1.0", "components": {"schemas": {"Kept": {}}}}
    assert ShoppingList.attach_to_openapi(openapi) is openapi
    assert Some.attach_to_openapi({})["components"]["schemas"]["Some"]
    schemas = openapi["components"]["schemas"]
    assert {"Kept", "ShoppingList", "ShoppingListActions", "Item"} <= schemas.keys()
    reference = schemas["ShoppingList"]["properties"]["items"]["items"]["$ref"]
    assert reference == "#/components/schemas/Item"
