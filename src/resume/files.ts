// Which files a session touched, as far as its tool calls and file changes say.
import type { Event, JsonValue, Origin } from "../db/records.ts";

export interface TouchedFile {
  path: string;
  seq: number;
  /** Absent: a file_change event. */
  tool_name?: string | undefined;
  author: string;
  origin: Origin;
}

// As the tools of agents call them.
const pathKeys = [
  "path",
  "paths",
  "file",
  "file_path",
  "filePath",
  "filename",
  "absolute_path",
  "absolutePath",
  "relative_path",
  "relative_workspace_path",
  "target_file",
  "notebook_path",
];
// Longer is a text about a file, not its path.
const longestPath = 512;

/** Each once, where it was touched last. `events`: newest first. */
export function findFiles(events: readonly Event[]): TouchedFile[] {
  const byPath = new Map<string, TouchedFile>();
  for (const { seq, type, author, origin, content, metadata, actions } of events) {
    const touched = (path: string, tool_name?: string) => {
      if (!byPath.has(path)) byPath.set(path, { path, seq, tool_name, author, origin });
    };
    for (const { toolName, input } of actions.toReversed()) {
      for (const path of pathsIn(input)) touched(path, toolName);
    }
    if (type !== "file_change") continue;
    const named = pathsIn(metadata);
    for (const path of named) touched(path);
    if (named.length === 0 && actions.length === 0 && content !== null && isPath(content)) touched(content);
  }
  return [...byPath.values()];
}

function pathsIn(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return patchedPaths(value);
  if (value === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return [];
  const found = pathKeys.flatMap((key) => (Object.hasOwn(value, key) ? [value[key]].flat() : []));
  const patched = Object.values(value).flat().filter(isText).flatMap(patchedPaths);
  return [...found.filter(isText), ...patched].filter(isPath);
}

const patchStart = "*** Begin Patch";
const patchHeader = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\r?$/gm;

/** Of a patch in the form of apply_patch, which names its files in lines of their own. */
function patchedPaths(text: string): string[] {
  if (!text.includes(patchStart)) return [];
  return Array.from(text.matchAll(patchHeader), ([, path = ""]) => path);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isPath(text: string): boolean {
  return text.trim() !== "" && text.length <= longestPath && !text.includes("\n");
}
