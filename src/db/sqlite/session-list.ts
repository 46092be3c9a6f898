// The list of sessions, by latest activity.
import { eq, gte, isNull, lte, sql } from "drizzle-orm";
import type { Session } from "../records.ts";
import type { Page, SessionQuery } from "../store.ts";
import { Pages } from "./pages.ts";
import type { Drizzle } from "./prepare.ts";
import { sessions } from "./schema.ts";
import { toSession } from "./sessions.ts";

export class SessionList {
  readonly #pages;

  constructor(db: Drizzle) {
    this.#pages = new Pages(db, sessions, {
      conditions: () => ({
        appName: eq(sessions.appName, sql.placeholder("appName")),
        userId: eq(sessions.userId, sql.placeholder("userId")),
        directory: eq(sessions.directory, sql.placeholder("directory")),
        projectId: eq(sessions.projectId, sql.placeholder("projectId")),
        agent: eq(sessions.agent, sql.placeholder("agent")),
        provider: eq(sessions.provider, sql.placeholder("provider")),
        state: eq(sessions.state, sql.placeholder("state")),
        // Not LIKE, which ends at a NUL and has wildcards.
        titleContains: sql`instr(lower(${sessions.title}), lower(${sql.placeholder("titleContains")})) > 0`,
        updatedAfter: gte(sessions.updatedAt, sql.placeholder("updatedAfter")),
        updatedBefore: lte(sessions.updatedAt, sql.placeholder("updatedBefore")),
        afterId: sql`(${sessions.updatedAt}, ${sessions.id}) < (${sql.placeholder("afterUpdatedAt")}, ${sql.placeholder("afterId")})`,
      }),
      newest: [sessions.updatedAt, sessions.id],
      always: isNull(sessions.deletedAt),
    });
  }

  page({ after, limit, ...filters }: SessionQuery): Page<Session> {
    const behind = { afterUpdatedAt: after?.updatedAt, afterId: after?.id };
    const { rows, more } = this.#pages.page({ ...filters, ...behind }, limit);
    return { items: rows.map(toSession), more };
  }
}
