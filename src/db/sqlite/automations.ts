// Automations: schedules, and the jobs that are due by them.
import { and, eq, gt, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Automation, AutomationQuery, NewAutomation } from "../automations.ts";
import { StoreError } from "../errors.ts";
import type { Page, Provenance } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import type { Jobs } from "./jobs.ts";
import { Pages } from "./pages.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import type { Redaction } from "./redaction.ts";
import { repairTexts } from "./text.ts";
import { automations, jobs } from "./work-schema.ts";

type AutomationRow = typeof automations.$inferSelect;
type Options = Pick<StoreOptions, "newId" | "now" | "nextRun" | "log">;

// Enqueued in one transaction.
const sliceSize = 100;

export class Automations {
  readonly #options: Options;
  readonly #projects: Projects;
  readonly #jobs: Jobs;
  readonly #audit: Audit;
  readonly #redaction: Redaction;
  readonly #insert;
  readonly #byId;
  readonly #byName;
  readonly #change;
  readonly #delete;
  readonly #due;
  readonly #countedLater;
  readonly #moveOn;
  readonly #putForward;
  readonly #pages;

  constructor(
    db: Drizzle,
    options: Options,
    related: { projects: Projects; jobs: Jobs; audit: Audit; redaction: Redaction },
  ) {
    this.#options = options;
    this.#projects = related.projects;
    this.#jobs = related.jobs;
    this.#audit = related.audit;
    this.#redaction = related.redaction;
    const id = eq(automations.id, sql.placeholder("id"));
    const select = () => db.select(columnsOf(automations)).from(automations);
    this.#insert = new Inserts(db, automations);
    this.#pages = new Pages(db, automations, {
      conditions: () => ({
        directory: eq(automations.directory, sql.placeholder("directory")),
        afterId: lt(automations.id, sql.placeholder("afterId")),
      }),
      newest: [automations.id],
    });
    this.#byId = new Prepared(db, () => select().where(id));
    this.#byName = new Prepared(db, () =>
      select().where(
        and(
          eq(automations.directory, sql.placeholder("directory")),
          eq(automations.name, sql.placeholder("name")),
        ),
      ),
    );
    this.#change = new Prepared(db, () =>
      db
        .update(automations)
        .set({
          schedule: value("schedule"),
          timeZone: value("timeZone"),
          prompt: value("prompt"),
          projectId: value("projectId"),
          enabled: value("enabled"),
          nextRunAt: value("nextRunAt"),
          lossy: value("lossy"),
          updatedAt: value("updatedAt"),
        })
        .where(id),
    );
    this.#delete = new Prepared(db, () => db.delete(automations).where(id));
    this.#due = new Prepared(db, () =>
      db
        .select(columnsOf(automations))
        .from(automations)
        .leftJoin(jobs, eq(jobs.id, automations.lastJobId))
        .where(
          and(
            sql`${automations.enabled} = 1`,
            lte(automations.nextRunAt, sql.placeholder("now")),
            or(isNull(jobs.id), sql`${jobs.status} not in ('pending', 'processing')`),
          ),
        )
        .orderBy(automations.nextRunAt)
        .limit(sql.placeholder("limit")),
    );
    const counted = sql`(case when ${automations.lastEnqueuedAt} > ${automations.updatedAt} then ${automations.lastEnqueuedAt} else ${automations.updatedAt} end)`;
    this.#countedLater = new Prepared(db, () =>
      select().where(
        and(
          sql`${automations.enabled} = 1`,
          sql`${counted} > ${sql.placeholder("now")}`,
          gt(automations.nextRunAt, sql.placeholder("now")),
        ),
      ),
    );
    this.#putForward = new Prepared(db, () =>
      db
        .update(automations)
        .set({ nextRunAt: value("nextRunAt") })
        .where(id),
    );
    this.#moveOn = new Prepared(db, () =>
      db
        .update(automations)
        .set({ nextRunAt: value("nextRunAt"), lastJobId: value("jobId"), lastEnqueuedAt: value("now") })
        .where(id),
    );
  }

  upsert(given: NewAutomation): Automation {
    const { workspace, enabled, ...said } = this.#redaction.record(given, ["prompt"]).record;
    const now = this.#options.now();
    const firstRun = this.#firstRun(said, now);
    const { row, lossy } = repairTexts({ ...said, directory: workspace?.directory ?? "" });
    const present = this.#byName.get({ directory: row.directory, name: row.name });
    const projectId = workspace === null ? null : this.#projects.ensure(workspace);
    const wanted = { ...row, projectId, enabled: enabled ? 1 : 0, lossy: lossy ? 1 : null };
    if (present) return toAutomation(this.#update(present, wanted, { firstRun, now }));
    const stored = {
      ...wanted,
      id: this.#options.newId("auto"),
      nextRunAt: enabled ? firstRun : null,
      lastJobId: null,
      lastEnqueuedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    this.#insert.run(stored);
    return toAutomation(stored);
  }

  #update(
    present: AutomationRow,
    given: Pick<AutomationRow, "projectId" | "schedule" | "timeZone" | "prompt" | "enabled" | "lossy">,
    { firstRun, now }: { firstRun: number; now: number },
  ): AutomationRow {
    const { projectId, schedule, timeZone, prompt, enabled } = given;
    const kept =
      present.schedule === schedule && present.timeZone === timeZone && present.enabled === enabled;
    const isSame = kept && present.prompt === prompt && present.projectId === projectId;
    if (isSame && (enabled === 0 || earlier(present.nextRunAt, firstRun) === present.nextRunAt))
      return present;
    const counted = kept ? earlier(present.nextRunAt, firstRun) : firstRun;
    const nextRunAt = enabled === 1 ? counted : null;
    const changed = { ...present, ...given, nextRunAt, updatedAt: now };
    this.#change.run(changed);
    return changed;
  }

  #firstRun({ schedule, timeZone }: Pick<NewAutomation, "schedule" | "timeZone">, now: number): number {
    const next = this.#read(schedule, timeZone, now);
    if (next !== null) return next;
    throw new StoreError(
      "invalid_input",
      `The schedule "${schedule}" never comes: no date fits it.`,
      'Give one that comes again and again, such as "0 9 * * 1-5": minute, hour, day of month, month, day of week.',
    );
  }

  #read(schedule: string, timeZone: string, now: number): number | null {
    try {
      return this.#options.nextRun(schedule, timeZone, now);
    } catch (error) {
      throw new StoreError(
        "invalid_input",
        `The schedule "${schedule}" in the time zone "${timeZone}" cannot be read: ${sentenceOf(error)}`,
        'Give five cron fields, such as "0 9 * * 1-5" (minute, hour, day of month, month, day of week) or "@daily", ' +
          'and a time_zone such as "Europe/Berlin".',
        { cause: error },
      );
    }
  }

  delete(automationId: string, { origin, client }: Provenance): Automation {
    const row = this.#byId.get({ id: automationId });
    if (row === undefined) {
      throw new StoreError(
        "not_found",
        `There is no automation "${automationId}".`,
        "list_automations lists the ids; upsert_automation makes one.",
      );
    }
    this.#delete.run({ id: automationId });
    const entry = { origin, client, tool: "delete_automation", sessionId: null, subjectId: automationId };
    this.#audit.append({ ...entry, details: { last_job_id: row.lastJobId } });
    return toAutomation(row);
  }

  isAnyDue(): boolean {
    const now = this.#options.now();
    return this.#due.get({ now, limit: 1 }) !== undefined || this.#tooLate(now).length > 0;
  }

  /** Those whose next run was counted by a clock that was ahead, with the one that comes before it. */
  #tooLate(now: number): { id: string; nextRunAt: number }[] {
    return this.#countedLater.all({ now }).flatMap((row) => {
      const nextRunAt = this.#nextOrNever(row, now);
      const isEarlier = nextRunAt !== null && row.nextRunAt !== null && nextRunAt < row.nextRunAt;
      return isEarlier ? [{ id: row.id, nextRunAt }] : [];
    });
  }

  /** Inside one write, so that no other process enqueues for the same time. `done`: none is left that is due. */
  enqueueSlice(): { enqueued: number; done: boolean } {
    const now = this.#options.now();
    for (const automation of this.#tooLate(now)) this.#putForward.run(automation);
    const due = this.#due.all({ now, limit: sliceSize });
    for (const row of due) {
      const jobId = this.#jobs.enqueueFor(toAutomation(row));
      this.#moveOn.run({ id: row.id, nextRunAt: this.#nextOrNever(row, now), jobId, now });
    }
    return { enqueued: due.length, done: due.length < sliceSize };
  }

  /** A schedule that could be read when it was stored must not stand in the way of all others now. */
  #nextOrNever({ id, schedule, timeZone }: AutomationRow, now: number): number | null {
    try {
      return this.#read(schedule, timeZone, now);
    } catch {
      this.#options.log.warn({ automation: id }, "an automation's schedule can no longer be read");
      return null;
    }
  }

  list({ after, limit, ...filters }: AutomationQuery): Page<Automation> {
    const { rows, more } = this.#pages.page({ ...filters, afterId: after?.id }, limit);
    return { items: rows.map(toAutomation), more };
  }
}

/** Null: it will not come again, whatever the schedule says. */
function earlier(stored: number | null, counted: number): number | null {
  return stored === null ? null : Math.min(stored, counted);
}

/** What the library says, with one full stop. */
function sentenceOf(error: unknown): string {
  const said = String(error instanceof Error ? error.message : error);
  return said.endsWith(".") ? said : `${said}.`;
}

function toAutomation({ directory, enabled, lossy, ...automation }: AutomationRow): Automation {
  return {
    ...automation,
    directory: directory === "" ? null : directory,
    enabled: enabled === 1,
    lossy: lossy === 1,
  };
}
