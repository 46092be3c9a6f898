// fork_session: a session that goes on from a point of another.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { cutSession } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { idempotencyKey, maxCharsBounds, sessionId, text } from "./fields.ts";
import { toWireSession } from "./to-wire.ts";
import { withWork } from "./wire-jobs.ts";
import { type WireSession, wireSession } from "./wire-records.ts";

export const forkSession = defineTool({
  name: "fork_session",
  title: "Fork a session",
  description:
    "A new session that shares another's history up to an event, has a copy of its todos, and goes its own way from there.",
  toolset: "sessions",
  effect: "add",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      at_seq: z.int().min(0).optional().describe("Last event to share; default all"),
      title: text(limits.name).optional(),
      idempotency_key: idempotencyKey().optional(),
    }),
  output: () => z.object({ session: wireSession(), duplicate: z.boolean() }),
  async run(input, { store, client }) {
    const { record, duplicate } = await store.forkSession({
      sessionId: input.session_id,
      atSeq: input.at_seq ?? null,
      title: input.title ?? null,
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    const work = await store.jobs.workOf([record.id]);
    const wrap = (session: WireSession) => ({ session, duplicate });
    return fitOne(
      withWork(toWireSession(record), work.get(record.id)),
      maxCharsBounds.standard,
      wrap,
      cutSession,
    );
  },
});
