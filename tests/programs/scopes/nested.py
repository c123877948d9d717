# 0.8.0
"""Scopes nest, and hold for objects that are made in them."""

from ws_sync import Session, Sync, get_current_sync_key_prefix, remote_action, sync_all, sync_key_scope


class Panel:
    @sync_all("PANEL")
    def __init__(self):
        self.prefix = get_current_sync_key_prefix()

    @remote_action
    async def hello(self):
        await self.sync.toast(self.sync.key, get_current_sync_key_prefix())


with Session() as session:
    panels = [Panel()]
    with sync_key_scope("left"):
        panels.append(Panel())
        with sync_key_scope("in"):
            panels.append(Panel())
        panels.append(Sync.only(panels[0], "ALIAS", prefix=...))
    print(get_current_sync_key_prefix())
    try:
        with sync_key_scope("broken"):
            raise ValueError
    except ValueError:
        print(get_current_sync_key_prefix())
print([getattr(each, "sync", each).key for each in panels[:3]])

DIALOGUE = r"""
    | None
    | None
    | ['PANEL', 'left/PANEL', 'left/in/PANEL']
connect
    _SET:PANEL {"prefix": null}
    _SET:left/PANEL {"prefix": "left"}
    _SET:left/in/PANEL {"prefix": "left/in"}
    _SET:left/ALIAS {"prefix": null}
_ACTION:left/in/PANEL hello
    _TOAST {"message": "left/in/PANEL None", "type": "default"}
_ACTION:PANEL hello
    _TOAST {"message": "PANEL None", "type": "default"}
"""
