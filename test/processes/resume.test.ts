// Which session a host that has just opened one of its own is told to have been in.
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { type Program, type StartOptions, startProgram } from "./program.ts";

async function start(options: StartOptions): Promise<Program> {
  const server = startProgram(options);
  await server.initialize();
  return server;
}

async function open(server: Program, content: string, session: object = {}): Promise<string> {
  const session_id = (await server.call("create_session", session)).result.session.id;
  await server.call("add_event", { session_id, author: "user", content });
  return session_id;
}

async function resumed(server: Program): Promise<string[]> {
  const { session, other_candidates } = (await server.call("resume_session")).result;
  return [session.id, ...other_candidates.map((each: { session_id: string }) => each.session_id)];
}

test("a server's own session stands behind an earlier one's", async () => {
  const [cwd, db] = [makeFolder(), join(makeFolder(), "test.db")];
  const first = await start({ db, cwd });
  const earlier = await open(first, "Fix the parser");
  await first.end();
  const second = await start({ db, cwd });
  const own = await open(second, "Where were we?");
  expect(await resumed(second)).toEqual([earlier, own]);
});

test("the session of the host's latest run stands behind another that it made", async () => {
  const server = await start({ db: join(makeFolder(), "test.db"), cwd: makeFolder() });
  const earlier = await open(server, "Fix the parser");
  const own = await open(server, "Where were we?");
  expect(await resumed(server)).toEqual([own, earlier]);
  await server.call("start_run", { session_id: own });
  expect(await resumed(server)).toEqual([earlier, own]);
});

test("the session that the host names in our environment is its own, whoever recorded it", async () => {
  const [cwd, db] = [makeFolder(), join(makeFolder(), "test.db")];
  const first = await start({ db, cwd });
  const earlier = await open(first, "Fix the parser");
  const own = await open(first, "Where were we?", { provider_session_id: "uuid" });
  await first.end();
  expect(await resumed(await start({ db, cwd }))).toEqual([own, earlier]);
  const second = await start({ db, cwd, env: { CLAUDE_CODE_SESSION_ID: "uuid" } });
  expect(await resumed(second)).toEqual([earlier, own]);
});
