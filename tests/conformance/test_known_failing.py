"""Known-failing lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.known_failing import ListError, load, parse


def test_entries_have_a_case_and_a_reason() -> None:
    text = "# a comment\n\nstate/a[b]   S-01: because\n\npatch/c it is so\n"
    assert parse(text, "list") == {"state/a[b]": "S-01: because", "patch/c": "it is so"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state/a\n", "list:1: 'state/a' has no reason"),
        ("\nstate/a  \n", "list:2: 'state/a' has no reason"),
        ("state/a x\nstate/a y\n", "list:2: 'state/a' has an entry already"),
    ],
)
def test_bad_entry_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ListError, match=said):
        parse(text, "list")


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="nothing"):
        load(tmp_path / "nothing")
