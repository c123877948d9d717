"""The kit against servers that send without limit, or accept few connections."""

from __future__ import annotations

import re

import pytest

from conformance.driver import connection
from conformance.driver.dialogue import Dialogue
from conformance.driver.target import Target
from conformance.errors import Violation
from tests.conformance import hostile
from tests.conformance.hostile import serving
from tests.conformance.kit import run, run_kit
from tests.mutants.honest import Honest

pytestmark = pytest.mark.io

SELECT = ("--case", "actions/action-has-an-effect", "--time-scale=3")
MOST = 1 << 20
"""The memory that the kit may take, in kilobytes."""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (hostile.Floods, "actions-call (MUST"),  # a deadline or a bound, whichever comes first
        (hostile.SendsEndlessFrame, "a frame of more than 128 MiB"),
        (hostile.SendsBomb, "copies make the document larger than 32 MiB"),
    ],
)
async def test_server_that_sends_without_end_is_blamed(kind: type[Honest], said: str) -> None:
    async with serving(kind) as url:
        options = ("--replay-dir=", "--server-url", url, *SELECT)
        result = await run("tests.conformance.measured", *options)
    assert said in result.output
    assert "1 failed" in result.output
    assert result.status == 1
    memory = re.search(r"memory: (\d+) kB", result.output)
    assert memory is not None
    assert int(memory[1]) < MOST


async def test_connection_that_brings_too_much_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MOST_FRAMES", 500)
    async with serving(hostile.Floods) as url:
        dialogue = Dialogue(Target(url))
        peer = await dialogue.open()
        await peer.assign("text", "done")
        with pytest.raises(Violation, match=r"more than 500 frames, .* bytes"):
            await peer.next("_DOWNLOAD", since=0)
        assert peer.connection.closing is not None
        await dialogue.release()


async def test_server_with_few_places_is_judged_by_those() -> None:
    crowds = ("--section=transport", "--section=session", "-k", "many or unfinished or simultan")
    async with serving(hostile.Limited) as url:
        result = await run_kit("--server-url", url, "--strict", *crowds)
    found = re.search(r"connections at once (\d+)", result.output)
    assert found
    assert 10 < int(found[1]) <= 20
    assert result.output.splitlines()[-1].startswith("conformant")
    assert result.status == 0
