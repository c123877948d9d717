"""The heads of HTTP messages, and the answers of the proxy itself.

A request is forwarded unchanged but for three things. `Host` names the target, so the target can't
see by which name a page was loaded, and the proxy checks that name itself. No extension is
offered, because compressed frames would have to be decompressed to be judged. A request that is not
a WebSocket handshake gets `Connection: close`, so that the next one is on a new connection.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import SplitResult

END = b"\r\n\r\n"
LONGEST = 1 << 16
"""The longest head, in bytes."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(rb"[1-9][0-9]{2}")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_NOT_RESOLVED = re.compile(r"\[.*\]|[0-9]{1,3}(\.[0-9]{1,3}){3}|(.*\.)?localhost")
LONGEST_REASON = 123
"""The longest reason of a close frame, in bytes."""


class BadHead(Exception):
    """A head is invalid; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request."""

    method: str
    path: str
    version: str
    headers: list[tuple[str, str]]

    def get(self, name: str) -> str:
        """Return the values of a header, joined; an empty string without it."""
        return ", ".join(value for other, value in self.headers if other.lower() == name)

    def is_for(self, names: set[str]) -> bool:
        """Return whether `Host` is one of the names, or can't have been made to resolve here.

        An attacker's page can be loaded from this machine only under a name whose addresses the
        attacker chooses. Browsers always send the header.
        """
        given = self.get("host").lower()
        match = _HOST.fullmatch(given)
        if match is None:
            return not given
        host = match[1]
        return host in names or _NOT_RESOLVED.fullmatch(host) is not None

    @property
    def upgrades(self) -> bool:
        """Whether it is a WebSocket handshake."""
        return "websocket" in self.get("upgrade").lower()

    def for_target(self, target: SplitResult) -> bytes:
        """Return the bytes for the target."""
        path = self.path
        if target.path not in ("", "/"):
            path = target.path.rstrip("/") + path
        left_out = {"host", "sec-websocket-extensions"}
        if not self.upgrades:
            left_out |= {"connection", "keep-alive"}
        kept = [(name, value) for name, value in self.headers if name.lower() not in left_out]
        own = [("Host", target.netloc.rpartition("@")[2])]
        if not self.upgrades:
            own.append(("Connection", "close"))
        lines = [f"{self.method} {path} {self.version}"]
        lines += [f"{name}: {value}" for name, value in own + kept]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def refusal(self, code: int, reason: str) -> bytes:
        """Return the answer without a target: a WebSocket that closes, or an error page."""
        key = self.get("sec-websocket-key")
        if not self.upgrades or not key:
            page = reason.encode()
            return (
                b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n"
                b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
            )
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        cut = reason.encode()[:LONGEST_REASON].decode(errors="ignore").encode()
        frame = bytes([0x88, 2 + len(cut)]) + code.to_bytes(2, "big") + cut
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n%s" % (accept, frame)
        )


def request(head: bytes) -> Request:
    """Parse the head of a request, without the empty line that ends it.

    Raises:
        BadHead: It is invalid.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    if any(letter in line for line in (first, *lines) for letter in "\r\n\0"):
        # Some servers accept a lone LF as the end of a line, and would read other headers.
        raise BadHead("a line contains CR, LF or NUL")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[1].startswith("/") or not parts[2].startswith("HTTP/1."):
        raise BadHead("the request line is invalid")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadHead("a header is invalid")
        headers.append((name, value.strip()))
    return Request(parts[0], parts[1], parts[2], headers)


def status(head: bytes) -> int:
    """Return the status in the head of an answer, 0 without one."""
    parts = head.partition(b"\r\n")[0].split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and _STATUS.fullmatch(parts[1]) else 0
