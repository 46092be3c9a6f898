// update_session: changes what a session says of itself.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { sessionStates } from "../db/records.ts";
import { fitOne } from "./budget.ts";
import { cutSession } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { jsonObject, maxCharsBounds, name, sessionId, text } from "./fields.ts";
import { toWireSession } from "./to-wire.ts";
import { withWork } from "./wire-jobs.ts";
import { type WireSession, wireSession } from "./wire-records.ts";

export const updateSession = defineTool({
  name: "update_session",
  title: "Update a session",
  description: "Change a session's fields. null clears one; what is not given stays.",
  toolset: "sessions",
  effect: "update",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      title: text(limits.name).nullable().optional(),
      state: z.enum(sessionStates).optional(),
      agent: name().nullable().optional(),
      context: text(limits.context).nullable().optional(),
      provider_session_id: name().nullable().optional(),
      metadata: jsonObject(limits.metadata).nullable().optional().describe("Merged in; a key with null goes"),
    }),
  output: () => z.object({ session: wireSession() }),
  async run({ session_id, provider_session_id, ...patch }, { store, client }) {
    const by = { origin: "tool" as const, client };
    const updated = await store.updateSession(
      session_id,
      { ...patch, providerSessionId: provider_session_id },
      by,
    );
    const work = await store.jobs.workOf([session_id]);
    const wrap = (session: WireSession) => ({ session });
    return fitOne(
      withWork(toWireSession(updated), work.get(session_id)),
      maxCharsBounds.standard,
      wrap,
      cutSession,
    );
  },
});
