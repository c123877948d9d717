"""Pydantic models that are synced.

    class Notes(Synced, BaseModel):
        title: str = Field("My Notes", min_length=1)
        notes: list[str] = []

        @sync_all()
        def model_post_init(self, context):
            ...  # the `Sync` is created when this function returns

        @remote_action("ADD")
        async def add(self, note: str) -> None:
            self.notes.append(note)
            await self.sync()

    with Session() as session:
        notes = Notes()

A model gets a `Sync` only from a decorator, on the class or on one of its functions, or from you:
`self.sync = Sync.all(self, "NOTES")`. With `sync_all`, fields and computed fields are the state.
Private attributes and excluded fields are not synced. Frozen fields and computed fields without a
setter are read-only. A write of the client is validated like `validate_assignment`. A nested
decorated model that the client creates gets its `Sync` when its `sync` is first used.
"""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, NamedTuple, cast

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema

from ws_sync._binding import json_schema
from ws_sync._binding.attribute_types import is_validating
from ws_sync._binding.markers import CONFIGURATION
from ws_sync._binding.schema_names import NamesByMode
from ws_sync.sync import Sync

registered_synced_models: dict[str, type[Synced]] = {}
"""The concrete models that were defined so far, by name, in order of definition."""

_OWN = "_ws_sync"
"""The member of a model with its `Sync`, or with the declaration to create it from."""


class Declaration(NamedTuple):
    """What a decorator asks for: a `Sync` with this key and these options.

    Attributes:
        key: the key; None for the name of the object's class.
        options: see `SyncOptions`; and `sync_all`.
    """

    key: str | None
    options: dict[str, Any]

    def make(self, obj: Any) -> Sync:
        """Create the `Sync` of an object, as its attribute `sync`."""
        key = type(obj).__name__ if self.key is None else self.key
        made = Sync(obj=obj, key=key, **self.options)
        made.declaration = self
        if isinstance(obj, Synced):
            vars(obj)[_OWN] = made  # not by assignment, which a frozen model refuses
        else:
            obj.sync = made
        return made

    def apply(self, obj: Any) -> None:
        """Create the `Sync` of an object, or put it off if the object may be dropped again."""
        if isinstance(obj, Synced) and is_validating():
            vars(obj)[_OWN] = self
        else:
            self.make(obj)


class Synced:
    """A mixin for models whose objects are synced; inherit from it before `BaseModel`.

    A copy of a model has the same `Sync`, which goes on syncing the original. An unpickled model
    gets its own when its `sync` is first used.

    With `class Base(Synced, BaseModel, is_abstract=True)`, the class is not one of the
    `registered_synced_models`.
    """

    @property
    def sync(self) -> Sync:
        """The model's `Sync`: call it to send what has changed.

        Raises:
            AttributeError: it has none.
            NoSession: it is created now, outside of any session.
        """
        own = vars(self).get(_OWN, getattr(type(self), CONFIGURATION, None))
        if own is None:
            name = type(self).__name__
            raise AttributeError(
                f"{name!r} object has no attribute 'sync': decorate the class with `@sync_all()`,"
                f" or assign a `Sync`"
            )
        return own.make(self) if isinstance(own, Declaration) else cast("Sync", own)

    @sync.setter
    def sync(self, sync: Sync) -> None:
        vars(self)[_OWN] = sync

    def model_post_init(self, context: Any, /) -> None:
        """Do nothing; override it as you like."""

    def __init_subclass__(cls, *, is_abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, *, is_abstract: bool = False, **kwargs: Any) -> None:
        model: Any = super()
        model.__pydantic_init_subclass__(**kwargs)
        metadata: dict[str, Any] = vars(cls)["__pydantic_generic_metadata__"]
        if not (is_abstract or metadata["parameters"] or inspect.isabstract(cls)):
            registered_synced_models[cls.__name__] = cls

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        if not isinstance(self, BaseModel):
            return state
        members = dict(state["__dict__"])
        if isinstance(own := members.pop(_OWN, None), Sync):
            own = own.declaration
        return {**state, "__dict__": members if own is None else {**members, _OWN: own}}

    @classmethod
    def ws_sync_schema(cls, ref_template: str = json_schema.DEFINITIONS) -> dict[str, Any]:
        """Return one JSON Schema of the state, the actions and the tasks, for typed frontends.

        Args:
            ref_template: the form of the references to the definitions, as in pydantic.
        """
        return json_schema.schema_of(cast("type[BaseModel]", cls), ref_template)

    @classmethod
    def ws_sync_json_schema(
        cls,
        *,
        always_include_validation_schema: bool = True,
        schema_generator: type[GenerateJsonSchema] = GenerateJsonSchema,
        ref_template: str = json_schema.DEFINITIONS,
    ) -> tuple[json_schema.Schemas, dict[str, Any]]:
        """Return the schemas of the state, the actions and the tasks, and their definitions.

        `ws_sync_schema` is easier to use.

        Args:
            always_include_validation_schema: whether the model is included as it is validated.
            schema_generator: names the definitions.
            ref_template: the form of the references to them.

        Returns:
            The schemas by name and mode, such as `("SET_TITLE", "validation")` and
            `("MODEL STATE", "serialization")`; and an object with `$defs`.
        """
        model = cast("type[BaseModel]", cls)
        return json_schema.schemas_of(
            model, schema_generator, ref_template, validation=always_include_validation_schema
        )

    @classmethod
    def attach_to_openapi(
        cls,
        openapi: dict[str, Any],
        schema_generator: type[GenerateJsonSchema] = NamesByMode,
    ) -> dict[str, Any]:
        """Return a copy of an OpenAPI document with the same schemas in its components."""
        return json_schema.attached(cast("type[BaseModel]", cls), openapi, schema_generator)


class SyncedAsCamelCase(Synced, is_abstract=True):
    """A synced model with camel case on the wire: attributes, arguments and running tasks."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )
