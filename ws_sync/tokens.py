"""Signed tokens that expire: a hook for `get_user_session` and `Sessions` that proves something.

The application issues a token to whom it knows, wherever people log in; the client gives it as the
`session` of `_USER_SESSION`, beside its `user`, and need not know what it is:

    tokens = Tokens(os.environ["SECRET"], max_age=3600)
    tokens.issue("ann", "1")                    # where Ann has logged in
    sessions = Sessions(Notes, verify=tokens)   # Ann's session ("ann", "1"), for this hour

What selects the session is the pair that was signed (session-identify-token). So a new token for
the same pair leads to the same session, and a token for another user leads nowhere.

The signature is itsdangerous': HMAC with SHA-256, compared in constant time. A token does not say
how it is to be checked, so nobody can ask for a weaker way; its age is judged when it is used. It
is signed and not encrypted: who has it can read the two ids, and has the session until it expires.
So it belongs into memory or the page's storage, and not into a URL. A connection that is open when
its token expires stays open; `Sessions(lifetime=…)` bounds it.
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
"""Bytes that a secret has at least. `openssl rand -hex 32` prints a good one."""

_PURPOSE = b"ws_sync session"
"""Keeps signatures apart that an application makes with the same secret for something else."""


class Tokens:
    """Issues tokens and checks them; called, it is the hook."""

    def __init__(
        self,
        secret: str | bytes | Iterable[str | bytes],
        max_age: int = 24 * 3600,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Issue nothing yet.

        Args:
            secret: what tokens are signed with. Of several, the first signs and all are good for
                checking: to change it, put a new one in front, and take the old one away when its
                tokens have expired.
            max_age: seconds for which a token is good.
            clock: tells the time, in seconds of the epoch.

        Raises:
            ValueError: there is no secret, or it is too short.
        """
        given = [secret] if isinstance(secret, str | bytes) else list(secret)
        keys = [key.encode() if isinstance(key, str) else key for key in given]
        if not keys or min(map(len, keys)) < MIN_SECRET:
            raise ValueError(f"a secret needs at least {MIN_SECRET} bytes")
        if not max_age > 0:
            raise ValueError(f"max_age must be more than 0 seconds, not {max_age}")
        self._max_age = max_age
        self._serializer = URLSafeTimedSerializer(
            keys[::-1],  # the last one signs
            salt=_PURPOSE,
            signer=_Signer,
            signer_kwargs={
                "key_derivation": "hmac",
                "digest_method": hashlib.sha256,
                "clock": clock,
            },
        )

    def issue(self, user: str, session: str | None = None) -> str:
        """Make a token.

        Args:
            user: who it is for; the client gives it too.
            session: which of their sessions; None: one that nobody has yet.

        Raises:
            ValueError: one of them is empty, or they are so long that no server takes the token.
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
        """Return the user and the session of a token; None when it is not good (any more)."""
        if len(token) > MAX_ID:
            return None
        try:
            user, session = self._serializer.loads(token, max_age=self._max_age)
        except BadData:
            return None
        return user, session

    async def __call__(self, user: str, session: str) -> tuple[str, str] | None:
        """Verify what a client gives: the token is its `session`."""
        proven = self.read(session)
        return proven if proven is not None and proven[0] == user else None


class _Signer(TimestampSigner):
    """Reads the time from a clock that it is given."""

    def __init__(self, *given: Any, clock: Callable[[], float], **options: Any) -> None:
        super().__init__(*given, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())
