/** Page events: the network is back, the page is shown again, or the page is hidden or closed. */

/**
 * @param {{wake: () => void, leave: () => void}} session
 * @returns {() => void} removes the listeners
 */
export function watchPage({ wake, leave }) {
  const page = globalThis.document;
  if (page === undefined) return () => {};
  const look = () => (page.visibilityState === "visible" ? wake() : leave());
  addEventListener("online", wake);
  addEventListener("pageshow", wake);
  addEventListener("pagehide", leave);
  page.addEventListener("visibilitychange", look);
  return () => {
    removeEventListener("online", wake);
    removeEventListener("pageshow", wake);
    removeEventListener("pagehide", leave);
    page.removeEventListener("visibilitychange", look);
  };
}
