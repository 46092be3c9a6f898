// What was forgotten is not taken in again, however often its transcript is read.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { openTestStore } from "../open-test-store.ts";
import { importInto } from "./importing.ts";
import { linesOf, makeHome } from "./transcripts.ts";

const by = { origin: "cli", client: "test" } as const;
const word = "zanzibarquux";
const told = { sessionId: "a", text: `say ${word}` };
// With the title that a host gives a session.
const transcript = `${linesOf(30, told)}${JSON.stringify({ type: "summary", summary: `About ${word}`, leafUuid: "a-29" })}\n`;

it("stays forgotten when its transcript is read from the start again, elsewhere", async () => {
  const store = await openTestStore();
  const { home, path } = makeHome({ "x/a.jsonl": transcript });
  expect(await importInto(store, home)).toMatchObject({ newSessions: 1, events: 20 });
  const [session] = (await store.listSessions({ limit: 1 })).items;
  const sessionId = session?.id ?? "";
  expect(await store.forgetting.forget({ sessionId }, by)).toMatchObject({ events: 20, pending: null });
  mkdirSync(path("copied"));
  writeFileSync(path("copied/a.jsonl"), readFileSync(path("x/a.jsonl")));
  expect(await importInto(store, home)).toMatchObject({ events: 0, newSessions: 0, duplicates: 20 });
  await store.search.catchUp();
  await store.close();
  const folder = dirname(store.file);
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  expect(bytes.join("")).not.toContain(word);
});
