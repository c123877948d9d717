"""Hypothesis strategies for steps and for whole programs.

A program is a list of steps, each a JSON object. It is drawn along with models of the documents, so
that edits point at existing places. `steps` has the effects of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from conformance.protocol.contract import (
    ASSIGNABLE,
    INITIAL_VALUE,
    SECOND,
    TESTEE,
    initial_state,
    keys_for,
)
from conformance.protocol.model import Model
from conformance.protocol.wire import JSON
from conformance.sequences.edits import (
    altered,
    arrays,
    edits,
    rearranged,
    scalars,
    spoilers,
    values,
)
from conformance.sequences.steps import Step
from conformance.sequences.steps.links import ENDS

LONGEST = 60
"""The most steps of a program."""

END = "end"
"""Drawn in place of a step when the program is complete; first, because shrinking tends to it."""

MALFORMED = {
    "cut off": "{",
    "empty": "",
    "null": "null",
    "an array": "[]",
    "a string": '"x"',
    "a number as type": '{"type":5}',
    "no type": "{}",
    "NaN": '{"type":"_SET:TESTEE","data":{"text":NaN}}',
    "too large": '{"type":"_SET:TESTEE","data":{"text":1e999}}',
    "lone surrogate": '{"type":"_SET:TESTEE","data":{"text":"\\ud800"}}',
    "lone surrogate in a call": (
        '{"type":"_ACTION:TESTEE","data":{"type":"assign","name":"text","value":"\\udc00"}}'
    ),
}
REFUSED: dict[str, tuple[str, JSON]] = {
    "patch of an object": ("_PATCH:TESTEE", {}),
    "patch of null": ("_PATCH:TESTEE", None),
    "patch in a string": ("_PATCH:TESTEE", '[{"op":"replace","path":"/text","value":"lost"}]'),
    "set of an array": ("_SET:TESTEE", []),
    "set of null": ("_SET:TESTEE", None),
    "set of an unknown attribute": ("_SET:TESTEE", {"text": "lost", "nothing": 1}),
    "set of a private attribute": ("_SET:TESTEE", {"text": "lost", "__class__": 1}),
    "call with null": ("_ACTION:TESTEE", None),
    "call with a number as type": ("_ACTION:TESTEE", {"type": 5}),
    "call without an argument": ("_ACTION:TESTEE", {"type": "assign", "name": "text"}),
}
UNKNOWN = ["_ACTION:TESTEE", "_GET:no-such-key", "_SET:no-such-key", "_NO_SUCH_EVENT:TESTEE"]
UNKNOWN_TASK = ["_TASK_START:TESTEE", "_TASK_CANCEL:TESTEE"]
ARGUMENTS: list[JSON] = [{"count": 1}, {"count": 2, "label": "x"}, {}, {"count": "three"}]

KINDS = {
    "assign": 10, "patch": 9, "spoiled": 3, "set": 4, "quietly": 5, "assign-many": 2, "batch": 4,
    "publish": 2, "burst": 2, "later": 1, "reset": 1, "crossing": 2, "document": 6,
    "refused": 4, "malformed": 2,
    "unknown": 2, "get": 2, "watch": 1, "reconnect": 2, "cut-inside": 1, "take-over": 1,
    "half-open": 1, "race": 1, "away": 1,
}  # fmt: skip
"""The frequency of each kind."""

FEATURE_KINDS = {
    "tasks": {"count": 2, "crash": 1, "wait": 2, "cancel": 2, "flash": 1, "count-away": 1},
    "binary": {"bytes-in": 2, "bytes-out": 2, "bytes-alone": 1, "cut-pair": 1},
    "errors": {"fail": 1},
    "toast": {"notify": 1},
    "download": {"send-file": 1},
    "client-actions": {"call-back": 1},
    "typed-arguments": {"typed": 1},
}

session_indexes = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1])
attributes = st.sampled_from(ASSIGNABLE)
counts = st.integers(1, 4)
ends = st.sampled_from(list(ENDS))
contents = st.binary(max_size=8).map(bytes.hex)

Recipe = tuple[str, ...]
"""The signatures of the steps that lead to a finding, in order."""


def kinds_for(features: frozenset[str]) -> dict[str, int]:
    """The kinds of steps that a testee with these features can take, with their frequencies."""
    kinds = dict(KINDS)
    for feature, more in FEATURE_KINDS.items():
        kinds |= more if feature in features else {}
    return kinds


def signature(step: Step) -> str:
    """The kind of a step, and the variant of it, as recipes compare them."""
    detail = step.get("what") or step.get("end") or step.get("frame") or step.get("by")
    return f"{step['do']} {detail}" if detail else str(step["do"])


@st.composite
def programs(draw: DrawFn, features: frozenset[str], leave_out: Sequence[Recipe]) -> list[Step]:
    """Draw a program for a testee with these features that follows none of the recipes."""
    kinds = [END, *(k for kind, weight in kinds_for(features).items() for k in [kind] * weight)]
    models: dict[int, Model] = {}
    program: list[Step] = []
    progress = [0] * len(leave_out)
    kind_or_end = st.sampled_from(kinds)
    while len(program) < LONGEST:
        kind = draw(kind_or_end)
        if kind == END:
            break
        at = draw(session_indexes)
        model = models.setdefault(at, _fresh(features))
        critical = any(done + 1 == len(r) for r, done in zip(leave_out, progress, strict=True))
        before = deepcopy(model) if critical else model
        step = draw_step(draw, kind, model, features)
        sign = signature(step)
        followed = [recipe[done] == sign for recipe, done in zip(leave_out, progress, strict=True)]
        ahead = [done + hit for done, hit in zip(progress, followed, strict=True)]
        if any(done == len(recipe) for recipe, done in zip(leave_out, ahead, strict=True)):
            models[at] = before
            continue
        progress = ahead
        program.append(step | ({"at": at} if at else {}))
    return program


def _fresh(features: frozenset[str]) -> Model:
    documents: dict[str, JSON] = dict.fromkeys(keys_for(features), INITIAL_VALUE)
    return Model(documents | {TESTEE: initial_state()})


def draw_step(draw: DrawFn, kind: str, model: Model, features: frozenset[str]) -> Step:
    """Draw a step of a kind, and update the model as far as later edits need it."""
    drawer = DRAWERS.get(kind)
    return {"do": kind} | (drawer(draw, model, features) if drawer else {})


# How the members of each kind are drawn


def _value_of(draw: DrawFn, name: str, model: Model) -> JSON:
    present = model.state[name]
    if name == "items":
        return draw(st.one_of(arrays, rearranged(present)))
    return draw(st.one_of(values, altered(present)))


def _assign(draw: DrawFn, model: Model, _: frozenset[str], *, sync: bool = True) -> Step:
    name = draw(attributes)
    assigned = {name: _value_of(draw, name, model)}
    model.assign(assigned, sync=sync)
    return {"values": assigned}


def _assign_many(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    chosen = draw(st.lists(attributes, max_size=3, unique=True))
    assigned = {name: _value_of(draw, name, model) for name in chosen}
    model.assign(assigned)
    return {"values": assigned}


def _batch(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    assignments = []
    for name in draw(st.lists(attributes, min_size=1, max_size=4)):
        value = _value_of(draw, name, model)
        model.assign({name: value})
        assignments.append([name, value])
    return {"assignments": assignments}


def _later(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    assigned = {"anything": draw(values)}
    model.assign(assigned)
    return {"values": assigned}


def _away(draw: DrawFn, model: Model, features: frozenset[str]) -> Step:
    return _later(draw, model, features) | _end(draw, model, features)


def _patch(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    operations = draw(edits(model))
    model.patched(TESTEE, operations)
    return {"operations": operations}


def _spoiled(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    harmless = [
        operation
        for operation in draw(edits(model))
        if operation["op"] == "test" or operation["path"].count("/") == 1
    ]
    place = draw(st.integers(0, len(harmless)))
    model.refused()
    spoiler = draw(spoilers)
    return {"before": harmless[:place], "spoiler": spoiler, "after": harmless[place:]}


def _crossing(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    operations, items = draw(edits(model)), draw(arrays)
    model.assign({"items": items})
    model.patched(TESTEE, operations)
    return {"operations": operations, "items": items}


def _set(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    free = [name for name in ASSIGNABLE if name not in model.unsynced]
    chosen = draw(st.lists(st.sampled_from(free), max_size=2, unique=True)) if free else []
    members = {name: _value_of(draw, name, model) for name in chosen}
    model.set(TESTEE, members)
    return {"members": members}


def _synced(_: DrawFn, model: Model, __: frozenset[str]) -> Step:
    model.synced()
    return {}


def _reset(_: DrawFn, model: Model, __: frozenset[str]) -> Step:
    model.reset()
    return {}


def _document(draw: DrawFn, _: Model, features: frozenset[str]) -> Step:
    key = draw(st.sampled_from(keys_for(features)[1:]))
    by = draw(st.sampled_from(["set", "patch", "server"] if key == SECOND else ["set", "patch"]))
    return {"key": key, "by": by, "value": draw(values)}


def _get(draw: DrawFn, model: Model, features: frozenset[str]) -> Step:
    key = draw(st.sampled_from(keys_for(features)))
    if key == TESTEE:
        model.synced()
    return {"key": key, "data": draw(scalars)}


def _counted(draw: DrawFn, _: Model, __: frozenset[str]) -> Step:
    return {"count": draw(counts)}


def _count(draw: DrawFn, model: Model, features: frozenset[str]) -> Step:
    beside = {}
    if draw(st.booleans()):
        beside = {"values": {"table": _value_of(draw, "table", model)}}
        model.assign(beside["values"])
    return _counted(draw, model, features) | beside


def _refused(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    what = draw(st.sampled_from(list(REFUSED)))
    model.refused()
    return {"what": what, "type": REFUSED[what][0], "data": REFUSED[what][1]}


def _malformed(draw: DrawFn, _: Model, __: frozenset[str]) -> Step:
    what = draw(st.sampled_from(list(MALFORMED)))
    return {"what": what, "text": MALFORMED[what]}


def _unknown(draw: DrawFn, _: Model, features: frozenset[str]) -> Step:
    types = UNKNOWN + (UNKNOWN_TASK if "tasks" in features else [])
    what = draw(st.sampled_from(types))
    return {"what": what, "type": what}


def _content(draw: DrawFn, _: Model, __: frozenset[str]) -> Step:
    return {"content": draw(contents), "label": draw(scalars)}


def _typed(draw: DrawFn, _: Model, __: frozenset[str]) -> Step:
    return {"arguments": draw(st.sampled_from(ARGUMENTS))}


def _notify(draw: DrawFn, _: Model, __: frozenset[str]) -> Step:
    return {"message": draw(st.sampled_from(["hello", "", "é😀", "a\nb"]))}


def _end(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    model.synced()
    return {"end": draw(ends)}


def _cut_inside(draw: DrawFn, model: Model, features: frozenset[str]) -> Step:
    model.synced()
    frames = ["action", "patch", *(["bytes"] if "binary" in features else [])]
    return {"frame": draw(st.sampled_from(frames)), "missing": draw(st.integers(1, 30))}


def _race(draw: DrawFn, model: Model, _: frozenset[str]) -> Step:
    model.synced()
    return {"connections": draw(st.integers(2, 3))}


def _count_away(draw: DrawFn, model: Model, features: frozenset[str]) -> Step:
    return _counted(draw, model, features) | _end(draw, model, features)


DRAWERS: dict[str, Callable[[DrawFn, Model, frozenset[str]], Step]] = {
    "assign": _assign, "assign-many": _assign_many, "batch": _batch,
    "quietly": partial(_assign, sync=False),
    "later": _later, "away": _away, "patch": _patch, "spoiled": _spoiled, "crossing": _crossing,
    "set": _set, "publish": _synced, "reset": _reset, "document": _document, "get": _get,
    "burst": _counted, "count": _count, "count-away": _count_away, "refused": _refused,
    "malformed": _malformed, "unknown": _unknown, "bytes-in": _content, "bytes-out": _content,
    "bytes-alone": _content, "send-file": _content, "typed": _typed, "notify": _notify,
    "call-back": _counted, "reconnect": _end, "cut-inside": _cut_inside, "take-over": _synced,
    "half-open": _synced, "race": _race,
}  # fmt: skip
"""Draws the members of each kind; the other kinds have none."""
