// delete_project: removes a project with its runs; its sessions stay.
import * as z from "zod";
import { defineTool } from "./define-tool.ts";
import { projectArguments, referenceTo } from "./project-reference.ts";

export const deleteProject = defineTool({
  name: "delete_project",
  title: "Delete a project",
  description: "Delete a project and its runs, for good. Its sessions stay, without a project.",
  toolset: "projects",
  effect: "delete",
  input: () => z.strictObject(projectArguments()),
  output: () =>
    z.object({
      deleted: z.object({ projects: z.int(), runs: z.int(), ids: z.array(z.string()) }),
      sessions_kept: z.int(),
    }),
  async run(which, context) {
    const by = { origin: "tool" as const, client: context.client };
    const { id, runs, sessions } = await context.store.projects.delete(await referenceTo(which, context), by);
    return { deleted: { projects: 1, runs, ids: [id] }, sessions_kept: sessions };
  },
});
