# 0.6.9
"""Members of an enum of texts as keys and elements of containers that a client writes into."""

import enum

from ws_sync import Session, sync_all


class Mode(str, enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Machine:
    @sync_all("MACHINE")
    def __init__(self):
        self.speeds = {Mode.FAST: 3, "other": 1}
        self.steps = {Mode.FAST: [{"n": 1}]}
        self.modes = [Mode.FAST]


with Session() as session:
    machine = Machine()

DIALOGUE = r"""
connect
    _SET:MACHINE {"modes": ["fast"], "speeds": {"fast": 3, "other": 1}, "steps": {"fast": [{"n": 1}]}}
_PATCH:MACHINE /speeds/fast 4
>>> machine.speeds[Mode.FAST], len(machine.speeds)
    | (4, 2)
_PATCH:MACHINE /speeds/other 5
_PATCH:MACHINE add /speeds/slow 6
>>> machine.speeds[Mode.SLOW], machine.speeds["other"]
    | (6, 5)
_PATCH:MACHINE /steps/fast/0/n 7
>>> machine.steps
    | {<Mode.FAST: 'fast'>: [{'n': 7}]}
_PATCH:MACHINE remove /speeds/fast
>>> machine.speeds
    | {'other': 5, 'slow': 6}
_PATCH:MACHINE /modes/0 "slow"
_PATCH:MACHINE add /modes/- "fast"
>>> machine.modes
    | ['slow', 'fast']
"""
