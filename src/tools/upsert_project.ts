// upsert_project: says what a directory's project is called and what is usually run there.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { fitOne } from "./budget.ts";
import { cutProjectSummary } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, text } from "./fields.ts";
import { toWireProjectSummary } from "./to-wire.ts";
import { type WireProjectSummary, wireProjectSummary } from "./wire-records.ts";

const output = () =>
  wireProjectSummary().extend({
    lossy: z.boolean().optional().describe("Half of a surrogate pair became U+FFFD in a text that came"),
  });

export const upsertProject = defineTool({
  name: "upsert_project",
  title: "Make or change a project",
  description:
    "Make a directory's project, or change it: its name, and the command and prompt usually run there. A git repository and its worktrees are one.",
  toolset: "projects",
  effect: "update",
  input: () =>
    z.strictObject({
      directory: text(limits.path).min(1).optional().describe("Default: where the client works"),
      previous_directory: text(limits.path)
        .min(1)
        .optional()
        .describe(
          "Where it was before it moved here: it keeps its id, and what was recorded there is found here. There must be no such directory any more",
        ),
      name: text(limits.name).nullable().optional(),
      command: text(limits.path).nullable().optional(),
      prompt: text(limits.text).nullable().optional(),
    }),
  output,
  async run({ directory, previous_directory, ...patch }, context) {
    const workspace = await context.readWorkspace(directory ?? context.directory);
    const previous = previous_directory && (await context.readWorkspace(previous_directory));
    const move = previous
      ? {
          previousDirectory: previous.projectDirectory,
          stillExists: previous.exists,
          origin: "tool" as const,
          client: context.client,
        }
      : undefined;
    const { lossy, ...summary } = await context.store.projects.upsert(workspace, patch, move);
    const wrap = (upserted: WireProjectSummary) => ({ ...upserted, lossy: lossy || undefined });
    return fitOne(toWireProjectSummary(summary), maxCharsBounds.standard, wrap, cutProjectSummary);
  },
});
