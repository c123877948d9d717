"""Build the wheel, install it in an empty environment, and use it there without the repository.

`python -m tools.check_wheel`: only the extra `conformance` is installed; `ws-sync serve --testee`
has to serve and `ws-sync test URL` to judge it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Check the wheel; 0 if it works."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(place), str(ROOT)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        (wheel,) = place.glob("*.whl")
        print(f"built {wheel.name}, {wheel.stat().st_size / 1000:.0f} kB")
        environment = place / "environment"
        venv.create(environment, with_pip=True)
        commands = environment / "bin"
        install = [
            str(commands / "python"), "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"),
            f"ws-sync-kit[conformance] @ {wheel.as_uri()}",
        ]  # fmt: skip
        subprocess.run(install, check=True)
        return judge(commands / "ws-sync", place)


def judge(command: Path, place: Path) -> int:
    """Serve the testee and test it, both with the installed command; the kit's exit status."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    serve = [str(command), "serve", "--testee", "--port", "0"]
    with subprocess.Popen(
        serve, cwd=place, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = re.search(r"ws://\S+", server.stdout.readline())
            if url is None:
                print("ws-sync serve did not say where it serves")
                return 1
            test = [str(command), "test", url.group()]
            return subprocess.run(test, cwd=place, env=environment, check=False).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
