"""Close codes: those of RFC 6455, section 7.4, and IANA's registry, and the protocol's own."""

from enum import IntEnum


class CloseCode(IntEnum):
    """The codes with which this library closes a connection (connection-close-code)."""

    NORMAL_CLOSURE = 1000
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    NOT_IDENTIFIED = 4401
    """The client did not identify itself, or proved nothing (session-identify-refuse)."""
    SESSION_TERMINATED = 4410
    """The application has terminated the session; the client got `_DISCONNECT`."""
