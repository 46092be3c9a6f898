// Workers in processes of their own, some of them killed: each job is handed out once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { migrationsDirectory, openTestStore } from "../open-test-store.ts";
import { bundle, bundleEnvironment } from "./bundle.ts";
import { startProgram } from "./program.ts";

const workers = 8;
const jobs = 1_000;

const claimer = bundle("claimer");
afterAll(claimer.remove);

interface Worker {
  child: ChildProcess;
  name: string;
  /** The lines that it has written so far. */
  said(): string[];
}

async function startWorker(file: string, name: string): Promise<Worker> {
  const child = spawn(process.execPath, [claimer.file, file, migrationsDirectory, name], {
    stdio: ["pipe", "pipe", "inherit"],
    env: bundleEnvironment,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child.stdout, "data");
  return { child, name, said: () => text.split("\n").slice(0, -1) };
}

const idsIn = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

test("8 processes claim 1,000 jobs: each once, and none is lost with a worker that is killed", async () => {
  const store = await openTestStore();
  const enqueued: string[] = [];
  for (let i = 0; i < jobs; i++) enqueued.push(await enqueue(store, i % 3));
  const started = await Promise.all(
    Array.from({ length: workers }, (_, i) => startWorker(store.file, `worker ${i}`)),
  );
  const ended = started.map(({ child }) => once(child, "close"));
  for (const { child } of started) child.stdin?.write("go\n");
  const victim = started[0] as Worker;
  while (victim.said().length < 20) await once(victim.child.stdout as NodeJS.ReadableStream, "data");
  victim.child.kill("SIGKILL");
  await Promise.all(ended);

  const lines = started.flatMap((worker) => worker.said());
  const claimed = idsIn(lines, "claimed");
  expect(new Set(claimed).size).toBe(claimed.length);
  const found = (await store.jobs.list({ limit: jobs + 1 })).items;
  expect(found.map(({ id }) => id).toSorted()).toEqual(enqueued.toSorted());
  // At most the one that the killed worker held.
  const open = found.filter(({ status }) => status !== "completed");
  expect(open.length).toBeLessThanOrEqual(1);
  for (const job of open) expect(job).toMatchObject({ status: "processing", worker: victim.name });
  for (const job of found) expect(job.attempts).toBe(1);
  for (const { name, said } of started) {
    for (const id of idsIn(said(), "finished")) {
      expect(found.find((job) => job.id === id)).toMatchObject({
        status: "completed",
        worker: name,
        result: name,
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
