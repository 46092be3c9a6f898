// Hosts that change what they have written: a message is there before its usage, a call before its result. The event that
// was read first never changes, so what came later becomes records of its own.
import type { EventRecord, HostRecord, JsonObject } from "./host.ts";
import { asObject, asText, asTexts } from "./narrow.ts";
import { newEvent, newOutcome } from "./new-records.ts";

const remembered = 150;

export class Revisions {
  /** Answers that were read without usage. */
  readonly #uncounted: Set<string>;
  /** By message, the event that has its usage: it stays there when the message gets another last event. */
  readonly #carriers: Map<string, string>;
  /** Calls that were read before they ended. */
  readonly #open: Set<string>;

  constructor(state: JsonObject | null) {
    this.#uncounted = new Set(asTexts(state?.uncounted));
    this.#open = new Set(asTexts(state?.open));
    const carriers = Object.entries(asObject(state?.carriers) ?? {});
    this.#carriers = new Map(carriers.map(([message, key]) => [message, asText(key) ?? ""]));
  }

  /** The event as it is now, and what it says beyond its first reading. */
  take(event: EventRecord): HostRecord[] {
    const once = this.#countedOnce(event);
    return [once, ...this.#usage(once), ...this.#outcomes(once)];
  }

  state(): JsonObject {
    return {
      uncounted: [...this.#uncounted].slice(-remembered),
      open: [...this.#open].slice(-remembered),
      carriers: Object.fromEntries([...this.#carriers].slice(-remembered)),
    };
  }

  #countedOnce(event: EventRecord): EventRecord {
    if (event.messageId === null || event.tokens === null) return event;
    const carrier = this.#carriers.get(event.messageId);
    if (carrier !== undefined && carrier !== event.key) return { ...event, tokens: null, costUsd: null };
    this.#carriers.set(event.messageId, event.key);
    return event;
  }

  #usage(event: EventRecord): HostRecord[] {
    if (event.author === "user") return [];
    if (event.tokens === null && event.costUsd === null) {
      this.#uncounted.add(event.key);
      return [];
    }
    if (!this.#uncounted.delete(event.key)) return [];
    const { sessionId, key, turnId, messageId, branch, agent, model, tokens, costUsd, createdAt } = event;
    const where = { turnId, messageId, branch, agent, model, createdAt };
    return [newEvent({ sessionId, key: `${key}/usage`, type: "status", ...where, tokens, costUsd })];
  }

  #outcomes({ sessionId, actions }: EventRecord): HostRecord[] {
    return actions.flatMap(({ callId, status, title, output, error, endedAt }) => {
      if (status === "pending" || status === "running") {
        this.#open.add(callId);
        return [];
      }
      if (!this.#open.delete(callId)) return [];
      return [newOutcome({ sessionId, callId, status, title, output, error, endedAt })];
    });
  }
}

export function revisionsOf(position: JsonObject | null): Revisions {
  return new Revisions(asObject(position?.revisions));
}
