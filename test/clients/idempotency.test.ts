// A repeat with its key gives what the first call stored; other content under the same key is a conflict.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "./connect.ts";

const [standard] = libraries;
if (standard === undefined) throw new Error("no client library");

describe.each(libraries)("$name", (library) => {
  test("create_session, add_event and start_run may be repeated", async () => {
    const client = await connect(library);
    const session = { title: "once", idempotency_key: "k" };
    const { id } = (await expectOnce(client, "create_session", session, { title: "twice" })).session;
    const event = { session_id: id, author: "user", content: "once", idempotency_key: "k" };
    await expectOnce(client, "add_event", event, { content: "twice" });
    const run = { session_id: id, pid: process.pid, prompt: "once", idempotency_key: "k" };
    await expectOnce(client, "start_run", run, { prompt: "twice" });
    const { session: found } = await client.result("get_session", { session_id: id });
    expect(found).toMatchObject({ event_count: 1, last_seq: 1 });
    expect((await client.result("list_runs", { session_id: id })).runs).toHaveLength(1);
  });
});

const content = fc.record(
  {
    content: fc.string({ unit: "binary", maxLength: 50 }),
    reasoning: fc.string({ unit: "grapheme", maxLength: 50 }),
    type: fc.constantFrom("message", "note", "decision"),
    metadata: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
    raw: fc.jsonValue({ maxDepth: 3 }),
    tokens: fc.record({ input: fc.nat(), output: fc.nat() }),
    created_at: fc
      .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
      .map((d) => d.toISOString()),
  },
  { requiredKeys: ["content"] },
);

test("any event may be repeated with its key, and any other is a conflict", async () => {
  const client = await connect(standard);
  const { session } = await client.result("create_session");
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(content, content, fc.nat(3), async (first, other, repeats) => {
      const keys = { session_id: session.id, author: "user", idempotency_key: `key-${++stored}` };
      const { event } = await client.result("add_event", { ...keys, ...first });
      expect(event.seq).toBe(stored);
      for (let i = 0; i < repeats; i++) {
        const again = await client.result("add_event", { ...keys, ...first });
        expect(again).toEqual({ event, duplicate: true });
      }
      const differs = JSON.stringify(sortKeys(first)) !== JSON.stringify(sortKeys(other));
      const third = await client.call("add_event", { ...keys, ...other });
      if (differs) expect(third.error.code).toBe("conflict");
      else expect(third.result).toEqual({ event, duplicate: true });
    }),
    { numRuns: 60 },
  );
  const found = await client.result("get_session", { session_id: session.id });
  expect(found.session.event_count).toBe(stored);
});

async function expectOnce(client: TestClient, tool: string, args: object, change: object) {
  const first = await client.result(tool, args);
  expect(first.duplicate).toBe(false);
  expect(await client.result(tool, args)).toEqual({ ...first, duplicate: true });
  const { error } = await client.call(tool, { ...args, ...change });
  expect(error).toMatchObject({ code: "conflict", retryable: false });
  return first;
}

/** Two events that say the same in another order of keys, or with a default written out, are the same. */
function sortKeys(event: object): object {
  return Object.fromEntries(
    Object.entries({ type: "message", ...event }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
