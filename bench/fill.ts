// Files with many rows, made with raw SQL in one transaction.
import { type Durability, markIndexed, openRaw, RawLog } from "./floors/raw-log.ts";
import { prose } from "./store.ts";

export const eventsPerSession = 100;

// Sessions at work at the same time: their events alternate in the file, as they do when agents run side by side.
const concurrently = 10;

export const sessionIdOf = (index: number) => `sess_${String(index).padStart(26, "0")}`;

/** `events` events of 200 characters, a hundred a session. */
export function fillEvents(file: string, events: number): void {
  fill(file, (log) => {
    const start = Date.now() - events;
    for (let index = 0; index < events / eventsPerSession; index += 1) {
      const given = { userId: "user-0", directory: "/bench", events: eventsPerSession, at: start + index };
      log.insertSession(sessionIdOf(index), given);
    }
    for (let index = 0; index < events; index += 1) {
      const group = Math.floor(index / (concurrently * eventsPerSession));
      const sessionId = sessionIdOf(group * concurrently + (index % concurrently));
      const seq = (Math.floor(index / concurrently) % eventsPerSession) + 1;
      log.insertEvent(seq, start + index, { sessionId, author: "assistant", content: prose(200, index) });
    }
  });
}

/** One session of events of 1,000 characters, each with a tool call but for the user's; returns its id. */
export function fillSession(file: string, events: number, eventsPerRequest: number): string {
  const sessionId = sessionIdOf(0);
  fill(file, (log) => {
    const start = Date.now() - events;
    log.insertSession(sessionId, { userId: "user-0", directory: "/bench", events, at: start });
    for (let index = 0; index < events; index += 1) {
      const author = index % eventsPerRequest === 0 ? "user" : "assistant";
      log.insertEvent(index + 1, start + index, { sessionId, author, content: prose(1_000, index) });
      if (author === "assistant") log.insertAction(sessionId, index + 1, `src/${index % 50}.ts`);
    }
  });
  return sessionId;
}

/** `count` sessions, dealt out in turn to the directories, and in blocks of ten to ten users. */
export function fillSessions(file: string, count: number, directories: readonly string[]): void {
  fill(file, (log) => {
    const start = Date.now() - count;
    for (let index = 0; index < count; index += 1) {
      log.insertSession(sessionIdOf(index), {
        userId: `user-${Math.floor(index / 10) % 10}`,
        directory: directories[index % directories.length] ?? "",
        events: 0,
        at: start + index,
      });
    }
  });
}

/** Jobs of two sessions and of the projects of two directories in turn, with five priorities; those that are due later, tomorrow. */
export function fillJobs(file: string, { ready, later }: { ready: number; later: number }): void {
  const db = openRaw(file, "off");
  const insert = db.prepare(
    `INSERT INTO jobs (id, session_id, project_id, directory, prompt, status, ready, priority, run_after, attempts,
      max_attempts, origin, client, created_at) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, 0, 3, 'tool', 'bench', ?)`,
  );
  const insertProject = db.prepare(
    "INSERT INTO projects (id, directory, created_at, updated_at) VALUES (?, ?, 0, 0)",
  );
  const log = new RawLog(db);
  const now = Date.now();
  const tomorrow = now + 86_400_000;
  db.transaction(() => {
    for (const index of [0, 1]) {
      const directory = `/bench/${index}`;
      insertProject.run(`proj_${index}`, directory);
      log.insertSession(`sess_${index}`, { userId: "user-0", directory, events: 0, at: now });
    }
    for (let index = 0; index < ready + later; index += 1) {
      const waits = later > 0 && index % Math.ceil((ready + later) / later) === 0;
      const where = [`sess_${index % 2}`, `proj_${index % 2}`, `/bench/${index % 2}`];
      const when = waits ? [0, index % 5, tomorrow] : [1, index % 5, now];
      insert.run(`job_${String(index).padStart(26, "0")}`, ...where, prose(500, index), ...when, now);
    }
  })();
  db.close();
}

function fill(file: string, insert: (log: RawLog) => void): void {
  const db = openRaw(file, "off");
  db.transaction(() => insert(new RawLog(db)))();
  markIndexed(db);
  db.close();
}

/** A new file with sessions and no event, for the raw log. */
export function openRawLog(file: string, durability: Durability, sessions: readonly string[]): RawLog {
  const log = new RawLog(openRaw(file, durability));
  for (const id of sessions) {
    log.insertSession(id, { userId: "user-0", directory: "/bench", events: 0, at: Date.now() });
  }
  return log;
}
