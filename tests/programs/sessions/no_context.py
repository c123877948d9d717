# 0.6.9
"""Outside of a session, `session_context.get()` raises a LookupError."""

from ws_sync import Session, session_context

try:
    session_context.get()
except LookupError:
    print("LookupError")
print(session_context.get(None))
with Session() as session:
    print(session_context.get() is session)
print(session_context.get(None))

DIALOGUE = r"""
    | LookupError
    | None
    | True
    | None
"""
