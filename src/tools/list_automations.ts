// list_automations: automations, newest first.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxChars, text } from "./fields.ts";
import { cutAutomation, toWireAutomation, type WireAutomation, wireAutomation } from "./wire-automations.ts";

export const listAutomations = defineTool({
  name: "list_automations",
  title: "List automations",
  description: "Automations, newest first, with the time of their next job.",
  toolset: "automations",
  effect: "read",
  input: () =>
    z.strictObject({
      directory: text(limits.path).min(1).optional(),
      limit: limit(20, 200),
      cursor: cursor().optional(),
      max_chars: maxChars(),
    }),
  output: () => z.object({ automations: z.array(wireAutomation()), next_cursor: z.string().optional() }),
  async run({ limit, cursor, max_chars, ...filters }, { store, readWorkspace }) {
    const query = { list: "automations", ...filters };
    const position = decodeCursor(cursor, query, z.tuple([z.string()]));
    const { items, more } = await store.automations.list({
      directory: filters.directory && (await readWorkspace(filters.directory)).directory,
      after: position === null ? undefined : { id: position[0] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1];
      return last && encodeCursor(query, [last.id]);
    };
    const wrap = (automations: readonly WireAutomation[]) => ({
      automations: [...automations],
      next_cursor: more || automations.length < items.length ? cursorBehind(automations.length) : undefined,
    });
    return fitItems(items.map(toWireAutomation), max_chars, wrap, cutAutomation).result;
  },
});
