"""Mutants of spec/session.md and spec/binary.md: sessions that affect each other."""

from __future__ import annotations

from tests.mutants.frames import JSON
from tests.mutants.kinds import Mutant
from tests.mutants.link import Link


class SharesSecond(Mutant):
    """It keeps one value of SECOND for all sessions."""

    breaks = "session-apart"
    value: JSON = 0

    def do_assign_second(self, name: str, value: JSON) -> None:
        super().do_assign_second(name, value)
        type(self).value = value

    def state(self, key: str) -> dict[str, JSON]:
        return {"value": self.value} if key == "SECOND" else super().state(key)


class TellsEverybody(Mutant):
    """It sends its toasts to all connected sessions."""

    breaks = "session-apart"

    def tell(self, type_: str, data: JSON) -> None:
        for session in self.server.sessions.values():
            super(TellsEverybody, session).tell(type_, data)  # type: ignore[misc]


class PairsAcrossSessions(Mutant):
    """It pairs bytes with the last `_BIN_META` of any session."""

    breaks = "binary-per-connection"

    def receive_bytes(self, link: Link, content: bytes) -> None:
        for session in self.server.sessions.values():
            if link.waiting is None and session.link is not None:
                link.waiting, session.link.waiting = session.link.waiting, None
        super().receive_bytes(link, content)
