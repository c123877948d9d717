"""The outputs of a report: valid by public schemas, and safe with hostile text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from jsonschema import Draft7Validator, FormatChecker

from conformance.reports import badge, ctrf, html, junit, markdown
from conformance.reports.bundle import WRITERS, write
from conformance.reports.model import Report
from conformance.runner.verdict import Verdict
from tests.conformance.reports.made import (
    case,
    document,
    every_verdict,
    hostile_report,
    of_client,
    report,
)

SCHEMAS = Path(__file__).with_name("schemas")
EMPTY = report()
DAMAGED = Report.of(document(case()), damage="it ends inside case 3 of 5")
CLIENT = Report.of(of_client(*every_verdict()))
REPORTS = {
    "empty": EMPTY,
    "good": report(case()),
    "every": report(*every_verdict(), problems=["a problem"], warnings=["a warning"]),
    "hostile": hostile_report(),
    "damaged": DAMAGED,
    "client": CLIENT,
}


@pytest.fixture(params=REPORTS, ids=list(REPORTS))
def given(request: pytest.FixtureRequest) -> Report:
    """Return a report."""
    return REPORTS[request.param]


# JUnit


def test_junit_is_valid_by_the_schema_of_jenkins(given: Report) -> None:
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(junit.write(given))


def test_junit_suite_has_what_the_schema_of_ant_demands(given: Report) -> None:
    """Check the other common schema: required attributes, and the order of children."""
    for number, suite in enumerate(ET.fromstring(junit.write(given))):
        attributes = {"name", "package", "id", "hostname", "timestamp", "tests", "failures"}
        assert attributes | {"errors", "skipped", "time"} == set(suite.keys())
        assert suite.get("id") == str(number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp") or "")
        tags = [child.tag for child in suite]
        assert tags[0] == "properties"
        assert tags[-2:] == ["system-out", "system-err"]
        assert set(tags[1:-2]) <= {"testcase"}
        for each in suite.iter("testcase"):
            assert {"name", "classname", "time"} == set(each.keys())
            assert len(each) <= 1
            assert all(child.get("type") for child in each if child.tag != "skipped")


def test_junit_counts_what_it_holds() -> None:
    root = ET.fromstring(junit.write(REPORTS["every"]))
    found = {
        tag: [each.get("name") for each in root.iter("testcase") if each.find(tag) is not None]
        for tag in ("failure", "error", "skipped")
    }
    assert found["failure"] == [
        "state/case-that-is[failed]",
        "state/case-that-is[server_died]",
        "state/case-that-is[blocked]",
        "patch/half",
    ]
    assert found["error"] == ["state/case-that-is[kit_error]", "the run is whole"]
    assert len(found["skipped"]) == 3
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert sum(int(suite.get(attribute) or 0) for suite in root) == len(found[tag])


def test_junit_keeps_what_a_server_said_as_text() -> None:
    root = ET.fromstring(junit.write(hostile_report()))
    texts = [each.text or "" for each in root.iter("failure")]
    assert "</script>" in texts[0]
    assert "\\x1b[31m" in texts[0]
    assert "\\ud800" in texts[0]
    assert {each.tag for each in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error",
        "skipped", "system-out", "system-err",
    }  # fmt: skip


# CTRF


def test_ctrf_is_valid_by_its_schema(given: Report) -> None:
    schema = json.loads((SCHEMAS / "ctrf-schema-0.0.json").read_text(encoding="utf-8"))
    found = json.loads(ctrf.write(given))
    Draft7Validator(schema, format_checker=FormatChecker()).validate(found)
    summary = found["results"]["summary"]
    names = ("passed", "failed", "skipped", "pending", "other")
    assert sum(summary[name] for name in names) == summary["tests"] == len(given.cases)


def test_ctrf_fails_what_makes_the_server_non_conformant() -> None:
    tests = json.loads(ctrf.write(REPORTS["every"]))["results"]["tests"]
    failed = {test["rawStatus"] for test in tests if test["status"] == "failed"}
    assert failed == {"failed", "server died", "blocked", "kit error", "passed"}


# Markdown


def test_markdown_is_bounded_and_says_what_is_left_out() -> None:
    many = [case(f"state/a[{n}]", Verdict.FAIL, reason="x" * 9000) for n in range(300)]
    requirements = list(report().requirements)
    for number, each in enumerate(many):
        each["broken"] = requirements[number % len(requirements)]
    found = markdown.write(report(*many))
    assert len(found) < markdown.ROOM
    assert re.search(r"… and \d+ cases of \d+ more requirements", found)


def test_markdown_holds_what_a_server_said_in_fences_and_escapes() -> None:
    found = markdown.write(hostile_report())
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", found, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert set(re.findall(r"(?<!\\)<(/?\w+)", outside)) <= {
        "details",
        "summary",
        "/details",
        "/summary",
    }
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", found)
    assert outside.count("<details>") == outside.count("</details>")


def test_markdown_tells_conclusion_section_and_failure() -> None:
    found = markdown.write(report(case(), case("patch/a", Verdict.FAIL, "patch-atomic")))
    assert found.startswith("## ❌ ws-sync: NOT conformant")
    assert "| patch | 1 | · |" in found
    assert "A receiver MUST apply all operations of a patch or none of them." in found
    assert "<details><summary>patch/a: " in found


def test_sentence_has_its_code_as_code() -> None:
    given = report(case(verdict=Verdict.FAIL))
    assert "MUST answer with one `_SET:KEY`" in markdown.write(given)
    assert "MUST answer with one <code>_SET:KEY</code>" in html.write(given)


# Badges


@pytest.mark.parametrize(
    ("cases", "said", "colour"),
    [
        ([case()], "conformant", "brightgreen"),
        ([case(), case(verdict=Verdict.WARN)], "conformant, 1 warn", "yellow"),
        ([case(), case(verdict=Verdict.KNOWN)], "1 known to fail", "yellow"),
        ([case(), case(verdict=Verdict.FAIL)], "1 of 2 fail", "red"),
        ([case(verdict=Verdict.NOT_APPLICABLE)], "nothing ran", "lightgrey"),
    ],
)
def test_badge_says_what_the_run_says(cases: list[Any], said: str, colour: str) -> None:
    found = json.loads(badge.write_json(report(*cases)))
    assert found.pop("isError") is (colour == "red")
    assert found == {"schemaVersion": 1, "label": "ws-sync", "message": said, "color": colour}
    root = ET.fromstring(badge.write_svg(report(*cases)))
    assert root.get("aria-label") == f"ws-sync: {said}"


def test_badge_of_half_a_report_does_not_say_conformant() -> None:
    assert badge.message(DAMAGED) == "incomplete"


# The page


class Reader(HTMLParser):
    """Parses a page as a browser does: the tags, and the text of script elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as its base has it
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts[-1] += data
        else:
            self.words.append(data)


def read(report: Report) -> Reader:
    found = Reader()
    found.feed(html.write(report))
    found.close()
    return found


def test_page_has_three_scripts_and_loads_nothing(given: Report) -> None:
    found = read(given)
    assert [tag for tag, _ in found.tags].count("script") == 3
    for tag, attributes in found.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {name for name in attributes if name.startswith("on") or name == "src"}
        assert (attributes.get("href") or "#").startswith("#")
    json.loads(found.scripts[0])
    lines = found.scripts[1].split("\n") if found.scripts[1] else []
    assert [json.loads(line)["requirement"] for line in lines] == [
        each.requirement for each in given.cases
    ]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", html.write(given))


def test_page_fills_no_template_with_what_a_server_said() -> None:
    assert "49" not in "".join(read(hostile_report()).words).replace("490", "")


def test_page_has_every_case_and_requirement_as_a_place_to_link_to() -> None:
    given = REPORTS["every"]
    ids = {attributes.get("id") for _, attributes in read(given).tags}
    assert {each.id for each in given.cases} <= ids
    assert given.requirements.keys() <= ids


def test_page_keeps_the_ends_of_a_long_frame() -> None:
    found = read(hostile_report())
    dialogue = json.loads(found.scripts[1].split("\n")[0])["dialogue"]
    assert len(dialogue[2][3]) == html.WHOLE
    assert dialogue[2][5] > 0
    assert len(html.write(hostile_report())) < 400_000


def test_page_says_first_that_a_report_is_not_whole() -> None:
    words = "".join(read(DAMAGED).words)
    assert "This report is incomplete: it ends inside case 3 of 5" in words


def test_page_of_a_client_says_so() -> None:
    found = read(CLIENT)
    words = " ".join("".join(found.words).split())
    assert ("body", {"data-side": "client"}) in found.tags
    assert "node testee.mjs {url} a client" in words
    assert "client died" in words
    assert "server died" not in words
    assert "clientnode testee.mjs {url}the kit's serverws://127.0.0.1:1/" in words
    assert "no --auth-url" not in words
    assert "binds servers" in words
    assert "binds clients" not in words


# All of them


def test_client_is_told_by_what_started_it() -> None:
    root = ET.fromstring(junit.write(CLIENT))
    assert {each.get("name"): each.get("value") for each in root.iter("property")}["client"] == (
        "node testee.mjs {url}"
    )
    results = json.loads(ctrf.write(CLIENT))["results"]
    assert results["environment"]["extra"] == {"client": "node testee.mjs {url}"}
    assert {test["rawStatus"] for test in results["tests"]} >= {"server died"}
    found = markdown.write(CLIENT)
    assert "`node testee.mjs {url}` · " in found
    assert "† client died" in found
    assert json.loads(badge.write_json(CLIENT))["label"] == "ws-sync client"
    assert ET.fromstring(badge.write_svg(CLIENT)).get("aria-label", "").startswith("ws-sync client")


def test_markdown_counts_the_requirements_that_bind_the_side() -> None:
    met = [
        case("state/a"),
        case("state/b", requirement="state-set-replaces"),
        case("state/c", requirement="state-set-merges"),
    ]
    assert "2 of 2 exercised MUSTs met" in markdown.write(report(*met))
    assert "2 of 2 exercised MUSTs met" in markdown.write(Report.of(of_client(*met)))


def test_folder_has_every_form(tmp_path: Path, given: Report) -> None:
    write(tmp_path, given)
    assert {path.name for path in tmp_path.iterdir()} == set(WRITERS)
