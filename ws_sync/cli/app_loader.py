"""Load the application that `ws-sync serve MODULE:APP` names, or report why that fails."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any


class NothingToServe(Exception):
    """The application can't be loaded; the text says why."""


def load(name: str) -> Callable[..., Any]:
    """Import an application by its name, `module:app`, from the current directory first.

    Raises:
        NothingToServe: the name has another form, there is no such module, importing it fails, it
            has no such attribute, or the attribute is not callable.
    """
    module, _, attribute = name.partition(":")
    if not module or not attribute or module.startswith("."):
        raise NothingToServe(f"{name!r} is not of the form module:app")
    sys.path.insert(0, str(Path.cwd()))
    found = _import(module)
    try:
        app = attrgetter(attribute)(found)
    except AttributeError as error:
        where = getattr(found, "__file__", None) or found
        raise NothingToServe(f"no {attribute!r} in the module {module!r}, {where}") from error
    if not callable(app):
        raise NothingToServe(
            f"{name!r} is not an ASGI application, but of type {type(app).__name__}"
        )
    return app  # type: ignore[no-any-return]  # the type is not known


def _import(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:  # the application's
        if isinstance(error, ModuleNotFoundError) and _is_within(module, error.name):
            raise NothingToServe(
                f"no module {error.name!r} in {Path.cwd()} or among the installed packages"
            ) from error
        frames = _of_application(error.__traceback__)
        file = _file(frames, error)
        shown = "".join(traceback.format_exception(type(error), error, frames)).rstrip()
        raise NothingToServe(f"importing the module {module!r} fails, {file}:\n{shown}") from error


def _is_within(module: str, missing: str | None) -> bool:
    """Return whether the module or its package is missing, and not a module that it imports."""
    return missing is not None and f"{module}.".startswith(f"{missing}.")


def _of_application(frames: TracebackType | None) -> TracebackType | None:
    """Skip the frames of this module and of the import system, which come first."""
    while frames is not None and _is_import(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return frames


def _is_import(file: str) -> bool:
    return file in {__file__, importlib.__file__} or file.startswith("<frozen importlib")


def _file(frames: TracebackType | None, error: BaseException) -> str:
    if frames is not None:
        return frames.tb_frame.f_code.co_filename
    return getattr(error, "filename", None) or "which can't be read"  # it can't be compiled
