# 0.8.0
"""`model_validate`, `model_validate_json` and `TypeAdapter` make working objects of a decorated model."""

from pydantic import BaseModel, TypeAdapter

from ws_sync import Session, Synced, sync_all, sync_key_scope


@sync_all("N")
class Notes(Synced, BaseModel):
    title: str = "t"


with Session() as session:
    objects = []
    with sync_key_scope("a"):
        objects.append(Notes.model_validate({"title": "validated"}))
    with sync_key_scope("b"):
        objects.append(Notes.model_validate_json('{"title": "json"}'))
    with sync_key_scope("c"):
        objects.append(TypeAdapter(Notes).validate_python({"title": "adapter"}))

DIALOGUE = r"""
connect
    _SET:a/N {"title": "validated"}
    _SET:b/N {"title": "json"}
    _SET:c/N {"title": "adapter"}
>>> objects[0].title = "x"
>>> await objects[0].sync()
    _PATCH:a/N {"title": "x"}
_PATCH:b/N /title "y"
>>> [each.title for each in objects]
    | ['x', 'y', 'adapter']
"""
