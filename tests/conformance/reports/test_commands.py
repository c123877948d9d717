"""`ws-sync report`, and the `--report` of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.reports.__main__ import main
from conformance.reports.bundle import WRITERS
from conformance.reports.document import text
from conformance.runner.verdict import Verdict
from conformance.spec import deviation
from tests.conformance import liars
from tests.conformance.kit import QUICK, run_kit
from tests.conformance.liars import lying
from tests.conformance.reports.made import BREAKING, case, content, of_client
from ws_sync.cli import main as ws_sync


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """The file of a report in which all cases pass."""
    path = tmp_path / "good.json"
    path.write_bytes(content(case("state/a"), case("state/b")))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """The file of a report in which a case fails."""
    path = tmp_path / "bad.json"
    path.write_bytes(content(case("state/a"), case("state/b", Verdict.FAIL)))
    return path


@pytest.mark.io
async def test_one_run_writes_every_form(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    async with lying(liars.lists_toast_and_has_none) as url:
        result = await run_kit(
            "--server-url", url, *QUICK, "-k", "toast_arrives", "--strict",
            "--report", str(folder),
        )  # fmt: skip
    assert result.status == 1
    assert {path.name for path in folder.iterdir()} == {*WRITERS, "report.json"}
    document = json.loads((folder / "report.json").read_text())
    assert deviation("report", document) is None
    assert document["options"]["selection"] == ["-k", "toast_arrives"]
    assert document["options"]["strict"] is True
    assert document["selected"] == document["end"]["cases"] == len(document["cases"])
    (failed, *_) = document["cases"]
    assert failed["findings"][0]["expected"] == "the event _TOAST"
    assert "Not met" in (folder / "report.html").read_text()


@pytest.mark.io
async def test_folder_of_reports_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    result = await run_kit("--report", str(path), "-k", "toast_arrives")
    assert f"--report {path}: this is not a directory" in result.output
    assert result.status == 2


@pytest.mark.io
async def test_folder_that_can_not_be_made_is_a_problem_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    result = await run_kit("--report", str(path / "x"), "-k", "get_is_answered_once")
    assert f"the report can't be written: {path / 'x'}: Not a directory" in result.output
    assert "INTERNALERROR" not in result.output
    assert result.status == 1


def test_show_tells_what_fails(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(bad)]) == 1
    printed = capsys.readouterr().out
    assert "state-get (MUST): 1 case, for example state/b" in printed
    assert "expected the event _SET; received nothing" in printed
    assert printed.rstrip().endswith("NOT conformant")


def test_show_writes_other_forms(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, junit, folder = tmp_path / "new" / "x.html", tmp_path / "x.xml", tmp_path / "all"
    given = ["show", str(good), "--html", str(page), "--junit", str(junit), "--all", str(folder)]
    assert main(given) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert junit.read_text().startswith("<?xml")
    assert {path.name for path in folder.iterdir()} == set(WRITERS)
    assert f"wrote {page}" in capsys.readouterr().out


def test_show_of_half_a_report_says_so_and_shows_the_half(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = bad.read_bytes()
    bad.write_bytes(whole[: whole.index(b'"id":"state/b"') + 40])
    assert main(["show", str(bad)]) == 2
    printed = capsys.readouterr()
    assert "is incomplete: it ends inside case 2 of 2" in printed.err
    assert "     1  passed" in printed.out
    assert "there is no conclusion" in printed.out


def test_compare_fails_where_something_no_longer_passes(
    good: Path, bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", f"old={good}", f"new={bad}"]) == 1
    assert main(["compare", str(bad), str(good)]) == 0
    printed = capsys.readouterr().out
    assert "1  old: conformant" in printed
    assert "2  good: conformant" in printed


def test_compare_cuts_lines_only_where_it_knows_the_width(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = f"state/{'x' * 200}"
    for name, verdict in (("old", Verdict.PASS), ("new", Verdict.FAIL)):
        (tmp_path / name).write_bytes(content(case(long, verdict)))
    given = ["compare", str(tmp_path / "old"), str(tmp_path / "new")]
    monkeypatch.delenv("COLUMNS", raising=False)
    main(given)
    assert f"{long}: passed → failed" in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "60")
    main(given)
    assert long not in (printed := capsys.readouterr().out)
    assert f"    state/{'x' * 49}…\n" in printed


def test_compare_writes_a_page_and_markdown(good: Path, bad: Path, tmp_path: Path) -> None:
    page, markdown = tmp_path / "x.html", tmp_path / "x.md"
    given = ["compare", str(bad), str(good), "--html", str(page), "--markdown", str(markdown)]
    assert main(given) == 0
    assert "no longer fails" in page.read_text()
    assert "no longer fails" in markdown.read_text()


@pytest.mark.parametrize("verb", ["show", "compare"])
def test_file_that_is_no_report_is_status_2(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"format": "other"}')
    assert main([verb, str(path)]) == 2
    assert f"ws-sync: {path}: its format is 'other'" in capsys.readouterr().err


def test_file_that_can_not_be_written_is_status_2(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(good), "--html", str(good / "x.html")]) == 2
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.io
def test_verb_of_the_command_line_leads_there(bad: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert ws_sync(["report", "show", str(bad)]) == 1
    assert "NOT conformant" in capfd.readouterr().out


def test_report_that_is_cut_off_in_its_footer_is_written_in_every_form(tmp_path: Path) -> None:
    whole = content(case("state/a"), case("state/b", Verdict.FAIL))
    path = tmp_path / "report.json"
    for name in (b"limits", b"slowest", b"problems", b"end"):
        path.write_bytes(whole[: whole.rindex(b'"%s"' % name)])
        assert main(["show", str(path), "--all", str(tmp_path / "all")]) == 2
        assert {each.name for each in (tmp_path / "all").iterdir()} == {*WRITERS}


def test_requirements_of_a_hostile_report_steer_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requirement = {
        "id": BREAKING,
        "side": "both",
        "level": "MUST",
        "sentence": BREAKING,
        "page": BREAKING,
        "notObservable": None,
    }
    paths = [tmp_path / "good.json", tmp_path / "bad.json"]
    for path, verdict in zip(paths, (Verdict.PASS, Verdict.FAIL), strict=True):
        judged = case("state/a", verdict) | {"requirement": BREAKING, "findings": []}
        judged["broken"] = BREAKING if verdict is Verdict.FAIL else None
        path.write_bytes(content(judged, requirements=[requirement]))
    good, bad = map(str, paths)
    assert main(["show", bad, "--all", str(tmp_path / "all")]) == 1
    assert main(["show", bad]) == 1
    assert main(["compare", good, bad]) == 1
    markdown = tmp_path / "compared.md"
    page = tmp_path / "compared.html"
    assert main(["compare", good, bad, "--markdown", str(markdown), "--html", str(page)]) == 1
    printed = capsys.readouterr()
    assert all(letter.isprintable() or letter in "\n\t" for letter in printed.out + printed.err)
    assert "\n# head" not in markdown.read_text()
    assert "](spec/%3C/script%3E" in markdown.read_text()
    assert "<script>alert" not in page.read_text()


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The file of a report of a client that died once."""
    path = tmp_path / "client.json"
    path.write_text(text(of_client(case("state/a"), case("state/b", Verdict.DIED))))
    return path


def test_report_of_a_client_is_shown_as_one(
    client: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(client)]) == 1
    said = capsys.readouterr().out
    assert "1  client died" in said
    assert "node testee.mjs {url}, 2026-11-24T14:00:00Z: NOT conformant" in said


def test_reports_of_servers_and_of_clients_are_not_compared(
    good: Path, client: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["compare", f"mine={good}", f"theirs={client}", "--html", str(page)]) == 2
    said = capsys.readouterr().err
    assert said == (
        "ws-sync: can't compare: mine judges a server and theirs judges a client, which have "
        "no case in common\n"
    )
    assert not page.exists()


def test_reports_of_clients_are_compared(client: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(client), str(client)]) == 0
    assert "† client died" in capsys.readouterr().out
