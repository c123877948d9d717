/**
 * Three-way merge: what two sides made of one value, put together.
 *
 * `mine` are the edits of this client, `theirs` is what the server has by now, `base` is what both began with.
 *
 * - What only one side changed is as that side has it. Objects are merged member by member.
 * - What both changed is a conflict. For an edit that the server can't have seen, mine wins (`unseen`). For one that was
 *   sent and may have arrived, the server's value may be a later one, and wins.
 * - An edit inside something that the server has removed or replaced by a value of another kind is dropped: its place
 *   is gone.
 * - Arrays are merged by stretches. Where both inserted at one place, the server's elements come first, then mine; of
 *   edits that may have arrived, only elements that the server's do not hold already.
 */

import { hunks } from "./diff.js";
import { equal, isObject, put, seal } from "./json.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./diff.js").Hunk} Hunk */

/**
 * @param {Json} base
 * @param {Json} mine
 * @param {Json} theirs
 * @param {boolean} unseen whether the server can't have seen my edits
 * @returns {any}
 */
export function merge(base, mine, theirs, unseen) {
  if (equal(mine, base) || equal(mine, theirs)) return theirs;
  if (equal(theirs, base)) return mine;
  if (isObject(base) && isObject(mine)) return isObject(theirs) ? mergeObjects(base, mine, theirs, unseen) : theirs;
  if (Array.isArray(base) && Array.isArray(mine)) {
    return Array.isArray(theirs) ? mergeArrays(base, mine, theirs, unseen) : theirs;
  }
  return unseen ? mine : theirs;
}

/**
 * @param {JsonObject} base
 * @param {JsonObject} mine
 * @param {JsonObject} theirs
 * @param {boolean} unseen
 */
function mergeObjects(base, mine, theirs, unseen) {
  const merged = {};
  for (const [name, value] of Object.entries(theirs)) {
    const [inBase, inMine] = [Object.hasOwn(base, name), Object.hasOwn(mine, name)];
    if (inMine) {
      const ours = inBase ? merge(base[name], mine[name], value, unseen) : unseen ? mine[name] : value;
      put(merged, name, ours);
    } else if (!inBase || !(unseen || equal(value, base[name]))) put(merged, name, value); // else I removed it
  }
  for (const [name, value] of Object.entries(mine)) {
    if (!Object.hasOwn(base, name) && !Object.hasOwn(theirs, name)) put(merged, name, value);
  }
  return seal(merged);
}

/**
 * @param {readonly Json[]} base
 * @param {readonly Json[]} mine
 * @param {readonly Json[]} theirs
 * @param {boolean} unseen
 */
function mergeArrays(base, mine, theirs, unseen) {
  const edits = { mine: hunks(base, mine), theirs: hunks(base, theirs) };
  const merged = [];
  let at = 0; // in the base
  while (edits.mine.length > 0 || edits.theirs.length > 0) {
    const { from, to, ofMine, ofTheirs } = cluster(edits);
    merged.push(...base.slice(at, from));
    const [mineNow, theirsNow] = [within(mine, from, to, ofMine), within(theirs, from, to, ofTheirs)];
    if (ofMine.length === 0) merged.push(...theirsNow);
    else if (ofTheirs.length === 0) merged.push(...mineNow);
    else merged.push(...mergeStretch(base.slice(from, to), mineNow, theirsNow, unseen));
    at = to;
  }
  merged.push(...base.slice(at));
  return seal(merged);
}

/**
 * Takes the next hunks that overlap each other, of one side or of both.
 *
 * What is inserted in front of a stretch does not overlap it; two insertions at one place do.
 * @param {{mine: Hunk[], theirs: Hunk[]}} edits
 */
function cluster(edits) {
  const from = Math.min(edits.mine[0]?.from ?? Infinity, edits.theirs[0]?.from ?? Infinity);
  const inserts = [edits.mine[0], edits.theirs[0]].some((hunk) => hunk?.from === from && hunk.to === from);
  let to = from;
  /** @param {Hunk[]} list @param {(hunk: Hunk) => boolean} fits @param {Hunk[]} taken */
  const take = (list, fits, taken) => {
    while (list.length > 0 && fits(list[0])) {
      const hunk = /** @type {Hunk} */ (list.shift());
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
  for (let before = -1; before < to; ) {
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
 * @param {readonly Json[]} base
 * @param {readonly Json[]} mine
 * @param {readonly Json[]} theirs
 * @param {boolean} unseen
 */
function mergeStretch(base, mine, theirs, unseen) {
  if (equal(mine, theirs)) return theirs;
  if (base.length === mine.length && base.length === theirs.length) {
    return base.map((element, at) => merge(element, mine[at], theirs[at], unseen));
  }
  if (base.length === 0) {
    return [...theirs, ...(unseen ? mine : mine.filter((element) => !theirs.some((other) => equal(other, element))))];
  }
  if (theirs.length === 0 && unseen) return mine.slice(base.length); // the places of my other edits are gone
  return unseen ? mine : theirs;
}
