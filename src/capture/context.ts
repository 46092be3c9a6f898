// What a session that begins is told of the work before it: the page that `backstory resume` prints, within a bound.
import { StoreError } from "../db/errors.ts";
import type { SessionFacts } from "../db/facts.ts";
import type { Store } from "../db/store.ts";
import type { HookCall } from "../hosts/hooks.ts";
import { toResumePage } from "../resume/brief-pages.ts";
import { toMarkdown } from "../resume/markdown.ts";
import { toBrief } from "../resume/to-brief.ts";
import type { TakenCall } from "./hook.ts";

/** Characters of the text that is injected. */
export const contextChars = 8_000;

// A brief is bounded as JSON, and is a little longer or shorter as a page.
const attempts = [8_000, 6_500, 5_000, 3_500, 2_000, 1_000];

const about =
  "From Backstory, which keeps a record of agents' sessions on this machine. Its tool get_history shows more of a session, by its id.";

/** Facts only; null: nothing was recorded here before. */
export async function makeContext(call: HookCall, taken: TakenCall, store: Store): Promise<string | null> {
  try {
    const facts = await findFacts(call, taken, store);
    const texts = attempts.map(
      (chars) => () => `${about}\n\n${toMarkdown(toResumePage(toBrief(facts, chars)))}`,
    );
    for (const make of texts) {
      const text = make();
      if (text.length <= contextChars) return text;
    }
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.code === "not_found") return null;
    throw error;
  }
}

/** Of the session itself where it goes on, else of the latest other one of its directory or project. */
async function findFacts(
  { start, session }: HookCall,
  { sessionId, workspace }: TakenCall,
  store: Store,
): Promise<SessionFacts> {
  if (start?.goesOn && sessionId !== null) {
    const facts = await store.getFacts({ sessionId });
    if (facts.session.eventCount > 0) return facts;
  }
  const asker = { createdSessionIds: [], host: null, providerSessionId: session.id };
  return store.getFacts({ workspace, asker });
}
