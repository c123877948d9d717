"""The frames of the clients in a long run: every kind of event, most of them cheap.

The frames of each connection are drawn from a seed, with the shares of `MIX`. A task's start and
end, or the two frames of a binary pair, count as one draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import orjson

from tools.soak.application import ROWS

Frame = str | bytes


def event(name: str, data: Any) -> str:
    """Return a frame."""
    return orjson.dumps({"type": name, "data": data}).decode()


def patch(key: str, *operations: dict[str, Any]) -> str:
    """Return a frame with a patch."""
    return event(f"_PATCH:{key}", operations)


def _edit(random: Random, number: int) -> list[Frame]:
    at, kind = random.randrange(ROWS), number % 12
    if kind > 4:
        return [patch("BOARD", {"op": "replace", "path": "/number", "value": number})]
    if kind == 0:
        path = f"/rows/{at}/done"
        return [patch("BOARD", {"op": "replace", "path": path, "value": bool(number & 64)})]
    if kind == 1:
        path = f"/table/{number % 10}"
        return [patch("BOARD", {"op": "add", "path": path, "value": [number, {"x": number / 8}]})]
    if kind == 2:
        row = {"op": "add", "path": "/rows/0", "value": {"id": number, "done": False}}
        return [patch("BOARD", row, {"op": "remove", "path": f"/rows/{ROWS}"})]
    path = f"/notes/{at}/tags/0"
    return [patch("BOARD", {"op": "replace", "path": path, "value": f"tag {number}"})]


def _model(_: Random, number: int) -> list[Frame]:
    size = {
        "op": "replace",
        "path": "/size/width",
        "value": number % 2000,
    }  # may be too wide
    return [patch("Card", size)]


def _state(_: Random, number: int) -> list[Frame]:
    return [event("_SET:BOARD", {"title": f"title {number % 1000}", "number": number})]


def _action(random: Random, number: int) -> list[Frame]:
    if number % 5:
        return [event("_ACTION:BOARD", {"type": "SET", "value": number})]
    arguments = {"at": random.randrange(ROWS), "text": f"text {number}"}
    return [event("_ACTION:BOARD", {"type": "NOTE", **arguments})]


def _get(_: Random, number: int) -> list[Frame]:
    return [event("_GET:Card" if number % 8 else "_GET:BOARD", None)]


def _task(_: Random, number: int) -> list[Frame]:
    if number % 3:
        return [event("_TASK_START:BOARD", {"type": "COUNT", "steps": number % 4})]
    name = "_TASK_START:BOARD" if number % 2 else "_TASK_CANCEL:BOARD"
    return [event(name, {"type": "WAIT"})]


def _pair(random: Random, number: int) -> list[Frame]:
    metadata = {"type": "FILE", "name": f"file {number}"}
    meta = event("_BIN_META", {"type": "_ACTION:BOARD", "metadata": metadata})
    return [meta, random.randbytes(number % 500)]


_REFUSED: list[Callable[[int], Frame]] = [
    lambda n: patch("BOARD", {"op": "replace", "path": "/balance", "value": n}),
    lambda n: patch("BOARD", {"op": "remove", "path": f"/rows/{ROWS + n}"}),
    lambda n: patch("BOARD", {"op": "add", "path": "/other", "value": n}),
    lambda n: event("_SET:BOARD", {"unknown": n}),
    lambda n: event("_PATCH:BOARD", {"not": ["a", "patch", n]}),
    lambda n: event("_ACTION:BOARD", {"type": "SET", "value": f"no number {n}"}),
    lambda n: event("_ACTION:BOARD", {"type": f"UNKNOWN {n}"}),
    lambda n: event(f"_GET:NOBODY {n}", None),
    lambda n: event("_ACTION:BOARD", {"type": "FAIL"} if n % 2 else {}),
    lambda n: event("_BIN_META", {"type": "_SET:BOARD", "metadata": {"n": n}}),
    lambda n: b"bytes alone %d" % n,
]

_MALFORMED: list[Callable[[int], Frame]] = [
    lambda n: f'{{"type":"_SET:BOARD","data":{{"number":{n}',
    lambda n: f'{{"type":"_SET:BOARD","data":{{"number":1e{n + 400}}}}}',
    lambda n: f'{{"type":"_SET:BOARD","data":{{"title":"\\ud800 {n}"}}}}',
    lambda n: f'[{n}]',
    lambda n: '{"type":"_SET:BOARD","data":' + "[" * 200 + str(n) + "]" * 200 + "}",
]  # fmt: skip


def _refused(_: Random, number: int) -> list[Frame]:
    return [_REFUSED[number % len(_REFUSED)](number)]


def _malformed(_: Random, number: int) -> list[Frame]:
    return [_MALFORMED[number % len(_MALFORMED)](number)]


MIX: dict[Callable[[Random, int], list[Frame]], int] = {
    _get: 380,
    _action: 250,
    _edit: 150,
    _task: 60,
    _refused: 50,
    _model: 30,
    _state: 30,
    _pair: 30,
    _malformed: 20,
}
"""Shares of the kinds, in thousandths."""


def life(random: Random, number: int, first: int) -> Iterator[Frame]:
    """Yield the frames of a client on one connection.

    Args:
        random: the source of the draws.
        number: number of draws; some are two frames.
        first: ordinal of the first draw, so values differ between connections.
    """
    kinds = random.choices([*MIX], weights=[*MIX.values()], k=number)
    for ordinal, kind in enumerate(kinds, first):
        yield from kind(random, ordinal)


def flood(number: int) -> Iterator[Frame]:
    """Yield `number` malformed frames, which end a connection."""
    for ordinal in range(number):
        yield _MALFORMED[ordinal % len(_MALFORMED)](ordinal)
