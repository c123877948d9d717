# 0.6.9
"""One decorator, made once, serves two classes."""

from ws_sync import Session, remote_action, sync_all

synced = sync_all("THING", toCamelCase=True)


class One:
    @synced
    def __init__(self):
        self.my_value = 1


class Two:
    @synced
    def __init__(self):
        self.other_value = 2


with Session() as session:
    one = One()
with Session():
    two = Two()
print(one.sync.sync_attributes, two.sync.sync_attributes)

DIALOGUE = r"""
    | {'my_value': 'myValue'} {'other_value': 'otherValue'}
connect
    _SET:THING {"myValue": 1}
"""
