"""The scripts of the programs: a list of parts, each with its own connection, of steps."""

from __future__ import annotations

from typing import Any

from tests.programs.runs import IDLE, Step

Script = list[list[Step]]


def _replace(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _pair(key: str, metadata: dict[str, Any], payload: bytes) -> list[tuple[str, Any] | bytes]:
    return [("_BIN_META", {"type": f"_ACTION:{key}", "metadata": metadata}), payload]


_DUE = _replace("/allItems/0/due", "2026-01-02")

_IDENTIFIED = ("_USER_SESSION", {"user": "u", "session": "s"})

FIRST: dict[str, Script] = {
    "/ws": [
        [
            Step("the initial states", [], "NOTES", "_SET:SETTINGS"),
            Step("an action", [("_ACTION:NOTES", {"type": "ADD", "note": "milk"})], "NOTES"),
            Step(
                "an action with a toast",
                [("_ACTION:NOTES", {"type": "RENAME", "new_title": "Food"})],
                "NOTES",
            ),
            Step("an edit of a string", [("_PATCH:NOTES", _replace("/title", "Mine"))], "NOTES"),
            Step("an edit of an element", [("_PATCH:NOTES", _replace("/notes/0", "m"))], "NOTES"),
            Step("a state of the client", [("_SET:SETTINGS", {"theme": "dark"})], "SETTINGS"),
            Step("a setter", [("_PATCH:SETTINGS", _replace("/volume", 99))], "SETTINGS"),
            Step("a nested edit", [("_PATCH:SETTINGS", _replace("/sizes/font", 14))], "SETTINGS"),
            Step("an event of the application", [("ping", {"n": [1]})], "SETTINGS"),
            Step("a document that was not sent", [], "LOG"),
            Step("an action for one function", [("_ACTION:LOG", {"type": "X", "y": 1})], "NOTES"),
            Step("bytes", _pair("NOTES", {"type": "UPLOAD", "name": "f"}, b"abc"), "NOTES"),
            Step("a file", [("_ACTION:NOTES", {"type": "EXPORT"})], "NOTES", "bytes"),
            Step("a call", [("_ACTION:NOTES", {"type": "ASK", "question": "?"})], "NOTES"),
            Step("a task", [("_TASK_START:NOTES", {"type": "COUNT", "steps": 2})], "NOTES", IDLE),
            Step(
                "a task that waits",
                [("_TASK_START:NOTES", {"type": "WAIT"})],
                "NOTES",
                "_ACTION:NOTES",
            ),
        ],
        [
            Step("a reconnection", [], "NOTES", "_SET:SETTINGS"),
            Step(
                "its cancellation",
                [("_TASK_CANCEL:NOTES", {"type": "WAIT"})],
                "NOTES",
                "_PATCH:NOTES",
            ),
            Step("an unknown event", [("_ACTION:NOBODY", {"type": "X"})], "NOTES"),
        ],
        [
            Step("a third connection", [], "NOTES", "_SET:SETTINGS"),
            Step("an action without an argument", [("_ACTION:NOTES", {"type": "ADD"})], "NOTES"),
        ],
        [
            Step("the states behind an error", [], "NOTES", "_SET:NOTES"),
            Step(
                "an edit beside an unsynced change",
                [
                    ("_ACTION:NOTES", {"type": "ADDQUIETLY", "note": "quiet"}),
                    ("_PATCH:NOTES", _replace("/title", "beside")),
                ],
                "NOTES",
            ),
        ],
    ],
    "/auth": [
        [
            Step("the identification", [_IDENTIFIED], "SETTINGS", "_SET:SETTINGS"),
            Step("a private attribute", [("_SET:SETTINGS", {"_volume": 3})], "SETTINGS"),
        ]
    ],
}

SECOND: dict[str, Script] = {
    "/ws": [
        [
            Step("the initial states", [], "NOTES", "greeting"),
            Step("an action", [("_ACTION:NOTES", {"type": "ADD", "text": "milk"})], "NOTES"),
            Step(
                "an action with a toast",
                [("_ACTION:NOTES", {"type": "RENAME", "new_title": "Food"})],
                "NOTES",
            ),
            Step(
                "a change that is not synced",
                [("_ACTION:NOTES", {"type": "FINISH", "index": 0})],
                "SETTINGS",
            ),
            Step("and its sync", [("_ACTION:NOTES", {"type": "PUBLISH"})], "NOTES"),
            Step("a nested edit", [("_PATCH:NOTES", _replace("/allNotes/0/text", "m"))], "NOTES"),
            Step(
                "an edit of a name", [("_PATCH:SETTINGS", _replace("/theme", "dark"))], "SETTINGS"
            ),
            Step(
                "an edit of another name", [("_PATCH:SETTINGS", _replace("/size", 9))], "SETTINGS"
            ),
            Step("a document that was not sent", [], "GENERAL"),
            Step("two views", [("_ACTION:PLAIN", {"type": "COUNT", "by": 2})], "ONLY"),
            Step("bytes", _pair("NOTES", {"type": "UPLOAD", "label": "l"}, b"abc"), "NOTES"),
            Step("a file", [("_ACTION:NOTES", {"type": "EXPORT"})], "NOTES"),
            Step("a task", [("_TASK_START:NOTES", {"type": "COUNT", "steps": 2})], "NOTES", IDLE),
            Step("the state behind it", [], "NOTES"),
            Step(
                "a task that waits",
                [("_TASK_START:NOTES", {"type": "WAIT"})],
                "NOTES",
                "_ACTION:NOTES",
            ),
            Step("another one", [("_TASK_START:NOTES", {"type": "OTHER"})], "NOTES"),
        ],
        [
            Step("a reconnection", [], "NOTES", "greeting"),
            Step(
                "a cancellation",
                [("_TASK_CANCEL:NOTES", {"type": "WAIT"})],
                "NOTES",
                "_PATCH:NOTES",
            ),
            Step(
                "the other cancellation",
                [("_TASK_CANCEL:NOTES", {"type": "OTHER"})],
                "NOTES",
                "_PATCH:NOTES",
            ),
            Step("an unknown event", [("_ACTION:NOBODY", {"type": "X"})], "NOTES"),
        ],
    ],
    "/auth": [
        [
            Step("the identification", [_IDENTIFIED], "SETTINGS", "greeting"),
            Step("a private attribute", [("_SET:SETTINGS", {"other": 3, "sync": 1})], "SETTINGS"),
            Step("a second note", [("_ACTION:NOTES", {"type": "ADD", "text": "x"})], "NOTES"),
            Step(
                "an edit beside an unsynced change",
                [
                    ("_ACTION:NOTES", {"type": "FINISH", "index": 0}),
                    ("_PATCH:NOTES", _replace("/title", "beside")),
                ],
                "NOTES",
            ),
            Step("a wrong argument", [("_ACTION:NOTES", {"type": "FINISH"})], "NOTES"),
        ]
    ],
}

THIRD: dict[str, Script] = {
    "/ws": [
        [
            Step("the initial states", [], "TodoList", "hello"),
            Step(
                "an action with a model",
                [("_ACTION:TodoList", {"type": "ADD", "newItem": {"label": "tea", "due": None}})],
                "TodoList",
            ),
            Step(
                "an action with a wrong model",
                [("_ACTION:TodoList", {"type": "ADD", "newItem": {"label": ""}})],
                "TodoList",
            ),
            Step(
                "an edit beside an unsynced change",
                [
                    ("_ACTION:TodoList", {"type": "TOUCH"}),
                    ("_PATCH:TodoList", _replace("/allItems/0/label", "green tea")),
                ],
                "TodoList",
            ),
            Step(
                "a date",
                [("_PATCH:TodoList", _replace("/allItems/0/due", "2026-01-02"))],
                "TodoList",
            ),
            Step("a validator", [("_SET:TodoList", {"ownerName": " you "})], "TodoList"),
            Step("a refused value", [("_SET:TodoList", {"ownerName": " "})], "TodoList"),
            Step(
                "a constraint", [("_PATCH:TodoList", _replace("/listTitle", "x" * 21))], "TodoList"
            ),
            Step(
                "a dict as an argument",
                [("_ACTION:TodoList", {"type": "publish", "options": {"loud": True}})],
                "TodoList",
            ),
            Step(
                "a positional argument",
                [("_ACTION:TodoList", {"type": "FIND", "text": "tea"})],
                "TodoList",
            ),
            Step("an annotation", [("_SET:Settings", {"fontSize": "13"})], "Settings"),
            Step("a wrong type", [("_SET:Settings", {"fontSize": "big"})], "Settings"),
            Step("a scope", [("_ACTION:left/PANEL", {"type": "toggle"})], "left/PANEL"),
            Step("a nested scope", [("_ACTION:left/inner/PANEL", {"type": "widen"})], "left/PANEL"),
            Step(
                "a task",
                [("_TASK_START:WORKER", {"type": "work", "count": 50})],
                "WORKER",
                "_ACTION:WORKER",
            ),
            Step(
                "a task that waits",
                [("_TASK_START:WORKER", {"type": "WAIT"})],
                "WORKER",
                "_ACTION:WORKER",
            ),
        ],
        [
            Step("a reconnection", [], "WORKER", "hello"),
            Step(
                "its cancellation",
                [("_TASK_CANCEL:WORKER", {"type": "WAIT"})],
                "WORKER",
                "_PATCH:WORKER",
            ),
        ],
    ],
}

SCRIPTS = {"first": FIRST, "second": SECOND}

FENCES = {"first": "LOG", "second": "GENERAL", "third": "left/inner/PANEL"}
"""The document of each program that the client requests after each step."""
