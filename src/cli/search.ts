// `backstory search`: what was said and done, by its words.
import { oneLine, type Page, type Section, toMinute } from "../resume/page.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { searchHistory } from "../tools/search_history.ts";
import type { SearchReply } from "../tools/search-result.ts";
import { type PrintSettings, print, resultOf } from "./print.ts";
import { toSpokenHint } from "./spoken-hint.ts";

export interface SearchSettings extends PrintSettings {
  directory?: string;
  session?: string;
  all?: true;
  mode: string;
  author?: string[];
  type?: string[];
  tool?: string;
  since?: string;
  until?: string;
  limit: number;
}

// A person scrolls.
const mostChars = 1_500_000;

export function search(query: string, settings: SearchSettings): Promise<void> {
  const find = async (context: ToolContext) => {
    // A person waits for it rather than miss what is there.
    await context.store.search.catchUp();
    return resultOf(searchHistory, toArguments(query, settings), context);
  };
  return print(settings, {
    // The Store is not asked here: where to look, and what to say of it, is the tool's to decide.
    page: async (context) => toPage((await find(context)) as SearchReply),
    results: find,
    // The index is brought up to the log first; where it cannot be, the page says how far behind it is.
    mayWrite: true,
  });
}

function toArguments(query: string, settings: SearchSettings): object {
  const { all, session, directory, mode, author, type, tool, since, until, limit } = settings;
  const narrow = session === undefined ? "project" : "session";
  return {
    query,
    scope: all ? "all" : narrow,
    session_id: session,
    directory,
    mode,
    authors: author,
    types: type,
    tool_name: tool,
    since,
    until,
    limit,
    max_chars: mostChars,
  };
}

function toPage(reply: SearchReply): Page {
  const { hits, hint, unindexed, next_cursor } = reply;
  const found =
    hits.length === 1 ? "1 hit" : hits.length === 0 ? "0 hits" : `${hits.length} hits, best first,`;
  const lead = [
    `${found} ${whereOf(reply)}.`,
    hits.length > 0 && unindexed > 0 && "Not all events are indexed yet.",
    next_cursor && "--limit shows more.",
    hint && inFlags(hint),
  ];
  return { title: "Search", lead: lead.filter(Boolean).join(" "), sections: hits.map(toSection) };
}

/** What the tool says to agents, with the command's own flags for its arguments. */
function inFlags(hint: string): string {
  return toSpokenHint(hint).replace('scope "all"', "`--all`").replace('mode "any"', "`--mode any`");
}

function whereOf({ scope, session_id, directory = "" }: SearchReply): string {
  if (scope === "all") return "in all sessions";
  return scope === "session" ? `in ${session_id}` : `in the project of ${oneLine(directory)}`;
}

function toSection({ title, ...hit }: SearchReply["hits"][number], index: number): Section {
  const type = hit.type === "message" ? "" : `, ${hit.type}`;
  return {
    title: `${index + 1}. ${title === undefined ? "untitled" : oneLine(title)}`,
    items: [
      { label: `${hit.session_id}, event ${hit.seq}, ${toMinute(hit.created_at)}` },
      { label: oneLine(hit.author) + type, text: hit.snippet, isMarked: true },
    ],
  };
}
