// The text of a TOML file → with our table, or without it. Lines are added, replaced or taken out; a parser then says
// whether nothing else has changed, and if it has, the file is left alone.
import { isDeepStrictEqual } from "node:util";
import { parse, stringify, type TomlTable } from "smol-toml";
import type { TomlServerPart } from "../hosts/configuration.ts";
import { InvalidConfiguration } from "./invalid-configuration.ts";

/** @throws InvalidConfiguration where it is no TOML, or our table is written in a way that cannot be replaced by lines. */
export function addTable(text: string, { at, value }: TomlServerPart): string {
  const before = read(text);
  const present = tableAt(before, at);
  if (present !== undefined && isWithin(value, present)) return text;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = [`[${at.join(".")}]`, ...stringify(value).trimEnd().split("\n")];
  const block = present === undefined ? null : findBlock(text, at);
  const next =
    block === null
      ? `${text}${separator(text, eol)}${lines.join(eol)}${eol}`
      : replace(text, block, withOthers(block, value, lines, eol));
  const wanted = withTable(before, at, { ...present, ...value });
  assertSame(next, wanted, at);
  return next;
}

/** With its subtables. The blank line before it goes too. */
export function removeTable(text: string, { at }: Pick<TomlServerPart, "at">): string {
  const before = read(text);
  if (tableAt(before, at) === undefined) return text;
  let next = text;
  while (tableAt(read(next), at) !== undefined) {
    const block = findBlock(next, at, true);
    if (block === null) break;
    const start = /(?:^|\n)\r?\n$/.exec(next.slice(0, block.start))
      ? trimLine(next, block.start)
      : block.start;
    next = next.slice(0, start) + next.slice(block.end);
  }
  assertSame(next, withTable(before, at, undefined), at);
  return next;
}

interface Block {
  start: number;
  /** Behind the last line that says something of it. */
  end: number;
  text: string;
}

/** From the table's last header to the next one; with `below`, also a table inside of it. */
function findBlock(text: string, at: readonly string[], below = false): Block | null {
  const keys = at.map((key) => `\\s*(?:${key}|"${key}"|'${key}')\\s*`).join("\\.");
  const header = new RegExp(
    `^[ \\t]*\\[${keys}${below ? "(?:\\.[^\\]\\n]{1,200})?" : ""}\\][ \\t]*(?:#.*)?\\r?$`,
    "gm",
  );
  const found = [...text.matchAll(header)].at(-1);
  if (found === undefined) return null;
  const body = text.slice(found.index + found[0].length);
  const next = /^[ \t]*\[/m.exec(body);
  const whole = text.slice(found.index, found.index + found[0].length + (next?.index ?? body.length));
  // Comments and blank lines before the next header are that one's.
  const own = next === null ? whole : whole.replace(/(?:(?<=\n)[ \t]*(?:#.*)?\r?\n)+$/, "");
  return { start: found.index, end: found.index + own.length, text: own };
}

/** Our lines in the place of those that said the same; what else somebody wrote into the table stays. */
function withOthers(
  { text }: Block,
  value: TomlServerPart["value"],
  lines: readonly string[],
  eol: string,
): string {
  const [header = "", ...body] = text.split(/(?<=\n)/);
  const names = new Set(Object.keys(value));
  let open = 0;
  const others = body.filter((line) => {
    const key = /^\s*["']?([\w-]+)["']?\s*=/.exec(line)?.[1];
    const isOwn = open > 0 || (key !== undefined && names.has(key));
    if (isOwn) open = Math.max(0, open + count(line, "[") - count(line, "]"));
    return !isOwn;
  });
  return [header.endsWith("\n") ? header : `${header}${eol}`, lines.slice(1).join(eol), eol, ...others].join(
    "",
  );
}

const count = (line: string, character: string) => line.split(character).length - 1;

function replace(text: string, { start, end }: Block, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function separator(text: string, eol: string): string {
  if (text === "") return "";
  return text.endsWith("\n") ? eol : eol + eol;
}

function trimLine(text: string, end: number): number {
  return end - (text.slice(0, end).endsWith("\r\n") ? 2 : 1);
}

function read(text: string): TomlTable {
  try {
    return parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (error) {
    const [reason = ""] = error instanceof Error ? error.message.split("\n") : [];
    const place = error instanceof Error && "line" in error ? `line ${String(error.line)}: ` : "";
    throw new InvalidConfiguration(`${place}${reason}`);
  }
}

function isTable(value: unknown): value is TomlTable {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

function tableAt(root: TomlTable, at: readonly string[]): TomlTable | undefined {
  let value: unknown = root;
  for (const key of at) {
    if (!isTable(value)) throw new InvalidConfiguration(`"${at.join(".")}" has something else in its way`);
    if (!Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  if (!isTable(value)) throw new InvalidConfiguration(`"${at.join(".")}" is no table`);
  return value;
}

function isWithin(wanted: TomlServerPart["value"], present: TomlTable): boolean {
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(present[key], value));
}

/** A copy; a table that becomes empty is left out. */
function withTable(
  root: TomlTable,
  [key, ...rest]: readonly string[],
  value: TomlTable | undefined,
): TomlTable {
  if (key === undefined) return value ?? {};
  const { [key]: child, ...others } = root;
  const next = withTable(isTable(child) ? child : {}, rest, value);
  return Object.keys(next).length === 0 ? others : { ...others, [key]: next };
}

function assertSame(text: string, wanted: TomlTable, at: readonly string[]): void {
  const after = plain(read(text));
  if (
    isDeepStrictEqual(after, plain(wanted)) ||
    isDeepStrictEqual(plain(withoutEmpty(read(text), at)), plain(wanted))
  )
    return;
  throw new InvalidConfiguration(`"${at.join(".")}" is written in a way that has to be changed by hand`);
}

/** `[mcp_servers]` alone says nothing. */
function withoutEmpty(root: TomlTable, at: readonly string[]): TomlTable {
  return tableAt(root, at) === undefined ? withTable(root, at, undefined) : root;
}

// The parser's tables have no prototype.
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
