/** What a page tells its sessions: that the network is back, that it is looked at again, and that it goes away. */

/**
 * @param {{retry: () => void, flush: () => void}} session
 * @returns {() => void} ends it
 */
export function watchPage(session) {
  const page = globalThis.document;
  if (page === undefined) return () => {};
  const retry = () => session.retry();
  const look = () => (page.visibilityState === "visible" ? session.retry() : session.flush());
  const leave = () => session.flush();
  addEventListener("online", retry);
  addEventListener("pagehide", leave);
  page.addEventListener("visibilitychange", look);
  return () => {
    removeEventListener("online", retry);
    removeEventListener("pagehide", leave);
    page.removeEventListener("visibilitychange", look);
  };
}
