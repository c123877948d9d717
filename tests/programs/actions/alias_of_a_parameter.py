# 0.8.0
"""Parameters with aliases are called by their aliases."""

from typing import Annotated

from pydantic import Field

from ws_sync import Session, remote_action, sync_all


class Mail:
    last: str

    @sync_all("MAIL")
    def __init__(self):
        self.last = ""

    @remote_action
    async def send(self, from_: str = Field(alias="from"), to: Annotated[str, Field(alias="TO")] = "all"):
        self.last = f"{from_} -> {to}"
        await self.sync()


with Session() as session:
    mail = Mail()

DIALOGUE = r"""
connect
    _SET:MAIL {"last": ""}
_ACTION:MAIL send {"from": "ada"}
    _PATCH:MAIL {"last": "ada -> all"}
_ACTION:MAIL send {"from": "ada", "TO": "bob"}
    _PATCH:MAIL {"last": "ada -> bob"}
"""
