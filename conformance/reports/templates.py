"""The templates of the pages, which escape every value."""

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
    """Return a sentence of the specification with its code in `code` elements."""
    parts = escape_control_chars(sentence).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def rendered(name: str, **values: object) -> str:
    """Render a template of this package."""
    return _environment().get_template(f"{name}.jinja").render(values)


@cache
def file(name: str) -> Markup:
    """Return a style sheet or script of this package, which a page has unchanged."""
    text = resources.files(__package__).joinpath(FOLDER, name).read_text(encoding="utf-8")
    return Markup(text)


def scripts(*names: str) -> Markup:
    """Return scripts of this package for one element."""
    return Markup("\n").join(map(file, names))


def digest(script: str) -> str:
    """Return the hash of a script for the Content-Security-Policy."""
    hashed = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(hashed).decode()}"


def embedded(value: object) -> Markup:
    """Return a value as JSON for a script element, which no `<` in it can end."""
    text = json.dumps(value, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
