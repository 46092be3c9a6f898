// The texts of events as search sees them, cut into passages: the same for who indexes them and for who ranks them.
import type { Statement } from "better-sqlite3";
import { and, desc, eq, gt, sql } from "drizzle-orm";
import { type Passage, type TextPart, toPassages } from "../../recall/passages.ts";
import type { JsonValue } from "../records.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { actions, events, sessions } from "./schema.ts";
import type { Filed } from "./search-keys.ts";
import { passagesPerEvent } from "./search-tables.ts";

/** An event with what of its session it is filed by. */
export type TextRow = Filed &
  Pick<
    typeof events.$inferSelect,
    "id" | "seq" | "type" | "author" | "origin" | "content" | "reasoning" | "error" | "actionCount"
  > & { title: string | null; isDeleted: number };

// Of a tool's output, from either end: what a command said first, and how it ended.
const outputEnd = 4096;
// Of one event: as much text as there can be rows for, if every passage is as short as they get.
const longestText = passagesPerEvent * 800;

export class SearchTexts {
  readonly #byId;
  readonly #bySeq;
  readonly #around;
  readonly #after;
  readonly #newest;
  readonly #actions;
  readonly #db: Drizzle;
  #lastGiven: Statement<unknown[]> | undefined;

  constructor(db: Drizzle) {
    this.#db = db;
    const [event, session] = [columnsOf(events), columnsOf(sessions)];
    const ofEvent = {
      id: event.id,
      sessionId: event.sessionId,
      seq: event.seq,
      type: event.type,
      author: event.author,
      origin: event.origin,
      createdAt: event.createdAt,
      actionCount: event.actionCount,
      error: event.error,
      content: event.content,
      reasoning: event.reasoning,
    };
    const columns = {
      ...ofEvent,
      projectId: session.projectId,
      directory: session.directory,
      appName: session.appName,
      userId: session.userId,
      title: session.title,
      isDeleted: sql<number>`${sessions.deletedAt} is not null`.as("isDeleted"),
    };
    const rows = () =>
      db.select(columns).from(events).innerJoin(sessions, eq(sessions.id, events.sessionId)).$dynamic();
    // In a join SQLite plans a statement anew for each value that is compared with a column; not for an expression.
    const plain = (name: string) => sql`+${sql.placeholder(name)}`;
    this.#byId = new Prepared(db, () => rows().where(eq(events.id, plain("id"))));
    const ofSession = eq(events.sessionId, plain("sessionId"));
    this.#bySeq = new Prepared(db, () => rows().where(and(ofSession, eq(events.seq, plain("seq")))));
    this.#around = new Prepared(db, () =>
      db
        .select(ofEvent)
        .from(events)
        .where(and(ofSession, sql`${events.seq} between ${plain("from")} and ${plain("to")}`)),
    );
    this.#newest = new Prepared(db, () =>
      rows()
        .where(sql`${events.id} <= ${sql.placeholder("upTo")}`)
        .orderBy(desc(events.id))
        .limit(sql.placeholder("limit")),
    );
    const next = () =>
      db
        .select({ id: sql`min(${events.id})` })
        .from(events)
        .where(gt(events.id, plain("id")));
    this.#after = new Prepared(db, () => rows().where(sql`${events.id} = (${next()})`));
    const action = columnsOf(actions);
    this.#actions = new Prepared(db, () =>
      db
        .select({
          toolName: action.toolName,
          title: action.title,
          error: action.error,
          input: action.input,
          output: action.output,
        })
        .from(actions)
        .where(
          and(
            eq(actions.sessionId, sql.placeholder("sessionId")),
            eq(actions.seq, sql.placeholder("seq")),
            eq(actions.position, sql.placeholder("position")),
          ),
        ),
    );
  }

  get(id: number): TextRow | undefined {
    return this.#byId.get({ id });
  }

  at(sessionId: string, seq: number): TextRow | undefined {
    return this.#bySeq.get({ sessionId, seq });
  }

  /** It, and the session's own events at most so many seqs before and behind it. */
  around(row: TextRow, distance: number): TextRow[] {
    const { sessionId, seq } = row;
    const near = this.#around.all({ sessionId, from: seq - distance, to: seq + distance });
    return near.map((event) => ({ ...row, ...event }));
  }

  /** The newest events, from the newest on. */
  newest(upTo: number, limit: number): TextRow[] {
    return this.#newest.all({ upTo, limit });
  }

  /** The next event of the log behind that one. */
  next(id: number): TextRow | undefined {
    return this.#after.get({ id });
  }

  /** The newest id that any event has ever had. */
  lastGiven(): number {
    this.#lastGiven ??= this.#db.$client
      .prepare<unknown[]>("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
      .pluck();
    return Number(this.#lastGiven.get() ?? 0);
  }

  /** Its passages, at most as many as are indexed, and the tools that it called. */
  read(row: TextRow): { passages: Passage[]; toolNames: string[] } {
    const parts: TextPart[] = [];
    const add = (kind: TextPart["kind"], text: string | null) => {
      if (text !== null && text !== "") parts.push({ kind, text: text.slice(0, longestText) });
    };
    add("content", row.content);
    add("reasoning", row.reasoning);
    add("error", row.error);
    const toolNames: string[] = [];
    // One by one: a hundred calls can have a hundred megabytes.
    for (let position = 0; position < row.actionCount; position += 1) {
      const action = this.#actions.get({ sessionId: row.sessionId, seq: row.seq, position });
      if (action === undefined) break;
      toolNames.push(action.toolName);
      if (parts.reduce((sum, { text }) => sum + text.length, 0) > longestText) continue;
      add("tool", action.title === null ? action.toolName : `${action.toolName} ${action.title}`);
      add("input", toPlainText(action.input));
      add("error", action.error);
      add("output", toEnds(toPlainText(action.output)));
    }
    return { passages: toPassages(parts).slice(0, passagesPerEvent), toolNames };
  }
}

/** A JSON text → its keys and values in lines: escapes are none of anybody's words. */
function toPlainText(json: string | null): string | null {
  if (json === null) return null;
  const lines: string[] = [];
  addLines(JSON.parse(json) as JsonValue, "", lines);
  return lines.join("\n");
}

function addLines(value: JsonValue, name: string, lines: string[]): void {
  if (value === null || typeof value !== "object") {
    lines.push(name === "" ? String(value) : `${name}: ${String(value)}`);
  } else if (Array.isArray(value)) {
    for (const item of value) addLines(item, name, lines);
  } else {
    for (const [key, item] of Object.entries(value)) addLines(item, key, lines);
  }
}

function toEnds(text: string | null): string | null {
  if (text === null || text.length <= 2 * outputEnd) return text;
  return `${text.slice(0, outputEnd)}\n${text.slice(-outputEnd)}`;
}
