// `backstory show`: a session and its last events.
import { escapeControls } from "../resume/escape.ts";
import { given, oneLine, type Page, toMinute } from "../resume/page.ts";
import { toTodosPage, toTranscriptPage } from "../resume/transcript.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { getHistory } from "../tools/get_history.ts";
import { getSession } from "../tools/get_session.ts";
import { listOf, type PrintSettings, print, resultOf } from "./print.ts";

export interface ShowSettings extends PrintSettings {
  /** The last events. */
  limit: number;
}

// A person scrolls; a page is bounded all the same.
const mostChars = 1_500_000;

export function show(session: string, settings: ShowSettings): Promise<void> {
  const { limit } = settings;
  return print(settings, {
    page: (context) => readPage(context, session, limit),
    async results(context) {
      const found = await resultOf(getSession, { session_id: session, max_chars: mostChars }, context);
      const lastEvents = { name: "events", session_id: session, order: "desc", limit };
      return { ...found, ...(await listOf(getHistory, lastEvents, context)) };
    },
  });
}

async function readPage({ store }: ToolContext, sessionId: string, limit: number): Promise<Page> {
  const session = await store.getSession(sessionId);
  const { items, more } = await store.getHistory({ sessionId, order: "desc", orderBy: "seq", limit });
  const [run, todos] = await Promise.all([store.latestRun(sessionId), store.getTodos(sessionId)]);
  const readOn = () => "--limit shows more.";
  const transcript = toTranscriptPage(session, { latest: items, more }, { maxChars: mostChars, readOn });
  const { title, sections } = toTodosPage(session, todos, { maxChars: mostChars, readOn });
  const about = given({
    directory: escapeControls(session.directory),
    "git branch": session.gitBranch === null ? undefined : escapeControls(session.gitBranch),
    created: toMinute(session.createdAt),
    "last activity": toMinute(session.updatedAt),
    "latest run": run === null ? undefined : oneLine([run.id, run.status, run.evidence ?? ""].join(" ")),
  });
  return {
    title: "Session",
    lead: transcript.lead,
    sections: [
      { title: "About", items: about },
      ...(todos.todos.length === 0 ? [] : sections.map((each) => ({ ...each, title }))),
      ...transcript.sections,
    ],
  };
}
