# 0.6.9
"""An action that changes and syncs several objects."""

from ws_sync import Session, remote_action, sync_all


class Bank:
    @sync_all("BANK")
    def __init__(self):
        self.log = []
        self._accounts = {}

    @remote_action("OPEN")
    async def open(self, name, money=0):
        self._accounts[name] = Wallet(money)
        self.log.append(name)
        await self.sync()

    @remote_action("PAY")
    async def pay(self, a, amount):
        self._accounts[a].money -= amount
        await self._accounts[a].sync()
        await self.sync(toast="paid")


class Wallet:
    @sync_all("WALLET", send_on_init=False)
    def __init__(self, money):
        self.money = money


with Session() as session:
    bank = Bank()

DIALOGUE = r"""
connect
    _SET:BANK {"log": []}
_ACTION:BANK OPEN {"name": "a", "money": 10}
    _PATCH:BANK {"log": ["a"]}
_GET:WALLET
    _SET:WALLET {"money": 10}
_ACTION:BANK PAY {"a": "a", "amount": 4}
    _PATCH:WALLET {"money": 6}
    _TOAST {"message": "paid", "type": "default"}
"""
