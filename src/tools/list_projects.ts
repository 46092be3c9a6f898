// list_projects: the projects by their latest run.
import * as z from "zod";
import { fitItems } from "./budget.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { cutProjectSummary } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { cursor, limit, maxCharsBounds } from "./fields.ts";
import { toWireProjectSummary } from "./to-wire.ts";
import { type WireProjectSummary, wireProjectSummary } from "./wire-records.ts";

const listOf = { list: "projects" };

export const listProjects = defineTool({
  name: "list_projects",
  title: "List projects",
  description: "Projects, the one that ran last first, each as get_project shows it.",
  toolset: "projects",
  effect: "read",
  input: () => z.strictObject({ limit: limit(20, 200), cursor: cursor().optional() }),
  output: () => z.object({ projects: z.array(wireProjectSummary()), next_cursor: z.string().optional() }),
  async run({ limit, cursor }, { store }) {
    const position = decodeCursor(cursor, listOf, z.tuple([z.int().nullable(), z.string()]));
    const { items, more } = await store.projects.list({
      after: position === null ? undefined : { lastRunAt: position[0], id: position[1] },
      limit,
    });
    const cursorBehind = (count: number) => {
      const last = items[count - 1]?.project;
      return last && encodeCursor(listOf, [last.lastRunAt, last.id]);
    };
    const wrap = (projects: readonly WireProjectSummary[]) => ({
      projects: [...projects],
      next_cursor: more || projects.length < items.length ? cursorBehind(projects.length) : undefined,
    });
    return fitItems(items.map(toWireProjectSummary), maxCharsBounds.standard, wrap, cutProjectSummary).result;
  },
});
