"""Judge the judge: the kit against every mutant and every odd server, as `tests/mutants/` has them.

    python -m tools.run_mutants [NAME …] [--whole] [--write DIR | --check DIR] [--json FILE]

Every mutant has to be killed by a case that names the requirement that it breaks, or by the probe
with a sentence that names it; an odd but legal server must not fail, and is warned of what it says.
Only the cases of the section that a mutant breaks are run, and all if those do not kill it, or if
that is asked for; a legal server has to pass all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from conformance.spec import requirements
from tests.mutants.catalogue import kinds
from tests.mutants.honest import Honest
from tests.mutants.kinds import Legal, Mutant

ROOT = Path(__file__).resolve().parents[1]
TIME_SCALE = 0.15
SEARCH = ("--budget", "2s", "--seed", "1")
"""A short search that begins in the same place each time, so that the matrix is stable."""
PATIENCE = 240.0
"""Seconds after which a run of the kit is given up."""
KILLS = ("failed", "server died")
PAGE = "mutants.md"


@dataclass(slots=True)
class Result:
    """What the kit says about one testee.

    Attributes:
        name: The testee.
        breaks: The requirement that it breaks, or None if it is legal.
        own: The cases that killed it for that requirement, in the order of the run.
        others: The cases that killed it for another one, each with that.
        warned: The cases that warned, each with the requirement.
        errors: The cases in which the kit itself failed.
        cases: All cases that ran.
        reason: What was expected and received when it was first killed for its own requirement.
        wrong: Why this result is not as it should be, or None.
        seconds: How long it took.
    """

    name: str
    breaks: str | None
    own: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    reason: str = ""
    wrong: str | None = None
    seconds: float = 0.0

    def verdict(self) -> str:
        """The stable part: what is compared with the page."""
        if self.wrong:
            return self.wrong
        if self.breaks is None:
            return "passed" + "".join(f", warned: `{w}`" for w in sorted({*self.warned.values()}))
        return "killed by the probe" if self.own == ["probe"] else "killed"


def main() -> int:
    """Run the matrix; 0 if every testee is judged as it should be."""
    chosen = arguments()
    unknown = set(chosen.names) - kinds().keys()
    if unknown:
        print(f"no such testee: {', '.join(sorted(unknown))}; there are {', '.join(kinds())}")
        return 2
    began = time.monotonic()
    results = run_all(chosen.names or list(kinds()), chosen)
    seconds = time.monotonic() - began
    if chosen.json:
        found = [asdict(result) for result in results]
        Path(chosen.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(summary(results)))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print(f"{seconds:.0f} s, {chosen.jobs} at a time; {cpu:.0f} s of processor time")
    wrong = any(result.wrong for result in results)
    if chosen.write:
        (Path(chosen.write) / PAGE).write_text("\n".join(page(results)) + "\n", encoding="utf-8")
    if chosen.check:
        wrong |= differs(Path(chosen.check) / PAGE, results, whole=not chosen.names)
    return int(wrong)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.run_mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", metavar="DIR", help=f"write the page DIR/{PAGE}")
    parser.add_argument("--check", metavar="DIR", help=f"compare the verdicts with DIR/{PAGE}")
    parser.add_argument("--whole", action="store_true", help="all cases against every mutant")
    parser.add_argument("--json", metavar="FILE", help="write all there is to know")
    parser.add_argument("--jobs", type=int, default=2, help="testees at a time (default 2)")
    parser.add_argument("--time-scale", type=float, default=TIME_SCALE, help="given to the kit")
    return parser.parse_args()


# Running


def run_all(names: Sequence[str], chosen: argparse.Namespace) -> list[Result]:
    """Judge the testees, some at a time, each printed as it is known."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.jobs) as pool:

        def run(name: str) -> Result:
            options = [] if chosen.whole else own_section(name)
            result = judge(name, Path(folder), chosen.time_scale, *options)
            if result.wrong and options:
                result = judge(name, Path(folder), chosen.time_scale)
            sign = "!!" if result.wrong else "ok"
            print(f"{sign} {name:<24} {result.verdict()}", flush=True)
            return result

        return list(pool.map(run, names))


def judge(name: str, folder: Path, time_scale: float, *options: str) -> Result:
    """Serve one testee, run the kit against it with these options too, and read what it says."""
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "cache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.mutants.serve", name],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        report = folder / f"{name}.json"
        kit = subprocess.run(
            [
                sys.executable, "-m", "conformance", "--tb=no", "-p", "no:hypothesispytest",
                "--server-url", url + "/ws/{session}", "--auth-url", url + "/auth",
                "--time-scale", str(time_scale), "--report-json", str(report), *SEARCH, *options,
                "--replay-dir=",
            ],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        result = Result(name, breaks(name), wrong=f"not judged within {PATIENCE:g} s")
    else:
        result = read(name, report, kit.stderr)
        report.unlink(missing_ok=True)
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
    result.seconds = round(time.monotonic() - began, 1)
    return result


def own_section(name: str) -> list[str]:
    """The options for the cases of the section that a mutant breaks; none if it is legal."""
    broken = breaks(name)
    return ["-k", f"test_{Path(requirements()[broken].page).stem}.py"] if broken else []


def breaks(name: str) -> str | None:
    """The requirement that a testee breaks, or None if it is legal."""
    kind = kinds()[name]
    return kind.breaks if issubclass(kind, Mutant) else None


def read(name: str, report: Path, printed: str) -> Result:
    """The result in a report, or in the sentence of the probe where there is no report."""
    result = Result(name, breaks(name))
    if not report.exists():
        sentence = next((line for line in printed.splitlines() if line.startswith("ws-sync:")), "")
        result.reason = anonymous(sentence.removeprefix("ws-sync: ") or printed)[-300:]
        if result.breaks and f"({result.breaks})" in sentence:
            result.own = ["probe"]
        else:
            result.wrong = f"refused by the probe: {result.reason}"
        return result
    for case in json.loads(report.read_text(encoding="utf-8"))["cases"]:
        note(result, case)
    result.wrong = complaint(result, kinds()[name])
    return result


def note(result: Result, case: dict[str, Any]) -> None:
    """Add the outcome of one case."""
    result.cases.append(case["id"])
    if case["verdict"] == "kit error":
        result.errors.append(case["id"])
    elif case["verdict"] == "warned":
        result.warned[case["id"]] = case["broken"]
    elif case["verdict"] in KILLS and case["broken"] == result.breaks:
        result.own.append(case["id"])
        result.reason = result.reason or why(case["reason"])
    elif case["verdict"] in KILLS:
        result.others[case["id"]] = case["broken"]


def why(text: str) -> str:
    """What was expected and received, from the text of a failure."""
    lines = [line.strip() for line in text.splitlines()]
    found = {line.split(" ", 1)[0]: line for line in reversed(lines) if " " in line}
    parts = [found.get(word, "") for word in ("expected", "received")]
    return ", ".join(" ".join(anonymous(part).split())[:150] for part in parts)


def anonymous(text: str) -> str:
    """A text without what differs from run to run."""
    return re.sub(r"ws://127\.0\.0\.1:\d+(/ws/kit[\w-]+)?", "the server", text)


def complaint(result: Result, kind: type[Honest]) -> str | None:
    """Why a result is not as it should be, or None."""
    if result.errors:
        return f"kit error in {result.errors[0]}"
    if result.breaks is not None:
        if result.own:
            return None
        return f"killed for {others(result)} only" if result.others else "SURVIVED"
    if result.others:
        case, requirement = next(iter(result.others.items()))
        return f"FAILED {requirement} in {case}"
    expected = kind.warns if issubclass(kind, Legal) else frozenset()
    if {*result.warned.values()} != expected:
        return f"warned of {sorted({*result.warned.values()})} instead of {sorted(expected)}"
    return None


def others(result: Result) -> str:
    """The requirements for which a mutant was killed besides its own, the most frequent first."""
    counts = Counter(result.others.values()).most_common()
    return ", ".join(f"{requirement} ({number})" for requirement, number in counts)


# Showing


def family(case: str) -> str:
    """A case without its parameter."""
    return case.partition("[")[0]


def families(cases: Iterable[str]) -> str:
    """Cases for people: each family once, with the number of its cases."""
    counts = Counter(map(family, cases)).items()
    return ", ".join(f"{name} ({number})" if number > 1 else name for name, number in counts)


def killing_nothing(results: Sequence[Result]) -> dict[str, list[str]]:
    """The cases that neither killed a mutant nor warned of an odd server, by family."""
    every = dict.fromkeys(case for result in results for case in result.cases)
    found: dict[str, list[str]] = {}
    useful = {c for result in results for c in (*result.own, *result.others, *result.warned)}
    for case in every:
        if case not in useful:
            found.setdefault(family(case), []).append(case)
    return found


def totals(results: Sequence[Result]) -> str:
    """How many mutants were killed, and how many legal servers passed."""
    mutants = [result for result in results if result.breaks is not None]
    legal = [result for result in results if result.breaks is None]
    killed, passed = (sum(not r.wrong for r in group) for group in (mutants, legal))
    rules = len({result.breaks for result in mutants})
    return (
        f"{killed} of {len(mutants)} mutants killed through the requirement that they break "
        f"({rules} requirements); {passed} of {len(legal)} legal servers passed"
    )


def summary(results: Sequence[Result]) -> Iterator[str]:
    """The matrix in the terminal."""
    for result in results:
        if result.breaks is not None and not result.wrong:
            yield f"{result.name} ({result.breaks}): {result.reason}"
            yield f"    by {families(result.own)}"
            if result.others:
                yield f"    also {others(result)}"
    nothing = killing_nothing(results)
    yield f"cases that kill nothing: {sum(map(len, nothing.values()))}"
    yield from (f"    {families(cases)}" for cases in nothing.values())
    yield from (f"WRONG {result.name}: {result.wrong}" for result in results if result.wrong)
    yield totals(results)


def page(results: Sequence[Result]) -> Iterator[str]:
    """The page of the matrix, in Markdown."""
    yield "# Mutants"
    yield ""
    yield "Who judges the judge? The kit is run against servers that are wrong in one requirement, "
    yield "each in its own way, and against odd ones that are right. Written by "
    yield "`python -m tools.run_mutants --write docs`."
    yield ""
    yield totals(results) + "."
    section = ""
    for result in results:
        if result.breaks is None:
            continue
        if kinds()[result.name].__module__ != section:
            section = kinds()[result.name].__module__
            yield ""
            yield f"## {section.rpartition('.')[2].replace('_', ' ').capitalize()}"
            yield ""
            yield "| mutant | how it lies | breaks | verdict | by | for instance | also |"
            yield "|---|---|---|---|---|---|---|"
        yield row(
            result.name, about(result.name), f"`{result.breaks}`", result.verdict(),
            families(result.own), result.reason, others(result),
        )  # fmt: skip
    yield ""
    yield "## Odd but legal"
    yield ""
    yield "| server | what is odd | verdict |"
    yield "|---|---|---|"
    for result in results:
        if result.breaks is None:
            yield row(result.name, about(result.name), result.verdict())
    yield ""
    yield "## Cases that kill nothing"
    yield ""
    yield from (f"- {families(cases)}" for cases in killing_nothing(results).values())


def about(name: str) -> str:
    """The sentence that says how a testee lies."""
    return (kinds()[name].__doc__ or "").partition("\n")[0]


def row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def differs(path: Path, results: Sequence[Result], *, whole: bool) -> bool:
    """Print where the verdicts differ from those of the page; whether they do."""
    written = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0] in kinds():
            written[cells[0]] = cells[3] if len(cells) > 3 else cells[2]
    current = {result.name: result.verdict() for result in results}
    names = {*current, *written} if whole else {*current}
    stale = [name for name in sorted(names) if written.get(name) != current.get(name)]
    for name in stale:
        print(f"{path}: {name}: {written.get(name)!r}, but it is {current.get(name)!r} now")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
