"""Write all schemas of `spec/schemas/` as one file: `python -m tools.bundle_schemas [--check]`.

The bundle is a compound schema document (JSON Schema 2020-12, section 9.3): it embeds every schema
unchanged, with its own `$id`, so the references between them hold without any other file. Its root
describes any event: one whose name the protocol knows has to fit that name's schema, any other only
the envelope, because a receiver ignores names that it does not know (events-unknown-type).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from conformance.protocol.wire import SCHEMA_BY_NAME
from conformance.spec import directory, schemas

NAME = "bundle/ws-sync.json"


def path() -> Path:
    """Where the bundle lies: below the schemas, so that it is not read as one of them."""
    return directory() / "schemas" / NAME


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


def current() -> bool:
    """Whether the file holds what the schemas say now."""
    return path().is_file() and path().read_text(encoding="utf-8") == text()


def main() -> int:
    """Write the bundle, or only check it; 0 if the file is as it should be."""
    parser = argparse.ArgumentParser(prog="tools.bundle_schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    if parser.parse_args().check:
        if not current():
            print("the bundle is stale; write it with `python -m tools.bundle_schemas`")
        return 0 if current() else 1
    path().parent.mkdir(exist_ok=True)
    path().write_text(text(), encoding="utf-8")
    print(f"wrote {len(schemas())} schemas to {path().name}, {path().stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
