// Automations as the protocol shows them.
import * as z from "zod";
import type { Automation } from "../db/automations.ts";
import { origins } from "../db/records.ts";
import { type Cuttable, cutRecord } from "./budget.ts";
import { lazily } from "./lazily.ts";
import { given, givenTime, toIso } from "./to-wire.ts";
import { cut, optionalText } from "./wire-records.ts";

export const wireAutomation = lazily(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    directory: optionalText,
    project_id: optionalText,
    schedule: z.string(),
    time_zone: z.string(),
    prompt: optionalText,
    enabled: z.boolean(),
    next_run_at: optionalText,
    last_job_id: optionalText,
    last_enqueued_at: optionalText,
    origin: z.enum(origins),
    client: optionalText,
    lossy: z.boolean().optional(),
    created_at: z.string(),
    updated_at: z.string(),
    ...cut,
  }),
);
export type WireAutomation = z.input<ReturnType<typeof wireAutomation>>;

export function toWireAutomation(automation: Automation): WireAutomation {
  return {
    id: automation.id,
    name: automation.name,
    directory: given(automation.directory),
    project_id: given(automation.projectId),
    schedule: automation.schedule,
    time_zone: automation.timeZone,
    prompt: automation.prompt,
    enabled: automation.enabled,
    next_run_at: givenTime(automation.nextRunAt),
    last_job_id: given(automation.lastJobId),
    last_enqueued_at: givenTime(automation.lastEnqueuedAt),
    origin: automation.origin,
    client: given(automation.client),
    lossy: automation.lossy || undefined,
    created_at: toIso(automation.createdAt),
    updated_at: toIso(automation.updatedAt),
  };
}

const automationParts: Cuttable<WireAutomation> = { texts: ["prompt", "directory", "client"], values: [] };
const automationNames: Cuttable<WireAutomation> = { texts: ["name", "schedule", "time_zone"], values: [] };

/** It always says something of its name and of when it runs. */
export const cutAutomation = (automation: WireAutomation, cap: number) =>
  cutRecord(cutRecord(automation, cap, automationParts), Math.max(cap, 30), automationNames);
