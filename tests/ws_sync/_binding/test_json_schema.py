"""Tests of `ws_sync._binding.json_schema`."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field
from pydantic.json_schema import models_json_schema

from ws_sync import (
    Session,
    Sync,
    Synced,
    SyncedAsCamelCase,
    remote_action,
    remote_task,
    sync_all,
    sync_only,
)
from ws_sync.utils.json_schema import CustomGenerateJsonSchema


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
    schema = cls.ws_sync_schema()
    return {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}


def is_valid(schema: dict[str, Any], instance: Any) -> bool:
    return jsonschema.Draft202012Validator(schema).is_valid(instance)


@pytest.mark.parametrize("cls", [ShoppingList, Some, Tree])
def test_schema_is_valid_and_complete(cls: type[Synced]) -> None:
    schema = cls.ws_sync_schema()
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
    actions = part(ShoppingList, "ShoppingListActionsParams")
    calls: dict[str, Any] = {"ADD": {"newItem": {"n": 1}}, "CLEAR": None}
    assert is_valid(actions, calls)
    assert not is_valid(actions, {**calls, "ADD": {}})
    assert not is_valid(actions, {**calls, "ADD": {"newItem": {}, "times": 0}})
    tasks = part(ShoppingList, "ShoppingListTasksParams")
    assert is_valid(tasks, {"order": {"shop": "s", "where": None}})
    assert not is_valid(tasks, {"order": {"shop": "s"}})


def test_names_are_enumerations() -> None:
    definitions = ShoppingList.ws_sync_schema()["$defs"]
    assert definitions["ShoppingListActionsKeys"]["enum"] == ["ADD", "CLEAR"]
    assert definitions["ShoppingListTasksKeys"]["enum"] == ["order"]
    assert definitions["Item"]["properties"]["n"]["type"] == "integer"


def test_openapi_document_is_copied_with_the_definitions() -> None:
    openapi: dict[str, Any] = {"openapi": "3.1.0", "components": {"schemas": {"Kept": {}}}}
    schemas = ShoppingList.attach_to_openapi(openapi)["components"]["schemas"]
    assert openapi["components"]["schemas"] == {"Kept": {}}
    assert {"Kept", "ShoppingList", "ShoppingListActionsParams", "Item"} <= schemas.keys()
    reference = schemas["ShoppingList"]["properties"]["items"]["items"]["$ref"]
    assert reference == "#/components/schemas/Item"
    assert Some.attach_to_openapi({})["components"]["schemas"]["Some"]


class Line(BaseModel):
    line_count: int = Field(default=0, alias="lineCount")


class Page(Synced, BaseModel):
    page_title: str = Field(default="", alias="pageTitle")
    lines: list[Line] = []

    @remote_action("SET_TITLE")
    async def set_title(this, title: str, _note: int = 0, copy: bool = False) -> None: ...  # noqa: N805

    @remote_task
    async def count(self) -> None: ...


def test_state_has_aliases_only_where_they_go_out() -> None:
    schema = part(Page, "Page")
    with Session():
        state = Sync.all(Page(lines=[Line(lineCount=1)]), "P").state_snapshot
    assert state == {"page_title": "", "lines": [{"line_count": 1}]}
    jsonschema.validate(state, schema)
    assert list(schema["$defs"]["Page"]["properties"]) == schema["$defs"]["Page"]["required"]
    assert list(schema["$defs"]["Line"]["properties"]) == ["line_count"]


def test_schemas_have_the_form_of_older_versions() -> None:
    schemas, definitions = Page.ws_sync_json_schema()
    assert sorted(schemas) == [
        ("MODEL CREATE", "validation"), ("MODEL STATE", "serialization"),
        ("REMOTE ACTIONS KEYS", "validation"), ("REMOTE ACTIONS PARAMS", "validation"),
        ("REMOTE TASKS KEYS", "validation"), ("REMOTE TASKS PARAMS", "validation"),
        ("SET_TITLE", "validation"), ("count", "validation"),
    ]  # fmt: skip
    assert schemas["SET_TITLE", "validation"] == {"$ref": "#/$defs/PageActionSetTitle"}
    assert list(definitions["$defs"]["PageActionSetTitle"]["properties"]) == [
        "title", "_note", "copy",
    ]  # fmt: skip
    assert schemas["REMOTE TASKS PARAMS", "validation"]["properties"] == {"count": {"type": "null"}}
    assert schemas["REMOTE ACTIONS KEYS", "validation"]["title"] == "PageActionsKeys"
    names = definitions["$defs"].keys()
    assert {"Page-Input", "Page-Output", "Line-Input", "Line-Output"} <= names
    schemas, definitions = Page.ws_sync_json_schema(
        always_include_validation_schema=False,
        schema_generator=CustomGenerateJsonSchema,
        ref_template="#/x/{model}",
    )
    assert ("MODEL CREATE", "validation") not in schemas
    assert schemas["MODEL STATE", "serialization"] == {"$ref": "#/x/Page"}


class Defaulted(BaseModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    name: str = "a"
    inner: list[Item] = []


def test_generator_names_what_is_sent_by_its_class() -> None:
    both, envelope = models_json_schema(
        [(Defaulted, "serialization"), (Defaulted, "validation"), (Item, "validation")],
        schema_generator=CustomGenerateJsonSchema,
    )
    assert both[Defaulted, "serialization"] == {"$ref": "#/$defs/Defaulted"}
    assert both[Defaulted, "validation"] == {"$ref": "#/$defs/CreateDefaulted"}
    assert both[Item, "validation"] == {"$ref": "#/$defs/Item"}
    assert sorted(envelope["$defs"]) == ["CreateDefaulted", "Defaulted", "Item"]
    alone = Defaulted.model_json_schema(schema_generator=CustomGenerateJsonSchema)
    assert list(alone["$defs"]) == ["Item"]
