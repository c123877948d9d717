# 0.6.9
"""Toasts return their text and are logged by their kind."""

import logging

from ws_sync import Session, sync_all


class Printing(logging.Handler):
    def emit(self, record):
        if "toast" in record.getMessage():
            print(record.levelname, record.getMessage())


logger = logging.getLogger("program")
logger.setLevel(logging.DEBUG)
logger.addHandler(Printing())
logger.propagate = False


class Box:
    @sync_all("BOX", logger=logger)
    def __init__(self):
        self.n = 0


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"n": 0}
>>> await box.sync.toast("toast", 1)
    _TOAST {"message": "toast 1", "type": "default"}
    | DEBUG toast 1
    | 'toast 1'
>>> await box.sync.toast("toast", "two", type="success")
    _TOAST {"message": "toast two", "type": "success"}
    | INFO toast two
    | 'toast two'
>>> await box.sync.toast("toast", type="warning", logger=logger)
    _TOAST {"message": "toast", "type": "warning"}
    | WARNING toast
    | 'toast'
>>> await box.sync.toast("toast", type="error")
    _TOAST {"message": "toast", "type": "error"}
    | ERROR toast
    | 'toast'
>>> await box.sync(toast="toast of a sync", type="message")
    _TOAST {"message": "toast of a sync", "type": "message"}
    | INFO toast of a sync
"""
