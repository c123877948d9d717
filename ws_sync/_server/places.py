"""The places of a store: which addresses and users have its sessions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_network

from ws_sync._core.protocol.close_codes import CloseCode
from ws_sync._log import Log, log_fields, peer_of
from ws_sync._server.origin import ip_of, is_loopback
from ws_sync._server.transport import Transport
from ws_sync.exceptions import shorten
from ws_sync.limits import Limits

_NETWORK = 64
"""Bits of an IPv6 address that its owner can't choose."""

_log = Log()


class Places:
    """Counts the sessions of each user and each address.

    A client chooses the names of its sessions, but not its address.
    """

    def __init__(self, most: int | None, limits: Limits) -> None:
        """Have places for `most` sessions; None for any number."""
        self._most = _bound(most)
        self._most_of_a_user = _bound(limits.per_user)
        self._most_of_an_address = _bound(limits.per_address)
        self._taken = 0
        self._of_user: Counter[str] = Counter()
        self._of_address: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether there is no place for another session."""
        return self._taken >= self._most

    def take(self, user: str | None, address: str | None) -> None:
        """Count a session that begins."""
        self._add(user, address, 1)

    def free(self, user: str | None, address: str | None) -> None:
        """Count a session that ends."""
        self._add(user, address, -1)
        for counter, name in ((self._of_user, user), (self._of_address, address)):
            if name is not None and not counter[name]:
                del counter[name]

    def _add(self, user: str | None, address: str | None, sessions: int) -> None:
        self._taken += sessions
        if user is not None:
            self._of_user[user] += sessions
        if address is not None:
            self._of_address[address] += sessions

    def excess(self, address: str | None, of: str | None) -> int:
        """Return how many sessions more than another address an address has."""
        return 0 if of is None else self._of_address[of] - self._of_address[address or ""]

    def has_room(self, ws: Transport, identity: Hashable, address: str | None) -> bool:
        """Return whether a session may begin; log it if not."""
        peer, code = peer_of(ws), CloseCode.TRY_AGAIN_LATER
        user = user_of(identity)
        if self.is_full:
            _log.warning(
                "rejecting a client: the limit of %d sessions is reached", self._most,
                extra=log_fields("no-room", sessions=self._taken, session=identity, peer=peer,
                                 code=code),
            )  # fmt: skip
        elif user is not None and self._of_user[user] >= self._most_of_a_user:
            _log.warning(
                "rejecting a client: the user %s has reached the limit of %d sessions",
                shorten(repr(user)), self._most_of_a_user,
                extra=log_fields("no-room-for-user", peer=peer, code=code),
            )  # fmt: skip
        elif address is not None and self._of_address[address] >= self._most_of_an_address:
            _log.warning(
                "rejecting a client: the address %s has reached the limit of %d sessions; if it is "
                "a proxy, forward the addresses of its clients", address, self._most_of_an_address,
                extra=log_fields("no-room-for-address", peer=peer, code=code),
            )  # fmt: skip
        else:
            return True
        return False


def address_of(ws: Transport) -> str | None:
    """Return the address of a client; None if it is unknown or a program of this machine.

    A proxy on this machine that forwards no addresses is such a program. Of an IPv6 address, the
    network counts.
    """
    client = ws.client
    host = client[0] if isinstance(client, tuple | list) and client else None
    if not isinstance(host, str) or is_loopback(host):
        return None
    address = ip_of(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((int(address), _NETWORK), strict=False))
    return host


def user_of(identity: Hashable) -> str | None:
    """Return the user of an identity that a client gave; None for any other identity."""
    if type(identity) is tuple and len(identity) == 2 and type(identity[0]) is str:
        return identity[0]
    return None


def _bound(most: int | None) -> float:
    return math.inf if most is None else most
