// The text of a JSON file → with our part, or without it. Edits touch our part alone: comments, order and spaces of the rest
// stay, to the byte.
import { isDeepStrictEqual } from "node:util";
import {
  applyEdits,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { ConstantPart, HookPart, ServerPart } from "../hosts/configuration.ts";
import { InvalidConfiguration } from "./invalid-configuration.ts";
import { insertion, type Path, removal } from "./json-places.ts";

export type JsonPart = ServerPart | HookPart | ConstantPart;

export class JsonText {
  readonly #byteOrderMark: string;
  #text: string;

  /** @throws InvalidConfiguration where it is no JSON (comments and trailing commas are). An empty text is an empty object. */
  constructor(text: string) {
    this.#byteOrderMark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
    const rest = text.slice(this.#byteOrderMark.length);
    this.#text = rest.trim() === "" ? "{}\n" : rest;
    this.#parse();
  }

  get text(): string {
    return this.#byteOrderMark + this.#text;
  }

  /** Whether nothing but the constant parts of ours is left. */
  isEmpty(constants: readonly ConstantPart[]): boolean {
    const root = { ...(this.#parse() as Record<string, unknown>) };
    for (const { at, value } of constants) {
      const [key] = at;
      if (key !== undefined && at.length === 1 && isDeepStrictEqual(root[key], value)) delete root[key];
    }
    return Object.keys(root).length === 0 && !/\/[/*]/.test(this.#text);
  }

  add(part: JsonPart): void {
    this.#assertUnique(part.at);
    this.#assertObjects(part.at.slice(0, -1));
    if (part.kind === "constant") {
      if (this.#at(part.at) === undefined) this.#set(part.at, part.value);
    } else if (part.kind === "server") this.#addServer(part);
    else this.#addHook(part);
  }

  remove(part: JsonPart): void {
    if (part.kind === "constant") return;
    this.#assertUnique(part.at);
    const before = this.#text;
    if (part.kind === "server") {
      if (this.#at(part.at) === undefined) return;
      this.#set(part.at, undefined);
    } else this.#removeHooks(part, () => true);
    if (this.#text === before) return;
    this.#prune(part.at.slice(0, part.kind === "server" ? -1 : undefined));
  }

  /** Keys that somebody added to ours stay. */
  #addServer({ at, value }: ServerPart): void {
    const present = this.#at(at);
    if (present === undefined) {
      this.#set(at, value);
      return;
    }
    this.#assertObjects(at);
    for (const [key, wanted] of Object.entries(value)) {
      if (!isDeepStrictEqual(this.#at([...at, key]), wanted)) this.#set([...at, key], wanted);
    }
  }

  #addHook(part: HookPart): void {
    const present = this.#at(part.at);
    if (present !== undefined && !Array.isArray(present)) {
      throw new InvalidConfiguration(`"${part.at.join(".")}" is no list`);
    }
    const same = (present ?? []).findIndex((item: unknown) => isDeepStrictEqual(item, part.item));
    this.#removeHooks(part, (index) => index !== same);
    if (same >= 0) return;
    if (present === undefined) this.#set(part.at, [part.item]);
    else this.#set([...part.at, present.length], part.item);
  }

  /** Ours among them: those of earlier versions and other commands too. What shares a group with ours stays. */
  #removeHooks(part: HookPart, which: (index: number) => boolean): void {
    const items = this.#at(part.at);
    if (!Array.isArray(items)) return;
    for (const [index, item] of [...items.entries()].toReversed()) {
      if (!which(index)) continue;
      const handlers: unknown = item?.hooks;
      if (!Array.isArray(handlers)) {
        if (isOurs(item, part)) this.#set([...part.at, index], undefined);
        continue;
      }
      const own = [...handlers.keys()].filter((at) => isOurs(handlers[at], part));
      if (own.length > 0 && own.length === handlers.length) this.#set([...part.at, index], undefined);
      else for (const at of own.toReversed()) this.#set([...part.at, index, "hooks", at], undefined);
    }
  }

  /** Objects and lists on the way that are empty now. */
  #prune(path: readonly string[]): void {
    for (let end = path.length; end > 0; end -= 1) {
      const here = path.slice(0, end);
      const value = this.#at(here);
      if (value === null || typeof value !== "object" || Object.keys(value).length > 0) return;
      this.#set(here, undefined);
    }
  }

  #assertObjects(path: readonly string[]): void {
    for (let end = 0; end <= path.length; end += 1) {
      const value = this.#at(path.slice(0, end));
      if (value === undefined) return;
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        const name = end === 0 ? "the file" : `"${path.slice(0, end).join(".")}"`;
        throw new InvalidConfiguration(`${name} is no object`);
      }
    }
  }

  /** Programs differ in which of two they take. */
  #assertUnique(path: readonly string[]): void {
    let node: Node | undefined = this.#root();
    for (const [index, key] of path.entries()) {
      const found: Node[] = (node?.children ?? []).filter(({ children }) => children?.[0]?.value === key);
      if (found.length > 1) {
        throw new InvalidConfiguration(`"${path.slice(0, index + 1).join(".")}" is there twice`);
      }
      node = found[0]?.children?.[1];
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of somebody else, which is asked what it is.
  #at(path: Path): any {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    let value: any = this.#parse();
    for (const key of path) {
      if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
      value = value[key];
    }
    return value;
  }

  /** Undefined takes it out. */
  #set(path: Path, value: unknown): void {
    const edit =
      value === undefined
        ? removal(this.#text, this.#root(), path)
        : insertion(this.#text, this.#root(), path, value);
    this.#text = applyEdits(this.#text, [edit]);
  }

  #parse(): unknown {
    // The parser's objects have no prototype, and so are equal to none.
    return structuredClone(getNodeValue(this.#root()));
  }

  #root(): Node {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error === undefined && root !== undefined) return root;
    const { line, column } = placeOf(this.#text, error?.offset ?? 0);
    const reason = error === undefined ? "empty" : printParseErrorCode(error.error);
    const words = reason.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
    throw new InvalidConfiguration(`line ${line}, column ${column}: ${words}`);
  }
}

/** The very command, or by its end and its name: `… backstory … hook claude-code`. */
function isOurs(handler: unknown, { item }: HookPart): boolean {
  const [present, ours] = [commandOf(handler), commandOf(item)];
  if (present === undefined || ours === undefined) return false;
  const [tail = ours] = / hook [\w-]+$/.exec(ours) ?? [];
  return present === ours || (present.endsWith(tail) && /backstory/i.test(present));
}

function commandOf(handler: unknown): string | undefined {
  if (handler === null || typeof handler !== "object") return undefined;
  const { command, args, hooks } = handler as { command?: unknown; args?: unknown; hooks?: unknown };
  if (Array.isArray(hooks)) return commandOf(hooks[0]);
  if (typeof command !== "string") return undefined;
  return Array.isArray(args) ? [command, ...args].join(" ") : command;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
