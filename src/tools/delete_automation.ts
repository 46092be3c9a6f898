// delete_automation: ends a schedule.
import * as z from "zod";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, name } from "./fields.ts";
import { cutAutomation, toWireAutomation, type WireAutomation, wireAutomation } from "./wire-automations.ts";

export const deleteAutomation = defineTool({
  name: "delete_automation",
  title: "Delete an automation",
  description: "Delete a schedule. Jobs that it enqueued stay; cancel_job ends them.",
  toolset: "automations",
  effect: "delete",
  input: () => z.strictObject({ automation_id: name() }),
  output: () => z.object({ deleted: wireAutomation() }),
  async run({ automation_id }, { store, client }) {
    const deleted = await store.automations.delete(automation_id, { origin: "tool", client });
    const wrap = (automation: WireAutomation) => ({ deleted: automation });
    return fitOne(toWireAutomation(deleted), maxCharsBounds.standard, wrap, cutAutomation);
  },
});
