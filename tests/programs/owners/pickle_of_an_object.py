# 0.6.9
"""An object whose Sync is kept beside it can be pickled and copied."""

import copy
import pickle

from ws_sync import Session, Sync


class Notes:
    def __init__(self):
        self.title = "T"


with Session() as session:
    notes = Notes()
    keep = Sync.all(notes, "NOTES")
    print(vars(pickle.loads(pickle.dumps(notes))))
    print(vars(copy.copy(notes)), vars(copy.deepcopy(notes)))

DIALOGUE = r"""
    | {'title': 'T'}
    | {'title': 'T'} {'title': 'T'}
connect
    _SET:NOTES {"title": "T"}
>>> notes.title = "x"
>>> await keep.sync()
    _PATCH:NOTES {"title": "x"}
"""
