// Gemini CLI's hooks.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";
import { gemini } from "./gemini.ts";

const words: PayloadWords = {
  host: gemini.name,
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
  name: gemini.name,
  transcripts: gemini,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
