"""The judge of the judge of clients: what counts as judged wrongly, and what its page says."""

from __future__ import annotations

import re

import pytest

from conformance.spec import directory, requirements
from tests.conformance.test_cases import CLIENT_MODULES
from tests.mutants.clients.catalogue import legals, mutants
from tools.run_client_mutants import CASES, PAGE, Result, node

ROW = re.compile(
    r"^\| `(\w+)` \| .* \| \[`([\w-]+)`\]\(\w+\.md#([\w-]+)\) \| `(.+)` \|$", re.MULTILINE
)
COMMITTED = (directory() / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("killed", "misled", "wrong"),
    [("state/a", None, False), (None, None, True), ("state/a", "state/b: echo", True)],
    ids=["found", "not-found", "misled"],
)
def test_mutant_has_to_be_found_and_its_reader_not_misled(
    killed: str | None, misled: str | None, wrong: bool
) -> None:
    assert Result("StaleEdits", 3, killed, misled, [], "").wrong is wrong


@pytest.mark.parametrize(
    ("ran", "others", "wrong"), [(3, [], False), (0, [], True), (3, ["state/a: failed"], True)]
)
def test_legal_client_has_to_pass_what_was_run(ran: int, others: list[str], wrong: bool) -> None:
    assert Result("KeepsEdits", ran, None, None, others, "").wrong is wrong


def test_page_has_each_mutant_with_its_requirement_and_a_case_that_exists() -> None:
    rows = ROW.findall(COMMITTED)
    assert [(name, broken) for name, broken, _, _ in rows] == [
        (name, kind.breaks) for name, kind in mutants().items()
    ]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in CLIENT_MODULES}
    for _, broken, anchor, case in rows:
        assert requirements()[broken].id == anchor
        path, _, function = node(case).removeprefix(f"{CASES}/").partition(".py::")
        assert f"def {function.partition('[')[0]}(" in texts[path]


def test_page_has_each_odd_client() -> None:
    for name in legals():
        assert f"\n| `{name}` | " in COMMITTED
