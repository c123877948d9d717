# 0.6.9
"""What `__dir__` hides is not synced."""

from ws_sync import Session, sync_all


class Account:
    @sync_all("ACCOUNT")
    def __init__(self):
        self.name = "ada"
        self.password_hash = "x"

    def __dir__(self):
        return [name for name in super().__dir__() if "password" not in name]


with Session() as session:
    account = Account()

DIALOGUE = r"""
connect
    _SET:ACCOUNT {"name": "ada"}
"""
