"""Start a testee: `python tools/testees/run.py NAME --port PORT`.

A testee is a folder beside this file. One in Python has a `requirements.txt` of pins and a
`testee.py`. Releases of ws-sync from PyPI have this project's import name, so each runs in an
environment of its own, `.venvs/NAME`, made on first use. An environment comes into being by one
rename, complete and with a stamp that holds its requirements: whatever lacks the right stamp is
built again. One in JavaScript has a `testee.mjs`; its packages are those of the repository's
`package.json`. The name `reference` means this project's own testee, which needs none of that.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

TESTEES = Path(__file__).resolve().parent
ROOT = TESTEES.parents[1]
ENVIRONMENTS = ROOT / ".venvs"
REFERENCE = "reference"


class PreparationError(Exception):
    """The environment of a testee can't be made; the sentence says which step failed."""


def main() -> None:
    """Read the command line; become the testee, or only prepare its environment."""
    arguments = parse_arguments()
    name: str = arguments.name
    if name == REFERENCE:
        if not arguments.prepare:
            command = ["-m", "ws_sync.cli", "serve", "--testee"]
            become(Path(sys.executable), *command, "--port", str(arguments.port))
        return
    try:
        in_node = (TESTEES / name / "testee.mjs").exists()
        interpreter = prepare_node() if in_node else prepare(name)
    except (PreparationError, OSError) as error:
        sys.exit(f"run.py: no environment for {name}: {error}")
    if not arguments.prepare:
        # In place of what the caller has there: it may lead to this project's own ws_sync.
        os.environ["PYTHONPATH"] = str(TESTEES)
        program = TESTEES / name / ("testee.mjs" if in_node else "testee.py")
        become(interpreter, str(program), "--port", str(arguments.port))


def parse_arguments() -> argparse.Namespace:
    """Return `name`, and either `port` or `prepare`."""
    kinds = ("*/requirements.txt", "*/testee.mjs")
    names = sorted(path.parent.name for kind in kinds for path in TESTEES.glob(kind))
    parser = argparse.ArgumentParser(description="Start a testee on a port of the loopback.")
    parser.add_argument(
        "name",
        metavar="NAME",
        type=lambda text: text.replace("-", "_").replace(".", "_"),
        choices=[*names, REFERENCE],
        help=f"{', '.join(names)} or {REFERENCE}; pypi-0.6.9 is read as pypi_0_6_9",
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--port", type=int, metavar="PORT", help="serve there, on 127.0.0.1")
    task.add_argument("--prepare", action="store_true", help="only make the environment")
    return parser.parse_args()


def become(python: Path, *arguments: str) -> NoReturn:
    """Replace this process, so that who started it can stop the testee by its id."""
    os.execv(python, [str(python), *arguments])


def prepare_node() -> Path:
    """Install the repository's npm packages unless they are there, and return Node.

    Raises:
        PreparationError: Node or npm is not installed, or npm can't install the packages.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise PreparationError("node and npm are needed (version 20 or later)")
    ENVIRONMENTS.mkdir(exist_ok=True)
    with exclusive(ENVIRONMENTS / "npm.lock"):
        stamp = (ROOT / "package.json").read_text()
        done = ROOT / "node_modules" / ".stamp"
        if not done.is_file() or done.read_text() != stamp:
            quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
            run("npm can't install its packages", npm, "install", "--prefix", str(ROOT), *quiet)
            done.write_text(stamp)
    return Path(node)


def prepare(name: str, folder: Path = TESTEES) -> Path:
    """Make the environment of a testee unless it is there, and return its Python.

    Args:
        name: the environment's name, which is that of a folder with a `requirements.txt`.
        folder: where that folder is.

    Raises:
        PreparationError: an environment can't be made here, or pip can't fill it.
        OSError: the folder of the environments can't be written.
    """
    requirements = folder / name / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stamp = f"# Python {version}\n{requirements.read_text()}"
    environment = ENVIRONMENTS / name
    ENVIRONMENTS.mkdir(exist_ok=True)
    with exclusive(ENVIRONMENTS / f"{name}.lock"):
        if not is_complete(environment, stamp):
            replace(environment, requirements, stamp)
    return python_of(environment)


def replace(environment: Path, requirements: Path, stamp: str) -> None:
    """Build an environment beside its place and move it there when it is complete."""
    unfinished = f"{environment.name}.unfinished."
    for leftover in ENVIRONMENTS.glob(f"{unfinished}*"):  # of a launcher that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(prefix=unfinished, dir=ENVIRONMENTS) as folder:
        fresh = Path(folder) / environment.name
        fill(fresh, requirements)
        stamp_of(fresh).write_text(stamp)
        if environment.exists():
            environment.rename(Path(folder) / "outdated")
        fresh.rename(environment)


def fill(environment: Path, requirements: Path) -> None:
    """Make a virtual environment that holds the requirements and nothing else.

    Raises:
        PreparationError: a step failed; what it printed is on stderr.
    """
    python = str(python_of(environment))
    run("python has no working venv", sys.executable, "-m", "venv", str(environment))
    # The pins are the whole environment: what they leave out is a mistake, not pip's choice.
    install = ["install", "--disable-pip-version-check", "--no-deps", "-r", str(requirements)]
    run("pip can't install its requirements", python, "-I", "-m", "pip", *install)
    run("its requirements are not complete", python, "-I", "-m", "pip", "check")


def run(failure: str, *command: str) -> None:
    """Run a command and show what it printed only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        raise PreparationError(f"{failure} (exit status {done.returncode})")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of this path; a second launcher waits for the first one's environment."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_complete(environment: Path, stamp: str) -> bool:
    """Whether an environment was made for this stamp and its Python still exists."""
    file = stamp_of(environment)
    return file.is_file() and file.read_text() == stamp and python_of(environment).exists()


def stamp_of(environment: Path) -> Path:
    """Return the file that says for which requirements an environment was made."""
    return environment / "requirements.stamp"


def python_of(environment: Path) -> Path:
    """Return the Python of a virtual environment."""
    return environment / "bin" / "python"


if __name__ == "__main__":
    main()
