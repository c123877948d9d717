# 0.6.9
"""A session's logger gets the events without a handler and the errors of handlers."""

import logging

from ws_sync import Session


class Counting(logging.Handler):
    def emit(self, record):
        print(record.levelname)


logger = logging.getLogger("program")
logger.addHandler(Counting())
logger.propagate = False
logger.setLevel(logging.WARNING)
session = Session(logger)
print(session.logger is logger)


async def fail(data):
    raise RuntimeError("failed")


session.register_event("fail", fail)

DIALOGUE = r"""
    | True
connect
unknown 1
    | WARNING
"""
