# 0.6.9
"""Camel case of capitals, digits and underscores at the end in 0.6.9."""

from ws_sync import Session, sync_all


class Page:
    @sync_all("PAGE", toCamelCase=True)
    def __init__(self):
        self.URL = "u"
        self.type_ = "t"
        self.x__y = 1


with Session() as session:
    page = Page()

DIALOGUE = r"""
connect
    0.6.9: _SET:PAGE {"type": "t", "url": "u", "xY": 1}
    here: _SET:PAGE {"type_": "t", "url": "u", "x__Y": 1}
"""
