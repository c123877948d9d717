# 0.8.0
"""Camel case is that of `pydantic.alias_generators.to_camel`."""

from ws_sync import Session, sync_all


class Page:
    @sync_all("PAGE", toCamelCase=True)
    def __init__(self):
        self.URL = "u"
        self.type_ = "t"
        self.all_items = []
        self.x_1 = 1
        self.HTMLText = 2
        self.already_camelCase = 3


with Session() as session:
    page = Page()

DIALOGUE = r"""
connect
    _SET:PAGE {"allItems": [], "alreadyCamelcase": 3, "htmltext": 2, "type_": "t", "url": "u", "x1": 1}
"""
