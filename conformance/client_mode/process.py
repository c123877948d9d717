"""A client that the kit starts, watches, restarts and ends."""

from __future__ import annotations

from conformance.driver.process import ServerProcess

URL = "{url}"


class ClientProgram(ServerProcess):
    """A command that connects to the kit; `{url}` in it is replaced with the kit's URL."""

    def __init__(self, command: str, url: str) -> None:
        super().__init__(command.replace(URL, url), 0)
        self.given = command

    def start(self) -> None:
        """Start it without waiting for its connection.

        Raises:
            StartFailed: It can't be run.
        """
        self._launch()

    def obituary(self) -> str:
        """How it has ended: its exit status and its output."""
        return f"its process has ended with status {self.status}, and {self.printed()}"
