"""Write all schemas of `spec/schemas/` as one file: `python -m tools.bundle_schemas [--check]`.

The bundle is a compound schema document (JSON Schema 2020-12, section 9.3): it embeds every schema
unchanged, with its own `$id`, so the references between them hold without any other file. Its root
describes any event: one whose name the protocol knows has to fit that name's schema, any other only
the envelope, because a receiver ignores names that it does not know (events-unknown-type).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import directory, schemas
from tools.generated import generate

NAME = "bundle/ws-sync.json"


PATH = directory() / "schemas" / NAME
"""The file: below the schemas, so that it is not read as one of them."""


def bundle() -> dict[str, Any]:
    """All schemas as one."""
    found = schemas()
    base = found["envelope"]["$id"].removesuffix("envelope.json")
    return {
        "$schema": found["envelope"]["$schema"],
        "$id": base + NAME,
        "title": "ws-sync",
        "description": "Any event of the protocol, and every schema of its specification by its "
        "$id. Generated from the files in the folder above.",
        "$ref": found["envelope"]["$id"],
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"pattern": named(name)}}},
                "then": {"$ref": found[schema]["$id"]},
            }
            for name, schema in SCHEMA_BY_NAME.items()
        ],
        "examples": [found[schema]["examples"][0] for schema in SCHEMA_BY_NAME.values()],
        "$defs": found,
    }


def named(name: str) -> str:
    """A pattern for the types with this name: its end, or a colon and a key, comes after it.

    The look-ahead stands for `(:|$)`, whose `$` some engines match before a final line break too.
    """
    return f"^{name}(?![^:])"


def text() -> str:
    """The bundle as its file has it."""
    return json.dumps(bundle(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(generate(PATH, text(), "python -m tools.bundle_schemas"))
