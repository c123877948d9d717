"""Tests of `ws_sync.exceptions`: what the sentences say."""

from __future__ import annotations

import pytest

from ws_sync import exceptions as e


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (e.NotJSON("/a/0", {1}, "a set"), "at '/a/0': {1} has no JSON form: a set"),
        (e.NotJSON("", 1.5, "odd"), "1.5 has no JSON form: odd"),
        (e.UnknownAttribute(3, "x"), "int has no attribute 'x' to sync"),
        (e.MalformedFrame("not JSON"), "malformed frame: not JSON"),
        (e.Refused("no"), "no"),
        (e.RefusedPatch(2, {"op": "x"}, "unknown"), "operation 2 (x): unknown"),
        (
            e.RefusedPatch(None, [{"op": "copy", "from": "/a", "path": "/b"}] * 4, "no"),
            "the patch (copy /a /b, copy /a /b, copy /a /b, …): no",
        ),
        (
            e.RefusedPatch(None, 5, "a patch is an array"),
            "the patch (a value of type int): a patch is an array",
        ),
        (e.RefusedState("x", "unknown"), "attribute 'x': unknown"),
        (e.RefusedState(None, "a state is an object"), "a state is an object"),
        (e.NoState("K"), "no state received for 'K': await `synced('K')` first"),
        (e.NoConnection("_GET:K"), "'_GET:K' was not sent: the client is not connected"),
        (e.Stopped("a newer one"), "the client has stopped: a newer one"),
        (e.NotInSync("a state"), "not in sync in time: a state"),
        (e.WouldWait(), "a callback can't wait for later events: use `asyncio.create_task()`"),
        (
            e.RefusedOrigin("http://evil.example"),
            "connection refused: the origin 'http://evil.example' is not allowed",
        ),
        (e.RefusedArguments("f", "'x' is missing"), "the arguments of 'f': 'x' is missing"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_says_what_happened(error: Exception, sentence: str) -> None:
    assert str(error) == sentence


@pytest.mark.parametrize("error", [e.NoSession(), e.NotConnected()], ids=["session", "connection"])
def test_error_without_facts_says_what_to_do(error: Exception) -> None:
    assert str(error).startswith("no ")


def test_shorten_keeps_one_printable_line() -> None:
    assert e.shorten("ä" * 400) == "ä" * e.MAX_LOGGED + "…"
    assert e.shorten("a\n\x1b[0m\ud800") == "a\\n\\x1b[0m\\ud800"


def test_errors_tell_whose_fault_it_is() -> None:
    assert issubclass(e.NotJSON, e.LocalError)
    assert issubclass(e.RefusedPatch, e.PeerError)
    assert not issubclass(e.PeerError, e.LocalError)
