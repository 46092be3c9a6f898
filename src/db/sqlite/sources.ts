// Sources: the transcripts that were read, and how far; and the directories that are left out.
import { and, eq, sql } from "drizzle-orm";
import type { CaptureSource, Exclusion } from "../captures.ts";
import type { JsonObject } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { exclusions, sources } from "./capture-schema.ts";
import { columnsOf, type Drizzle, Prepared, value } from "./prepare.ts";
import { fromJson, repairTexts, toJson } from "./text.ts";

export class Sources {
  readonly #now: StoreOptions["now"];
  readonly #all;
  readonly #one;
  readonly #note;
  readonly #exclusions;
  readonly #exclude;
  readonly #include;

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">) {
    this.#now = now;
    const { position, lastReadAt: _lastReadAt, ...light } = columnsOf(sources);
    this.#all = new Prepared(db, () => db.select(light).from(sources).orderBy(sources.path));
    this.#one = new Prepared(db, () =>
      db
        .select({ ...light, position })
        .from(sources)
        .where(and(eq(sources.path, sql.placeholder("path")), eq(sources.host, sql.placeholder("host")))),
    );
    const read = {
      kind: value("kind"),
      size: value("size"),
      modifiedAt: value("modifiedAt"),
      position: value("position"),
      excluded: value("excluded"),
      lastReadAt: value("now"),
    };
    this.#note = new Prepared(db, () =>
      db
        .insert(sources)
        .values({
          ...read,
          host: value("host"),
          path: value("path"),
          events: value("events"),
          skipped: value("skipped"),
        })
        .onConflictDoUpdate({
          target: [sources.path, sources.host],
          set: {
            ...read,
            events: sql`${sources.events} + ${sql.placeholder("events")}`,
            skipped: sql`${sources.skipped} + ${sql.placeholder("skipped")}`,
          },
        }),
    );
    const directory = eq(exclusions.directory, sql.placeholder("directory"));
    this.#exclusions = new Prepared(db, () =>
      db.select(columnsOf(exclusions)).from(exclusions).orderBy(exclusions.directory),
    );
    this.#exclude = new Prepared(db, () =>
      db
        .insert(exclusions)
        .values({ directory: value("directory"), createdAt: value("now") })
        .onConflictDoNothing(),
    );
    this.#include = new Prepared(db, () => db.delete(exclusions).where(directory));
  }

  list(): Omit<CaptureSource, "position">[] {
    return this.#all.all({}).map((row) => ({ ...row, excluded: fromJson<string[]>(row.excluded) ?? [] }));
  }

  get(host: string, path: string): CaptureSource | null {
    const row = this.#one.get({ host, path: path.toWellFormed() });
    if (row === undefined) return null;
    const excluded = fromJson<string[]>(row.excluded) ?? [];
    return { ...row, excluded, position: fromJson<JsonObject>(row.position) };
  }

  note(source: CaptureSource): void {
    const { row } = repairTexts(source);
    const excluded = source.excluded.length === 0 ? null : toJson(source.excluded);
    this.#note.run({ ...row, excluded, position: toJson(source.position), now: this.#now() });
  }

  listExclusions(): Exclusion[] {
    return this.#exclusions.all({});
  }

  exclude(directory: string): boolean {
    return this.#exclude.run({ directory: directory.toWellFormed(), now: this.#now() }) > 0;
  }

  include(directory: string): boolean {
    return this.#include.run({ directory: directory.toWellFormed() }) > 0;
  }
}
