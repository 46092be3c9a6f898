import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActionStatus } from "../../src/db/records.ts";
import { LogSums } from "../../src/db/sqlite/log-sums.ts";
import { Rollups } from "../../src/db/sqlite/rollups.ts";
import type { Store, StoreOptions } from "../../src/db/store.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";
import { countStats, millisecondsPerDay } from "./count-stats.ts";

const directories = ["/a", "/b"];
const agents = [null, "planner", "coder"];

const day = fc.integer({ min: -70, max: 70 });
const append = fc.record({
  step: fc.constant("append" as const),
  session: fc.nat(5),
  day,
  agent: fc.constantFrom(...agents),
  tool: fc.constantFrom(null, "Bash", "Read"),
  tokens: fc.nat(5),
});
const advance = fc.record({ step: fc.constant("advance" as const), size: fc.integer({ min: 1, max: 9 }) });
const moveAction = fc.record({
  step: fc.constant("move action" as const),
  pick: fc.nat(50),
  status: fc.constantFrom<ActionStatus>("pending", "running", "completed", "error"),
  duration: fc.option(fc.integer({ min: -5, max: 5_000 })),
});
const deletion = fc.record({ step: fc.constant("delete" as const), session: fc.nat(5) });
const purge = fc.record({ step: fc.constant("purge" as const), rows: fc.integer({ min: 1, max: 4 }) });
const rename = fc.record({
  step: fc.constant("rename" as const),
  session: fc.nat(5),
  agent: fc.constantFrom(...agents),
});
const dropProject = fc.record({ step: fc.constant("drop project" as const), project: fc.nat(1) });

const anyStep = fc.oneof(
  { weight: 8, arbitrary: append },
  { weight: 4, arbitrary: advance },
  { weight: 4, arbitrary: moveAction },
  { weight: 1, arbitrary: deletion },
  { weight: 2, arbitrary: purge },
  { weight: 1, arbitrary: rename },
  { weight: 1, arbitrary: dropProject },
);

const anyRange = fc.record({
  since: fc.option(
    day.map((days) => days * millisecondsPerDay + 5),
    { nil: undefined },
  ),
  until: fc.option(
    day.map((days) => days * millisecondsPerDay + 7),
    { nil: undefined },
  ),
  projectDirectory: fc.constantFrom(undefined, ...directories),
});

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

const anEvent: Step = { step: "append", session: 0, day: 0, agent: null, tool: "Bash", tokens: 1 };

/** A store, and another connection that does to its file what other parts of the Store do. */
class World {
  readonly store: Store;
  readonly db: Database.Database;
  readonly rollups: Rollups;
  readonly ids: readonly string[];

  private constructor(store: Store, sessions: string[]) {
    this.store = store;
    this.ids = sessions;
    this.db = new Database(store.file);
    const query = drizzle(this.db);
    this.rollups = new Rollups(query, new LogSums(query));
  }

  static async make(options: Partial<StoreOptions> = {}): Promise<World> {
    const store = await openTestStore(options);
    const ids: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const directory = directories[index % 2] ?? "";
      const where = { ...workspace, directory, projectDirectory: directory };
      const { record } = await store.createSession(
        newSession({ workspace: where, agent: agents[index % 3] ?? null }),
      );
      ids.push(record.id);
    }
    return new World(store, ids);
  }

  async close(): Promise<void> {
    this.db.close();
    await this.store.close();
  }

  async do(step: Step): Promise<void> {
    if (step.step === "append") await this.#append(step);
    else this.db.transaction(() => this.#change(step)).immediate();
  }

  async #append({ session, day, agent, tool, tokens }: Extract<Step, { step: "append" }>): Promise<void> {
    const action = { callId: null, title: null, input: undefined, output: undefined, error: null };
    const event = newEvent(this.ids[session] ?? "", {
      agent,
      createdAt: day * millisecondsPerDay + 1_000 * tokens,
      tokens: { input: tokens, output: null, reasoning: null, cacheRead: 2 * tokens, cacheWrite: null },
      costUsd: tokens / 1024,
      actions: tool === null ? [] : [{ ...action, toolName: tool, status: "running" }],
    });
    // A deleted session takes no event.
    await this.store.appendEvent(event).catch(() => {});
  }

  #change(step: Exclude<Step, { step: "append" }>): void {
    const id = "session" in step ? (this.ids[step.session] ?? "") : "";
    if (step.step === "advance") this.rollups.advance(step.size);
    else if (step.step === "move action") this.#moveAction(step);
    else if (step.step === "delete")
      this.db.prepare("UPDATE sessions SET deleted_at = 1 WHERE id = ?").run(id);
    else if (step.step === "purge") this.#purge(step.rows);
    else if (step.step === "rename") {
      this.db.prepare("UPDATE sessions SET agent = ? WHERE id = ?").run(step.agent, id);
    } else this.#dropProject(directories[step.project] ?? "");
  }

  #moveAction({ pick, status, duration }: Extract<Step, { step: "move action" }>): void {
    const row = this.db
      .prepare<[number], Record<string, never>>(
        `SELECT id, session_id AS sessionId, seq, tool_name AS toolName, status, started_at AS startedAt,
          ended_at AS endedAt FROM actions LIMIT 1 OFFSET ? % (SELECT max(count(*), 1) FROM actions)`,
      )
      .get(pick);
    if (row === undefined) return;
    const after = { status, startedAt: 7, endedAt: duration === null ? null : 7 + duration };
    this.db
      .prepare("UPDATE actions SET status = ?, started_at = ?, ended_at = ? WHERE id = ?")
      .run(after.status, after.startedAt, after.endedAt, row.id);
    this.rollups.actionChanged(row as never, row as never, after);
  }

  /** The last rows of the first session that is deleted and not purged; if it has none, it is purged now. */
  #purge(rows: number): void {
    const found = this.db
      .prepare<[], { id: string; last: number | null }>(
        `SELECT id, (SELECT max(seq) FROM events WHERE session_id = sessions.id) AS last FROM sessions
          WHERE deleted_at IS NOT NULL AND purged_at IS NULL LIMIT 1`,
      )
      .get();
    if (found === undefined) return;
    if (found.last === null) {
      this.db
        .prepare("UPDATE sessions SET purged_at = 1, agent = NULL, project_id = NULL WHERE id = ?")
        .run(found.id);
      return;
    }
    const seqs = { from: found.last - rows + 1, to: found.last };
    this.rollups.subtract(found.id, seqs);
    for (const table of ["actions", "events"]) {
      this.db
        .prepare(`DELETE FROM ${table} WHERE session_id = ? AND seq BETWEEN ? AND ?`)
        .run(found.id, seqs.from, seqs.to);
    }
  }

  #dropProject(directory: string): void {
    const project = this.db
      .prepare<[string], string>("SELECT id FROM projects WHERE directory = ?")
      .pluck()
      .get(directory);
    if (project === undefined) return;
    this.db.prepare("UPDATE sessions SET project_id = NULL WHERE project_id = ?").run(project);
    this.rollups.mergeProject(project, null);
  }

  stored(): unknown[] {
    const rows = (table: string) => this.db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5`).all();
    return [rows("event_rollups"), rows("tool_rollups")];
  }
}

describe("the stored sums", () => {
  it("are those of a rebuild, and with the rest of the log those of a plain count", async () => {
    const steps = fc.array(anyStep, { maxLength: 60, size: "max" });
    const property = fc.asyncProperty(steps, fc.array(anyRange), async (steps, ranges) => {
      const world = await World.make();
      for (const step of steps) await world.do(step);
      const expectCounted = async () => {
        for (const range of [{}, ...ranges]) {
          expect(await world.store.stats.get({ ...range, limit: 200 })).toEqual(countStats(world.db, range));
        }
      };
      await expectCounted();
      await world.store.stats.catchUp();
      await expectCounted();
      const grown = world.stored();
      await world.store.stats.rebuild();
      expect(world.stored()).toEqual(grown);
      await world.close();
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("stand as they are when a session's agent changes and when it is deleted", async () => {
    const world = await World.make();
    await world.do({ ...anEvent, agent: "planner" });
    for (const session of [0, 0, 1]) await world.do({ ...anEvent, session });
    await world.store.stats.catchUp();
    const stored = world.stored();
    const [first = "", second = ""] = world.ids;
    const by = { origin: "tool", client: "test" } as const;
    await world.store.updateSession(first, { agent: "reviewer" }, by);
    await world.store.deleteSession(second, false, by);
    expect(world.stored()).toEqual(stored);
    const { events, byAgent, tools } = await world.store.stats.get({ limit: 10 });
    expect({ events, tools }).toMatchObject({ events: 3, tools: [{ toolName: "Bash", calls: 3 }] });
    expect(byAgent.filter((each) => each.events > 0)).toMatchObject([
      { agent: "reviewer", events: 2 },
      { agent: "planner", events: 1 },
    ]);
    await world.close();
  });

  it("follow the log after two hundred writes", async () => {
    const world = await World.make();
    for (let written = 6; written < 200; written += 1) await world.do(anEvent);
    expect(world.rollups.watermark()).toBe(0);
    await setImmediate();
    await setImmediate();
    expect(world.rollups.watermark()).toBe(194);
    await world.close();
  });

  it("hold up no write when they are broken", async () => {
    const warnings: string[] = [];
    const log = { info() {}, warn: (_fields: object, message: string) => void warnings.push(message) };
    const world = await World.make({ log });
    world.db.exec("DROP TABLE event_rollups");
    for (let written = 6; written < 200; written += 1) await world.do(anEvent);
    await setImmediate();
    expect(warnings).toEqual(["the sums for statistics were not brought up to date"]);
    await world.do(anEvent);
    expect(world.db.prepare("SELECT count(*) FROM events").pluck().get()).toBe(195);
    await world.close();
  });
});
