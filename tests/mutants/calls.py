"""The honest testee's actions and tasks: what each does, and how a call finds it."""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING

from tests.mutants.contract import ACTIONS, DEFAULTS, TASKS, Reader, initial
from tests.mutants.frames import JSON
from tests.mutants.patching import Refused

if TYPE_CHECKING:
    from tests.mutants.link import Link

BREATH = 0.001
"""Seconds that `count` gives its client now and then, even where it was told to hurry."""


class Calls:
    """One session's actions and tasks. What they need of a session is in `Honest`."""

    def __init__(self) -> None:
        self.documents = initial()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.timers: list[asyncio.TimerHandle] = []

    def sync(self, key: str) -> None:
        """Send what has changed in a document."""
        raise NotImplementedError

    def sync_all(self) -> None:
        """Send what has changed in any document."""
        for key in self.documents:
            self.sync(key)

    def tell(self, type_: str, data: JSON) -> None:
        """Send an event to the connected client."""
        raise NotImplementedError

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        """Send a pair to the connected client."""
        raise NotImplementedError

    # How a call finds what it runs

    def run_action(self, link: Link, key: str, data: JSON) -> None:
        """actions-call, actions-error: whatever goes wrong ends here."""
        try:
            self.call_action(key, self.read_name(data), data)
        except Refused:
            self.call_refused(link)
        except Exception as error:  # noqa: BLE001 - an action may fail in any way
            self.call_failed(link, error)

    def read_name(self, data: JSON) -> str:
        """The `type` of a call (actions-malformed, tasks-malformed)."""
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            raise Refused
        name: str = data["type"]
        return name

    def call_action(self, key: str, name: str, data: JSON) -> None:
        """Run what the application offers under a name, and nothing else (actions-private)."""
        if name not in ACTIONS[key]:
            return self.unknown_action(key, name)
        arguments = self.bind(name, ACTIONS[key][name], data)
        if key == "SECOND":
            return self.do_assign_second(**arguments)
        getattr(self, f"do_{name}")(**arguments)
        return None

    def bind(self, name: str, readers: dict[str, Reader], data: JSON) -> dict[str, JSON]:
        """actions-arguments, actions-default; what else there is, is left out."""
        given = {**self.defaults(name), **data}
        if not readers.keys() <= given.keys():
            raise Refused
        return {argument: reader(given[argument]) for argument, reader in readers.items()}

    def defaults(self, name: str) -> dict[str, JSON]:
        """actions-default."""
        return DEFAULTS.get(name, {})

    def unknown_action(self, key: str, name: str) -> None:
        """actions-unknown."""

    def call_refused(self, link: Link) -> None:
        """actions-malformed: nothing happens."""

    def call_failed(self, link: Link, error: Exception) -> None:
        """actions-error, actions-error-private: nothing happens, and no one is told."""

    # What the actions do

    def assign(self, name: str, value: JSON) -> None:
        """Set an attribute that may be assigned."""
        if name not in self.documents["TESTEE"]:
            raise Refused
        self.documents["TESTEE"][name] = value

    def do_reset(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        for timer in self.timers:
            timer.cancel()
        self.tasks.clear()
        self.timers.clear()
        self.documents = initial()
        self.sync_all()

    def do_assign(self, name: str, value: JSON) -> None:
        self.assign(name, value)
        self.sync("TESTEE")

    def do_assign_second(self, name: str, value: JSON) -> None:
        if name != "value":
            raise Refused
        self.documents["SECOND"]["value"] = value
        self.sync("SECOND")

    def do_assignMany(self, values: JSON) -> None:  # noqa: N802 - named as the contract has it
        if not values.keys() <= self.documents["TESTEE"].keys():
            raise Refused
        for name, value in values.items():
            self.assign(name, value)
        self.sync("TESTEE")

    def do_assignQuietly(self, name: str, value: JSON) -> None:  # noqa: N802
        self.assign(name, value)

    def do_publish(self) -> None:
        self.sync("TESTEE")

    def do_burst(self, count: int) -> None:
        for _ in range(count):
            self.documents["TESTEE"]["number"] += 1
            self.sync("TESTEE")

    def do_assignLater(self, name: str, value: JSON, afterMs: float) -> None:  # noqa: N802, N803
        loop = asyncio.get_running_loop()
        self.timers.append(loop.call_later(afterMs / 1000, self.do_assign, name, value))

    def do_callBack(self, name: str, arguments: JSON) -> None:  # noqa: N802
        self.tell("_ACTION:TESTEE", {"type": name, **arguments})
        self.sync("TESTEE")

    def do_notify(self, message: str, level: str) -> None:
        self.tell("_TOAST", {"type": level, "message": message})
        self.sync("TESTEE")

    def do_sendFile(self, filename: str, content: bytes) -> None:  # noqa: N802
        self.tell("_DOWNLOAD", {"filename": filename, "data": base64.b64encode(content).decode()})
        self.sync("TESTEE")

    def do_sendBytes(self, metadata: JSON, content: bytes) -> None:  # noqa: N802
        self.tell_bytes("_ACTION:TESTEE", metadata, content)
        self.sync("TESTEE")

    def do_receiveBytes(self, data: bytes, label: JSON) -> None:  # noqa: N802
        digest = hashlib.sha256(data).hexdigest()
        self.do_assign("anything", {"label": label, "size": len(data), "sha256": digest})

    def do_typed(self, count: JSON, label: JSON) -> None:
        self.do_assign("anything", {"count": count, "label": label})

    def do_fail(self, message: str) -> None:
        raise RuntimeError(message)

    # Tasks

    def start_task(self, link: Link, key: str, data: JSON) -> None:
        """tasks-start, tasks-once, tasks-exposed."""
        try:
            name = self.read_name(data)
            if key != "TESTEE" or name not in TASKS:
                return self.unknown_task(link, name, data)
            arguments = self.bind(name, TASKS[name], data)
        except Refused:
            return self.call_refused(link)
        if name in self.tasks:
            return self.already_running(name, arguments)
        self.tasks[name] = asyncio.create_task(self.run_task(link, name, arguments))
        return self.sync("TESTEE")

    def unknown_task(self, link: Link, name: str, data: JSON) -> None:
        """tasks-unknown."""

    def already_running(self, name: str, arguments: dict[str, JSON]) -> None:
        """tasks-once."""

    async def run_task(self, link: Link, name: str, arguments: dict[str, JSON]) -> None:
        """tasks-error: a task that fails ends like any other."""
        try:
            await getattr(self, f"task_{name}")(**arguments)
        except Exception as error:  # noqa: BLE001 - a task may fail in any way
            self.task_failed(link, name, error)
        else:
            self.end_task(name)

    def task_failed(self, link: Link, name: str, error: Exception) -> None:
        """tasks-error."""
        self.end_task(name)

    def cancel_task(self, link: Link, key: str, data: JSON) -> None:
        """tasks-cancel, tasks-cancel-idle, tasks-unknown."""
        try:
            name = self.read_name(data)
        except Refused:
            return self.call_refused(link)
        if key != "TESTEE" or name not in self.tasks:
            return self.idle_task(link, name)
        return self.end_cancelled(name)

    def idle_task(self, link: Link, name: str) -> None:
        """tasks-cancel-idle."""

    def end_cancelled(self, name: str) -> None:
        """tasks-cancel, and tasks-cancel-early: nothing here waits for the task to have begun."""
        self.tasks[name].cancel()
        if name == "wait":
            self.assign("text", "cancelled")
        self.end_task(name)

    def end_task(self, name: str) -> None:
        """tasks-again, tasks-exposed."""
        del self.tasks[name]
        self.sync("TESTEE")

    async def task_count(self, steps: int, intervalMs: float) -> None:  # noqa: N803
        for step in range(steps):
            self.do_burst(1)
            pause = intervalMs / 1000
            await asyncio.sleep(pause if step % 3 else max(pause, BREATH))

    async def task_wait(self) -> None:
        await asyncio.Event().wait()

    async def task_crash(self) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("crash")
