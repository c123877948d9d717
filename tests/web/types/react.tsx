import {
  SyncProvider,
  useAction,
  useDocument,
  useSession,
  useSignal,
  useStatus,
  useSync,
} from "../../../ws_sync/web/react.js";

export const Notes = () => {
  const notes = useSync("NOTES", { title: "", notes: [] as string[], total_length: 0 }, { debounce: 50 });
  const status: "stopped" | "connecting" | "connected" | "disconnected" = useStatus();
  useSignal("download", ({ filename, bytes }) => void [filename, bytes]);
  useAction("NOTES", "go", ({ x }) => x);
  const length: number = notes.total_length;
  const sent: boolean = notes.call("ADD", { note: "x" }) && notes.start("count") && notes.cancel("count");
  notes.setNotes((before) => [...before, "x"]);
  // @ts-expect-error: a title is a string
  notes.setTitle(1);
  // @ts-expect-error: there is no such attribute
  notes.syncTitel("x");
  return (
    <input
      value={notes.title}
      disabled={!notes.isSynced}
      title={`${status}${length}${sent}${useSession().url}${useDocument("A").key}`}
      onChange={(event) => notes.syncTitle(event.target.value)}
    />
  );
};

export const App = () => (
  <SyncProvider url="/ws" options={{ maxDelay: 5 }}>
    <Notes />
  </SyncProvider>
);
