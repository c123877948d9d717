# 0.8.0
"""A subclass is decorated with a key of its own: one Sync, of the subclass."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


@sync_all("BASE")
class Base(Synced, BaseModel):
    name: str = "n"


@sync_all("CHILD")
class Child(Base):
    age: int = 1


with Session() as session:
    child = Child()

DIALOGUE = r"""
connect
    _SET:CHILD {"age": 1, "name": "n"}
"""
