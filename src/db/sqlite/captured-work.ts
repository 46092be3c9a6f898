// Runs, jobs, automations and projects that a host keeps: taken in as what was, so that nothing here starts them again
// and no process is looked for. Said again, they end as the host says.
import { and, eq, sql } from "drizzle-orm";
import type {
  CapturedAutomation,
  CapturedJob,
  CapturedProject,
  CapturedRun,
  CaptureOrigin,
} from "../captures.ts";
import type { Workspace } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import { hostsKey } from "./event-keys.ts";
import { jobKeyScope } from "./jobs.ts";
import { columnsOf, type Drizzle, Inserts, Prepared, value } from "./prepare.ts";
import { runs } from "./project-schema.ts";
import type { Projects } from "./projects.ts";
import { runKeyScope } from "./runs.ts";
import { repairTexts, toJson } from "./text.ts";
import { automations, jobs } from "./work-schema.ts";

type Options = Pick<StoreOptions, "newId" | "now" | "nextRun">;

/** The session a record belongs to, if we have it. */
export interface Place {
  sessionId: string | null;
  directory: string | null;
  projectId: string | null;
}

/** Those that store return false for what is there already, and says the same. */
export class CapturedWork {
  readonly #options: Options;
  readonly #projects: Projects;
  readonly #insertRun;
  readonly #run;
  readonly #endRun;
  readonly #insertJob;
  readonly #job;
  readonly #endJob;
  readonly #insertAutomation;
  readonly #automation;

  constructor(db: Drizzle, options: Options, projects: Projects) {
    this.#options = options;
    this.#projects = projects;
    this.#insertRun = new Inserts(db, runs);
    this.#insertJob = new Inserts(db, jobs);
    this.#insertAutomation = new Inserts(db, automations);
    const keyed = (table: typeof runs | typeof jobs, scope: typeof jobKeyScope) =>
      and(sql`${scope} = ${sql.placeholder("scope")}`, eq(table.idempotencyKey, sql.placeholder("key")));
    this.#run = new Prepared(db, () => db.select(columnsOf(runs)).from(runs).where(keyed(runs, runKeyScope)));
    this.#job = new Prepared(db, () => db.select(columnsOf(jobs)).from(jobs).where(keyed(jobs, jobKeyScope)));
    const outcome = {
      status: value("status"),
      error: value("error"),
      startedAt: value("startedAt"),
      endedAt: value("endedAt"),
      lossy: value("lossy"),
    };
    this.#endRun = new Prepared(db, () =>
      db
        .update(runs)
        .set({ ...outcome, exitCode: value("exitCode"), evidence: value("evidence") })
        .where(eq(runs.id, sql.placeholder("id"))),
    );
    this.#endJob = new Prepared(db, () =>
      db
        .update(jobs)
        .set({ ...outcome, attempts: value("attempts"), result: value("result") })
        .where(eq(jobs.id, sql.placeholder("id"))),
    );
    this.#automation = new Prepared(db, () =>
      db
        .select({ id: columnsOf(automations).id })
        .from(automations)
        .where(
          and(
            eq(automations.directory, sql.placeholder("directory")),
            eq(automations.name, sql.placeholder("name")),
          ),
        ),
    );
  }

  run(said: CapturedRun, sessionId: string | null, by: CaptureOrigin): boolean {
    const { stored, present } = this.#toRun(said, sessionId, by);
    if (present !== undefined) return this.#end(this.#endRun, present, stored);
    const projectId = this.#projects.ensure(said.workspace);
    this.#insertRun.run({ ...stored, id: this.#options.newId("run"), projectId });
    const { lastRunAt } = this.#projects.get({ id: projectId });
    if (lastRunAt === null || lastRunAt < stored.startedAt) {
      this.#projects.markRun(projectId, stored.startedAt);
    }
    return true;
  }

  #toRun(said: CapturedRun, sessionId: string | null, by: CaptureOrigin) {
    const now = this.#options.now();
    const isOpen = said.status === "running";
    const startedAt = Math.min(said.startedAt ?? said.endedAt ?? now, now);
    const { row, lossy } = repairTexts({
      sessionId,
      directory: said.workspace.directory,
      command: said.command,
      args: toJson(said.args),
      prompt: said.prompt,
      status: isOpen ? ("ended" as const) : said.status,
      exitCode: said.exitCode,
      error: said.error,
      evidence: isOpen ? `it was running when it was taken in from ${by.provider}` : null,
      pid: said.pid ?? 0,
      origin: by.origin,
      client: by.client,
      idempotencyKey: storedKey(said.key, by),
      startedAt,
      endedAt: Math.max(said.endedAt ?? startedAt, startedAt),
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    const present = this.#run.get({ scope: sessionId ?? row.directory, key: row.idempotencyKey });
    return { stored, present };
  }

  job(said: CapturedJob, session: Place | null, by: CaptureOrigin): boolean {
    const { stored, present } = this.#toJob(said, session, by);
    if (present !== undefined) return this.#end(this.#endJob, present, stored);
    const projectId =
      said.workspace === null ? (session?.projectId ?? null) : this.#projects.ensure(said.workspace);
    this.#insertJob.run({ ...stored, id: this.#options.newId("job"), projectId });
    return true;
  }

  #toJob(said: CapturedJob, session: Place | null, by: CaptureOrigin) {
    const now = this.#options.now();
    const isOpen = said.status === "pending" || said.status === "processing";
    const createdAt = Math.min(said.createdAt ?? said.startedAt ?? now, now);
    const { row, lossy } = repairTexts({
      sessionId: session?.sessionId ?? null,
      directory: said.workspace?.directory ?? session?.directory ?? null,
      prompt: said.prompt,
      promptId: said.promptId,
      messageId: said.messageId,
      allowedTools: toJson(said.allowedTools ?? undefined),
      model: said.model,
      status: isOpen ? ("cancelled" as const) : said.status,
      ready: 1,
      priority: said.priority,
      runAfter: said.runAfter ?? createdAt,
      attempts: said.attempts,
      maxAttempts: said.maxAttempts,
      result: toJson(said.result),
      error: isOpen
        ? `It was ${said.status} when it was taken in from ${by.provider}, which still has it.`
        : said.error,
      origin: by.origin,
      client: by.client,
      idempotencyKey: storedKey(said.key, by),
      createdAt,
      startedAt: said.startedAt,
      endedAt: said.endedAt ?? said.startedAt ?? createdAt,
    });
    const stored = { ...row, lossy: lossy ? 1 : null };
    const scope = row.sessionId ?? row.directory ?? "";
    return { stored, present: this.#job.get({ scope, key: row.idempotencyKey }) };
  }

  #end<Row extends Outcome & { id: string }>(
    statement: { run(values: Record<string, unknown>): number },
    present: Row,
    said: Omit<Row, "id" | "projectId"> | Partial<Row>,
  ): boolean {
    if (isSame(present, said)) return false;
    statement.run({ ...present, ...said });
    return true;
  }

  /** Would it be there already, saying the same? */
  has(said: CapturedRun | CapturedJob | CapturedAutomation, session: Place | null, by: CaptureOrigin) {
    if (said.kind === "automation") return this.#isLeftOut(toAutomation(said).row);
    const { stored, present } =
      said.kind === "run"
        ? this.#toRun(said, session?.sessionId ?? null, by)
        : this.#toJob(said, session, by);
    return present !== undefined && isSame(present, stored);
  }

  /** Disabled. One of that name, whoever made it, stays as it is; so is left out what has no schedule of ours. */
  automation(said: CapturedAutomation, by: CaptureOrigin): boolean {
    const now = this.#options.now();
    const { row, lossy } = toAutomation(said);
    if (this.#isLeftOut(row)) return false;
    this.#insertAutomation.run({
      ...row,
      id: this.#options.newId("auto"),
      projectId: said.workspace === null ? null : this.#projects.ensure(said.workspace),
      enabled: 0,
      nextRunAt: null,
      lastJobId: null,
      lastEnqueuedAt: null,
      origin: by.origin,
      client: by.client,
      lossy: lossy ? 1 : null,
      createdAt: now,
      updatedAt: now,
    });
    return true;
  }

  #isLeftOut(row: ReturnType<typeof toAutomation>["row"]): boolean {
    if (this.#automation.get(row) !== undefined) return true;
    try {
      return this.#options.nextRun(row.schedule, row.timeZone, this.#options.now()) === null;
    } catch {
      return true;
    }
  }

  /** With what nobody has said of it yet. */
  project({ workspace, ...said }: Omit<CapturedProject, "kind">): boolean {
    const present = this.#projects.at(workspace.projectDirectory);
    const project = present ?? this.#projects.create(workspace);
    const next = this.#projects.update(project, workspaceOf(project, workspace), {
      name: project.name ?? said.name,
      command: project.command ?? said.command,
      prompt: project.prompt ?? said.prompt,
    });
    return present === undefined || next !== project;
  }
}

interface Outcome {
  status: string;
  /** Of a job. */
  attempts?: number | undefined;
}

function isSame(present: Outcome, said: Partial<Outcome>): boolean {
  return present.status === said.status && present.attempts === said.attempts;
}

function toAutomation(said: CapturedAutomation) {
  return repairTexts({
    name: said.name,
    directory: said.workspace?.directory ?? "",
    schedule: said.schedule,
    timeZone: said.timeZone,
    prompt: said.prompt,
  });
}

function workspaceOf({ directory }: { directory: string }, workspace: Workspace): Workspace {
  return { ...workspace, projectDirectory: directory };
}

function storedKey(key: string, { provider }: CaptureOrigin): string {
  return hostsKey(`${provider}:${key}`);
}
