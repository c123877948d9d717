"""Runs the cases and programs of the defects, in a release or in this project."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deadlines import DEADLINE
from tests.defects.catalogue import ENVIRONMENTS, PROGRAMS, Defect
from tools.testees import run

ROOT = Path(__file__).parents[2]
CASES = ROOT / "conformance" / "cases"
HERE = "reference"

RESULTS = {0: "right", 1: "wrong", 3: "not applicable"}
"""The result for each exit status of a program."""


@dataclass(frozen=True)
class Result:
    """The result for a defect: `right`, `wrong`, `not applicable` or `not tested`; and why."""

    verdict: str
    reason: str = ""


def judge(defects: Iterable[Defect], here: bool) -> dict[str, Result]:
    """Return the results by number, in this project or in the release of each defect."""
    defects = list(defects)
    by_server: dict[str, list[Defect]] = {}
    for defect in defects:
        by_server.setdefault(HERE if here else defect.release, []).append(defect)
    results: dict[str, Result] = {}
    for server, group in by_server.items():
        verdicts = run_cases(server, [case for defect in group for case in defect.cases])
        for defect in group:
            results[defect.number] = _judge(defect, server, verdicts)
    return {defect.number: results[defect.number] for defect in defects}


def run_cases(server: str, cases: list[str]) -> dict[str, str]:
    """Run cases of the kit against a testee; return the verdicts by id, with parameters."""
    if not cases:
        return {}
    start = shlex.join([sys.executable, str(Path(run.__file__)), server, "--port"])
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = [f"--server-cmd={start} {{port}}", f"--report-json={report}", "--budget=0s"]
        quiet = ["-q", "--no-header", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", *map(_node, cases), *options, *quiet]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"the kit wrote no report:\n{done.stdout}\n{done.stderr}")
        outcomes: list[dict[str, Any]] = json.loads(report.read_text())["cases"]
    return {outcome["id"]: outcome["verdict"] for outcome in outcomes}


def run_program(program: str, python: Path) -> Result:
    """Run a program of `programs/` in an environment."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-W", "ignore", str(PROGRAMS / "stage.py"), program]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    lines = done.stdout.splitlines() or ["no output"]
    return Result(RESULTS.get(done.returncode, f"exit status {done.returncode}"), lines[-1])


def _judge(defect: Defect, server: str, verdicts: dict[str, str]) -> Result:
    results = [_of_case(case, verdicts) for case in defect.cases]
    if defect.program is not None:
        results.append(run_program(defect.program, _python(server)))
    if not results:
        return Result("not tested")
    return next((result for result in results if result.verdict != "right"), results[0])


def _of_case(case: str, verdicts: dict[str, str]) -> Result:
    own = {name: v for name, v in verdicts.items() if name == case or name.startswith(f"{case}[")}
    if not own:
        raise LookupError(f"the kit has no case {case!r}")
    bad = {name: verdict for name, verdict in own.items() if verdict != "passed"}
    for name, verdict in bad.items():
        return Result("wrong", f"{name}: {verdict}")
    return Result("right", case)


def _node(case: str) -> str:
    """Return pytest's node id of a case."""
    section, _, name = case.partition("/")
    function, bracket, parameter = name.partition("[")
    function = f"test_{function.replace('-', '_')}"
    return f"{CASES / f'test_{section}.py'}::{function}{bracket}{parameter}"


def _python(server: str) -> Path:
    if server == HERE:
        return Path(sys.executable)
    local = (ENVIRONMENTS / server).is_dir()
    return run.prepare(server, ENVIRONMENTS) if local else run.prepare(server)
