# 0.6.9
"""A client writes 1 where the program has 1.0: JavaScript has one kind of numbers."""

from ws_sync import Session, sync_all


class Slider:
    @sync_all("SLIDER")
    def __init__(self):
        self.value = 1.0


with Session() as session:
    slider = Slider()

DIALOGUE = r"""
connect
    _SET:SLIDER {"value": 1.0}
_PATCH:SLIDER /value 1
>>> slider.value
    0.6.9: | 1
    here: | 1.0
>>> slider.value = 1.0
>>> await slider.sync()
    0.6.9: _PATCH:SLIDER {"value": 1.0}
"""
