// Configuration files on disk: read, written whole or not at all, with what was there before beside them.
import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import { chmod, copyFile, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InvalidConfiguration } from "./invalid-configuration.ts";

/** Beside the file: its text before Backstory was in it. */
export function backupOf(path: string): string {
  return `${path}.before-backstory`;
}

/** Null: there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    const bytes = await readFile(path);
    if (!isUtf8(bytes)) throw new InvalidConfiguration("it is not UTF-8");
    return bytes.toString("utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** In a folder that is there. Whoever reads it meanwhile reads the one or the other. It keeps its mode, and a link stays one. */
export async function replaceText(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = (await stat(target).catch(() => null))?.mode;
  const next = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    await writeFile(next, text, { flag: "wx", flush: true });
    if (mode !== undefined) await chmod(next, mode & 0o7777);
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

export async function keepBackup(path: string): Promise<void> {
  await copyFile(path, backupOf(path));
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
