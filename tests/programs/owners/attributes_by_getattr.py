# 0.6.9
"""An object that wraps a dict: its attributes come from `__getattr__`."""

from ws_sync import Session, Sync


class Settings:
    def __init__(self, values):
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "sync", Sync.only(self, "SETTINGS", host=...))

    def __dir__(self):
        return [*super().__dir__(), *self._values]

    def __getattr__(self, name):
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self._values[name] = value


with Session() as session:
    settings = Settings({"host": "h", "secret": 1})

DIALOGUE = r"""
connect
    _SET:SETTINGS {"host": "h"}
>>> settings.host = "x"
>>> await settings.sync()
    _PATCH:SETTINGS {"host": "x"}
_PATCH:SETTINGS /host "y"
>>> settings._values
    | {'host': 'y', 'secret': 1}
"""
