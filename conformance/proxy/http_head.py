"""The heads of HTTP messages: what the proxy changes of a request, and what it answers itself.

A request is passed on as it came but for three things: `Host` names the target; no extension is
offered, since compressed frames could not be read here without reading them twice; and what is not
a WebSocket gets a connection of its own, so that every request passes here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import SplitResult

END = b"\r\n\r\n"
LONGEST = 1 << 16
"""Bytes of a head at most."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(rb"[1-9][0-9]{2}")
LONGEST_REASON = 123
"""Bytes of the reason in a close frame at most."""


class BadHead(Exception):
    """A head that is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came.

    Attributes:
        method: Its method.
        path: Path and query.
        version: The version of HTTP.
        headers: Names as they were written, and values, in order.
    """

    method: str
    path: str
    version: str
    headers: list[tuple[str, str]]

    def get(self, name: str) -> str:
        """The values of a header, joined; empty without one."""
        return ", ".join(value for other, value in self.headers if other.lower() == name)

    @property
    def upgrades(self) -> bool:
        """Whether it asks for a WebSocket."""
        return "websocket" in self.get("upgrade").lower()

    def for_target(self, target: SplitResult) -> bytes:
        """The bytes that the target gets."""
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
        """The answer when there is no target: a WebSocket that is closed, or an error page."""
        key = self.get("sec-websocket-key")
        if not self.upgrades or not key:
            page = reason.encode()
            return (
                b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n"
                b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)
            )
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        told = reason.encode()[:LONGEST_REASON].decode(errors="ignore").encode()
        frame = bytes([0x88, 2 + len(told)]) + code.to_bytes(2, "big") + told
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n%s" % (accept, frame)
        )


def request(head: bytes) -> Request:
    """Read the head of a request, without the empty line that ends it.

    Raises:
        BadHead: It is none.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    if any(letter in line for line in (first, *lines) for letter in "\r\n\0"):
        # Some servers take a lone LF for the end of a line, and would find other headers here.
        raise BadHead("a line with another end in it")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[1].startswith("/") or not parts[2].startswith("HTTP/1."):
        raise BadHead("a request line that is none")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadHead("a header that is none")
        headers.append((name, value.strip()))
    return Request(parts[0], parts[1], parts[2], headers)


def status(head: bytes) -> int:
    """The status in the head of an answer, 0 if it has none."""
    parts = head.partition(b"\r\n")[0].split(b" ", 2)
    return int(parts[1]) if len(parts) > 1 and _STATUS.fullmatch(parts[1]) else 0
