"""The case that runs the program of a replay file."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import ClientUnderTest
from conformance.client_mode.program_run import Sequence
from conformance.runner.case import case

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("state-client-patch")
async def test_client_takes_the_steps_of_a_file(
    client: ClientUnderTest, program: list[dict[str, object]]
) -> None:
    await Sequence(client).run(program)
