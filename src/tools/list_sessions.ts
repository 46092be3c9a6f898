// list_sessions: the sessions by latest activity.
import * as z from "zod";
import { sessionStates } from "../db/records.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutSession } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, name, text, time } from "./fields.ts";
import { toWireSession } from "./to-wire.ts";
import { withWork } from "./wire-jobs.ts";
import { type WireSession, wireSession } from "./wire-records.ts";

export const listSessions = defineTool({
  name: "list_sessions",
  title: "List sessions",
  description: "Sessions, latest activity first. Start here to find earlier work in a directory.",
  toolset: "sessions",
  effect: "read",
  input: () =>
    z.strictObject({
      directory: text(4096).min(1).optional(),
      project_id: name().optional(),
      app_name: name().optional(),
      user_id: name().optional(),
      agent: name().optional(),
      provider: name().optional(),
      state: z.enum(sessionStates).optional(),
      title_contains: name().optional(),
      updated_after: time().optional(),
      updated_before: time().optional(),
      limit: limit(20, 200),
      cursor: cursor().optional(),
      max_chars: maxChars(),
    }),
  output: () => z.object({ sessions: z.array(wireSession()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, max_chars, ...filters }, { store, readWorkspace }) {
    const query = { list: "sessions", ...filters };
    const position = decodeCursor(cursor, query, z.tuple([z.int(), z.string()]));
    const { items, more } = await store.listSessions({
      appName: filters.app_name,
      userId: filters.user_id,
      directory: filters.directory && (await readWorkspace(filters.directory)).directory,
      projectId: filters.project_id,
      agent: filters.agent,
      provider: filters.provider,
      state: filters.state,
      titleContains: filters.title_contains,
      updatedAfter: filters.updated_after,
      updatedBefore: filters.updated_before,
      after: position === null ? undefined : { updatedAt: position[0], id: position[1] },
      limit,
    });
    const work = await store.jobs.workOf(items.map(({ id }) => id));
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.updatedAt, last.id]);
    };
    const wrap = (sessions: readonly WireSession[]) => ({
      sessions: [...sessions],
      next_cursor: more || sessions.length < items.length ? cursorBehind(sessions.length) : undefined,
    });
    const shown = items.map((session) => withWork(toWireSession(session), work.get(session.id)));
    return fitItems(shown, max_chars, wrap, cutSession).result;
  },
});
