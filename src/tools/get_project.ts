// get_project: a project, and how its runs went.
import * as z from "zod";
import { fitOne } from "./budget.ts";
import { cutProjectSummary } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxChars } from "./fields.ts";
import { projectArguments, referenceTo } from "./project-reference.ts";
import { toWireProjectSummary } from "./to-wire.ts";
import { type WireProjectSummary, wireProjectSummary } from "./wire-records.ts";

export const getProject = defineTool({
  name: "get_project",
  title: "Get a project",
  description: "A project with its latest run, its runs counted by status and its success rate.",
  toolset: "projects",
  effect: "read",
  input: () => z.strictObject({ ...projectArguments(), max_chars: maxChars() }),
  output: wireProjectSummary,
  async run({ max_chars, ...which }, context) {
    const summary = await context.store.projects.get(await referenceTo(which, context));
    const wrap = (found: WireProjectSummary) => found;
    return fitOne(toWireProjectSummary(summary), max_chars, wrap, cutProjectSummary);
  },
});
