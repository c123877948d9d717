"""Generated sequences: random programs of steps, checked after each step."""

from __future__ import annotations

import pytest

from conformance.client_mode.client_under_test import ClientUnderTest
from conformance.client_mode.search import Search
from conformance.errors import NotTestable, Violations
from conformance.runner.case import case
from conformance.runner.keys import SEARCHED
from conformance.runner.options import Options
from conformance.runner.verdict import Searched

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("state-client-patch")
async def test_client_agrees_after_every_step(
    request: pytest.FixtureRequest, client: ClientUnderTest, options: Options
) -> None:
    if not options.budget:
        raise NotTestable("a --budget")
    search = Search(client.again, client.connection, options.seed, options.budget, options.examples)
    findings = await search.findings()
    client.go_on_with(search.link)
    request.node.stash[SEARCHED] = Searched(
        search.tally.programs, search.tally.steps, f"{search.tally}, seed {search.seed}"
    )
    if findings:
        raise Violations([(f.violation, f.trace, f.program) for f in findings])
