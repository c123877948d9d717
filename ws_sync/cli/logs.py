"""The log of `ws-sync serve`: lines on standard error, for people or for programs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from ws_sync._log import ATTRIBUTE

LEVELS = ("debug", "info", "warning", "error")


class JSONLines(logging.Formatter):
    """One JSON object in a line; what a record is about are members of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, ATTRIBUTE, {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def write(level: str | None, as_json: bool) -> None:
    """Write what the library, the server and the application log.

    Args:
        level: from which on; None: from warnings on.
        as_json: whether each line is an object. When neither was asked for, an application that
            has set up logging itself is left alone.
    """
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JSONLines() if as_json else plain)
    asked = level is not None or as_json
    logging.basicConfig(level=(level or "warning").upper(), handlers=[handler], force=asked)
