// forget: takes what was recorded out of a session, and out of the file.
import * as z from "zod";
import type { Pending } from "../db/erasure.ts";
import { limits } from "../db/limits.ts";
import { fitItems } from "./budget.ts";
import { defineTool } from "./define-tool.ts";
import { maxCharsBounds, sessionId } from "./fields.ts";

export const forget = defineTool({
  name: "forget",
  title: "Forget what was recorded",
  description:
    "Overwrite the texts of events, or of a whole session, for good: seqs stay, texts, inputs, outputs and metadata go, from its forks and the search index too.",
  toolset: "admin",
  effect: "delete",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      seqs: z
        .array(z.int().min(1))
        .min(1)
        .max(limits.eventsPerCall)
        .optional()
        .describe("Of the session's own events; left out: the whole session, with title, todos, prompts …"),
    }),
  output: () =>
    z.object({
      forgotten: z.object({
        events: z.int(),
        actions: z.int(),
        todos: z.int(),
        checkpoints: z.int(),
        runs: z.int(),
        jobs: z.int(),
      }),
      forks: z.array(z.string()).describe("Sessions that shared some of it, and have lost it too"),
      forks_left_out: z.int().optional(),
      kept_in: z.array(z.string()).describe("Sessions whose events this fork only shares: those stay"),
      subagents: z
        .array(z.string())
        .describe("Sessions of its subagents, which keep their texts: forget them by their ids"),
      subagents_left_out: z.int().optional(),
      pending: z.boolean().describe("Bytes of it may still be in the file: see hint"),
      copies: z.array(z.string()).describe("Copies of the database beside it, which may still hold it"),
      hint: z.string().optional(),
    }),
  async run({ session_id, seqs }, { store, client }) {
    const done = await store.forgetting.forget({ sessionId: session_id, seqs }, { origin: "tool", client });
    const { forks, keptIn, subagents, pending, copies, unreadCopies, ...forgotten } = done;
    const hints = [
      pending !== null && unfinished[pending],
      copies.length > 0 && `A person can delete the copies with: backstory forget ${session_id} --backups.`,
      unreadCopies.length > 0 &&
        "Copies that were left unfinished may hold it too: a person can delete them by hand.",
    ].filter((hint) => hint !== false);
    // Subagents first: somebody may want to forget them too.
    const wrap = (named: readonly string[]) => {
      const [itsSubagents, itsForks] = [named.slice(0, subagents.length), named.slice(subagents.length)];
      return {
        forgotten,
        forks: itsForks,
        forks_left_out: forks.length - itsForks.length || undefined,
        kept_in: keptIn,
        subagents: itsSubagents,
        subagents_left_out: subagents.length - itsSubagents.length || undefined,
        pending: pending !== null,
        copies: [...copies, ...unreadCopies],
        hint: hints.length > 0 ? hints.join(" ") : undefined,
      };
    };
    return fitItems([...subagents, ...forks], maxCharsBounds.standard, wrap, (id) => id).result;
  },
});

/** What becomes of the bytes that may still be there. */
const unfinished: Readonly<Record<Pending, string>> = {
  held: "Other processes use the file: a server does the rest when they let it be.",
  disk_full: "The disk is full: a server does the rest when there is space to make the file anew.",
  large: "The file is large: a person can finish it with: backstory scrub --compact.",
  index: "The search index is damaged, or a newer Backstory's: a person can mend it with: backstory reindex.",
};
