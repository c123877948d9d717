# 0.8.0
"""`is_abstract=True` in the class statement keeps a base out of the registered models."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all
from ws_sync.synced_model import registered_synced_models


class Base(Synced, BaseModel, is_abstract=True):
    name: str = "n"


class Child(Base):
    age: int = 1

    @sync_all("CHILD")
    def model_post_init(self, context):
        pass


names = [name.rpartition(".")[2] for name in map(str, registered_synced_models)]
print("Base" in names)
with Session() as session:
    child = Child()

DIALOGUE = r"""
    | False
connect
    _SET:CHILD {"age": 1, "name": "n"}
"""
