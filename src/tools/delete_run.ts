// delete_run: removes a run that has ended.
import * as z from "zod";
import { defineTool } from "./define-tool.ts";
import { name } from "./fields.ts";

export const deleteRun = defineTool({
  name: "delete_run",
  title: "Delete a run",
  description: "Delete a run that has ended, for good.",
  toolset: "projects",
  effect: "delete",
  input: () => z.strictObject({ run_id: name() }),
  output: () => z.object({ deleted: z.object({ runs: z.int(), ids: z.array(z.string()) }) }),
  async run({ run_id }, { store, client }) {
    await store.projects.deleteRun(run_id, { origin: "tool", client });
    return { deleted: { runs: 1, ids: [run_id] } };
  },
});
