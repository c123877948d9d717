# 0.8.0
"""`attach_to_openapi` puts the schemas into a document's components."""

from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


@sync_all("A")
class Apples(Synced, BaseModel):
    n: int = 1

    @remote_action
    async def eat(self, count: int = 1):
        pass


document = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {"Old": {}}}}
result = Apples.attach_to_openapi(document) or document
names = sorted(result["components"]["schemas"])
print("Apples" in names, "Old" in names, "ApplesActionEat" in names, "ApplesActionsKeys" in names)

DIALOGUE = r"""
    | True True True True
"""
