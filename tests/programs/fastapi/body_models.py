# 0.8.0
"""A `Synced` model as the body of a request and as an answer."""

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel

from ws_sync import Session, Synced, remote_action, sync_all


class Item(Synced, BaseModel):
    label: str
    count: int = 1


@sync_all("SHOP")
class Shop(Synced, BaseModel):
    items: list[Item] = []


with Session() as session:
    shop = Shop()

app = FastAPI()


@app.websocket("/ws")
async def endpoint(ws: WebSocket):
    await session.handle_connection(ws)


@app.post("/items")
async def add(item: Item) -> Item:
    shop.items.append(item)
    await shop.sync()
    return item


@app.get("/shop")
async def get_shop() -> Shop:
    return shop

DIALOGUE = r"""
connect
    _SET:SHOP {"items": []}
POST /items {"label": "tea"}
    200 {"label":"tea","count":1}
    _PATCH:SHOP {"items": [{"count": 1, "label": "tea"}]}
POST /items {"label": 5}
    422
GET /shop
    200 {"items":[{"label":"tea","count":1}]}
"""
