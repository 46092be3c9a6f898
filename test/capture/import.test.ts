// Imports: what there is comes in once, however often and in whatever pieces it is read.
import { hash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toSummaryPage, toWireSummary } from "../../src/cli/import-page.ts";
import type { Store } from "../../src/db/store.ts";
import { codex } from "../../src/hosts/codex/codex.ts";
import { hosts } from "../../src/hosts/hosts.ts";
import { toMarkdown } from "../../src/resume/markdown.ts";
import { newEvent, newSession, workspace } from "../new-records.ts";
import { makeFolder, openTestStore } from "../open-test-store.ts";
import { importInto, rowsOf } from "./importing.ts";
import { lineOf, linesOf, makeHome } from "./transcripts.ts";

const a = { sessionId: "a" };
const b = { sessionId: "b", cwd: "/home/ada/loom" };

async function sessionOf(store: Store, providerSessionId: string) {
  const { items } = await store.listSessions({ limit: 100 });
  const found = items.find((session) => session.providerSessionId === providerSessionId);
  if (found === undefined) throw new Error(`no session ${providerSessionId}`);
  return found;
}

async function textsOf(store: Store, providerSessionId: string) {
  const { id: sessionId } = await sessionOf(store, providerSessionId);
  const { items } = await store.getHistory({ sessionId, order: "asc", orderBy: "seq", limit: 1000 });
  return items.map(({ content }) => content);
}

describe("an import", () => {
  it("leaves out a record that the store will not have, and takes in those around it", async () => {
    const redactor = {
      redact(text: string) {
        if (text.includes("message 3")) throw new TypeError("a fault of a rule");
        return { text, findings: {} };
      },
      refuses: () => false,
    };
    const store = await openTestStore({ redactor });
    const lines = [0, 3, 6].map((n) => `${lineOf(n, { ...a, text: `message ${n}` })}\n`).join("");
    const { home } = makeHome({ "x/a.jsonl": lines });
    const summary = await importInto(store, home);
    expect(summary).toMatchObject({ events: 2, skipped: { refused: 1 }, problems: [] });
    expect(await textsOf(store, "a")).toEqual(["message 0", "message 6"]);
    expect((await importInto(store, home)).sources).toEqual({ read: 0, unchanged: 1, failed: 0 });
  });

  it("takes in sessions with their events, calls, tokens and times", async () => {
    const store = await openTestStore();
    const { home } = makeHome({ "x/a.jsonl": linesOf(6, a), "y/b.jsonl": linesOf(3, b) });
    const summary = await importInto(store, home);
    expect(summary).toMatchObject({
      sessions: 2,
      newSessions: 2,
      events: 6,
      toolCalls: 3,
      tokens: { input: 30, output: 15 },
      sources: { read: 2, unchanged: 0, failed: 0 },
      problems: [],
      skipped: {},
    });
    expect(summary.projects.map(({ host, directory, events }) => [host, directory, events])).toEqual([
      ["claude-code", "/home/ada/engine", 4],
      ["claude-code", "/home/ada/loom", 2],
    ]);
    const session = await sessionOf(store, "a");
    expect(session).toMatchObject({
      provider: "claude-code",
      directory: "/home/ada/engine",
      gitBranch: "main",
      origin: "import",
      eventCount: 4,
      tokens: { input: 20, output: 10 },
      metadata: { model: "claude-x" },
      createdAt: Date.UTC(2026, 9, 1),
      updatedAt: Date.UTC(2026, 9, 1, 0, 0, 4),
    });
    const { items } = await store.getHistory({
      sessionId: session.id,
      order: "asc",
      orderBy: "seq",
      limit: 10,
    });
    expect(items[1]?.actions).toMatchObject([
      { toolName: "Bash", status: "completed", input: { command: "echo 1" }, output: "line 2 of a" },
    ]);
    expect(items.every(({ origin }) => origin === "import")).toBe(true);
  });

  it.each([8_000, 100_000])(
    "knows a transcript that begins with a prompt of %i characters",
    async (chars) => {
      const { type, message, ...envelope } = JSON.parse(lineOf(0, { ...a, text: "x".repeat(chars) }));
      const { parentUuid, isSidechain, ...behind } = envelope;
      const first = JSON.stringify({ parentUuid, isSidechain, type, message, ...behind });
      const { home, path } = makeHome({ "x/a.jsonl": `${first}\n${lineOf(1, a)}\n` });
      expect(await importInto(await openTestStore(), home)).toMatchObject({ events: 2 });
      const named = await importInto(await openTestStore(), makeFolder(), { paths: [path(".")] });
      expect(named).toMatchObject({ events: 2, problems: [] });
    },
  );

  it("that is made twice is made once, and reads nothing again", async () => {
    const store = await openTestStore();
    const { home } = makeHome({ "x/a.jsonl": linesOf(30, a) });
    await importInto(store, home);
    const before = rowsOf(store.file);
    expect(await importInto(store, home)).toMatchObject({
      sessions: 0,
      events: 0,
      sources: { read: 0, unchanged: 1, failed: 0 },
    });
    expect(rowsOf(store.file)).toEqual(before);
  });

  it("does not open a transcript that is as it was", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a), "y/b.jsonl": linesOf(3, b) });
    await importInto(store, home);
    const asked: string[] = [];
    const watched = hosts.map((host) => ({
      ...host,
      recognise(...[file, ...rest]: Parameters<typeof host.recognise>) {
        asked.push(file);
        return host.recognise(file, ...rest);
      },
    }));
    appendFileSync(path("y/b.jsonl"), `${lineOf(3, b)}\n`);
    expect(await importInto(store, home, { hosts: watched })).toMatchObject({
      events: 1,
      sources: { read: 1, unchanged: 1 },
    });
    expect(new Set(asked)).toEqual(new Set([path("y/b.jsonl")]));
  });

  it("finds what is there already by the host's own ids where its place is forgotten", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(30, a) });
    await importInto(store, home);
    const before = rowsOf(store.file);
    mkdirSync(path("copied"));
    writeFileSync(path("copied/a.jsonl"), readFileSync(path("x/a.jsonl")));
    expect(await importInto(store, home)).toMatchObject({ events: 0, duplicates: 20, sources: { read: 1 } });
    expect(rowsOf(store.file)).toEqual(before);
  });

  it("goes on where a growing file was left, a half-written line included", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
    await importInto(store, home);
    const line = lineOf(3, a);
    appendFileSync(path("x/a.jsonl"), line.slice(0, 20));
    expect(await importInto(store, home)).toMatchObject({ events: 0, skipped: {} });
    appendFileSync(path("x/a.jsonl"), `${line.slice(20)}\n${lineOf(4, a)}\n`);
    expect(await importInto(store, home)).toMatchObject({
      events: 2,
      duplicates: 0,
      sessions: 1,
      newSessions: 0,
    });
    expect(await textsOf(store, "a")).toEqual([0, 1, 3, 4].map((n) => `line ${n} of a`));
  });

  it("knows lines without an id again when others have come before them", async () => {
    const store = await openTestStore();
    const nameless = linesOf(3, a).replaceAll(/"uuid":"[^"]*",/g, "");
    const { home, path } = makeHome({ "x/a.jsonl": nameless });
    await importInto(store, home);
    writeFileSync(path("x/a.jsonl"), `${lineOf(3, a)}\n${nameless}`);
    expect(await importInto(store, home)).toMatchObject({ events: 1 });
  });

  it("notices an answer that stands in a file beside its session's", async () => {
    const store = await openTestStore();
    const home = makeFolder();
    const write = (path: string, value: object) => {
      const file = join(home, ".local/share/opencode/storage", path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, JSON.stringify(value));
    };
    write("session/p1/ses_1.json", { id: "ses_1", directory: "/home/ada/engine", time: { created: 1 } });
    write("message/ses_1/msg_1.json", {
      id: "msg_1",
      sessionID: "ses_1",
      role: "user",
      time: { created: 1 },
    });
    write("part/msg_1/prt_1.json", { id: "prt_1", type: "text", text: "Why?" });
    expect(await importInto(store, home)).toMatchObject({ events: 1 });
    expect(await importInto(store, home)).toMatchObject({ sources: { read: 0, unchanged: 1 } });
    const time = { created: 2, completed: 3 };
    write("message/ses_1/msg_2.json", { id: "msg_2", sessionID: "ses_1", role: "assistant", time });
    write("part/msg_2/prt_2.json", {
      id: "prt_2",
      type: "text",
      text: "Because.",
      time: { start: 2, end: 3 },
    });
    expect(await importInto(store, home)).toMatchObject({ events: 1, newSessions: 0 });
    expect(await importInto(store, home)).toMatchObject({ sources: { read: 0, unchanged: 1 } });
  });

  it("notices that a file was written anew, or has become another", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(9, a) });
    await importInto(store, home);
    const first = lineOf(0, a);
    writeFileSync(path("x/a.jsonl"), `${first}\n${lineOf(9, { ...a, text: "after the rewrite" })}\n`);
    expect(await importInto(store, home)).toMatchObject({ events: 1, duplicates: 1 });
    renameSync(path("x/a.jsonl"), path("x/a.1.jsonl"));
    writeFileSync(path("x/a.jsonl"), linesOf(3, b));
    expect(await importInto(store, home)).toMatchObject({ events: 2, newSessions: 1 });
    expect((await textsOf(store, "a")).at(-1)).toBe("after the rewrite");
  });

  it("leaves its sources as they are", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(9, a) });
    const before = statSync(path("x/a.jsonl"));
    const text = readFileSync(path("x/a.jsonl"), "utf8");
    await importInto(store, home);
    const after = statSync(path("x/a.jsonl"));
    expect([after.size, after.mtimeMs, readFileSync(path("x/a.jsonl"), "utf8")]).toEqual([
      before.size,
      before.mtimeMs,
      text,
    ]);
  });

  it("only counts when it is a dry run, with a store and without one", async () => {
    const { home } = makeHome({ "x/a.jsonl": linesOf(6, a) });
    expect(await importInto(null, home, { dryRun: true })).toMatchObject({
      sessions: 1,
      events: 4,
      toolCalls: 2,
    });
    const store = await openTestStore();
    await importInto(store, home, { dryRun: true });
    expect((await store.listSessions({ limit: 1 })).items).toEqual([]);
    expect(await importInto(store, home)).toMatchObject({ events: 4 });
  });

  describe("that is a dry run counts what the import then does", () => {
    const call = (id: string) => `toolu_a_${id}`;
    const orphan = (n: number) => lineOf(n, a).replaceAll(call("0"), call(`lost-${n}`));
    const cases: Record<string, (path: (name: string) => string) => void> = {
      "nothing has changed": () => {},
      "a transcript has grown": (path) => appendFileSync(path("x/a.jsonl"), `${lineOf(6, a)}\n`),
      "it was written anew": (path) =>
        writeFileSync(path("x/a.jsonl"), `${linesOf(3, a)}${lineOf(9, a)}\n${lineOf(9, a)}\n`),
      "it was moved": (path) => renameSync(path("x/a.jsonl"), path("x/moved.jsonl")),
      "results came whose calls are lost": (path) =>
        appendFileSync(path("x/a.jsonl"), `${orphan(2)}\n${orphan(5)}\n${orphan(5)}\n`),
      "a result came of a call that is there": (path) =>
        appendFileSync(path("x/a.jsonl"), `${lineOf(5, a)}\n`),
      "two files have the same lines": (path) => {
        writeFileSync(path("x/copy.jsonl"), linesOf(9, a));
        writeFileSync(path("x/c.jsonl"), linesOf(3, { sessionId: "c" }));
      },
      "tasks and automations came": (path) => {
        const folder = path("../../.codewhale");
        mkdirSync(join(folder, "tasks"), { recursive: true });
        mkdirSync(join(folder, "automations"));
        const task = { schema_version: 1, id: "t1", prompt: "Build", status: "completed", thread_id: "thr" };
        writeFileSync(join(folder, "tasks", "t1.json"), JSON.stringify(task));
        const rule = { schema_version: 1, id: "n", name: "nightly", prompt: "Test", rrule: "FREQ=HOURLY" };
        writeFileSync(join(folder, "automations", "n.json"), JSON.stringify(rule));
        writeFileSync(join(folder, "automations", "o.json"), JSON.stringify({ ...rule, id: "o" }));
      },
    };

    it.each(Object.keys(cases))("where %s", async (name) => {
      const store = await openTestStore();
      const { home, path } = makeHome({ "x/a.jsonl": linesOf(6, a), "x/gone.jsonl": linesOf(3, b) });
      await importInto(store, home);
      await store.deleteSession((await sessionOf(store, "b")).id, false, { origin: "tool", client: null });
      appendFileSync(path("x/gone.jsonl"), `${lineOf(3, b)}\n`);
      cases[name]?.(path);
      for (const includeDeleted of [false, true]) {
        const dry = await importInto(store, home, { dryRun: true, includeDeleted });
        expect(dry).toEqual(await importInto(store, home, { includeDeleted }));
      }
    });

    it("into no store", async () => {
      const { home } = makeHome({
        "x/a.jsonl": `${linesOf(6, a)}${linesOf(3, a)}`,
        "x/b.jsonl": linesOf(3, b),
      });
      const dry = await importInto(null, home, { dryRun: true });
      expect(dry).toEqual(await importInto(await openTestStore(), home));
    });
  });

  it("takes paths, one host's, or what has changed since", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a), "y/b.jsonl": linesOf(3, b) });
    expect(await importInto(store, home, { since: Date.now() + 60_000 })).toMatchObject({ events: 0 });
    expect(await importInto(store, home, { hosts: [] })).toMatchObject({ events: 0 });
    expect(await importInto(store, makeFolder(), { paths: [path("x")] })).toMatchObject({ events: 2 });
    expect(await importInto(store, home)).toMatchObject({ events: 2, sources: { unchanged: 1 } });
  });
});

describe("bad sources", () => {
  it("are named, and the others are taken in", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({
      "x/a.jsonl": `${lineOf(0, a)}\nnot json\n{"half": \n${lineOf(1, a)}\n`,
      "x/empty.jsonl": "",
      "y/secret/c.jsonl": linesOf(3, { sessionId: "c" }),
      "z/b.jsonl": linesOf(3, b),
    });
    chmodSync(path("y/secret"), 0);
    symlinkSync(path("x"), path("z/loop"));
    symlinkSync(path("."), path("z/up"));
    symlinkSync(path("nowhere"), path("z/dangling"));
    const isRoot = process.getuid?.() === 0;
    const summary = await importInto(store, home);
    chmodSync(path("y/secret"), 0o700);
    expect(summary.events).toBe(isRoot ? 6 : 4);
    expect(summary.skipped).toEqual({ "not json": 2 });
    const skipped = { path: path("x/a.jsonl"), reason: "not json", line: 2, count: 2 };
    expect(summary.skippedLines).toEqual([skipped]);
    expect(toWireSummary(summary)).toMatchObject({ skipped_lines: [skipped] });
    expect(toMarkdown(toSummaryPage(summary, false, []))).toContain(`${skipped.path}:2`);
    const empty = { path: path("x/empty.jsonl"), reason: "empty" };
    const secret = { path: path("y/secret"), reason: "no permission" };
    expect(summary.problems).toEqual(isRoot ? [empty] : [empty, secret]);
  });

  it("in a host's own folder are named too where nothing of them is known", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/broken.jsonl": "half a line", "x/empty.jsonl": "" });
    writeFileSync(path("x/wide.jsonl"), Buffer.from(linesOf(2, a), "utf16le"));
    const { problems, sources } = await importInto(store, home);
    expect(sources.failed).toBe(3);
    expect(problems).toEqual([
      { path: path("x/broken.jsonl"), reason: "unknown kind" },
      { path: path("x/empty.jsonl"), reason: "empty" },
      { path: path("x/wide.jsonl"), reason: "unknown kind" },
    ]);
  });

  it("in a folder that was named are named where they are called as transcripts are", async () => {
    const folder = makeFolder();
    const write = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);
    write("a.jsonl", linesOf(3, a));
    write("empty.jsonl", "");
    write("letter.txt", "Dear Charles");
    write("package.json", "{}");
    write("wide.jsonl", Buffer.from(linesOf(2, a), "utf16le"));
    const summary = await importInto(await openTestStore(), makeFolder(), { paths: [folder] });
    expect(summary).toMatchObject({ events: 2, sources: { read: 1, failed: 2 } });
    expect(summary.problems).toEqual([
      { path: join(folder, "empty.jsonl"), reason: "empty" },
      { path: join(folder, "wide.jsonl"), reason: "unknown kind" },
    ]);
  });

  it("are not the transcripts of a host that was not asked for", async () => {
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a), "x/broken.jsonl": "half a line" });
    const summary = await importInto(await openTestStore(), home, { hosts: [codex], paths: [path(".")] });
    expect(summary).toMatchObject({
      sources: { read: 0, failed: 1 },
      problems: [{ path: path("x/broken.jsonl"), reason: "unknown kind" }],
    });
  });

  it("are problems where they were asked for by name", async () => {
    const store = await openTestStore();
    const folder = makeFolder();
    writeFileSync(join(folder, "letter.txt"), "Dear Charles");
    const paths = [join(folder, "letter.txt"), join(folder, "nowhere")];
    expect((await importInto(store, folder, { paths })).problems).toEqual([
      { path: join(folder, "letter.txt"), reason: "unknown kind" },
      { path: join(folder, "nowhere"), reason: "not found" },
    ]);
  });

  it("that go away while they are read lose nothing of the others", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a), "y/b.jsonl": linesOf(3, b) });
    const summary = await importInto(store, home, {
      onProgress: () => rmSync(path("y"), { recursive: true, force: true }),
    });
    expect(summary).toMatchObject({ events: 2, problems: [{ reason: "not found" }] });
  });

  it("of clocks that jump make no session the newest for ever", async () => {
    const now = Date.UTC(2026, 9, 2);
    const store = await openTestStore({ now: () => now });
    const jumped = lineOf(3, a).replace(/"timestamp":"[^"]*"/, '"timestamp":"2027-01-01T00:00:00.000Z"');
    const { home } = makeHome({ "x/a.jsonl": `${linesOf(3, a)}${jumped}\n${lineOf(4, a)}\n` });
    await importInto(store, home);
    const { id: sessionId, updatedAt } = await sessionOf(store, "a");
    expect(updatedAt).toBe(now);
    const { items } = await store.getHistory({ sessionId, order: "asc", orderBy: "seq", limit: 10 });
    expect(items[2]?.createdAt).toBe(Date.UTC(2027, 0, 1));
  });
});

describe("a directory that is a hash alone", () => {
  const recording = (directory: string) =>
    JSON.stringify({
      sessionId: "g",
      projectHash: hash("sha256", directory),
      messages: [{ id: "1", type: "user", content: "Fix it", timestamp: "2026-10-01T10:00:00.000Z" }],
    });
  const homeWith = (directory: string, files: Record<string, string> = {}) => {
    const made = makeHome(files);
    const chats = join(made.home, ".gemini", "tmp", "x", "chats");
    mkdirSync(chats, { recursive: true });
    writeFileSync(join(chats, "session-1.json"), recording(directory));
    return { ...made, chats };
  };

  it("is the one of another host's session, of this import or before, or of a project", async () => {
    for (const known of ["in this import", "before", "a project"]) {
      const store = await openTestStore();
      const { home } = homeWith(
        "/home/ada/engine",
        known === "in this import" ? { "x/a.jsonl": linesOf(3, a) } : {},
      );
      if (known === "before") await importInto(store, makeHome({ "x/a.jsonl": linesOf(3, a) }).home);
      if (known === "a project") {
        await store.createSession(newSession({ workspace: { ...workspace, directory: "/home/ada/engine" } }));
      }
      await importInto(store, home);
      expect((await sessionOf(store, "g")).directory, known).toBe("/home/ada/engine");
    }
  });

  it("is left out where that one is excluded, and else the folder of the transcript", async () => {
    const store = await openTestStore();
    const { home, chats } = homeWith("/home/ada/engine");
    await importInto(store, home);
    expect((await sessionOf(store, "g")).directory).toBe(realpathSync(chats));
    const excluded = await openTestStore();
    await excluded.captures.addExclusion("/home/ada/engine");
    const other = homeWith("/home/ada/engine", { "x/a.jsonl": linesOf(3, a) });
    expect(await importInto(excluded, other.home)).toMatchObject({ events: 0, left: { excluded: 2 } });
  });
});

describe("what is left out", () => {
  it("is a directory with .backstoryignore, and what is below it", async () => {
    const store = await openTestStore();
    const secret = makeFolder();
    mkdirSync(join(secret, "deep"));
    writeFileSync(join(secret, ".backstoryignore"), "");
    const { home } = makeHome({
      "x/a.jsonl": linesOf(3, { ...a, cwd: join(secret, "deep") }),
      "y/b.jsonl": linesOf(3, b),
    });
    expect(await importInto(store, home)).toMatchObject({ events: 2, left: { excluded: 1 } });
    expect(await importInto(store, home)).toMatchObject({ events: 0, sources: { unchanged: 2 } });
    rmSync(join(secret, ".backstoryignore"));
    expect(await importInto(store, home)).toMatchObject({ events: 2, left: { excluded: 0 } });
  });

  it("is what the list names, until it is taken off", async () => {
    const store = await openTestStore();
    const { home } = makeHome({ "x/a.jsonl": linesOf(3, a), "y/b.jsonl": linesOf(3, b) });
    expect(await store.captures.addExclusion("/home/ada/engine")).toBe(true);
    expect(await store.captures.addExclusion("/home/ada/engine")).toBe(false);
    expect(await importInto(store, home)).toMatchObject({ events: 2, left: { excluded: 1 } });
    expect(await importInto(store, home)).toMatchObject({ events: 0, sources: { unchanged: 2 } });
    expect(await store.captures.deleteExclusion("/home/ada/engine")).toBe(true);
    expect(await importInto(store, home)).toMatchObject({ events: 2, left: { excluded: 0 } });
  });

  it("is what was done in an excluded directory by a session that began outside", async () => {
    const store = await openTestStore();
    const secret = makeFolder();
    writeFileSync(join(secret, ".backstoryignore"), "");
    const inside = [3, 4, 5].map((n) => `${lineOf(n, { ...a, cwd: secret })}\n`).join("");
    const { home } = makeHome({ "x/a.jsonl": `${linesOf(3, a)}${inside}${lineOf(6, a)}\n` });
    expect(await importInto(store, home)).toMatchObject({ events: 3, toolCalls: 1 });
    expect(await textsOf(store, "a")).toEqual(["line 0 of a", "line 1 of a", "line 6 of a"]);
    expect(await importInto(store, home)).toMatchObject({ events: 0, sources: { unchanged: 1 } });
    rmSync(join(secret, ".backstoryignore"));
    expect(await importInto(store, home)).toMatchObject({ events: 2, toolCalls: 1 });
  });

  it("is not what a session did outside after it went on inside with another model", async () => {
    const store = await openTestStore();
    const secret = makeFolder();
    writeFileSync(join(secret, ".backstoryignore"), "");
    const inside = lineOf(4, { ...a, cwd: secret }).replace("claude-x", "claude-y");
    const { home } = makeHome({ "x/a.jsonl": `${linesOf(3, a)}${inside}\n${lineOf(6, a)}\n` });
    expect(await importInto(store, home)).toMatchObject({ events: 3, left: { excluded: 0 } });
  });

  it("is a session that was deleted here, and its subagents, unless it is asked for", async () => {
    const store = await openTestStore();
    const subagent = linesOf(3, a).replaceAll('"isSidechain":false', '"isSidechain":true,"agentId":"7"');
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
    await importInto(store, home);
    await store.deleteSession((await sessionOf(store, "a")).id, false, { origin: "tool", client: null });
    appendFileSync(path("x/a.jsonl"), `${lineOf(3, a)}\n`);
    mkdirSync(path("x/a/subagents"), { recursive: true });
    writeFileSync(path("x/a/subagents/agent-7.jsonl"), subagent);
    expect(await importInto(store, home)).toMatchObject({ events: 0, left: { deleted: 2 } });
    expect((await store.listSessions({ limit: 10 })).items).toEqual([]);
    expect(await importInto(store, home, { includeDeleted: true })).toMatchObject({
      newSessions: 2,
      events: 5,
    });
    expect(await importInto(store, home)).toMatchObject({ events: 0 });
    expect((await store.listSessions({ limit: 10 })).items).toHaveLength(2);
  });
});

describe("what was deleted", () => {
  it("does not come back by a subagent's transcript of several transactions", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
    await importInto(store, home);
    await store.deleteSession((await sessionOf(store, "a")).id, false, { origin: "tool", client: null });
    const subagent = linesOf(1_800, a).replaceAll('"isSidechain":false', '"isSidechain":true,"agentId":"7"');
    mkdirSync(path("x/a/subagents"), { recursive: true });
    writeFileSync(path("x/a/subagents/agent-7.jsonl"), subagent);
    const dry = await importInto(store, home, { dryRun: true });
    expect(await importInto(store, home)).toMatchObject({ events: 0, newSessions: 0, left: { deleted: 1 } });
    expect(dry).toMatchObject({ events: 0, newSessions: 0, left: { deleted: 1 } });
    expect((await store.listSessions({ limit: 10 })).items).toEqual([]);
  });
});

describe("one session", () => {
  it("is what a tool, a hook and an import describe, each with its own words", async () => {
    const store = await openTestStore();
    const { home, path } = makeHome({ "x/a.jsonl": linesOf(3, a) });
    const asked = newSession({
      provider: "claude-code",
      providerSessionId: "a",
      title: "Note G",
      agent: "planner",
    });
    const { record } = await store.createSession(asked);
    await store.appendEvent(newEvent(record.id, { content: "by the tool", idempotencyKey: "host:a-0" }));
    await importInto(store, home);
    appendFileSync(path("x/a.jsonl"), `${lineOf(3, a)}\n`);
    await importInto(store, home);
    const repeated = await store.createSession(
      newSession({ provider: "claude-code", providerSessionId: "a" }),
    );
    expect(repeated).toMatchObject({
      duplicate: true,
      record: { id: record.id, title: "Note G", agent: "planner" },
    });
    const { items } = await store.getHistory({
      sessionId: record.id,
      order: "asc",
      orderBy: "seq",
      limit: 10,
    });
    expect(items.map(({ origin, content }) => [origin, content])).toEqual([
      ["tool", "by the tool"],
      ["import", "line 0 of a"],
      ["import", "line 1 of a"],
      ["import", "line 3 of a"],
    ]);
    expect((await store.listSessions({ limit: 10 })).items).toHaveLength(1);
  });
});
