# 0.6.9
"""Options of `Sync` and of the decorators by position, and by keyword."""

from ws_sync import Session, Sync, sync_all, sync_only


class Box:
    @sync_all("ALL", {"my_n": "number"}, ["draft"], True, True, True)
    def __init__(self):
        self.my_n = 1
        self.my_m = 2
        self.draft = 3


class Other:
    @sync_only(_key="ONLY", _toCamelCase=True, my_n=...)
    def __init__(self):
        self.my_n = 1
        self.a = Sync(self, "A", True, {"my_n": "n"}, [], True, False, True)
        self.b = Sync(obj=self, key="B", sync_all=True, toCamelCase=True, exclude=["a"])


with Session() as session:
    box, other = Box(), Other()

DIALOGUE = r"""
connect
    _SET:ALL {"myM": 2, "number": 1, "runningTasks": []}
    _SET:B {"myN": 1}
    _SET:ONLY {"myN": 1}
>>> await session.event_handlers["_GET:A"](None)
    _SET:A {"n": 1, "runningTasks": []}
"""
