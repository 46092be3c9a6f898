// What our plugin of opencode says: that its database has grown.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "opencode",
  moments: {
    "session.created": "progress",
    "session.idle": "progress",
    "session.compacted": "progress",
    "session.error": "progress",
  },
};

export const opencodeHooks: HostHooks = {
  name: words.host,
  transcripts: async () => (await import("./opencode.ts")).opencode,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
