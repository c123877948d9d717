# 0.6.9
"""A large list, with changes at the start, in the middle and at the end."""

from ws_sync import Session, sync_all


class Log:
    @sync_all("LOG")
    def __init__(self):
        self.lines = [f"line {n}" for n in range(30)]


with Session() as session:
    log = Log()

DIALOGUE = r"""
connect
    _SET:LOG {"lines": ["line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10", "line 11", "line 12", "line 13", "line 14", "line 15", "line 16", "line 17", "line 18", "line 19", "line 20", "line 21", "line 22", "line 23", "line 24", "line 25", "line 26", "line 27", "line 28", "line 29"]}
>>> log.lines.insert(0, "first")
>>> await log.sync()
    _PATCH:LOG {"lines": ["first", "line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10", "line 11", "line 12", "line 13", "line 14", "line 15", "line 16", "line 17", "line 18", "line 19", "line 20", "line 21", "line 22", "line 23", "line 24", "line 25", "line 26", "line 27", "line 28", "line 29"]}
>>> del log.lines[10:20]
>>> await log.sync()
    _PATCH:LOG {"lines": ["first", "line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 19", "line 20", "line 21", "line 22", "line 23", "line 24", "line 25", "line 26", "line 27", "line 28", "line 29"]}
>>> log.lines.reverse()
>>> await log.sync()
    _PATCH:LOG {"lines": ["line 29", "line 28", "line 27", "line 26", "line 25", "line 24", "line 23", "line 22", "line 21", "line 20", "line 19", "line 8", "line 7", "line 6", "line 5", "line 4", "line 3", "line 2", "line 1", "line 0", "first"]}
>>> log.lines.sort(key=len)
>>> await log.sync()
    _PATCH:LOG {"lines": ["first", "line 8", "line 7", "line 6", "line 5", "line 4", "line 3", "line 2", "line 1", "line 0", "line 29", "line 28", "line 27", "line 26", "line 25", "line 24", "line 23", "line 22", "line 21", "line 20", "line 19"]}
"""
