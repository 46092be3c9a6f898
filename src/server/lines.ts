// Bytes → lines. Linear in the input, and an endless line costs a bounded amount of memory.

/** A line that is longer than allowed: its ends, where a message's id may stand. */
export interface LongLine {
  bytes: number;
  head: string;
  tail: string;
}

export interface LineHandlers {
  line(text: string): void;
  tooLong(line: LongLine): void;
}

const newline = 0x0a;
const endBytes = 4096;

export class LineSplitter {
  readonly #mostBytes: number;
  readonly #handlers: LineHandlers;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(mostBytes: number, handlers: LineHandlers) {
    this.#mostBytes = mostBytes;
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let start = 0;
    let end = chunk.indexOf(newline);
    while (end !== -1) {
      this.#keep(chunk.subarray(start, end));
      this.#finishLine();
      start = end + 1;
      end = chunk.indexOf(newline, start);
    }
    this.#keep(chunk.subarray(start));
  }

  /** The input has ended: what is left is a line too. */
  end(): void {
    if (this.#bytes > 0) this.#finishLine();
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes <= this.#mostBytes) {
      this.#parts.push(part);
      return;
    }
    const whole = Buffer.concat([...this.#parts, part]);
    // Copies, because a slice would keep the large buffer alive.
    const head = Buffer.from(whole.subarray(0, endBytes));
    const tail = Buffer.from(whole.subarray(Math.max(endBytes, whole.length - endBytes)));
    this.#parts = [head, tail];
  }

  #finishLine(): void {
    const bytes = this.#bytes;
    const [head, tail] = this.#parts;
    const text = bytes > this.#mostBytes ? "" : this.#joined();
    this.#parts = [];
    this.#bytes = 0;
    if (bytes > this.#mostBytes) {
      this.#handlers.tooLong({ bytes, head: head?.toString() ?? "", tail: tail?.toString() ?? "" });
    } else if (text.trim() !== "") this.#handlers.line(text);
  }

  #joined(): string {
    const [only, ...more] = this.#parts;
    if (only === undefined) return "";
    return (more.length === 0 ? only : Buffer.concat(this.#parts)).toString("utf8");
  }
}
