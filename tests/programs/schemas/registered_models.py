# 0.8.0
"""The models that were defined are registered, but for abstract ones."""

from abc import ABC, abstractmethod

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all
from ws_sync.synced_model import registered_synced_models


@sync_all("A")
class Apples(Synced, BaseModel):
    n: int = 1


class Fruit(Synced, BaseModel, ABC):
    @abstractmethod
    def taste(self): ...


names = [str(name).rpartition(".")[2].rstrip("'>") for name in registered_synced_models]
print("Apples" in names, "Fruit" in names)
print(type(registered_synced_models).__name__)

DIALOGUE = r"""
    | True False
    | dict
"""
