"""Exceptions that programs for PyPI's `ws-sync` may import; this library never raises them.

A client that does not identify itself makes `get_user_session` return two Nones.
"""

from __future__ import annotations


class InvalidUserSessionMessageError(Exception):
    """A client has sent another event than `_USER_SESSION`."""


class InvalidUserSessionError(Exception):
    """A client has sent no user or no session."""
