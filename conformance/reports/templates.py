"""The templates of the pages, and how they are filled in: whatever is put into them is escaped."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.reports.wording import escape_control_chars

FOLDER = "assets"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader(__package__, FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: escape_control_chars(value) if type(value) is str else value,
    )
    found.filters["number"] = "{:,}".format
    found.filters["prose"] = prose
    found.filters["anchor"] = lambda id_: quote(escape_control_chars(id_))
    return found


def prose(sentence: str) -> Markup:
    """A sentence of the specification, with its code as code."""
    parts = escape_control_chars(sentence).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def rendered(name: str, **values: object) -> str:
    """A template of this package, filled in."""
    return _environment().get_template(f"{name}.jinja").render(values)


@cache
def file(name: str) -> Markup:
    """A style sheet or script of this package, to stand in a page as it is."""
    text = resources.files(__package__).joinpath(FOLDER, name).read_text(encoding="utf-8")
    return Markup(text)


def scripts(*names: str) -> Markup:
    """Scripts of this package, to stand in one element."""
    return Markup("\n").join(map(file, names))


def digest(script: str) -> str:
    """What a page's policy says of a script that may run in it, the text of its element."""
    hashed = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(hashed).decode()}"


def embedded(value: object) -> Markup:
    """A value as JSON that can stand in a script element: no `<` in it can end that."""
    text = json.dumps(value, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
