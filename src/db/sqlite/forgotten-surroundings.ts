// What a session that is forgotten says beside its events: of itself, its plan, its checkpoints, its runs and jobs.
import { eq, sql } from "drizzle-orm";
import type { Forgotten } from "../forgetting.ts";
import type { StoreOptions } from "../store.ts";
import { type Drizzle, Prepared, value } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import { checkpoints, sessions, todos } from "./schema.ts";
import { jobs } from "./work-schema.ts";

type Counts = Pick<Forgotten, "todos" | "checkpoints" | "runs" | "jobs">;

export class ForgottenSurroundings {
  readonly #now: StoreOptions["now"];
  readonly #session;
  readonly #todos;
  readonly #rows;

  constructor(db: Drizzle, { now }: Pick<StoreOptions, "now">) {
    this.#now = now;
    this.#session = new Prepared(db, () => forgetItself(db));
    this.#todos = new Prepared(db, () => db.delete(todos).where(itsTodos));
    this.#rows = prepareRows(db);
  }

  forget(sessionId: string, deadline: number): { counts: Counts; left: boolean } {
    const given = { sessionId, now: this.#now() };
    const counts = { todos: 0, checkpoints: 0, runs: 0, jobs: 0 };
    // With its todos still there: their version tells that they go.
    this.#session.run(given);
    counts.todos = this.#todos.run(given);
    for (const name of ["checkpoints", "runs", "jobs"] as const) {
      while (this.#rows[name].run(given) > 0) {
        counts[name] += 1;
        if (performance.now() > deadline) return { counts, left: true };
      }
    }
    return { counts, left: false };
  }
}

const itsTodos = eq(todos.sessionId, sql.placeholder("sessionId"));

function forgetItself(db: Drizzle) {
  const texts = { title: null, hostTitle: null, context: null, metadata: null, requestHash: null };
  const loses = sql`(exists (select 1 from ${todos} where ${itsTodos}))`;
  return db
    .update(sessions)
    .set({ ...texts, forgottenAt: value("now"), todosVersion: sql`${sessions.todosVersion} + ${loses}` })
    .where(eq(sessions.id, sql.placeholder("sessionId")));
}

/** Each forgets one row, of those that still say something. */
function prepareRows(db: Drizzle) {
  const one = (table: typeof checkpoints | typeof runs | typeof jobs, says: ReturnType<typeof sql>) =>
    sql`${table.id} = (select id from ${table} where session_id = ${sql.placeholder("sessionId")} and ${says} limit 1)`;
  return {
    checkpoints: new Prepared(db, () =>
      db
        .update(checkpoints)
        .set({ label: null, state: null, todos: "[]", requestHash: null })
        .where(
          one(checkpoints, sql`(coalesce("label", "state", "request_hash") is not null or "todos" <> '[]')`),
        ),
    ),
    runs: new Prepared(db, () =>
      db
        .update(runs)
        .set({ command: null, args: null, prompt: null, error: null, requestHash: null })
        .where(one(runs, sql`coalesce("command", "args", "prompt", "error", "request_hash") is not null`)),
    ),
    // Nobody is to be given a job without a prompt.
    jobs: new Prepared(db, () =>
      db
        .update(jobs)
        .set({
          prompt: "",
          error: null,
          result: null,
          requestHash: null,
          status: sql`iif(${jobs.status} = 'pending', 'cancelled', ${jobs.status})`,
          endedAt: sql`iif(${jobs.status} = 'pending', ${value("now")}, ${jobs.endedAt})`,
        })
        .where(one(jobs, sql`(coalesce("error", "result", "request_hash") is not null or "prompt" <> '')`)),
    ),
  };
}
