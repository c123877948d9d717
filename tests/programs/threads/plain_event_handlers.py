# 0.6.9
"""A plain function as a handler of an event runs in a thread."""

import threading

from ws_sync import Session

session = Session()


def handler(data):
    print(threading.current_thread() is threading.main_thread(), data)


session.register_event("e", handler)

DIALOGUE = r"""
connect
e 1
    | False 1
"""
