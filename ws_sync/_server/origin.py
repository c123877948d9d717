"""The check of the header `Origin`: which web pages may connect (security-origin).

A browser allows any page to open a WebSocket to any address, and sends the user's cookies with the
handshake. The page can't forge this header. It is checked before the handshake is accepted:

1. No header: the client is not a browser. Accepted.
2. An invalid origin, `null`, or two headers: rejected. Sandboxed frames of any page have `null`.
3. An origin on the application's list: accepted.
4. The same origin, with the host and port that the connection was opened to (the header `Host`):
   accepted. The scheme is not compared, because a server behind a proxy that terminates TLS does
   not know its own scheme.
5. Loopback to loopback, a page of this machine with any port, on a connection that was opened to a
   loopback name: accepted. During development the page often has a server of its own. A program
   that can serve a page on this machine can connect without a browser anyway.
6. Any other origin: rejected.

DNS rebinding makes a foreign page look like one of the same origin: its name resolves to this
machine for a moment. So rule 4 does not apply to a page that was loaded without TLS from a name
that is not this machine's, on a connection from this machine, to whichever of its addresses.
Behind a proxy on this machine, put the origin of such a page on the list. A proxy that replaces
`Host` breaks rule 4, and rule 5 may then accept pages of the visitor's machine: the proxy must pass
`Host` on.
"""

from __future__ import annotations

import re
import socket
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
"""All origins: the check is off."""

_AUTHORITY = r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([1-9][0-9]{0,4}))?"
_HOST = re.compile(_AUTHORITY, re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(rf"([a-z][a-z0-9+.-]*)://{_AUTHORITY}", re.ASCII | re.IGNORECASE)

_DEFAULT_PORTS = {"http": 80, "https": 443}

_listed: WeakSet[Transport] = WeakSet()
"""WebSockets that were accepted by rule 3; the lists of later checks need not have their origin.

So an endpoint that calls `get_user_session` first passes its origins once.
"""


class Origin(NamedTuple):
    """The origin of a page; its port is None if it is the default port of the scheme."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read the value of a header; None if it is not an origin."""
        match = _ORIGIN.fullmatch(text)
        if match is None:
            return None
        scheme = match[1].lower()
        return cls(scheme, match[2].lower(), _port(match[3], scheme))


class Origins:
    """The origins on an application's list.

    Attributes:
        texts: the origins as they were given.
    """

    def __init__(self, allowed: str | Iterable[str] | Origins = ()) -> None:
        """Allow origins.

        Args:
            allowed: one or several, such as "https://app.example" or "http://localhost:5173"; "*"
                allows all.

        Raises:
            ValueError: an origin is invalid.
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
        """Return `allowed` itself if it is an `Origins` already, so sessions share it."""
        if isinstance(allowed, Origins):
            return allowed
        return cls(allowed) if allowed else _NO_OTHERS

    def allow(self, headers: Headers) -> bool:
        """Return whether the origin in the headers of a handshake is on the list."""
        return self._all or _one(headers, "origin") in self._origins


_NO_OTHERS = Origins()


async def admit(ws: Transport, origins: Origins, log: Log) -> bool:
    """Check the origin of a WebSocket, and reject it if it may not connect.

    Returns:
        Whether it may. If not, it is closed, and the caller returns.
    """
    if may_connect(ws, origins, log):
        return True
    await reject(ws, CloseCode.POLICY_VIOLATION, "origin not allowed")
    return False


def may_connect(ws: Transport, origins: Origins, log: Log) -> bool:
    """Check the origin of a WebSocket; log it if it may not connect."""
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
    """Check the headers of a handshake whose origin is not on a list.

    Args:
        headers: the headers of the handshake.
        client: host and port of the peer, as the server reports them; None if unknown.

    Returns:
        Why the page may not connect, and what would allow it; None if it may.
    """
    if "origin" not in headers:
        return None
    origin = _one(headers, "origin")
    if origin is None:
        given = shorten(repr(", ".join(headers.getlist("origin"))))
        return f"rejected: invalid Origin header {given}"
    if origin.scheme in _DEFAULT_PORTS:
        host = _host(headers, origin.scheme)
        if host == origin[1:] and not _may_be_rebound(origin, client):
            return None
        if host is not None and is_loopback(origin.host) and is_loopback(host[0]):
            return None
    text = shorten(headers["origin"])
    target = shorten(repr(headers.get("host", "")))
    return (
        f"rejected: a page of {text!r} at {target}; if it may connect, allow it: "
        f"Session(origins=[{text!r}]), Sessions(…, origins=[{text!r}]), or --origin {text}"
    )


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is a loopback one, on every machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = ip_of(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def _listed_origin(text: str) -> Origin:
    if (origin := Origin.read(text)) is not None:
        return origin
    if text.lower() == "null":
        raise ValueError("the origin 'null' can't be allowed, because any page can have it")
    hint = _ORIGIN.match(text)
    example = hint[0] if hint else "https://app.example"
    raise ValueError(f"{text!r} is not an origin; write it like {example!r}")


def _one(headers: Headers, name: str) -> Origin | None:
    values = headers.getlist(name)
    return Origin.read(values[0]) if len(values) == 1 else None


def _host(headers: Headers, scheme: str) -> tuple[str, int | None] | None:
    """Return host and port of the header `Host`; the default port of `scheme` is None."""
    values = headers.getlist("host")
    match = _HOST.fullmatch(values[0]) if len(values) == 1 else None
    return None if match is None else (match[1].lower(), _port(match[2], scheme))


def _port(text: str | None, scheme: str) -> int | None:
    if text is None:
        return None
    port = int(text)
    return None if port == _DEFAULT_PORTS.get(scheme) else port


def _may_be_rebound(origin: Origin, client: object) -> bool:
    """Return whether the name of a foreign page may resolve to this machine."""
    if origin.scheme != "http" or ip_of(origin.host) or is_loopback(origin.host):
        return False  # only its owner has a certificate for it, or it is not a name that can change
    peer = client[0] if isinstance(client, tuple | list) and client else None
    return isinstance(peer, str) and (is_loopback(peer) or _is_ownip_of(peer))


def _is_ownip_of(host: str) -> bool:
    """Return whether an address belongs to this machine: only then a socket can have it.

    A connection to an own address comes from the same address, on whatever network it is.
    """
    address = ip_of(host)
    if address is None:
        return False
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as bound:
            bound.bind((host, 0))
    except OSError:
        return False
    return True


def ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is; None if it is a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
