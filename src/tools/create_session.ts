// create_session: opens a session.
import * as z from "zod";
import type { HostSession } from "../db/captures.ts";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { cutSession } from "./cut-records.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { idempotencyKey, jsonObject, maxCharsBounds, name, sessionId, text } from "./fields.ts";
import { toWireSession } from "./to-wire.ts";
import { withWork } from "./wire-jobs.ts";
import { type WireSession, wireSession } from "./wire-records.ts";

export const createSession = defineTool({
  name: "create_session",
  title: "Create a session",
  description: "Open a session: the record of one conversation. Its id goes into every later call.",
  toolset: "sessions",
  effect: "add",
  input: () =>
    z.strictObject({
      title: text(limits.name).optional(),
      directory: text(limits.path).min(1).optional().describe("Default: where the client works"),
      app_name: name().optional().describe("Default: the client's name"),
      user_id: name().optional(),
      agent: name().optional(),
      provider: name().optional().describe("Agent host, such as claude-code"),
      provider_session_id: name().optional(),
      parent_session_id: sessionId().optional().describe("Session this one is a subagent of"),
      context: text(limits.context).optional(),
      metadata: jsonObject(limits.metadata).optional(),
      idempotency_key: idempotencyKey().optional(),
    }),
  output: () => z.object({ session: wireSession(), duplicate: z.boolean() }),
  async run(input, context) {
    const { store, client, directory, readWorkspace, noteSession } = context;
    const host = await hostSessionFor(input, context);
    const { record, duplicate } = await store.createSession({
      appName: input.app_name ?? client,
      userId: input.user_id ?? null,
      workspace: await readWorkspace(input.directory ?? directory),
      title: input.title ?? null,
      agent: input.agent ?? null,
      provider: input.provider ?? host?.provider ?? null,
      providerSessionId: input.provider_session_id ?? host?.providerSessionId ?? null,
      parentSessionId: input.parent_session_id ?? null,
      context: input.context ?? null,
      metadata: input.metadata ?? null,
      origin: "tool",
      client,
      idempotencyKey: input.idempotency_key ?? null,
    });
    if (!duplicate) noteSession(record.id);
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

/** The host's own session is meant, unless the caller names another, or one of another provider, or a subagent's. */
async function hostSessionFor(
  input: Partial<Record<"provider" | "provider_session_id" | "parent_session_id", string | undefined>>,
  { readHostSession }: ToolContext,
): Promise<HostSession | null> {
  if (input.provider_session_id !== undefined || input.parent_session_id !== undefined) return null;
  const host = await readHostSession();
  return input.provider === undefined || input.provider === host?.provider ? host : null;
}
