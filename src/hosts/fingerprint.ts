// Is that file still the one we read up to an offset? It knows nothing of what is in it.
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

const headBytes = 4096;
const tailBytes = 512;

/** Hashes of the beginning of a file and of what stands before the offset: a file that only grew keeps both. */
export async function fingerprint(file: FileHandle, offset: number): Promise<string> {
  const head = await hashRange(file, 0, Math.min(headBytes, offset));
  const tail = await hashRange(file, Math.max(0, offset - tailBytes), offset);
  return `${head}.${tail}`;
}

async function hashRange(file: FileHandle, start: number, end: number): Promise<string> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("base64url").slice(0, 16);
}
