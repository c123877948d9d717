"""A small testee that is right: each rule that it obeys is one method, for a mutant to override.

It shares no code with the reference or the kit. Everything but the tasks is synchronous, so that
one event is handled before the next (connection-order) and what is sent together stays together.

    Frames, Patching, Crossing, Calls <- Honest: one session   <- Server: all sessions, by name
"""

# ruff: noqa: ARG002 - a rule is given more than most ways to break it need

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from websockets.asyncio.server import Server as ListeningServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.mutants.calls import Calls
from tests.mutants.contract import ANNOUNCED, FEATURES
from tests.mutants.crossing import Crossing
from tests.mutants.frames import JSON, Frames, Malformed
from tests.mutants.link import Link
from tests.mutants.patching import Patching, Refused

Name = tuple[str, ...]
Write = Callable[[], dict[str, JSON]]


class Honest(Frames, Patching, Crossing, Calls):
    """One session of a testee that is right.

    Attributes:
        server: The server that it is one of.
        link: Its connection, or None while no client is connected.
        snapshots: What the client of that connection holds, by key.
    """

    max_size = 32 << 20
    connection = ServerConnection
    """The library's side of a connection, which reads segments and frames."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.link: Link | None = None
        self.snapshots: dict[str, dict[str, JSON]] = {}

    # Who is there

    @classmethod
    def handshake(cls, socket: ServerConnection, request: Request) -> Response | None:
        """connection-accept: every handshake is answered with a WebSocket."""

    @classmethod
    async def admit(cls, socket: ServerConnection) -> Name | None:
        """The session that a connection belongs to, or None if it gets none."""
        path = socket.request.path if socket.request else ""
        if path != "/auth":
            return cls.name_by_path(path)
        await cls.ask(socket)
        identity = cls.read_identity(await socket.recv())
        if identity is None:
            await cls.turn_away(socket)
            return None
        return cls.name_by_identity(*identity)

    @classmethod
    def name_by_path(cls, path: str) -> Name:
        """session-apart."""
        return ("path", path)

    @classmethod
    async def ask(cls, socket: ServerConnection) -> None:
        """session-identify-request."""
        await socket.send('{"type":"_REQUEST_USER_SESSION"}')

    @classmethod
    def read_identity(cls, frame: str | bytes) -> tuple[str, str] | None:
        """session-identify-refuse."""
        try:
            type_, data = Frames().decode(frame if isinstance(frame, str) else "")
        except Malformed:
            return None
        if type_ != "_USER_SESSION" or not isinstance(data, dict):
            return None
        user: JSON = data.get("user")
        session: JSON = data.get("session")
        return (user, session) if cls.is_identity(user) and cls.is_identity(session) else None

    @classmethod
    def is_identity(cls, value: JSON) -> bool:
        """session-identify-refuse."""
        return isinstance(value, str) and value != ""

    @classmethod
    async def turn_away(cls, socket: ServerConnection) -> None:
        """connection-close-code."""
        await socket.close(4401)

    @classmethod
    def name_by_identity(cls, user: str, session: str) -> Name:
        """session-identify-pair."""
        return ("identity", user, session)

    # A connection

    async def serve(self, socket: ServerConnection) -> None:
        """Serve a connection until it ends."""
        link = self.make_link(socket)
        self.take_over(link)
        try:
            async for frame in self.read(socket):
                self.receive(link, frame)
        except ConnectionClosed:
            pass
        finally:
            self.leave(link)

    def make_link(self, socket: ServerConnection) -> Link:
        """The state of a new connection."""
        return Link(socket)

    async def read(self, socket: ServerConnection) -> AsyncIterator[str | bytes]:
        """connection-fragments: whole messages."""
        async for frame in socket:
            yield frame

    def take_over(self, link: Link) -> None:
        """session-takeover, session-takeover-prompt."""
        older, self.link = self.link, link
        self.greet(link)
        if older is not None:
            self.dismiss(older)

    def greet(self, link: Link) -> None:
        """connection-initial-state, connection-initial-order."""
        for key in ANNOUNCED:
            self.send_state(link, key)

    def dismiss(self, older: Link) -> None:
        """session-takeover-disconnect, session-disconnect-text."""
        self.send(older, "_DISCONNECT", "this session is open somewhere else now")
        older.close(1000)

    def leave(self, link: Link) -> None:
        """session-persistent, session-takeover, tasks-survive: only the place is given up."""
        link.drop()
        if self.link is link:
            self.link = None

    def receive(self, link: Link, frame: str | bytes) -> None:
        """connection-order."""
        if not self.hears(link):
            return
        if isinstance(frame, bytes):
            self.receive_bytes(link, frame)
            return
        try:
            type_, data = self.decode(frame)
        except Malformed:
            self.malformed(link)
        else:
            self.handle(link, type_, data)

    def hears(self, link: Link) -> bool:
        """session-takeover-deaf."""
        return self.link is link

    def malformed(self, link: Link) -> None:
        """connection-malformed-survives, connection-isolation: nothing happens."""

    # Events

    def handle(self, link: Link, type_: str, data: JSON) -> None:
        """Hand an event to the rule for it."""
        name, key = self.split(type_)
        match name:
            case "_GET" | "_SET" | "_PATCH" | "_ACTION" | "_TASK_START" | "_TASK_CANCEL":
                if key in self.documents:
                    self.handle_keyed(link, name, key, data)
                else:
                    self.unknown_key(link, name, key)
            case "_BIN_META" if key is None:
                self.announced(link, data)
            case "_HELLO" if key is None:
                self.hello(link, data)
            case "_TOAST" | "_DOWNLOAD" | "_DISCONNECT" | "_REQUEST_USER_SESSION":
                self.wrong_direction(link, name, data)
            case _:
                self.unknown_type(link, type_)

    def split(self, type_: str) -> tuple[str, str | None]:
        """events-key."""
        name, colon, key = type_.partition(":")
        return name, key if colon else None

    def handle_keyed(self, link: Link, name: str, key: str, data: JSON) -> None:
        """Hand an event for a document to the rule for it."""
        match name:
            case "_GET":
                self.answer(link, key, data)
            case "_SET":
                self.write(link, key, lambda: self.merge(key, data), data)
            case "_PATCH":
                self.write(link, key, lambda: self.patched(key, data), data)
            case "_ACTION":
                self.run_action(link, key, data)
            case "_TASK_START":
                self.start_task(link, key, data)
            case "_TASK_CANCEL":
                self.cancel_task(link, key, data)

    def unknown_key(self, link: Link, name: str, key: str | None) -> None:
        """events-unknown-key."""

    def unknown_type(self, link: Link, type_: str) -> None:
        """events-unknown-type."""

    def wrong_direction(self, link: Link, name: str, data: JSON) -> None:
        """events-direction."""

    def hello(self, link: Link, data: JSON) -> None:
        """versioning-hello-subset: no extension is known here."""
        if isinstance(data, dict) and isinstance(data.get("extensions"), list):
            self.send(link, "_HELLO", {"extensions": self.agree(data["extensions"])})

    def agree(self, offered: list[JSON]) -> list[JSON]:
        """versioning-hello-subset."""
        return []

    # State

    def state(self, key: str) -> dict[str, JSON]:
        """state-object, state-attributes-fixed."""
        values = self.documents[key]
        return {**values, **self.read_only()} if key == "TESTEE" else {**values}

    def read_only(self) -> dict[str, JSON]:
        """The attributes of TESTEE that only the server changes."""
        items = self.documents["TESTEE"]["items"]
        return {
            "features": FEATURES,
            "itemCount": len(items) if isinstance(items, list) else 0,
            "runningTasks": list(self.tasks),
        }

    def answer(self, link: Link, key: str, data: JSON) -> None:
        """state-get, state-get-data, state-get-current, state-get-unannounced."""
        self.send_state(link, key)

    def send_state(self, link: Link, key: str) -> None:
        """Send `_SET` with the state, which is the snapshot from then on."""
        self.snapshots[key] = self.state(key)
        link.known.add(key)
        self.send(link, f"_SET:{key}", self.snapshots[key])
        self.note_sent(key, self.snapshots[key])

    def sync(self, key: str) -> None:
        """state-converges, state-quiet, state-one-patch, state-unannounced-silent."""
        link = self.link
        if link is None or key not in link.known:
            return
        before, after = self.snapshots[key], self.state(key)
        operations = self.make_patch(before, after)
        if operations:
            self.snapshots[key] = after
            self.send_patch(link, key, operations)
            self.note_sent(key, self.changed(before, after))

    def send_patch(self, link: Link, key: str, operations: list[JSON]) -> None:
        """Send `_PATCH`."""
        self.send(link, f"_PATCH:{key}", operations)

    def changed(self, before: dict[str, JSON], after: dict[str, JSON]) -> list[str]:
        """The names of the attributes in which two states differ."""
        return [name for name in after if self.differs(before[name], after[name])]

    # Writes of the client

    def write(self, link: Link, key: str, result: Write, data: JSON) -> None:
        """state-refused-unchanged, state-refused-resync, state-corrected-at-once."""
        before = self.state(key)
        try:
            after = result()
        except Refused:
            self.refused(link, key)
            return
        for name in self.documents[key]:
            self.documents[key][name] = after[name]
        self.follow(link, key, data)
        self.note_written(link, key, self.changed(before, after))

    def merge(self, key: str, data: JSON) -> dict[str, JSON]:
        """state-set-merges, state-set-unknown, state-set-read-only, state-set-malformed."""
        state = self.state(key)
        if not isinstance(data, dict) or not data.keys() <= state.keys():
            raise Refused
        return {**state, **data}

    def patched(self, key: str, operations: JSON) -> dict[str, JSON]:
        """patch-attributes, patch-read-only."""
        state = self.state(key)
        result = self.apply_patch(state, operations)
        self.check_result(key, state, result)
        return dict(result)

    def check_result(self, key: str, state: dict[str, JSON], result: JSON) -> None:
        """patch-attributes, patch-read-only."""
        if not isinstance(result, dict) or result.keys() != state.keys():
            raise Refused
        for name in state.keys() - self.documents[key].keys():
            if not self.equal(state[name], result[name]):
                raise Refused

    def refused(self, link: Link, key: str) -> None:
        """state-refused-resync, connection-refusal-survives."""
        self.send_state(link, key)

    def follow(self, link: Link, key: str, data: JSON) -> None:
        """state-no-echo: the snapshot follows the client's edit; what that got wrong is sent."""
        if key not in link.known:
            return
        snapshot = self.snapshots[key]
        try:
            edited = {**snapshot, **data} if isinstance(data, dict) else None
            self.snapshots[key] = edited or self.apply_patch(snapshot, data)
        except Refused:
            self.send_state(link, key)
        self.correct(link, key)

    def correct(self, link: Link, key: str) -> None:
        """state-corrected, state-corrected-at-once: attributes that the client can not know."""
        snapshot, state = self.snapshots[key], self.state(key)
        fixed = {name: state[name] for name in state.keys() - self.documents[key].keys()}
        operations = self.make_patch(snapshot, {**snapshot, **fixed})
        if operations:
            self.snapshots[key] = {**snapshot, **fixed}
            self.send_patch(link, key, operations)

    # Binary pairs

    def announced(self, link: Link, data: JSON) -> None:
        """binary-newest; what is wrong with it shows when its bytes come (binary-malformed)."""
        link.waiting = (data,)

    def receive_bytes(self, link: Link, content: bytes) -> None:
        """binary-unannounced, binary-position, binary-malformed, binary-reserved."""
        waiting, link.waiting = link.waiting, None
        if waiting is None:
            self.unannounced(link)
            return
        data = waiting[0]
        try:
            type_, metadata = self.read_announcement(data)
        except Refused:
            self.pair_refused(link)
        else:
            self.handle_pair(link, type_, metadata, content)

    def read_announcement(self, data: JSON) -> tuple[str, dict[str, JSON]]:
        """binary-malformed, binary-reserved."""
        if not isinstance(data, dict):
            raise Refused
        type_, metadata = data.get("type"), data.get("metadata")
        if not isinstance(type_, str) or not isinstance(metadata, dict) or "data" in metadata:
            raise Refused
        return type_, metadata

    def handle_pair(
        self, link: Link, type_: str, metadata: dict[str, JSON], content: bytes
    ) -> None:
        """binary-deliver, binary-unknown, binary-no-state: only actions take bytes here."""
        name, key = self.split(type_)
        if name == "_ACTION" and key in self.documents:
            self.run_action(link, key, {**metadata, "data": content})
        else:
            self.pair_unknown(link, type_, metadata)

    def unannounced(self, link: Link) -> None:
        """binary-unannounced."""

    def pair_refused(self, link: Link) -> None:
        """binary-malformed: both frames are gone, and that is all."""

    def pair_unknown(self, link: Link, type_: str, metadata: JSON) -> None:
        """binary-unknown, binary-no-state."""

    # What is sent

    def tell(self, type_: str, data: JSON) -> None:
        """notices-not-kept: what is sent without a client is lost."""
        if self.link is not None:
            self.send(self.link, type_, data)

    def tell_bytes(self, type_: str, metadata: JSON, content: bytes) -> None:
        """binary-pair."""
        if self.link is not None:
            self.send(self.link, "_BIN_META", {"type": type_, "metadata": metadata})
            self.link.put(content)

    def send(self, link: Link, type_: str, data: JSON) -> None:
        """connection-effects-in-order."""
        link.put(self.encode(type_, data))


class Server:
    """All sessions of one kind of testee.

    Attributes:
        sessions: By what selects them; made when first used, and never forgotten.
    """

    def __init__(self, kind: type[Honest]) -> None:
        self.kind = kind
        self.sessions: dict[Name, Honest] = {}

    async def listen(self, port: int) -> ListeningServer:
        """Listen on a port of loopback, in the event loop that runs."""
        return await serve(
            self.connected,
            "127.0.0.1",
            port,
            process_request=self.kind.handshake,
            create_connection=self.kind.connection,
            max_size=self.kind.max_size,
            compression=None,
            ping_interval=None,
            close_timeout=1,
        )

    async def connected(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        try:
            name = await self.kind.admit(socket)
        except ConnectionClosed:
            return
        if name is not None:
            await self.session(name).serve(socket)

    def session(self, name: Name) -> Honest:
        """The session of a name."""
        if name not in self.sessions:
            self.sessions[name] = self.kind(self)
        return self.sessions[name]
