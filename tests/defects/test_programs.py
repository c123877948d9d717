"""Programs for defects that no release on PyPI has: each fails with the behaviour of 0.8.

That generation is not on PyPI, so each test patches its behaviour into this library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.defects.programs import s_10, s_11, s_12, s_13
from tests.defects.programs.stage import Stage
from ws_sync._binding.arguments import fit, split
from ws_sync._binding.attributes import Attribute
from ws_sync._binding.markers import marked_names, remote_functions
from ws_sync._binding.write.write import Write
from ws_sync._server import document_state, remote_calls


def call_cancel_functions_unbound(monkeypatch: pytest.MonkeyPatch) -> None:
    def functions(obj: object, kind: Any) -> dict[str, Callable[..., Any]]:
        if kind != "remote_task_cancel":
            return remote_functions(obj, kind)
        cls = type(obj)
        return {wire: getattr(cls, name) for wire, name in marked_names(cls, kind).items()}

    monkeypatch.setattr(remote_calls, "remote_functions", functions)


def check_arguments_by_the_first_function_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    first: dict[str, Callable[..., Any]] = {}

    def bind_first(function: Any, name: str, arguments: Any, casing: Any = None) -> Any:
        return split(function, fit(first.setdefault(name, function), name, arguments, casing))

    monkeypatch.setattr(remote_calls, "bind", bind_first)


def give_the_object_to_plain_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_calls, "bind", lambda *given: ([object()], fit(*given)))


def read_names_of_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(attributes: Mapping[str, Attribute], patch: Any) -> Write:
        return Write({attribute.name: attribute for attribute in attributes.values()}, patch)

    monkeypatch.setattr(document_state, "Write", write)


@pytest.mark.parametrize(
    ("program", "regress"),
    [
        (s_10, call_cancel_functions_unbound),
        (s_11, check_arguments_by_the_first_function_of_a_name),
        (s_12, give_the_object_to_plain_functions),
        (s_13, read_names_of_fields),
    ],
    ids=["S-10", "S-11", "S-12", "S-13"],
)
async def test_program_fails_on_the_defect_and_passes_without_it(
    program: Any, regress: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.show(Stage())
    regress(monkeypatch)
    with pytest.raises(AssertionError):
        await program.show(Stage())
