# 0.6.9
"""`handle_connection()` without a connection is an AssertionError."""

from ws_sync import Session


async def test():
    session = Session()
    try:
        await session.handle_connection()
    except AssertionError:
        print("AssertionError")
    print(await session.disconnect())

DIALOGUE = r"""
>>> await test()
    | AssertionError
    | None
"""
