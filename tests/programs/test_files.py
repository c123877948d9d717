"""The files of the programs and the list of known differences are read as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import known, runs, transcript

PROGRAMS = runs.programs()

TEXT = '''\
# 0.5.1 0.6.9
session = None

DIALOGUE = r"""
    | imported
connect
    0.5.1: _SET:A {"n": 1}
    0.6.9 here: _SET:A {"a_b": {"cD": 2}}
_ACTION:A X
    0.5.1 0.6.9: closed 1000
"""
'''


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_file_is_what_recording_its_dialogues_writes(program: transcript.Program) -> None:
    text = program.path.read_text(encoding="utf-8")
    assert program.with_dialogues(program.dialogues) == text


def test_output_belongs_to_the_releases_of_its_label(tmp_path: Path) -> None:
    path = tmp_path / "area" / "name.py"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    program = transcript.read(path, tmp_path)
    assert (program.name, program.generations) == ("area/name", ("0.5.1", "0.6.9"))
    assert program.dialogues["0.6.9"] == [
        ("", ["| imported"]),
        ("connect", ['_SET:A {"a_b": {"cD": 2}}']),
        ("_ACTION:A X", ["closed 1000"]),
    ]
    assert program.dialogues["here"][2] == ("_ACTION:A X", [])
    assert transcript.sent_names(program.dialogues["here"]) == {"ab", "cd"}


@pytest.mark.parametrize("text", ["# 0.6\n", "x = 1\n", TEXT.replace("DIALOGUE", "OTHER")])
def test_file_without_releases_or_dialogue_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "name.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="the file needs"):
        transcript.read(path, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sessions/takeover 0.6.9 better it is better", "not an entry"),
        ("sessions/takeover 0.6.9 decided", "not an entry"),
        ("sessions/nothing 0.6.9 decided a reason", "no such program"),
        ("sessions/takeover 0.5.1 decided a reason", "no such program"),
        ("sessions/takeover * decided a\nsessions/takeover 0.6.9 decided b", "a second entry"),
    ],
)
def test_wrong_entry_of_the_list_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        known.parse(text, PROGRAMS)


def test_star_is_every_release_of_the_program() -> None:
    parsed = known.parse("# a comment\n\nsessions/disconnect * better S-01 a reason", PROGRAMS)
    expected = known.Difference("better", "S-01", "a reason")
    assert parsed == dict.fromkeys(
        [("sessions/disconnect", each) for each in runs.RELEASES], expected
    )
