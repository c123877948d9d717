# ruff: noqa: ARG002  # the shapes have one interface
"""Kinds of containers: arrays, sets, tuples, dicts and root models."""

from __future__ import annotations

import itertools
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from annotated_types import MaxLen
from pydantic import ConfigDict, Field, PrivateAttr, RootModel

from tests.ws_sync._binding.write.choices import Choices
from tests.ws_sync._binding.write.shapes import ANYTHING, JSON, Anything, Shape, Wrong
from ws_sync import SyncedDict, SyncedList


def _of(origin: Any, *first: type) -> Any:
    """Return a function that makes a generic type of an element's type."""
    return lambda item: origin[(*first, item) if first else item]


_ARRAYS: dict[str, Any] = {
    "list": (list, _of(list)),
    "synced": (SyncedList, _of(list)),
    "deque": (lambda values: deque(values, maxlen=4), _of(deque)),
    "tuple": (tuple, lambda item: _of(tuple)((item, ...))),
    "few": (list, lambda item: Annotated[_of(list)(item), MaxLen(3)]),
    "sequence": (list, _of(Sequence)),
}
MOST = {"few": 3, "deque": 4}


class Many(Shape):
    """A list, deque or tuple of any length."""

    def __init__(self, kind: str, item: Shape) -> None:
        self.kind, self.item = kind, item
        self._make, annotate = _ARRAYS[kind]
        self.annotation = annotate(item.annotation)
        self.keeps_identity = kind != "tuple"

    def sample(self, draw: Choices) -> Any:
        size = draw.below(4)
        values = [self.item.sample(draw) for _ in range(size)]
        if values and draw.one_in(3):  # elements that look the same
            values[-1] = self.item.sample(Choices([]))
        return self._make(values)

    def dump(self, live: Any) -> JSON:
        return [self.item.dump(each) for each in live]

    def parts(self, live: Any) -> Any:
        return [(self.item, each) for each in live]

    def hidden(self, live: Any) -> Any:
        return type(live), getattr(live, "maxlen", None)

    def place(self, name: Any) -> Shape:
        return self.item

    def check(self, json: JSON) -> None:
        if type(json) is not list:
            raise Wrong(f"{json!r} is not an array")
        if self.kind == "few":
            self.check_size(len(json))
        for each in json:
            self.item.check(each)

    def check_size(self, size: int) -> None:
        if size > MOST.get(self.kind, 99):
            raise Wrong("too many elements")

    def shown(self, json: JSON) -> JSON:
        return [self.item.shown(each) for each in json]

    def check_made(self, json: JSON, live: Any) -> None:
        for each, one in zip(json, live, strict=True):
            self.item.check_made(each, one)

    def owns(self, live: Any) -> bool:
        return isinstance(live, list | deque | tuple)

    def text(self) -> str:
        return f"{self.kind}[{self.item.text()}]"


class Fixed(Shape):
    """A tuple of fixed length, maybe with names."""

    keeps_identity = False

    def __init__(self, items: Sequence[Shape], named: bool) -> None:
        self.items, self.named = items, named
        self._make: Any = tuple
        self.annotation: Any = tuple[tuple(each.annotation for each in items)]  # type: ignore[misc]
        if named:
            fields = [(f"p{n}", each.annotation) for n, each in enumerate(items)]
            self.annotation = NamedTuple("Pair", fields)  # type: ignore[misc]
            self._make = self.annotation._make

    def sample(self, draw: Choices) -> Any:
        return self._make([each.sample(draw) for each in self.items])

    def dump(self, live: Any) -> JSON:
        return [item.dump(each) for item, each in zip(self.items, live, strict=True)]

    def parts(self, live: Any) -> Any:
        return [*zip(self.items, live, strict=True)]

    def hidden(self, live: Any) -> Any:
        return type(live)

    def place(self, name: Any) -> Shape:
        if type(name) is not int or name >= len(self.items):
            raise Wrong("too many elements")
        return self.items[name]

    def check(self, json: JSON) -> None:
        if type(json) is not list or len(json) != len(self.items):
            raise Wrong(f"{json!r} is not a tuple")
        for item, each in zip(self.items, json, strict=True):
            item.check(each)

    def check_size(self, size: int) -> None:
        if size != len(self.items):
            raise Wrong("a tuple of another length")

    def shown(self, json: JSON) -> JSON:
        return [item.shown(each) for item, each in zip(self.items, json, strict=True)]

    def check_made(self, json: JSON, live: Any) -> None:
        for item, each, one in zip(self.items, json, live, strict=True):
            item.check_made(each, one)

    def owns(self, live: Any) -> bool:
        return isinstance(live, tuple)

    def text(self) -> str:
        return f"{'named' if self.named else 'fixed'}({', '.join(e.text() for e in self.items)})"


class Unordered(Shape):
    """A set or frozenset of scalars."""

    is_ordered = False

    def __init__(self, kind: type, item: Shape) -> None:
        self.kind, self.item = kind, item
        self.annotation = kind[item.annotation]  # type: ignore[index]
        self.keeps_identity = kind is set

    def sample(self, draw: Choices) -> Any:
        return self.kind(self.item.sample(draw) for _ in range(draw.below(4)))

    def dump(self, live: Any) -> JSON:
        return [self.item.dump(each) for each in live]

    def parts(self, live: Any) -> Any:
        return [(self.item, each) for each in live]

    def hidden(self, live: Any) -> Any:
        return type(live)

    def place(self, name: Any) -> Shape:
        return self.item

    def check(self, json: JSON) -> None:
        if type(json) is not list:
            raise Wrong(f"{json!r} is not an array")
        for each in json:
            self.item.check(each)

    def shown(self, json: JSON) -> JSON:
        return sorted({self.item.shown(each) for each in json})

    def check_made(self, json: JSON, live: Any) -> None:
        assert sorted(self.dump(live)) == self.shown(json), f"{json!r} became {live!r}"

    def text(self) -> str:
        return f"{self.kind.__name__}[{self.item.text()}]"


def _defaulting(item: Any) -> Any:
    return _of(defaultdict, str)(Annotated[item, Field(default_factory=int)])


_DICTS: dict[str, Any] = {
    "dict": (dict, _of(dict, str)),
    "synced": (SyncedDict, _of(dict, str)),
    "mapping": (dict, _of(Mapping, str)),
    "ordered": (OrderedDict, _of(OrderedDict, str)),
    "default": (lambda made: defaultdict(int, made), _defaulting),
    "numbered": (dict, _of(dict, int)),
}


class Named(Shape):
    """A dict of any names."""

    def __init__(self, kind: str, item: Shape) -> None:
        self.kind, self.item = kind, item
        self._make, annotate = _DICTS[kind]
        self.annotation = annotate(item.annotation)
        self._key: Any = int if kind == "numbered" else str

    def sample(self, draw: Choices) -> Any:
        names = "123" if self.kind == "numbered" else "abc"
        return self._make({
            self._key(name): self.item.sample(draw) for name in names[: draw.below(4)]
        })  # fmt: skip

    def dump(self, live: Any) -> JSON:
        return {str(name): self.item.dump(each) for name, each in live.items()}

    def parts(self, live: Any) -> Any:
        return {str(name): (self.item, each) for name, each in live.items()}

    def hidden(self, live: Any) -> Any:
        return type(live), getattr(live, "default_factory", None)

    def place(self, name: Any) -> Shape:
        if self.kind == "numbered" and not str(name).isdecimal():
            raise Wrong("not a number")
        return self.item

    def check(self, json: JSON) -> None:
        if type(json) is not dict:
            raise Wrong(f"{json!r} is not an object")
        for name, each in json.items():
            self.place(name).check(each)

    def shown(self, json: JSON) -> JSON:
        return {name: self.item.shown(each) for name, each in json.items()}

    def check_made(self, json: JSON, live: Any) -> None:
        assert [*map(str, live)] == [*json], f"{json!r} became {live!r}"
        for name, each in json.items():
            self.item.check_made(each, live[self._key(name)])

    def owns(self, live: Any) -> bool:
        return isinstance(live, dict)

    def text(self) -> str:
        return f"{self.kind}{{{self.item.text()}}}"


class Root(Shape):
    """A root model of a container: it has no JSON of its own, but a private attribute."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner
        self.keeps_identity = True
        self.annotation: Any = type("Drawn", (RootModel[inner.annotation],), {  # type: ignore[name-defined]
            "__annotations__": {"_p": int}, "_p": PrivateAttr(0), "__module__": __name__,
            "model_config": ConfigDict(serialize_by_alias=True),
        })  # fmt: skip

    def sample(self, draw: Choices) -> Any:
        live = self.annotation.model_construct(self.inner.sample(draw))
        live._p = next(NUMBERS)
        return live

    def dump(self, live: Any) -> JSON:
        return self.inner.dump(live.root)

    def parts(self, live: Any) -> Any:
        return self.inner.parts(live.root)

    def hidden(self, live: Any) -> Any:
        return type(live), live._p, id(live.root), self.inner.hidden(live.root)

    def place(self, name: Any) -> Shape:
        return self.inner.place(name)

    def check(self, json: JSON) -> None:
        self.inner.check(json)

    def check_size(self, size: int) -> None:
        self.inner.check_size(size)

    def shown(self, json: JSON) -> JSON:
        return self.inner.shown(json)

    def check_made(self, json: JSON, live: Any) -> None:
        self.inner.check_made(json, live.root)

    def owns(self, live: Any) -> bool:
        return isinstance(live, self.annotation)

    def text(self) -> str:
        return f"root {self.inner.text()}"


class Tracked(Anything):
    """A tracked container as a type of its own, with elements of any type."""

    def __init__(self, kind: type) -> None:
        self.kind: Any = kind
        self.annotation = kind

    def sample(self, draw: Choices) -> Any:
        inner = [super(Tracked, self).sample(draw) for _ in range(draw.below(3))]
        return self.kind(inner if self.kind is SyncedList else zip("ab", inner, strict=False))

    def parts(self, live: Any) -> Any:
        if isinstance(live, list):
            return [(ANYTHING, each) for each in live]
        return {name: (ANYTHING, each) for name, each in live.items()}

    def place(self, name: Any) -> Shape:
        return ANYTHING

    def check(self, json: JSON) -> None:
        if type(json) is not (list if self.kind is SyncedList else dict):
            raise Wrong(f"{json!r} is not for a {self.kind}")

    def check_made(self, json: JSON, live: Any) -> None:
        super().check_made(json, live)
        assert type(live) is self.kind, f"{live!r} is not a {self.kind}"

    def text(self) -> str:
        return str(self.kind.__name__)


NUMBERS = itertools.count(1000)
"""Hidden values, each different."""
