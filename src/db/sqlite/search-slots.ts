// The slots of the search index: which table is searched, which is being made, and how far each has followed the log.
import { eq, sql } from "drizzle-orm";
import { rulesVersion } from "../../recall/version.ts";
import { StoreError } from "../errors.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { searchSlots } from "./search-schema.ts";
import type { Slot } from "./search-tables.ts";

export type SlotState = typeof searchSlots.$inferSelect;

const other = { a: "b", b: "a" } as const;

export class SearchSlots {
  readonly #all;
  readonly #put;
  readonly #drop;

  constructor(db: Drizzle) {
    this.#all = new Prepared(db, () => db.select(columnsOf(searchSlots)).from(searchSlots));
    const ofSlot = eq(searchSlots.slot, sql.placeholder("slot"));
    const given = {
      role: value("role"),
      version: value("version"),
      eventId: value("eventId"),
      nextPassage: value("nextPassage"),
      broken: value("broken"),
    };
    this.#put = new Prepared(db, () =>
      db
        .insert(searchSlots)
        .values({ slot: value("slot"), ...given })
        .onConflictDoUpdate({ target: searchSlots.slot, set: given }),
    );
    this.#drop = new Prepared(db, () => db.delete(searchSlots).where(ofSlot));
  }

  /** Those in use; of a new file the active one, which nobody has written down yet. */
  all(): SlotState[] {
    const slots = this.#all.all({});
    return slots.length > 0 ? slots : [unused("a", "active")];
  }

  active(): SlotState {
    return this.all().find(({ role }) => role === "active") ?? unused("a", "active");
  }

  put(state: SlotState): void {
    this.#put.run(state);
  }

  markBroken(slot: Slot, broken: string): void {
    const state = this.all().find((each) => each.slot === slot);
    if (state) this.put({ ...state, broken });
  }

  /** Its table is empty. */
  drop(slot: Slot): void {
    this.#drop.run({ slot });
  }

  building(): SlotState | undefined {
    return this.all().find(({ role }) => role === "building");
  }

  clearing(): SlotState | undefined {
    return this.all().find(({ role }) => role === "clearing");
  }

  /** Made by an older program than we are, and by no newer one. */
  areOutdated(): boolean {
    const slots = this.all().filter(({ role }) => role !== "clearing");
    return (
      slots.some(({ version }) => version < rulesVersion) &&
      slots.every(
        ({ role, version }) => version < rulesVersion || (role === "active" && version === rulesVersion),
      )
    );
  }

  /**
   * Puts a new one beside the active one, unless there is one of our rules already. False: the table it needs has to be
   * emptied first. `invalid_state`: a newer program made the index.
   */
  beginRebuild(): boolean {
    const slots = this.all();
    if (slots.some(({ version }) => version > rulesVersion)) throw newerIndex();
    const [building, active] = [this.building(), this.active()];
    if (building?.version === rulesVersion && building.broken === null) return true;
    if (building) this.put({ ...building, role: "clearing", broken: null });
    if (building || this.clearing()) return false;
    this.put(active);
    this.put(unused(other[active.slot], "building"));
    return true;
  }
}

function newerIndex(): StoreError {
  return new StoreError(
    "invalid_state",
    "The search index was made by a newer Backstory, whose rules this one does not know.",
    "Restart the agent host so that it starts the newer version, or update Backstory.",
  );
}

function unused(slot: Slot, role: SlotState["role"]): SlotState {
  return { slot, role, version: rulesVersion, eventId: 0, nextPassage: 0, broken: null };
}
