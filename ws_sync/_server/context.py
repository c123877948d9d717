"""The session of a context: `with session:` sets it, and objects made inside find it."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

from ws_sync.exceptions import NoSession

if TYPE_CHECKING:
    from ws_sync.session import Session

session_context: ContextVar[Session] = ContextVar("session_context")
"""The session that objects made in this context belong to."""

_tokens: ContextVar[tuple[Token[Session], ...]] = ContextVar("_tokens", default=())


def get_global_session() -> Session:
    """Return the session of this context.

    Raises:
        NoSession: there is none.
    """
    try:
        return session_context.get()
    except LookupError:
        raise NoSession from None


def enter(session: Session) -> None:
    """Make it the session of this context, until `leave`.

    The stack belongs to the context, so sessions may overlap in different tasks.
    """
    _tokens.set((*_tokens.get(), session_context.set(session)))


def leave() -> None:
    """Give the context the session back that it had before the last `enter`."""
    *older, token = _tokens.get()
    _tokens.set(tuple(older))
    session_context.reset(token)
