// A React application of the demo's server: uses the whole binding under StrictMode, with slow renders.
import { StrictMode, startTransition, useCallback, useDeferredValue, useState } from "react";
import { createRoot } from "react-dom/client";
import { SyncProvider, useDocument, useSession, useSignal, useStatus, useSync } from "ws-sync/react";

const INITIAL = { title: "", notes: [], totalLength: 0, progress: null, runningTasks: [] };

/** Shows the title twice. Both must be equal in each render. */
function Titles() {
  const { title } = useSync("NOTES", INITIAL);
  return (
    <>
      <Title id="first" expected={title} />
      <Title id="second" expected={title} />
    </>
  );
}

function Title({ id, expected }) {
  const { title } = useSync("NOTES", INITIAL);
  const end = performance.now() + 3; // slow, so that a concurrent render can be interrupted
  while (performance.now() < end);
  if (title !== expected) globalThis.torn = true;
  return <p id={id}>{title}</p>;
}

function Editor() {
  const notes = useSync("NOTES", INITIAL, { debounce: 0 });
  const [toasts, setToasts] = useState([]);
  useSignal(
    "toast",
    useCallback(({ message }) => startTransition(() => setToasts((before) => [...before, message])), []),
  );
  const document_ = useDocument("NOTES");
  const late = useDeferredValue(notes.title);
  globalThis.renders = (globalThis.renders ?? 0) + 1;
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <label>
        Title <input value={notes.title} onChange={(event) => notes.syncTitle(event.target.value)} />
      </label>
      <output id="late">{late}</output>
      <ul>
        {notes.notes.map((note, at) => (
          <li key={at}>{note}</li>
        ))}
      </ul>
      <p id="synced">{String(notes.isSynced && document_.isSynced)}</p>
      <button onClick={() => notes.setNotes((before) => [...before, "draft"])}>Draft</button>
      <button onClick={() => notes.sync()}>Sync</button>
      <button onClick={() => notes.call("ADD", { note: "added" })}>Add</button>
      <button onClick={() => notes.start("EXPORT", { seconds: 60 })}>Start</button>
      <button onClick={() => notes.cancel("EXPORT")}>Cancel</button>
      <p id="running">{notes.runningTasks.join()}</p>
      <p id="toasts">{toasts.join()}</p>
    </form>
  );
}

function Connection() {
  const session = useSession();
  return (
    <p>
      <span id="status">{useStatus()}</span>
      <button onClick={() => (session.status === "stopped" ? session.connect() : session.close())}>Toggle</button>
    </p>
  );
}

function App() {
  const [isShown, show] = useState(true);
  return (
    <>
      <button onClick={() => show(!isShown)}>Mount</button>
      {isShown && (
        <SyncProvider url="/ws/react.one">
          <Connection />
          <Titles />
          <Editor />
        </SyncProvider>
      )}
    </>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
