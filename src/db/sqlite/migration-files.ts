// The migrations of this installation, as files: their order, their texts, their checksums. Knows no store: it opens files
// while one is open, and must not be able to open that one's.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Migration {
  /** The `user_version` it leads to: 1, 2, 3 … */
  version: number;
  name: string;
  /** Its SQL, and the SHA-256 of that. */
  read(): { text: string; checksum: string };
}

/** The migrations in a directory, in order. Their files are frozen once they have been released. */
export function listMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name, index) => ({ version: index + 1, name, read: () => readMigration(join(directory, name)) }));
}

function readMigration(file: string): { text: string; checksum: string } {
  const text = readFileSync(file, "utf8");
  return { text, checksum: createHash("sha256").update(text).digest("hex") };
}
