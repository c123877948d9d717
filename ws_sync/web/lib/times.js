/** The times of a session, in milliseconds, and their defaults. */

const TIMES = {
  firstDelay: 250, // the first delay after a loss; each later one is up to twice as long
  maxDelay: 10_000,
  steadyAfter: 3000, // a connection that ends sooner counts as a failed attempt
  openWithin: 10_000, // an attempt to connect fails after this time
  quietFor: 1000, // after this silence the server is assumed not to request an identification
  silentFor: 30_000, // after this silence the client checks whether the connection is alive
  answerWithin: 10_000, // a connection is lost if nothing arrives in this time after a check
};

/** Returns the times with those of the application. @param {Record<string, number>} given */
export function timesOf(given) {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(TIMES, name));
  if (unknown !== undefined) throw new TypeError(`unknown option ${JSON.stringify(unknown)} of a session`);
  return { ...TIMES, ...given };
}
