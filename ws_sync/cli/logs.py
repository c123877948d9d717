"""The log of `ws-sync serve`: lines on standard error, as plain text or as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from ws_sync._log import ATTRIBUTE

LEVELS = ("debug", "info", "warning", "error")


class JSONLines(logging.Formatter):
    """Formats a record as one JSON object per line, with the fields of the record as members."""

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


def configure(level: str | None, as_json: bool) -> None:
    """Log the records of the library, the server and the application to standard error.

    With neither option, an application that has configured logging keeps its configuration.

    Args:
        level: the lowest level that is logged; None for warning.
        as_json: whether each line is a JSON object.
    """
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JSONLines() if as_json else plain)
    asked = level is not None or as_json
    logging.basicConfig(level=(level or "warning").upper(), handlers=[handler], force=asked)
