# 0.6.9
"""Decorators that take an argument for themselves, supply one, or take fewer."""

import functools

from ws_sync import Session, remote_action, remote_task, sync_all


class Database:
    pass


def guarded(method):
    @functools.wraps(method)
    async def wrapper(self, token=None, **arguments):
        if token != "secret":
            return await self.sync.toast("denied", type="error")
        return await method(self, **arguments)

    return wrapper


def with_database(method):
    @functools.wraps(method)
    async def wrapper(self, **arguments):
        return await method(self, database=Database(), **arguments)

    return wrapper


def with_database_first(method):
    @functools.wraps(method)
    async def wrapper(self, *args, **kwargs):
        return await method(self, Database(), *args, **kwargs)

    return wrapper


def unpacked(method):
    @functools.wraps(method)
    async def wrapper(self, form):
        return await method(self, **form)

    return wrapper


class Store:
    @sync_all("STORE")
    def __init__(self):
        self.size = 0

    @remote_action("GUARDED")
    @guarded
    async def guarded(self, n: int = 1):
        print("guarded", n)

    @remote_action("NAMED")
    @with_database
    async def named(self, n: int, database: Database):
        print(type(database).__name__, n)

    @remote_action("FIRST")
    @with_database_first
    async def first(self, database: Database, n: int = 1):
        print(type(database).__name__, n)

    @remote_action("UNPACKED")
    @unpacked
    async def unpacked(self, n: int):
        print("unpacked", n)

    @remote_task("TASK")
    @with_database
    async def task(self, n: int, database: Database):
        print(type(database).__name__, n)
        await session.send("done", None)


with Session() as session:
    store = Store()

DIALOGUE = r"""
connect
    _SET:STORE {"size": 0}
_ACTION:STORE GUARDED {"n": 4}
    _TOAST {"message": "denied", "type": "error"}
_ACTION:STORE GUARDED {"n": 4, "token": "secret"}
    | guarded 4
_ACTION:STORE NAMED {"n": 5}
    | Database 5
_ACTION:STORE FIRST
    | Database 1
_ACTION:STORE FIRST {"n": 6}
    | Database 6
_ACTION:STORE UNPACKED {"form": {"n": 7}}
    | unpacked 7
_TASK_START:STORE TASK {"n": 8}
until done
    done
    | Database 8
"""
