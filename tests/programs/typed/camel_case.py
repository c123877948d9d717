# 0.8.0
"""An annotated class in camel case."""

from ws_sync import Session, Sync, remote_action, sync_all


@sync_all("PAGE", toCamelCase=True)
class Page:
    sync: Sync
    page_title: str
    font_sizes: dict[str, int]

    def __init__(self):
        self.page_title = "t"
        self.font_sizes = {"h1_size": 3}

    @remote_action
    async def set_title(self, new_title: str):
        self.page_title = new_title
        await self.sync()


with Session() as session:
    page = Page()

DIALOGUE = r"""
connect
    _SET:PAGE {"fontSizes": {"h1_size": 3}, "pageTitle": "t"}
_ACTION:PAGE set_title {"newTitle": "x"}
    _PATCH:PAGE {"fontSizes": {"h1_size": 3}, "pageTitle": "x"}
_PATCH:PAGE /fontSizes/h1_size 4
_SET:PAGE {"pageTitle": "y"}
>>> page.page_title, page.font_sizes
    | ('y', {'h1_size': 4})
"""
