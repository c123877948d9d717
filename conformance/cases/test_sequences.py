"""Generated sequences: random programs of steps, checked after each step."""

from __future__ import annotations

import pytest

from conformance.errors import NotTestable, Violations
from conformance.runner.case import case
from conformance.runner.keys import SEARCHED
from conformance.runner.options import Options
from conformance.runner.verdict import Searched
from conformance.sequences.search import Search


@case("state-converges")
def test_server_and_client_agree_after_every_step(
    request: pytest.FixtureRequest, options: Options
) -> None:
    if not options.target.has_sessions:
        raise NotTestable("{session} in --server-url")
    if not options.budget:
        raise NotTestable("a --budget")
    search = Search(options.target, options.seed, options.budget, options.examples)
    findings = list(search.findings())
    tally = search.tally
    request.node.stash[SEARCHED] = Searched(
        tally.programs, tally.steps, f"{tally}, seed {search.seed}"
    )
    if findings:
        raise Violations([(f.violation, f.trace, f.program) for f in findings])
