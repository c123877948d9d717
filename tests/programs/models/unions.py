# 0.8.0
"""Optional, union and discriminated union fields."""

from typing import Annotated, Literal, Optional, Union

from pydantic import BaseModel, Field

from ws_sync import Session, Synced, sync_all


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: list[str] = []


@sync_all("PET")
class Owner(Synced, BaseModel):
    nick: Optional[str] = None
    code: Union[int, str] = 1
    pet: Annotated[Union[Cat, Dog], Field(discriminator="kind")] = Cat()


with Session() as session:
    owner = Owner()

DIALOGUE = r"""
connect
    _SET:PET {"code": 1, "nick": null, "pet": {"kind": "cat", "lives": 9}}
_PATCH:PET /nick "n"
_PATCH:PET /nick null
_PATCH:PET /code "x"
_PATCH:PET /pet {"kind": "dog", "tricks": ["sit"]}
>>> owner
    | Owner(nick=None, code='x', pet=Dog(kind='dog', tricks=['sit']))
"""
