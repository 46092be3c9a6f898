// What the hooks of an agent host say, in neutral words: src/capture/ brings it to the Store. It knows no host's own words.
import type { EventRecord, Host, JsonObject, SessionRecord, TodoRecord } from "./host.ts";

/** How a host calls `backstory hook <name>`, and what it takes back. */
export interface HostHooks {
  name: string;
  /** Loads what reads the files that its hooks point to; null: Backstory knows no transcripts of it. */
  transcripts: (() => Promise<Host>) | null;
  /**
   * What a payload says; null: nothing for us. Never throws.
   * @param named the event, where the payload does not name it
   */
  read(payload: JsonObject, named: string | null): HookCall | null;
  /** What to print, so that the host's model reads `context`. */
  inject(call: HookCall, context: string): JsonObject;
}

export interface HookCall {
  /** The host's own word for it. */
  event: string;
  session: SessionRecord;
  /** A subagent of the session, which this call is about. */
  child: SessionRecord | null;
  /** Files that may have grown. */
  transcripts: string[];
  /** What the transcript says too, sooner or later: without a key, because a hook does not know the transcript's. */
  heard: Omit<EventRecord, "key">[];
  /** What no transcript says. */
  events: EventRecord[];
  /** A task that was made, or done. */
  task: Pick<TodoRecord, "content" | "status"> | null;
  /** A session begins, or goes on: the host takes in what was before. */
  start: { goesOn: boolean } | null;
  /** The session is over. */
  end: { reason: string } | null;
}
