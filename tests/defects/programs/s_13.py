"""S-13: the names of a model on the wire differ by direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from ws_sync import Session, Synced, sync_all

if TYPE_CHECKING:
    from tests.defects.programs.stage import Stage


@sync_all()
class Model(Synced, BaseModel):
    """A model with names from a generator, and two explicit names."""

    model_config = ConfigDict(alias_generator=lambda name: name.upper(), serialize_by_alias=True)
    generated: int = 0
    outgoing: int = Field(default=0, serialization_alias="out")
    both: int = Field(default=0, alias="inAndOut")


async def show(stage: Stage) -> None:
    """Write the state with the received names, by `_SET` and by `_PATCH`."""
    with Session() as session:
        model = Model()
    async with stage.connected(session, "Model") as peer:
        state = peer.documents["Model"]
        await peer.send("_SET:Model", dict.fromkeys(state, 1))
        await peer.fence("Model")
        assert (model.generated, model.outgoing, model.both) == (1, 1, 1)
        for name in state:
            patch = [{"op": "replace", "path": f"/{name}", "value": 2}]
            await peer.send("_PATCH:Model", patch)
        await peer.fence("Model")
        assert (model.generated, model.outgoing, model.both) == (2, 2, 2)
        assert peer.closed is None
