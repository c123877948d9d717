"""The parameters that a function takes from a caller, where decorators have wrapped it.

`inspect.signature` follows `functools.wraps` to the innermost function. But what is called is the
wrapper: it may take an argument for itself, supply one, or take fewer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """A parameter that a caller may give.

    Attributes:
        parameter: the parameter.
        declared_by: the function whose module has the names of its annotation.
        is_passed_on: whether a wrapper passes it on with its `**parameter`, and so may supply it.
    """

    parameter: inspect.Parameter
    declared_by: Any
    is_passed_on: bool = False


def taken_by(function: Callable[..., Any]) -> list[Taken]:
    """Return the parameters of a function; those of a wrapper, and those that it passes on.

    `functools.wraps` gives a wrapper the annotations of the wrapped function.

    Args:
        function: the function; a method is bound.
    """
    if isinstance(function, partial):
        return [Taken(each, function) for each in inspect.signature(function).parameters.values()]
    try:
        own = inspect.signature(function, follow_wrapped=False).parameters
    except ValueError:  # a wrapper written in C, such as that of `functools.cache`
        own = inspect.signature(function).parameters
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is None or hasattr(function, "__signature__"):
        return [Taken(each, function) for each in own.values()]
    inner = taken_by(wrapped)
    if inspect.ismethod(function) and not inspect.ismethod(wrapped):
        inner = inner[1:]  # the object, which is the first argument of both
    annotated = {each.parameter.name: each for each in inner}
    taken: list[Taken] = []
    for parameter in own.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            others = (each for each in inner if each.parameter.name not in own)
            taken += (replace(each, is_passed_on=True) for each in others)
        elif known := annotated.get(parameter.name):
            annotation = known.parameter.annotation
            taken.append(Taken(parameter.replace(annotation=annotation), known.declared_by))
        else:
            taken.append(Taken(parameter, function))
    return taken
