// What a person is told when bytes of what was forgotten, or scrubbed, may still be there.
import type { Pending } from "../db/erasure.ts";

export const unfinishedErasure: Readonly<Record<Pending, string>> = {
  held: "Others have the database open, and bytes of it may still be there: a server finishes it once they let it be, and so does backstory scrub --compact.",
  disk_full:
    "There is no space to make the file anew, and bytes of it may still be there: free as much as the file takes, and run backstory scrub --compact.",
  large: "The file is large, and bytes of it may still be there: backstory scrub --compact makes it anew.",
  index:
    "The search index could not be cleaned, and words of it may still be there: backstory doctor says why; if it is damaged, backstory reindex makes it anew and finishes this.",
};
