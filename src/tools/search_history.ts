// search_history: what was said and done in any session, found by its words.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { limits } from "../db/limits.ts";
import { eventTypes, origins } from "../db/records.ts";
import { type SearchScope, searchModes } from "../db/search.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { cursor, limit, maxChars, name, sessionId, text, time, until } from "./fields.ts";
import { lazily } from "./lazily.ts";
import { toSearchHint } from "./search-hint.ts";
import { toSearchResult } from "./search-result.ts";
import { boundQuery } from "./search-text.ts";
import { optionalText } from "./wire-records.ts";

const input = lazily(() =>
  z.strictObject({
    query: z.string().describe("Any words, names, paths, errors, a whole question; any language"),
    scope: z
      .enum(["session", "project", "all"])
      .default("project")
      .describe("project: that of session_id, else of directory, else yours"),
    mode: z
      .enum(searchModes)
      .default("any")
      .describe("any: best match first; all: every word; phrase: in a row"),
    session_id: sessionId().optional(),
    directory: text(limits.path)
      .min(1)
      .optional()
      .describe("With scope all: sessions of this very directory"),
    app_name: name().optional(),
    user_id: name().optional(),
    authors: z.array(name()).min(1).max(50).optional(),
    types: z.array(z.enum(eventTypes)).min(1).optional(),
    tool_name: name().optional().describe("Events that call this tool"),
    since: time().optional(),
    until: until().optional(),
    group_by: z.enum(["session"]).optional().describe("The best hit of each session"),
    limit: limit(10, 100),
    cursor: cursor().optional(),
    max_chars: maxChars(),
  }),
);
type Input = z.output<ReturnType<typeof input>>;

const count = () => z.int().min(0);
// How many hits were shown, and what the first page saw.
const cursorPosition = lazily(() =>
  z
    .tuple([count(), count(), count(), count()])
    .transform(([offset, upTo, passages, terms]) => ({ offset, snapshot: { upTo, passages, terms } })),
);

const shown = {
  truncated: z.boolean().optional(),
  escaped: z.boolean().optional().describe("Control characters are shown as \\u001b"),
};
const wireNeighbour = lazily(() =>
  z.object({ seq: z.int(), author: z.string(), text: z.string(), ...shown }),
);
const wireHit = lazily(() =>
  z.object({
    session_id: z.string().describe("Of an event that forks share: the session it was added to"),
    seq: z.int(),
    title: optionalText.describe("Of the session"),
    author: z.string(),
    type: z.enum(eventTypes),
    origin: z.enum(origins),
    created_at: z.string(),
    snippet: z.string().describe("Matched words are marked **so**; get_event has the whole"),
    score: z.number().describe("Greater is better, within one query alone"),
    before: wireNeighbour().optional(),
    after: wireNeighbour().optional(),
    ...shown,
  }),
);

export const searchHistory = defineTool({
  name: "search_history",
  title: "Search what was said and done",
  description:
    "Find earlier events by their words: texts, errors, tool calls with their inputs and outputs. Best first, each with a snippet; read around a hit with get_history.",
  toolset: "history",
  effect: "read",
  input,
  output: () =>
    z.object({
      hits: z.array(wireHit()),
      terms: z.array(z.string()).describe("What was looked for: words as they are compared"),
      ignored: z.array(z.string()).describe("Words too common to look for, or too many"),
      mode: z.enum(searchModes),
      scope: z.enum(["session", "project", "all"]),
      session_id: optionalText.describe("Scope session: the one looked in"),
      project_id: optionalText.describe("Scope project: the one looked in"),
      directory: optionalText.describe("Scope project: its directory"),
      unindexed: z.int().describe("Newest events that could not be looked at yet"),
      degraded: z.boolean().describe("The index is damaged: the newest events alone were looked at"),
      hint: optionalText.describe("What else to try"),
      next_cursor: optionalText,
      ...shown,
    }),
  async run({ limit, cursor, max_chars, ...asked }, context) {
    const query = { list: "hits", ...asked };
    const position = decodeCursor(cursor, query, cursorPosition());
    const { offset, snapshot } = position ?? { offset: 0, snapshot: undefined };
    const { text, ignored } = boundQuery(asked.query);
    const directory = await toDirectory(asked, context);
    const found = await context.store.search.search({
      text,
      mode: asked.mode,
      scope: await toScope(asked, context),
      directory,
      appName: asked.app_name,
      userId: asked.user_id,
      authors: asked.authors,
      types: asked.types,
      toolName: asked.tool_name,
      since: asked.since,
      until: asked.until,
      groupBy: asked.group_by,
      limit,
      offset,
      snapshot,
    });
    const { upTo, passages, terms } = found.snapshot;
    return toSearchResult(
      { ...found, ignored: [...found.ignored, ...ignored] },
      {
        mode: asked.mode,
        hint: toSearchHint(found, { ...asked, directory, isCut: ignored.length > 0, offset }),
      },
      (count) => encodeCursor(query, [offset + count, upTo, passages, terms]),
      max_chars,
    );
  },
});

async function toScope(
  { scope, session_id, directory }: Pick<Input, "scope" | "session_id" | "directory">,
  { readWorkspace, directory: standard }: Pick<ToolContext, "readWorkspace" | "directory">,
): Promise<SearchScope> {
  if (scope === "project") {
    if (session_id !== undefined) return { kind: "project", of: { sessionId: session_id } };
    return { kind: "project", of: { workspace: await readWorkspace(directory ?? standard) } };
  }
  if (scope === "all" && session_id === undefined) return { kind: "all" };
  if (scope === "session" && session_id !== undefined) return { kind: "session", sessionId: session_id };
  throw scope === "all"
    ? new StoreError(
        "invalid_input",
        'session_id names one session, and scope "all" asks for every one.',
        'For that session alone take scope "session"; for all leave out session_id.',
      )
    : new StoreError(
        "invalid_input",
        'scope "session" needs session_id: the session to look in.',
        'list_sessions lists the ids; scope "project" looks in all sessions of a directory\'s project.',
      );
}

/** A filter, unless it is what names the project. */
async function toDirectory(
  { scope, session_id, directory }: Pick<Input, "scope" | "session_id" | "directory">,
  { readWorkspace }: Pick<ToolContext, "readWorkspace">,
): Promise<string | undefined> {
  if (directory === undefined || (scope === "project" && session_id === undefined)) return undefined;
  return (await readWorkspace(directory)).directory;
}
