// Which session a host's process is in, by the runs that its hooks started there.
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { HostSession } from "../captures.ts";
import type { ProcessIdentity } from "../process.ts";
import { type Drizzle, Prepared } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import { sessions } from "./schema.ts";

/** True of the runs of one very process. */
export const isOfProcess = and(
  eq(runs.pid, sql.placeholder("pid")),
  sql`${runs.machineId} is ${sql.placeholder("machineId")}`,
  sql`${runs.bootId} is ${sql.placeholder("bootId")}`,
  eq(runs.startToken, sql.placeholder("startToken")),
);

export class HostSessions {
  readonly #latest;

  constructor(db: Drizzle) {
    this.#latest = new Prepared(db, () =>
      db
        .select({
          provider: sql<string>`${sessions.provider}`.as("provider"),
          providerSessionId: sql<string>`${sessions.providerSessionId}`.as("providerSessionId"),
        })
        .from(runs)
        .innerJoin(sessions, eq(sessions.id, runs.sessionId))
        .where(
          and(
            isOfProcess,
            eq(runs.origin, sql`'hook'`),
            isNull(sessions.deletedAt),
            sql`${sessions.provider} is not null and ${sessions.providerSessionId} is not null`,
          ),
        )
        .orderBy(desc(runs.id))
        .limit(1),
    );
  }

  latest(host: ProcessIdentity): HostSession | null {
    return this.#latest.get({ ...host }) ?? null;
  }
}
