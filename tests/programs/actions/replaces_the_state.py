# 0.6.9
"""An action that changes the class of values: list to dict, number to text, and back."""

from ws_sync import Session, remote_action, sync_all


class Box:
    @sync_all("BOX")
    def __init__(self):
        self.value = [1, 2]

    @remote_action("PUT")
    async def put(self, value):
        self.value = value
        await self.sync()


with Session() as session:
    box = Box()

DIALOGUE = r"""
connect
    _SET:BOX {"value": [1, 2]}
_ACTION:BOX PUT {"value": {"0": 1}}
    _PATCH:BOX {"value": {"0": 1}}
_ACTION:BOX PUT {"value": "text"}
    _PATCH:BOX {"value": "text"}
_ACTION:BOX PUT {"value": null}
    _PATCH:BOX {"value": null}
_ACTION:BOX PUT {"value": [[1], [2, [3]]]}
    _PATCH:BOX {"value": [[1], [2, [3]]]}
_ACTION:BOX PUT {"value": [[2, [3]], [1]]}
    _PATCH:BOX {"value": [[2, [3]], [1]]}
_ACTION:BOX PUT {"value": [true, 1, 0, false]}
    _PATCH:BOX {"value": [true, 1, 0, false]}
_ACTION:BOX PUT {"value": [1, true, false, 0]}
    _PATCH:BOX {"value": [1, true, false, 0]}
"""
