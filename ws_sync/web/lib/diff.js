/**
 * Creates JSON Patches (RFC 6902) of `add`, `remove` and `replace` from two values (patch-plain-operations).
 *
 * Objects are compared member by member. Arrays are aligned by their longest common subsequence; the elements between
 * its elements are changed in place, removed or inserted.
 */

import { equal, isObject, isSealed, sizeOf } from "./json.js";
import { escape } from "./pointer.js";

/** @typedef {import("./json.js").Json} Json */
/** @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./patch.js").Operation} Operation */

/**
 * A range `from` to `to` of an array, and the range `newFrom` to `newTo` of another array that replaces it.
 * @typedef {{from: number, to: number, newFrom: number, newTo: number}} Hunk
 */

/**
 * Returns the patch that turns one state of a document into another. It is empty if they are equal.
 *
 * An attribute is replaced as a whole if that is shorter (patch-size).
 * @param {JsonObject} before
 * @param {JsonObject} after
 * @returns {Operation[]}
 */
export function diff(before, after) {
  /** @type {Operation[]} */
  const patch = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) patch.push({ op: "remove", path: `/${escape(name)}` });
  }
  for (const [name, value] of Object.entries(after)) {
    const path = `/${escape(name)}`;
    if (!Object.hasOwn(before, name)) patch.push({ op: "add", path, value });
    else {
      const whole = { op: "replace", path, value };
      for (const operation of shorter([...differences(before[name], value, path)], whole)) patch.push(operation);
    }
  }
  return patch;
}

/** @param {Operation[]} fine @param {Operation} whole */
function shorter(fine, whole) {
  if (fine.length === 0 || (fine.length === 1 && fine[0].path === whole.path)) return fine;
  const { length } = JSON.stringify(fine);
  return length < leastLength(whole.value) || length < JSON.stringify([whole]).length ? fine : [whole];
}

/**
 * Returns a lower bound of the length of a value's JSON text: `sizeOf` counts 5 for a number, which has 2 characters with
 * its comma, and counts nothing else higher than it is.
 * @param {any} value
 */
const leastLength = (value) => sizeOf(value) * 0.4 - 1;

/**
 * @param {Json} before
 * @param {Json} after
 * @param {string} path
 * @returns {Iterable<Operation>}
 */
function* differences(before, after, path) {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (const hunk of hunks(before, after)) yield* ofHunk(before, after, hunk, path);
  } else if (isObject(before) && isObject(after)) {
    for (const name of Object.keys(before)) {
      if (!Object.hasOwn(after, name)) yield { op: "remove", path: `${path}/${escape(name)}` };
    }
    for (const [name, value] of Object.entries(after)) {
      const place = `${path}/${escape(name)}`;
      if (Object.hasOwn(before, name)) yield* differences(before[name], value, place);
      else yield { op: "add", path: place, value };
    }
  } else if (!equal(before, after)) {
    yield { op: "replace", path, value: after }; // patch-type-changes
  }
}

/**
 * @param {readonly Json[]} before
 * @param {readonly Json[]} after
 * @param {Hunk} hunk
 * @param {string} path
 * @returns {Iterable<Operation>}
 */
function* ofHunk(before, after, { from, to, newFrom, newTo }, path) {
  const both = Math.min(to - from, newTo - newFrom);
  for (let offset = 0; offset < both; offset++) {
    yield* differences(before[from + offset], after[newFrom + offset], `${path}/${newFrom + offset}`);
  }
  for (let more = from + both; more < to; more++) yield { op: "remove", path: `${path}/${newFrom + both}` };
  for (let at = newFrom + both; at < newTo; at++) yield { op: "add", path: `${path}/${at}`, value: after[at] };
}

/**
 * Returns the ranges in which two arrays differ, from left to right. The elements between the ranges are equal.
 * @param {readonly Json[]} before
 * @param {readonly Json[]} after
 * @returns {Hunk[]}
 */
export function hunks(before, after) {
  let start = 0;
  const shortest = Math.min(before.length, after.length);
  while (start < shortest && equal(before[start], after[start])) start++;
  let end = 0;
  while (end < shortest - start && equal(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  const stop = { from: before.length - end, newFrom: after.length - end };
  const found = [];
  let [from, newFrom] = [start, start];
  for (const stays of [...commonRun(before, after, start, stop), stop]) {
    if (stays.from > from || stays.newFrom > newFrom)
      found.push({ from, to: stays.from, newFrom, newTo: stays.newFrom });
    [from, newFrom] = [stays.from + 1, stays.newFrom + 1];
  }
  return found;
}

/**
 * Returns the indices of a common subsequence of the same range of two arrays. It is the longest one if no element occurs
 * twice: equal elements are matched in order of occurrence.
 * @param {readonly Json[]} before
 * @param {readonly Json[]} after
 * @param {number} start the first index in both
 * @param {{from: number, newFrom: number}} stop the index after the last in each
 * @returns {{from: number, newFrom: number}[]}
 */
function commonRun(before, after, start, stop) {
  if (start === stop.from || start === stop.newFrom) return [];
  /** The indices of equal elements, and how many of them are matched. @type {Map<string, {places: number[], matched: number}>} */
  const equals = new Map();
  for (let place = start; place < stop.from; place++) {
    const label = labelOf(before[place]);
    const found = equals.get(label);
    if (found === undefined) equals.set(label, { places: [place], matched: 0 });
    else found.places.push(place);
  }
  /** @type {{from: number, newFrom: number, previous: number}[]} */
  const pairs = [];
  /** By length, the last pair of the subsequence that ends at the smallest index. @type {number[]} */
  const ends = [];
  for (let newFrom = start; newFrom < stop.newFrom; newFrom++) {
    const found = equals.get(labelOf(after[newFrom]));
    if (found === undefined || found.matched === found.places.length) continue;
    const from = found.places[found.matched++];
    let [low, high] = [0, ends.length]; // the length of the longest subsequence that this pair can extend
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]].from < from) low = middle + 1;
      else high = middle;
    }
    pairs.push({ from, newFrom, previous: low > 0 ? ends[low - 1] : -1 });
    ends[low] = pairs.length - 1;
  }
  const run = [];
  for (let at = ends.length > 0 ? ends[ends.length - 1] : -1; at >= 0; at = pairs[at].previous) run.push(pairs[at]);
  return run.reverse();
}

/** The labels of frozen elements. They are kept because most elements are the same in the next state. @type {WeakMap<object, string>} */
const labels = new WeakMap();

/** Returns the canonical JSON text of an element. @param {any} element @returns {string} */
function labelOf(element) {
  if (typeof element !== "object" || element === null) return JSON.stringify(element);
  let label = labels.get(element);
  if (label === undefined) {
    label = JSON.stringify(element, sorted);
    if (isSealed(element)) labels.set(element, label);
  }
  return label;
}

/** A replacer for JSON.stringify that sorts the members of objects. @param {string} _name @param {any} value */
function sorted(_name, value) {
  if (!isObject(value)) return value;
  return Object.assign(
    Object.create(null),
    Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((name) => [name, value[name]]),
    ),
  );
}
