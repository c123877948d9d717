"""The specification as data: the requirements of its pages, and its JSON Schemas.

The pages are parsed, so there is no second list that could differ from them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

Side = Literal["server", "client", "both"]
Level = Literal["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"]

SECTIONS = (
    "connection",
    "events",
    "state",
    "patch",
    "actions",
    "tasks",
    "binary",
    "notices",
    "session",
    "transport",
    "security",
    "versioning",
)

_ITEM = re.compile(
    r"^- <a id=\"(?P<anchor>[^\"]+)\"></a>`(?P<id>[^`]+)` \*\*(?P<side>server|client|both)\*\*: "
    r"(?P<text>.+(?:\n  .+)*)",
    re.MULTILINE,
)
_KEYWORD = re.compile(r"\b(MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b")
_EXCLUDED = re.compile(r"\s*\*\(not observable: (?P<reason>.+)\)\*$", re.DOTALL)


class SpecError(Exception):
    """A page of the specification breaks the rules of its README."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One normative sentence.

    Attributes:
        level: The keyword of RFC 2119 in its sentence.
        page: The file name of its page, such as `patch.md`.
        not_observable: Why no test from outside can judge it, or None if one can.
    """

    id: str
    side: Side
    level: Level
    sentence: str
    page: str
    not_observable: str | None

    @property
    def binding(self) -> bool:
        """Whether an implementation that breaks it is not conformant."""
        return self.level.startswith("MUST")

    def binds(self, side: str) -> bool:
        """Whether it binds a side, `server` or `client`."""
        return self.side in (side, "both")

    @property
    def place(self) -> str:
        """The path of its page, with its anchor."""
        return f"spec/{self.page}#{self.id}"


def directory() -> Path:
    """The folder of the specification: beside the kit in a checkout, inside it in a wheel."""
    here = Path(__file__).parent
    packaged = here / "_spec"
    return packaged if packaged.is_dir() else here.parent / "spec"


def parse(page: str, text: str) -> list[Requirement]:
    """Return the requirements of one page, in its order.

    Raises:
        SpecError: The anchor of an item is not its id, or it has not exactly one keyword.
    """
    found = []
    for item in _ITEM.finditer(text):
        sentence = re.sub(r"\n\s+", " ", item["text"])
        excluded = _EXCLUDED.search(sentence)
        if excluded:
            sentence = sentence[: excluded.start()]
        keywords = _KEYWORD.findall(sentence)
        if item["anchor"] != item["id"]:
            raise SpecError(f"{page}: {item['id']!r} has the anchor {item['anchor']!r}")
        if len(keywords) != 1:
            raise SpecError(f"{page}: {item['id']!r} has {len(keywords)} keywords, not one")
        found.append(
            Requirement(
                id=item["id"],
                side=cast("Side", item["side"]),
                level=cast("Level", keywords[0]),
                sentence=sentence,
                page=page,
                not_observable=excluded["reason"] if excluded else None,
            )
        )
    return found


@cache
def requirements() -> dict[str, Requirement]:
    """All requirements by id, in the order of the sections.

    Raises:
        SpecError: Two requirements have the same id, or an item is not written as one.
    """
    found: dict[str, Requirement] = {}
    for section in SECTIONS:
        page = f"{section}.md"
        text = (directory() / page).read_text(encoding="utf-8")
        parsed = parse(page, text)
        if len(parsed) != text.count("<a id="):
            raise SpecError(f"{page}: an item is not in the form that spec/README.md describes")
        for requirement in parsed:
            if requirement.id in found:
                raise SpecError(f"{page}: {requirement.id!r} already exists")
            found[requirement.id] = requirement
    return found


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas, by file name without the extension."""
    folder = directory() / "schemas"
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one schema that explains what is invalid."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas().values()
    )
    return Draft202012Validator(schemas()[name], registry=registry)


@cache
def fast_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of one schema that only decides; it takes 0.5 µs where the other takes 100."""
    registry = jsonschema_rs.Registry(
        [(schema["$id"], schema) for schema in schemas().values()], draft=jsonschema_rs.Draft202012
    )
    return jsonschema_rs.Draft202012Validator(schemas()[name], registry=registry)


def deviation(name: str, instance: object) -> str | None:
    """The first thing that is invalid by the schema `name`, one sentence; None if nothing is."""
    try:
        if fast_validator(name).is_valid(instance):
            return None
    except ValueError:  # a lone surrogate, which Rust has no string for
        pass
    errors = sorted(validator(name).iter_errors(instance), key=lambda e: list(map(str, e.path)))
    if not errors:  # Python's `$` also matches before a final line break
        return None
    place = "".join(f"/{token}" for token in errors[0].absolute_path)
    return f"at {place or 'the root'}: {errors[0].message}"
