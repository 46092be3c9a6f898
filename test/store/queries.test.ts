// What SQLite alone promises: that the indexes meant for a query are used, that the audit log refuses to be changed, and
// what becomes of forks, whose rows these tests make by themselves.
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { Audit } from "../../src/db/sqlite/audit.ts";
import { DeletedRows } from "../../src/db/sqlite/deleted-rows.ts";
import { Deletions } from "../../src/db/sqlite/deletions.ts";
import { LogSums } from "../../src/db/sqlite/log-sums.ts";
import { ProjectRuns } from "../../src/db/sqlite/project-runs.ts";
import { Projects } from "../../src/db/sqlite/projects.ts";
import { Redaction } from "../../src/db/sqlite/redaction.ts";
import { Rollups } from "../../src/db/sqlite/rollups.ts";
import { Runs } from "../../src/db/sqlite/runs.ts";
import { SearchQueue } from "../../src/db/sqlite/search-queue.ts";
import { Sessions } from "../../src/db/sqlite/sessions.ts";
import { newEvent, newSession } from "../new-records.ts";
import { openTestStore, storeOptions } from "../open-test-store.ts";
import { rememberStatements } from "./remember-statements.ts";

const by = { origin: "tool" as const, client: "test" };

function openFile(file: string): Database.Database {
  const db = new Database(file);
  onTestFinished(() => void db.close());
  return db;
}

/** The tables' sync classes on a connection that remembers every statement, and how SQLite would run them. */
function openClasses(file: string) {
  const db = openFile(file);
  const { statements, prepare } = rememberStatements(db);
  const query = drizzle(db);
  const options = storeOptions({ file });
  const redaction = new Redaction(options);
  const projects = new Projects(query, options, redaction);
  const sessions = new Sessions(query, options, { projects });
  const runs = new Runs(query, options, { sessions, projects, redaction });
  const audit = new Audit(query, options);
  const rollups = new Rollups(query, new LogSums(query));
  const plans = () =>
    statements
      .filter((sql) => /^(select|update|delete|with|\()/i.test(sql))
      .flatMap((sql) => prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array(parameters(sql)).fill(null)))
      .map((row) => (row as { detail: string }).detail);
  return {
    deletedRows: new DeletedRows(query, options, { rollups, searchQueue: new SearchQueue(query) }),
    deletions: new Deletions(query, options, { sessions, audit }),
    projectRuns: new ProjectRuns(query, { runs, projects, audit }),
    audit,
    plans,
  };
}

const parameters = (sql: string) => sql.split("?").length - 1;

/** Whatever reads a table from end to end. */
const scans = (plans: readonly string[]) =>
  plans.filter((detail) => detail.startsWith("SCAN") && !detail.startsWith("SCAN json_each"));

describe("query plans", () => {
  it("deletes and purges by indexes alone", async () => {
    const store = await openTestStore();
    const { record } = await store.createSession(newSession());
    await store.createSession(newSession({ parentSessionId: record.id }));
    await store.appendEvent(newEvent(record.id));
    await store.close();
    const { deletedRows, deletions, plans } = openClasses(store.file);
    expect(deletions.delete(record.id, true, by).sessions).toBe(2);
    expect([deletedRows.purge(1_000), deletedRows.next()]).toEqual([2, undefined]);
    const found = plans();
    expect(scans(found)).toEqual([]);
    for (const name of [
      "sessions_by_parent",
      "sessions_by_fork_source",
      "sessions_to_purge",
      "events_by_seq",
      "checkpoints_by_session",
    ]) {
      expect(found.join("\n")).toContain(name);
    }
    expect(found.join("\n")).toMatch(/SEARCH actions USING COVERING INDEX/);
  });

  it("counts a page of projects from the index of their runs", async () => {
    const store = await openTestStore();
    await store.close();
    const { projectRuns, plans } = openClasses(store.file);
    projectRuns.countsOf(["proj_a", "proj_b"]);
    projectRuns.latestOf("proj_a");
    const found = plans();
    expect(scans(found)).toEqual([]);
    expect(found.join("\n")).toMatch(/SEARCH runs USING COVERING INDEX runs_by_project_status/);
    expect(found.join("\n")).toMatch(/SEARCH runs USING INDEX runs_by_project \(/);
    expect(found.join("\n")).not.toContain("TEMP B-TREE");
  });

  it("lists the audit log of a session or a tool in the order of an index", async () => {
    const store = await openTestStore();
    await store.close();
    const { audit, plans } = openClasses(store.file);
    audit.list({ sessionId: "sess_a", limit: 10 });
    audit.list({ tool: "delete_session", after: { id: 5 }, limit: 10 });
    const found = plans().join("\n");
    expect(found).toContain("audit_entries_by_session");
    expect(found).toContain("audit_entries_by_tool");
    expect(found).not.toContain("TEMP B-TREE");
  });
});

describe("the audit log", () => {
  it.each([
    "UPDATE audit_entries SET tool = 'x'",
    "DELETE FROM audit_entries",
    "UPDATE OR IGNORE audit_entries SET at = 0",
    "REPLACE INTO audit_entries (id, at, origin, tool, subject_id) VALUES (1, 0, 'tool', 'x', 'y')",
  ])("refuses %s", async (sql) => {
    const store = await openTestStore();
    const { record } = await store.createSession(newSession());
    await store.updateSession(record.id, { title: "x" }, by);
    const before = await store.audit.list({ limit: 10 });
    expect(() => openFile(store.file).exec(sql)).toThrow(/append-only/);
    expect(before.items).toHaveLength(1);
    expect(await store.audit.list({ limit: 10 })).toEqual(before);
  });
});

describe("a fork", () => {
  /** S with 3 events; F, forked from it at 2, with one of its own; G, forked from F at 1, which shares S's alone. */
  async function openForked() {
    const store = await openTestStore();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await store.createSession(newSession())).record.id);
    const [s = "", f = "", g = ""] = ids;
    for (let i = 0; i < 3; i++) await store.appendEvent(newEvent(s));
    const db = openFile(store.file);
    const fork = db.prepare(
      "UPDATE sessions SET forked_from_session_id = ?, forked_at_seq = ?, last_seq = ?, event_count = ? WHERE id = ?",
    );
    fork.run(s, 2, 2, 2, f);
    fork.run(f, 1, 1, 1, g);
    const share = db.prepare(
      "INSERT INTO lineage (session_id, from_seq, to_seq, source_id) VALUES (?, 1, ?, ?)",
    );
    share.run(f, 2, s);
    share.run(g, 1, s);
    await store.appendEvent(newEvent(f));
    return { store, db, s, f, g };
  }

  it("keeps what it shares from being deleted, however it came to share it", async () => {
    const { store, s, f, g } = await openForked();
    await expect(store.deleteSession(f, false, by)).rejects.toThrow(new RegExp(`1 fork \\(${g}\\)`));
    await expect(store.deleteSession(s, false, by)).rejects.toThrow(/2 forks/);
    expect((await store.deleteSession(g, false, by)).events).toBe(0);
    expect(await store.deleteSession(f, false, by)).toMatchObject({ ids: [f], events: 1 });
    expect(await store.deleteSession(s, false, by)).toMatchObject({ ids: [s], events: 3 });
    expect(await store.purgeDeletedSessions()).toBe(3);
  });

  it("goes with it by a cascade, each counted by its own events", async () => {
    const { store, db, s, f, g } = await openForked();
    const deleted = await store.deleteSession(s, true, by);
    expect(deleted).toMatchObject({ sessions: 3, events: 4 });
    expect(new Set(deleted.ids)).toEqual(new Set([s, f, g]));
    await store.purgeDeletedSessions();
    for (const table of ["events", "lineage"]) {
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
    }
    expect(db.pragma("foreign_key_check")).toEqual([]);
  });
});
