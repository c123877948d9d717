"""Tests of `ws_sync.tokens`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
import zlib
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from ws_sync.id import MAX_ID
from ws_sync.tokens import Tokens

SECRET = "a secret of enough bytes"
OTHER = b"another secret of enough bytes"
LONG = "".join(random.Random(1).choices(string.ascii_letters, k=2 * MAX_ID))


class Clock:
    """A clock that only changes when it is set."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def test_token_names_the_user_and_the_session_that_it_was_issued_for() -> None:
    tokens = Tokens(SECRET)
    for pair in [("ann", "1"), ("é😀.:", "x" * 1000)]:
        assert tokens.read(tokens.issue(*pair)) == pair


def test_token_for_a_new_session_names_one_that_nobody_has() -> None:
    tokens = Tokens(SECRET)
    pairs = {tokens.read(tokens.issue("ann")) for _ in range(100)}
    assert len(pairs) == 100
    assert {pair[0] for pair in pairs if pair} == {"ann"}


def test_token_is_good_for_its_time() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, 60, clock=clock)
    token = tokens.issue("ann", "1")
    clock.now += 60
    assert tokens.read(token) == ("ann", "1")
    clock.now += 1
    assert tokens.read(token) is None
    assert Tokens(SECRET, 61, clock=clock).read(token) == ("ann", "1")
    clock.now -= 100  # issued on a machine whose clock is ahead
    assert tokens.read(token) is None


def test_first_secret_signs_and_all_are_good_for_checking() -> None:
    old, both, new = Tokens(SECRET), Tokens([OTHER, SECRET]), Tokens(OTHER)
    assert both.read(old.issue("ann", "1")) == ("ann", "1")
    assert new.read(both.issue("ann", "1")) == ("ann", "1")
    assert old.read(both.issue("ann", "1")) is None


def test_every_change_of_a_token_spoils_it() -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue("ann", "1")
    for place, letter in enumerate(token[:-1]):  # the last one has unused bits
        other = "B" if letter == "A" else "A"
        assert tokens.read(token[:place] + other + token[place + 1 :]) is None
        assert tokens.read(token[:place] + token[place + 1 :]) is None
    payload, stamp, signature = token.split(".")
    later = encoded((int.from_bytes(base64.urlsafe_b64decode(stamp + "==")) + 9).to_bytes(4))
    assert tokens.read(f"{payload}.{later}.{signature}") is None
    other = tokens.issue("bob", "1").split(".")[0]
    assert tokens.read(f"{other}.{stamp}.{signature}") is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "ann",
        "\x00",
        "é.é.é",
        "." + encoded(zlib.compress(b"[" * 1_000_000)) + ".AA.AA",
        "W10.YQ.AA",
        "A" * 100 + "." + "_" * 1000 + ".AA",
        "A" * (MAX_ID + 1),
    ],
)
def test_what_is_no_token_names_nobody(token: str) -> None:
    assert Tokens(SECRET).read(token) is None


def jwt(header: dict[str, Any], key: bytes | None) -> str:
    parts = [encoded(json.dumps(part).encode()) for part in (header, ["ann", "1"])]
    signed = ".".join(parts)
    signature = b"" if key is None else hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{signed}.{encoded(signature)}"


def test_no_token_chooses_how_it_is_checked() -> None:
    tokens = Tokens(SECRET)
    assert tokens.read(jwt({"alg": "none"}, None)) is None
    assert tokens.read(jwt({"alg": "HS256"}, SECRET.encode())) is None
    weak = URLSafeTimedSerializer(SECRET, salt="ws_sync session")  # HMAC with SHA-1
    assert tokens.read(weak.dumps(["ann", "1"])) is None


def test_signature_that_is_for_something_else_is_no_token() -> None:
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    cookie = URLSafeTimedSerializer(SECRET, salt="cookie", signer_kwargs=how)
    assert Tokens(SECRET).read(cookie.dumps(["ann", "1"])) is None


async def test_hook_proves_the_user_that_the_client_gives() -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue("ann", "1")
    assert await tokens("ann", token) == ("ann", "1")
    assert await tokens("bob", token) is None
    assert await tokens("ann", "1") is None
    assert await tokens(token, "ann") is None


@pytest.mark.parametrize("secret", ["", "short", [], ["short", SECRET], [b"", OTHER]])
def test_secret_that_can_be_guessed_is_refused(secret: Any) -> None:
    with pytest.raises(ValueError, match="16 bytes") as refused:
        Tokens(secret)
    assert "short" not in str(refused.value)


def test_token_that_is_never_good_is_refused() -> None:
    with pytest.raises(ValueError, match="max_age"):
        Tokens(SECRET, 0)


@pytest.mark.parametrize(("user", "session"), [("", "1"), ("ann", ""), (LONG, "1")])
def test_token_that_no_server_would_take_is_not_issued(user: str, session: str) -> None:
    with pytest.raises(ValueError, match=r"empty|at most"):
        Tokens(SECRET).issue(user, session)


def test_secret_does_not_show() -> None:
    tokens = Tokens(SECRET)
    assert SECRET not in repr(tokens)
    assert SECRET not in tokens.issue("ann", "1")
