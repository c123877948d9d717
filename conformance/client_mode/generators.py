"""Random values, patches and programs of client mode, each generated from a seed.

A step has a seed. Its effect is generated from the seed and from the state at that time. So a step
can follow any other, and a program stays valid when steps are left out.
"""

from __future__ import annotations

from random import Random
from typing import Any

from conformance.protocol.contract import ASSIGNABLE
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import JSON

Step = dict[str, Any]

NAMES = ["a", "b", "a/b", "~", "~1", "", "0", "__proto__", "é"]
LEAVES: list[JSON] = ["", "x", "a/b~", "😀", 0, 1, -1, 1.5, 2**53 - 1, True, False, None]
LOSSES = ("end-1000", "end-1001", "end-1011", "end-1012", "cut", "reset", "in-a-frame", "in-a-pair")
NONSENSE = ("missing", "index", "test", "malformed", "nan", "unknown", "bytes", "half-a-pair")

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
"""The steps, and how often each comes."""


def program(random: Random) -> list[Step]:
    """A program of 4 to 24 steps."""
    names, weights = zip(*KINDS, strict=True)
    return [step(random, name) for name in random.choices(names, weights, k=random.randint(4, 24))]


def step(random: Random, name: str) -> Step:
    """One step of a kind."""
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
    """A JSON value."""
    kind = random.random()
    if depth > 2 or kind < 0.5:
        return random.choice(LEAVES)
    if kind < 0.75:
        return [value(random, depth + 1) for _ in range(random.randint(0, 4))]
    names = random.sample(NAMES, random.randint(0, 4))
    return {name: value(random, depth + 1) for name in names}


def attribute(random: Random) -> tuple[str, JSON]:
    """An attribute and a value for it; `items` stays an array, as the contract has it."""
    name = random.choice(ASSIGNABLE)
    found = value(random)
    return name, ([found] if not isinstance(found, list) else found) if name == "items" else found


def state(random: Random, before: dict[str, JSON]) -> dict[str, JSON]:
    """A state with some other attributes."""
    return {**before, **dict(attribute(random) for _ in range(random.randint(1, 4)))}


def patch(random: Random, before: dict[str, JSON], count: int) -> list[JSON]:
    """Operations that can be applied to a state one after the other, and leave its attributes."""
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
    places = list(_places(document[name], "/" + name))
    path = random.choice(places)
    match random.choice(["add", "add", "remove", "replace", "replace", "move", "copy", "test"]):
        case "add":
            last = random.choice(["-", "0", "1", *map(_escape, NAMES)])
            return {"op": "add", "path": f"{path}/{last}", "value": value(random, 1)}
        case "remove" if path.count("/") > 1:
            return {"op": "remove", "path": path}
        case "move" if path.count("/") > 1:
            return {"op": "move", "from": path, "path": f"{random.choice(places)}/0"}
        case "copy":
            return {"op": "copy", "from": path, "path": f"{random.choice(places)}/-"}
        case "test" if path.count("/") == 1:
            return {"op": "test", "path": path, "value": document[name]}
    replaced = value(random, 1)
    return {"op": "replace", "path": path, "value": [replaced] if path == "/items" else replaced}


def _places(value: JSON, path: str) -> list[str]:
    """The pointers of a value and of everything inside of it."""
    found = [path]
    if isinstance(value, list):
        for index, element in enumerate(value):
            found += _places(element, f"{path}/{index}")
    elif isinstance(value, dict):
        for name, member in value.items():
            found += _places(member, f"{path}/{_escape(name)}")
    return found[:60]


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
