// What a store's user alone can read and write, whatever the umask; and where a store is refused.
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openConnection } from "../../src/db/sqlite/connection.ts";
import { migrate } from "../../src/db/sqlite/migrate.ts";
import { listMigrations } from "../../src/db/sqlite/migration-files.ts";
import { openStore } from "../../src/db/sqlite/sqlite-store.ts";
import { makeFolder, migrationsDirectory, storeOptions } from "../open-test-store.ts";
import { program, startProgram } from "../processes/program.ts";

const hasOwners = process.geteuid !== undefined;
const isRoot = process.geteuid?.() === 0;
const nobody = 65_534;

/** Every file and folder below, with its mode. */
function modes(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    names.map((name) => [name, (statSync(join(folder, name)).mode & 0o7777).toString(8)]),
  );
}

function expectPrivate(folder: string): string[] {
  const found = modes(folder);
  for (const [name, mode] of Object.entries(found)) {
    const wanted = statSync(join(folder, name)).isDirectory() ? "700" : "600";
    expect(mode, name).toBe(wanted);
  }
  return Object.keys(found);
}

/** The built program under a umask; everything it makes of its own accord goes below `home`. */
function startUnder(umask: string, home: string) {
  const command = ["sh", "-c", `umask ${umask}; exec "$@"`, "sh", process.execPath, program];
  const env = { HOME: home, XDG_DATA_HOME: join(home, "data"), XDG_CACHE_HOME: join(home, "cache") };
  return startProgram({ command, env, cwd: "/" });
}

/** A store of the first schema, so that the next start makes a copy. */
function makeOldStore(file: string): void {
  const [first] = listMigrations(migrationsDirectory);
  if (first === undefined) throw new Error("no migration");
  const db = openConnection(file, { durability: "normal" }, 1);
  migrate(db, { file, migrations: [first], now: Date.now, log: { info() {}, warn() {} } });
  db.close();
}

describe.runIf(hasOwners)("files and folders (skipped where there are no owners)", () => {
  test.each(["000", "022", "077", "777"])("a server under umask %s", async (umask) => {
    const home = makeFolder();
    const server = startUnder(umask, home);
    await server.initialize();
    const { result } = await server.call("create_session");
    await server.call("add_event", { session_id: result.session.id, author: "user", content: "x" });
    await server.until(() => (readdirSync(home).includes("cache") ? true : undefined));
    const names = expectPrivate(home);
    for (const suffix of ["", "-wal", "-shm"])
      expect(names).toContain(`data/backstory/backstory.db${suffix}`);
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expectPrivate(home);
  });

  test.each(["000", "777"])("the copy that a migration makes, under umask %s", async (umask) => {
    const home = makeFolder();
    mkdirSync(join(home, "data", "backstory"), { recursive: true });
    for (const folder of ["data", "data/backstory"]) chmodSync(join(home, folder), 0o700);
    makeOldStore(join(home, "data", "backstory", "backstory.db"));
    const server = startUnder(umask, home);
    await server.initialize();
    expect((await server.call("create_session")).isError).toBe(false);
    await server.end();
    expect(expectPrivate(home)).toContainEqual(expect.stringMatching(/\.schema-1-.*\.bak$/));
  });

  test("a store that is made by the library, under a umask that gives all rights", async () => {
    const folder = makeFolder();
    const before = process.umask(0);
    try {
      const store = await openStore(storeOptions({ file: join(folder, "a", "b", "test.db") }));
      expect(expectPrivate(folder)).toContain("a/b/test.db-wal");
      await store.close();
    } finally {
      process.umask(before);
    }
  });
});

describe.runIf(hasOwners)("a directory that is refused (skipped where there are no owners)", () => {
  const openIn = (folder: string) => openStore(storeOptions({ file: join(folder, "test.db") }));
  const refusal = (why: RegExp) => ({
    code: "invalid_state",
    message: expect.stringMatching(why),
    hint: expect.stringMatching(/chmod 700.*--db/),
  });

  test("one that every user can write in, also behind a link, also with a store in it", async () => {
    const folder = makeFolder();
    await (await openIn(folder)).close();
    chmodSync(folder, 0o777);
    const link = join(makeFolder(), "link");
    symlinkSync(folder, link);
    for (const place of [folder, link]) {
      await expect(openIn(place)).rejects.toMatchObject(refusal(/Every user can write/));
    }
    const file = join(makeFolder(), "test.db");
    symlinkSync(join(folder, "test.db"), file);
    await expect(openStore(storeOptions({ file }))).rejects.toMatchObject(refusal(/Every user/));
    expect(readdirSync(folder)).toEqual(["test.db"]);
    chmodSync(folder, 0o755);
    await (await openIn(link)).close();
  });

  test.runIf(isRoot)("one of another user (skipped unless root)", async () => {
    const folder = makeFolder();
    chownSync(folder, nobody, nobody);
    await expect(openIn(folder)).rejects.toMatchObject(refusal(/another user \(uid 65534\)/));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(isRoot)("one like /tmp in which another user has put a file (skipped unless root)", async () => {
    for (const suffix of ["", "-wal", "-journal"]) {
      const folder = makeFolder();
      chmodSync(folder, 0o1777);
      writeFileSync(join(folder, `test.db${suffix}`), "");
      chownSync(join(folder, `test.db${suffix}`), nobody, nobody);
      await expect(openIn(folder)).rejects.toMatchObject(refusal(/test\.db.* belongs to another user/));
    }
  });

  test.each([
    ["of a group that can write in it", 0o775],
    ["that all can read", 0o755],
    ["like /tmp", 0o1777],
  ])("not one %s", async (_name, mode) => {
    const folder = makeFolder();
    chmodSync(folder, mode);
    await (await openIn(folder)).close();
    expect(modes(folder)).toEqual({ "test.db": "600" });
  });

  test("a server tells of it, and goes on when it is mended", async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o777);
    const server = startProgram({ db: join(folder, "test.db") });
    await server.initialize();
    expect((await server.call("create_session")).error).toMatchObject({
      ...refusal(/Every user/),
      retryable: false,
    });
    chmodSync(folder, 0o700);
    expect((await server.call("create_session")).isError).toBe(false);
  });
});
