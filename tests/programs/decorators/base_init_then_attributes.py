# 0.6.9
"""The Sync is made when the decorated `__init__` of the base returns, with the base's attributes."""

from ws_sync import Session, sync_all


class Account:
    @sync_all("ACCOUNT")
    def __init__(self, name):
        self.name = name


class Secured(Account):
    def __init__(self, name, password):
        super().__init__(name)
        print(sorted(self.sync.sync_attributes))
        self.password = password


with Session() as session:
    account = Secured("ada", "secret")

DIALOGUE = r"""
    | ['name']
connect
    _SET:ACCOUNT {"name": "ada"}
>>> account.name = "bob"
>>> await account.sync()
    _PATCH:ACCOUNT {"name": "bob"}
_GET:ACCOUNT
    _SET:ACCOUNT {"name": "bob"}
"""
