"""The file of a program: its generations, its code, and a dialogue with its client.

    # 0.5.1 0.6.9
    …the program…
    DIALOGUE = r\"\"\"
    connect
        _SET:NOTES {"title": "My Notes"}
    _PATCH:NOTES /title "Food"
    >>> notes.title
        | 'Food'
    _ACTION:NOTES NOTHING
        0.5.1: closed 1000
    \"\"\"

A line that is not indented is a step. The indented lines are its output: what the client received,
and behind `|` what the program printed, and behind `!` what was raised. Output that begins with
releases, or with `here`, is theirs alone. Output before the first step is that of the import.

| step | effect |
|---|---|
| `connect [PATH]` | connect, beside the open connection if there is one; `/ws` by default |
| `disconnect` | close the connection |
| `_ACTION:KEY NAME {…}` | send an action with these arguments; `_TASK_START`, `_TASK_CANCEL` |
| `_BIN_META:KEY NAME {…} < TEXT` | send an action with bytes |
| `_PATCH:KEY [OP] PATH [VALUE]` | send a patch of one operation, by default `replace` |
| `EVENT [JSON]` | send any event |
| `until EVENT` | receive until the event comes |
| `until KEY {…}` | receive until the document has these members |
| `>>> CODE` | evaluate an expression or run a statement in the program, which may await |
| `GET PATH`, `POST PATH JSON` | send a request |

A patch that was received is shown as the whole document after it, with sorted names: operations
that lead to the same document are equal, and a patch that changes nothing is left out. `until`
shows only the last one of successive patches, for time decides their number. Each step ends when
the server has handled it. A client that is disconnected by the server connects again at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

HERE = "here"
START = 'DIALOGUE = r"""\n'
END = '"""\n'
LABEL = re.compile(rf"((?:{HERE}|0\.\d\.\d)(?: (?:{HERE}|0\.\d\.\d))*): (.*)")

Dialogue: TypeAlias = list[tuple[str, list[str]]]
"""The steps with their output."""


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
        name: its directory and name.
        path: its file.
        generations: the releases that it was written for.
        code: the file up to the dialogue.
        dialogues: the dialogue with each generation, and with this library.
    """

    name: str
    path: Path
    generations: tuple[str, ...]
    code: str
    dialogues: Mapping[str, Dialogue]

    def with_dialogues(self, dialogues: Mapping[str, Dialogue]) -> str:
        """Return the text of the file with these dialogues."""
        steps = [step for step, _ in next(iter(self.dialogues.values()))]
        outputs = [dict(enumerate(out for _, out in each)) for each in dialogues.values()]
        lines: list[str] = []
        for number, step in enumerate(steps):
            lines += [step] if step else []
            groups: dict[tuple[str, ...], list[str]] = {}
            for who, output in zip(dialogues, outputs, strict=True):
                groups.setdefault(tuple(output.get(number, ())), []).append(who)
            for group, everyone in groups.items():
                label = "" if len(groups) == 1 else " ".join(everyone) + ": "
                lines += [f"    {label}{line}".rstrip() for line in group]
        return "\n".join([f"{self.code}{START.strip()}", *lines, END])


def read(path: Path, root: Path) -> Program:
    """Read the file of a program.

    Raises:
        ValueError: the file has no generations in its first line, or no dialogue at its end.
    """
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    code, start, dialogue = text.partition(START)
    if not re.fullmatch(r"#( 0\.\d\.\d)+", first) or not start or not dialogue.endswith(END):
        raise ValueError(f"{path}: the file needs `# 0.6.9 …` first, and `{START.strip()}` last")
    generations = tuple(first.split()[1:])
    lines = dialogue.removesuffix(END).split("\n")
    name = path.relative_to(root).with_suffix("").as_posix()
    dialogues = {who: _dialogue(lines, who) for who in (*generations, HERE)}
    return Program(name, path, generations, code, dialogues)


def _dialogue(lines: Sequence[str], who: str) -> Dialogue:
    dialogue: Dialogue = [("", [])]
    for line in filter(None, lines):
        if not line[0].isspace():
            dialogue.append((line, []))
        elif not (labels := _labels(line)) or who in labels:
            labelled = LABEL.match(line.strip())
            dialogue[-1][1].append(labelled[2] if labelled else line.strip())
    return dialogue


def _labels(line: str) -> list[str]:
    labelled = LABEL.match(line.strip()) if line[:1].isspace() else None
    return labelled[1].split() if labelled else []


def lines_of(dialogue: Dialogue) -> list[str]:
    """Return a dialogue as lines, steps without output at the end left out."""
    lines: list[str] = []
    for step, output in dialogue:
        lines += [*([step] if step else []), *(f"    {line}".rstrip() for line in output)]
    return lines


def outputs_of(dialogue: Dialogue) -> list[list[str]]:
    """Return the output of each step that has some, with the step's number."""
    return [[str(n), *map(str.strip, out)] for n, (_, out) in enumerate(dialogue) if out]


def is_imported(dialogue: Dialogue) -> bool:
    """Whether the program raised nothing while it was imported."""
    return not any(line.startswith("!") for line in dialogue[0][1])


def sent_names(dialogue: Dialogue) -> set[str]:
    """Return the names of members that the server sent, at any depth of the documents.

    They are compared without case and underscores: a name in another spelling reveals nothing.
    """
    names: set[str] = set()
    for _, output in dialogue:
        for line in output:
            event, _, data = line.partition(" ")
            if event.startswith(("_SET:", "_PATCH:")):
                names |= set(_names(json.loads(data)))
    return {name.replace("_", "").lower() for name in names}


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _names(member)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)
