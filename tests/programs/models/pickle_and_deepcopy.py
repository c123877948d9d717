# 0.8.0
"""Pickles and deep copies of a decorated model are objects of their own; the original goes on."""

import copy
import pickle

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


@sync_all("NOTES")
class Notes(Synced, BaseModel):
    title: str = "t"
    notes: list[str] = []


with Session() as session:
    notes = Notes()


def copies():
    saved = pickle.dumps(notes)
    deep = copy.deepcopy(notes)
    shallow = copy.copy(notes)
    deep.notes.append("x")
    print(pickle.loads(saved) == notes, deep == notes, shallow == notes)

DIALOGUE = r"""
connect
    _SET:NOTES {"notes": [], "title": "t"}
>>> copies()
    | True False True
>>> notes.title = "x"
>>> await notes.sync()
    _PATCH:NOTES {"notes": [], "title": "x"}
_PATCH:NOTES /title "y"
>>> notes.title
    | 'y'
"""
