// update_action: a tool call goes on, or ends.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { actionStatuses } from "../db/records.ts";
import { fitOne } from "./budget.ts";
import { cutAction } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { json, maxCharsBounds, name, sessionId, text } from "./fields.ts";
import { toWireAction } from "./to-wire.ts";
import { wireAction } from "./wire-records.ts";

const output = () =>
  z.object({
    action: wireAction(),
    seq: z.int().describe("Its event"),
    truncated: z.boolean().optional(),
    truncated_fields: z.array(z.string()).optional().describe("get_event reads them on"),
  });

export const updateAction = defineTool({
  name: "update_action",
  title: "Update an action",
  description:
    "Move a tool call on: pending, running, then completed or error, never back. What you leave out stays as it is.",
  toolset: "history",
  effect: "update",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      call_id: name(),
      status: z.enum(actionStatuses),
      output: json(limits.actionOutput).optional(),
      error: text(limits.text).optional(),
      title: name().optional(),
    }),
  output,
  async run({ session_id, call_id, ...said }, { store }) {
    const { action, seq, position } = await store.updateAction({
      sessionId: session_id,
      callId: call_id,
      status: said.status,
      title: said.title,
      output: said.output,
      error: said.error,
    });
    const whole: z.input<ReturnType<typeof output>> = { action: toWireAction(action), seq };
    return fitOne(
      whole,
      maxCharsBounds.standard,
      (result) => result,
      (result, cap) => {
        const cut = cutAction(result.action, cap);
        if (cut.names.length === 0) return result;
        const names = cut.names.map((field) => `actions.${position}.${field}`);
        return { ...result, action: cut.action, truncated: true, truncated_fields: names };
      },
    );
  },
});
