// Goes through numbered steps until it is killed: in each, every call that takes an idempotency key, with one. Says on
// stdout which step is done and what it was told is stored. Whoever starts it again tells it from which step: it repeats
// whatever of it was done before.
import { writeSync } from "node:fs";
import type { Store } from "../../src/db/store.ts";
import { openStoreAt } from "./open-store.ts";
import { jobOf, numberedEvent, writerSession } from "./records.ts";

const [file = "", migrationsDirectory = "", name = "", from = "0"] = process.argv.slice(2);
const by = { origin: "tool", client: "writer" } as const;

const store = await openStoreAt(file, migrationsDirectory);
const { record: session } = await store.createSession({ ...writerSession, idempotencyKey: name });
writeSync(1, "ready\n");
for (let step = Number(from); ; step++) {
  const told = await takeStep(store, session.id, step);
  writeSync(1, `${JSON.stringify({ step, told })}\n`);
}

/** Each call stores a text of its own, which tells it from every other. Returns the ids of what it made. */
async function takeStep(store: Store, sessionId: string, step: number): Promise<(string | number)[]> {
  const textOf = (kind: string) => `${name} ${kind} ${step}`;
  const event = (kind: string) => {
    const text = textOf(kind);
    return { ...numberedEvent(sessionId, step, text), idempotencyKey: text };
  };
  const idempotencyKey = `${name}-${step}`;
  const appended = await store.appendEvent(event("event"));
  const batch = await store.appendEvents(sessionId, [event("first"), event("second")]);
  const run = await store.startRun({
    ...by,
    sessionId,
    workspace: null,
    pid: process.pid,
    pidFound: true,
    command: null,
    args: [],
    prompt: textOf("run"),
    idempotencyKey,
  });
  const fork = await store.forkSession({
    ...by,
    sessionId,
    atSeq: null,
    title: textOf("fork"),
    idempotencyKey: textOf("fork"),
  });
  const label = textOf("checkpoint");
  const saved = await store.checkpoints.save({
    ...by,
    sessionId,
    label,
    state: { step },
    gitHead: null,
    idempotencyKey,
  });
  const restored = await store.checkpoints.restore({
    ...by,
    checkpointId: saved.record.id,
    title: textOf("restored"),
    idempotencyKey: textOf("restored"),
  });
  const job = await store.jobs.enqueue({ ...jobOf(sessionId, textOf("job")), idempotencyKey });
  const records = [run.record, fork.record, saved.record, restored.record.session, job.record];
  return [appended.record.seq, ...batch.map(({ seq }) => seq), ...records.map(({ id }) => id)];
}
