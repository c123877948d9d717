"""Texts of a given size in every spelling that makes decoding expensive."""

from __future__ import annotations

from ws_sync._core.json.codec import MAX_DEPTH

LARGE = "1" * 30
"""An integer that orjson rounds, so that the text around it is read twice."""


def rows(size: int) -> str:
    """Return an array of plain objects, of about `size` characters."""
    return filled(size, '{"id":1,"name":"abc def","x":1.5}')


def filled(size: int, *elements: str, first: str = "1") -> str:
    """Return an array of about `size` characters that repeats elements after a first one."""
    piece = ",".join(elements)
    return f"[{first},{','.join([piece] * (size // (len(piece) + 1)))}]"


def in_levels(depth: int) -> str:
    """Return nested empty arrays."""
    return "[" * depth + "]" * depth


def spellings(size: int) -> dict[str, str]:
    """Return texts of about `size` characters, by the name of their spelling."""
    return {
        "integers of 308 digits": filled(size, "1" * 308),
        "digits in a string": '"' + "1" * size + '"',
        "a long integer": f"[{'1' * size}]",
        "a long fraction": f"[0.{'1' * size}]",
        "fractions between two doubles": filled(size, "9007199254740993." + "0" * 750 + "1"),
        "empty arrays": filled(size, "[]"),
        "empty objects": filled(size, "{}"),
        "empty objects with spaces": filled(size, "{ }"),
        "deep arrays": filled(size, in_levels(MAX_DEPTH - 1)),
        "too deep": in_levels(size // 2),
        "arrays of scalars": filled(size, "[]", *["1"] * 50),
        "floats": filled(size, "1.0e0"),
        "floats, read twice": filled(size, "1.0e0", first=LARGE),
        "integers, read twice": filled(size, " 1", first=LARGE),
        "arrays, read twice": filled(size, "[ 1]", first=LARGE),
        "members, read twice": filled(size, *[f'{{"{n}": 1}}' for n in range(1000)], first=LARGE),
        "strings, read twice": filled(size, ' ""', first=LARGE),
        "escapes, read twice": filled(size, '"\\u0061\\n"', first=LARGE),
        "escaped backslashes": '["\\u003a' + "\\\\" * (size // 2) + '"]',
        "escaped colons": '"' + "\\u003a" * (size // 6) + '"',
        "spaces": f"[{' ' * size}1]",
        "one object": "{" + ", ".join(f'"{n}":1' for n in range(size // 12)) + "}",
        "a duplicate at the end": f'{{"a":{rows(size)},"a":1}}',
        "an infinity at the end": f"[{rows(size)},1e999]",
    }
