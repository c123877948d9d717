# 0.6.9
"""The modules and names that programs import."""

import ws_sync
from ws_sync import decorators, session
from ws_sync.decorators import remote_action, remote_task, remote_task_cancel, sync, sync_all, sync_only
from ws_sync.id import get_user_session
from ws_sync.session import Session, SessionState, session_context
from ws_sync.sync import Sync, ToastType

print(ws_sync.sync_all is sync_all, ws_sync.Sync is Sync, ws_sync.Session is Session)
print(ws_sync.get_user_session is get_user_session, ws_sync.session_context is session_context)
print(callable(ws_sync.sync), ToastType.__args__)

DIALOGUE = r"""
    | True True True
    | True True
    | True ('default', 'message', 'info', 'success', 'warning', 'error')
"""
