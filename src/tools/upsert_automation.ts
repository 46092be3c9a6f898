// upsert_automation: keeps a schedule that enqueues jobs.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, name, text } from "./fields.ts";
import { cutAutomation, toWireAutomation, type WireAutomation, wireAutomation } from "./wire-automations.ts";

export const upsertAutomation = defineTool({
  name: "upsert_automation",
  title: "Create or change an automation",
  description:
    "Enqueue a prompt as a job by a schedule: the automation of that name in that directory, new or changed. Times missed give one job, and there is none while the last one is unfinished.",
  toolset: "automations",
  effect: "update",
  input: () =>
    z.strictObject({
      name: name(),
      schedule: name().describe(
        "Cron: minute, hour, day of month, month, day of week; or @daily and the like",
      ),
      time_zone: name().default("UTC").describe("IANA"),
      directory: text(limits.path).min(1).optional().describe("Default: bound to none"),
      prompt: text(limits.text).min(1),
      enabled: z.boolean().default(true),
    }),
  output: () =>
    z.object({
      automation: wireAutomation(),
      next_run_at: z.string().optional().describe("Absent: disabled"),
    }),
  async run({ directory, time_zone, ...said }, { store, client, readWorkspace }) {
    const stored = await store.automations.upsert({
      ...said,
      timeZone: time_zone,
      workspace: directory === undefined ? null : await readWorkspace(directory),
      origin: "tool",
      client,
    });
    const wrap = (automation: WireAutomation) => ({ automation, next_run_at: automation.next_run_at });
    return fitOne(toWireAutomation(stored), maxCharsBounds.standard, wrap, cutAutomation);
  },
});
