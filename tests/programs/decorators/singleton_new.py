# 0.6.9
"""A singleton by `__new__`, whose decorated `__init__` runs twice."""

from ws_sync import Session, sync_all


class Settings:
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    @sync_all("SETTINGS")
    def __init__(self):
        self.theme = "light"


with Session() as session:
    a = Settings()
    a.theme = "dark"
    b = Settings()
print(a is b)

DIALOGUE = r"""
    | True
connect
    0.6.9: _SET:SETTINGS {"theme": "light"}
    0.6.9: _SET:SETTINGS {"theme": "light"}
    here: _SET:SETTINGS {"theme": "light"}
_PATCH:SETTINGS /theme "x"
>>> a.theme
    | 'x'
"""
