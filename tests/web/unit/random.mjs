// Random states and random variants of states, from a seed.

/** @param {number} seed @returns {(below: number) => number} */
export function numbers(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0; // mulberry32
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const NAMES = ["a", "b", "a/b", "~", "__proto__", "constructor", "", "0"];
const LEAVES = [null, true, false, 0, 1, -1.5, "", "x", "1", "é"];

export function valueOf(random, depth = 3) {
  const kind = depth > 0 ? random(4) : 0;
  if (kind <= 1) return LEAVES[random(LEAVES.length)];
  if (kind === 2) return Array.from({ length: random(5) }, () => valueOf(random, depth - 1));
  return objectOf(random, () => valueOf(random, depth - 1));
}

function objectOf(random, make) {
  const object = {};
  for (let count = random(4); count > 0; count--) {
    Object.defineProperty(object, NAMES[random(NAMES.length)], {
      value: make(),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

/** Returns a random state with fixed attributes. */
export const stateOf = (random) => ({
  text: valueOf(random, 0),
  items: Array.from({ length: random(6) }, () => valueOf(random, 2)),
  table: objectOf(random, () => valueOf(random, 2)),
  anything: valueOf(random),
});

/** Returns a state with some parts changed, and the same attributes. */
export function variantOf(random, state) {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, random(2) ? changed(random, value) : value]),
  );
}

function changed(random, value) {
  if (Array.isArray(value) && random(5)) {
    const copy = [...value];
    const at = random(copy.length + 1);
    const act = random(4);
    if (act === 0) copy.splice(at, 0, valueOf(random, 2));
    else if (act === 1) copy.splice(at, 1);
    else if (act === 2 && at < copy.length) copy[at] = changed(random, copy[at]);
    else if (copy.length > 1) copy.push(copy.shift());
    return copy;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && random(5)) {
    const entries = Object.entries(value)
      .filter(() => random(4))
      .map(([name, member]) => [name, random(2) ? changed(random, member) : member]);
    return Object.assign(
      objectOf(random, () => valueOf(random, 1)),
      Object.fromEntries(entries.filter(([name]) => name !== "__proto__")),
    );
  }
  return valueOf(random, 2);
}

const OPERATIONS = ["add", "remove", "replace", "move", "copy", "test"];

/** Returns a random patch; most operations fit the state. */
export function patchOf(random, state) {
  const places = placesOf(state, "");
  const place = () => {
    const pointer = places[random(places.length)];
    return random(8) ? pointer : `${pointer}/${["-", "0", "a"][random(3)]}`;
  };
  return Array.from({ length: 1 + random(5) }, () => ({
    op: OPERATIONS[random(OPERATIONS.length)],
    path: place(),
    from: place(),
    value: valueOf(random, 2),
  }));
}

/** Returns the pointers of all values in a value. */
function placesOf(value, pointer) {
  if (typeof value !== "object" || value === null) return [pointer];
  const inner = Object.entries(value).flatMap(([name, part]) =>
    placesOf(part, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
  return [pointer, ...inner];
}
