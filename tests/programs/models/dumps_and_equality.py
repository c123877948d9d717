# 0.8.0
"""`model_dump`, `repr`, equality and `model_fields` of a decorated model know no Sync."""

from pydantic import BaseModel

from ws_sync import Session, Synced, sync_all


@sync_all("A")
class Notes(Synced, BaseModel):
    title: str = "t"


with Session() as session:
    a = Notes()
with Session():
    b = Notes()
print(a, a == b, a.model_dump(), a.model_dump_json())
print(sorted(Notes.model_fields), Notes.model_json_schema()["properties"])
print(sorted(dict(a)), a.model_fields_set, a.model_extra)

DIALOGUE = r"""
    | title='t' True {'title': 't'} {"title":"t"}
    | ['title'] {'title': {'default': 't', 'title': 'Title', 'type': 'string'}}
    | ['title'] set() None
"""
