// Which events are requests, and which are answers: one rule for turns and for "where were we?". Pure.
import type { EventType } from "./records.ts";

/** What the rule looks at. */
interface Spoken {
  author: string;
  type: EventType;
}

/** A message of the user: it opens a turn. */
export function isPrompt({ author, type }: Spoken): boolean {
  return author === "user" && type === "message";
}

/** A prompt that says something. */
export function isRequest(event: Spoken & { content: string | null }): boolean {
  return isPrompt(event) && hasText(event.content);
}

const notAgents = new Set(["user", "system", "tool"]);

/** A message or a result of an agent. */
function isReply({ author, type }: Spoken): boolean {
  return (type === "message" || type === "result") && !notAgents.has(author);
}

/** A reply that says something, whether or not its turn goes on behind it. */
export function isAnswer(event: Spoken & { content: string | null }): boolean {
  return isReply(event) && hasText(event.content);
}

/** What tells whether a turn can end with an event. `hasActions` and `hasOpenAction` are 1 or 0. */
export interface Closing extends Spoken {
  finish: string | null;
  hasActions: number;
  hasOpenAction: number;
}

// The model then waits for the results, and speaks again.
const callsTools = /^(?:tool|function_call|pause_turn)/;

/**
 * A finish says so, unless it calls tools. Without one, a reply does none of whose own actions is open; if the run broke
 * off, only a reply without any: behind a call the agent would have spoken again.
 */
export function endsTurn(event: Closing, brokeOff: boolean): boolean {
  if (event.finish !== null) return !callsTools.test(event.finish);
  return isReply(event) && (brokeOff ? event.hasActions === 0 : event.hasOpenAction === 0);
}

function hasText(content: string | null): boolean {
  return content !== null && content.trim() !== "";
}
