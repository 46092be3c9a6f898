// What a user gives to an option or an argument → a value, or a word about what it should be.
import { InvalidArgumentError, Option } from "commander";
import { parseTime } from "../tools/iso-time.ts";
import { resolvePath } from "./paths.ts";

export const directoryOption = (about: string) => new Option("--directory <path>", about);

/** An option that may be given again. Not a variadic one, which would take the words behind it. */
export const listOption = (flags: string, about: string, parse = (value: string): unknown[] => [value]) =>
  new Option(flags, `${about}; may be repeated`).argParser((value, before: unknown[] = []) => [
    ...before,
    ...parse(value),
  ]);

export function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError("Give a whole number above 0.");
  return Number(value);
}

const powers = { B: 0, kB: 1, MB: 2, GB: 3, TB: 4 } as const;

export function parseBytes(value: string): number {
  const [, digits, unit = "B"] = /^(\d{1,15}(?:\.\d{1,3})?) ?(B|kB|MB|GB|TB)?$/.exec(value) ?? [];
  if (digits === undefined) throw new InvalidArgumentError("Give a size such as 500MB, or 5GB.");
  return Number(digits) * 1000 ** powers[unit as keyof typeof powers];
}

/** Milliseconds since 1970. What is still to come would be all that there is. */
export function parseSince(value: string): number {
  const ago = /^(\d{1,5})([dh])$/.exec(value);
  const hours = ago?.[2] === "h" ? 1 : 24;
  const time = ago ? Date.now() - Number(ago[1]) * hours * 3_600_000 : parseTime(value);
  if (time === null) throw new InvalidArgumentError("Give a date such as 2026-11-21, or 7d, or 12h.");
  if (time > Date.now()) throw new InvalidArgumentError(`${value} is still to come.`);
  return time;
}

export function parsePath(value: string): string {
  if (value === "" || value.includes("\0")) throw new InvalidArgumentError("Give the path of a file.");
  return resolvePath(value);
}
