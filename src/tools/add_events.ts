// add_events: records many things that happened, all of them or none.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import { defineTool } from "./define-tool.ts";
import { eventInput, toNewEvent } from "./event-input.ts";
import { list, sessionId } from "./fields.ts";

export const addEvents = defineTool({
  name: "add_events",
  title: "Add events",
  description: `Record up to ${limits.eventsPerCall} events in order, each as in add_event: all of them or none.`,
  toolset: "history",
  effect: "add",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      events: list(eventInput(), limits.eventsPerCall).min(1),
    }),
  output: () =>
    z.object({
      seqs: z.array(z.int()).describe("One for each of events"),
      added: z.int(),
      duplicates: z.int(),
    }),
  async run({ session_id, events }, { store, client }) {
    const given = events.map((event) => toNewEvent(session_id, event, client));
    const stored = await store.appendEvents(session_id, given);
    const duplicates = stored.filter(({ duplicate }) => duplicate).length;
    return { seqs: stored.map(({ seq }) => seq), added: stored.length - duplicates, duplicates };
  },
});
