"""Reports without a run: documents in the form of `report.json` with chosen cases."""

from __future__ import annotations

from typing import Any

from conformance.reports.document import text
from conformance.reports.model import FORMAT, VERSION, Report
from conformance.runner.verdict import NOT_CONFORMANT, RAN, Verdict
from conformance.spec import requirements

BREAKING = (
    "</script><script>alert(1)</script> ]]> <!-- --> &amp; \"'` ``` ~~~ | \x00\x1b[31m\x9b\u202e"
    "\ud800 {{ 7 * 7 }} {% raw %} [a](javascript:b) <img src=x onerror=alert(1)>\r\n# head"
)
"""Text of a hostile server."""


def case(
    name: str = "state/get-is-answered-once",
    verdict: Verdict = Verdict.PASS,
    requirement: str = "state-get",
    **members: Any,
) -> dict[str, Any]:
    """Return a case of a report; a case that ran has a dialogue."""
    fails = verdict in (Verdict.FAIL, Verdict.WARN, Verdict.KNOWN, Verdict.DIED)
    found = {
        "id": name,
        "requirement": requirement,
        "level": requirements()[requirement].level,
        "needs": [],
        "verdict": verdict.value,
        "seconds": 0.0125,
        "broken": requirement if fails else None,
        "reason": "" if verdict is Verdict.PASS else f"{name}\n  because",
        "known": "as it was" if verdict is Verdict.KNOWN else None,
        "blockedBy": None,
        "death": "no answer" if verdict is Verdict.DIED else None,
        "closing": None,
        "findings": [finding(requirement)] if fails else [],
        "dialogue": DIALOGUE if verdict in RAN else [],
    }
    return found | members


def finding(requirement: str, **members: Any) -> dict[str, Any]:
    """Return a finding."""
    found = {
        "requirement": requirement,
        "sent": 'A -> {"type":"_GET:TESTEE","data":{}}',
        "expected": "the event _SET",
        "received": "nothing",
        "hint": "this looks like sleep",
        "steps": None,
        "seed": None,
        "replay": "ws-sync replay x.json",
    }
    return found | members


def entry(direction: str, content: str, at: float = 0.001, **members: Any) -> dict[str, Any]:
    """Return an entry of a dialogue."""
    return {"at": at, "connection": "A", "direction": direction, "text": content, **members}


CLIENTS_DIALOGUE = [
    entry("noted", "is the connection that is already open", 0.0),
    entry("sent", '{"type":"_SET:TESTEE","data":{"text":"","items":[]}}'),
    entry("sent", '{"type":"_PATCH:TESTEE","data":[{"op":"add","path":"/items/0","value":1}]}'),
    entry("sent", '{"type":"_GET:TESTEE","data":{}}'),
    entry("received", '{"type":"_SET:TESTEE","data":{"text":"","items":[2]}}'),
    entry("received", '{"type":"_PATCH:TESTEE","data":[{"op":"remove","path":"/items/5"}]}'),
    entry("noted", "connection A closed with code 1011", 0.5),
]
"""The dialogue of a client whose copy differs from the state that it received."""

DIALOGUE = [
    entry("noted", "connects to ws://127.0.0.1:1/ws/one", 0.0),
    entry("received", '{"type":"_SET:TESTEE","data":{"text":"","items":[]}}'),
    entry("sent", '{"type":"_GET:TESTEE","data":{}}'),
    entry("received", '{"type":"_PATCH:TESTEE","data":[{"op":"add","path":"/items/0","value":1}]}'),
    {"at": 0.4, "connection": "A", "direction": "sent", "bytes": "00ff"},
    entry("noted", "connection A closed with code 1000", 0.5),
]


def document(*cases: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a complete, valid document with these cases."""
    counts = {verdict.value: 0 for verdict in Verdict}
    for each in cases:
        counts[each["verdict"]] += 1
    verdicts = [Verdict(each["verdict"]) for each in cases]
    bad = any(verdict in NOT_CONFORMANT for verdict in verdicts)
    ran = sum(verdict in RAN for verdict in verdicts)
    found = {
        "format": FORMAT,
        "version": VERSION,
        "kit": "0.1.0",
        "began": "2026-11-24T14:00:00Z",
        "target": {
            "url": "ws://127.0.0.1:1/ws/{session}",
            "authUrl": None,
            "testee": True,
            "features": ["tasks"],
            "documents": ["TESTEE"],
            "roundTrip": 0.0003,
        },
        "options": {
            "strict": False,
            "seed": 1,
            "timeScale": 1.0,
            "budget": 2.0,
            "maxExamples": None,
            "allowWrites": False,
            "knownFailing": 0,
            "selection": [],
        },
        "selected": len(cases),
        "requirements": [
            {
                "id": each.id,
                "side": each.side,
                "level": each.level,
                "sentence": each.sentence,
                "page": each.page,
                "notObservable": each.not_observable,
            }
            for each in requirements().values()
        ],
        "cases": [*cases],
        "seconds": 1.5,
        "counts": counts,
        "checks": {"collected": len(cases), "ran": ran, "comparisons": 9, "frames": 9},
        "coverage": [],
        "limits": [
            {
                "name": "largest frame taken",
                "value": 16 << 20,
                "unit": "bytes",
                "atLeast": False,
                "case": "state/get-is-answered-once",
            }
        ],
        "slowest": [{"case": each["id"], "seconds": each["seconds"]} for each in cases[:10]],
        "warnings": [],
        "problems": [],
        "exitStatus": 1 if bad else 0 if ran else 2,
        "end": {"cases": len(cases)},
    }
    return found | members


def of_client(*cases: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return the document of a run against a client."""
    target = document()["target"] | {
        "url": "ws://127.0.0.1:1/", "side": "client", "command": "node testee.mjs {url}",
        "features": [], "documents": [],
    }  # fmt: skip
    return document(*cases, **members, target=target)


def content(*cases: dict[str, Any], **members: Any) -> bytes:
    """Return the content of a document's file."""
    return text(document(*cases, **members)).encode()


def report(*cases: dict[str, Any], name: str = "", **members: Any) -> Report:
    """Return the report of a document."""
    return Report.of(document(*cases, **members), name=name)


def every_verdict() -> list[dict[str, Any]]:
    """Return a case of each verdict, in several sections, and one with only a bad close."""
    found = [
        case(f"state/case-that-is[{verdict.value.replace(' ', '_')}]", verdict)
        for verdict in Verdict
    ]
    closing = {
        "verdict": "failed",
        "how": "connection A closed with code 1000",
        "requirement": "connection-close-code",
        "expected": "another code",
    }
    return [*found, case("patch/half", closing=closing, requirement="patch-atomic")]


def hostile() -> list[dict[str, Any]]:
    """Return cases with hostile text in every field that a server can fill."""
    said = BREAKING
    return [
        case(
            f"state/hostile[{said.replace(' ', '_')}]",
            verdict,
            reason=f"{said}\n{said * 2000}",
            known=said,
            death=said,
            dialogue=[entry("received", said), entry("noted", said), entry("sent", said * 5000)],
            findings=[
                finding(
                    "state-get",
                    sent=said,
                    expected=said,
                    received=said,
                    hint=said,
                    replay=said,
                    steps=[{"do": said}],
                    dialogue=[entry("received", said)],
                )
            ],
        )
        for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.KNOWN, Verdict.KIT_ERROR)
    ]


def hostile_report() -> Report:
    """Return the report of the hostile cases."""
    target = document()["target"] | {"url": BREAKING, "documents": [BREAKING]}
    return report(*hostile(), target=target, warnings=[BREAKING], problems=[BREAKING])
