"""Warnings about a run whose verdict has little evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from conformance.driver.application import Application
from conformance.driver.target import Target
from conformance.driver.trace import Entry, Trace
from conformance.protocol.mirror import Inapplicable, Mirror
from conformance.protocol.wire import JSON, Event, MalformedFrame, decode, same
from conformance.runner.verdict import Run, Verdict

LEFT_OUT = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_TESTABLE})
FEW = 3
"""The number of programs that may end at their first step by chance."""


def warnings(run: Run, target: Target) -> Iterator[str]:
    """Yield each warning as a sentence."""
    yield from dict.fromkeys(target.application.left)
    yield from _of_calls(target.application)
    scripted = [outcome for outcome in run.outcomes if outcome.case.section != "sequences"]
    traces = [outcome.trace for outcome in scripted if outcome.trace]
    if traces:
        with suppress(RecursionError):  # values too deep for this process to walk through
            yield from _of_traces(traces, target.side)
    if target.testee:
        yield from _of_sections(run)
    for outcome in run.outcomes:
        if (found := outcome.searched) and FEW < found.steps <= found.programs:
            yield "every generated sequence ended at its first step"


def _of_calls(application: Application) -> Iterator[str]:
    for call in application.idle:
        yield (
            f"--call {call} had no effect: no patch arrived within {application.listen:g} s, and "
            "the state did not change; check the names of the action and its arguments"
        )


def _of_traces(traces: list[Trace], side: str) -> Iterator[str]:
    received = (e for trace in traces for e in trace.entries if e.direction == "received")
    if not any(isinstance(e.payload, str) and '"_PATCH:' in e.payload for e in received):
        whose = "the patches of the server" if side == "server" else "the edits of the client"
        yield f"no _PATCH arrived in the whole run: {whose} were not tested"
    if side == "server" and not any(map(_heard_after_speaking, traces)):
        # A client has answered in each case that was started.
        yield "no frame arrived after an initial state: the server answered nothing"
    writes = [taken for trace in traces for taken in _writes(trace, side)]
    if writes and not any(writes):
        what = "write" if side == "server" else "patch"
        yield f"every _PATCH of the kit was refused ({len(writes)}): no {what} was seen to work"


def _of_sections(run: Run) -> Iterator[str]:
    left: dict[str, list[str]] = {}
    for section in dict.fromkeys(outcome.case.section for outcome in run.outcomes):
        verdicts = {o.verdict for o in run.outcomes if o.case.section == section}
        if verdicts <= LEFT_OUT:
            word = "applicable" if verdicts == {Verdict.NOT_APPLICABLE} else "tested"
            left.setdefault(word, []).append(f'"{section}"')
    if left:
        yield "; ".join(
            f"section {names[0]} was not {word}"
            if len(names) == 1
            else f"sections {', '.join(names[:-1])} and {names[-1]} were not {word}"
            for word, names in left.items()
        )


def _heard_after_speaking(trace: Trace) -> bool:
    spoken = set[str]()
    for entry in trace.entries:
        if entry.direction == "sent":
            spoken.add(entry.connection)
        elif entry.direction == "received" and entry.connection in spoken:
            return True
    return False


def _writes(trace: Trace, side: str) -> Iterator[bool]:
    """Whether each patch of the kit was applied, where the next state that arrives shows it."""
    for connection in {entry.connection for entry in trace.entries}:
        entries = [entry for entry in trace.entries if entry.connection == connection]
        yield from _writes_on_one(_events(entries), side)


def _writes_on_one(events: Iterable[tuple[bool, Event]], side: str) -> Iterator[bool]:
    mirror = Mirror()
    pending: dict[str, list[str]] = {}
    for sent, event in events:
        key = event.key or ""
        if event.name == "_SET" and not sent and isinstance(event.data, dict):
            if key in pending:
                names = pending.pop(key)
                yield all(same(mirror[key].get(name), event.data.get(name)) for name in names)
            mirror.set(key, event.data)
        elif event.name == "_SET" and side == "client" and isinstance(event.data, dict):
            pending.pop(key, None)  # a state that the kit sends as a server replaces the document
            mirror.set(key, event.data)
        elif key in mirror and not isinstance(mirror[key], dict):
            return  # not a document any more, which is judged elsewhere
        elif event.name == "_PATCH" and key in mirror and _is_plain(event.data):
            before = mirror[key]
            with suppress(Inapplicable, AttributeError):
                mirror.patch(key, event.data)
                changed = [n for n, v in mirror[key].items() if not same(v, before.get(n))]
                if sent and changed:
                    pending.setdefault(key, []).extend(changed)


def _is_plain(operations: JSON) -> bool:
    """Whether a patch is safe to apply: copies of copies would grow without limit."""
    return isinstance(operations, list) and all(
        isinstance(one, dict) and one.get("op") in ("add", "remove", "replace")
        for one in operations
    )


def _events(entries: Iterable[Entry]) -> Iterator[tuple[bool, Event]]:
    """The states and patches among frames, each with whether the kit sent it."""
    for entry in entries:
        payload = entry.payload
        if entry.direction == "noted" or not isinstance(payload, str):
            continue
        if '"_SET:' in payload or '"_PATCH:' in payload:
            with suppress(MalformedFrame):
                yield entry.direction == "sent", decode(payload)
