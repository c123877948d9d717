/**
 * Three versions of a JSON value made one: the common one, mine and theirs.
 *
 * A place that one side changed has that side's value. Where both did, one of them is preferred, and an edit whose place
 * is gone is dropped: one inside a value that the others removed or replaced by something of another kind, and one of
 * elements that the others changed or removed too. Objects are merged member by member, arrays between the elements that
 * all three have, in their order. Elements that both sides inserted at one place are kept, theirs first, when mine are
 * preferred; else theirs may be mine, and only they are kept.
 *
 * `docs/clients.md` tells the rule to users; the client in Python has the same.
 */

import { hunks } from "./diff.js";
import { equal, isObject, put, seal } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * What both sides made of a value; it shares parts with all three. `undefined` stands for a member that is not there.
 * @param {Json | undefined} base
 * @param {Json | undefined} mine
 * @param {Json | undefined} theirs
 * @param {boolean} preferMine whose value a place gets that both have changed
 * @returns {any}
 */
export function merge(base, mine, theirs, preferMine) {
  if (equal(mine, base) || equal(mine, theirs)) return theirs;
  if (equal(theirs, base)) return mine;
  if (theirs === undefined) return theirs; // the place of my edit is gone
  if (isObject(base) && isObject(mine)) return isObject(theirs) ? mergeObjects(base, mine, theirs, preferMine) : theirs;
  if (Array.isArray(base) && Array.isArray(mine)) {
    return Array.isArray(theirs) ? mergeArrays(base, mine, theirs, preferMine) : theirs;
  }
  return preferMine ? mine : theirs;
}

/**
 * @param {JsonObject} base
 * @param {JsonObject} mine
 * @param {JsonObject} theirs
 * @param {boolean} preferMine
 */
function mergeObjects(base, mine, theirs, preferMine) {
  /** @param {JsonObject} object @param {string} name */
  const member = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
  const merged = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = merge(member(base, name), member(mine, name), member(theirs, name), preferMine);
    if (value !== undefined) put(merged, name, value);
  }
  return seal(merged);
}

/**
 * @param {readonly Json[]} base
 * @param {readonly Json[]} mine
 * @param {readonly Json[]} theirs
 * @param {boolean} preferMine
 */
function mergeArrays(base, mine, theirs, preferMine) {
  const [inMine, inTheirs] = [common(base, mine), common(base, theirs)];
  const merged = [];
  let [from, mineFrom, theirsFrom] = [0, 0, 0];
  for (let place = 0; place <= base.length; place++) {
    const [mineAt, theirsAt] = place < base.length ? [inMine.get(place), inTheirs.get(place)] : [mine.length, theirs.length];
    if (mineAt === undefined || theirsAt === undefined) continue;
    merged.push(...mergeGap(base.slice(from, place), mine.slice(mineFrom, mineAt), theirs.slice(theirsFrom, theirsAt), preferMine));
    if (place < base.length) merged.push(theirs[theirsAt]);
    [from, mineFrom, theirsFrom] = [place + 1, mineAt + 1, theirsAt + 1];
  }
  return seal(merged);
}

/**
 * What stands between two elements that all three have.
 * @param {Json[]} base
 * @param {Json[]} mine
 * @param {Json[]} theirs
 * @param {boolean} preferMine
 * @returns {Json[]}
 */
function mergeGap(base, mine, theirs, preferMine) {
  if (equal(mine, base) || equal(mine, theirs)) return theirs;
  if (equal(theirs, base)) return mine;
  if (base.length === mine.length && base.length === theirs.length) {
    return base.map((element, at) => merge(element, mine[at], theirs[at], preferMine));
  }
  if (base.length === 0 && preferMine) return [...theirs, ...mine];
  return theirs;
}

/**
 * The places in an array of the elements that it has in common with an older one, by their places there.
 * @param {readonly Json[]} before
 * @param {readonly Json[]} after
 */
function common(before, after) {
  /** @type {Map<number, number>} */
  const found = new Map();
  let [at, newAt] = [0, 0];
  for (const { from, to, newFrom, newTo } of [...hunks(before, after), { from: before.length, to: 0, newFrom: after.length, newTo: 0 }]) {
    while (at < from && newAt < newFrom) found.set(at++, newAt++);
    [at, newAt] = [to, newTo];
  }
  return found;
}
