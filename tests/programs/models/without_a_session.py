# 0.8.0
"""An undecorated `Synced` model needs no session: the constructor, `model_validate`, pickle, `TypeAdapter`."""

import copy
import pickle

from pydantic import BaseModel, TypeAdapter

from ws_sync import Session, Synced


class User(Synced, BaseModel):
    name: str = "ada"
    password_hash: str = "x"


print(User())
print(User.model_validate({"name": "bob"}).name)
print(pickle.loads(pickle.dumps(User())))
print(TypeAdapter(list[User]).validate_python([{"name": "eve"}]))
print(User.model_construct(name="c").name)
print(copy.deepcopy(User()) == User(), User().model_copy(update={"name": "z"}).name)
session = Session()

DIALOGUE = r"""
    | name='ada' password_hash='x'
    | bob
    | name='ada' password_hash='x'
    | [User(name='eve', password_hash='x')]
    | c
    | True z
connect
"""
