// `backstory list`: the sessions, latest activity first.
import type { Session } from "../db/records.ts";
import { type Item, oneLine, type Page, toMinute } from "../resume/page.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { listSessions } from "../tools/list_sessions.ts";
import { isEmpty, listOf, type PrintSettings, print, write } from "./print.ts";

export interface ListSettings extends PrintSettings {
  directory?: string;
  limit: number;
}

export async function list(settings: ListSettings): Promise<void> {
  const { directory, limit } = settings;
  if (isEmpty(settings)) {
    write(settings.json ? '{"sessions":[]}\n' : `No sessions yet: there is nothing in ${settings.db}.\n`);
    return;
  }
  await print(settings, {
    page: (context) => readPage(context, directory, limit),
    results: (context) => listOf(listSessions, { name: "sessions", directory, limit }, context),
  });
}

async function readPage(
  { store, readWorkspace }: ToolContext,
  directory: string | undefined,
  limit: number,
): Promise<Page> {
  const of = directory === undefined ? undefined : (await readWorkspace(directory)).directory;
  const { items, more } = await store.listSessions({ directory: of, limit });
  const where = of === undefined ? "" : ` in ${oneLine(of)}`;
  const count =
    items.length === 0
      ? "No sessions yet"
      : `${items.length} session${items.length === 1 ? "" : "s"}, latest activity first`;
  return {
    title: `Sessions${where}`,
    lead: `${count}${more ? "; --limit shows more" : ""}.`,
    sections:
      items.length === 0
        ? []
        : [{ title: "Id, last activity, events, title, directory", items: items.map(toItem) }],
  };
}

function toItem({ id, title, directory, state, eventCount, updatedAt }: Session): Item {
  const inState = state === "active" ? "" : `, ${state}`;
  const name = title === null ? "untitled" : oneLine(title);
  return {
    label: oneLine(id),
    text: `${toMinute(updatedAt)}, ${eventCount} event${eventCount === 1 ? "" : "s"}${inState}, ${name}, in ${oneLine(directory)}`,
  };
}
