"""Signed tokens that expire: a `verify` hook for `get_user_session` and `Sessions`.

The application issues a token where its users log in. The client sends it as the `session` of
`_USER_SESSION`, with its `user`, and need not know what it is:

    tokens = Tokens(os.environ["SECRET"], max_age=3600)
    tokens.issue("ann", "1")                    # after Ann has logged in
    sessions = Sessions(Notes, verify=tokens)   # Ann's session ("ann", "1"), for this hour

The signed pair selects the session (session-identify-token). A new token for the same pair opens
the same session, and a token for another user is rejected.

itsdangerous signs with HMAC-SHA-256, and compares in constant time. A token does not name its
algorithm, so a client can't choose a weaker one. Its age is checked when it is used. A token is
signed, not encrypted: anyone who has it can read the two ids, and can open the session until it
expires. Keep it in memory or in the page's storage, not in a URL. A connection that is open when
its token expires stays open; `Sessions(lifetime=…)` limits it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from ws_sync.id import MAX_ID

MIN_SECRET = 16
"""The least length of a secret, in bytes. `openssl rand -hex 32` prints a good one."""

_PURPOSE = b"ws_sync session"
"""Separates these signatures from others that an application makes with the same secret."""


class Tokens:
    """Issues and verifies tokens; an instance is a `verify` hook."""

    def __init__(
        self,
        secret: str | bytes | Iterable[str | bytes],
        max_age: int = 24 * 3600,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create the issuer of one secret.

        Args:
            secret: the secret that signs tokens, at least 16 bytes. Of several secrets the first
                one signs, and all of them verify. To rotate, put the new secret first, and remove
                the old one when its tokens have expired.
            max_age: seconds for which a token is valid.
            clock: returns the time in seconds since the epoch.

        Raises:
            ValueError: there is no secret, it is too short, or `max_age` is not positive.
        """
        given = [secret] if isinstance(secret, str | bytes) else list(secret)
        keys = [key.encode() if isinstance(key, str) else key for key in given]
        if not keys or min(map(len, keys)) < MIN_SECRET:
            raise ValueError(f"a secret needs at least {MIN_SECRET} bytes")
        if not max_age > 0:
            raise ValueError(f"max_age must be more than 0 seconds, not {max_age}")
        self._max_age = max_age
        self._serializer = URLSafeTimedSerializer(
            keys[::-1],  # itsdangerous signs with the last one
            salt=_PURPOSE,
            signer=_Signer,
            signer_kwargs={
                "key_derivation": "hmac",
                "digest_method": hashlib.sha256,
                "clock": clock,
            },
        )

    def issue(self, user: str, session: str | None = None) -> str:
        """Return a new token.

        Args:
            user: the user, which the client sends too.
            session: the session of that user; None for a new, random one.

        Raises:
            ValueError: one of them is empty, or they are too long for a token.
        """
        session = secrets.token_urlsafe(16) if session is None else session
        if not user or not session:
            raise ValueError("the user and the session must not be empty")
        token = self._serializer.dumps([user, session])
        if len(token) > MAX_ID:
            raise ValueError(
                f"the token would have {len(token)} characters, at most {MAX_ID} are allowed"
            )
        return str(token)

    def read(self, token: str) -> tuple[str, str] | None:
        """Return the user and the session of a token, or None if it is invalid or has expired."""
        if len(token) > MAX_ID:
            return None
        try:
            user, session = self._serializer.loads(token, max_age=self._max_age)
        except BadData:
            return None
        return user, session

    async def __call__(self, user: str, session: str) -> tuple[str, str] | None:
        """Return the verified pair if `session` is a valid token of `user`; otherwise None."""
        proven = self.read(session)
        return proven if proven is not None and proven[0] == user else None


class _Signer(TimestampSigner):
    """Reads the time from the given clock."""

    def __init__(self, *given: Any, clock: Callable[[], float], **options: Any) -> None:
        super().__init__(*given, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())
