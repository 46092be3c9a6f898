// Gemini CLI's hooks.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "gemini",
  moments: {
    SessionStart: "start",
    BeforeAgent: "prompt",
    AfterTool: "progress",
    PreCompress: "progress",
    AfterAgent: "answer",
    SessionEnd: "end",
  },
};

export const geminiHooks: HostHooks = {
  name: words.host,
  transcripts: async () => (await import("./gemini.ts")).gemini,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
