# 0.8.0
"""Each asyncio task has its own scope."""

import asyncio

from ws_sync import get_current_sync_key_prefix, sync_key_scope


async def work(name):
    with sync_key_scope(name):
        await asyncio.sleep(0)
        return get_current_sync_key_prefix()


async def main():
    print(await asyncio.gather(work("a"), work("b")), get_current_sync_key_prefix())

DIALOGUE = r"""
>>> await main()
    | ['a', 'b'] None
"""
