"""Programs written for PyPI's ws-sync have the dialogues here that they have there."""

from __future__ import annotations

import pytest

from tests.defects.catalogue import DEFECTS
from tests.programs import runs, table
from tests.programs.transcript import HERE, Dialogue, Program, is_imported, sent_names

pytestmark = pytest.mark.io

PROGRAMS = runs.programs()
KNOWN = runs.known_differences(PROGRAMS)

SENDS_NOTHING = {"attributes/dataclass_as_a_value", "attributes/public_child"}
"""The programs of which the release can't encode the document, and so never sends it."""

each_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dialogue]:
    """The dialogues with this library."""
    return runs.run(HERE, PROGRAMS, tmp_path_factory.mktemp("programs") / "stderr")


@each_program
def test_dialogue_is_that_of_the_release_except_for_known_differences(
    program: Program, played: dict[str, Dialogue]
) -> None:
    differences = runs.differences(program, played[program.name])
    known = {release for name, release in KNOWN if name == program.name}
    unknown = [line for release in differences.keys() - known for line in differences[release]]
    assert not unknown, "\n".join(["unknown differences:", *unknown])
    assert known <= differences.keys(), "no difference any more: remove the entry in known.txt"


@each_program
def test_known_difference_is_as_it_was_recorded(
    program: Program, played: dict[str, Dialogue]
) -> None:
    known = {
        KNOWN[program.name, each].word
        for each in program.generations
        if (program.name, each) in KNOWN
    }
    if known & {"better", "decided"}:
        expected = program.dialogues[HERE]
        lines = runs.difference(program, HERE, played[program.name])
        assert runs.is_same(expected, played[program.name]), "\n".join(
            ["if it is right: python -m tools.programs --record", *lines]
        )


@each_program
def test_no_attribute_goes_out_that_the_release_does_not_send(
    program: Program, played: dict[str, Dialogue]
) -> None:
    here = _uncased(sent_names(played[program.name]))
    for generation in program.generations:
        dialogue = program.dialogues[generation]
        known = KNOWN.get((program.name, generation))
        if (known is None or known.word != "open") and is_imported(dialogue):
            there = _uncased(sent_names(dialogue))
            sends_more = not here <= there
            assert sends_more == (program.name in SENDS_NOTHING), here - there
            assert not (sends_more and there)


def _uncased(names: set[str]) -> set[str]:
    """Return names without what camel case changes: an attribute is the same in each casing."""
    return {name.replace("_", "").lower() for name in names}


def test_page_has_the_table_of_the_programs() -> None:
    path = runs.ROOT.parents[1] / "docs" / "coming-from-pypi.md"
    written = path.read_text(encoding="utf-8")
    assert table.page(written, PROGRAMS, KNOWN) == written, "python -m tools.programs --write docs"


def test_defects_of_the_known_differences_are_in_the_catalogue() -> None:
    numbers = {difference.number for difference in KNOWN.values()} - {""}
    assert numbers <= {defect.number for defect in DEFECTS}
