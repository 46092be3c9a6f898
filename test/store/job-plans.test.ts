// The cost of a claim does not grow with the jobs that wait: each of its statements goes by the index meant for it.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { Claims } from "../../src/db/sqlite/claims.ts";
import { Jobs } from "../../src/db/sqlite/jobs.ts";
import { Redaction } from "../../src/db/sqlite/redaction.ts";
import { openTestStore } from "../open-test-store.ts";
import { rememberStatements } from "./remember-statements.ts";

const unused = {} as never;

/** The statements that `work` prepares, with how SQLite would go about each. */
async function plansOf(work: (jobs: Jobs, claims: Claims) => void): Promise<string[]> {
  const { file } = await openTestStore();
  const db = new Database(file);
  onTestFinished(() => void db.close());
  const { statements, prepare } = rememberStatements(db);
  // Every session is there.
  const sessions = { get() {} } as never;
  const options = { now: () => 0, newId: (prefix: string) => prefix };
  const projects = { at: (directory: string) => (directory === "known" ? { id: "p" } : undefined) } as never;
  const redaction = new Redaction({});
  const jobs = new Jobs(drizzle(db), options, { sessions, projects, audit: unused, redaction });
  work(jobs, new Claims(drizzle(db), options, { jobs, runs: unused, sessions }));
  return statements.map((sql) => {
    const explained = prepare(`explain query plan ${sql}`);
    const values = Array.from(sql.matchAll(/\?/g), () => null);
    return (explained.all(...values) as { detail: string }[]).map(({ detail }) => detail).join("\n");
  });
}

const place = (directory: string) => ({ directory, projectDirectory: directory });
const claim = { worker: "ada", runId: null, leaseSeconds: 300 };

it.each([
  ["jobs_claimable", {}],
  ["jobs_claimable_by_session", { sessionId: "s" }],
  ["jobs_claimable_by_project", { workspace: place("known") }],
  ["jobs_claimable_by_directory", { workspace: place("other") }],
  ["jobs_claimable_by_session", { sessionId: "s", workspace: place("known") }],
])("claims by %s, without sorting: %o", async (index, filters) => {
  const [plan] = await plansOf((_jobs, claims) => claims.claim({ ...claim, ...filters }));
  expect(plan).toMatch(new RegExp(`USING (COVERING )?INDEX ${index}\\b`));
  expect(plan).not.toContain("TEMP B-TREE");
});

it("finds what time has changed by the indexes of times", async () => {
  const plans = await plansOf((_jobs, claims) => claims.settle());
  expect(plans.join()).toMatch(/jobs_waiting \(run_after<\?\).*jobs_leased \(lease_expires_at<\?\)/s);
  expect(plans.join()).not.toContain("TEMP B-TREE");
});

it("finds a session's work without looking at its other jobs", async () => {
  const plans = await plansOf((jobs) => jobs.workOf(["s"]));
  expect(plans[0]).toContain("jobs_leased");
  expect(plans[1]).toContain("jobs_by_session (session_id=?)");
  expect(plans[1]).not.toContain("TEMP B-TREE");
});
