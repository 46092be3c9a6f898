// Imports for tests: into a store, from a home, with everything else as it usually is.
import Database from "better-sqlite3";
import { type ImportOptions, importTranscripts } from "../../src/capture/import.ts";
import type { Store } from "../../src/db/store.ts";
import { hosts } from "../../src/hosts/hosts.ts";

export function importInto(store: Store | null, home: string, options: Partial<ImportOptions> = {}) {
  return importTranscripts({
    captures: store?.captures ?? null,
    storeFile: store?.file ?? null,
    hosts,
    environment: { home, variables: {}, platform: "linux" },
    paths: [],
    since: null,
    dryRun: false,
    includeDeleted: false,
    client: "test",
    onProgress() {},
    ...options,
  });
}

const tables = {
  sessions: "provider, provider_session_id",
  events: "session_id, seq",
  actions: "session_id, seq, position",
  todos: "session_id, position",
  runs: "idempotency_key",
  jobs: "idempotency_key",
  automations: "name",
};
const ofStoring = new Set(["id", "project_id", "parent_session_id"]);

/** Every row, but for what only tells which store it is: ids are said by the host's ids. */
export function rowsOf(file: string): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  const sessions = db.prepare("SELECT id, provider_session_id AS host FROM sessions").all() as {
    id: string;
    host: string;
  }[];
  const hostIds = new Map(sessions.map(({ id, host }) => [id, host]));
  const rows = Object.entries(tables).map(([table, order]) => {
    const all = db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all() as Record<string, unknown>[];
    const told = all.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([name]) => !ofStoring.has(name))
          .map(([name, value]) => [name, name === "session_id" ? hostIds.get(String(value)) : value]),
      ),
    );
    return [table, told.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))] as const;
  });
  db.close();
  return Object.fromEntries(rows);
}
