"""The demo in Chromium: two sessions of one board that answer each other's edits, `browser.mjs`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tools.benchmark.serving import Running
from tools.proxy_cost.running import Measured
from tools.testees.run import prepare_node

PROGRAM = Path(__file__).with_name("browser.mjs")


def measure(target: Running, pairs: int, seconds: float, page: str) -> Measured:
    """Let pairs of sessions play for some time in the demo's page.

    Args:
        target: Where the demo is.
        pairs: How many play at the same time.
        seconds: For how long.
        page: The host and port of the watcher's page if it is open as well, or an empty text.

    Raises:
        PreparationError: Node or its packages can't be had.
        CalledProcessError: The browser failed, and has said why.
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
