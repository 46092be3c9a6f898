// What was found → the reply, harmless to show and within its characters: a hit's neighbours give way first, then its
// snippet, then hits at the end.
import type { Neighbour, SearchedScope, SearchHit, SearchMode, SearchResult } from "../db/search.ts";
import { escapeControls, escapeTexts } from "../resume/escape.ts";
import { cutText, fitItems } from "./budget.ts";
import { given, toIso } from "./to-wire.ts";

interface Shown {
  truncated?: true | undefined;
  escaped?: true | undefined;
}

interface WireNeighbour extends Neighbour, Shown {}

interface WireHit extends Shown {
  session_id: string;
  seq: number;
  title: string | undefined;
  author: string;
  type: SearchHit["type"];
  origin: SearchHit["origin"];
  created_at: string;
  snippet: string;
  score: number;
  before: WireNeighbour | undefined;
  after: WireNeighbour | undefined;
}

export type SearchReply = ReturnType<typeof toSearchResult>;

/** `cursorBehind` makes the cursor of what follows so many hits. */
export function toSearchResult(
  found: SearchResult,
  { mode, hint }: { mode: SearchMode; hint: string | undefined },
  cursorBehind: (count: number) => string,
  maxChars: number,
) {
  const { hits, more, scope, unindexed, degraded } = found;
  const frame = {
    terms: firstTexts(found.terms, maxChars * 0.15),
    ignored: firstTexts(found.ignored, maxChars * 0.1),
    mode,
    ...toWireScope(scope, maxChars * 0.1),
    unindexed,
    degraded,
    hint,
  };
  const wrap = (shown: readonly WireHit[]) => {
    const goesOn = shown.length > 0 && (more || shown.length < hits.length);
    return { hits: [...shown], ...frame, next_cursor: goesOn ? cursorBehind(shown.length) : undefined };
  };
  return fitItems(hits.map(toWireHit), maxChars, wrap, cutHit).result;
}

interface WireScope extends Shown {
  scope: SearchedScope["kind"];
  session_id?: string;
  project_id?: string | undefined;
  directory?: string;
}

function toWireScope(scope: SearchedScope, maxChars: number): WireScope {
  if (scope.kind === "all") return { scope: scope.kind };
  if (scope.kind === "session") return { scope: scope.kind, session_id: scope.sessionId };
  const { directory, escaped } = escapeTexts({ directory: scope.directory });
  const shown = cutText(directory, Math.floor(maxChars));
  const truncated = shown === directory ? undefined : true;
  return { scope: scope.kind, project_id: given(scope.projectId), directory: shown, escaped, truncated };
}

/** The first ones whose JSON takes no more. */
function firstTexts(texts: readonly string[], maxChars: number): string[] {
  let left = maxChars;
  const shown = texts.map((text) => escapeControls(cutText(text, 64)));
  const end = shown.findIndex((text) => {
    left -= JSON.stringify(text).length + 1;
    return left < 0;
  });
  return end < 0 ? shown : shown.slice(0, end);
}

function toWireHit(hit: SearchHit): WireHit {
  const { sessionId, title, createdAt, score, before, after, ...rest } = hit;
  return escapeTexts({
    session_id: sessionId,
    seq: hit.seq,
    title: given(title),
    author: rest.author,
    type: rest.type,
    origin: rest.origin,
    created_at: toIso(createdAt),
    snippet: rest.snippet,
    score: Math.round(score * 1000) / 1000,
    before: before === null ? undefined : escapeTexts(before),
    after: after === null ? undefined : escapeTexts(after),
  });
}

/** A copy whose texts have together about `cap` characters. */
function cutHit(hit: WireHit, cap: number): WireHit {
  const title = hit.title && cutText(hit.title, Math.floor(cap / 4));
  const author = cutText(hit.author, Math.max(60, Math.floor(cap / 8)));
  const snippet = cutMarked(hit.snippet, Math.max(0, cap - (title?.length ?? 0)));
  const each = Math.floor((cap - (title?.length ?? 0) - snippet.length) / 2);
  const [before, after] = [hit.before, hit.after].map((neighbour) => cutNeighbour(neighbour, each));
  const copy = { ...hit, title: title || undefined, author, snippet, before, after };
  return JSON.stringify(copy) === JSON.stringify(hit) ? hit : { ...copy, truncated: true };
}

const leastNeighbour = 20;

function cutNeighbour(neighbour: WireNeighbour | undefined, cap: number): WireNeighbour | undefined {
  if (neighbour === undefined || cap < leastNeighbour) return undefined;
  if (neighbour.text.length <= cap && neighbour.author.length <= 60) return neighbour;
  return {
    ...neighbour,
    author: cutText(neighbour.author, 60),
    text: cutText(neighbour.text, cap),
    truncated: true,
  };
}

/** Cut, it ends before a mark that would stay open. */
function cutMarked(snippet: string, cap: number): string {
  if (snippet.length <= cap) return snippet;
  const cut = cutText(snippet, cap);
  return cut.split("**").length % 2 === 0 ? cut.slice(0, cut.lastIndexOf("**")) : cut;
}
