// What is left to do about forgotten texts, as it is stored: any process goes on with it.
import { eq, sql } from "drizzle-orm";
import { erasure } from "./keeping-schema.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";

// Its migration puts it there.
const theRow = eq(erasure.id, 1);

/** Numbers of forgettings: as many are wanted, and up to which each step is done. */
export interface ErasureState {
  wanted: number;
  compacted: number;
  done: number;
}

export class Erasures {
  readonly #state;
  readonly #want;
  readonly #raise;

  constructor(db: Drizzle) {
    this.#state = new Prepared(db, () => db.select(columnsOf(erasure)).from(erasure).where(theRow));
    this.#want = new Prepared(db, () =>
      db
        .update(erasure)
        .set({ wanted: sql`${erasure.wanted} + 1` })
        .where(theRow)
        .returning({ wanted: columnsOf(erasure).wanted }),
    );
    this.#raise = new Prepared(db, () =>
      db
        .update(erasure)
        .set({
          compacted: sql`max(${erasure.compacted}, ${value("compacted")})`,
          done: sql`max(${erasure.done}, ${value("done")})`,
        })
        .where(theRow),
    );
  }

  state(): ErasureState {
    return this.#state.get({}) ?? { wanted: 0, compacted: 0, done: 0 };
  }

  isDone(): boolean {
    const { wanted, done } = this.state();
    return done >= wanted;
  }

  /** By each transaction that forgets: what was done before does not count for it. Returns its number. */
  want(): number {
    return this.#want.get({})?.wanted ?? 0;
  }

  raise({ compacted = 0, done = 0 }: { compacted?: number; done?: number }): void {
    this.#raise.run({ compacted, done });
  }
}
