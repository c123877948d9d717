# 0.6.9
"""A document that is not sent on a new connection: the client sends its own state."""

from ws_sync import Session, sync_all


class Form:
    @sync_all("FORM", send_on_init=False)
    def __init__(self):
        self.name = ""
        self.age = 0


with Session() as session:
    form = Form()

DIALOGUE = r"""
connect
_SET:FORM {"name": "Ann", "age": 4}
>>> form.name, form.age
    | ('Ann', 4)
>>> form.age = 5
>>> await form.sync()
    0.6.9: _PATCH:FORM {"age": 5, "name": "Ann"}
    here: _SET:FORM {"age": 5, "name": "Ann"}
>>> form.age = 6
>>> await form.sync()
    _PATCH:FORM {"age": 6, "name": "Ann"}
"""
