/** Page events: the network is back, the page is visible again, or the page is being closed. */

/**
 * @param {{retry: () => void, flush: () => void}} session
 * @returns {() => void} removes the listeners
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
