/**
 * Three-way merge of JSON values: the common base, mine and theirs.
 *
 * A place that only one side changed gets the value of that side. A place that both sides changed gets the value of the
 * preferred side. An edit is dropped if its place is gone: if it is inside a value that they removed or replaced by a
 * value of another type, or on an element that they removed too.
 *
 * Objects are merged member by member. Arrays are merged by the hunks that each side changed. Where hunks of both sides
 * overlap, their elements are merged one by one. Elements that both sides inserted at the same place are all kept,
 * theirs first, if mine are preferred. Otherwise only theirs are kept, because they may be mine.
 *
 * The Python client has the same rule, and `docs/clients.md` describes it for users.
 */

import { hunks } from "./diff.js";
import { equal, isObject, put, seal } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./diff.js").Hunk} Hunk */

/**
 * Returns the merged value. It shares parts with the arguments. `undefined` stands for a member that does not exist.
 * @param {Json | undefined} base
 * @param {Json | undefined} mine
 * @param {Json | undefined} theirs
 * @param {boolean} preferMine whether a place that both sides changed gets my value
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
  const edits = { mine: hunks(base, mine).reverse(), theirs: hunks(base, theirs).reverse() }; // the next hunk is the last element
  /** @type {Json[]} */
  const merged = [];
  /** `push(...elements)` fails for large arrays. @param {readonly Json[]} elements */
  const add = (elements) => {
    for (const element of elements) merged.push(element);
  };
  let at = 0; // in the base
  while (edits.mine.length > 0 || edits.theirs.length > 0) {
    const { from, to, ofMine, ofTheirs } = takeOverlapping(edits);
    add(base.slice(at, from));
    const [mineNow, theirsNow] = [replacement(mine, from, to, ofMine), replacement(theirs, from, to, ofTheirs)];
    if (ofMine.length === 0) add(theirsNow);
    else if (ofTheirs.length === 0) add(mineNow);
    else add(mergePart(base.slice(from, to), mineNow, theirsNow, preferMine));
    at = to;
  }
  add(base.slice(at));
  return seal(merged);
}

/**
 * Takes the next hunks that overlap each other, from one side or from both.
 *
 * An insertion before a hunk does not overlap it. Two insertions at the same place do.
 * @param {{mine: Hunk[], theirs: Hunk[]}} edits in reverse order
 */
function takeOverlapping(edits) {
  const next = [edits.mine.at(-1), edits.theirs.at(-1)];
  const from = Math.min(...next.map((hunk) => hunk?.from ?? Infinity));
  const inserts = next.some((hunk) => hunk?.from === from && hunk.to === from);
  let to = from;
  /** @param {Hunk[]} list @param {(hunk: Hunk) => boolean} fits @param {Hunk[]} taken */
  const take = (list, fits, taken) => {
    for (let hunk = list.at(-1); hunk !== undefined && fits(hunk); hunk = list.at(-1)) {
      list.pop();
      to = Math.max(to, hunk.to);
      taken.push(hunk);
    }
  };
  /** @type {Hunk[]} */ const ofMine = [];
  /** @type {Hunk[]} */ const ofTheirs = [];
  /** @param {Hunk} hunk */
  const begins = (hunk) => hunk.from === from && (!inserts || hunk.to === from);
  take(edits.mine, begins, ofMine);
  take(edits.theirs, begins, ofTheirs);
  for (let before = -1; before < to;) {
    before = to;
    take(edits.mine, (hunk) => hunk.from < to, ofMine);
    take(edits.theirs, (hunk) => hunk.from < to, ofTheirs);
  }
  return { from, to, ofMine, ofTheirs };
}

/**
 * Returns the elements by which a side replaces `base.slice(from, to)`; none without a hunk.
 * @param {readonly Json[]} side
 * @param {number} from
 * @param {number} to
 * @param {Hunk[]} taken its hunks in this range
 */
function replacement(side, from, to, taken) {
  if (taken.length === 0) return [];
  const [first, last] = [taken[0], taken[taken.length - 1]];
  return side.slice(first.newFrom - (first.from - from), last.newTo + (to - last.to));
}

/**
 * Merges a range that both sides changed: its elements, then those inserted after them.
 * @param {readonly Json[]} base
 * @param {readonly Json[]} mine
 * @param {readonly Json[]} theirs
 * @param {boolean} preferMine
 * @returns {readonly Json[]}
 */
function mergePart(base, mine, theirs, preferMine) {
  const { length } = base;
  if (equal(mine, theirs) || mine.length < length || theirs.length < length) return theirs;
  const inserted = preferMine || theirs.length === length ? mine.slice(length) : []; // theirs may be mine
  return [
    ...base.map((element, at) => merge(element, mine[at], theirs[at], preferMine)),
    ...theirs.slice(length),
    ...inserted,
  ];
}
