/**
 * Three versions of a JSON value made one: the common one, mine and theirs.
 *
 * A place that one side changed has that side's value. Where both did, one of them is preferred, and an edit whose place
 * is gone is dropped: one inside a value that the others removed or replaced by something of another kind, and one of
 * elements that the others removed too. Objects are merged member by member, arrays by the stretches that a side has
 * changed: those of one side are as that side has them, and where stretches of both overlap, their elements are merged one by
 * one. Elements that both sides inserted at one place are kept, theirs first, when mine are preferred; else theirs may be
 * mine, and only they are kept.
 *
 * `docs/clients.md` tells the rule to users; the client in Python has the same.
 */

import { hunks } from "./diff.js";
import { equal, isObject, put, seal } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./diff.js").Hunk} Hunk */

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
  const edits = { mine: hunks(base, mine).reverse(), theirs: hunks(base, theirs).reverse() }; // so that the next is the last
  /** @type {Json[]} */
  const merged = [];
  /** An argument for each element is more than an engine takes. @param {readonly Json[]} elements */
  const add = (elements) => {
    for (const element of elements) merged.push(element);
  };
  let at = 0; // in the base
  while (edits.mine.length > 0 || edits.theirs.length > 0) {
    const { from, to, ofMine, ofTheirs } = cluster(edits);
    add(base.slice(at, from));
    const [mineNow, theirsNow] = [within(mine, from, to, ofMine), within(theirs, from, to, ofTheirs)];
    if (ofMine.length === 0) add(theirsNow);
    else if (ofTheirs.length === 0) add(mineNow);
    else add(mergeStretch(base.slice(from, to), mineNow, theirsNow, preferMine));
    at = to;
  }
  add(base.slice(at));
  return seal(merged);
}

/**
 * Takes the next hunks that overlap each other, of one side or of both.
 *
 * What is inserted before a stretch does not overlap it; two insertions at one place do.
 * @param {{mine: Hunk[], theirs: Hunk[]}} edits the next one last
 */
function cluster(edits) {
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
 * What one side has in the place of base[from:to].
 * @param {readonly Json[]} side
 * @param {number} from
 * @param {number} to
 * @param {Hunk[]} taken its hunks in there
 */
function within(side, from, to, taken) {
  if (taken.length === 0) return []; // not asked for
  const [first, last] = [taken[0], taken[taken.length - 1]];
  return side.slice(first.newFrom - (first.from - from), last.newTo + (to - last.to));
}

/**
 * A stretch that both have changed: what stands in the place of each of its elements, then what was inserted behind.
 * @param {readonly Json[]} base
 * @param {readonly Json[]} mine
 * @param {readonly Json[]} theirs
 * @param {boolean} preferMine
 * @returns {readonly Json[]}
 */
function mergeStretch(base, mine, theirs, preferMine) {
  const { length } = base;
  if (equal(mine, theirs) || mine.length < length || theirs.length < length) return theirs;
  const inserted = preferMine || theirs.length === length ? mine.slice(length) : []; // theirs may be mine
  return [
    ...base.map((element, at) => merge(element, mine[at], theirs[at], preferMine)),
    ...theirs.slice(length),
    ...inserted,
  ];
}
