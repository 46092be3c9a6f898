// list_audit: who changed or deleted what.
import * as z from "zod";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutAuditEntry } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxCharsBounds, name, sessionId, time } from "./fields.ts";
import { toWireAuditEntry } from "./to-wire.ts";
import { type WireAuditEntry, wireAuditEntry } from "./wire-records.ts";

export const listAudit = defineTool({
  name: "list_audit",
  title: "List the audit log",
  description: "Who changed or deleted what, newest first, deleted sessions included. It never holds a text.",
  toolset: "admin",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId().optional(),
      tool: name().optional().describe("Such as delete_session"),
      since: time().optional(),
      limit: limit(50, 500),
      cursor: cursor().optional(),
    }),
  output: () => z.object({ entries: z.array(wireAuditEntry()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, ...filters }, { store }) {
    const query = { list: "audit", ...filters };
    const position = decodeCursor(cursor, query, z.tuple([z.int()]));
    const { items, more } = await store.audit.list({
      sessionId: filters.session_id,
      tool: filters.tool,
      since: filters.since,
      after: position === null ? undefined : { id: position[0] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.id]);
    };
    const wrap = (entries: readonly WireAuditEntry[]) => ({
      entries: [...entries],
      next_cursor: more || entries.length < items.length ? cursorBehind(entries.length) : undefined,
    });
    return fitItems(items.map(toWireAuditEntry), maxCharsBounds.standard, wrap, cutAuditEntry).result;
  },
});
