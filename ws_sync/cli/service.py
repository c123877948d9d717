"""What `ws-sync serve` serves: an ASGI application, or sessions whose objects a factory makes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ws_sync._apps.routes import Routes
from ws_sync.cli.app_loader import NothingToServe
from ws_sync.sessions import Sessions


class CantServe(Exception):
    """The transport can't serve it; the text says why."""


@dataclass(frozen=True)
class Service:
    """One of the two.

    Attributes:
        app: an ASGI application of the user's.
        routes: the endpoints of a factory's sessions.
        home: the page that is offered beside it, None for none.
    """

    app: Callable[..., Any] | None
    routes: Routes | None
    home: str | None = None

    def asgi(self) -> Any:
        """Return it as an ASGI application, with its pages beside it."""
        app: Any = self.app if self.routes is None else self.routes.app()
        if self.home is None:
            return app
        from ws_sync._apps.pages import WithPages

        return WithPages(app, None if self.routes is None else self.home)


def of_factory(served: Callable[..., Any], options: Mapping[str, Any]) -> Service | None:
    """Return the sessions of a factory; None if what is to be served is an ASGI application.

    Whatever can be called with three arguments (scope, receive, send) is one.

    Args:
        served: what the command line names.
        options: those of `Sessions`.

    Raises:
        NothingToServe: it is neither.
    """
    try:
        signature = inspect.signature(served)
    except ValueError:  # it tells none, so it is no function of Python's
        return None
    try:
        signature.bind(None, None, None)
    except TypeError:
        pass
    else:
        return None
    try:
        return Service(None, Routes(Sessions(served, **options)))
    except TypeError as error:
        raise NothingToServe(
            f"{getattr(served, '__name__', served)} is no ASGI application, which takes scope, "
            "receive and send, and no factory, which takes nothing or the session's identity"
        ) from error
