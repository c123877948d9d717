# 0.6.9
"""Owners that are a module or a namespace."""

from types import ModuleType, SimpleNamespace

from ws_sync import Session, Sync

with Session() as session:
    space = SimpleNamespace(a=1, b=[2])
    sync = Sync.all(space, "SPACE")
    settings = ModuleType("settings")
    settings.debug = False
    module_sync = Sync.only(settings, "SETTINGS", debug=...)

DIALOGUE = r"""
    0.6.9: ! AttributeError
connect
    here: _SET:SPACE {"a": 1, "b": [2]}
    here: _SET:SETTINGS {"debug": false}
_PATCH:SPACE /a 5
_PATCH:SETTINGS /debug true
>>> space, settings.debug
    here: | (namespace(a=5, b=[2]), True)
"""
