// A file with a year of work in it: several agents in some projects, every third event a tool call that took its time.
import type { Database } from "better-sqlite3";
import { eventsPerSession, sessionIdOf } from "./fill.ts";
import { markIndexed, openRaw, RawLog } from "./floors/raw-log.ts";
import { prose } from "./store.ts";
import { randomOf } from "./words.ts";

const day = 86_400_000;
const agents = ["claude", "codex", "cursor"];
const tools = [
  "Bash",
  "Read",
  "Edit",
  "Grep",
  "Write",
  "Glob",
  "Task",
  "WebFetch",
  "mcp__github__search_issues",
];

/** `events` events, ending now, a hundred a session, and a run for each session. */
export function fillYear(file: string, events: number, directories: readonly string[]): void {
  const db = openRaw(file, "off");
  const random = randomOf(1);
  const start = Date.now() - 365 * day;
  const sessions = events / eventsPerSession;
  const at = (session: number) => start + Math.floor((session / sessions) * 365 * day);
  db.transaction(() => {
    insertProjects(db, start, directories);
    insertSessions(db, sessions, { at, projectOf: () => Math.floor(random() ** 2 * directories.length) });
    insertEvents(db, sessions, { at, random });
  })();
  markIndexed(db);
  db.close();
}

function insertProjects(db: Database, at: number, directories: readonly string[]): void {
  const insert = db.prepare(
    "INSERT INTO projects (id, directory, created_at, updated_at) VALUES (?, ?, ?, ?)",
  );
  for (const [index, directory] of directories.entries()) insert.run(projectIdOf(index), directory, at, at);
}

function insertSessions(
  db: Database,
  count: number,
  { at, projectOf }: { at: (session: number) => number; projectOf: () => number },
): void {
  const log = new RawLog(db);
  const place = db.prepare("UPDATE sessions SET project_id = ?, agent = ? WHERE id = ?");
  const run = db.prepare(
    `INSERT INTO runs (id, session_id, project_id, directory, status, pid, origin, started_at)
      VALUES (?, ?, ?, '/bench', ?, 1, 'tool', ?)`,
  );
  for (let index = 0; index < count; index += 1) {
    const id = sessionIdOf(index);
    log.insertSession(id, { userId: "user-0", directory: "/bench", events: eventsPerSession, at: at(index) });
    const project = projectIdOf(projectOf());
    place.run(project, agents[index % agents.length], id);
    run.run(`run_${index}`, id, project, ["completed", "failed", "crashed"][index % 3], at(index));
  }
}

function insertEvents(
  db: Database,
  sessions: number,
  { at, random }: { at: (session: number) => number; random: () => number },
): void {
  const insertEvent = db.prepare(
    `INSERT INTO events (session_id, seq, type, author, origin, client, created_at, action_count, content,
      input_tokens, output_tokens, cost_usd) VALUES (?, ?, 'message', 'assistant', 'tool', 'bench', ?, ?, ?, ?, ?, ?)`,
  );
  const insertAction = db.prepare(
    `INSERT INTO actions (session_id, seq, position, call_id, tool_name, status, started_at, ended_at)
      VALUES (?, ?, 0, ?, ?, ?, ?, ?)`,
  );
  for (let session = 0; session < sessions; session += 1) {
    const id = sessionIdOf(session);
    for (let seq = 1; seq <= eventsPerSession; seq += 1) {
      const time = at(session) + seq * 10_000;
      const called = seq % 3 === 0;
      const content = prose(200, seq);
      insertEvent.run(id, seq, time, called ? 1 : 0, content, seq * 10, seq, seq / 1_000);
      if (!called) continue;
      const kind = Math.floor(random() ** 2 * tools.length);
      // Spread as durations are: by their logarithm, each tool around its own middle.
      const duration = Math.round(
        Math.exp(3 + kind / 2 + 1.5 * (random() + random() + random() + random() - 2) * 1.7),
      );
      const status = random() < 0.05 ? "error" : "completed";
      insertAction.run(id, seq, `call_${seq}`, tools[kind], status, time, time + duration);
    }
  }
}

const projectIdOf = (index: number) => `proj_${String(index).padStart(26, "0")}`;
