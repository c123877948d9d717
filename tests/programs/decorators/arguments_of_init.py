# 0.6.9
"""A decorated `__init__` takes its arguments by position and by keyword."""

from ws_sync import Session, sync_only


class Box:
    @sync_only("BOX", width=..., height="h", _toCamelCase=True)
    def __init__(self, width, *rest, height=1, **options):
        self.width = width
        self.height = height
        self.rest = rest
        self.options = options


with Session() as session:
    box = Box(1, 2, 3, height=4, colour="red")
    print(box.rest, box.options)

DIALOGUE = r"""
    | (2, 3) {'colour': 'red'}
connect
    _SET:BOX {"h": 4, "width": 1}
_PATCH:BOX /h 5
>>> box.height
    | 5
"""
