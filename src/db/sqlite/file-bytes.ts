// The bytes of a database file that this process has not opened: the only place that reads them without SQLite. To close
// such a descriptor would drop the locks of every connection that this process has to the file
// (https://sqlite.org/howtocorrupt.html, section 2.2), and the linter keeps others from it.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/**
 * Whether an interrupted transaction is ours to undo: the file carries our mark, or it carries none and had no table
 * before, as while it is made (a table needs a second page). Reads the headers by hand
 * (https://sqlite.org/fileformat2.html, sections 1.3 and 3): to open the file is to roll it back.
 */
export function mayRollBack(file: string, journal: string, applicationId: number): boolean {
  const mark = readBytes(file, 68, 4).readUInt32BE();
  if (mark === applicationId) return true;
  try {
    return mark === 0 && readBytes(journal, 16, 4).readUInt32BE() <= 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}

/** The whole file, marked as one without a log (offsets 18 and 19 of its header): memory has none. */
export function imageOf(file: string): Buffer {
  const bytes = readFileSync(file);
  bytes.fill(1, 18, 20);
  return bytes;
}

/** The first 100 bytes of what may be a database; fewer are filled up with zeros. */
export function readHeader(file: string): Buffer {
  return readBytes(file, 0, 100);
}

function readBytes(file: string, position: number, length: number): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(length);
    readSync(descriptor, bytes, 0, length, position);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
