// The promise of search: what was said in any session is found again by its words.
import type { ResumeTarget } from "./facts.ts";
import type { EventType, Origin } from "./records.ts";

export const searchModes = ["any", "all", "phrase"] as const;

/**
 * `any`: the more of the words, and the rarer they are, the better. `all`: each of them is in the event. `phrase`: they
 * stand in it in a row.
 */
export type SearchMode = (typeof searchModes)[number];

/**
 * Where to look. `session`: in its history; of a fork also in what it shares. `project`: in the sessions of the project
 * that a session, or a directory, belongs to; where a directory has none, in the sessions that worked in it.
 */
export type SearchScope =
  | { kind: "session"; sessionId: string }
  | { kind: "project"; of: ResumeTarget }
  | { kind: "all" };

/** A given filter must hold; in lists, one of the values. Times are inclusive, and those at which events happened. */
export interface SearchQuery {
  /** Any string is legal. */
  text: string;
  mode: SearchMode;
  scope: SearchScope;
  /** Where the event's session works: this very directory. */
  directory?: string | undefined;
  appName?: string | undefined;
  userId?: string | undefined;
  authors?: readonly string[] | undefined;
  types?: readonly EventType[] | undefined;
  /** The event has a call of this tool. */
  toolName?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
  /** The best hit of each session alone. */
  groupBy?: "session" | undefined;
  limit: number;
  /** How many hits were shown on the pages before. */
  offset: number;
  /** As the first page said. */
  snapshot?: Snapshot | undefined;
}

/** What a first page saw, for the pages behind it: what comes later moves no hit from one page to another. */
export interface Snapshot {
  /** The newest event. */
  upTo: number;
  /** In the index; words are weighed by them. */
  passages: number;
  terms: number;
}

/** An event next to a hit, in short. */
export interface Neighbour {
  seq: number;
  author: string;
  text: string;
}

/** An event that was found. */
export interface SearchHit {
  /** Whose event it is: of one that forks share, the session that it was added to. */
  sessionId: string;
  seq: number;
  /** Of the session. */
  title: string | null;
  author: string;
  type: EventType;
  origin: Origin;
  createdAt: number;
  /** The piece of its text that speaks for it, at most 400 characters, the words that were found marked **so**. */
  snippet: string;
  /** Greater is better. To be compared within one search alone. */
  score: number;
  before: Neighbour | null;
  after: Neighbour | null;
}

/** Where was looked. `isKnown` is false of a directory in which no session has worked. */
export type SearchedScope =
  | { kind: "session"; sessionId: string }
  | { kind: "project"; projectId: string | null; directory: string; isKnown: boolean }
  | { kind: "all" };

export interface SearchResult {
  /** Best first; among equals the newest. At most some hundred in all pages together. */
  hits: SearchHit[];
  /** There are hits behind these. */
  more: boolean;
  /** What was looked for: the words as they are compared. */
  terms: string[];
  /** Words of the query that were not used: too common in any text, or too many. */
  ignored: string[];
  scope: SearchedScope;
  /** About how many of the newest events could not be looked at yet. */
  unindexed: number;
  /** The index cannot be used: the hits are from the newest events alone. */
  degraded: boolean;
  /** The query was too long: of its words the first alone were looked for. */
  isCut: boolean;
  /** More events have the words than were ranked. */
  isTopOnly: boolean;
  /** There were more events with the words than there was time to read: of those in a row some may be missing. */
  isPartial: boolean;
  /** To be given with the next page. */
  snapshot: Snapshot;
}

export interface SearchState {
  /** Of the rules by which texts become terms; an index of other rules than ours is `degraded` to us. */
  version: number;
  /** The last event that is indexed. */
  watermark: number;
  /** About how many events it is behind the log. */
  behind: number;
  /** What is wrong with it, as SQLite said; `rebuild` mends it. */
  broken: string | null;
}

export interface SearchStore {
  /**
   * Brings the index up to the log first, for 200 ms at most. `not_found`: the session of the scope. A damaged index is
   * no error: the result is `degraded`.
   */
  search(query: SearchQuery): Promise<SearchResult>;
  state(): Promise<SearchState>;
  /** Reads the whole index; says what is wrong with it, else null. */
  check(): Promise<string | null>;
  /**
   * Brings the index up to the log, in transactions of some milliseconds, for about `milliseconds` if given. The Store
   * does so by itself behind writes. Returns about how many events are left. Never rejects because of a damaged index.
   */
  catchUp(milliseconds?: number): Promise<number>;
  /** Makes the index anew; the old one is searched meanwhile. `onProgress` is told the events done, and of how many. */
  rebuild(onProgress?: (done: number, total: number) => void): Promise<void>;
}
