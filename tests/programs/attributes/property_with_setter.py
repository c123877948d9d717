# 0.5.1 0.6.9
"""A property with a setter."""

import ws_sync
from ws_sync import Session, Sync


class Radio:
    def __init__(self):
        self._volume = 5
        self.sync = Sync.all(self, "RADIO") if hasattr(ws_sync, "sync_all") else Sync("RADIO", self)

    @property
    def volume(self):
        return self._volume

    @volume.setter
    def volume(self, volume):
        self._volume = min(10, volume)


with Session() as session:
    radio = Radio()

DIALOGUE = r"""
connect
    _SET:RADIO {"volume": 5}
_PATCH:RADIO /volume 7
>>> radio._volume
    | 7
_PATCH:RADIO /volume 99
    here: _PATCH:RADIO {"volume": 10}
>>> await radio.sync()
    0.5.1 0.6.9: _PATCH:RADIO {"volume": 10}
_GET:RADIO
    _SET:RADIO {"volume": 10}
"""
