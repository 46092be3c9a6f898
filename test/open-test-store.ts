// A Store on a real file in a folder of its own, with a clock that a test can move.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typeid } from "typeid-js";
import { onTestFinished } from "vitest";
import type { NewEvent, NewSession, Workspace } from "../src/db/records.ts";
import { openStore } from "../src/db/sqlite/sqlite-store.ts";
import type { Store, StoreOptions } from "../src/db/store.ts";
import { nextRun } from "../src/schedule/schedule.ts";

export const migrationsDirectory = join(import.meta.dirname, "..", "migrations", "sqlite");

/** An empty folder that is gone after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backstory-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function storeOptions(overrides: Partial<StoreOptions> = {}): StoreOptions {
  return {
    file: join(makeFolder(), "test.db"),
    // Tests kill processes, not the power.
    durability: "normal",
    migrationsDirectory,
    now: Date.now,
    newId: (prefix) => typeid(prefix).toString(),
    prober: {
      identify: async (pid) => ({ pid, machineId: "m", bootId: "b", pidNamespace: "n", startToken: "s" }),
      probe: async () => ({ state: "alive" }),
    },
    nextRun,
    log: { info() {}, warn() {} },
    ...overrides,
  };
}

export async function openTestStore(overrides: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(storeOptions(overrides));
  onTestFinished(() => store.close());
  return store;
}

export const workspace: Workspace = {
  directory: "/home/ada/engine",
  projectDirectory: "/home/ada/engine",
  gitCommonDir: null,
  gitBranch: "main",
  gitRemote: null,
};

export function newSession(overrides: Partial<NewSession> = {}): NewSession {
  return {
    appName: "test",
    userId: null,
    workspace,
    title: null,
    agent: null,
    provider: null,
    providerSessionId: null,
    parentSessionId: null,
    context: null,
    metadata: null,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
    ...overrides,
  };
}

export function newEvent(sessionId: string, overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    sessionId,
    type: "message",
    author: "user",
    content: "hello",
    reasoning: null,
    actions: [],
    agent: null,
    branch: null,
    turnId: null,
    messageId: null,
    runId: null,
    finish: null,
    error: null,
    tokens: { input: null, output: null, reasoning: null, cacheRead: null, cacheWrite: null },
    costUsd: null,
    longRunningToolIds: null,
    metadata: null,
    raw: undefined,
    createdAt: null,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
    ...overrides,
  };
}
