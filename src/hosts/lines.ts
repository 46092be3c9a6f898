// A file → its lines from a byte offset on, in bounded memory. It knows no JSON and no host.
import { isUtf8 } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";

export interface Line {
  /** Null: too long to be kept. */
  text: string | null;
  /** Its bytes were not UTF-8, and have been replaced where they were not. */
  lossy: boolean;
  /** Where it ends and the next begins, behind the newline. */
  end: number;
  bytes: number;
  /** Whether a newline ended it: the last line of a file may be half-written. */
  whole: boolean;
}

export interface LinesOptions {
  from: number;
  signal?: AbortSignal | undefined;
  /** A longer line is not kept; for tests. */
  mostBytes?: number;
}

const chunkBytes = 64 * 1024;
const longestLine = 32 * 1024 * 1024;
const newline = 0x0a;

/** The lines that are there now, in batches of one piece of the file. The caller closes the file. */
export async function* readLines(file: FileHandle, options: LinesOptions): AsyncGenerator<Line[]> {
  const splitter = new Splitter(options.from, options.mostBytes ?? longestLine);
  let offset = options.from;
  const chunk = Buffer.allocUnsafe(chunkBytes);
  while (options.signal?.aborted !== true) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
    yield splitter.push(chunk.subarray(0, bytesRead));
  }
  yield splitter.end();
}

/** Opens for reading. Rejects a folder too, which some systems let one open. */
export async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, "r");
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(`${path} is not a file.`);
}

class Splitter {
  readonly #mostBytes: number;
  #end: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(from: number, mostBytes: number) {
    this.#end = from;
    this.#mostBytes = mostBytes;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#finish(true));
      start = end + 1;
    }
    // A copy: the chunk's memory takes the next piece.
    this.#keep(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  end(): Line[] {
    return this.#bytes === 0 ? [] : [this.#finish(false)];
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes <= this.#mostBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  #finish(whole: boolean): Line {
    const [only, ...more] = this.#parts;
    const bytes = this.#bytes;
    const tooLong = bytes > this.#mostBytes;
    const content =
      only === undefined ? Buffer.alloc(0) : more.length === 0 ? only : Buffer.concat(this.#parts);
    this.#end += bytes + (whole ? 1 : 0);
    this.#parts = [];
    this.#bytes = 0;
    return {
      text: tooLong ? null : content.toString("utf8"),
      lossy: !tooLong && !isUtf8(content),
      end: this.#end,
      bytes,
      whole,
    };
  }
}
