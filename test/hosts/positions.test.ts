// Read in pieces is read at once: whatever the pieces, and whatever became of the file between.
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HostRecord, Position } from "../../src/hosts/host.ts";
import { fixture, readPath, readSource, recognise, sumTokens } from "./read-host.ts";

const codexId = "019bf4b5-e7b0-75a0-8bf2-05fbf1b13c9b";
const transcripts = [
  fixture("claude-code", "session.jsonl"),
  fixture("codex", `rollout-2026-03-01T09-00-00-${codexId}.jsonl`),
  fixture("gemini", "chats", "session-2026-03-01T09-00-9d3b1f0e.jsonl"),
];

const copyOf = (path: string, content: string | Buffer) => {
  const copy = join(mkdtempSync(join(tmpdir(), "backstory-positions-")), basename(path));
  writeFileSync(copy, content);
  return copy;
};

/** What a Store has after these records: an event for each key, by which the second of two is dropped. */
function stored(records: HostRecord[]) {
  const events = new Map<string, Extract<HostRecord, { kind: "event" }>>();
  for (const record of records) {
    if (record.kind === "event" && !events.has(record.key)) events.set(record.key, record);
  }
  const kept = [...events.values()];
  const calls = new Set(kept.flatMap(({ actions }) => actions.map(({ callId }) => callId)));
  const said = kept.flatMap(({ key, content, reasoning }) =>
    content === null && reasoning === null ? [] : [[key, content, reasoning]],
  );
  // What comes to a message later is behind it, if the message was read before.
  return { said: said.sort(), calls: [...calls].sort(), tokens: sumTokens(kept) };
}

describe.each(transcripts)("%s", (path) => {
  const bytes = readFileSync(path);
  const lines = bytes.toString().split(/(?<=\n)/);

  it("gives the same read line by line as read at once", async () => {
    const whole = await readPath(path);
    const found = recognise(path);
    if (found === null) throw new Error("not recognised");
    const growing = copyOf(path, "");
    const source = { ...found.source, path: growing };
    const records: HostRecord[] = [];
    let position: Position = null;
    for (const line of lines) {
      // Half of a line is not read, and the other half makes it whole.
      const half = Math.floor(line.length / 2);
      for (const piece of [line.slice(0, half), line.slice(half)]) {
        appendFileSync(growing, piece);
        const reading = await readSource(found.host, source, position);
        records.push(...reading.records);
        position = reading.position;
      }
    }
    expect(stored(records)).toEqual(stored(whole.records));
    expect(JSON.stringify(position).length).toBeLessThan(64 * 1024);
  });

  it("gives nothing twice", async () => {
    const { position } = await readPath(path);
    const again = await readPath(path, position);
    expect(again.records.filter(({ kind }) => kind !== "position")).toEqual([]);
  });

  it("reads from the start a file that was cut, or rewritten at its head or before the position", async () => {
    const whole = await readPath(path);
    const rewritten = [
      lines.slice(0, -4).join(""),
      lines.slice(4).join(""),
      `${lines.slice(0, -3).join("")}${"x".repeat(5)}${lines.slice(-3).join("")}`,
    ];
    const found = recognise(path);
    if (found === null) throw new Error("not recognised");
    for (const content of rewritten) {
      const source = { ...found.source, path: copyOf(path, content) };
      const fresh = await readSource(found.host, source);
      const known = await readSource(found.host, source, whole.position);
      expect(known.records).toEqual(fresh.records);
    }
  });

  it("takes no position of another reader", async () => {
    const whole = await readPath(path);
    for (const position of [
      {},
      { offset: 5 },
      { version: 99, offset: 5, state: {} },
      { ...whole.position, offset: -1 },
    ]) {
      expect((await readPath(path, position)).records).toEqual(whole.records);
    }
  });
});

it("gives of a document that was written anew what was added, and how an open call ended", async () => {
  const path = fixture("gemini", "chats", "session-2026-03-01T09-00-9d3b1f0e.json");
  const document = JSON.parse(readFileSync(path, "utf8"));
  const [prompt, answer, ...rest] = document.messages;
  const [call, ...calls] = answer.toolCalls;
  const { result, ...running } = { ...call, status: "executing" };
  const early = { ...answer, tokens: null, toolCalls: [running] };
  const copy = copyOf(path, JSON.stringify({ ...document, messages: [prompt, early] }));
  const first = await readPath(copy);
  writeFileSync(
    copy,
    JSON.stringify({ ...document, messages: [prompt, { ...answer, toolCalls: [call, ...calls] }, ...rest] }),
  );
  const second = await readPath(copy, first.position);
  expect(second.outcomes).toMatchObject([{ callId: "call_1", status: "error" }]);
  expect(stored([...first.records, ...second.records])).toEqual(stored((await readPath(path)).records));
  writeFileSync(copy, readFileSync(path));
  const third = await readPath(copy, second.position);
  expect(third.events).toEqual([]);
});

it("ends each batch with a position from which the rest comes", async () => {
  const line = (index: number) => {
    const said = { role: "user", content: `prompt ${index} ${"x".repeat(2_000)}` };
    return JSON.stringify({
      type: "user",
      uuid: `u${index}`,
      sessionId: "s",
      parentUuid: null,
      message: said,
    });
  };
  const path = copyOf("many.jsonl", Array.from({ length: 2_000 }, (_, index) => `${line(index)}\n`).join(""));
  const { records } = await readPath(path);
  const positions = records.flatMap((record) => (record.kind === "position" ? [record] : []));
  expect(positions.length).toBeGreaterThan(5);
  const third = positions[2];
  if (third === undefined) throw new Error("no third position");
  const middle = records.indexOf(third);
  const rest = await readPath(path, third.position);
  const keys = (list: HostRecord[]) =>
    list.flatMap((record) => (record.kind === "event" ? [record.key] : []));
  expect(keys(rest.records)).toEqual(keys(records.slice(middle)));
});
