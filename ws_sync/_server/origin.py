"""Which web pages may connect: the check of the header `Origin` (security-origin).

A browser lets any page open a WebSocket to any address, and sends the user's cookies along; what a
page can't forge is this header. It is judged before the handshake is accepted:

1. Without the header it is no browser: admitted.
2. What is no origin, `null`, or there twice: refused. Sandboxed frames of any page have `null`.
3. An origin on the application's list: admitted.
4. The same origin, a page whose host and port are those that the connection was opened to (the
   header `Host`): admitted. The scheme is not compared, because a server behind a proxy that ends
   TLS doesn't know its own.
5. Loopback to loopback: a page of this machine, whatever its port, on a connection that was opened
   to this machine by such a name: admitted. It is how one develops, with the page on a server of
   its own. Whoever can serve a page here can connect without a browser anyway.
6. Everything else: refused.

DNS rebinding makes a foreign page look as if it were of the same origin: its name points to this
machine for a moment. So rule 4 does not hold for a page that came without TLS under a name that is
not the machine's own, on a connection that comes from the machine itself; behind a proxy of that
kind the origin has to be on the list. A proxy that writes a `Host` of its own breaks rule 4, and
may let pages of the visitor's machine in by rule 5: it has to pass `Host` on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Self
from weakref import WeakSet

from starlette.datastructures import Headers

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.transport import Transport, reject
from ws_sync.exceptions import shorten

EVERYTHING = "*"
"""Stands for all origins: the check is off."""

_AUTHORITY = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([1-9][0-9]{0,4}))?"
_HOST = re.compile(_AUTHORITY, re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(rf"([a-z][a-z0-9+.-]*)://{_AUTHORITY}", re.ASCII | re.IGNORECASE)

_DEFAULT_PORTS = {"http": 80, "https": 443}

_listed: WeakSet[Transport] = WeakSet()
"""WebSockets that were admitted because their origin was on a list: other lists need not have it.

So an endpoint that asks for the identification first gives its origins once.
"""


class Origin(NamedTuple):
    """Where a page comes from; a port that is the scheme's usual one is None."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read the value of a header; None when it is no origin."""
        match = _ORIGIN.fullmatch(text)
        if match is None:
            return None
        scheme = match[1].lower()
        return cls(scheme, match[2].lower(), _port(match[3], scheme))


class Origins:
    """The origins that an application allows besides those that always may connect.

    Attributes:
        texts: they themselves, as they were given.
    """

    def __init__(self, allowed: str | Iterable[str] | Origins = ()) -> None:
        """Allow origins.

        Args:
            allowed: such as "https://app.example" or "http://localhost:5173"; one or several.
                "*" allows all pages of the world.

        Raises:
            ValueError: one of them is no origin.
        """
        if isinstance(allowed, Origins):
            texts = allowed.texts
        else:
            texts = frozenset({allowed} if isinstance(allowed, str) else allowed)
        self.texts: frozenset[str] = texts
        self._all = EVERYTHING in texts
        self._origins = {_listed_origin(text) for text in texts - {EVERYTHING}}

    @classmethod
    def of(cls, allowed: str | Iterable[str] | Origins) -> Origins:
        """Return the same if they are some already, so that sessions share them."""
        if isinstance(allowed, Origins):
            return allowed
        return cls(allowed) if allowed else _NO_OTHERS

    def allow(self, headers: Headers) -> bool:
        """Tell whether the application allows the origin that a handshake names."""
        return self._all or _one(headers, "origin") in self._origins


_NO_OTHERS = Origins()


async def admit(ws: Transport, origins: Origins, log: Log) -> bool:
    """Judge where a WebSocket comes from, and close it if it may not connect.

    Returns:
        Whether it may. Otherwise it is closed, and served no further.
    """
    if may_connect(ws, origins, log):
        return True
    await reject(ws, CloseCode.POLICY_VIOLATION, "origin not allowed")
    return False


def may_connect(ws: Transport, origins: Origins, log: Log) -> bool:
    """Judge where a WebSocket comes from; a refusal is logged."""
    headers = ws.headers
    if "origin" not in headers or ws in _listed:
        return True
    if origins.allow(headers):
        _listed.add(ws)
        return True
    refusal = judge(headers, ws.client)
    if refusal is not None:
        extra = log_fields("origin-refused", "security-origin", peer=peer_of(ws))
        log.warning("%s", refusal, extra=extra)
    return refusal is None


def judge(headers: Headers, client: object) -> str | None:
    """Judge the headers of a handshake whose origin is on no list.

    Args:
        headers: those of the handshake.
        client: host and port of the peer, as servers tell them; None when it has none.

    Returns:
        Why the page may not connect, and what would allow it; None: it may.
    """
    if "origin" not in headers:
        return None
    origin = _one(headers, "origin")
    if origin is None:
        given = shorten(repr(", ".join(headers.getlist("origin"))))
        return f"a connection with the origin {given} is refused: it is none"
    if origin.scheme in _DEFAULT_PORTS:
        host = _host(headers, origin.scheme)
        if host == origin[1:] and not _may_be_rebound(origin, client):
            return None
        if host is not None and is_loopback(origin.host) and is_loopback(host[0]):
            return None
    text = shorten(headers["origin"])
    target = shorten(repr(headers.get("host", "")))
    return (
        f"a page of {text!r} is refused at {target}; if it may connect, allow it: "
        f"Session(origins=[{text!r}]), Sessions(…, origins=[{text!r}]), or --origin {text}"
    )


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine's own, whoever asks."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def _listed_origin(text: str) -> Origin:
    if (origin := Origin.read(text)) is not None:
        return origin
    if text.lower() == "null":
        raise ValueError("the origin 'null' can't be allowed: any page can have it")
    hint = _ORIGIN.match(text)
    better = f", {hint[0]!r} would be one" if hint else ", 'https://app.example' would be one"
    raise ValueError(f"{text!r} is no origin{better}")


def _one(headers: Headers, name: str) -> Origin | None:
    values = headers.getlist(name)
    return Origin.read(values[0]) if len(values) == 1 else None


def _host(headers: Headers, scheme: str) -> tuple[str, int | None] | None:
    """Return what the connection was opened to; a port usual for `scheme` is None."""
    values = headers.getlist("host")
    match = _HOST.fullmatch(values[0]) if len(values) == 1 else None
    return None if match is None else (match[1].lower(), _port(match[2], scheme))


def _port(text: str | None, scheme: str) -> int | None:
    if text is None:
        return None
    port = int(text)
    return None if port == _DEFAULT_PORTS.get(scheme) else port


def _may_be_rebound(origin: Origin, client: object) -> bool:
    """Tell whether a name that is not this machine's may have been pointed to it."""
    if origin.scheme != "http" or _address(origin.host) or is_loopback(origin.host):
        return False  # nobody else has a certificate for it, or it is no name that could change
    peer = client[0] if isinstance(client, tuple | list) and client else None
    return isinstance(peer, str) and is_loopback(peer)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
