"""Build the wheel, install it in an empty environment, and use it there without the repository.

`python -m tools.check_wheel`: only the extra `conformance` is installed; `ws-sync serve --testee`
has to serve and `ws-sync test URL` to judge it, in an empty directory and in one that has folders
named like the installed packages. The wheel stays in `dist/`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
SHADOWS = ("conformance", "ws_sync", "pytest")
LOG_LINES = 30  # of a log that is full of deliberate crashes


def main() -> int:
    """Check the wheel; 0 if it works."""
    wheel = build()
    print(f"built {wheel.relative_to(ROOT)}, {wheel.stat().st_size / 1000:.0f} kB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = install(wheel, Path(folder) / "environment")
        empty, shadowed = Path(folder) / "empty", Path(folder) / "shadowed"
        empty.mkdir()
        if lacks := lacking(command.with_name("python"), empty):
            print(f"the wheel lacks {', '.join(lacks)}")
            return 1
        for name in SHADOWS:
            (shadowed / name).mkdir(parents=True)
            (shadowed / name / "__init__.py").write_text("raise RuntimeError('not installed')\n")
        return judge(command, empty) or judge(command, shadowed)


def build() -> Path:
    """Build the wheel into `dist/`, in place of older ones."""
    for older in DIST.glob("ws_sync_kit-*.whl"):
        older.unlink()
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(DIST), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = DIST.glob("ws_sync_kit-*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel in a new environment; the path of its `ws-sync`."""
    venv.create(environment, with_pip=True)
    commands = environment / "bin"
    command = [
        str(commands / "python"), "-m", "pip", "install", "--quiet",
        "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"),
        f"ws-sync-kit[conformance] @ {wheel.as_uri()}",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    return commands / "ws-sync"


def lacking(python: Path, place: Path) -> list[str]:
    """Files of the browser client that the installed package does not have."""
    show = "import ws_sync.web; print(ws_sync.web.FOLDER)"
    told = subprocess.run(
        [str(python), "-c", show], check=True, capture_output=True, text=True, cwd=place
    )
    installed, sources = Path(told.stdout.strip()), ROOT / "ws_sync" / "web"
    files = [path.relative_to(sources) for path in sources.rglob("*.*") if path.suffix != ".pyc"]
    return [str(path) for path in files if not (installed / path).is_file()]


def judge(command: Path, place: Path) -> int:
    """Serve the testee and test it, both with the installed command; the kit's exit status."""
    print(f"== in the directory {place.name}", flush=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    with tempfile.TemporaryFile("w+") as log:
        with serving(command, place, environment, log.fileno()) as said:
            url, auth_url = re.search(r"ws://\S+", said), re.search(r"--auth-url (\S+)", said)
            if url is None or auth_url is None:
                print(f"ws-sync serve did not say where it serves: {said!r}")
                status = 1
            else:
                auth = ["--auth-url", auth_url[1]]
                test = [str(command), "test", url.group(), *auth, "--seed=1"]
                status = subprocess.run(test, cwd=place, env=environment, check=False).returncode
        if status:
            log.seek(0)
            print("the end of the server's log:\n", *log.readlines()[-LOG_LINES:], sep="  ", end="")
        return status


@contextmanager
def serving(command: Path, place: Path, environment: dict[str, str], log: int) -> Iterator[str]:
    """Run the testee with its errors in a log; what it says first, where it serves."""
    serve = [str(command), "serve", "--testee", "--port", "0"]
    with subprocess.Popen(
        serve, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline() + server.stdout.readline()
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
