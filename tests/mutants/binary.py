"""Mutants of spec/binary.md and spec/notices.md: pairs, toasts and downloads."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import base64
import html
import itertools

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class SyncsBetween(Mutant):
    """It counts pairs in the state, and sends that change between the two frames of a pair."""

    breaks = "binary-pair"
    hint = "interleaved"

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        assert self.link is not None
        self.send(self.link, "_BIN_META", {"type": type_, "metadata": metadata})
        self.do_burst(1)
        self.link.put(content)


class InterleavesNowAndThen(Mutant):
    """It sends the bytes of a pair a moment later while a task runs."""

    breaks = "binary-pair"
    hint = "interleaved"

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        assert self.link is not None
        if not self.tasks:
            return super().tell_bytes(type_, metadata, content)
        self.send(self.link, "_BIN_META", {"type": type_, "metadata": metadata})
        asyncio.get_running_loop().call_later(0.002, self.link.put, content)
        return None


class SendsOtherBytes(Mutant):
    """It sends as many zeros as there are bytes."""

    breaks = "binary-deliver"

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        super().tell_bytes(type_, metadata, bytes(len(content)))


class TurnsLongBytes(Mutant):
    """It reverses the bytes of received frames of more than 64 KiB."""

    breaks = "binary-deliver"

    def receive_bytes(self, link: Link, content: bytes) -> None:
        super().receive_bytes(link, content[::-1] if len(content) > 1 << 16 else content)


class LosesMetadata(Mutant):
    """It sends only the metadata that are strings."""

    breaks = "binary-deliver"

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        strings = {name: value for name, value in metadata.items() if isinstance(value, str)}
        super().tell_bytes(type_, strings, content)


class SwapsLabels(Mutant):
    """It gives a pair the label of the pair before it."""

    breaks = "binary-deliver"
    label: JSON = "none"

    def do_receiveBytes(self, data: bytes, label: JSON) -> None:  # noqa: N802 - the contract's
        label, self.label = self.label, label
        super().do_receiveBytes(data, label)


class HandlesPairsLate(Mutant):
    """It handles a pair a moment after its bytes have arrived."""

    breaks = "binary-position"

    def handle_pair(self, link: Link, type_: str, metadata: JSON, content: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.005, super().handle_pair, link, type_, metadata, content)


class ForgetsOnText(Mutant):
    """It forgets `_BIN_META` when a text frame arrives before its bytes."""

    breaks = "binary-text-between"

    def handle_keyed(self, link: Link, name: str, key: str, data: JSON) -> None:
        link.waiting = None
        super().handle_keyed(link, name, key, data)


class KeepsOldest(Mutant):
    """It pairs a binary frame with the first of several `_BIN_META`."""

    breaks = "binary-newest"

    def announced(self, link: Link, data: JSON) -> None:
        link.waiting = link.waiting or (data,)


class QueuesAnnouncements(Mutant):
    """It keeps an earlier `_BIN_META` for the next binary frame."""

    breaks = "binary-newest"

    def __init__(self, *arguments: JSON) -> None:
        super().__init__(*arguments)
        self.earlier: list[tuple[JSON]] = []

    def announced(self, link: Link, data: JSON) -> None:
        if link.waiting:
            self.earlier.append(link.waiting)
        super().announced(link, data)

    def receive_bytes(self, link: Link, content: bytes) -> None:
        super().receive_bytes(link, content)
        if self.earlier:
            link.waiting = self.earlier.pop()


class ClosesOnBytes(Mutant):
    """It closes a connection on which bytes arrive without `_BIN_META`."""

    breaks = "binary-unannounced"

    def unannounced(self, link: Link) -> None:
        link.close(1003)


class ReadsBytesAsText(Mutant):
    """It stores bytes that came without `_BIN_META`."""

    breaks = "binary-unannounced"

    def receive_bytes(self, link: Link, content: bytes) -> None:
        if link.waiting is None:
            self.do_assign("anything", content.decode(errors="replace"))
        else:
            super().receive_bytes(link, content)


class WaitsAcrossConnections(Mutant):
    """It pairs `_BIN_META` of a lost connection with bytes of the next one."""

    breaks = "binary-per-connection"
    kept: tuple[JSON] | None = None

    def announced(self, link: Link, data: JSON) -> None:
        super().announced(link, data)
        self.kept = (data,)

    def receive_bytes(self, link: Link, content: bytes) -> None:
        link.waiting = link.waiting or self.kept
        self.kept = None
        super().receive_bytes(link, content)


class OverwritesData(Mutant):
    """It replaces a member `data` of the metadata by the bytes."""

    breaks = "binary-reserved"

    def announced(self, link: Link, data: JSON) -> None:
        if isinstance(data, dict) and isinstance(data.get("metadata"), dict):
            data["metadata"].pop("data", None)
        super().announced(link, data)


class ClosesOnBadPair(Mutant):
    """It closes the connection on a pair with a malformed `_BIN_META`."""

    breaks = "binary-malformed"

    def pair_refused(self, link: Link) -> None:
        link.close(1008)


class GuessesPairs(Mutant):
    """It handles a pair without a type as an action of TESTEE."""

    breaks = "binary-malformed"

    def announced(self, link: Link, data: JSON) -> None:
        if isinstance(data, dict):
            data = {"type": "_ACTION:TESTEE", **data}
        super().announced(link, data)


class ClosesOnUnknownPair(Mutant):
    """It closes the connection on a pair for an event that it does not know."""

    breaks = "binary-unknown"

    def pair_unknown(self, link: Link, type_: str, metadata: JSON) -> None:
        if not type_.startswith(("_SET", "_PATCH", "_BIN", "_DIS")):
            link.close(1008)


class PairsAnyEvent(Mutant):
    """It handles the metadata of a pair as the event that the pair names."""

    breaks = "binary-no-state"

    def pair_unknown(self, link: Link, type_: str, metadata: JSON) -> None:
        if type_ == "_SET:TESTEE":
            self.handle(link, type_, metadata)


# Notices


class KnowsFewLevels(Mutant):
    """It sends every toast that is not an error as `info`."""

    breaks = "notices-toast"

    def do_notify(self, message: str, level: str) -> None:
        super().do_notify(message, level if level == "error" else "info")


class ShortensToasts(Mutant):
    """It sends at most 1,000 characters of a toast."""

    breaks = "notices-toast"

    def do_notify(self, message: str, level: str) -> None:
        super().do_notify(message[:1000], level)


class EncodesForUrls(Mutant):
    """It sends files in the alphabet of Base64 that is safe in URLs."""

    breaks = "notices-download"

    def do_sendFile(self, filename: str, content: bytes) -> None:  # noqa: N802
        data = base64.urlsafe_b64encode(content).decode()
        self.tell("_DOWNLOAD", {"filename": filename, "data": data})


class ForgetsPadding(Mutant):
    """It sends files in Base64 without padding."""

    breaks = "notices-download"

    def do_sendFile(self, filename: str, content: bytes) -> None:  # noqa: N802
        data = base64.b64encode(content).decode().rstrip("=")
        self.tell("_DOWNLOAD", {"filename": filename, "data": data})


class KeepsToasts(Mutant):
    """It writes every toast into the document."""

    breaks = "notices-no-state"

    def do_notify(self, message: str, level: str) -> None:
        self.assign("anything", message)
        super().do_notify(message, level)


class LosesEvery7thToast(Mutant):
    """It loses every 7th toast."""

    breaks = "notices-toast"
    toasts = itertools.count(1)

    def do_notify(self, message: str, level: str) -> None:
        if next(self.toasts) % 7:
            super().do_notify(message, level)


class Warns(Mutant):
    """It sends every toast as a warning, with its text escaped for HTML."""

    breaks = "notices-toast"

    def do_notify(self, message: str, level: str) -> None:
        super().do_notify(html.escape(message), "warning")


class SendsNoEmptyFiles(Mutant):
    """It sends nothing for a file without content."""

    breaks = "notices-download"

    def do_sendFile(self, filename: str, content: bytes) -> None:  # noqa: N802
        if content:
            super().do_sendFile(filename, content)


class PadsAlways(Mutant):
    """It ends every file with padding."""

    breaks = "notices-download"

    def do_sendFile(self, filename: str, content: bytes) -> None:  # noqa: N802
        data = base64.b64encode(content).decode()
        padded = data if data.endswith("=") else data + "===="
        self.tell("_DOWNLOAD", {"filename": filename, "data": padded})
