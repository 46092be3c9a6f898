// The hooks of GitHub Copilot's command line. Their payloads do not name the event: the command does.
import { type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "copilot",
  heardOnly: true,
  moments: {
    sessionStart: "start",
    userPromptSubmitted: "prompt",
    agentStop: "answer",
    sessionEnd: "end",
  },
};

export const copilotHooks: HostHooks = {
  name: words.host,
  transcripts: null,
  read: (payload, named) => readPayload(payload, named, words),
  inject: (_call, context) => ({ additionalContext: context }),
};
