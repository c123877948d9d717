"""Random programs of client mode, and the values and patches of their steps.

A step names a seed. Its values are drawn from the seed and from the state at that time. So a step
can follow any other, and steps can be left out of a program. Replay files keep the seeds: a change
of what is drawn from one changes what they replay.
"""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

from conformance.protocol.contract import ASSIGNABLE
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.pointers import places, pointer
from conformance.protocol.wire import JSON

Step = dict[str, Any]

NAMES = ["a", "b", "a/b", "~", "~1", "", "0", "__proto__", "é"]
LEAVES: list[JSON] = ["", "x", "a/b~", "😀", 0, 1, -1, 1.5, 2**53 - 1, True, False, None]
LOSSES = ("end-1000", "end-1001", "end-1011", "end-1012", "cut", "reset", "in-a-frame", "in-a-pair")
NONSENSE = ("missing", "index", "test", "malformed", "nan", "unknown", "bytes", "half-a-pair")
MOST_PLACES = 60
"""Pointers of an attribute that a step chooses from."""

KINDS: list[tuple[str, int]] = [
    ("patch", 6),
    ("set", 2),
    ("assign", 4),
    ("edit", 4),
    ("quiet", 2),
    ("publish", 2),
    ("at-once", 3),
    ("lose", 2),
    ("nonsense", 3),
    ("refuse", 1),
    ("toast", 1),
    ("pair", 1),
    ("call", 1),
    ("fetch", 1),
    ("send-state", 1),
]
"""The kinds of steps and their frequencies."""


def program(random: Random) -> list[Step]:
    """Draw a program of 4 to 24 steps."""
    names, weights = zip(*KINDS, strict=True)
    return [step(random, name) for name in random.choices(names, weights, k=random.randint(4, 24))]


def step(random: Random, name: str) -> Step:
    """Draw a step of a kind."""
    found: Step = {"do": name, "seed": random.randrange(1 << 16)}
    if name in ("patch", "edit"):
        found["count"] = random.randint(1, 5)
    elif name == "lose":
        found |= {"how": random.choice(LOSSES), "then": random.choice(["same", "other", "late"])}
        found["asks"] = random.random() < 0.3
    elif name == "nonsense":
        found["what"] = random.choice(NONSENSE)
    return found


def value(random: Random, depth: int = 0) -> JSON:
    """Draw a JSON value."""
    kind = random.random()
    if depth > 2 or kind < 0.5:
        return random.choice(LEAVES)
    if kind < 0.75:
        return [value(random, depth + 1) for _ in range(random.randint(0, 4))]
    names = random.sample(NAMES, random.randint(0, 4))
    return {name: value(random, depth + 1) for name in names}


def attribute(random: Random) -> tuple[str, JSON]:
    """Draw an attribute and its value; `items` stays an array, as the contract demands."""
    name = random.choice(ASSIGNABLE)
    found = value(random)
    return name, ([found] if not isinstance(found, list) else found) if name == "items" else found


def state(random: Random, before: dict[str, JSON]) -> dict[str, JSON]:
    """Draw a state in which some attributes differ."""
    return {**before, **dict(attribute(random) for _ in range(random.randint(1, 4)))}


def patch(random: Random, before: dict[str, JSON], count: int) -> list[JSON]:
    """Draw operations that can be applied in sequence, and that keep the attributes."""
    mirror = Mirror()
    mirror.set("", before)
    found: list[JSON] = []
    for _ in range(count * 4):
        if len(found) == count:
            break
        operation = _operation(random, mirror[""])
        try:
            mirror.patch("", [operation])
        except Inapplicable:
            continue
        found.append(operation)
        if not isinstance(mirror[""]["items"], list) or mirror[""].keys() != before.keys():
            found.pop()
            break
    return found


def _operation(random: Random, document: dict[str, JSON]) -> JSON:
    name = random.choice(ASSIGNABLE)
    root = pointer(name)
    inside = [root, *islice(places(document[name], root), MOST_PLACES - 1)]
    path = random.choice(inside)
    match random.choice(["add", "add", "remove", "replace", "replace", "move", "copy", "test"]):
        case "add":
            last = pointer(random.choice(["-", "0", "1", *NAMES]))
            return {"op": "add", "path": path + last, "value": value(random, 1)}
        case "remove" if path.count("/") > 1:
            return {"op": "remove", "path": path}
        case "move" if path.count("/") > 1:
            return {"op": "move", "from": path, "path": f"{random.choice(inside)}/0"}
        case "copy":
            return {"op": "copy", "from": path, "path": f"{random.choice(inside)}/-"}
        case "test" if path.count("/") == 1:
            return {"op": "test", "path": path, "value": document[name]}
    replaced = value(random, 1)
    return {"op": "replace", "path": path, "value": [replaced] if path == "/items" else replaced}
