"""All known defects by number, and the cases or the program that tests each.

The known-failing lists use the same numbers. The program of a defect is in `programs/`, named by
the number: `S-08` is `s_08.py`. To test another defect, name its cases here, or write a program.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
ENVIRONMENTS = HERE / "environments"

RELEASE = "pypi_0_6_9"
FIRST_RELEASE = "pypi_0_5_1"
LOCKED = "pypi_0_6_9_locked"  # with the version of jsonpatch in upstream's lock file


@dataclass(frozen=True)
class Defect:
    """A defect of a release.

    Attributes:
        number: its number.
        title: a short description.
        cases: ids of cases of the kit; an id without parameters means all of them.
        release: the environment of the release that is tested.
        there: the expected result in that release: `wrong`; `right` if the defect belongs to
            another generation; or `not applicable` if the release lacks the feature.
    """

    number: str
    title: str
    cases: tuple[str, ...] = ()
    release: str = RELEASE
    there: str = "wrong"

    @property
    def program(self) -> str | None:
        """The name of the program that tests it, if there is one."""
        name = self.number.lower().replace("-", "_")
        return name if (PROGRAMS / f"{name}.py").exists() else None

    @property
    def is_tested(self) -> bool:
        """Whether a case or a program tests it."""
        return bool(self.cases or self.program)


DEFECTS = [
    Defect(
        "S-01",
        "a second connection kills both",
        (
            "session/takeover-leaves-the-newer-connection-open",
            "session/last-of-many-takeovers-is-served",
        ),
    ),
    Defect("S-02", "two connections of one session act at once"),
    Defect("S-03", "a lone surrogate breaks a document", ("events/lone-surrogate-is-refused",)),
    Defect("S-04", "a change whose frame was lost is never sent again"),
    Defect("S-05", "NaN and Infinity are sent", ("events/server-never-sends-what-is-no-json",)),
    Defect(
        "S-06", "crossing edits diverge permanently", ("state/crossing-writes-converge-at-rest",)
    ),
    Defect(
        "S-07",
        "a write reverts unsynced changes",
        (
            "state/patch-keeps-unsynced-change-of-another-element",
            "state/write-keeps-unsynced-change-of-another-attribute[patch]",
        ),
    ),
    Defect("S-08", "a throttled sync loses the last value"),
    Defect(
        "S-09",
        "a task cancelled at once is listed forever",
        ("tasks/task-cancelled-at-once-ends",),
    ),
    Defect("S-10", "task.cancel is called without self [0.8]", there="right"),
    Defect("S-11", "instances of a class share checks [0.8]", there="right"),
    Defect("S-12", "functions as actions get the object [0.8]", there="right"),
    Defect("S-13", "model names differ in and out [0.8]", there="not applicable"),
    Defect("S-14", "overlapping contexts raise"),
    Defect("S-15", "binary pairs are separated"),
    Defect(
        "S-16",
        "a stalled client blocks the next one",
        ("session/takeover-does-not-wait-for-a-stalled-client[with-megabytes-unread]",),
    ),
    Defect(
        "S-17",
        "simultaneous connections cross",
        ("session/one-of-simultaneous-connections-is-served",),
    ),
    Defect("S-18", "aliases are edited together, without a report"),
    Defect("S-19", "wrong differences of jsonpatch 1.33", release=LOCKED),
    Defect("S-20", "snake-case names crash the constructor [0.5]", release=FIRST_RELEASE),
    Defect("X-1", "no Origin check"),
    Defect("X-2", "ids without a secret, an expiry or a deadline"),
    Defect(
        "X-3",
        "_SET writes any attribute",
        ("state/set-can-not-break-the-object[sync]", "state/set-of-something-else-is-refused"),
    ),
    Defect("X-4", "attributes can't be declared read-only"),
    Defect(
        "X-5",
        "copy operations grow a document without limit",
        ("patch/growth-by-copying-is-refused",),
    ),
    Defect(
        "X-6", "a malformed frame ends the connection", ("connection/malformed-frame-is-survived",)
    ),
    Defect("X-7", "the documentation unpickles client data"),
    Defect(
        "X-8",
        "names of Object.prototype count as handlers [client]",
        ("events/unknown-type-is-ignored", "actions/what-is-no-action-is-not-run"),
        there="right",
    ),
]
