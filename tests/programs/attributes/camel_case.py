# 0.6.9
"""Camel case in 0.6.9."""

from ws_sync import Session, sync_all


class Page:
    @sync_all("PAGE", toCamelCase=True, expose_running_tasks=True)
    def __init__(self):
        self.page_title = "p"
        self.all_items = []
        self.x1_y2 = 1
        self.a = 2
        self.one_two_three = 3


with Session() as session:
    page = Page()

DIALOGUE = r"""
connect
    _SET:PAGE {"a": 2, "allItems": [], "oneTwoThree": 3, "pageTitle": "p", "runningTasks": [], "x1Y2": 1}
_PATCH:PAGE /pageTitle "q"
>>> page.page_title
    | 'q'
"""
