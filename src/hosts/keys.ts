// Ids of what hosts write: their own, or a hash where there is none, or none that is short enough.
import { hash } from "node:crypto";

/** A key for what has none in its format: the same content at the same place has the same. */
export function keyOfParts(...parts: string[]): string {
  return hash("sha256", parts.join("\0"), "base64url").slice(0, 27);
}

const longestId = 400;

/** The host's id, or where it is longer than an id may be, one that is made of it. */
export function boundId(id: string): string {
  return id.length * 3 <= longestId || Buffer.byteLength(id) <= longestId ? id : keyOfParts(id);
}
