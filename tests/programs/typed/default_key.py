# 0.8.0
"""The key defaults to the name of the class."""

from ws_sync import Session, remote_action, sync_all, sync_only


@sync_all()
class One:
    def __init__(self):
        self.x = 1


class Two:
    @sync_only(y=...)
    def __init__(self):
        self.y = 2


class Three(Two):
    pass


with Session() as session:
    one, two, three = One(), Two(), Three()

DIALOGUE = r"""
connect
    _SET:One {"x": 1}
    _SET:Two {"y": 2}
    _SET:Three {"y": 2}
"""
