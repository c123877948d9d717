"""The set-ups: a server, an application, and the paths of its endpoints."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass

OWN = "ws_sync._apps.testee:make_app"
BUILT_IN = "tools.servers.applications"


@dataclass(frozen=True)
class Setup:
    """A set-up of the reference's testee.

    Attributes:
        module: the module to run, with its arguments; `{port}` is replaced.
        prefix: the path before those of the endpoints.
    """

    module: str
    prefix: str = ""

    @property
    def command(self) -> str:
        """The command line that starts it."""
        return f"{shlex.quote(sys.executable)} -m {self.module}"

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the kit with its URLs."""
        base = f"ws://127.0.0.1:{{port}}{self.prefix}"
        return (f"--server-url={base}/ws/{{session}}", f"--auth-url={base}/auth")


SERVE = "ws_sync.cli serve --testee --port {port}"
HYPERCORN = "hypercorn --log-level warning --bind 127.0.0.1:{port}"
GRANIAN = "granian --interface asgi --factory --log-level warning --port {port}"
UVICORN = "uvicorn --factory --log-level warning --port {port}"

SETUPS = {
    "uvicorn websockets": Setup(f"{SERVE} --ws websockets"),
    "uvicorn sansio": Setup(f"{SERVE} --ws websockets-sansio"),
    "uvicorn wsproto": Setup(f"{SERVE} --ws wsproto"),
    "hypercorn": Setup(f"{HYPERCORN} {OWN}()"),
    "granian": Setup(f"{GRANIAN} {OWN}"),
    "picows": Setup(f"{SERVE} --transport picows"),
    "FastAPI": Setup(f"{UVICORN} {BUILT_IN}:in_fastapi"),
    "mounted in Starlette": Setup(f"{UVICORN} {BUILT_IN}:mounted_in_starlette", "/inside"),
    "mounted in FastAPI": Setup(f"{UVICORN} {BUILT_IN}:mounted_in_fastapi", "/inside"),
}
