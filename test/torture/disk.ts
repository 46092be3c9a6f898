// What disk-journal.c noted → what is on the disk when the power goes at some point of it. Knows nothing of SQLite.

/** A sector is written whole or not at all; sectors that were not synced, in any order. */
const sector = 512;

export type Operation =
  | { kind: "open"; file: number; name: string }
  | { kind: "unlink"; file: number }
  | { kind: "rename"; file: number; name: string }
  | { kind: "write"; file: number; offset: number; bytes: Buffer }
  | { kind: "truncate"; file: number; size: number }
  | { kind: "sync"; file: number }
  | { kind: "sync folder" }
  | { kind: "say"; text: string };

const headLength = 24;

export function* readJournal(journal: Buffer): Generator<Operation> {
  let at = 0;
  while (at < journal.length) {
    const kind = String.fromCharCode(journal.readUInt32LE(at));
    const file = journal.readUInt32LE(at + 4);
    const offset = Number(journal.readBigUInt64LE(at + 8));
    const length = Number(journal.readBigUInt64LE(at + 16));
    const bytes = journal.subarray(at + headLength, at + headLength + length);
    at += headLength + length;
    if (kind === "o") yield { kind: "open", file, name: bytes.toString() };
    else if (kind === "r") yield { kind: "rename", file, name: bytes.toString() };
    else if (kind === "u") yield { kind: "unlink", file };
    else if (kind === "w") yield { kind: "write", file, offset, bytes };
    else if (kind === "t") yield { kind: "truncate", file, size: offset };
    else if (kind === "s") yield { kind: "sync", file };
    else if (kind === "d") yield { kind: "sync folder" };
    else if (kind === "a") yield { kind: "say", text: bytes.toString() };
    else throw new Error(`an unknown record: ${kind}`);
  }
}

type Change = Extract<Operation, { kind: "write" | "truncate" }>;

interface Content {
  /** What was synced. */
  safe: Bytes;
  /** What came since, in order. */
  open: Change[];
}

export class Disk {
  readonly #contents = new Map<number, Content>();
  /** Entries of the folder: those that were synced, and what became of it since, in order. */
  #safeEntries = new Map<number, string>();
  #openEntries: { file: number; name: string | undefined }[] = [];
  /** Of the files that were there before, those that nobody has opened yet: their number by their name. */
  readonly #untouched = new Map<string, number>();

  /** What was on it before the notes begin, by name. */
  constructor(before = new Map<string, Buffer>()) {
    for (const [name, bytes] of before) {
      const file = -1 - this.#untouched.size;
      this.#untouched.set(name, file);
      this.#safeEntries.set(file, name);
      this.#contents.set(file, { safe: new Bytes(Buffer.from(bytes)), open: [] });
    }
  }

  apply(operation: Operation): void {
    if (operation.kind === "open") this.#open(operation.file, operation.name);
    else if (operation.kind === "unlink") this.#openEntries.push({ file: operation.file, name: undefined });
    else if (operation.kind === "rename") this.#openEntries.push(operation);
    else if (operation.kind === "sync folder") {
      this.#safeEntries = this.#entries(this.#openEntries.length);
      this.#openEntries = [];
    } else if (operation.kind === "sync") {
      const content = this.#content(operation.file);
      for (const change of content.open) content.safe.change(change);
      content.open = [];
    } else if (operation.kind !== "say") this.#content(operation.file).open.push(operation);
  }

  #open(file: number, name: string): void {
    const before = this.#untouched.get(name);
    if (before === undefined) {
      this.#contents.set(file, { safe: new Bytes(), open: [] });
      this.#openEntries.push({ file, name });
      return;
    }
    // It gets the number that the notes know it by.
    this.#untouched.delete(name);
    this.#contents.set(file, this.#content(before));
    this.#safeEntries.delete(before);
    this.#safeEntries.set(file, name);
  }

  /** The files as they are now, by name, before any power cut. */
  now(): Map<string, Buffer> {
    return this.#files(this.#openEntries.length, () => true);
  }

  /**
   * The files that are found when the power has gone: what was synced, and of what came since some sectors and some sizes.
   * Of the folder's entries the first few: a file system keeps their order.
   */
  afterCut(random: () => number): Map<string, Buffer> {
    const share = [0, 0.5, 0.95, 1][Math.floor(random() * 4)] ?? 0;
    const entries = Math.floor(random() * (this.#openEntries.length + 1));
    return this.#files(entries, () => random() < share);
  }

  #files(entries: number, isKept: () => boolean): Map<string, Buffer> {
    const named = [...this.#entries(entries)];
    return new Map(named.map(([file, name]) => [name, this.#found(this.#content(file), isKept)]));
  }

  #found({ safe, open }: Content, isKept: () => boolean): Buffer {
    const found = safe.copy();
    for (const change of open) {
      if (change.kind === "truncate") {
        if (isKept()) found.change(change);
        continue;
      }
      // The size may reach the disk without what was written.
      if (isKept()) found.growTo(change.offset + change.bytes.length);
      for (const part of sectors(change)) if (isKept()) found.change(part);
    }
    return found.toBuffer();
  }

  #entries(count: number): Map<number, string> {
    const entries = new Map(this.#safeEntries);
    for (const { file, name } of this.#openEntries.slice(0, count)) {
      if (name === undefined) entries.delete(file);
      else entries.set(file, name);
    }
    return entries;
  }

  #content(file: number): Content {
    const content = this.#contents.get(file);
    if (content === undefined) throw new Error(`file ${file} was never opened`);
    return content;
  }
}

function* sectors({ file, offset, bytes }: Extract<Change, { kind: "write" }>): Generator<Change> {
  let from = offset;
  while (from < offset + bytes.length) {
    const to = Math.min(offset + bytes.length, from - (from % sector) + sector);
    yield { kind: "write", file, offset: from, bytes: bytes.subarray(from - offset, to - offset) };
    from = to;
  }
}

/** Bytes that grow, with zeros where nothing was written. */
class Bytes {
  #buffer: Buffer;
  #size: number;

  constructor(buffer = Buffer.alloc(0), size = buffer.length) {
    this.#buffer = buffer;
    this.#size = size;
  }

  change(change: Change): void {
    if (change.kind === "truncate") {
      this.growTo(change.size);
      this.#buffer.fill(0, change.size, this.#size);
      this.#size = change.size;
    } else {
      this.growTo(change.offset + change.bytes.length);
      change.bytes.copy(this.#buffer, change.offset);
    }
  }

  growTo(size: number): void {
    if (size > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(size, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#size);
      this.#buffer = larger;
    }
    this.#size = Math.max(this.#size, size);
  }

  copy(): Bytes {
    return new Bytes(Buffer.from(this.toBuffer()));
  }

  toBuffer(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }
}
