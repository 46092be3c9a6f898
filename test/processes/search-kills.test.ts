// Processes that index one file together, killed at random moments: what they leave is the index of the log.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { newSession } from "../new-records.ts";
import { makeFolder, migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { OpenSearch } from "../store/open-search.ts";
import { dice } from "../torture/plan.ts";
import { bundle } from "./bundle.ts";
import { type Child, startChild } from "./child.ts";

const processes = 3;
const rounds = 30;
const roundsPerCheck = 10;

const indexer = bundle("indexer");
afterAll(() => indexer.remove());

test("three at once, 30 rounds of SIGKILL", { timeout: 120_000 }, async () => {
  const random = dice("search kills");
  const file = join(makeFolder(), "test.db");
  const store = await openTestStore({ file });
  const { id } = (await store.createSession(newSession())).record;
  await store.close();
  let running: Child[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    while (running.length < processes) running.push(await start(file, id, `${round}-${running.length}`));
    await sleep(random() * 200);
    const isCheck = round % roundsPerCheck === 0;
    const killed = isCheck ? running : [running[round % processes]];
    running = running.filter((child) => !killed.includes(child));
    await Promise.all(killed.map((child) => child?.kill()));
    if (isCheck) await check(file);
  }
});

async function start(file: string, sessionId: string, name: string): Promise<Child> {
  const child = startChild(indexer.file, [file, migrationsDirectory, sessionId, name]);
  await child.ready;
  return child;
}

async function check(file: string): Promise<void> {
  const store = await openTestStore({ file });
  expect(await store.search.catchUp()).toBe(0);
  expect((await store.search.state()).broken).toBeNull();
  const index = new OpenSearch(file);
  index.check();
  const grown = index.rows();
  await store.search.rebuild();
  expect(index.rows()).toEqual(grown);
  index.close();
  await store.close();
}
