# 0.6.9
"""Static methods, class methods, nested classes and callable attributes are not synced."""

import functools

from ws_sync import Session, sync_all


class Notes:
    class Meta:
        version = 1

    @staticmethod
    def static():
        return 1

    @classmethod
    def cls(cls):
        return cls

    @functools.cached_property
    def cached(self):
        return "cached"

    @sync_all("NOTES")
    def __init__(self):
        self.callback = print
        self.partial = functools.partial(int, "3")
        self.kind = int
        self.value = 1


with Session() as session:
    notes = Notes()
print(sorted(vars(notes)))

DIALOGUE = r"""
    | ['cached', 'callback', 'kind', 'partial', 'sync', 'value']
connect
    _SET:NOTES {"cached": "cached", "value": 1}
"""
