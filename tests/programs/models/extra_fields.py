# 0.8.0
"""A model that forbids and one that ignores extra fields."""

from pydantic import BaseModel, ConfigDict, ValidationError

from ws_sync import Session, Synced, sync_all


@sync_all("STRICT")
class Strict(Synced, BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 1


@sync_all("LAX")
class Lax(Synced, BaseModel):
    model_config = ConfigDict(extra="ignore")
    a: int = 1


with Session() as session:
    strict, lax = Strict(), Lax(b=2)
    try:
        Strict(b=2)
    except ValidationError:
        print("ValidationError")

DIALOGUE = r"""
    | ValidationError
connect
    _SET:STRICT {"a": 1}
    _SET:LAX {"a": 1}
_PATCH:STRICT /a 5
_PATCH:LAX /a 6
>>> strict.a, lax.a
    | (5, 6)
"""
