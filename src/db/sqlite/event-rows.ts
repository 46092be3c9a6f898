// The rows of events → records, and the filters over them.
import { eq, gte, lte, type SQL, sql } from "drizzle-orm";
import type { Action, Event, EventFilters, EventType, JsonObject, JsonValue } from "../records.ts";
import type { ActionRow } from "./actions.ts";
import { inList } from "./prepare.ts";
import { events } from "./schema.ts";
import { fromJson } from "./text.ts";

export type EventRow = typeof events.$inferSelect;

/** The condition of each filter, on a value of that name. */
export const eventConditions: Record<keyof EventFilters, SQL> = {
  authors: inList(events.author, "authors"),
  types: inList(events.type, "types"),
  branch: eq(events.branch, sql.placeholder("branch")),
  since: gte(events.createdAt, sql.placeholder("since")),
  until: lte(events.createdAt, sql.placeholder("until")),
};

/** What the conditions are bound to. */
export function filterValues({ authors, types, branch, since, until }: EventFilters) {
  return {
    authors: authors && JSON.stringify(authors.map((author) => author.toWellFormed())),
    types: types && JSON.stringify(types),
    branch,
    since,
    until,
  };
}

/** Characters of its texts and of those of its actions, as they are stored. */
export function textLength(row: EventRow, actions: readonly ActionRow[]): number {
  const texts = [row.content, row.reasoning, row.raw, row.metadata];
  for (const { input, output, error } of actions) texts.push(input, output, error);
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** `sessionId`: the session that shows the event, if it is a fork that shares it. */
export function toEvent(row: Omit<EventRow, "id">, actions: Action[], sessionId = row.sessionId): Event {
  return {
    sessionId,
    seq: row.seq,
    originSessionId: sessionId === row.sessionId ? null : row.sessionId,
    type: row.type as EventType,
    author: row.author,
    content: row.content,
    reasoning: row.reasoning,
    actions,
    agent: row.agent,
    branch: row.branch,
    turnId: row.turnId,
    messageId: row.messageId,
    runId: row.runId,
    finish: row.finish,
    error: row.error,
    tokens: {
      input: row.inputTokens,
      output: row.outputTokens,
      reasoning: row.reasoningTokens,
      cacheRead: row.cacheReadTokens,
      cacheWrite: row.cacheWriteTokens,
    },
    costUsd: row.costUsd,
    longRunningToolIds: fromJson<string[]>(row.longRunningToolIds),
    metadata: fromJson<JsonObject>(row.metadata),
    raw: fromJson<JsonValue>(row.raw) ?? undefined,
    origin: row.origin,
    client: row.client,
    lossy: row.lossy === 1,
    redactions: fromJson<Record<string, number>>(row.redactions),
    forgottenAt: row.forgottenAt,
    createdAt: row.createdAt,
  };
}
