// Where a value goes in the text of a JSON file, how it is written there, and how it is taken out. It is written as what
// stands around it; a formatter would rewrite the neighbours.
import { type Edit, findNodeAtLocation, type Node } from "jsonc-parser";

export type Path = readonly (string | number)[];

/** The one edit that makes `path` be `value`: in the place of what is there, or behind its last neighbour. */
export function insertion(text: string, root: Node, path: Path, value: unknown): Edit {
  const present = findNodeAtLocation(root, [...path]);
  const style = styleOf(text);
  if (present !== undefined) {
    const content = render(value, indentAt(text, present.offset), style);
    return { offset: present.offset, length: present.length, content };
  }
  // The nearest container that is there; those between are made.
  let depth = path.length - 1;
  while (depth > 0 && findNodeAtLocation(root, path.slice(0, depth)) === undefined) depth -= 1;
  const container = depth === 0 ? root : findNodeAtLocation(root, path.slice(0, depth));
  const wrapped = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return into(text, container ?? root, { key: path[depth], value: wrapped }, style);
}

/** The one edit that takes the entry at `path` away, with the comma that it needed. It undoes an insertion, to the byte. */
export function removal(text: string, root: Node, path: Path): Edit {
  const value = findNodeAtLocation(root, [...path]);
  const entry = value?.parent?.type === "property" ? value.parent : value;
  const entries = entry?.parent?.children ?? [];
  const index = entry === undefined ? -1 : entries.indexOf(entry);
  const [before, after] = [entries[index - 1], entries[index + 1]];
  if (entry === undefined || entry.parent === undefined) return { offset: 0, length: 0, content: "" };
  const end = entry.offset + entry.length;
  if (before !== undefined) return cut(before.offset + before.length, end);
  if (after !== undefined) return cut(entry.offset, after.offset);
  const [start, stop] = [entry.parent.offset + 1, entry.parent.offset + entry.parent.length - 1];
  const rest = text.slice(end, stop).replace(/^\s*,/, "");
  const around = text.slice(start, entry.offset) + rest;
  return around.trim() === "" ? cut(start, stop) : cut(entry.offset, stop - rest.length);
}

function cut(offset: number, end: number): Edit {
  return { offset, length: end - offset, content: "" };
}

interface Style {
  unit: string;
  eol: string;
}

interface Entry {
  key: string | number | undefined;
  value: unknown;
}

function into(text: string, container: Node, entry: Entry, style: Style): Edit {
  const last = container.children?.at(-1);
  const indent = indentAt(text, container.offset);
  const name = typeof entry.key === "string" ? `${JSON.stringify(entry.key)}: ` : "";
  const write = (own: string) => name + render(entry.value, own, style);
  if (last === undefined) {
    const [start, end] = [container.offset + 1, container.offset + container.length - 1];
    const inside = text.slice(start, end);
    const own = indent + style.unit;
    if (inside.trim() === "") {
      const content = `${style.eol}${own}${write(own)}${style.eol}${indent}`;
      return { offset: start, length: inside.length, content };
    }
    // Comments alone.
    return { offset: start, length: 0, content: `${style.eol}${own}${write(own)}${style.eol}` };
  }
  const offset = last.offset + last.length;
  const first = container.children?.[0] ?? last;
  const isOnLines = text.slice(container.offset, first.offset).includes("\n");
  if (!isOnLines) return { offset, length: 0, content: `, ${name}${JSON.stringify(entry.value)}` };
  const own = indentAt(text, first.offset);
  return { offset, length: 0, content: `,${style.eol}${own}${write(own)}` };
}

function render(value: unknown, indent: string, { unit, eol }: Style): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
}

/** What its line begins with. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function styleOf(text: string): Style {
  const isOneLine = text.trim() !== "{}" && !text.trim().includes("\n");
  if (isOneLine) return { unit: "", eol: "" };
  return {
    unit: /^([ \t]+)["{[/]/m.exec(text)?.[1] ?? "  ",
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}
