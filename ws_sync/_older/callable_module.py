"""`ws_sync.sync`, which was the decorator in 0.6.9 and is the module in 0.8: it is both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def make_callable(name: str, function: Callable[..., Any]) -> None:
    """Let an imported module be called like a function."""

    class CallableModule(ModuleType):
        """A module that is also a function."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Call the function."""
            return function(*args, **kwargs)

    sys.modules[name].__class__ = CallableModule
