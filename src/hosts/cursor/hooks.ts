// Cursor's hooks. Its transcripts are a database that we do not read: what its hooks say is all there is.
import { type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "cursor",
  heardOnly: true,
  moments: {
    sessionStart: "start",
    beforeSubmitPrompt: "prompt",
    postToolUse: "tool",
    postToolUseFailure: "tool failure",
    afterAgentResponse: "answer",
    sessionEnd: "end",
  },
};

export const cursorHooks: HostHooks = {
  name: words.host,
  transcripts: null,
  read: (payload, named) => readPayload(payload, named, words),
  inject: (_call, context) => ({ additional_context: context }),
};
