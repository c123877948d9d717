"""Reads a report. If it was cut off, its beginning is read, with a note of where it ends.

A killed run, a full disk or a broken upload leaves half a file. The header has the number of
selected cases and the footer the number of cases, so that an incomplete report is recognised.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from json.decoder import JSONDecoder
from pathlib import Path
from typing import Any

from conformance.reports.model import FORMAT, HEADER, VERSION, Report
from conformance.runner.verdict import Verdict
from conformance.spec import deviation


class ReportError(Exception):
    """A file is not a report; the text says why, without the name of the file."""


def load(path: Path, name: str = "") -> Report:
    """Read a report.

    Args:
        path: The file.
        name: The name of the report; by default that of the file, or of its folder.

    Raises:
        ReportError: It can't be read, has another format or version, or was cut off before its
            first case.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"it can't be read: {error.strerror or error}") from error
    called = name or (path.parent.resolve().name if path.stem == "report" else path.stem)
    return parse(content, called)


def parse(content: bytes, name: str = "") -> Report:
    """Return the report in the content of a file.

    Raises:
        ReportError: As for `load`.
    """
    document, damage = _document(content)
    if damage is not None and "version" not in document:
        raise ReportError(f"{damage}, so nothing of it can be used")
    found = document.get("format")
    if found != FORMAT:
        problem = "it has no member 'format'" if found is None else f"its format is {found!r}"
        raise ReportError(f"{problem}; expected {FORMAT!r}")
    if document.get("version") != VERSION:
        raise ReportError(f"its version is {document.get('version')!r}; this kit reads {VERSION}")
    if damage is not None:
        if not set(HEADER) <= document.keys():
            raise ReportError(f"{damage}, so nothing of it can be used")
        document.setdefault("cases", [])
    wrong = deviation("report", document if damage is None else _completed(document))
    if wrong:
        raise ReportError(f"it is invalid by the schema report.json: {wrong}")
    if damage is None and document["end"]["cases"] != len(document["cases"]):
        damage = (
            f"it has {len(document['cases'])} cases, but its footer says {document['end']['cases']}"
        )
    return Report.of(document, damage=damage, name=name)


def _document(content: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the document, and where it ends if it was cut off."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.end < len(content):
            raise ReportError(f"it is not UTF-8: {error.reason} at byte {error.start}") from error
        text = content[: error.start].decode()
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return _rest_of(text, error)
    if not isinstance(document, dict):
        raise ReportError("it is not a JSON object")
    return document, None


def _rest_of(text: str, error: Exception) -> tuple[dict[str, Any], str]:
    """Return the members of an object that was cut off.

    Raises:
        ReportError: It is not JSON, even before its end.
    """
    document: dict[str, Any] = {}
    scanner = _Scanner(text)
    try:
        for name in scanner.members():
            if name == "cases":
                cases = document["cases"] = []
                for case in scanner.items():
                    cases.append(case)  # noqa: PERF402 - keeps the cases before the end
            else:
                document[name] = scanner.value()
    except _EndsTooEarly:
        pass
    except (ValueError, RecursionError) as wrong:
        raise ReportError(f"it is not JSON: {error}") from wrong
    else:
        raise ReportError(f"it is not JSON: {error}") from error
    return document, _where(document, inside=scanner.inside)


def _where(document: dict[str, Any], *, inside: bool) -> str:
    if not set(HEADER) <= document.keys():
        return "it ends inside its header" if document else "it ends before its header"
    read, selected = len(document.get("cases", [])), document["selected"]
    if inside:
        return f"it ends inside case {read + 1} of {selected}"
    return f"it ends after case {read} of {selected}, before the end of its footer"


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a report that was cut off with a footer, so that it can be validated."""
    footer = {
        "seconds": 0,
        "counts": {verdict.value: 0 for verdict in Verdict},
        "checks": {"collected": 0, "ran": 0, "comparisons": 0, "frames": 0},
        "coverage": [],
        "limits": [],
        "slowest": [],
        "warnings": [],
        "problems": [],
        "exitStatus": 2,
        "end": {"cases": 0},
    }
    return {**footer, **document}


def _finite(digits: str) -> int | float:
    """Return a number of the text.

    Raises:
        ValueError: It is too large for a double, or not a number.
    """
    try:
        value = int(digits) if digits.lstrip("-").isdigit() else float(digits)
        if not math.isfinite(value):
            raise OverflowError
    except OverflowError as error:
        shown = digits if len(digits) < 40 else f"{digits[:20]}…"
        raise ValueError(f"{shown} is not a readable number") from error
    return value


_DECODER = JSONDecoder(parse_int=_finite, parse_float=_finite, parse_constant=_finite)
_SPACE = re.compile(r"[ \t\n\r]*")


class _EndsTooEarly(Exception):
    """The text ends inside a value."""


class _Scanner:
    """Reads an object by members, and an array in it by items."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.inside = False
        """Whether an item of an array was begun and not ended."""

    def members(self) -> Iterator[str]:
        """Yield the names of the members; read the value before the next name."""
        self._take("{")
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise ValueError(f"{name!r} is not the name of a member")
            self._take(":")
            yield name
            if self._take(",}") == "}":
                return

    def items(self) -> Iterator[Any]:
        """Yield the items of an array."""
        self._take("[")
        if self._next() == "]":
            self.place += 1
            return
        while True:
            self._next()
            self.inside = True
            item = self.value()
            self.inside = False
            yield item
            if self._take(",]") == "]":
                return

    def value(self) -> Any:
        """Return the next value; raise `_EndsTooEarly` if it is cut off."""
        self._next()
        try:
            found, place = _DECODER.raw_decode(self.text, self.place)
        except json.JSONDecodeError as error:
            if self._is_cut(error):
                raise _EndsTooEarly from error
            raise
        self.place = place
        self._next()  # a number at the end of the text may be cut off
        return found

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the error is at the end: in a string, an escape, a word, or between values."""
        left = self.text[error.pos :]
        if error.msg.startswith("Unterminated string"):
            return True
        return len(left) <= len("false,\\u0000")

    def _next(self) -> str:
        match = _SPACE.match(self.text, self.place)
        assert match is not None
        self.place = match.end()
        if self.place >= len(self.text):
            raise _EndsTooEarly
        return self.text[self.place]

    def _take(self, wanted: str) -> str:
        found = self._next()
        if found not in wanted:
            raise ValueError(f"{found!r} instead of {wanted!r}")
        self.place += 1
        return found
