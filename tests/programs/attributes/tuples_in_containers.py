# 0.6.9
"""Tuples in lists and dicts, which a client replaces."""

from ws_sync import Session, sync_all


class Drawing:
    @sync_all("DRAWING")
    def __init__(self):
        self.points = [(1, 2), (3, 4)]
        self.marks = {"origin": (0, 0)}


with Session() as session:
    drawing = Drawing()

DIALOGUE = r"""
connect
    _SET:DRAWING {"marks": {"origin": [0, 0]}, "points": [[1, 2], [3, 4]]}
_PATCH:DRAWING /points/0 [9, 9]
>>> drawing.points
    | [[9, 9], (3, 4)]
_PATCH:DRAWING add /points/- [5, 6]
>>> drawing.points
    | [[9, 9], (3, 4), [5, 6]]
_PATCH:DRAWING remove /points/1
>>> drawing.points
    | [[9, 9], [5, 6]]
_PATCH:DRAWING /marks/origin [7, 7]
>>> drawing.marks
    | {'origin': [7, 7]}
"""
