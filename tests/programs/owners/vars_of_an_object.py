# 0.6.9
"""An object's `vars`, its repr as a dataclass and its equality are as before, apart from `sync`."""

from dataclasses import dataclass

from ws_sync import Session, Sync, sync_all


class Notes:
    def __init__(self):
        self.title = "T"


@dataclass
class Point:
    x: int = 1

    @sync_all("POINT")
    def __post_init__(self):
        pass


with Session() as session:
    notes = Notes()
    keep = Sync.all(notes, "NOTES")
    point, other = Point(), Point()
    print(vars(notes))
    print(sorted(vars(point)), point, point == other)

DIALOGUE = r"""
    | {'title': 'T'}
    | ['sync', 'x'] Point(x=1) True
connect
    0.6.9: _SET:NOTES {"title": "T"}
    0.6.9: _SET:POINT {"x": 1}
    0.6.9: _SET:POINT {"x": 1}
    here: _SET:NOTES {"title": "T"}
    here: _SET:POINT {"x": 1}
"""
