"""Pydantic models that are synced.

    class Notes(Synced, BaseModel):
        title: str = Field("My Notes", min_length=1)
        notes: list[str] = []

        @computed_field
        @property
        def total_length(self) -> int:
            return sum(map(len, self.notes))

        @remote_action("ADD")
        async def add(self, note: str) -> None:
            self.notes.append(note)
            await self.sync()

    with Session() as session:
        notes = Notes()

Fields and computed fields are the state; the key is the name of the class. A decorator on the class
(`@sync_all("NOTES")`) changes that. Private attributes and excluded fields are not synced. Frozen
fields and computed fields without a setter are read-only. A write of the client is validated like
`validate_assignment`. A nested synced model that the client creates gets its `sync` when it is
first used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ws_sync._binding import json_schema
from ws_sync._binding.attribute_types import is_validating
from ws_sync._binding.markers import CONFIGURATION
from ws_sync.sync import ANCHOR, Sync

M = TypeVar("M", bound="Synced")

registered_synced_models: list[type[Synced]] = []
"""The concrete models that were defined so far, in order of definition."""


class Synced(BaseModel):
    """A model whose objects are synced; inherit from it before `BaseModel`.

    Every way to create an object (the constructor, `model_validate`, `model_construct`, a copy,
    unpickling) creates its `sync`, after your own `model_post_init`. The object belongs to the
    session of the `with session:` around it.

    Raises:
        NoSession: the object is created outside of a session.
    """

    ws_sync_camel_case: ClassVar[bool] = False

    @property
    def sync(self) -> Sync:
        """The model's `Sync`: call it to send what has changed."""
        anchored: list[Sync] = vars(self).get(ANCHOR, [])
        return anchored[-1] if anchored else self._ws_sync_make()

    def model_post_init(self, context: Any, /) -> None:
        """Do nothing; override it as you like: the `Sync` is created after it."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "model_post_init" in vars(cls):
            _wrap_post_init(cls)
        open_parameters = cls.__pydantic_generic_metadata__["parameters"]
        if cls.__module__ != __name__ and not open_parameters and not inspect.isabstract(cls):
            registered_synced_models.append(cls)

    def __copy__(self) -> Self:
        return self._ws_sync_copied(super().__copy__)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._ws_sync_copied(lambda: super(Synced, self).__deepcopy__(memo))

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        members = {name: value for name, value in state["__dict__"].items() if name != ANCHOR}
        return {**state, "__dict__": members}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self._ws_sync_make()

    @classmethod
    def ws_sync_json_schema(cls) -> dict[str, Any]:
        """Return a JSON Schema of the state, the actions and the tasks, for typed frontends."""
        return json_schema.of_model(cls)

    @classmethod
    def attach_to_openapi(cls, openapi: dict[str, Any]) -> dict[str, Any]:
        """Add the same schemas to the components of an OpenAPI document, and return it."""
        return json_schema.attach(cls, openapi)

    def _ws_sync_copied(self, copy: Callable[[], Self]) -> Self:
        anchored = vars(self).pop(ANCHOR, None)  # a copy gets its own `Sync`
        try:
            copied = copy()
        finally:
            if anchored is not None:
                vars(self)[ANCHOR] = anchored
        copied._ws_sync_make()
        return copied

    def _ws_sync_make(self) -> Sync:
        cls = type(self)
        key, options = getattr(cls, CONFIGURATION, (None, {"sync_all": True}))
        casing = {"toCamelCase": True} if cls.ws_sync_camel_case else {}
        return Sync(self, key or cls.__name__, **{**options, **casing})


class SyncedAsCamelCase(Synced):
    """A synced model with camel case on the wire: attributes, arguments and running tasks."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )

    ws_sync_camel_case: ClassVar[bool] = True


def _wrap_post_init(cls: type[Synced]) -> None:
    """Create the `Sync` after a class's `model_post_init`, unless a subclass overrides it."""
    post_init: Any = vars(cls)["model_post_init"]

    @wraps(post_init)
    def model_post_init(self: Synced, context: Any, /) -> None:
        post_init(self, context)
        nearest = next(base for base in type(self).__mro__ if "model_post_init" in vars(base))
        if nearest is cls and not is_validating():
            self._ws_sync_make()

    cls.model_post_init = model_post_init  # type: ignore[method-assign]


_wrap_post_init(Synced)
