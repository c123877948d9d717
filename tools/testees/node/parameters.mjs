/**
 * Parameters: declares the parameters of actions and tasks, and reads the arguments of calls.
 *
 * A reader takes a JSON value and returns the argument, or throws `Refused`. It is strict: `"3"` is not an integer.
 */

import { Refused, isObject } from "./codec.mjs";

/** @typedef {import("./codec.mjs").Json} Json */
/** @typedef {(value: any) => any} Reader */
/** @typedef {{[name: string]: Reader | {read: Reader, fallback: Json}}} Parameters */

/** @param {(value: unknown) => boolean} accepts @returns {Reader} */
const reader = accepts => value => {
  if (!accepts(value)) throw new Refused("an argument has the wrong type");
  return value;
};

export const any = reader(() => true);
export const string = reader(value => typeof value === "string");
export const integer = reader(value => Number.isSafeInteger(value)); // 3.0 is an integer
export const duration = reader(value => typeof value === "number" && value >= 0);
export const object = reader(isObject);
export const bytes = reader(value => value instanceof Uint8Array);

/** Reads Base64 with padding (RFC 4648, section 4) as bytes. @type {Reader} */
export const base64 = value => {
  const read = Buffer.from(string(value), "base64");
  if (read.toString("base64") !== value) throw new Refused("an argument is not Base64");
  return read;
};

/** An optional parameter. @param {Reader} read @param {Json} fallback */
export const optional = (read, fallback) => ({ read, fallback });

/**
 * Reads the arguments of a call; unknown ones are ignored (actions-extra-arguments).
 * @param {Parameters} parameters
 * @param {any} data the data of a call, an object
 */
export function readArguments(parameters, data) {
  const values = Object.create(null);
  for (const [name, parameter] of Object.entries(parameters)) {
    const { read, fallback } = typeof parameter === "function" ? { read: parameter, fallback: undefined } : parameter;
    if (Object.hasOwn(data, name)) values[name] = read(data[name]);
    else if (fallback !== undefined) values[name] = fallback; // actions-default
    else throw new Refused("an argument is missing"); // actions-arguments
  }
  return values;
}
