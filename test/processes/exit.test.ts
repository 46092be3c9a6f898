// The end: in order, soon, with everything in the file, whoever asks for it.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { type Program, startProgram } from "./program.ts";

const ways: Record<string, (server: Program) => void> = {
  "the end of stdin": (server) => void server.child.stdin.end(),
  SIGTERM: (server) => void server.child.kill("SIGTERM"),
  SIGINT: (server) => void server.child.kill("SIGINT"),
  "a closed stdout": (server) => {
    server.child.stdout.destroy();
    // A broken pipe shows at the next write.
    server.send({ id: "unread", method: "ping" });
  },
};

describe.each(Object.entries(ways))("after %s", (_name, finish) => {
  test("it exits with 0 within 2 s, and the log is in the file", async () => {
    const db = join(makeFolder(), "test.db");
    const server = startProgram({ db });
    await server.initialize();
    for (let i = 0; i < 20; i++) await server.call("create_session", { title: `session ${i}` });
    expect(await endsSoon(server, finish)).toEqual({ code: 0, signal: null });
    expect(existsSync(`${db}-wal`) ? statSync(`${db}-wal`).size : 0).toBe(0);
    const file = new Database(db, { readonly: true });
    expect(file.prepare("SELECT count(*) FROM sessions").pluck().get()).toBe(20);
    file.close();
  });

  test("it exits with 0 while it is greeting, and while it is loading", async () => {
    for (const pause of [0, 30, 60, 90]) {
      const server = startProgram({ db: join(makeFolder(), "test.db") });
      await server.initialize();
      await new Promise((resolve) => setTimeout(resolve, pause));
      expect(await endsSoon(server, finish)).toEqual({ code: 0, signal: null });
    }
  });

  test("it exits with 0 with a call at work", async () => {
    const db = join(makeFolder(), "test.db");
    const server = startProgram({ db });
    await server.initialize();
    await server.call("create_session");
    const title = "x".repeat(500);
    for (let id = 0; id < 200; id++) {
      server.send({ id, method: "tools/call", params: { name: "create_session", arguments: { title } } });
    }
    expect(await endsSoon(server, finish)).toEqual({ code: 0, signal: null });
    const file = new Database(db, { readonly: true });
    expect(file.pragma("integrity_check", { simple: true })).toBe("ok");
    file.close();
  });
});

test("the end is not held up by a process that reads the file", async () => {
  const db = join(makeFolder(), "test.db");
  const [first, second] = [startProgram({ db }), startProgram({ db })];
  await Promise.all([first.initialize(), second.initialize()]);
  await first.call("create_session");
  await second.call("list_sessions");
  expect(await endsSoon(first, (server) => void server.child.stdin.end())).toEqual({ code: 0, signal: null });
  expect((await second.call("list_sessions")).result.sessions).toHaveLength(1);
});

async function endsSoon(server: Program, finish: (server: Program) => void) {
  const started = performance.now();
  finish(server);
  const end = await server.ended;
  // Far above what a busy machine takes, and far below for ever.
  expect(performance.now() - started).toBeLessThan(10_000);
  return end;
}
