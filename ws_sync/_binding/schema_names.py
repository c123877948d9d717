"""Names of definitions in JSON Schemas: `Notes` as it is sent, `CreateNotes` as it is read."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

from pydantic.json_schema import (
    DefsRef,
    GenerateJsonSchema,
    JsonSchemaMode,
    JsonSchemaValue,
)
from pydantic_core import CoreSchema

Key = TypeVar("Key", bound=Hashable)


class NamesByMode(GenerateJsonSchema):
    """A generator that names what is sent by its class, without the suffixes of pydantic.

    Pydantic calls a class whose two schemas differ `Notes-Output` and `Notes-Input`; this generator
    calls them `Notes` and `CreateNotes`.
    """

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """Generate the schema of one type; see pydantic."""
        generated = super().generate(schema, mode)
        renamed: JsonSchemaValue = self._renamed(generated, self._names(generated.get("$defs", {})))
        return renamed

    def generate_definitions(
        self, inputs: Sequence[tuple[Key, JsonSchemaMode, CoreSchema]]
    ) -> tuple[dict[tuple[Key, JsonSchemaMode], JsonSchemaValue], dict[DefsRef, JsonSchemaValue]]:
        """Generate the schemas of several types; see pydantic."""
        roots, definitions = super().generate_definitions(inputs)
        names = self._names(definitions)
        renamed = {
            DefsRef(names.get(k, k)): self._renamed(v, names) for k, v in definitions.items()
        }
        return {key: self._renamed(root, names) for key, root in roots.items()}, renamed

    def _names(self, definitions: dict[Any, Any]) -> dict[str, str]:
        """Return the new names of definitions; names that are taken already stay."""
        names = {}
        for name in definitions:
            base, _, mode = name.rpartition("-")
            new = {"Output": base, "Input": f"Create{base}"}.get(mode, name)
            if new not in definitions:
                names[name] = new
        return names

    def _renamed(self, part: Any, names: dict[str, str]) -> Any:
        references = {
            self.ref_template.format(model=old): self.ref_template.format(model=new)
            for old, new in names.items()
        }
        return _replaced(part, references, names)


def _replaced(part: Any, references: dict[str, str], names: dict[str, str]) -> Any:
    if isinstance(part, list):
        return [_replaced(each, references, names) for each in part]
    if not isinstance(part, dict):
        return part
    copied = {name: _replaced(value, references, names) for name, value in part.items()}
    if isinstance(reference := part.get("$ref"), str):
        copied["$ref"] = references.get(reference, reference)
    if isinstance(definitions := copied.get("$defs"), dict):
        copied["$defs"] = {names.get(name, name): each for name, each in definitions.items()}
    return copied
