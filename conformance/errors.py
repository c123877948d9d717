"""The exceptions of the kit, and its exit statuses.

    Violation           a requirement is not met
    ├── Silence         a required event did not arrive before the deadline
    ├── ClosedEarly     a connection that had to stay open was closed or lost
    └── TurnedAway      the server has reached its limit of connections
    Violations          several violations, found by generated sequences
    NotTestable         the run lacks something that the case needs
    Unusable            there is nothing to run the cases against

`driver.expect` and `sequences.differential` derive further violations, which format JSON values.
Any other exception is an error of the kit, and never counts against the side under test.

    0                   conformant
    1 NOT_CONFORMANT    a requirement is not met, or the run has a problem
    2 NOTHING_RAN       invalid options, or no case ran
    3 NO_SERVER         no server, or no client, to run the cases against
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Self

NOT_CONFORMANT = 1
NOTHING_RAN = 2
NO_SERVER = 3


class Kind(StrEnum):
    """The kind of a violation."""

    CONDITION = "a condition of the case does not hold"
    DIFFERENT_VALUE = "a value differs"
    INITIAL_STATE = "an initial state differs"
    MISSING_EVENT = "a required event is missing"
    UNEXPECTED_EVENT = "an event arrived that must not arrive"
    CLOSED = "a connection was closed or lost"
    STILL_OPEN = "a connection was not closed"
    NOT_READ = "the other side does not read"
    NO_CONNECTION = "a connection was not accepted"
    SERVER_FULL = "the limit of connections is reached"
    FLOOD = "far more data arrived than any case needs"
    NOT_JSON = "a frame is not JSON"
    NOT_FINITE = "a frame has a number that is not finite"
    MALFORMED = "an event has an invalid form"
    INAPPLICABLE_PATCH = "a patch can't be applied"


class Violation(Exception):
    """A requirement is not met.

    The attributes are facts. `expected`, `received` and `str()` are text for people; no logic
    reads them.

    Attributes:
        requirement: The id of the requirement; None for the one that the case is bound to.
        kind: The kind of the violation.
        sent: What the kit sent, if it is not the last frame that the kit sent.
        expected_value: The JSON value that was expected, if a value is wrong.
        received_value: The JSON value that was received instead.
        event: The type of the event that is missing or unexpected, such as `_GET:TESTEE`.
        attributes: The names of the attributes that were awaited.
        close_code: The close code of a connection that was closed; 1006 without a close frame.
        connection: The label of the connection.
    """

    default: ClassVar[Kind] = Kind.CONDITION

    def __init__(
        self,
        *,
        expected: str = "",
        received: str = "",
        requirement: str | None = None,
        sent: str | None = None,
        kind: Kind | None = None,
        expected_value: Any = None,
        received_value: Any = None,
        event: str | None = None,
        attributes: tuple[str, ...] = (),
        close_code: int | None = None,
        connection: str | None = None,
    ) -> None:
        super().__init__()
        self._expected, self._received = expected, received
        self.requirement = requirement
        self.sent = sent
        self.kind = kind or self.default
        self.expected_value, self.received_value = expected_value, received_value
        self.event, self.attributes = event, attributes
        self.close_code, self.connection = close_code, connection

    @property
    def expected(self) -> str:
        """What the side under test had to do."""
        return self._expected

    @property
    def received(self) -> str:
        """What it did."""
        return self._received

    def restated(self, *, expected: str, requirement: str | None = None) -> Self:
        """The same violation of a requirement that demands something else.

        Args:
            expected: What that requirement demands.
            requirement: Its id; None keeps the one that the violation has.
        """
        again = type(self).__new__(type(self))
        again.__dict__ |= self.__dict__
        again._expected = expected
        again.requirement = requirement or self.requirement
        return again

    def __str__(self) -> str:
        return f"expected {self.expected}, received {self.received}"


class Silence(Violation):
    """A required event did not arrive before the deadline."""

    default = Kind.MISSING_EVENT


class ClosedEarly(Violation):
    """A connection that had to stay open was closed or lost."""

    default = Kind.CLOSED


class TurnedAway(Violation):
    """The server has reached its limit of connections, and answered so; the limit is its own."""

    default = Kind.SERVER_FULL


class Violations(Exception):
    """What generated sequences found.

    Attributes:
        findings: For each violation its trace (`driver.trace.Trace`) and the steps that led to it.
    """

    def __init__(self, findings: list[tuple[Violation, Any, list[dict[str, Any]]]]) -> None:
        super().__init__(findings)
        self.findings = findings


class NotTestable(Exception):
    """The run lacks something that the case needs.

    Attributes:
        needs: What that is, a noun phrase such as "a --budget".
    """

    def __init__(self, needs: str, text: str = "") -> None:
        super().__init__(text or f"needs {needs}")
        self.needs = needs


class Unusable(Exception):
    """There is nothing to run the cases against.

    Attributes:
        status: The exit status.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
