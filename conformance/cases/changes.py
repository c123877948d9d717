"""Values of an attribute before and after a change that a client has to follow."""

from __future__ import annotations

import pytest

CHANGES = [
    pytest.param([], [1], id="append-to-empty"),
    pytest.param([1, 2, 3], [0, 1, 2, 3], id="insert-at-front"),
    pytest.param([1, 2, 3], [1, 9, 2, 3], id="insert-inside"),
    pytest.param([1, 2, 3, 4], [1, 4], id="remove-inside"),
    pytest.param([1, 2, 3, 4], [4, 1, 2, 3], id="move-to-front"),
    pytest.param([1, 2, 3], [3, 2, 1], id="reverse"),
    pytest.param([1, 1, 1], [1, 1], id="remove-a-duplicate"),
    pytest.param([[1], [2]], [[2], [1], []], id="nested-arrays"),
    pytest.param([1, [0]], [0, []], id="mixed-depths"),
    pytest.param(list(range(30)), [], id="clear"),
    pytest.param(
        [{"id": i, "x": 0} for i in range(9)],
        [{"id": i, "x": i % 2} for i in range(9)],
        id="records",
    ),
    pytest.param({"a": 1}, {"b": 1}, id="rename-member"),
    pytest.param({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2, "d": []}}}, id="deep-leaf"),
    pytest.param({"a": None}, {}, id="null-to-absent"),
    pytest.param({"0": 1, "-": 2}, ["0", "-"], id="object-to-array"),
    pytest.param("1", 1, id="string-to-number"),
    pytest.param(None, {"": {"": ""}}, id="null-to-object"),
]

LONG = [f"{number:040}" for number in range(30)]
"""An array for which a patch of one element is shorter than the whole array."""
LONG_CHANGES = [
    pytest.param(LONG[:-3], id="remove-at-the-end"),
    pytest.param(LONG[:12] + LONG[15:], id="remove-inside"),
    pytest.param([*LONG, "new" * 13], id="append"),
]
