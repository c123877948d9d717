# 0.6.9
"""`defaultdict`, `OrderedDict`, `Counter`, tuples and empty containers."""

from collections import Counter, OrderedDict, defaultdict

from ws_sync import Session, sync_all


class Data:
    @sync_all("DATA")
    def __init__(self):
        self.lists = defaultdict(list)
        self.ordered = OrderedDict(b=1, a=2)
        self.counts = Counter("aab")
        self.pairs = [(1, "a"), ()]


with Session() as session:
    data = Data()

DIALOGUE = r"""
connect
    _SET:DATA {"counts": {"a": 2, "b": 1}, "lists": {}, "ordered": {"a": 2, "b": 1}, "pairs": [[1, "a"], []]}
>>> data.lists["x"].append(1)
>>> data.counts.update("b"); data.pairs.append((2,))
>>> await data.sync()
    _PATCH:DATA {"counts": {"a": 2, "b": 2}, "lists": {"x": [1]}, "ordered": {"a": 2, "b": 1}, "pairs": [[1, "a"], [], [2]]}
_PATCH:DATA add /lists/y [2]
_PATCH:DATA add /lists/x/- 3
_PATCH:DATA /ordered/a 5
_PATCH:DATA /counts/a 7
>>> data.lists["y"], data.lists["z"], data.lists["x"]
    | ([2], [], [1, 3])
>>> list(data.ordered.items()), data.counts.most_common()
    | ([('b', 1), ('a', 5)], [('a', 7), ('b', 2)])
>>> await data.sync()
    _PATCH:DATA {"counts": {"a": 7, "b": 2}, "lists": {"x": [1, 3], "y": [2], "z": []}, "ordered": {"a": 5, "b": 1}, "pairs": [[1, "a"], [], [2]]}
"""
