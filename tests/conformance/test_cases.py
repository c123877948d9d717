"""All cases: each is bound to an observable requirement, and none sleeps."""

from __future__ import annotations

import ast
from pathlib import Path

import conformance
from conformance.spec import SECTIONS, Requirement, requirements
from tests.tables import each
from tools.requirements import cases

KIT = Path(conformance.__file__).parent
MODULES = sorted((KIT / "cases").glob("test_*.py"))
CLIENT_MODULES = sorted((KIT / "client_cases").glob("test_*.py"))


def bound(side: str = "server") -> dict[str, int]:
    """The number of cases of each requirement."""
    return {requirement: len(names) for requirement, names in cases(side).items()}


def is_to_be_tested(requirement: Requirement) -> bool:
    """Whether a requirement must have a case; a MAY needs none."""
    observable = requirement.side != "client" and not requirement.not_observable
    return observable and requirement.level != "MAY"


def test_every_section_has_a_module() -> None:
    sections = {path.stem.removeprefix("test_") for path in MODULES} - {"application", "sequences"}
    assert sections == set(SECTIONS)


@each(r.id for r in requirements().values() if is_to_be_tested(r))
def test_every_observable_requirement_of_servers_has_a_case(identifier: str) -> None:
    assert bound().get(identifier)


def test_every_case_is_bound_to_an_observable_requirement_of_servers() -> None:
    for identifier in bound():
        found = requirements()[identifier]
        assert found.side != "client"
        assert found.not_observable is None


@each(
    r.id
    for r in requirements().values()
    if r.side != "server" and not r.not_observable and r.level != "MAY"
)
def test_every_observable_requirement_of_clients_has_a_case(identifier: str) -> None:
    assert bound("client").get(identifier)


def test_every_case_of_clients_is_bound_to_an_observable_requirement_of_clients() -> None:
    for identifier in bound("client"):
        found = requirements()[identifier]
        assert found.side != "server"
        assert found.not_observable is None


@each([*MODULES, *CLIENT_MODULES])
def test_no_case_sleeps(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert "sleep" not in called
