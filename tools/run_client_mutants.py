"""Judge the judge of clients: the kit against the clients of `tests/mutants/clients/`.

    python -m tools.run_client_mutants [NAME …] [--check DIR | --write DIR]

A client that is wrong has to be killed by a case that names the requirement that it breaks, and
that gives the hint which the client wants, or none if it wants none; an odd but legal one has to
pass. `--write` gives each wrong one all cases of its requirement, each legal
one all that there are, and writes the page `DIR/client-mutants.md`. `--check` gives each wrong one
the case that the page names, and each legal one the cases of `CHECKED`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import conformance
from conformance.spec import requirements
from tests.mutants.clients.catalogue import kinds, legals, mutants
from tools.matrix.judging import FORKING, PATIENCE, end, running_pytest

PAGE = "client-mutants.md"
CASES = Path(conformance.__file__).parent / "client_cases"
CHECKED = ("state", "versioning")
"""The sections that `--check` gives to legal clients."""
TIME_SCALE = 0.4
"""That of deadlines: where a wrong client stays silent, the kit waits in vain."""
PATIENT = 2.0
JOBS = (os.cpu_count() or 1) + 1
BAD = frozenset({"failed", "warned", "server died", "kit error"})


@dataclass(slots=True)
class Result:
    """What became of a client.

    Attributes:
        name: The client.
        ran: How many cases.
        killed: The first case that names the requirement that it breaks, with the hint that it
            wants if it wants one; or None.
        misled: The first case that gives a hint that it does not want, or None.
        others: Cases that name another one, or any of a legal client, each with what it says.
        said: What the run printed.
    """

    name: str
    ran: int
    killed: str | None
    misled: str | None
    others: list[str]
    said: str

    @property
    def wrong(self) -> bool:
        """Whether the kit has not judged as it should."""
        if self.name in mutants():
            return self.killed is None or self.misled is not None
        return bool(self.others) or not self.ran


def main() -> int:
    """Run them; 0 if each is judged as it should be."""
    chosen = _arguments()
    known = kinds()
    if unknown := set(chosen.names) - known.keys():
        print(f"no such client: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    began = time.monotonic()
    listed = _listed(Path(chosen.check)) if chosen.check else {}
    with ThreadPoolExecutor(JOBS) as pool:
        names = chosen.names or [*known]
        results = list(pool.map(lambda name: _judged(name, listed, bool(chosen.check)), names))
    # Once more, with nothing beside it: some are wrong in nothing but their times.
    results = [
        _judged(each.name, listed, bool(chosen.check)) if each.wrong else each for each in results
    ]
    for result in results:
        breaks = f" ({mutants()[result.name].breaks})" if result.name in mutants() else ""
        verdict = result.killed or (f"{result.ran} passed" if not result.others else "")
        print(f"{result.name}{breaks}: {verdict or 'NOT JUDGED AS IT SHOULD BE'}")
        if result.wrong:
            misled = [f"misleading hint in {result.misled}"] if result.misled else []
            print("\n".join([*misled, *result.others]) or result.said[-2000:])
    wrong = [result.name for result in results if result.wrong]
    print(f"{len(results)} clients, {len(wrong)} judged wrongly, {time.monotonic() - began:.0f} s")
    if chosen.write and not chosen.names:
        (Path(chosen.write) / PAGE).write_text(_page(results), encoding="utf-8")
    if chosen.check and not chosen.names:
        stale = (Path(chosen.check) / PAGE).read_text(encoding="utf-8") != _page(results)
        print(f"{PAGE} is not what this run says: --write it" if stale else f"as {PAGE} says")
        return int(bool(wrong) or stale)
    return int(bool(wrong))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.run_client_mutants", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--write", metavar="DIR", help=f"write the page DIR/{PAGE}")
    group.add_argument("--check", metavar="DIR", help=f"compare with DIR/{PAGE}, quickly")
    return parser.parse_args()


def _judged(name: str, listed: dict[str, str], quick: bool) -> Result:
    if name in mutants():
        breaks = mutants()[name].breaks
        of_requirement = (str(CASES), "-k", breaks)
        first = (node(listed[name]),) if name in listed else of_requirement
        result = judge(name, TIME_SCALE, *first)
        return judge(name, PATIENT, *of_requirement) if result.wrong else result
    paths = [str(CASES / f"test_{section}.py") for section in CHECKED] if quick else [str(CASES)]
    result = judge(name, PATIENT, *paths)
    return judge(name, 2 * PATIENT, *paths) if result.wrong else result


def node(case: str) -> str:
    """What pytest calls a case.

    Args:
        case: Its id.
    """
    section, _, name = case.partition("/")
    function, bracket, parameter = name.partition("[")
    return f"{CASES / f'test_{section}.py'}::test_{function.replace('-', '_')}{bracket}{parameter}"


def judge(name: str, time_scale: float, *arguments: str) -> Result:
    """Run the kit against one client.

    Args:
        name: The client.
        time_scale: The factor of the kit's deadlines.
        arguments: What pytest collects, and its options.
    """
    with tempfile.TemporaryDirectory() as folder:
        outcomes, printed = Path(folder) / "outcomes.json", Path(folder) / "printed.txt"
        command = shlex.join([sys.executable, "-m", "tests.mutants.clients", name])
        options = [
            *arguments, "-c", str(CASES.parent / "pytest.ini"), "--assert=plain", "--tb=no",
            "-p", "no:hypothesispytest", f"--client-cmd={command} {{url}}", "--strict",
            "-p", "tools.matrix.outcomes", f"--outcomes={outcomes}",
            f"--time-scale={time_scale}", "--replay-dir=", "--budget=0s",
        ]  # fmt: skip
        run = FORKING.Process(target=running_pytest, args=(options, printed), daemon=True)
        run.start()
        run.join(PATIENCE)
        end(run)
        said = printed.read_text(encoding="utf-8")
        cases = json.loads(outcomes.read_text(encoding="utf-8")) if outcomes.exists() else []
    kind = mutants().get(name)
    breaks, wanted = (kind.breaks, kind.hint) if kind else (None, None)
    found = [case for case in cases if case["verdict"] in BAD]
    own = [case for case in found if case["broken"] == breaks]
    killing = [case["id"] for case in own if wanted is None or wanted in case["hints"]]
    misled = [f"{case['id']}: {h}" for case in found for h in case["hints"] if h != wanted]
    if not cases and breaks and breaks in said:
        killing = ["(at the first look)"]
    others = [f"{c['id']}: {c['verdict']}\n{c['reason']}" for c in found if c["id"] not in killing]
    first, wrong = next(iter(killing), None), next(iter(misled), None)
    return Result(name, len(cases), first, wrong, others, said)


def _listed(folder: Path) -> dict[str, str]:
    """The killing cases that the page names, by client."""
    path = folder / PAGE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`]+)` \|$", text, re.MULTILINE))


def _page(results: list[Result]) -> str:
    rows = [
        f"| `{r.name}` | {_says(r.name)} | [`{b}`]({requirements()[b].page}#{b}) | `{r.killed}` |"
        for r in results
        if r.name in mutants() and (b := mutants()[r.name].breaks)
    ]
    odd = [f"| `{r.name}` | {_says(r.name)} |" for r in results if r.name in legals()]
    return "\n".join(
        [
            "# Clients that are wrong on purpose",
            "",
            "The kit's [client mode](testee.md#a-client-under-test) is judged by clients that lie: "
            "each breaks one requirement, and a case has to find it by",
            "the name of that requirement. Odd clients that keep every rule have to pass. They "
            "stand in `tests/mutants/clients/`; this page is written by",
            "`python -m tools.run_client_mutants --write spec`.",
            "",
            f"{len(rows)} wrong clients, all of them found:",
            "",
            "| client | how it lies | breaks | found by |",
            "|---|---|---|---|",
            *rows,
            "",
            f"{len(odd)} odd ones, all of which pass:",
            "",
            "| client | how it is odd |",
            "|---|---|",
            *odd,
            "",
        ]
    )


def _says(name: str) -> str:
    sentence = (kinds()[name].__doc__ or "").split("\n\n")[0]
    return " ".join(sentence.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
