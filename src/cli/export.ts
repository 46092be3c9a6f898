// `backstory export`: what is stored, in a file for its owner alone.
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import packageJson from "../../package.json" with { type: "json" };
import { StoreError } from "../db/errors.ts";
import type { PortableCounts, PortableRecord } from "../db/portable.ts";
import { refuseTaken } from "../db/sqlite/free-name.ts";
import type { Store } from "../db/store.ts";
import { readWorkspace } from "../workspace/workspace.ts";
import { against, currentDirectory } from "./directory.ts";
import { end, header } from "./export-header.ts";
import { toMarkdownLines } from "./export-markdown.ts";
import { printText } from "./print.ts";
import type { Settings } from "./settings.ts";

export interface ExportSettings extends Settings {
  session?: string;
  directory?: string;
  format: "jsonl" | "markdown";
}

/** Half an export would pass for a whole one: it has its name when it is written. */
export function exportTo(out: string, settings: ExportSettings): Promise<void> {
  return printText(settings, async (store) => {
    refuseTaken(out, settings.db);
    const unfinished = `${out}.unfinished`;
    try {
      await rm(unfinished, { force: true });
      const counts = await writeTo(unfinished, store, settings);
      // Again: somebody may have written there meanwhile.
      refuseTaken(out, settings.db);
      await rename(unfinished, out);
      return `${out} has ${describe(counts)}.\n`;
    } catch (error) {
      throw toFileError(error, out);
    } finally {
      await rm(unfinished, { force: true });
    }
  });
}

async function writeTo(path: string, store: Store, settings: ExportSettings) {
  const file = await open(path, "wx", 0o600);
  try {
    const counts = await writeAll(file, store, settings);
    await file.sync();
    return counts;
  } finally {
    await file.close();
  }
}

/** Of the system about a file of ours; any other stays. */
function toFileError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof StoreError || code === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new StoreError(
      "disk_full",
      `The disk that holds ${path} is full.`,
      "Free some space, or name another place.",
    );
  return new StoreError("invalid_input", `${path} cannot be made (${code}).`, "Name another file.");
}

async function writeAll(file: FileHandle, store: Store, { session, directory, format }: ExportSettings) {
  const counts: Partial<PortableCounts> = {};
  const here =
    directory === undefined ? undefined : await readWorkspace(against(currentDirectory(), directory));
  if (format === "jsonl") await file.appendFile(toLine(header(packageJson.version)));
  for await (const records of store.portable.read({ sessionId: session, directory: here?.directory })) {
    const texts = records.map(format === "jsonl" ? toLine : toMarkdownLines);
    for (const [index, { kind }] of records.entries())
      if (texts[index] !== "") counts[kind] = (counts[kind] ?? 0) + 1;
    await file.appendFile(texts.join(""));
  }
  if (here !== undefined && Object.keys(counts).length === 0) throw nothingIn(here.directory);
  if (format === "jsonl") await file.appendFile(toLine(end(counts)));
  return counts;
}

function nothingIn(directory: string): StoreError {
  const message = `No session has worked in ${directory}.`;
  return new StoreError("not_found", message, "list_sessions shows where any did.");
}

const toLine = (record: object) => `${JSON.stringify(record)}\n`;

export function describe(counts: Partial<Record<PortableRecord["kind"], number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  if (parts.length === 0) return "nothing";
  return parts.map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}
