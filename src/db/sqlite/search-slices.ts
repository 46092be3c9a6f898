// Brings the search index on by a slice: read and cut into terms without the lock, written under it, unless anything
// of it has changed in between. Where the work stands is in the slots and the queue, so that any process goes on.
import { toTerms } from "../../recall/terms.ts";
import { rulesVersion } from "../../recall/version.ts";
import { keysOf } from "./search-keys.ts";
import type { QueueEntry, SearchQueue } from "./search-queue.ts";
import type { SearchSlots, SlotState } from "./search-slots.ts";
import { DamagedIndex, passagesPerEvent, type SearchTables, type Slot, toRowId } from "./search-tables.ts";
import type { SearchTexts, TextRow } from "./search-texts.ts";

interface Row {
  rowId: number;
  terms: string;
}

/** Where a part of the log ends: behind an event, or before a passage of it. */
type Place = Pick<SlotState, "eventId" | "nextPassage">;

interface Cut {
  rows: Row[];
  /** Null behind the last. */
  next: number | null;
  /** Characters. */
  text: number;
}

/** Events behind its place would never be indexed. */
export const aheadOfLog = "it says that it holds events that are not there yet";

const noRows: Cut = { rows: [], next: null, text: 0 };

/** Of an event, its rows from the entry's next passage up to another one, that one not included. */
interface Renewal {
  entry: QueueEntry;
  slots: SlotState[];
  rows: Row[];
  to: number;
}

interface Slice {
  /** The slots and the queue as they were when it was read. */
  seen: string;
  work:
    | { kind: "renew"; renewals: Renewal[] }
    | { kind: "extend"; slot: SlotState; rows: Row[]; place: Place }
    | { kind: "swap"; slot: SlotState; active: SlotState }
    | { kind: "clear"; slot: SlotState };
}

export interface SliceSize {
  /** Characters of text, about; at least one passage. */
  text: number;
  events: number;
}

// Some milliseconds to read and cut, and fewer to write.
const sliceSize: SliceSize = { text: 48 * 1024, events: 128 };
// Entries of the queue, rows removed of the last of them, or blocks of a table, in a slice.
const mostEntries = 32;
const mostRemoved = 256;
const mostBlocks = 64;

export class SearchSlices {
  readonly #slots: SearchSlots;
  readonly #queue: SearchQueue;
  readonly #tables: SearchTables;
  readonly #texts: SearchTexts;

  constructor(related: {
    searchSlots: SearchSlots;
    searchQueue: SearchQueue;
    searchTables: SearchTables;
    searchTexts: SearchTexts;
  }) {
    this.#slots = related.searchSlots;
    this.#queue = related.searchQueue;
    this.#tables = related.searchTables;
    this.#texts = related.searchTexts;
  }

  /** What is to be done next; undefined when nothing is. `following`: for the table that is searched alone. */
  read(following: boolean, size = sliceSize): Slice | undefined {
    const work = this.#next(following, size);
    return work && { seen: this.#state(), work };
  }

  /** False if it was not done, because something has changed since it was read. */
  write({ seen, work }: Slice): boolean {
    if (this.#state() !== seen) return false;
    if (work.kind === "renew") this.#renewAll(work.renewals);
    else if (work.kind === "extend") this.#extend(work);
    else if (work.kind === "swap") this.#swap(work);
    else if (this.#clear(work.slot)) this.#slots.drop(work.slot.slot);
    return true;
  }

  /** One that was found too damaged to be emptied is made anew. True when it is empty. */
  #clear({ slot, broken }: SlotState): boolean {
    if (broken === null) return this.#tables.clear(slot, mostBlocks);
    this.#tables.remake(slot);
    return true;
  }

  #state(): string {
    return JSON.stringify([this.#slots.all(), this.#queue.changes(), this.#queue.first(1)]);
  }

  #next(following: boolean, size: SliceSize): Slice["work"] | undefined {
    const slots = this.#slots.all();
    // A newer program has other rules: what we would add were a mixture.
    if (slots.some(({ version }) => version > rulesVersion)) return undefined;
    const live = slots.filter(({ role, broken }) => role !== "clearing" && broken === null);
    const [active, building] = [roleOf(live, "active"), roleOf(live, "building")];
    const unfinished = live.find(({ nextPassage }) => nextPassage > 0);
    const entries = unfinished || live.length === 0 ? [] : this.#queue.first(mostEntries);
    if (entries.length > 0) return { kind: "renew", renewals: this.#readEntries(entries, live, size) };
    const ahead = live.find(({ eventId }) => eventId > this.#texts.lastGiven());
    if (ahead) throw new DamagedIndex(ahead.slot, new Error(aheadOfLog));
    const behind = [unfinished, active, following ? undefined : building];
    for (const slot of behind) {
      const extension = slot && this.#readLog(slot, size);
      if (extension) return extension;
    }
    if (following) return undefined;
    if (building) return { kind: "swap", slot: building, active: roleOf(slots, "active") ?? building };
    const clearing = roleOf(slots, "clearing");
    return clearing && { kind: "clear", slot: clearing };
  }

  #readEntries(entries: readonly QueueEntry[], slots: readonly SlotState[], size: SliceSize): Renewal[] {
    const renewals: Renewal[] = [];
    let text = 0;
    for (const entry of entries) {
      if (text >= size.text) break;
      const indexed = slots.filter(({ eventId }) => entry.eventId <= eventId);
      const row = indexed.length > 0 ? this.#texts.get(entry.eventId) : undefined;
      const cut = row && !row.isDeleted ? this.#toRows(row, entry.nextPassage, size.text - text) : noRows;
      text += cut.text;
      renewals.push({ entry, slots: indexed, rows: cut.rows, to: cut.next ?? passagesPerEvent });
    }
    return renewals;
  }

  /** The log behind the slot's place, as far as the size goes; undefined when there is none. */
  #readLog(slot: SlotState, size: SliceSize): Slice["work"] | undefined {
    const rows: Row[] = [];
    let place: Place = { eventId: slot.eventId, nextPassage: slot.nextPassage };
    let text = 0;
    for (let events = 0; events < size.events && text < size.text; events += 1) {
      // One that is purged in the middle of it has nothing to go on with.
      const same = place.nextPassage > 0 ? this.#texts.get(place.eventId) : undefined;
      const row = same ?? this.#texts.next(place.eventId);
      if (row === undefined) {
        place = { eventId: place.eventId, nextPassage: 0 };
        break;
      }
      const from = same ? place.nextPassage : 0;
      const cut = row.isDeleted ? noRows : this.#toRows(row, from, size.text - text);
      rows.push(...cut.rows);
      text += cut.text;
      place = { eventId: row.id, nextPassage: cut.next ?? 0 };
    }
    const moved = place.eventId !== slot.eventId || place.nextPassage !== slot.nextPassage;
    return moved ? { kind: "extend", slot, rows, place } : undefined;
  }

  /** Rows of the passages from one on, about so much text; and the passage to go on with, or null behind the last. */
  #toRows(row: TextRow, from: number, most: number): Cut {
    const { passages, toolNames } = this.#texts.read(row);
    const keys = keysOf(row, toolNames).join(" ");
    const rows: Row[] = [];
    let text = 0;
    let next = from;
    for (const passage of passages.slice(from)) {
      if (text > 0 && text >= most) return { rows, next, text };
      const terms = toTerms(passage.text);
      if (terms.length > 0) rows.push({ rowId: toRowId(row.id, next), terms: `${keys} ${terms.join(" ")}` });
      text += passage.text.length;
      next += 1;
    }
    return { rows, next: null, text };
  }

  /** Those for which there is time: the rest is still in the queue. */
  #renewAll(renewals: readonly Renewal[]): void {
    let removed = 0;
    for (const renewal of renewals) {
      if (removed >= mostRemoved) return;
      removed += this.#renew(renewal);
    }
  }

  /** Returns how many rows it removed. */
  #renew({ entry, slots, rows, to }: Renewal): number {
    const { ticket, eventId, nextPassage } = entry;
    const isLast = to === passagesPerEvent;
    const [from, last] = [toRowId(eventId, nextPassage), toRowId(eventId, to) - 1];
    let removed = 0;
    for (const { slot } of slots) {
      removed += this.#tables.remove(slot, from, last, isLast ? mostRemoved : passagesPerEvent);
    }
    // There may be more to remove before the new ones go in.
    if (isLast && removed >= mostRemoved) return removed;
    for (const { slot } of slots) this.#insert(slot, rows);
    if (isLast) this.#queue.drop(ticket);
    else this.#queue.move(ticket, to);
    return removed;
  }

  #extend({ slot, rows, place }: Extract<Slice["work"], { kind: "extend" }>): void {
    this.#insert(slot.slot, rows);
    this.#slots.put({ ...slot, ...place });
  }

  #insert(slot: Slot, rows: readonly Row[]): void {
    for (const { rowId, terms } of rows) this.#tables.insert(slot, rowId, terms);
    this.#tables.flush(slot);
  }

  /** The new table is searched from now on. What the log has behind its place, it is brought up to as ever. */
  #swap({ slot, active }: Extract<Slice["work"], { kind: "swap" }>): void {
    this.#slots.put({ ...active, role: "clearing", broken: null });
    this.#slots.put({ ...slot, role: "active" });
  }
}

function roleOf(slots: readonly SlotState[], role: SlotState["role"]): SlotState | undefined {
  return slots.find((slot) => slot.role === role);
}
