// The resources: a session's transcript and its todos, as Markdown.
import {
  type ListResourcesResult,
  McpError,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplate,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import type { Session } from "../db/records.ts";
import type { Store } from "../db/store.ts";
import { toMarkdown } from "../resume/markdown.ts";
import { oneLine, type Page } from "../resume/page.ts";
import { toTodosPage, toTranscriptPage } from "../resume/transcript.ts";
import { decodeCursor, encodeCursor } from "../tools/cursor.ts";
import { shorten, toProtocolError } from "./protocol-errors.ts";

const mimeType = "text/markdown";
const scheme = "backstory://sessions/";

export const resourceTemplates: readonly ResourceTemplate[] = [
  {
    uriTemplate: `${scheme}{session_id}`,
    name: "session",
    title: "Transcript of a session",
    description: "Its last events, oldest first, and how to read on.",
    mimeType,
  },
  {
    uriTemplate: `${scheme}{session_id}/todos`,
    name: "todos",
    title: "Todos of a session",
    description: "Its plan, in order.",
    mimeType,
  },
];

const perPage = 50;
const pageChars = 20_000;
const listOf = { list: "resources" };

/** The sessions of the latest activity; none without a store. Rejects with `McpError`. */
export async function listResources(
  cursor: string | undefined,
  openStore: () => Promise<Store | undefined>,
): Promise<ListResourcesResult> {
  try {
    const store = await openStore();
    if (store === undefined) return { resources: [] };
    const position = decodeCursor(cursor, listOf, z.tuple([z.int(), z.string()]));
    const after = position === null ? undefined : { updatedAt: position[0], id: position[1] };
    const { items, more } = await store.listSessions({ after, limit: perPage });
    const last = items.at(-1);
    return {
      resources: items.map(toResource),
      nextCursor: more && last ? encodeCursor(listOf, [last.updatedAt, last.id]) : undefined,
    };
  } catch (error) {
    throw toProtocolError(error);
  }
}

function toResource({ id, title, directory, eventCount, updatedAt }: Session): Resource {
  return {
    uri: `${scheme}${id}`,
    name: id,
    title: title === null ? id : oneLine(title),
    description: `${eventCount} event${eventCount === 1 ? "" : "s"}, in ${oneLine(directory)}`,
    mimeType,
    annotations: { lastModified: new Date(updatedAt).toISOString() },
  };
}

// The protocol's code for a resource that is not there.
const resourceNotFound = -32002;

/** Rejects with `McpError`. */
export async function readResource(
  uri: string,
  openStore: () => Promise<Store>,
): Promise<ReadResourceResult> {
  const [, sessionId, part] = /^backstory:\/\/sessions\/([^/?#]{1,512})(\/todos)?$/.exec(uri) ?? [];
  if (sessionId === undefined) {
    const known = resourceTemplates.map(({ uriTemplate }) => uriTemplate).join(" and ");
    throw new McpError(resourceNotFound, `There is no such resource. There are ${known}.`, {
      uri: shorten(uri),
    });
  }
  try {
    const store = await openStore();
    const page = await (part === undefined ? readTranscript(sessionId, store) : readTodos(sessionId, store));
    return { contents: [{ uri, mimeType, text: toMarkdown(page) }] };
  } catch (error) {
    throw toProtocolError(error, resourceNotFound);
  }
}

async function readTranscript(sessionId: string, store: Store): Promise<Page> {
  const session = await store.getSession(sessionId);
  const { items, more } = await store.getHistory({ sessionId, order: "desc", orderBy: "seq", limit: 200 });
  return toTranscriptPage(
    session,
    { latest: items, more },
    { maxChars: pageChars, readOn: (seq) => `get_history with before_seq ${seq} has those before.` },
  );
}

async function readTodos(sessionId: string, store: Store): Promise<Page> {
  return toTodosPage(await store.getSession(sessionId), await store.getTodos(sessionId), {
    maxChars: pageChars,
    readOn: () => "get_todos has the rest.",
  });
}
