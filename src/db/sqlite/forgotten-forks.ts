// What forks were given of a session when they were made, forgotten with it: title, context, metadata, and todos, those
// in their checkpoints too. What a fork was given is not written down: where that cannot be told, it goes.
import { and, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import { type Drizzle, Prepared } from "./prepare.ts";
import { auditEntries } from "./report-schema.ts";
import { checkpoints, sessions, todos } from "./schema.ts";

/** Made of the session, or of a fork of it. */
interface Fork {
  id: string;
  /** When the first fork on the way to it was made: what is older came from the session. */
  madeAt: number;
  isDeleted: number;
}

interface ForkSlice {
  after: string;
  doneAt: number | null;
  deadline: number;
}

export class ForgottenForks {
  readonly #forks;
  readonly #session;
  readonly #todos;
  readonly #checkpoints;

  constructor(db: Drizzle) {
    this.#forks = new Prepared(db, () => selectForks(db));
    this.#session = new Prepared(db, () => forgetGiven(db));
    this.#todos = new Prepared(db, () => db.delete(todos).where(givenTodos()));
    this.#checkpoints = new Prepared(db, () => forgetTodosOfCheckpoints(db));
  }

  /** Those that are not deleted. */
  idsOf(sessionId: string): string[] {
    const forks = this.#forks.all({ sessionId, after: "" });
    return forks.filter(({ isDeleted }) => isDeleted === 0).map(({ id }) => id);
  }

  /**
   * Those behind `after`, as many as there is time for; returns the last of them, null when none is left. What a fork has that
   * was made before `doneAt`, when the session was forgotten the last time, is its own by now.
   */
  forget(sessionId: string, { after, doneAt, deadline }: ForkSlice): string | null {
    for (const { id, madeAt } of this.#forks.all({ sessionId, after })) {
      if (doneAt !== null && madeAt < doneAt) continue;
      // With its todos still there: their version tells that they go.
      this.#session.run({ id, madeAt });
      this.#todos.run({ id, madeAt });
      this.#checkpoints.run({ id, madeAt });
      if (performance.now() > deadline) return id;
    }
    return null;
  }
}

function selectForks(db: Drizzle) {
  const made = sql`with recursive made (id, made_at, is_deleted) as (
      select id, created_at, deleted_at is not null from sessions
        where forked_from_session_id = ${sql.placeholder("sessionId")}
      union
      select sessions.id, made.made_at, sessions.deleted_at is not null
        from made join sessions on sessions.forked_from_session_id = made.id)
    select * from made`;
  const column = <T>(name: string, as: string) => sql<T>`${sql.identifier(name)}`.as(as);
  const columns = {
    id: column<Fork["id"]>("id", "id"),
    madeAt: column<Fork["madeAt"]>("made_at", "madeAt"),
    isDeleted: column<Fork["isDeleted"]>("is_deleted", "isDeleted"),
  };
  return db
    .select(columns)
    .from(sql`(${made})`)
    .where(gt(sql`id`, sql.placeholder("after")))
    .orderBy(sql`id`);
}

/** Its title and context stay where update_session has set them since: the audit log says so. */
function forgetGiven(db: Drizzle) {
  const unlessItsOwn = (name: "title" | "context"): SQL => {
    const itsOwn = sql`exists (select 1 from ${auditEntries}, json_each(details, '$.fields')
      where session_id = ${sql.placeholder("id")} and tool = 'update_session' and value = ${sql.raw(`'${name}'`)})`;
    return sql`iif(${itsOwn}, ${sessions[name]}, null)`;
  };
  const loses = sql`exists (select 1 from ${todos} where ${givenTodos()})`;
  return db
    .update(sessions)
    .set({
      title: unlessItsOwn("title"),
      context: unlessItsOwn("context"),
      metadata: null,
      requestHash: null,
      todosVersion: sql`${sessions.todosVersion} + ${loses}`,
    })
    .where(eq(sessions.id, sql.placeholder("id")));
}

/** A todo keeps its time when it is copied, moved or edited by its id. */
function givenTodos(): SQL | undefined {
  return and(eq(todos.sessionId, sql.placeholder("id")), lte(todos.createdAt, sql.placeholder("madeAt")));
}

function forgetTodosOfCheckpoints(db: Drizzle) {
  const each = sql`from json_each(${checkpoints.todos}) where value ->> 'createdAt'`;
  return db
    .update(checkpoints)
    .set({
      todos: sql`(select json_group_array(json(value)) ${each} > ${sql.placeholder("madeAt")})`,
    })
    .where(
      and(
        eq(checkpoints.sessionId, sql.placeholder("id")),
        sql`exists (select 1 ${each} <= ${sql.placeholder("madeAt")})`,
      ),
    );
}
