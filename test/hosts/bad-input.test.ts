// Whatever a file is like: what can be read is read, the rest is counted, and only a file that cannot be opened is an error.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import type { HostRecord } from "../../src/hosts/host.ts";
import { hosts } from "../../src/hosts/hosts.ts";
import { fixture, readSource } from "./read-host.ts";

const folder = mkdtempSync(join(tmpdir(), "backstory-bad-"));
const lineHosts = ["claude-code", "codex", "gemini"].map((name) => ({ name, kind: "jsonl" }));
const documentHosts = [
  { name: "gemini", kind: "json" },
  { name: "opencode", kind: "export" },
  { name: "opencode", kind: "storage" },
  ...["session", "thread", "turn", "task", "automation", "trigger", "queue"].map((kind) => ({
    name: "codewhale",
    kind,
  })),
];
const databaseHosts = ["opencode", "etcode", "aster", "pokecode", "agent-yes"].map((name) => ({
  name,
  kind: "sqlite",
}));

async function readContent(name: string, kind: string, content: string | Buffer) {
  const path = join(folder, "transcript");
  writeFileSync(path, content);
  const host = hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return readSource(host, { host: name, path, kind });
}

const prompt = JSON.stringify({
  type: "user",
  uuid: "u1",
  sessionId: "s1",
  timestamp: "2026-03-01T09:00:00Z",
  message: { role: "user", content: "caf\u00e9" },
});

it("takes a word of a host's for what it is, not for what every object has", async () => {
  const system = { type: "system", uuid: "u2", sessionId: "s1", subtype: "constructor", content: "x" };
  const { events } = await readContent("claude-code", "jsonl", `${JSON.stringify(system)}\n${prompt}\n`);
  expect(events.map(({ type }) => type)).toEqual(["status", "message"]);
});

describe.each(lineHosts)("lines of $name", ({ name, kind }) => {
  it.each([
    ["nothing", ""],
    ["one newline", "\n"],
    ["words", "no json\nat all\n"],
    ["other JSON", 'null\n1\n"a"\n[]\n{}\n{"type":null}\n{"type":"user","message":{"content":{"a":[1]}}}\n'],
    ["zero bytes", Buffer.alloc(100_000)],
    ["random bytes", Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) % 256))],
    ["UTF-16", Buffer.from(`${prompt}\n`, "utf16le")],
    [
      "deep nesting",
      `${"[".repeat(100_000)}${"]".repeat(100_000)}\n{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}\n`,
    ],
    ["keys of prototypes", '{"__proto__":{"type":"user"},"constructor":1,"type":"toString"}\n'],
  ])("has no events of %s, and ends with a position", async (_, content) => {
    const reading = await readContent(name, kind, content);
    expect(reading.events).toEqual([]);
    expect(reading.records.at(-1)?.kind).toBe("position");
  });
});

describe.each(documentHosts)("a $kind of $name", ({ name, kind }) => {
  it.each([
    "",
    "no json",
    "null",
    "[]",
    "{}",
    '{"info":1,"messages":{"a":1},"metadata":[],"id":[]}',
    '{"id":"x"',
  ])("has no events when it is %j", async (content) => {
    const reading = await readContent(name, kind, content);
    expect(reading.events).toEqual([]);
    expect(reading.records.at(-1)?.kind).toBe("position");
  });
});

describe.each(databaseHosts)("a database of $name", ({ name, kind }) => {
  it.each(["no database", "SQLite format 3\0 and no more"])(
    "cannot be read when it is %j",
    async (content) => {
      await expect(readContent(name, kind, content)).rejects.toThrow();
    },
  );

  it("has no records when its tables are not there", async () => {
    const { records } = await readContent(name, kind, "");
    expect(records.filter((record) => record.kind !== "position" && record.kind !== "skipped")).toEqual([]);
  });
});

it("reads what stands between broken lines", async () => {
  const { events, skipped } = await readContent("claude-code", "jsonl", `broken\n${prompt}\n{"a":\n`);
  expect(events.map(({ content }) => content)).toEqual(["café"]);
  expect(skipped).toEqual({ "not json": 2 });
});

it("skips a line of 33 MB, reads one of 30 MB, cut, and goes on", async () => {
  const long = (megabytes: number) => prompt.replace("caf\u00e9", "x".repeat(megabytes * 1024 * 1024));
  const { events, skipped } = await readContent(
    "claude-code",
    "jsonl",
    `${long(33)}\n${long(30)}\n${prompt}\n`,
  );
  expect(skipped).toEqual({ "too long": 1 });
  expect(events.map(({ content, metadata }) => [content?.length, metadata])).toEqual([
    [1024 * 1024, { truncated: ["content"] }],
    [4, null],
  ]);
});

it("replaces what is not UTF-8, and marks the event", async () => {
  const { events } = await readContent("claude-code", "jsonl", Buffer.from(`${prompt}\n`, "latin1"));
  expect(events).toMatchObject([{ content: "caf\uFFFD", metadata: { lossy: true } }]);
});

it("names UTF-16 as what it is", async () => {
  const { skipped } = await readContent(
    "claude-code",
    "jsonl",
    Buffer.from(`\uFEFF${prompt}\n${prompt}\n`, "utf16le"),
  );
  expect(Object.keys(skipped)).toEqual(["not utf-8"]);
});

it("reads behind a byte order mark, and lines that end in CR LF", async () => {
  const { events, skipped } = await readContent(
    "claude-code",
    "jsonl",
    `\uFEFF${prompt}\r\n${prompt.replace("u1", "u2")}\r\n`,
  );
  expect(events.map(({ key }) => key)).toEqual(["u1", "u2"]);
  expect(skipped).toEqual({});
});

it("reads whole JSON in a last line without a newline", async () => {
  const { events } = await readContent("claude-code", "jsonl", prompt);
  expect(events).toHaveLength(1);
});

const claudeCode = hosts.find(({ name }) => name === "claude-code");
const source = (path: string) => ({ host: "claude-code", path, kind: "jsonl" });

it("rejects a file that is not there, a folder, and one that may not be read", async () => {
  if (claudeCode === undefined) throw new Error("no host");
  await expect(readSource(claudeCode, source(join(folder, "missing.jsonl")))).rejects.toThrow("ENOENT");
  await expect(readSource(claudeCode, source(folder))).rejects.toThrow();
  const locked = join(folder, "locked.jsonl");
  writeFileSync(locked, prompt);
  chmodSync(locked, 0);
  // The superuser may.
  if (process.getuid?.() !== 0)
    await expect(readSource(claudeCode, source(locked))).rejects.toThrow("EACCES");
});

it.each([
  ["deleted", (path: string) => rmSync(path)],
  ["emptied", (path: string) => truncateSync(path)],
])("ends in order when the file is %s while it is read", async (_, harm) => {
  if (claudeCode === undefined) throw new Error("no host");
  const path = join(folder, "harmed.jsonl");
  writeFileSync(path, `${prompt}\n`.repeat(10_000));
  const records: HostRecord[] = [];
  for await (const record of claudeCode.read(source(path), null)) {
    if (records.length === 0) harm(path);
    records.push(record);
  }
  expect(records.at(-1)?.kind).toBe("position");
  expect(records.some(({ kind }) => kind === "event")).toBe(true);
});

it("stops when it is told to, at a position from which the rest comes", async () => {
  if (claudeCode === undefined) throw new Error("no host");
  const path = join(folder, "stopped.jsonl");
  writeFileSync(
    path,
    Array.from({ length: 10_000 }, (_, index) => `${prompt.replace("u1", `u${index}`)}\n`).join(""),
  );
  const controller = new AbortController();
  const keys: string[] = [];
  let position = null;
  for await (const record of claudeCode.read(source(path), null, controller.signal)) {
    if (record.kind === "event") keys.push(record.key);
    if (record.kind === "position") position = record.position;
    controller.abort();
  }
  expect(keys.length).toBeLessThan(10_000);
  const rest = await readSource(claudeCode, source(path), position);
  expect([...keys, ...rest.events.map(({ key }) => key)]).toEqual(
    Array.from({ length: 10_000 }, (_, index) => `u${index}`),
  );
});

it("recognises no file of something else, and never throws", () => {
  const heads = [
    Buffer.alloc(0),
    Buffer.from("{}"),
    Buffer.from('{"a":1}\n'),
    Buffer.alloc(4096),
    readFileSync(import.meta.filename),
  ];
  for (const path of ["/x/notes.json", "/x/log.jsonl", "/x/data.db", "/x/y.txt", ""]) {
    for (const host of hosts) for (const head of heads) expect(host.recognise(path, head)).toBeNull();
  }
});

const fixtures = readdirSync(fixture(), { recursive: true, withFileTypes: true }).filter((entry) =>
  entry.isFile(),
);

it.each(fixtures.map(({ parentPath, name }) => join(parentPath, name)))(
  "has at most one host for %s",
  (path) => {
    const head = readFileSync(path).subarray(0, 4096);
    const names = hosts.filter((host) => host.recognise(path, head) !== null).map(({ name }) => name);
    const part = /items|storage.(?:message|part|todo)/.test(path);
    expect(names).toEqual(part ? [] : [relative(fixture(), path).split(sep)[0]]);
  },
);
