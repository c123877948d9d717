"""The public API: import paths, names and calls that programs of users depend on."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import ws_sync
from ws_sync import Session, SessionState, Sync, Synced, SyncedAsCamelCase

EVENT_NAMES = "set_event get_event patch_event action_event task_start_event task_cancel_event"

PUBLIC = {
    "ws_sync": "Session SessionState Sessions Sync Synced SyncedAsCamelCase SyncedDict SyncedList"
    " get_current_sync_key_prefix get_global_session get_user_session remote_action remote_task"
    " remote_task_cancel session_context sync sync_all sync_key_scope sync_only",
    "ws_sync.session": "Session SessionState get_global_session session_context",
    "ws_sync.sessions": "Sessions",
    "ws_sync.sync": f"Sync ToastType {EVENT_NAMES} toast_event download_event sync_key_scope"
    " get_current_sync_key_prefix",
    "ws_sync.decorators": "sync sync_all sync_only remote_action remote_task remote_task_cancel"
    " find_remote_actions find_remote_tasks find_remote_task_cancellers",
    "ws_sync.synced_model": "Synced SyncedAsCamelCase registered_synced_models",
    "ws_sync.id": "get_user_session InvalidUserSessionError InvalidUserSessionMessageError",
    "ws_sync.exceptions": "WsSyncError LocalError PeerError NoSession NotConnected NotJSON"
    " UnknownAttribute NoConnection NoState NotInSync Stopped WouldWait MalformedFrame"
    " RefusedOrigin Refused RefusedPatch RefusedState RefusedArguments",
    "ws_sync.limits": "Limits Rate LIMITS",
    "ws_sync.metrics": "Family families snapshot",
    "ws_sync.tracing": "instrument uninstrument",
    "ws_sync.tokens": "Tokens",
    "ws_sync.testing": "TestClient",
    "ws_sync.client": "Backoff Client NoConnection NoState NotInSync Stopped WouldWait",
    "ws_sync.web": "FOLDER files",
    "ws_sync.cli": "main",
    "ws_sync.utils": "nonblock_call toCamelCase uncapitalize",
    "ws_sync.utils.json_schema": "CustomGenerateJsonSchema",
}

PRIVATE = {"__init__", "_apps", "_binding", "_core", "_log", "_older", "_server"}


@pytest.mark.parametrize("path", PUBLIC)
def test_import_path_has_its_names(path: str) -> None:
    module = import_module(path)
    assert [name for name in PUBLIC[path].split() if not hasattr(module, name)] == []


@pytest.mark.parametrize("path", ["ws_sync", "ws_sync.client"])
def test_package_exports_these_names_and_no_others(path: str) -> None:
    assert sorted(import_module(path).__all__) == sorted(PUBLIC[path].split())


def test_every_other_module_is_private_by_its_name() -> None:
    found = {
        entry.stem
        for entry in Path(ws_sync.__file__).parent.iterdir()
        if entry.suffix == ".py" or (entry / "__init__.py").exists()
    }
    public = {path.partition(".")[2] for path in PUBLIC} - {""}
    assert found == {path for path in public if "." not in path} | PRIVATE


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (
            Session,
            "is_connected ws state register_event deregister_event register_init event_handlers"
            " init_handlers new_connection handle_connection disconnect send send_binary __enter__"
            " __exit__ init ws_lock logger",
        ),
        (SessionState, "on_connect on_disconnect on_terminate"),
        (
            Sync,
            "all only __call__ sync toast send_action send_binary download observe close key obj"
            " session sync_attributes running_tasks send_on_init state_snapshot actions tasks"
            " task_cancels logger key_to_attr task_exposure casing casing_func action_validators"
            " task_validators type_adapters camelize on_action on_task_start on_task_cancel"
            " expose_running_tasks",
        ),
        (Synced, "sync ws_sync_schema ws_sync_json_schema attach_to_openapi"),
        (SyncedAsCamelCase, "sync ws_sync_json_schema attach_to_openapi"),
    ],
)
def test_objects_have_their_members(owner: type, names: str) -> None:
    with Session() as session:
        made: Any = {Session: session, Sync: Sync("K", SessionState())}.get(owner, owner)
        assert [name for name in names.split() if not hasattr(made, name)] == []


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Session, "logger"),
        (Session.new_connection, "ws"),
        (Session.handle_connection, "ws"),
        (Session.disconnect, "message"),
        (Session.send, "event data"),
        (Session.send_binary, "event metadata data"),
        (Session.register_event, "event callback"),
        (Session.deregister_event, "event"),
        (Session.register_init, "callback"),
        (Sync.__call__, "if_since_last toast type"),
        (Sync.sync, "if_since_last"),
        (Sync.download, "filename data"),
        (
            Sync.only,
            "_obj _key _toCamelCase _send_on_init _expose_running_tasks _logger _actions _tasks"
            " _task_cancels",
        ),
        (ws_sync.sync_only, "_key _toCamelCase _send_on_init _expose_running_tasks _logger"),
        (ws_sync.get_user_session, "ws"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None),
)
def test_parameters_may_be_given_by_position_and_by_name(function: Any, parameters: str) -> None:
    found = inspect.signature(function).parameters.values()
    names = [each.name for each in found if each.kind is each.POSITIONAL_OR_KEYWORD]
    wanted = parameters.split()
    assert [name for name in names if name != "self"][: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("name", "event"),
    [
        *((name, f"_{name.removesuffix('_event').upper()}:K") for name in EVENT_NAMES.split()),
        ("toast_event", "_TOAST"),
        ("download_event", "_DOWNLOAD"),
    ],
)
def test_event_names_are_made_by_functions(name: str, event: str) -> None:
    function = getattr(import_module("ws_sync.sync"), name)
    assert function(*["K"] * (":" in event)) == event
