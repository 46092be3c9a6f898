// How the project tools name a project: by its id, or by a directory in it.
import { StoreError } from "../db/errors.ts";
import { limits } from "../db/limits.ts";
import type { ProjectReference } from "../db/projects.ts";
import type { ToolContext } from "./define-tool.ts";
import { name, text } from "./fields.ts";

export const projectArguments = () => ({
  project_id: name().optional(),
  directory: text(limits.path).min(1).optional().describe("Any of the project's, worktrees too"),
});

/** `invalid_input` unless exactly one is given. */
export async function referenceTo(
  given: { project_id?: string | undefined; directory?: string | undefined },
  { readWorkspace }: Pick<ToolContext, "readWorkspace">,
): Promise<ProjectReference> {
  const { project_id: id, directory } = given;
  if (id !== undefined && directory === undefined) return { id };
  if (directory !== undefined && id === undefined) {
    return { directory: (await readWorkspace(directory)).projectDirectory };
  }
  throw new StoreError(
    "invalid_input",
    `A project is named by either project_id or directory, and ${id === undefined ? "neither" : "both"} came.`,
    "list_projects lists the ids and directories.",
  );
}
