// `backstory forget` and `backstory scrub --compact`, as a person runs them: what the closed files hold afterwards.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, expect, test } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { makeStoreFile } from "./files.ts";
import { type Program, program, startProgram, testEnvironment } from "./program.ts";

const word = "zanzibarquux";
const nothingLeft = "Nothing of it is left in the file.";

let folder: string;
let db: string;
let session: string;

beforeEach(async () => {
  folder = makeFolder();
  db = join(folder, "test.db");
  const server = await start("--redaction", "off");
  session = (await server.call("create_session", { title: "Rotate the keys" })).result.session.id;
  for (let i = 1; i <= 30; i += 1) {
    const content = i % 10 === 1 ? `DB_PASSWORD=${word}${i}` : `noise ${i} `.repeat(i * 9);
    await server.call("add_event", { session_id: session, author: "user", content });
  }
  await server.call("search_history", { query: word, scope: "all" });
  await server.end();
});

async function start(...args: string[]): Promise<Program> {
  const server = startProgram({ db, cwd: folder, args });
  await server.initialize();
  return server;
}

function run(...args: string[]): string {
  const options = { encoding: "utf8", env: testEnvironment(), cwd: folder } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--db", db, ...args], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** How often the word stands in the file and in what lies beside it. */
function count(): number {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  return files.join("").split(word).length - 1;
}

/** Until it is closed nobody can empty the log. */
function openReader(): Database.Database {
  const reader = new Database(db, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  return reader;
}

test("forget takes events, then the session, and leaves no byte of it", () => {
  expect(count()).toBeGreaterThan(0);
  expect(run("forget", "--seq", "1", "--seq", "2,3", session)).toBe(`Forgotten: 3 events.\n${nothingLeft}\n`);
  expect(run("forget", session, "--seq", "11")).toContain("Forgotten: 1 event.");
  expect(run("show", session)).toContain(`${word}21`);
  expect(run("forget", session)).toBe(`Forgotten: 26 events.\n${nothingLeft}\n`);
  expect(run("forget", session)).toBe(`There was nothing left to forget.\n${nothingLeft}\n`);
  expect(count()).toBe(0);
});

test("forget names the subagents of the session, which keep their texts", async () => {
  const server = await start();
  const subagent = { title: "Look it up", parent_session_id: session };
  const { id } = (await server.call("create_session", subagent)).result.session;
  await server.end();
  expect(run("forget", session)).toContain(`Its subagents keep their texts: ${id}.\n${nothingLeft}`);
  expect(run("forget", id)).toBe(`There was nothing left to forget.\n${nothingLeft}\n`);
  expect(run("forget", session)).not.toContain("subagents");
});

test("forget --backups deletes the copies that hold the session, and no other database's", async () => {
  const precious = join(folder, "precious.db");
  await makeStoreFile(join(folder, "other.db"));
  spawnSync(process.execPath, [program, "--db", join(folder, "other.db"), "backup", precious]);
  run("backup", join(folder, "copy.db"));
  const said = run("forget", session);
  expect(said).toContain(`Copies that may still hold it (--backups deletes them):\n  ${folder}/copy.db\n`);
  expect(said).not.toContain("precious");
  const unfinished = join(folder, "cut.db.unverified");
  writeFileSync(unfinished, Buffer.alloc(8192));
  const deleted = `Deleted copies:\n  ${folder}/copy.db\nCopies that cannot be looked into`;
  expect(run("forget", session, "--backups")).toMatch(new RegExp(`${deleted}.*\n  ${unfinished}\n$`));
  expect(existsSync(unfinished)).toBe(true);
  expect([existsSync(precious), existsSync(join(folder, "copy.db")), count()]).toEqual([true, false, 0]);
});

test("scrub --compact leaves no byte of a secret, nor of its words in the index", () => {
  run("forget", session, "--seq", "2");
  expect(run("scrub", "--compact")).toContain("assignment 3");
  expect(run("search", word, "--all")).not.toContain("DB_PASSWORD");
  expect(count()).toBe(0);
  expect(run("scrub", "--compact")).toBe("No secrets found.\n");
  expect(count()).toBe(0);
});

test("a damaged index: forget says what to do, and that does it", () => {
  const file = new Database(db);
  file.unsafeMode(true);
  file.exec("UPDATE search_a_data SET block = x'deadbeef' WHERE id > 10");
  file.close();
  expect(run("forget", session)).toMatch(/index could not be cleaned.*backstory reindex/);
  expect(run("reindex")).toBe("The search index was made anew.\n");
  expect(run("doctor")).toContain("ok, forgetting: No byte of what was forgotten is left");
  expect(count()).toBe(0);
});

test("while another reads doctor tells of it; then a server finishes it that nobody asks", async () => {
  const server = await start();
  await server.call("list_sessions");
  const reader = openReader();
  expect(run("forget", session)).toContain("Others have the database open");
  expect(run("doctor")).toMatch(/note, forgetting: Bytes .* scrub --compact/);
  reader.close();
  const file = new Database(db, { readonly: true });
  const isDone = file.prepare("SELECT done = wanted FROM erasure").pluck();
  while (isDone.get() !== 1) await new Promise((resolve) => setTimeout(resolve, 200));
  file.close();
  await server.end();
  expect(count()).toBe(0);
});
