# 0.5.1 0.6.9
"""The functions that name events."""

from ws_sync.sync import action_event, download_event, get_event, patch_event, set_event
from ws_sync.sync import task_cancel_event, task_start_event, toast_event

for name in (set_event, get_event, patch_event, action_event, task_start_event, task_cancel_event):
    print(name("A:b/c"))
print(toast_event(), download_event())

DIALOGUE = r"""
    | _SET:A:b/c
    | _GET:A:b/c
    | _PATCH:A:b/c
    | _ACTION:A:b/c
    | _TASK_START:A:b/c
    | _TASK_CANCEL:A:b/c
    | _TOAST _DOWNLOAD
"""
