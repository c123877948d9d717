"""The output in the terminal: a line for each connection, several for each finding.

Control characters from the wire are escaped.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from textwrap import fill
from typing import TextIO

from conformance.protocol.display import escape_control_chars
from conformance.proxy.findings import Finding, Level
from conformance.proxy.watcher import Watched, Watcher

COLOURS = {"red": "31", "yellow": "33", "green": "32", "dim": "2", "bold": "1", "cyan": "36"}
COLOUR_OF: dict[Level, str] = {"must": "red", "should": "yellow", "suspect": "cyan"}
VERBS: dict[Level, str] = {"must": "breaks", "should": "does not keep", "suspect": "may break"}
"""The verb for a finding of each level."""
WIDTH = 100
TIMES = "\N{MULTIPLICATION SIGN}"
INDENT = " " * 12


class Terminal:
    """A listener that prints."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        if isinstance(
            self._stream, TextIOWrapper
        ):  # names may have characters that it can't encode
            self._stream.reconfigure(errors="backslashreplace")
        self._read = True
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def say(self, line: str) -> None:
        """Print a line, unless the reader has closed the pipe.

        A line that can't be written, for example to a full disk, is lost: the error must not end a
        connection.
        """
        if self._read:
            try:
                print(line, file=self._stream, flush=True)
            except BrokenPipeError:
                self._read = False
            except OSError:
                pass

    def paint(self, text: str, colour: str) -> str:
        """Return a text in a colour, if the terminal has colours."""
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self._coloured else text

    def opened(self, watched: Watched) -> None:
        """Print a new connection."""
        origin = f"  from {escape_control_chars(watched.origin)[:100]}" if watched.origin else ""
        self._line(
            watched.label,
            f"connects to {escape_control_chars(watched.path)[:200]}{origin}",
            "green",
        )

    def ended(self, watched: Watched) -> None:
        """Print the end of a connection."""
        seconds = (watched.ended or 0) - watched.opened
        size = sum(watched.bytes.values())
        ending = escape_control_chars(str(watched.ending))
        self._line(
            watched.label,
            f"{ending}; {watched.frames} frames, {readable(size)}, {seconds:.1f} s",
            "dim",
        )

    def found(self, finding: Finding) -> None:
        """Print a new finding, and its count when it was seen 10 times, 100 times, …."""
        if finding.count > 1:
            if str(finding.count).strip("0") == "1":
                text = f"finding {finding.number} {TIMES}{finding.count}: {finding.requirement.id}"
                self._line(finding.connection, text, COLOUR_OF[finding.level])
            return
        self._line(finding.connection, headline(finding), COLOUR_OF[finding.level])
        for line in details(finding):
            self.say(line)

    def noted(self, connection: str, text: str) -> None:
        """Print a note."""
        self._line(connection, escape_control_chars(text), "dim" if connection else "bold")

    def _line(self, connection: str, text: str, colour: str) -> None:
        clock = time.strftime("%H:%M:%S")
        self.say(f"{clock}  {connection:<4}{self.paint(text, colour)}")

    def summary(self, watcher: Watcher) -> None:
        """Print the summary."""
        for line in summary(watcher, self.paint):
            self.say(line)


def headline(finding: Finding) -> str:
    """Return a finding as one sentence: the side, the verb, the requirement."""
    requirement = finding.requirement
    return (
        f"the {finding.side} {VERBS[finding.level]} {requirement.id} ({requirement.level}), "
        f"{requirement.place}"
    )


def details(finding: Finding) -> Iterator[str]:
    """Yield the lines under the headline."""
    sentence = finding.requirement.sentence
    yield fill(sentence, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    yield f"{INDENT}expected  {escape_control_chars(finding.fault.expected)}"
    yield f"{INDENT}received  {escape_control_chars(finding.fault.received)}"
    if finding.frame:
        yield f"{INDENT}frame     {escape_control_chars(finding.frame)}"
    yield f"{INDENT}dialogue  (seconds, connection, -> from the client, <- from the server)"
    for entry in finding.last[-5:]:
        yield f"{INDENT}  {escape_control_chars(entry.line())}"


def summary(watcher: Watcher, paint: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the lines of the summary."""
    frames, size = watcher.totals()
    seconds = watcher.now()
    keys = sorted(watcher.all_keys())
    yield ""
    yield (
        f"{watcher.opened} {'connection' if watcher.opened == 1 else 'connections'}, "
        f"{frames} frames, {readable(size)}, "
        f"{len(keys)} {'document' if len(keys) == 1 else 'documents'}"
        + (f" ({escape_control_chars(', '.join(keys)[:200])})" if keys else "")
        + f", {seconds:.0f} s"
    )
    findings = sorted(watcher.findings, key=lambda found: list(VERBS).index(found.level))
    if not findings:
        yield paint("no findings", "green")
        return
    width = max(len(found.requirement.id) for found in findings)
    for found in findings:
        about = escape_control_chars(found.fault.about)[:40]
        yield (
            f"  {found.side:<7} {VERBS[found.level]:<14}"
            + paint(f"{found.requirement.id:<{width}}", COLOUR_OF[found.level])
            + f"  {TIMES}{found.count:<6} {about:<20} first on {found.connection}"
        )
    counts = {level: sum(found.level == level for found in findings) for level in VERBS}
    yield (
        f"{counts['must']} findings about a MUST, {counts['should']} about a SHOULD, "
        f"{counts['suspect']} suspected"
    )


def readable(size: float) -> str:
    """Return a number of bytes in a unit that fits."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
