// What may keep bytes in the file of what was forgotten, or scrubbed.

/**
 * `held`: others use the file; it is finished when they let it be. `disk_full`: there is no space to make the file anew; it is
 * tried again. `large`: the file has to be made anew, which would keep others waiting for long, and is done when it is asked
 * for. `index`: the search index is damaged, or a newer program's, and keeps its words.
 */
export type Pending = "held" | "disk_full" | "large" | "index";
