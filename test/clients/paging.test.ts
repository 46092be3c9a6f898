// Pages: following next_cursor gives everything once, in order, whatever the sizes of the pages.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connect, libraries, type TestClient } from "./connect.ts";

const [standard] = libraries;
if (standard === undefined) throw new Error("no client library");

const seqs = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe.each(libraries)("$name", (library) => {
  test("300 events come once each, in both orders", async () => {
    const client = await connect(library);
    const session_id = await createSession(client, 300);
    const ascending = await pages(client, { session_id }, [37]);
    expect(ascending).toEqual(seqs(300));
    expect(await pages(client, { session_id, order: "desc" }, [100])).toEqual(ascending.toReversed());
  });
});

test("any sizes of pages, orders and budgets give each event once", async () => {
  const client = await connect(standard);
  const session_id = await createSession(client, 40);
  const query = fc.record({
    sizes: fc.array(fc.integer({ min: -1, max: 60 }), { minLength: 1, maxLength: 8 }),
    order: fc.constantFrom("asc", "desc"),
    order_by: fc.constantFrom("seq", "created_at"),
    max_chars: fc.constantFrom(1_000, 3_000, 20_000),
    detail: fc.constantFrom("concise", "full"),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ sizes, ...options }) => {
      const found = await pages(client, { session_id, ...options }, sizes);
      expect(found.toSorted((a, b) => a - b)).toEqual(seqs(40));
      if (options.order_by === "seq")
        expect(found).toEqual(options.order === "asc" ? seqs(40) : seqs(40).reverse());
    }),
    { numRuns: 40 },
  );
});

test("a reader that follows the log meanwhile misses nothing and sees nothing twice", async () => {
  const client = await connect(standard);
  const session_id = await createSession(client, 0);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
      async (sizes) => {
        const before = (await client.result("get_history", { session_id, limit: 1 })).total;
        await addEvents(client, session_id, 3);
        const first = await client.result("get_history", { session_id, after_seq: before, limit: sizes[0] });
        await addEvents(client, session_id, 2);
        const start = { session_id, after_seq: before, cursor: first.next_cursor };
        const rest = first.next_cursor === undefined ? [] : await pages(client, start, sizes);
        const seen = [...first.events.map((event: { seq: number }) => event.seq), ...rest];
        expect(seen).toEqual(seqs(before + seen.length).slice(before));
        expect(seen.length).toBe(first.next_cursor === undefined ? 3 : 5);
      },
    ),
    { numRuns: 15 },
  );
});

test("sessions and todos come once each too", async () => {
  const client = await connect(standard);
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.push((await client.result("create_session")).session.id);
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.result("list_sessions", { limit: 4, cursor });
    found.push(...page.sessions.map((session: { id: string }) => session.id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(found).toEqual(ids.toReversed());

  const contents = Array.from({ length: 60 }, (_, i) => `${i} ${"x".repeat(900)}`);
  const todos = contents.map((content) => ({ content }));
  let page = await client.result("update_todos", { session_id: ids[0], todos });
  const read = page.todos;
  while (page.next_cursor !== undefined) {
    page = await client.result("get_todos", { session_id: ids[0], cursor: page.next_cursor });
    read.push(...page.todos);
  }
  expect(read.map(({ content }: { content: string }) => Number.parseInt(content, 10))).toEqual(
    contents.map((_, i) => i),
  );
});

async function createSession(client: TestClient, events: number): Promise<string> {
  const { session } = await client.result("create_session");
  await addEvents(client, session.id, events);
  return session.id;
}

/** Out of order in time, some at the same moment, some long. */
async function addEvents(client: TestClient, session_id: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const created_at = new Date(Date.UTC(2026, 0, 1) + ((i * 7) % 11) * 1_000).toISOString();
    const content = i % 10 === 0 ? "漢".repeat(700) : `event ${i}`;
    await client.result("add_event", { session_id, author: "user", content, created_at });
  }
}

/** The seqs of all pages, whose sizes are taken in turn. */
async function pages(client: TestClient, query: object, sizes: number[]): Promise<number[]> {
  const found: number[] = [];
  let page: { events: { seq: number }[]; next_cursor?: string } | undefined;
  for (let i = 0; page === undefined || page.next_cursor !== undefined; i++) {
    const cursor = page === undefined ? {} : { cursor: page.next_cursor };
    page = await client.result("get_history", { ...query, limit: sizes[i % sizes.length], ...cursor });
    found.push(...(page?.events ?? []).map((event) => event.seq));
    if (found.length > 10_000) throw new Error("the pages do not come to an end");
  }
  return found;
}
