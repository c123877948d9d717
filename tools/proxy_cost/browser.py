"""The demo in Chromium: two sessions of one board answer each other's edits (`browser.mjs`)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tools.benchmark.serving import Running
from tools.proxy_cost.running import Measured
from tools.testees.run import prepare_node

PROGRAM = Path(__file__).with_name("browser.mjs")


def measure(target: Running, pairs: int, seconds: float, page: str) -> Measured:
    """Run pairs of sessions in the demo's page.

    Args:
        target: The address of the demo.
        pairs: The number of pairs.
        seconds: The duration.
        page: The host and port of the proxy's page to open, or an empty string.

    Raises:
        PreparationError: Node or its packages can't be installed.
        CalledProcessError: The browser failed; its output says why.
    """
    base = target.url.replace("ws://", "http://", 1)
    watched = [f"http://{page}/"] if page else []
    node = str(prepare_node())
    command = [node, str(PROGRAM), base, str(pairs), str(seconds), *watched]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as browser:
        assert browser.stdout is not None
        browser.stdout.readline()  # they have begun
        before = target.cpu_time()
        said = browser.stdout.readline()  # the time is over
        computed = target.cpu_time() - before
    if browser.returncode:
        raise subprocess.CalledProcessError(browser.returncode, command)
    played = json.loads(said)
    rate = played["frames"] / played["seconds"]
    return Measured(rate, played["median"], computed / played["frames"])
