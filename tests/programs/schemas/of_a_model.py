# 0.8.0
"""`ws_sync_json_schema` returns the schemas and their definitions, by upstream's names."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, remote_task, sync_all


class Item(BaseModel):
    label: str


class Notes(Synced, BaseModel):
    title: str = "T"
    items: list[Item] = []

    @sync_all("NOTES")
    def model_post_init(self, context):
        pass

    @remote_action
    async def set_title(self, title: str):
        pass

    @remote_task
    async def count(self, steps: int = 1):
        pass


result = Notes.ws_sync_json_schema()
print(type(result).__name__, len(result))
schemas, definitions = result
names = {*definitions["$defs"], *(schema.get("title") for schema in schemas.values())}
expected = ["NotesActionSetTitle", "NotesActionsKeys", "NotesActionsParams", "NotesTasksKeys"]
print([name for name in expected if name in names])
session = Session()

DIALOGUE = r"""
    | tuple 2
    | ['NotesActionSetTitle', 'NotesActionsKeys', 'NotesActionsParams', 'NotesTasksKeys']
"""
