// Workers in processes of their own, some of them killed: each job is handed out once.
import { once } from "node:events";
import { afterAll, expect, test } from "vitest";
import { migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { bundle } from "./bundle.ts";
import { type Child, startChild } from "./child.ts";
import { startProgram } from "./program.ts";

const workers = 8;
const jobs = 1_000;

const claimer = bundle("claimer");
afterAll(claimer.remove);

const idsIn = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

test("8 processes claim 1,000 jobs: each once, and none is lost with a worker that is killed", async () => {
  const store = await openTestStore();
  const enqueued: string[] = [];
  for (let i = 0; i < jobs; i++) enqueued.push(await enqueue(store, i % 3));
  const names = Array.from({ length: workers }, (_, i) => `worker ${i}`);
  const started = names.map((name) => startChild(claimer.file, [store.file, migrationsDirectory, name]));
  await Promise.all(started.map(({ ready }) => ready));
  for (const child of started) child.go();
  const [victim] = started as [Child];
  while (victim.said().length < 20) await once(victim.process.stdout as NodeJS.ReadableStream, "data");
  void victim.kill();
  await Promise.all(started.map(({ closed }) => closed));

  const lines = started.flatMap((child) => child.said());
  const claimed = idsIn(lines, "claimed");
  expect(new Set(claimed).size).toBe(claimed.length);
  const found = (await store.jobs.list({ limit: jobs + 1 })).items;
  expect(found.map(({ id }) => id).toSorted()).toEqual(enqueued.toSorted());
  // At most the one that the killed worker held.
  const open = found.filter(({ status }) => status !== "completed");
  expect(open.length).toBeLessThanOrEqual(1);
  for (const job of open) expect(job).toMatchObject({ status: "processing", worker: names[0] });
  for (const job of found) expect(job.attempts).toBe(1);
  for (const [i, { said }] of started.entries()) {
    for (const id of idsIn(said(), "finished")) {
      expect(found.find((job) => job.id === id)).toMatchObject({
        status: "completed",
        worker: names[i],
        result: names[i],
      });
    }
  }
});

test("a server that starts enqueues what came due while there was none, once", async () => {
  const anHourAgo = Date.now() - 3_600_000;
  const store = await openTestStore({ now: () => anHourAgo });
  const automation = await store.automations.upsert({
    name: "every minute",
    workspace: null,
    schedule: "* * * * *",
    timeZone: "UTC",
    prompt: "look at the logs",
    enabled: true,
    origin: "tool",
    client: "test",
  });
  const servers = [startProgram({ db: store.file }), startProgram({ db: store.file })];
  await Promise.all(servers.map((server) => server.initialize()));
  const said = () =>
    servers.flatMap(({ stderr }) => stderr).find((line) => line.includes("automations were due"));
  await Promise.race(servers.map((server) => server.until(said)));
  await Promise.all(servers.map((server) => server.end()));
  const { items } = await store.jobs.list({ limit: 10 });
  expect(items).toMatchObject([{ automationId: automation.id, prompt: "look at the logs" }]);
});

async function enqueue(store: Awaited<ReturnType<typeof openTestStore>>, priority: number): Promise<string> {
  const { record } = await store.jobs.enqueue({
    sessionId: null,
    workspace: null,
    prompt: "work",
    promptId: null,
    messageId: null,
    allowedTools: null,
    model: null,
    priority,
    runAfter: null,
    maxAttempts: 3,
    idempotencyKey: null,
    origin: "tool",
    client: "test",
  });
  return record.id;
}
