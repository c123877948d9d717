# 0.6.9
"""`ws_sync.utils`."""

from ws_sync.utils import nonblock_call, toCamelCase

print([toCamelCase(name) for name in ("hello_world", "user_id", "text", "a")])


async def coroutine(x, y=1):
    return x + y


def function(x, y=1):
    return x * y

DIALOGUE = r"""
    | ['helloWorld', 'userId', 'text', 'a']
>>> await nonblock_call(coroutine, 1, y=2)
    | 3
>>> await nonblock_call(function, 3, 4)
    | 12
"""
